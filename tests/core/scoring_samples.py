"""Transcripts, facts, questions and labelled replies for the tests of scoring."""

import csv
from pathlib import Path

from voicedrill.content.packs import read_pack, read_profile
from voicedrill.content.rubrics import read_rubric
from voicedrill.core.model import (
    RATE,
    Criterion,
    EndReason,
    Facts,
    PackRef,
    Question,
    Signal,
    SpeechSegment,
    Tactic,
    Timing,
    Transcript,
    Word,
)

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
RUBRIC = ROOT / "content" / "rubrics" / "standard.yaml"
PACK = PackRef("test", "1", "0" * 64)
PER_CHARACTER = 0.25
"""Seconds: 240 字 a minute, in the middle of the pace band."""


def question(tactics, prompt="太贵了", name="太贵了"):
    """A question with tactics given as {tactic id: {criterion id: phrases}}."""
    def criteria(tactic, points):
        return tuple(Criterion(f"{tactic}.{c}", f"{tactic}{c}点", tuple(phrases)) for c, phrases in points.items())

    return Question("q", "rebuttal", name, prompt, PACK,
                    tuple(Tactic(t, f"{t}法", criteria(t, points)) for t, points in tactics.items()))


AVERAGE = question({
    "average": {
        "a": ["可以用十年", "使用寿命长"],
        "b": ["平均到每天", "一天才几块钱"],
        "c": ["很划算", "性价比高"],
    },
    "compare": {
        "a": ["比别的牌子便宜", "跟同类产品比"],
        "b": ["质量比他们好", "做工更好"],
    },
})


def transcript(*words, confidence=None, start=1.0, gap=0.0):
    """Words spoken at an even pace, one after another."""
    spoken = []
    for text in words:
        end = start + PER_CHARACTER * max(1, len(text))
        spoken.append(Word(text, start, end, confidence))
        start = end + gap
    return Transcript(tuple(spoken))


def facts(said, segments=None, timing=Timing.EXACT, signal=None):
    """Facts about a transcript, with speech wherever there are words unless segments (seconds) are given."""
    if segments is None:
        segments = [(said.words[0].start, said.words[-1].end)] if said.words else []
    spans = tuple(SpeechSegment(round(a * RATE), round(b * RATE)) for a, b in segments)
    last = max([w.end for w in said.words] + [b for _, b in segments], default=0.0)
    return Facts(said, spans, last + 1.5, signal or Signal(-20.0, 30.0, 0), timing, EndReason.REPLY_ENDED)


def rubric():
    return read_rubric(RUBRIC)


def shipped_questions():
    """The questions of the shipped pack by id."""
    profile = read_profile(ROOT / "content" / "profiles" / "default.yaml")
    return {q.id: q for q in read_pack(ROOT / "content" / "sales-objections.yaml", profile).questions}


def labelled(name):
    """Rows of a labelled set."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
