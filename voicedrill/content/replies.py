"""Regression replies: a pack says itself what the scorer must make of a reply."""

from __future__ import annotations

from dataclasses import dataclass

from voicedrill.content.document import Document, Fault, FieldPath, raise_faults
from voicedrill.content.schema import PackForm, RebuttalForm, ReplyForm

NO_TACTIC = "none"
"""Label of a reply that uses no tactic."""


@dataclass(frozen=True, slots=True)
class RegressionReply:
    """A reply that the pack carries, and what the scorer must make of it."""

    question_id: str
    text: str
    tactic_id: str | None = None
    """The tactic that must be recognised, `NO_TACTIC` where none may be; None: not looked at."""
    hits: tuple[str, ...] = ()
    """Ids of the criteria that must be hit; others may be."""
    minimum: int | None = None
    """The least total, 0-100, content alone."""
    maximum: int | None = None
    """The total must lie under it."""
    line: int = 0
    """In the pack's file."""

    @property
    def positive(self) -> bool:
        """Whether it must earn something, rather than must not."""
        return bool(self.hits) or self.minimum is not None


def read_replies(document: Document, form: PackForm) -> tuple[RegressionReply, ...]:
    """The regression replies of all questions of a pack, in order.

    Raises:
        ContentError: one names what its question does not have, or expects nothing; file, line and field are named.
    """
    faults: list[Fault] = []
    replies = []
    for i, question in enumerate(form.questions):
        for j, reply in enumerate(question.replies):
            at: FieldPath = ("questions", i, "replies", j)
            tactic, hits = _resolve(document, at, question, reply, faults)
            replies.append(RegressionReply(question.id, reply.text, tactic, hits, reply.min, reply.max,
                                           document.line(at)))
    if faults:
        raise_faults(document.path, faults)
    return tuple(replies)


def _resolve(
    document: Document, at: FieldPath, question: RebuttalForm, reply: ReplyForm, faults: list[Fault],
) -> tuple[str | None, tuple[str, ...]]:
    """The ids of the tactic and of the criteria that a reply names; what is wrong with it goes to the faults."""
    if not (reply.tactic or reply.hits or reply.min or reply.max):
        faults.append(document.fault(at, "没有写期望：至少写 tactic、hits、min、max 中的一项",
                                     "expects nothing; give tactic, hits, min or max"))
    if reply.min and reply.max and reply.min >= reply.max:
        faults.append(document.fault((*at, "min"), f"min {reply.min} 要小于 max {reply.max}",
                                     f"min {reply.min} must be below max {reply.max}"))
    tactic = next((t.id for t in question.tactics if reply.tactic in (t.id, t.name)), None)
    if reply.tactic == NO_TACTIC:
        tactic = NO_TACTIC
    if reply.tactic and tactic is None:
        known = [t.id for t in question.tactics]
        faults.append(document.fault(
            (*at, "tactic"), f"这道题没有招法「{reply.tactic}」，可用 {'、'.join(known)} 或 {NO_TACTIC}",
            f"the question has no tactic “{reply.tactic}”; use {', '.join(known)} or {NO_TACTIC}"))
    criteria = {f"{t.id}.{k.id}" for t in question.tactics for k in t.key_points}
    hits = []
    for n, name in enumerate(reply.hits):
        found = next((x for x in (name, f"{tactic}.{name}") if x in criteria), None)
        if found is None:
            faults.append(document.fault(
                (*at, "hits", n), f"这道题没有要点「{name}」，写成 招法.要点，例如 {min(criteria)}",
                f"the question has no key point “{name}”; write tactic.point, such as {min(criteria)}"))
        else:
            hits.append(found)
    return tactic, tuple(hits)
