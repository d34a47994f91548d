"""Which backups the rule keeps."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from enterprise_pipeline.services.backup.retention import Keep, superfluous

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Yichang, a Sunday
KEEP = Keep(daily=14, weekly=8, monthly=12)


def every_day(count: int) -> list[tuple[Path, datetime]]:
    return [(Path(f"{days}"), NOON - timedelta(days=days)) for days in range(count)]


def kept(backups, keep: Keep = KEEP, timezone: str = "Asia/Shanghai") -> list[int]:
    gone = set(superfluous(backups, keep, timezone=timezone))
    return [int(path.name) for path, _ in backups if path not in gone]


def test_a_year_of_nights_keeps_days_weeks_and_months():
    remaining = kept(every_day(500))

    assert remaining[:14] == list(range(14))
    sundays = [7 * week for week in range(8)]
    assert set(sundays) <= set(remaining)
    months = {(NOON - timedelta(days=days)).strftime("%Y-%m") for days in remaining}
    assert len(months) == 12
    assert len(remaining) == 14 + 6 + 11  # two Sundays and the newest of this month are among the days


def test_of_one_day_the_newest_is_kept():
    same_day = [
        (Path("0"), NOON),
        (Path("1"), NOON - timedelta(hours=1)),
        (Path("2"), NOON - timedelta(hours=11)),
    ]
    assert kept(same_day) == [0]


def test_a_day_begins_where_the_bureau_is():
    around_midnight = [
        (Path("0"), datetime(2026, 11, 21, 16, 30, tzinfo=UTC)),
        (Path("1"), datetime(2026, 11, 21, 15, 30, tzinfo=UTC)),
    ]
    keep = Keep(daily=2, weekly=0, monthly=0)
    assert kept(around_midnight, keep) == [0, 1]
    assert kept(around_midnight, keep, "UTC") == [0]


def test_days_without_a_backup_do_not_count():
    sparse = [(Path(str(n)), NOON - timedelta(days=10 * n)) for n in range(5)]
    assert kept(sparse, Keep(daily=3, weekly=0, monthly=0)) == [0, 1, 2]


@given(
    st.lists(st.integers(0, 900), max_size=60, unique=True),
    st.integers(0, 5),
    st.integers(0, 5),
    st.integers(0, 5),
)
def test_the_newest_always_stays_and_nothing_beyond_the_rule(days, daily, weekly, monthly):
    backups = [(Path(str(number)), NOON - timedelta(days=number)) for number in days]
    remaining = kept(backups, Keep(daily=daily, weekly=weekly, monthly=monthly))

    assert len(remaining) <= max(1, daily + weekly + monthly)
    if days:
        assert min(days) in remaining


def test_nothing_is_kept_of_nothing():
    assert superfluous([], KEEP, timezone="UTC") == []
