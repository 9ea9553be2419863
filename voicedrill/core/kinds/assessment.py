"""What every kind of question comes to."""

from __future__ import annotations

from dataclasses import dataclass

from voicedrill.core.model import Finding, TacticMatch


@dataclass(frozen=True, slots=True)
class Assessment:
    """A transcript compared with a question."""

    findings: tuple[Finding, ...]
    """One per criterion of the question, in its order."""
    tactics: tuple[TacticMatch, ...] = ()
    """All tactics of the question, best first."""
    tactic_id: str | None = None
    """The tactic recognised, None if none was."""
    shared: tuple[Finding, ...] = ()
    """One per pack-wide criterion, in their order."""
    strength: float = 0.0
    """How plainly the best tactic was heard."""
