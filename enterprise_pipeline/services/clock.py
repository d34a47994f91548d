"""The only place of the services that looks at a clock; every use case is told its day."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

# The clocks of two machines may differ by this much without anybody having set one.
SKEW = timedelta(minutes=2)


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def today(timezone: str, *, pretended: date | None = None) -> date:
    """The present day in ``timezone``, or the day that an installation pretends to live in."""
    return pretended or now().astimezone(ZoneInfo(timezone)).date()
