"""Use cases around the whole trail: verify it, tell its head, and erase values that the law says must go."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, delete, select

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.audit_chain import (
    ERASED,
    EVENT_SUBJECT,
    Entry,
    Head,
    Verification,
)
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import AuditEvent, AuditHead, AuditPayload, db

BLOCK = 2_000
SHORTEST_REASON = 4


def chain_head() -> Head:
    """The end of the chain, to be written down somewhere else."""
    return audit.head_of(reading())


def verify_chain(
    *,
    start: int = 1,
    anchors: tuple[Head, ...] = (),
    tell: Callable[[int], None] | None = None,
    tell_every: int = BLOCK,
) -> Verification:
    """Check every entry from ``start`` on; ``anchors`` are heads that were written down earlier.

    ``tell`` is told now and then how many were looked at.

    Raises
    ------
    NotFound
        If there is no entry just before ``start`` to begin from.
    """
    with _snapshot() as connection:
        told = (tell, tell_every) if tell else None
        return verify_connection(connection, start=start, anchors=anchors, told=told)


@contextmanager
def _snapshot() -> Iterator[Connection]:
    """A connection that sees one moment, while others go on writing.

    With what PostgreSQL does else, entries and erasures of the meantime would look like tampering.
    """
    level = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
    with db.engine.connect().execution_options(**level) as connection:
        yield connection
        connection.rollback()


def verify_connection(
    connection: Connection,
    *,
    start: int = 1,
    anchors: tuple[Head, ...] = (),
    told: tuple[Callable[[int], None], int] | None = None,
) -> Verification:
    """Check the chain of any database of ours; see `verify_chain`."""
    kept = connection.execute(select(AuditHead.sequence, AuditHead.digest)).one_or_none()
    found = Verification(start=_entry_before(connection, start), anchors=anchors)
    entries = stored_entries(connection, start=start)
    found.walk(_telling(entries, *told) if told else entries)
    # Without its row the head says nothing was ever written, so that whatever stands there is named.
    found.expect_end(Head(sequence=kept.sequence, digest=kept.digest) if kept else Head())
    return found


def stored_entries(connection: Connection, *, start: int = 1) -> Iterator[Entry]:
    """Every entry with its payload, in the order of places, a block at a time."""
    events, payloads = AuditEvent.__table__.c, AuditPayload.__table__.c
    query = (
        select(*events, payloads.salt, payloads.body)
        .outerjoin_from(AuditEvent, AuditPayload, events.id == payloads.event_id)
        .order_by(events.id)
        .limit(BLOCK)
    )
    wanted = query.where(events.id >= start) if start > 1 else query
    while rows := connection.execute(wanted).all():
        yield from map(_entry, rows)
        wanted = query.where(events.id > rows[-1].id)


def _telling(entries: Iterator[Entry], tell: Callable[[int], None], every: int) -> Iterator[Entry]:
    for n, entry in enumerate(entries, start=1):
        yield entry
        if n % every == 0:
            tell(n)


def erase_payload(sequence: int, *, reason: str, actor: str) -> None:
    """Remove the values before and after of one entry for good; the entry and the chain stay.

    Raises
    ------
    NotFound
        If there is no such entry or its values are gone already.
    FieldConflict
        If no reason is given, or the entry is itself an erasure, whose reason must stay.
    """
    told = reason.strip()
    if len(told) < SHORTEST_REASON:
        raise FieldConflict("reason", Text(N_("请写明删除的依据，例如法规条文或申请书编号。")))
    with transaction() as session:
        # The head is locked first, so that of two erasures of one payload the second finds it gone.
        audit.head_of(session, lock=True)
        if session.get(AuditPayload, sequence) is None:
            raise NotFound(Text(N_("审计记录 %(id)s 不存在，或其内容已删除。"), id=sequence))
        if session.get_one(AuditEvent, sequence).action == ERASED:
            raise FieldConflict(
                "sequence", Text(N_("第 %(id)s 条是删除记录，写着删除的依据，不能删除。"), id=sequence)
            )
        audit.record(
            session,
            actor=actor,
            action=ERASED,
            subject_type=EVENT_SUBJECT,
            subject_id=sequence,
            after={"reason": told},
        )
        audit.write_pending(session)
        session.execute(delete(AuditPayload).where(AuditPayload.event_id == sequence))


def _entry_before(connection: Connection, start: int) -> Head:
    if start <= 1:
        return Head()
    digest = connection.scalar(select(AuditEvent.digest).where(AuditEvent.id == start - 1))
    if digest is None:
        raise NotFound(Text(N_("没有第 %(id)s 条审计记录，无法从它之后开始核对。"), id=start - 1))
    return Head(sequence=start - 1, digest=digest)


def _entry(row: Any) -> Entry:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for a row as a mapping
    return Entry(sequence=values.pop("id"), **values)
