"""Mark figures as business secrets, so that few see them and no file carries them.

There are no earlier rows. Going back drops the marks: whoever may see figures then sees those as well.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012_business_secrets"
down_revision = "0011_audit_chain"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "business_secret",
        sa.Column("id", KEY, nullable=False),
        sa.Column("enterprise_id", KEY, nullable=False),
        sa.Column("fact", sa.String(length=40), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("marked_by", sa.String(length=80), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "fiscal_year = 0 OR fiscal_year BETWEEN 1980 AND 2100",
            name=op.f("ck_business_secret_fiscal_year_plausible"),
        ),
        sa.ForeignKeyConstraint(
            ["enterprise_id"], ["enterprise.id"], name=op.f("fk_business_secret_enterprise_id_enterprise")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_secret")),
        sa.UniqueConstraint(
            "enterprise_id",
            "fact",
            "fiscal_year",
            name=op.f("uq_business_secret_enterprise_id_fact_fiscal_year"),
        ),
    )


def downgrade() -> None:
    op.drop_table("business_secret")
