"""Index the assessments and enterprises in the orders in which lists are read.

A list pages along an index from where the last page ended; every combination
that the cube counts is one stretch of the first index. No row changes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_index_lists"
down_revision = "0002_assessment_change"
branch_labels = None
depends_on = None

LIST = (
    "tier",
    "standard",
    "basis",
    "verdict",
    "holds",
    "n_failed",
    "jurisdiction",
    "industry",
    "enterprise_id",
)
OLD_LIST = ("tier", "standard", "basis", "verdict", "n_failed", "enterprise_id")
SHORTFALL = ("tier", "standard", "basis", "shortfall", "enterprise_id")
CHANGES = ("changes_on", "tier", "standard", "basis", "enterprise_id")
SLOTS = (0, 1)


def upgrade() -> None:
    for slot in SLOTS:
        table = f"assessment_{slot}"
        op.drop_index(f"ix_{table}_list", table_name=table)
        op.drop_index(f"ix_{table}_changes_on", table_name=table)
        op.create_index(f"ix_{table}_list", table, list(LIST))
        _index_known(table, "shortfall", SHORTFALL)
        _index_known(table, "changes_on", CHANGES)
    op.drop_index("ix_enterprise_initials", table_name="enterprise")
    op.drop_index("ix_enterprise_jurisdiction_id", table_name="enterprise")
    op.create_index("ix_enterprise_initials_id", "enterprise", ["initials", "id"])
    op.create_index(
        "ix_enterprise_jurisdiction_initials_id", "enterprise", ["jurisdiction", "initials", "id"]
    )
    op.create_index("ix_enterprise_hitech_field", "enterprise", ["hitech_field"])


def downgrade() -> None:
    op.drop_index("ix_enterprise_hitech_field", table_name="enterprise")
    op.drop_index("ix_enterprise_jurisdiction_initials_id", table_name="enterprise")
    op.drop_index("ix_enterprise_initials_id", table_name="enterprise")
    op.create_index("ix_enterprise_jurisdiction_id", "enterprise", ["jurisdiction", "id"])
    op.create_index("ix_enterprise_initials", "enterprise", ["initials"])
    for slot in SLOTS:
        table = f"assessment_{slot}"
        for name in ("changes_on", "shortfall", "list"):
            op.drop_index(f"ix_{table}_{name}", table_name=table)
        op.create_index(f"ix_{table}_changes_on", table, ["changes_on"])
        op.create_index(f"ix_{table}_list", table, list(OLD_LIST))


def _index_known(table: str, column: str, columns: tuple[str, ...]) -> None:
    known = sa.text(f"{column} IS NOT NULL")
    op.create_index(f"ix_{table}_{column}", table, list(columns), sqlite_where=known, postgresql_where=known)
