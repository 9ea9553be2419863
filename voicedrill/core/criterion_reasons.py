"""A sentence for what became of one criterion, with the clip of the reply behind it."""

from __future__ import annotations

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.model import Criterion, Evidence, Finding, Points, Verdict


def clip(evidence: Evidence) -> Bilingual:
    """What was said, and when."""
    return Bilingual(f"{evidence.start:.1f}–{evidence.end:.1f} 秒「{evidence.said}」",
                     f"{evidence.start:.1f}–{evidence.end:.1f} s “{evidence.said}”")


def criterion_reason(points: Points, criterion: Criterion, finding: Finding | None) -> Bilingual:
    """Why a criterion earned what it did."""
    if points.measure is not None:
        mark = f"{points.measure:.0f}"
        return Bilingual(f"由人评定：{mark}（满分 100）。", f"Marked by a person: {mark} of 100.")
    if points.verdict is Verdict.PENDING:
        return Bilingual("待评：由人听过再评，没评之前不计入。",
                         "Waits for a person; outside of the total until marked.")
    if finding is None or finding.evidence is None or finding.verdict is Verdict.MISSED:
        return _not_said(criterion)
    return _said(points, finding, finding.evidence)


def _said(points: Points, finding: Finding, evidence: Evidence) -> Bilingual:
    place = clip(evidence)
    if finding.verdict is Verdict.NEGATED:
        return Bilingual(f"{place.zh}，与「{evidence.phrase}」意思像是相反，请听录音。",
                         f"{place.en} seems to deny “{evidence.phrase}”; listen to it.")
    if finding.verdict is Verdict.UNSURE:
        held = _held_against(points)
        return Bilingual(f"{place.zh}，像「{evidence.phrase}」但没有听清，{held.zh}。",
                         f"{place.en} is like “{evidence.phrase}” but unclear; {held.en}.")
    if finding.parts:
        return _recited(finding, place)
    return Bilingual(f"{place.zh}，与「{evidence.phrase}」相符。", f"{place.en} matches “{evidence.phrase}”.")


def _not_said(criterion: Criterion) -> Bilingual:
    if criterion.kind == "key_point":
        return Bilingual("没有听到要点。", "No key point was heard.")
    wording = criterion.phrases[0] if criterion.phrases else criterion.name
    if criterion.optional:
        return Bilingual(f"没有说到，不扣分，例如：{wording}。", f"Not said, at no cost; for example: {wording}.")
    if criterion.required:
        return Bilingual(f"必说的没有说到，例如：{wording}。", f"Required but not said; for example: {wording}.")
    return Bilingual(f"没有说到，例如：{wording}。", f"Not said; for example: {wording}.")


def _held_against(points: Points) -> Bilingual:
    if points.possible:
        return Bilingual("听清的要点太少，暂不给分", "too little was clear, so no points for now")
    return Bilingual("不扣分", "not held against you")


_BECAME = {
    "changed": Bilingual("改了", "changed"),
    "skipped": Bilingual("漏了", "skipped"),
    "added": Bilingual("多了", "added"),
}


def _recited(finding: Finding, place: Bilingual) -> Bilingual:
    """What became of a sentence to be said word for word."""
    other = [part for part in finding.parts if part.kind != "said"]
    if not other:
        return Bilingual(f"{place.zh}，一字不差。", f"{place.en}, word for word.")
    words = [f"「{p.expected}」→「{p.heard}」" if p.kind == "changed" else f"「{p.expected or p.heard}」"
             for p in other]
    zh = "，".join(_BECAME[p.kind].zh + w for p, w in zip(other, words, strict=True))
    en = ", ".join(f"{_BECAME[p.kind].en} {w}" for p, w in zip(other, words, strict=True))
    return Bilingual(f"{place.zh}，原话说到 {finding.score:.0f}%：{zh}。",
                     f"{place.en}: {finding.score:.0f}% of the sentence; {en}.")
