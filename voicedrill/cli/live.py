"""The running turn in the terminal: phase, time, level and the transcript as it grows."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from voicedrill.cli.language import t
from voicedrill.core.turn import Phase
from voicedrill.session import Progress

_BARS = "▁▂▃▄▅▆▇█"
_FLOOR, _CEILING = -60.0, -6.0
"""dBFS shown as an empty and a full meter."""


class LiveTurn:
    """An onlooker of a turn: a line that is redrawn in a terminal, nothing where output goes to a file."""

    def __init__(self, console: Console) -> None:
        self._live = Live(Text(), console=console, refresh_per_second=12, transient=True)
        self._shown = console.is_terminal

    def __enter__(self) -> LiveTurn:
        if self._shown:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._live.stop()

    def __call__(self, progress: Progress) -> None:
        """Show where the turn stands."""
        if self._shown:
            self._live.update(_line(progress))


def _line(progress: Progress) -> Text:
    if progress.phase is Phase.PROMPTING:
        return Text(t("🔊 客户在说话……", "🔊 The customer is speaking ..."), style="cyan")
    waiting = progress.phase is Phase.WAITING
    share = min(1.0, max(0.0, (progress.level - _FLOOR) / (_CEILING - _FLOOR)))
    line = Text("🎙 ")
    line.append(_BARS[round(share * (len(_BARS) - 1))], style="green")
    line.append(f" {progress.seconds:5.1f}s  ", style="dim")
    if waiting and not progress.partial:
        return line.append(t("请回答……", "Your answer ..."), style="cyan")
    return line.append(progress.partial)
