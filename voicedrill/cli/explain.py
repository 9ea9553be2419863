"""`voicedrill explain`: the reason for every point of an attempt, on screen and aloud, with the clips behind it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from voicedrill.cli.language import t, tr
from voicedrill.core.errors import AudioError, ContentError, StoreError, UsageError, VoiceDrillError

if TYPE_CHECKING:
    from rich.console import Console

    from voicedrill.audio.speaker import Speaker
    from voicedrill.core.bilingual import Bilingual
    from voicedrill.core.model import Attempt, Evaluation, Evidence, Question, Recording, ScoreCard
    from voicedrill.ports import Synthesizer
    from voicedrill.store.attempts import AttemptStore

MARGIN = 0.15
"""Seconds of the recording on each side of a clip: word times are no better, and a cut word is hard to judge."""
_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
"""What some file system refuses in a name."""


def explain(
    attempt: Annotated[str | None, typer.Argument(metavar="ATTEMPT", help=t(
        "作答编号的开头几位（见 history）；省略则是最近一次。",
        "First characters of an attempt's id (see history); the last one if omitted."))] = None,
    aloud: Annotated[bool, typer.Option("--aloud", help=t(
        "念出理由，并播放对应的录音片段。", "Speak the reasons and play the clips behind them."))] = False,
    clips: Annotated[Path | None, typer.Option(metavar="FOLDER", help=t(
        "把每个片段存成 WAV，以要点命名。", "Write each clip as a WAV named after its criterion."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=t("输出 JSON。", "Print JSON."))] = False,
) -> None:
    """Print one reason per line of points."""
    from voicedrill.cli import wiring
    from voicedrill.cli.screen import print_json, result_console

    library = wiring.open_library()
    with wiring.open_store() as store:
        found = _find(store, attempt)
        question = next((q for q in library.questions if q.id == found.question.id), None)
        if question is None:
            raise ContentError(f"题库里已没有题目 {found.question.id}「{found.question.name}」，请放回那份题库再试。",
                               f"No pack has question {found.question.id} “{found.question.name}” any more; "
                               "put its pack back and try again.")
        page = _Page.of(found, question)
        for remark in _remarks(store, found, question):
            _remark(remark)
        recording = _open_recording(store, found, needed=clips is not None) if aloud or clips else None
        if as_json:
            print_json(page.to_json())
        else:
            _show(result_console(), page)
    if clips is not None and recording is not None:
        _write_clips(clips, page, recording)
    if aloud:
        _say(page, recording)


def _find(store: AttemptStore, prefix: str | None) -> Attempt:
    """The attempt asked for, scored.

    Raises:
        UsageError: there is none, or several.
        StoreError: it has no score yet.
    """
    from voicedrill.store.attempts import AttemptFilter

    if prefix is not None:
        found = store.get(prefix)
    else:
        newest = store.list(AttemptFilter(limit=1))
        if not newest:
            raise UsageError("还没有作答记录。先试试 voicedrill demo。", "No attempts yet. Try voicedrill demo.")
        found = newest[0]
    if found.facts is None or found.evaluation is None or found.score_card is None:
        raise StoreError(f"作答 {str(found.id)[:8]} 还没有评分，请先运行 voicedrill score --unscored。",
                         f"Attempt {str(found.id)[:8]} has no score yet; run voicedrill score --unscored first.")
    return found


def _remarks(store: AttemptStore, attempt: Attempt, question: Question) -> list[str]:
    """What a listener should know first: a pack or a recording that is no longer what it was."""
    from voicedrill.store.recordings import Condition

    remarks = []
    judged_by = store.scores(attempt.id)[-1].pack
    if judged_by.sha256 != question.pack.sha256:
        then, now = judged_by.version, question.pack.version
        if then == now:
            now += t("，内容有改动", ", edited")
        remarks.append(t(f"题库在评分之后改过（当时 {then}，现在 {now}）：理由按当时的评分说明。",
                         f"The pack has changed since (then {then}, now {now}): these are the reasons of then."))
    path = store.recordings.locate(attempt.recording)
    condition = store.recordings.condition(attempt.recording)
    if condition is Condition.MISSING:
        remarks.append(t(f"录音 {path} 不见了，只能说明文字理由。",
                         f"Recording {path} is missing: reasons in words only."))
    if condition is Condition.CHANGED:
        remarks.append(t(f"录音 {path} 在录制之后被改动过，不再为证，不播放片段。",
                         f"Recording {path} was changed after it was recorded and proves nothing: no clips."))
    return remarks


def _open_recording(store: AttemptStore, attempt: Attempt, *, needed: bool) -> Recording | None:
    """The recording, None where it is missing or was changed.

    Raises:
        AudioError: clips are to be cut from it, and there is none to cut from; or it cannot be read.
    """
    from voicedrill.audio.files import read_audio
    from voicedrill.store.recordings import Condition

    usable = store.recordings.condition(attempt.recording) in (Condition.INTACT, Condition.UNCONFIRMED)
    if usable:
        return read_audio(store.recordings.locate(attempt.recording))
    if needed:
        raise AudioError("没有可用的录音，无法导出片段；去掉 --clips 可看文字理由。",
                         "There is no usable recording to cut clips from; without --clips the reasons are shown.")
    return None


# ---------------------------------------------------------------- what is said


@dataclass(frozen=True)
class _Line:
    """One line of the explanation."""

    part: str
    name: str
    """Of the criterion, else of the part."""
    criterion_id: str | None
    code: str | None
    """Of the verdict, for machines."""
    verdict: str
    """For people; empty for what has none."""
    earned: float
    possible: float
    reason: Bilingual
    evidence: Evidence | None


@dataclass(frozen=True)
class _Page:
    """Everything there is to say about an attempt."""

    attempt: Attempt
    question: Question
    lines: tuple[_Line, ...]
    headline: Bilingual

    @classmethod
    def of(cls, attempt: Attempt, question: Question) -> _Page:
        from voicedrill.core.explanation import headline

        evaluation, card = attempt.evaluation, attempt.score_card
        if evaluation is None or card is None:
            raise ValueError("an attempt without a score cannot be explained")
        lines = (*_point_lines(question, evaluation, card), *_red_lines(evaluation))
        return cls(attempt, question, lines, headline(question, evaluation, card))

    @property
    def title(self) -> str:
        """Who, what, how many points."""
        who = f"#{str(self.attempt.id)[:8]}  {self.attempt.trainee}  {self.question.name}"
        card = self.attempt.score_card
        if card is None or card.total is None:
            return f"{who}  {t('识别不可靠，不计分', 'recognition unreliable, no score')}"
        passed = t("通过", "passed") if card.passed else t("未通过", "not passed")
        return f"{who}  {card.total:.0f} {t('分', 'points')}  {passed}"

    def to_json(self) -> dict[str, Any]:
        """The same for machines."""
        evaluation, card = self.attempt.evaluation, self.attempt.score_card
        return {
            "attempt": str(self.attempt.id), "question": self.question.id,
            "tactic": evaluation.tactic_id if evaluation else None, "total": card.total if card else None,
            "reasons": [{
                "part": line.part, "criterion": line.criterion_id, "name": line.name, "verdict": line.code,
                "earned": line.earned, "possible": line.possible, "reason": tr(line.reason),
                "clip": None if line.evidence is None else {
                    "start": line.evidence.start, "end": line.evidence.end, "said": line.evidence.said},
            } for line in self.lines],
            "headline": tr(self.headline),
        }


def _point_lines(question: Question, evaluation: Evaluation, card: ScoreCard) -> list[_Line]:
    from voicedrill.cli.wording import PART, VERDICT
    from voicedrill.core.explanation import explain as reasons_of

    criteria = {c.id: c for c in (*question.criteria, *question.shared)}
    findings = {f.criterion_id: f for f in (*evaluation.findings, *evaluation.shared)}
    lines = []
    for points, reason in zip(card.points, reasons_of(question, evaluation, card), strict=True):
        criterion, finding = criteria.get(points.criterion_id or ""), findings.get(points.criterion_id or "")
        lines.append(_Line(
            points.part, criterion.name if criterion else tr(PART[points.part]), points.criterion_id,
            points.verdict.value if points.verdict else None,
            tr(VERDICT[points.verdict]) if points.verdict else "", points.earned, points.possible, reason,
            finding.evidence if finding else None))
    return lines


def _red_lines(evaluation: Evaluation) -> list[_Line]:
    from voicedrill.core.explanation import red_line_reasons

    return [_Line("red_line", found.name, found.red_line_id, "doubtful" if found.doubtful else "crossed",
                  t("红线", "red line"), 0.0, 0.0, reason, found.evidence)
            for found, reason in zip(evaluation.red_lines, red_line_reasons(evaluation), strict=True)]


def _show(console: Console, page: _Page) -> None:
    console.print(page.title, markup=False, soft_wrap=True, style="bold")
    facts = page.attempt.facts
    if facts is not None and facts.transcript.words:
        console.print(f"{t('您说', 'You')}  {facts.transcript.text}", markup=False, soft_wrap=True)
    for line in page.lines:
        earned = f"{line.earned:.1f}/{line.possible:.1f}" if line.possible else "—"
        console.print(f"  {earned:>9}  {line.name}  {line.verdict}".rstrip(), markup=False, soft_wrap=True)
        console.print(f"             {tr(line.reason)}", markup=False, soft_wrap=True, style="dim")
    console.print(f"→ {tr(page.headline)}", markup=False, soft_wrap=True, style="bold")


def _remark(text: str) -> None:
    from voicedrill.cli.screen import progress_console

    progress_console().print(f"⚠ {text}", markup=False, soft_wrap=True, style="yellow")


# ---------------------------------------------------------------- clips


def cut(recording: Recording, start: float, end: float) -> Recording:
    """The stretch between two times in seconds, with a margin; empty where the recording does not reach."""
    from voicedrill.core.model import Recording as Cut

    first, last = (max(0, round(s * recording.rate)) for s in (start - MARGIN, end + MARGIN))
    return Cut(recording.samples[first:last], recording.rate)


def _write_clips(folder: Path, page: _Page, recording: Recording) -> None:
    """One WAV per piece of evidence.

    Raises:
        AudioError: a file is there already, or the folder cannot be written.
    """
    from voicedrill.audio.files import write_wav

    evident = [line for line in page.lines if line.evidence is not None]
    times_named = Counter(line.name for line in evident)
    written = 0
    for line in evident:
        name = line.name if times_named[line.name] == 1 else f"{line.name}-{line.criterion_id}"
        if line.evidence is not None:
            clip = cut(recording, line.evidence.start, line.evidence.end)
            write_wav(folder / f"{_UNSAFE.sub('_', name).strip(' .')}.wav", clip)
            written += 1
    from voicedrill.cli.screen import progress_console

    progress_console().print(t(f"{written} 个片段已存到 {folder}", f"{written} clips written to {folder}"),
                             markup=False, soft_wrap=True)


# ---------------------------------------------------------------- aloud


def _say(page: _Page, recording: Recording | None) -> None:
    """Speak every reason, each followed by its clip; without a loudspeaker say so once."""
    from voicedrill.audio.speaker import open_speaker
    from voicedrill.cli import wiring

    speaker = open_speaker()
    if speaker is None:
        _remark(t("没有可用的扬声器，只显示文字。", "There is no loudspeaker: reasons in words only."))
        return
    voice: Synthesizer | None = wiring.open_synthesizer()
    for line in page.lines:
        voice = _speak(voice, f"{line.name}。{line.reason.zh}", speaker)
        if line.evidence is not None and recording is not None:
            clip = cut(recording, line.evidence.start, line.evidence.end)
            if len(clip.samples):
                speaker.play(clip)
    _speak(voice, page.headline.zh, speaker)


def _speak(voice: Synthesizer | None, text: str, speaker: Speaker) -> Synthesizer | None:
    """Say it in Mandarin, the only voice there is; after a failure, told once, clips alone are played."""
    if voice is None:
        return None
    try:
        speaker.play(voice.synthesize(speakable(text)))
    except AudioError:
        raise
    except VoiceDrillError as error:
        _remark(tr(error.message))
        return None
    return voice


def speakable(text: str) -> str:
    """A reason as it can be read aloud: ranges in words, no brackets."""
    return re.sub(r"[「」“”()（）]", "，", text.replace("–", "到")).replace("，，", "，")
