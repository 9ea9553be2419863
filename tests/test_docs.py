"""The architecture page matches the code."""

from pathlib import Path

import pytest
from repository import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "voicedrill"


def rooms(folder: Path) -> list[str]:
    found = [p.name + "/" for p in folder.iterdir() if (p / "__init__.py").is_file()]
    return sorted(found + [p.name for p in folder.glob("*.py") if not p.name.startswith("__")])


@pytest.mark.parametrize("name", rooms(PACKAGE) + rooms(PACKAGE / "core"))
def test_every_room_and_every_core_module_is_described(name):
    assert name in PAGE


def test_the_layers_are_those_that_the_linter_holds():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.11 reads TOML")
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    assert "`" + " > ".join(layer.replace("voicedrill.", "") for layer in layers) + "`" in PAGE
