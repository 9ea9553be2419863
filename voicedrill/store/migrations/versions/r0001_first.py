"""The first tables; voicedrill/store/schema.py says what they hold."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("attempt", "recording", "facts", "score", "event")


def upgrade() -> None:
    op.create_table(
        "trainee",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trainee"),
        sa.UniqueConstraint("name", name="uq_trainee_name"),
    )
    op.create_table(
        "attempt",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("trainee_id", sa.String(36), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("question_kind", sa.Text(), nullable=False),
        sa.Column("question_name", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("pack_version", sa.Text(), nullable=False),
        sa.Column("pack_sha256", sa.String(64), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("follows", sa.String(36), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name="fk_attempt_trainee_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_attempt"),
        sa.UniqueConstraint("id", name="uq_attempt_id"),
    )
    op.create_index("ix_attempt_follows", "attempt", ["follows"])
    op.create_index("ix_attempt_trainee_id", "attempt", ["trainee_id"])
    op.create_table(
        "recording",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("attempt_id", sa.String(36), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("seconds", sa.REAL(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name="fk_recording_attempt_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name="pk_recording"),
        sa.UniqueConstraint("id", name="uq_recording_id"),
    )
    op.create_index("ix_recording_attempt_id", "recording", ["attempt_id"])

    op.create_table(
        "event",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("attempt_id", sa.String(36), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_event_attempt_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_event"),
        sa.UniqueConstraint("id", name="uq_event_id"),
    )
    op.create_index("ix_event_attempt_id", "event", ["attempt_id"])
    op.create_table(
        "facts",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("attempt_id", sa.String(36), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_facts_attempt_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_facts"),
        sa.UniqueConstraint("id", name="uq_facts_id"),
    )
    op.create_index("ix_facts_attempt_id", "facts", ["attempt_id"])
    op.create_table(
        "score",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("attempt_id", sa.String(36), nullable=False),
        sa.Column("facts_id", sa.String(36), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("total", sa.REAL(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("tactic_id", sa.Text(), nullable=True),
        sa.Column("pack_id", sa.Text(), nullable=False),
        sa.Column("pack_version", sa.Text(), nullable=False),
        sa.Column("pack_sha256", sa.String(64), nullable=False),
        sa.Column("rubric_id", sa.Text(), nullable=False),
        sa.Column("rubric_version", sa.Text(), nullable=False),
        sa.Column("rubric_sha256", sa.String(64), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("card", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_score_attempt_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["facts_id"], ["facts.id"], name="fk_score_facts_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seq", name="pk_score"),
        sa.UniqueConstraint("id", name="uq_score_id"),
    )
    op.create_index("ix_score_attempt_id", "score", ["attempt_id"])
    op.create_index("ix_score_facts_id", "score", ["facts_id"])
    op.create_table(
        "summary",
        sa.Column("attempt_id", sa.String(36), nullable=False),
        sa.Column("trainee_id", sa.String(36), nullable=False),
        sa.Column("started_at", sa.String(27), nullable=False),
        sa.Column("question_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.String(36), nullable=False),
        sa.Column("facts_id", sa.String(36), nullable=True),
        sa.Column("score_id", sa.String(36), nullable=True),
        sa.Column("tactic_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("total", sa.REAL(), nullable=True),
        sa.ForeignKeyConstraint(["attempt_id"], ["attempt.id"], name="fk_summary_attempt_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["facts_id"], ["facts.id"], name="fk_summary_facts_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"], name="fk_summary_recording_id"),
        sa.ForeignKeyConstraint(["score_id"], ["score.id"], name="fk_summary_score_id", ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name="fk_summary_trainee_id"),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_summary"),
    )
    op.create_index("ix_summary_recording_id", "summary", ["recording_id"])
    op.create_index("ix_summary_facts_id", "summary", ["facts_id"])
    op.create_index(
        "ix_summary_page",
        "summary",
        ["started_at", "attempt_id", "trainee_id", "question_id", "source", "tactic_id", "total"],
    )
    op.create_index("ix_summary_question", "summary", ["question_id", "started_at", "attempt_id"])
    op.create_index("ix_summary_score_id", "summary", ["score_id"])
    op.create_index("ix_summary_tactic", "summary", ["tactic_id", "started_at", "attempt_id"])
    op.create_index("ix_summary_total", "summary", ["total"])
    op.create_index("ix_summary_trainee", "summary", ["trainee_id", "started_at", "attempt_id"])
    op.create_index("ix_summary_unscored", "summary", ["started_at"], sqlite_where=sa.text("score_id IS NULL"))
    # ### end Alembic commands ###
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_is_never_changed BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
