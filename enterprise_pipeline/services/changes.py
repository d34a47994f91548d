"""Marking enterprises as changed, so that the next screening looks at them again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import Function

from enterprise_pipeline.services import clock
from models import Enterprise

# Databases limit the parameters of one statement; no list of ours is longer than this.
IDS_PER_STATEMENT = 5_000


def mark_changed(session: Session, enterprise_ids: Iterable[int]) -> None:
    """Stamp ``changed_at`` and raise ``version`` of these enterprises.

    To be called in the transaction of the change, after its first write.
    """
    for ids in in_parts(sorted(set(enterprise_ids))):
        session.execute(
            update(Enterprise)
            .where(Enterprise.id.in_(ids))
            .values(changed_at=present_instant(session), version=Enterprise.version + 1)
        )


def present_instant(session: Session) -> datetime | Function[datetime]:
    """The instant at which a statement runs, by the one clock that all writers share.

    PostgreSQL asks its own clock after it got its locks, so that a change which
    waited for a screening's snapshot is stamped after that snapshot. SQLite has
    one writer, which already holds the lock when it asks ours.
    """
    if session.get_bind().dialect.name == "postgresql":
        return func.clock_timestamp()
    return clock.now()


def in_parts(ids: Sequence[int], size: int = IDS_PER_STATEMENT) -> Iterator[Sequence[int]]:
    """Cut a list of ids into parts that fit into one statement."""
    return (ids[start : start + size] for start in range(0, len(ids), size))
