"""Rehearse changed rules on the whole registry.

Nothing of the live assessments changes; there are no earlier rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_rehearsals"
down_revision = "0005_local_standards"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "rehearsal",
        sa.Column("id", KEY, nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version_id", KEY, nullable=True),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("standard", sa.String(length=24), nullable=False),
        sa.Column("old_id", sa.String(length=80), nullable=True),
        sa.Column("new_id", sa.String(length=80), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=8), nullable=False),
        sa.Column("rules_hash", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("cursor", KEY, nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("heartbeat_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.CheckConstraint("origin IN ('pair', 'file', 'draft')", name=op.f("ck_rehearsal_origin_known")),
        sa.CheckConstraint(
            "status IN ('running', 'done', 'failed', 'cancelled')", name=op.f("ck_rehearsal_status_known")
        ),
        sa.CheckConstraint("basis IN ('reported', 'forecast')", name=op.f("ck_rehearsal_basis_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rehearsal")),
    )
    op.create_table(
        "rehearsal_change",
        sa.Column("rehearsal_id", KEY, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("enterprise_id", KEY, nullable=False),
        sa.Column("jurisdiction", sa.String(length=12), nullable=False),
        sa.Column("before", sa.SmallInteger(), nullable=False),
        sa.Column("after", sa.SmallInteger(), nullable=False),
        sa.Column("results_before", sa.BigInteger(), nullable=False),
        sa.Column("results_after", sa.BigInteger(), nullable=False),
        sa.Column("eased", sa.BigInteger(), nullable=False),
        sa.Column("tightened", sa.BigInteger(), nullable=False),
        sa.Column("nearest_before", sa.SmallInteger(), nullable=True),
        sa.Column("gap_before", sa.BigInteger(), nullable=True),
        sa.Column("nearest_after", sa.SmallInteger(), nullable=True),
        sa.Column("gap_after", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("rehearsal_id", "kind", "enterprise_id", name=op.f("pk_rehearsal_change")),
    )


def downgrade() -> None:
    op.drop_table("rehearsal_change")
    op.drop_table("rehearsal")
