"""Where results and progress are printed: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


def result_console() -> Console:
    """For what the user asked for."""
    from rich.console import Console

    return Console(highlight=False, emoji=False)


def progress_console() -> Console:
    """For remarks and progress, so that stdout stays clean for pipes."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, emoji=False)


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON document on stdout, Chinese left readable where the output's encoding has it."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    sys.stdout.write(text + "\n")


def prepare_streams() -> None:
    """Let nothing that is printed stop the program.

    Characters that the terminal's encoding lacks come out as question marks; what is written to a stream that was
    closed from the start is dropped.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open as long as we run
        elif isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
