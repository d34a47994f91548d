"""Recording into the audit trail, and changing it behind the application's back."""

from flask import Flask

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.audit_chain import Entry, entry_digest, payload_digest
from enterprise_pipeline.transaction import transaction
from models import AuditEvent, db

SALT = "00" * 16
BODY = '{"after":null,"before":null}'


def event(number: int, **values) -> audit.Event:
    told = {"actor": "王科长", "action": "enterprise.edited", "subject_type": "enterprise"}
    return audit.Event(**told | {"subject_id": number, "after": {"name": f"甲{number}"}} | values)


def record(app: Flask, count: int) -> None:
    """Events 1 to ``count``, each in a transaction of its own."""
    with app.app_context():
        for number in range(1, count + 1):
            with transaction() as session:
                audit.record_many(session, [event(number)])


def tamper(app: Flask, *statements: str) -> None:
    """Run raw SQL as somebody with the database's password would, triggers switched off first."""
    with app.app_context():
        with db.engine.connect().execution_options(write=True) as connection:
            # Pragmas reach SQLite only before a transaction begins.
            if connection.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
            if connection.dialect.name == "postgresql":
                off = [
                    f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in ("audit_event", "audit_payload")
                ]
            else:
                names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                off = [f"DROP TRIGGER {name}" for name in names.scalars()]
            for statement in [*off, *statements]:
                connection.exec_driver_sql(statement)
            connection.commit()
        db.session.remove()
        db.engine.dispose()


# The statements below are put together from numbers of the tests only.


def delete(first: int, last: int) -> list[str]:
    """Remove entries with their payloads."""
    return [
        f"DELETE FROM audit_payload WHERE event_id BETWEEN {first} AND {last}",  # noqa: S608
        f"DELETE FROM audit_event WHERE id BETWEEN {first} AND {last}",  # noqa: S608
    ]


def move(old: int, new: int) -> list[str]:
    """Let an entry stand at another place."""
    return [
        f"UPDATE audit_event SET id = {new} WHERE id = {old}",  # noqa: S608
        f"UPDATE audit_payload SET event_id = {new} WHERE event_id = {old}",  # noqa: S608
    ]


def change(place: int, setting: str) -> str:
    """Alter one entry."""
    return f"UPDATE audit_event SET {setting} WHERE id = {place}"  # noqa: S608


def forged(before: AuditEvent, **values) -> Entry:
    """An entry that fits behind ``before`` and into itself, as one makes who knows how digests are made."""
    entry = Entry(
        sequence=before.id + 1,
        occurred_at=before.occurred_at,
        actor="李四",
        action="enterprise.edited",
        subject_type="enterprise",
        subject_id="5",
        payload_digest=payload_digest(SALT, BODY),
        previous=before.digest,
        digest="",
    )
    entry = entry._replace(**values)
    return entry._replace(digest=entry_digest(entry))


def insert(entry: Entry) -> list[str]:
    """Put a forged entry in, with the instant of the one before it."""
    names = [name for name in Entry._fields if name not in ("sequence", "occurred_at", "salt", "body")]
    values = ", ".join(f"'{getattr(entry, name)}'" for name in names)
    place = entry.sequence
    columns = f"id, occurred_at, {', '.join(names)}"
    chosen = f"SELECT {place}, occurred_at, {values} FROM audit_event WHERE id = {place - 1}"  # noqa: S608
    return [
        f"INSERT INTO audit_event ({columns}) {chosen}",
        f"INSERT INTO audit_payload VALUES ({place}, '{SALT}', '{BODY}')",  # noqa: S608
    ]
