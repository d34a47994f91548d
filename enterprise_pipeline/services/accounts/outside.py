"""How often people asked for enterprises outside their own area: lately, and by person and day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select

from enterprise_pipeline.services.accounts.listing import OUTSIDE
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


def by_person_and_day(zone: ZoneInfo, *, now: datetime) -> list[PersonDay]:
    """The attempts of the last thirty days by person and day of the bureau, the newest day first."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(LATELY.days + 1)]
    starts = [
        (AuditEvent.occurred_at >= datetime.combine(day, time(), zone), day.toordinal()) for day in days
    ]
    day_of = case(*starts, else_=days[-1].toordinal()).label("day")
    lately = (
        select(AuditEvent.actor, day_of)
        .where(AuditEvent.action == OUTSIDE, AuditEvent.occurred_at > now - LATELY)
        .subquery()
    )
    n = func.count().label("n")
    counted = (
        select(lately.c.actor, lately.c.day, n)
        .group_by(lately.c.actor, lately.c.day)
        .order_by(lately.c.day.desc(), n.desc(), lately.c.actor)
    )
    return [
        PersonDay(actor=actor, day=date.fromordinal(day), n=times)
        for actor, day, times in reading().execute(counted)
    ]
