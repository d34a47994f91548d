"""The audit trail: who did what to which row, written in the transaction that did it."""

import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.audit_chain import (
    GENESIS,
    Entry,
    Head,
    link,
    payload_body,
    payload_digest,
)
from enterprise_pipeline.services.bulk import driver_of, is_postgresql
from enterprise_pipeline.transaction import before_commit
from models import AuditHead
from models.base import JsonObject

SALT_BYTES = 16
_PENDING = "audit_pending"

# The first nine fields of an entry, in its order.
EVENT = "id, occurred_at, actor, action, subject_type, subject_id, payload_digest, previous, digest"
PAYLOAD = "event_id, salt, body"
HEAD = "SELECT sequence, digest FROM audit_head WHERE id = 1"
ADD_EVENT = f"INSERT INTO audit_event ({EVENT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
ADD_PAYLOAD = f"INSERT INTO audit_payload ({PAYLOAD}) VALUES (?, ?, ?)"  # noqa: S608
MOVE_HEAD = "UPDATE audit_head SET sequence = ?, digest = ? WHERE id = 1"
ADD_ONE = f"WITH event AS ({ADD_EVENT}), payload AS ({ADD_PAYLOAD}) {MOVE_HEAD}".replace("?", "%s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What is recorded of one change; ``before`` and ``after`` hold JSON values only."""

    actor: str
    action: str
    subject_type: str
    subject_id: int | str
    before: JsonObject | None = None
    after: JsonObject | None = None


def because(reason: str | None) -> JsonObject | None:
    """A reason as it is kept with an event; nothing where none was given."""
    return {"reason": reason} if reason else None


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    subject_type: str,
    subject_id: int | str,
    before: JsonObject | None = None,
    after: JsonObject | None = None,
) -> None:
    """Add one event to the caller's transaction, so that it stands or falls with the change itself.

    ``before`` and ``after`` hold JSON values only: a day as its ISO text, money in 分.
    The event is linked to the chain when the transaction ends.
    """
    event = Event(
        actor=actor,
        action=action,
        subject_type=subject_type,
        subject_id=subject_id,
        before=before,
        after=after,
    )
    record_many(session, [event])


def record_many(session: Session, events: Iterable[Event]) -> None:
    """Add many events at once; see `record`.

    Raises
    ------
    RuntimeError
        If called outside ``transaction()``, where the events would be lost.
    """
    pending = before_commit(session, _PENDING, write_pending)
    now = clock.now()
    pending.extend(_entry(event, now) for event in events)


def write_pending(session: Session) -> None:
    """Link what was recorded so far to the end of the chain.

    The lock on the head is taken last, after everything else was sent, and held
    until the commit that follows: who holds it waits for nobody.
    """
    pending: list[Entry] = session.info.get(_PENDING, [])
    if not pending:
        return
    session.flush()
    store = _store_postgresql if is_postgresql(session) else _store_sqlite
    store(driver_of(session), pending)
    pending.clear()


def head_of(session: Session, *, lock: bool = False) -> Head:
    """The end of the chain as it is kept beside it."""
    query = select(AuditHead.sequence, AuditHead.digest).where(AuditHead.id == 1)
    found = session.execute(query.with_for_update() if lock else query).one()
    return Head(sequence=found.sequence, digest=found.digest)


def _entry(event: Event, now: datetime) -> Entry:
    """An entry without a place yet; its payload is fixed from here on."""
    salt = secrets.token_hex(SALT_BYTES)
    body = payload_body(event.before, event.after)
    return Entry(
        sequence=0,
        occurred_at=now,
        actor=event.actor,
        action=event.action,
        subject_type=event.subject_type,
        subject_id=str(event.subject_id),
        payload_digest=payload_digest(salt, body),
        previous=GENESIS,
        digest="",
        salt=salt,
        body=body,
    )


def _linked(pending: list[Entry], head: Head) -> list[Entry]:
    linked = []
    for entry in pending:
        linked.append(link(entry, head))
        head = Head(sequence=linked[-1].sequence, digest=linked[-1].digest)
    return linked


def _store_sqlite(connection: sqlite3.Connection, pending: list[Entry]) -> None:
    """Straight through the driver: this is part of every write, and the writer is alone anyway."""
    sequence, digest = connection.execute(HEAD).fetchone()
    linked = _linked(pending, Head(sequence=sequence, digest=digest))
    events = ((entry[0], f"{entry[1]:%Y-%m-%d %H:%M:%S.%f}", *entry[2:9]) for entry in linked)
    connection.executemany(ADD_EVENT, events)
    connection.executemany(ADD_PAYLOAD, ((entry.sequence, entry.salt, entry.body) for entry in linked))
    connection.execute(MOVE_HEAD, (linked[-1].sequence, linked[-1].digest))


def _store_postgresql(connection: "psycopg.Connection[Any]", pending: list[Entry]) -> None:
    """One statement locks the head, one stores an event; many events go by COPY."""
    with connection.cursor() as cursor:
        sequence, digest = cursor.execute(f"{HEAD} FOR UPDATE").fetchone() or (0, GENESIS)
        linked = _linked(pending, Head(sequence=sequence, digest=digest))
        end = linked[-1]
        moved = (end.sequence, end.digest)
        if len(linked) == 1:
            cursor.execute(ADD_ONE, (*end[:9], end.sequence, end.salt, end.body, *moved))
            return
        with cursor.copy(f"COPY audit_event ({EVENT}) FROM STDIN") as copy:
            for entry in linked:
                copy.write_row(entry[:9])
        with cursor.copy(f"COPY audit_payload ({PAYLOAD}) FROM STDIN") as copy:
            for entry in linked:
                copy.write_row((entry.sequence, entry.salt, entry.body))
        cursor.execute(MOVE_HEAD.replace("?", "%s"), moved)
