"""The kind `rebuttal`: an objection is answered by one of several tactics, each with key points of its own.

Which tactic is it? Every key point found speaks for its tactic, the more the clearer it was heard:

    strength of a key point = (margin + 8) / 16, limited to 0-1; a negated or missed one counts 0
    strength of a tactic    = sum over its key points

where the margin is the similarity above the cut-off. A point right at the cut-off gives half, so one doubtful point
alone never makes a tactic, while two of them, or one that was heard plainly, do. The strongest tactic of at least
`ACCEPTED` is recognised; ties go to the greater coverage, then to the question's order. Points whose words the
recogniser doubts take part, since doubt about the words is no sign of another tactic.

Coverage (what is paid for) counts only key points that were hit.
"""

from __future__ import annotations

from voicedrill.core.criteria import compare
from voicedrill.core.kinds.assessment import Assessment
from voicedrill.core.matching import CutOffs, Match
from voicedrill.core.model import Question, Tactic, TacticMatch, Transcript, Verdict
from voicedrill.core.structure import find_key_point
from voicedrill.core.text import Text

ACCEPTED = 0.8
"""Strength from which a tactic is recognised. Lower finds tactics in small talk, higher loses replies of one
point."""
_FULL = 8.0
"""Points above the cut-off at which a key point speaks with full strength."""


def assess(question: Question, transcript: Transcript, cut_offs: CutOffs, text: Text) -> Assessment:
    """Findings for every key point and pack-wide criterion, coverage of every tactic, and the tactic recognised."""
    criteria = question.criteria
    matches = compare((*criteria, *question.shared), question.prompt, transcript, text, cut_offs)
    by_id = {m.finding.criterion_id: m for m in matches}
    ranked = sorted(
        ((_strength(t, by_id), _coverage(t, by_id), -i) for i, t in enumerate(question.tactics)), reverse=True)
    tactics = tuple(TacticMatch(question.tactics[-i].id, coverage) for _, coverage, i in ranked)
    recognised = tactics[0].tactic_id if ranked and ranked[0][0] >= ACCEPTED else None
    findings = tuple(m.finding for m in matches[:len(criteria)])
    shared = tuple(find_key_point(c, findings, recognised) if c.kind == "key_point" else m.finding
                   for c, m in zip(question.shared, matches[len(criteria):], strict=True))
    return Assessment(findings, tactics, recognised, shared, ranked[0][0] if ranked else 0.0)


def _strength(tactic: Tactic, matches: dict[str, Match]) -> float:
    found = (matches[c.id] for c in tactic.criteria)
    return sum(min(1.0, max(0.0, (m.margin + _FULL) / (2 * _FULL))) for m in found
               if m.finding.verdict in (Verdict.HIT, Verdict.PARTIAL, Verdict.UNSURE))


def _coverage(tactic: Tactic, matches: dict[str, Match]) -> float:
    weight = sum(c.weight for c in tactic.criteria)
    hit = sum(c.weight for c in tactic.criteria if matches[c.id].finding.verdict is Verdict.HIT)
    return hit / weight if weight else 0.0
