"""Keep quick checks for whoever asks for a link, and count visits by address.

There are no earlier rows. Going back drops what was kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_quick_checks"
down_revision = "0006_rehearsals"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "quick_check",
        sa.Column("id", KEY, nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_quick_check_expires_after_creation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quick_check")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_quick_check_token_sha256")),
    )
    op.create_index(op.f("ix_quick_check_expires_at"), "quick_check", ["expires_at"])
    op.create_table(
        "check_visit",
        sa.Column("visitor", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("visitor", "kind", "minute", name=op.f("pk_check_visit")),
    )
    op.create_index(op.f("ix_check_visit_minute"), "check_visit", ["minute"])


def downgrade() -> None:
    op.drop_index(op.f("ix_check_visit_minute"), table_name="check_visit")
    op.drop_table("check_visit")
    op.drop_index(op.f("ix_quick_check_expires_at"), table_name="quick_check")
    op.drop_table("quick_check")
