"""Rebuild the graph of the demo model after a change of the packs; the acoustic model stays.

usage: python -m tools.demo_model.rebuild_graph [--content content] [--model models/voicedrill-demo-cn]
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "voicedrill-demo-cn"
CONTENT = ROOT / "content"
_NEEDED = {"numpy": "numpy", "yaml": "pyyaml", "cn2an": "cn2an", "jieba": "jieba", "pypinyin": "pypinyin"}


def missing_packages() -> list[str]:
    """PyPI names of what the graph needs and this Python lacks."""
    return [package for module, package in _NEEDED.items() if importlib.util.find_spec(module) is None]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 1 with one line on stderr when something is missing or wrong."""
    parser = argparse.ArgumentParser(description="Rebuild the decoding graph of the demo model from the packs.")
    parser.add_argument("--content", type=Path, default=CONTENT, help="folder of the packs")
    parser.add_argument("--model", type=Path, default=MODEL, help="model folder; its am/ stays as it is")
    options = parser.parse_args(arguments)
    missing = missing_packages()
    if missing:
        print(f"rebuild_graph: missing packages: pip install {' '.join(missing)}", file=sys.stderr)
        return 1
    if not (options.model / "am" / "final.mdl").is_file():
        print(f"rebuild_graph: no acoustic model in {options.model}/am: run export first", file=sys.stderr)
        return 1
    from tools.demo_model import graph
    from tools.demo_model.espeak import EspeakError
    from tools.demo_model.language_model import Weights

    started = time.perf_counter()
    try:
        counts = graph.build(graph.read_texts(options.content), options.model, Weights())
    except (EspeakError, ValueError) as error:
        print(f"rebuild_graph: {error}", file=sys.stderr)
        return 1
    seconds = time.perf_counter() - started
    size = sum(path.stat().st_size for path in options.model.rglob("*") if path.is_file())
    print(", ".join(f"{name} {count}" for name, count in counts.items()))
    print(f"{options.model}: {size / 1e6:.2f} MB, rebuilt in {seconds:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
