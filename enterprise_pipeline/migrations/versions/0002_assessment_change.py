"""Keep what a screening of changed or chosen enterprises changed.

The page after an import tells which verdicts it moved. There are no earlier rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_assessment_change"
down_revision = "0001_create_registry"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "assessment_change",
        sa.Column("run_id", KEY, nullable=False),
        sa.Column("enterprise_id", KEY, nullable=False),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("standard", sa.String(length=24), nullable=False),
        sa.Column("verdict_before", sa.SmallInteger(), nullable=True),
        sa.Column("verdict_after", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_assessment_change_enterprise_id_enterprise")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["screening_run.id"], name=op.f("fk_assessment_change_run_id_screening_run")
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "enterprise_id", "tier", "standard", name=op.f("pk_assessment_change")
        ),
    )


def downgrade() -> None:
    op.drop_table("assessment_change")
