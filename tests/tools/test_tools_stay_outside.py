from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_product_never_imports_the_tools():
    importing = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "voicedrill").rglob("*.py")
        if re.search(r"^\s*(from|import) (tools|benchmarks)\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert importing == []


def test_the_tools_read_nothing_outside_the_repository():
    for path in (ROOT / "tools").rglob("*.py"):
        assert "../" not in path.read_text(encoding="utf-8"), path
