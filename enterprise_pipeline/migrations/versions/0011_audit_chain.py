"""Chain the audit trail, and let it only grow.

Existing events are numbered anew from 1 without gaps, in their old order, and
linked; their values before and after move to a table of their own. Triggers
refuse every later change. Going back puts the values back where they were;
values erased meanwhile stay erased.
"""

import hashlib
import json
import secrets
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0011_audit_chain"
down_revision = "0010_accounts"
branch_labels = None
depends_on = None

BLOCK = 5_000
GENESIS = "0" * 64
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = ("payload_digest", "previous", "digest")

OLD = sa.table(
    "audit_event",
    sa.column("id", KEY),
    sa.column("occurred_at", sa.DateTime(timezone=True)),
    *(sa.column(name, sa.String()) for name in ("actor", "action", "subject_type", "subject_id")),
    sa.column("before", sa.JSON(none_as_null=True)),
    sa.column("after", sa.JSON(none_as_null=True)),
    *(sa.column(name, sa.String()) for name in ADDED),
)
PAYLOAD = sa.table(
    "audit_payload", sa.column("event_id", KEY), sa.column("salt", sa.String()), sa.column("body", sa.Text())
)
HEAD = sa.table(
    "audit_head", sa.column("id", sa.Integer()), sa.column("sequence", KEY), sa.column("digest", sa.String())
)

REFUSED = "audit_event only grows: no entry is changed or deleted"
REFUSED_PAYLOAD = "audit_payload: a payload is removed only after an audit.erased entry that names it"
ERASURE = """EXISTS (SELECT 1 FROM audit_event WHERE action = 'audit.erased' AND subject_type = 'audit_event'
    AND subject_id = CAST(OLD.event_id AS VARCHAR(40)))"""

TAKEN = "EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)"
TAKEN_PAYLOAD = "EXISTS (SELECT 1 FROM audit_payload WHERE event_id = NEW.event_id)"

SQLITE = {
    # INSERT OR REPLACE deletes without asking the DELETE trigger, so a taken place is refused as well.
    "audit_event_no_insert": f"BEFORE INSERT ON audit_event WHEN {TAKEN} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    "audit_event_no_update": f"BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    "audit_event_no_delete": f"BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END",
    "audit_payload_no_insert": f"BEFORE INSERT ON audit_payload WHEN {TAKEN_PAYLOAD} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED_PAYLOAD}'); END",
    "audit_payload_no_update": "BEFORE UPDATE ON audit_payload "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED_PAYLOAD}'); END",
    "audit_payload_no_delete": f"BEFORE DELETE ON audit_payload WHEN NOT {ERASURE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSED_PAYLOAD}'); END",
}
POSTGRESQL_FUNCTIONS = {
    "audit_event_refuse": f"RAISE EXCEPTION '{REFUSED}';",
    "audit_payload_refuse": f"RAISE EXCEPTION '{REFUSED_PAYLOAD}';",
    "audit_payload_unless_erased": f"IF {ERASURE} THEN RETURN OLD; END IF; "
    f"RAISE EXCEPTION '{REFUSED_PAYLOAD}';",
}
POSTGRESQL = {
    ("audit_event", "no_change"): "BEFORE UPDATE OR DELETE ON audit_event FOR EACH ROW "
    "EXECUTE FUNCTION audit_event_refuse()",
    ("audit_event", "no_truncate"): "BEFORE TRUNCATE ON audit_event FOR EACH STATEMENT "
    "EXECUTE FUNCTION audit_event_refuse()",
    ("audit_payload", "no_update"): "BEFORE UPDATE ON audit_payload FOR EACH ROW "
    "EXECUTE FUNCTION audit_payload_refuse()",
    ("audit_payload", "no_delete"): "BEFORE DELETE ON audit_payload FOR EACH ROW "
    "EXECUTE FUNCTION audit_payload_unless_erased()",
    ("audit_payload", "no_truncate"): "BEFORE TRUNCATE ON audit_payload FOR EACH STATEMENT "
    "EXECUTE FUNCTION audit_payload_refuse()",
}


