"""Keep what staff found out about figures that do not go together.

There are no earlier rows. Going back drops the answers; the questions are then asked again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_question_answers"
down_revision = "0007_quick_checks"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "question_answer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("enterprise_id", KEY, nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_question_answer_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_answer")),
        sa.UniqueConstraint("enterprise_id", "question", name=op.f("uq_question_answer_enterprise_id_question")),
    )


def downgrade() -> None:
    op.drop_table("question_answer")
