"""New wordings from what people said: a person found the reply good, the matcher missed a key point.

What lies in such a reply and was matched with nothing is cut into stretches; those near where the point should stand,
and those that sound a little like its wordings, are proposed, the oftener said the higher. A proposal is a guess: an
instructor reads it, keeps what is a wording of the point, and pairs it with a regression reply.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz

from voicedrill.core.model import Attempt, Criterion, Evaluation, Evidence, Question, Tactic, Verdict, Word
from voicedrill.core.text import normalise

SHORTEST, LONGEST = 4, 14
"""字. Shorter stretches occur in any reply, longer ones nobody repeats."""
PAUSE = 0.2
"""Seconds between words at which a clause may end."""
SAME = 75.0
"""Indel similarity of folded syllables, 0-100, from which two stretches are one wording said twice."""
KNOWN = 80.0
"""The same, to a wording that the point already has: nothing would be gained."""
NEARNESS = 20.0
"""Points for a stretch between the neighbours of the point in the taught order, against 0-100 for likeness."""
MOST = 5
"""Proposals per key point: an instructor reads them."""
_CLAUSE_INITIAL = re.compile("^(?:但|所以|因为|而且|如果|要是|不过|其实|另外|还有|或者|比如|您|你|我|咱|只要)")


@dataclass(frozen=True, slots=True)
class Passed:
    """A reply that a person found good, with the question it answers."""

    attempt: Attempt
    question: Question
    missing: frozenset[str] | None = None
    """Criteria that the person says were made; None: any of the recognised tactic may have been."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A wording that may show a key point."""

    question_id: str
    criterion: Criterion
    wording: str
    times: int
    """In how many replies something like it was said."""
    score: float
    """Likeness to the point's wordings and nearness to where it should stand; only for ranking."""
    reply: str
    """A whole reply that holds it."""
    other_reply: str
    """A whole reply that says it in other words: a regression reply for it. Empty where there is none."""
    tactic_id: str


def passed_by_person(
    attempt: Attempt, question: Question, events: Iterable[tuple[str, Mapping[str, Any]]],
) -> Passed | None:
    """The attempt as a source of wordings; None if nobody found it good.

    Args:
        attempt: scored.
        question: the one it answers.
        events: (kind, body) of what people decided about it, oldest first; the last decision counts.
    """
    passed, missing = None, None
    for kind, body in events:
        if kind in ("override", "mark") and isinstance(body.get("passed"), bool):
            passed = body["passed"]
            named = body.get("criterion_id")
            missing = frozenset([named]) if isinstance(named, str) else None
    if passed is None:  # nobody decided: the program's own verdict
        passed = bool(attempt.score_card and attempt.score_card.passed)
    return Passed(attempt, question, missing) if passed else None


def to_snippet(proposals: Iterable[Proposal]) -> str:
    """YAML to copy from into a pack: the wordings per key point, and a regression reply for each.

    A reply that holds its wording word for word proves nothing, so where a wording was heard in one way only, the
    reply stands in a comment, to be said anew.
    """
    import yaml

    def quoted(value: object) -> str:
        return yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000).strip()

    lines = ["# 挖掘出的候选说法：逐条确认，合适的抄进题库；每条配一句检验回答。",
             "# Proposed wordings: copy those that fit into the pack, each with a regression reply."]
    for p in proposals:
        reply = quoted({"text": p.other_reply or p.reply, "tactic": p.tactic_id, "hits": [p.criterion.id]})
        lines += ["", f"# {p.question_id} {p.criterion.id} {p.criterion.name}  × {p.times}",
                  f"phrases: {quoted([p.wording])}", "replies:"]
        lines.append(f"  - {reply}" if p.other_reply else f"  # - {reply}  # 换一种说法再用 say it in other words")
    return "\n".join(lines) + "\n"


def propose(replies: Iterable[Passed], most: int = MOST) -> tuple[Proposal, ...]:
    """Wordings worth adding, best first within each key point, the points most often missed first."""
    found: dict[str, list[Proposal]] = {}
    for reply in replies:
        for proposal in _stretches(reply):
            found.setdefault(proposal.criterion.id, []).append(proposal)
    merged = [_merge(proposals)[:most] for proposals in found.values()]
    merged.sort(key=lambda some: (-sum(p.times for p in some), some[0].criterion.id))
    return tuple(p for some in merged for p in some)