def upgrade() -> None:
    for name in ADDED:
        op.add_column("audit_event", sa.Column(name, sa.String(64), nullable=True))
    _create_tables()
    _chain_existing()
    with op.batch_alter_table("audit_event") as table:
        for name in ADDED:
            table.alter_column(name, existing_type=sa.String(64), nullable=False)
        table.drop_column("before")
        table.drop_column("after")
    if _on_postgresql():
        op.execute("ALTER TABLE audit_event ALTER COLUMN id DROP DEFAULT")
        op.execute("DROP SEQUENCE audit_event_id_seq")
    _create_triggers()


def downgrade() -> None:
    _drop_triggers()
    for name in ("before", "after"):
        op.add_column("audit_event", sa.Column(name, sa.JSON(), nullable=True))
    _put_values_back()
    op.drop_table("audit_head")
    op.drop_table("audit_payload")
    with op.batch_alter_table("audit_event") as table:
        for name in ADDED:
            table.drop_column(name)
    if _on_postgresql():
        op.execute("CREATE SEQUENCE audit_event_id_seq OWNED BY audit_event.id")
        op.execute(
            "SELECT setval('audit_event_id_seq', COALESCE((SELECT max(id) FROM audit_event), 0) + 1, false)"
        )
        op.execute("ALTER TABLE audit_event ALTER COLUMN id SET DEFAULT nextval('audit_event_id_seq')")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _create_tables() -> None:
    op.create_table(
        "audit_payload",
        sa.Column("event_id", KEY, autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["audit_event.id"], name="fk_audit_payload_event_id_audit_event"
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_audit_payload"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), nullable=False),
        sa.Column("sequence", KEY, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_audit_head_one_row"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_head"),
    )


def _chain_existing() -> None:
    """Number and link the events in their old order; a new number is never above the old one."""
    connection = op.get_bind()
    sequence, digest, last = 0, GENESIS, -1
    while rows := connection.execute(
        sa.select(OLD).where(OLD.c.id > last).order_by(OLD.c.id).limit(BLOCK)
    ).all():
        last = rows[-1].id
        changes, payloads = [], []
        for row in rows:
            sequence += 1
            salt = secrets.token_hex(16)
            body = _text({"before": row.before, "after": row.after}, sort_keys=True)
            values = {
                "payload_digest": _sha256(bytes.fromhex(salt) + body.encode()),
                "previous": digest,
            }
            digest = _digest(row, sequence, **values)
            changes.append({"old": row.id, "id": sequence, "digest": digest, **values})
            payloads.append({"event_id": sequence, "salt": salt, "body": body})
        connection.execute(sa.update(OLD).where(OLD.c.id == sa.bindparam("old")), changes)
        connection.execute(sa.insert(PAYLOAD), payloads)
    connection.execute(sa.insert(HEAD).values(id=1, sequence=sequence, digest=digest))


def _digest(row: sa.Row, sequence: int, *, previous: str, payload_digest: str) -> str:
    instant = row.occurred_at
    instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    told = [previous, sequence, instant.isoformat(timespec="microseconds"), row.actor, row.action]
    return _sha256(_text([*told, row.subject_type, row.subject_id, payload_digest]).encode())


def _text(value: object, *, sort_keys: bool = False) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=sort_keys, separators=(",", ":"))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _create_triggers() -> None:
    if not _on_postgresql():
        for name, body in SQLITE.items():
            op.execute(f"CREATE TRIGGER {name} {body}")
        return
    for name, body in POSTGRESQL_FUNCTIONS.items():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
    for (table, name), body in POSTGRESQL.items():
        op.execute(f"CREATE TRIGGER {table}_{name} {body}")


def _drop_triggers() -> None:
    if not _on_postgresql():
        for name in SQLITE:
            op.execute(f"DROP TRIGGER {name}")
        return
    for table, name in POSTGRESQL:
        op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
    for name in POSTGRESQL_FUNCTIONS:
        op.execute(f"DROP FUNCTION {name}()")


def _put_values_back() -> None:
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(
        sa.select(PAYLOAD).where(PAYLOAD.c.event_id > last).order_by(PAYLOAD.c.event_id).limit(BLOCK)
    ).all():
        last = rows[-1].event_id
        values = [{"old": row.event_id, **json.loads(row.body)} for row in rows]
        connection.execute(sa.update(OLD).where(OLD.c.id == sa.bindparam("old")), values)
