"""How often people asked for enterprises outside their own area: lately, and by person and day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from enterprise_pipeline.services.accounts.listing import OUTSIDE, OutsideView
from enterprise_pipeline.transaction import reading
from models import AuditEvent

LATELY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class PersonDay:
    """The attempts of one person on one day."""

    actor: str
    day: date
    n: int


def count_lately(*, now: datetime) -> int:
    """How many attempts there were in the last thirty days."""
    query = select(func.count()).where(AuditEvent.action == OUTSIDE, AuditEvent.occurred_at > now - LATELY)
    return reading().scalar(query) or 0


def by_person_and_day(views: list[OutsideView], zone: ZoneInfo) -> list[PersonDay]:
    """The attempts summed up by person and day of the bureau, the newest day first."""
    counted: dict[tuple[date, str], int] = {}
    for view in views:
        key = (view.occurred_at.astimezone(zone).date(), view.actor)
        counted[key] = counted.get(key, 0) + 1
    newest_first = sorted(
        counted.items(), key=lambda entry: (-entry[0][0].toordinal(), -entry[1], entry[0][1])
    )
    return [PersonDay(actor=actor, day=day, n=n) for (day, actor), n in newest_first]
