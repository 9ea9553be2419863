"""A whole attempt, and its parts, for the tests of the store."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import voicedrill
from voicedrill.core.model import (
    Attempt,
    CardStatus,
    EndReason,
    Evaluation,
    Evidence,
    Facts,
    Finding,
    Fluency,
    PackRef,
    Points,
    Question,
    QuestionRef,
    RecordingRef,
    Reliability,
    RubricRef,
    ScoreCard,
    Signal,
    SpeechSegment,
    TacticMatch,
    Timing,
    Transcript,
    Verdict,
    Versions,
    Word,
)

ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), str(Path(voicedrill.__file__).parents[1]))),
    "PYTHONUTF8": "1",
}
"""For a Python that runs apart from the tests: it finds voicedrill and this module."""

START = datetime(2026, 3, 1, 8, 0, tzinfo=timezone.utc)
PACK = PackRef("sales-objections", "1.0.0", "5f" * 32)
QUESTION = Question("o1", "rebuttal", "太贵了", "你们的产品太贵了。", PACK)

FACTS = Facts(
    transcript=Transcript(
        (Word("一分", 0.87, 1.32, 0.98), Word("价钱", 1.32, 1.71, 0.96), Word("一分货", 1.71, 2.4, 1.0))
    ),
    segments=(SpeechSegment(13_824, 38_912),),
    seconds=3.2,
    signal=Signal(speech_dbfs=-23.5, snr_db=31.0, clipped=0),
    timing=Timing.EXACT,
    end_reason=EndReason.REPLY_ENDED,
)
EVALUATION = Evaluation(
    tactic_id="t11",
    tactics=(TacticMatch("t11", 0.5), TacticMatch("t12", 0.0)),
    findings=(
        Finding("t11.a", Verdict.HIT, 96.5, Evidence("一分价钱一分货", "一分价钱一分货", 0.87, 2.4, 0, 2)),
        Finding("t11.b", Verdict.MISSED, 21.0),
    ),
    fluency=Fluency(
        response_latency=0.87,
        characters=7,
        speaking_time=1.53,
        speech_rate=274.5,
        articulation_rate=4.58,
        phonation_ratio=1.0,
        silent_pauses=0,
        long_pauses=0,
        pause_time=0.0,
        mid_clause_hesitations=0.0,
        mean_length_of_run=7.0,
        fillers=0.0,
        repeats=0.0,
    ),
    reliability=Reliability(reliable=True, confidence=0.98),
)
CARD = ScoreCard(
    status=CardStatus.SCORED,
    total=62.5,
    passed=False,
    points=(
        Points("content", 30.0, 60.0, "t11.a", Verdict.HIT),
        Points("content", 0.0, 30.0, "t11.b", Verdict.MISSED),
        Points("latency", 10.0, 10.0, measure=0.87),
    ),
    rubric=RubricRef("standard", "1", "a0" * 32),
)
ATTEMPT = Attempt(
    id=UUID("3f2a9c1e-7b64-4d0a-9e51-0c8d2b6f4a17"),
    trainee="小王",
    started_at=START,
    source="practice",
    question=QuestionRef("o1", "rebuttal", "太贵了", "你们的产品太贵了。", PACK),
    recording=RecordingRef("2026-03-01/3f2a9c1e-7b64-4d0a-9e51-0c8d2b6f4a17.wav", "c4" * 32, 3.2),
    versions=Versions("0.1.0", "voicedrill-demo-cn@1f3c9a0d"),
    facts=FACTS,
    evaluation=EVALUATION,
    score_card=CARD,
    notes=("demo_model",),
)
"""Recognised and scored."""
BEGUN = replace(ATTEMPT, facts=None, evaluation=None, score_card=None)
"""The same, before it was recognised."""


def numbered(number: int, **changes: object) -> Attempt:
    """`ATTEMPT` again with an id and a minute of its own."""
    fresh = replace(ATTEMPT, id=UUID(int=number << 96 | number), started_at=START + timedelta(minutes=number))
    return replace(fresh, **changes)  # type: ignore[arg-type]
