"""The audit trail: who did what to which row, written in the transaction that did it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from sqlalchemy import select, update
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
from enterprise_pipeline.services.bulk import is_postgresql, write_frame
from enterprise_pipeline.transaction import before_commit
from models import AuditEvent, AuditHead, AuditPayload
from models.base import JsonObject

SALT_BYTES = 16
_PENDING = "audit_pending"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What is recorded of one change; ``before`` and ``after`` hold JSON values only."""

    actor: str
    action: str
    subject_type: str
    subject_id: int | str
    before: JsonObject | None = None
    after: JsonObject | None = None


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
    head = head_of(session, lock=True)
    linked: list[Entry] = []
    for entry in pending:
        linked.append(link(entry, head))
        head = Head(sequence=linked[-1].sequence, digest=linked[-1].digest)
    pending.clear()
    _write(session, linked)
    session.execute(update(AuditHead).values(sequence=head.sequence, digest=head.digest))


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


def _write(session: Session, entries: list[Entry]) -> None:
    zone = "+00" if is_postgresql(session) else ""
    events = {
        "id": [entry.sequence for entry in entries],
        "occurred_at": [f"{entry.occurred_at:%Y-%m-%d %H:%M:%S.%f}{zone}" for entry in entries],
    } | {
        name: [getattr(entry, name) for entry in entries]
        for name in (
            "actor",
            "action",
            "subject_type",
            "subject_id",
            "payload_digest",
            "previous",
            "digest",
        )
    }
    payloads = {
        "event_id": events["id"],
        "salt": [entry.salt for entry in entries],
        "body": [entry.body for entry in entries],
    }
    write_frame(session, AuditEvent.__table__, pl.DataFrame(events))  # type: ignore[arg-type]
    write_frame(session, AuditPayload.__table__, pl.DataFrame(payloads))  # type: ignore[arg-type]