def _stretches(reply: Passed) -> Iterator[Proposal]:
    """What was said and matched with nothing, for every point of the tactic that was not hit."""
    attempt, question = reply.attempt, reply.question
    evaluation, facts = attempt.evaluation, attempt.facts
    if evaluation is None or facts is None:
        return
    tactic = next((t for t in question.tactics if t.id == evaluation.tactic_id), None)
    if reply.missing:
        tactic = next((t for t in question.tactics if any(c.id in reply.missing for c in t.criteria)), tactic)
    if tactic is None:
        return
    words = facts.transcript.words
    clauses = list(_clauses(words, _matched(evaluation)))
    for criterion in _missed(tactic, evaluation, reply.missing):
        first, last = _place(tactic, criterion, evaluation, len(words))
        for start, end in clauses:
            wording = "".join(w.text for w in words[start:end])
            likeness = _likeness(wording, criterion.phrases)
            if likeness < KNOWN:
                near = NEARNESS if first <= start and end <= last else 0.0
                yield Proposal(question.id, criterion, wording, 1, likeness + near, facts.transcript.text, "",
                               tactic.id)


def _missed(tactic: Tactic, evaluation: Evaluation, named: frozenset[str] | None) -> list[Criterion]:
    verdicts = {f.criterion_id: f.verdict for f in evaluation.findings}
    return [c for c in tactic.criteria
            if verdicts.get(c.id) in (Verdict.MISSED, Verdict.UNSURE) and (named is None or c.id in named)]


def _matched(evaluation: Evaluation) -> frozenset[int]:
    """Words that are evidence of a hit."""
    return frozenset(i for f in evaluation.findings if f.verdict is Verdict.HIT and f.evidence
                     for i in range(f.evidence.first_word, f.evidence.last_word + 1))


def _clauses(words: Sequence[Word], matched: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Runs of unmatched words of a wording's length: cut at matched words, pauses, and words that begin a clause."""
    start = 0
    for i in range(len(words) + 1):
        ends = i == len(words) or i in matched or (i > start and (
            words[i].start - words[i - 1].end >= PAUSE
            or (_CLAUSE_INITIAL.match(words[i].text) and _length(words[start:i]) >= SHORTEST)
            or _length(words[start:i + 1]) > LONGEST))
        if ends:
            if SHORTEST <= _length(words[start:i]) <= LONGEST:
                yield start, i
            start = i + 1 if i in matched else i


def _length(words: Sequence[Word]) -> int:
    return len(normalise([w.text for w in words]))


def _place(tactic: Tactic, criterion: Criterion, evaluation: Evaluation, words: int) -> tuple[int, int]:
    """Where the point should stand: between the evidence of the points taught before and after it; word indices."""
    evidence: dict[str, Evidence] = {f.criterion_id: f.evidence for f in evaluation.findings
                                     if f.verdict is Verdict.HIT and f.evidence}
    at = tactic.criteria.index(criterion)
    before = [evidence[c.id].last_word + 1 for c in tactic.criteria[:at] if c.id in evidence]
    after = [evidence[c.id].first_word for c in tactic.criteria[at + 1:] if c.id in evidence]
    first, last = max(before, default=0), min(after, default=words)
    return (first, last) if first < last else (0, words)


def _likeness(wording: str, phrases: Sequence[str]) -> float:
    sound = normalise([wording]).folded
    return max((fuzz.ratio(sound, normalise([p]).folded) for p in phrases), default=0.0)


def _merge(proposals: Sequence[Proposal]) -> list[Proposal]:
    """One proposal for what was said in nearly the same words; best first: often said, then score."""
    groups: list[list[Proposal]] = []
    for proposal in proposals:
        sound = normalise([proposal.wording]).folded
        for group in groups:
            if fuzz.ratio(sound, normalise([group[0].wording]).folded) >= SAME:
                group.append(proposal)
                break
        else:
            groups.append([proposal])
    merged = []
    for group in groups:
        best = max(group, key=lambda p: (p.score, -len(p.wording)))
        times = len({p.reply for p in group})
        other = next((p.reply for p in group if best.wording not in p.reply), "")
        merged.append(replace(best, times=times, other_reply=other))
    return sorted(merged, key=lambda p: (-p.times, -p.score, p.wording))
