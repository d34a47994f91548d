"""How often one address may come, counted in the database so that every worker counts the same.

Of an address only a keyed digest is stored, and only for as long as the window lasts.
"""

import hashlib
import hmac
import logging
import math
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import clock
from enterprise_pipeline.transaction import transaction
from models import CheckVisit

WINDOW_MINUTES = 60
SECONDS = 60
# One visit in so many also clears away what is over, so that nothing piles up between the commands.
CLEAR_EVERY = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Whether an address may go on, and if not, after how many seconds."""

    is_allowed: bool
    wait_seconds: int = 0


def visitor_digest(address: str, *, secret: str) -> str:
    """The digest that stands for an address; without the secret it cannot be tried out."""
    key = hashlib.sha256(b"quick check visitors:" + secret.encode()).digest()
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()


def visit(visitor: str, *, kind: str, limit: int) -> Pace:
    """Count one request and say whether it is within ``limit`` for the last hour.

    A refused request is not counted, so that waiting helps. When the database
    is busy for long (a large import), visitors are let through uncounted.
    """
    instant = clock.now().timestamp()
    minute = int(instant // SECONDS)
    try:
        with transaction() as session:
            counted = _counted(session, visitor, kind, minute)
            if sum(counted.values()) >= limit:
                return Pace(is_allowed=False, wait_seconds=_wait(counted, limit, instant))
            _add(session, visitor, kind, minute)
            if sum(counted.values()) % CLEAR_EVERY == 0:
                _clear(session, minute)
    except OperationalError:
        _log.warning("A visit to the quick check was not counted: the database is busy.")
    return Pace(is_allowed=True)


def forget_old_visits() -> int:
    """Delete the counts that no window reaches any more; returns how many there were."""
    with transaction() as session:
        return _clear(session, int(clock.now().timestamp() // SECONDS))


def _counted(session: Session, visitor: str, kind: str, minute: int) -> dict[int, int]:
    rows = session.execute(
        select(CheckVisit.minute, CheckVisit.requests)
        .where(CheckVisit.visitor == visitor, CheckVisit.kind == kind)
        .where(CheckVisit.minute > minute - WINDOW_MINUTES)
        .order_by(CheckVisit.minute)
    )
    return {row.minute: row.requests for row in rows}


def _wait(counted: dict[int, int], limit: int, instant: float) -> int:
    """Seconds until enough of the oldest minutes have left the window."""
    left = sum(counted.values())
    for minute, requests in counted.items():
        left -= requests
        if left < limit:
            return max(math.ceil((minute + WINDOW_MINUTES) * SECONDS - instant), 1)
    return WINDOW_MINUTES * SECONDS


def _add(session: Session, visitor: str, kind: str, minute: int) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(CheckVisit).values(visitor=visitor, kind=kind, minute=minute, requests=1)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["visitor", "kind", "minute"], set_={"requests": CheckVisit.requests + 1}
        )
    )


def _clear(session: Session, minute: int) -> int:
    over = CheckVisit.minute <= minute - WINDOW_MINUTES
    found = session.scalar(select(func.count()).select_from(CheckVisit).where(over)) or 0
    if found:
        session.execute(delete(CheckVisit).where(over))
    return found
