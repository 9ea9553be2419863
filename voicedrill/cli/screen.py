"""Where results and progress are printed: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from typing import Any

from rich.console import Console


def result_console() -> Console:
    """For what the user asked for."""
    return Console(highlight=False)


def progress_console() -> Console:
    """For remarks and progress, so that stdout stays clean for pipes."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON document on stdout, Chinese left readable."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
