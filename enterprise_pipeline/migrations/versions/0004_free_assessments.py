"""Take the foreign keys off the assessment tables.

Checking them made storing a screening several times slower (PostgreSQL: six
times). Only a screening writes these rows, from enterprises it has just read,
and enterprises are never deleted. No row changes.
"""

from alembic import op

revision = "0004_free_assessments"
down_revision = "0003_index_lists"
branch_labels = None
depends_on = None

REFERENCES = (("enterprise_id", "enterprise"), ("run_id", "screening_run"))
SLOTS = (0, 1)


def upgrade() -> None:
    for slot in SLOTS:
        with op.batch_alter_table(f"assessment_{slot}") as table:
            for column, target in REFERENCES:
                table.drop_constraint(f"fk_assessment_{slot}_{column}_{target}", type_="foreignkey")


def downgrade() -> None:
    for slot in SLOTS:
        with op.batch_alter_table(f"assessment_{slot}") as table:
            for column, target in REFERENCES:
                table.create_foreign_key(f"fk_assessment_{slot}_{column}_{target}", target, [column], ["id"])
