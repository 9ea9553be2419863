"""Between the rows of the tables and the data types of the model."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from voicedrill.core.model import (
    Attempt,
    Evaluation,
    Facts,
    PackRef,
    QuestionRef,
    RecordingRef,
    ScoreCard,
    Versions,
)
from voicedrill.store.document import from_text, to_text
from voicedrill.store.schema import AttemptRow, FactsRow, RecordingRow, ScoreRow, SummaryRow


def attempt_row(attempt: Attempt, trainee_id: str) -> AttemptRow:
    """What is known of the attempt apart from its recording, facts and scores."""
    question = attempt.question
    return AttemptRow(
        id=str(attempt.id),
        trainee_id=trainee_id,
        started_at=attempt.started_at,
        source=attempt.source,
        question_id=question.id,
        question_kind=question.kind,
        question_name=question.name,
        prompt=question.prompt,
        pack_id=question.pack.id,
        pack_version=question.pack.version,
        pack_sha256=question.pack.sha256,
        program=attempt.versions.program,
        model=attempt.versions.model,
        follows=str(attempt.follows) if attempt.follows else None,
        notes=notes_text(attempt.notes),
    )


def recording_row(attempt_id: UUID, recording: RecordingRef) -> RecordingRow:
    """Where the audio lies; the caller sets the time."""
    return RecordingRow(
        id=str(uuid4()),
        attempt_id=str(attempt_id),
        path=recording.path,
        sha256=recording.sha256,
        seconds=recording.seconds,
    )


def summary_row(attempt: AttemptRow, recording: RecordingRow) -> SummaryRow:
    """The line of an attempt that has neither facts nor score yet."""
    return SummaryRow(
        attempt_id=attempt.id,
        trainee_id=attempt.trainee_id,
        started_at=attempt.started_at,
        question_id=attempt.question_id,
        source=attempt.source,
        recording_id=recording.id,
    )


def facts_row(attempt_id: UUID, facts: Facts, versions: Versions, notes: tuple[str, ...]) -> FactsRow:
    """Facts and what made them; the caller sets the time."""
    return FactsRow(
        id=str(uuid4()),
        attempt_id=str(attempt_id),
        program=versions.program,
        model=versions.model,
        facts=to_text(facts, Facts),
        notes=notes_text(notes),
    )


def score_row(facts: FactsRow, evaluation: Evaluation, card: ScoreCard, pack: PackRef, program: str) -> ScoreRow:
    """A score derived from those facts; the caller sets the time."""
    return ScoreRow(
        id=str(uuid4()),
        attempt_id=facts.attempt_id,
        facts_id=facts.id,
        status=card.status.value,
        total=card.total,
        passed=card.passed,
        tactic_id=evaluation.tactic_id,
        pack_id=pack.id,
        pack_version=pack.version,
        pack_sha256=pack.sha256,
        rubric_id=card.rubric.id,
        rubric_version=card.rubric.version,
        rubric_sha256=card.rubric.sha256,
        program=program,
        evaluation=to_text(evaluation, Evaluation),
        card=to_text(card, ScoreCard),
    )


def attempt_of(
    attempt: AttemptRow, trainee: str, recording: RecordingRow, facts: FactsRow | None, score: ScoreRow | None
) -> Attempt:
    """The attempt as it stands with its newest facts and score; versions are those that made the facts."""
    notes = (*notes_of(attempt.notes), *(notes_of(facts.notes) if facts else ()))
    made_by = facts or attempt
    return Attempt(
        id=UUID(attempt.id),
        trainee=trainee,
        started_at=attempt.started_at,
        source=attempt.source,  # type: ignore[arg-type]  # a newer program may know more sources
        question=QuestionRef(
            id=attempt.question_id,
            kind=attempt.question_kind,
            name=attempt.question_name,
            prompt=attempt.prompt,
            pack=PackRef(attempt.pack_id, attempt.pack_version, attempt.pack_sha256),
        ),
        recording=RecordingRef(recording.path, recording.sha256, recording.seconds),
        versions=Versions(program=made_by.program, model=made_by.model),
        facts=from_text(facts.facts, Facts) if facts else None,
        evaluation=from_text(score.evaluation, Evaluation) if score else None,
        score_card=from_text(score.card, ScoreCard) if score else None,
        follows=UUID(attempt.follows) if attempt.follows else None,
        notes=tuple(dict.fromkeys(notes)),
    )


def notes_text(notes: tuple[str, ...]) -> str:
    """As JSON."""
    return json.dumps(notes, ensure_ascii=False)


def notes_of(text: str) -> tuple[str, ...]:
    """From JSON."""
    return tuple(json.loads(text))
