"""Modules of this package run as processes of their own, for native code that may crash, hang or chatter."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import voicedrill


def run_worker(module: str, arguments: list[str], text: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run `python -m module arguments` with the text on stdin; stdout and stderr are captured, UTF-8.

    Raises:
        subprocess.TimeoutExpired: it took longer than `timeout` seconds and was killed.
        OSError: no process could be started.
    """
    root = str(Path(voicedrill.__file__).resolve().parent.parent)
    before = os.environ.get("PYTHONPATH")
    # The child must find this very package, wherever the program was started from.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, before] if before else [root]),
                   "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, "-m", module, *arguments], input=text, capture_output=True, check=False,
                          encoding="utf-8", errors="replace", timeout=timeout, env=environment)
