"""Voice checks: does recognition work for this person?"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "voice_check",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("trainee_id", sa.String(36), nullable=False),
        sa.Column("created_at", sa.String(27), nullable=False),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("sentence_list", sa.Text(), nullable=False),
        sa.Column("fitness", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("cer", sa.REAL(), nullable=False),
        sa.Column("syllable_error", sa.REAL(), nullable=False),
        sa.Column("speech_dbfs", sa.REAL(), nullable=True),
        sa.Column("snr_db", sa.REAL(), nullable=True),
        sa.Column("speech_rate", sa.REAL(), nullable=True),
        sa.Column("articulation_rate", sa.REAL(), nullable=True),
        sa.Column("readings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["trainee_id"], ["trainee.id"], name="fk_voice_check_trainee_id"),
        sa.PrimaryKeyConstraint("seq", name="pk_voice_check"),
        sa.UniqueConstraint("id", name="uq_voice_check_id"),
    )
    op.create_index("ix_voice_check_trainee_id", "voice_check", ["trainee_id"])
    op.execute(
        "CREATE TRIGGER voice_check_is_never_changed BEFORE UPDATE ON voice_check "
        "BEGIN SELECT RAISE(ABORT, 'voice_check is append-only'); END"
    )
