"""Keep the standards that the bureau writes itself.

Versions, and the cases each was tried with. Triggers on both databases refuse
to change or delete what was published; a published version can only be
withdrawn. There are no earlier rows.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_local_standards"
down_revision = "0004_free_assessments"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
VERSION, CASE = "local_standard_version", "local_standard_case"
# What no later statement may change, whatever the state; the rest is only for withdrawing.
FIXED = (
    *("id", "standard_id", "number", "content", "content_hash", "effective_from"),
    *("editor", "approver", "created_at", "published_at"),
)
MESSAGE = "a published version of a local standard cannot be changed"


def upgrade() -> None:
    op.create_table(
        "local_standard",
        sa.Column("id", KEY, nullable=False),
        sa.Column("tier", sa.String(length=24), nullable=False),
        sa.Column("standard", sa.String(length=24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_standard")),
        sa.UniqueConstraint("tier", "standard", name=op.f("uq_local_standard_tier_standard")),
    )
    _create_versions()
    _create_cases()
    if op.get_bind().dialect.name == "sqlite":
        _protect_on_sqlite()
    else:
        _protect_on_postgresql()


def _create_versions() -> None:
    op.create_table(
        VERSION,
        sa.Column("id", KEY, nullable=False),
        sa.Column("standard_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("editor", sa.String(length=80), nullable=False),
        sa.Column("approver", sa.String(length=80), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_version_checks(),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["local_standard.id"], name=op.f(f"fk_{VERSION}_standard_id_local_standard")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{VERSION}")),
        sa.UniqueConstraint("standard_id", "number", name=op.f(f"uq_{VERSION}_standard_id_number")),
    )
    op.create_index(
        f"uq_{VERSION}_day",
        VERSION,
        ["standard_id", "effective_from"],
        unique=True,
        sqlite_where=sa.text("state = 'published'"),
        postgresql_where=sa.text("state = 'published'"),
    )


def _version_checks() -> list[sa.CheckConstraint]:
    rules = {
        "state_known": "state IN ('draft', 'published', 'withdrawn')",
        "published_by_somebody": "state = 'draft' OR (published_at IS NOT NULL AND approver IS NOT NULL)",
        "approver_is_not_editor": "approver IS NULL OR approver <> editor",
        "withdrawn_with_an_instant": "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
    }
    return [sa.CheckConstraint(rule, name=op.f(f"ck_{VERSION}_{name}")) for name, rule in rules.items()]


def _create_cases() -> None:
    op.create_table(
        CASE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("version_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("expected", sa.String(length=20), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], [f"{VERSION}.id"], name=op.f(f"fk_{CASE}_version_id_{VERSION}")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CASE}")),
        sa.UniqueConstraint("version_id", "name", name=op.f(f"uq_{CASE}_version_id_name")),
    )
    op.create_index(op.f(f"ix_{CASE}_version_id"), CASE, ["version_id"])


def _protect_on_sqlite() -> None:
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    op.execute(
        f"CREATE TRIGGER {VERSION}_kept BEFORE UPDATE ON {VERSION} WHEN OLD.state <> 'draft' AND "
        f"({changed} OR OLD.state = 'withdrawn' OR NEW.state <> 'withdrawn') {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER {VERSION}_not_deleted BEFORE DELETE ON {VERSION} WHEN OLD.state <> 'draft' {refuse}"
    )
    for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        state = f"(SELECT state FROM {VERSION} WHERE id = {row}.version_id)"  # noqa: S608 - names of ours
        name = f"{CASE}_kept_{event.lower()}_{row.lower()}"
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {CASE} WHEN {state} <> 'draft' {refuse}")


def _protect_on_postgresql() -> None:
    changed = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in FIXED)
    op.execute(
        f"""CREATE FUNCTION {VERSION}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF OLD.state <> 'draft' THEN
            IF TG_OP = 'DELETE' OR {changed} OR OLD.state = 'withdrawn' OR NEW.state <> 'withdrawn' THEN
                RAISE EXCEPTION '{MESSAGE}';
            END IF;
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW; END $$"""
    )
    op.execute(
        f"CREATE TRIGGER {VERSION}_kept BEFORE UPDATE OR DELETE ON {VERSION} "
        f"FOR EACH ROW EXECUTE FUNCTION {VERSION}_kept()"
    )
    op.execute(
        f"""CREATE FUNCTION {CASE}_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP <> 'INSERT' AND (SELECT state FROM {VERSION} WHERE id = OLD.version_id) <> 'draft' THEN
            RAISE EXCEPTION '{MESSAGE}';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        IF (SELECT state FROM {VERSION} WHERE id = NEW.version_id) <> 'draft' THEN
            RAISE EXCEPTION '{MESSAGE}';
        END IF;
        RETURN NEW; END $$"""  # noqa: S608 - names of ours
    )
    op.execute(
        f"CREATE TRIGGER {CASE}_kept BEFORE INSERT OR UPDATE OR DELETE ON {CASE} "
        f"FOR EACH ROW EXECUTE FUNCTION {CASE}_kept()"
    )


def downgrade() -> None:
    op.drop_table(CASE)
    op.drop_table(VERSION)
    op.drop_table("local_standard")
    if op.get_bind().dialect.name != "sqlite":
        op.execute(f"DROP FUNCTION {CASE}_kept()")
        op.execute(f"DROP FUNCTION {VERSION}_kept()")
