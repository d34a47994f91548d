"""Random enterprises crowded around the thresholds of the science ladder."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from scoring.facts import SCHEMA
from scoring.vocabulary import Tier

DAYS = (
    date(2026, 11, 22),
    date(2026, 4, 1),
    date(2026, 1, 1),
    date(2025, 12, 31),
    date(2024, 2, 29),
    date(2027, 3, 1),
)
MOST_FEN = 10**14
_YI = 10_000_000_000
SIZES = (0, 1, 500_000_000, _YI // 2, _YI, 2 * _YI, 5 * _YI, 50 * _YI)
FLAGS = {
    # Fact: how often it is true, so that firms are neither all good nor all bad.
    "is_resident": 0.95,
    "is_industry_excluded": 0.05,
    "had_serious_incident": 0.05,
    "has_bad_credit": 0.05,
    "owns_core_ip": 0.95,
    "hitech_field_listed": 0.95,
    "national_award_top3_5y": 0.05,
    "has_provincial_rd_org": 0.05,
    "led_standard_5y": 0.05,
}
SIGNED = ("net_assets_fen", "total_profit_fen")
MAY_BE_ABSENT = frozenset(
    {"core_ip_total", "expert_intellectual_property", "expert_transformation", "expert_organisation"}
    | {"expert_growth"}
)


def frame(firms: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """A facts frame with one row per firm."""
    return pl.DataFrame(list(firms), schema=SCHEMA)


def firms(random: Random, as_of: date, count: int) -> list[dict[str, Any]]:
    """That many enterprises with complete facts."""
    return [firm(random, as_of) for _ in range(count)]


def firm(random: Random, as_of: date) -> dict[str, Any]:
    """One enterprise with complete facts."""
    employees = random.choice((0, 1, 2, 9, 10, 20, 99, 100, 101, 499, 500, 501, random.randint(1, 9_999)))
    row: dict[str, Any] = {
        "registered_on": _registered_on(random, as_of),
        "industry_code": "C2614",
        "employees_y1": employees,
        "tech_staff_y1": _about(random, employees * random.choice((10, 10, 15, 20, 25, 30)), 100),
        "rd_staff_y1": _about(random, employees * 10, 100),
        **_money(random),
        **_rights(random),
        **{name: random.random() < share for name, share in FLAGS.items()},
        **{f"holds_{tier}": random.random() < 0.4 for tier in Tier},
    }
    return row | _experts(random)


def _registered_on(random: Random, as_of: date) -> date:
    whole_years = date(as_of.year - 15, as_of.month, min(as_of.day, 28))
    near = random.choice((as_of - timedelta(days=365), as_of - timedelta(days=180), whole_years))
    far = as_of - timedelta(days=random.randint(0, 8_000))
    leap_day = date(2012, 2, 29)
    return random.choice((near + timedelta(days=random.randint(-2, 2)), far, leap_day))


def _about(random: Random, top: int, bottom: int) -> int:
    """``top / bottom``, rounded up, or one more or less; never negative."""
    return max(-(-top // bottom) + random.choice((-1, 0, 0, 1)), 0)


def amount(random: Random) -> int:
    """An amount in 分, often at a threshold of size, up to 10^14."""
    kind = random.random()
    if kind < 0.5:
        return max(random.choice(SIZES) + random.choice((-1, 0, 1)), 0)
    return int(10 ** random.uniform(0, 14))


def least_growing(oldest: int, middle: int, percent: int) -> int:
    """The least third year with which the mean of two yearly rates is ``percent``; bases are positive."""
    return -(-middle * ((200 + 2 * percent) * oldest - 100 * middle) // (100 * oldest))


def growing(random: Random, last: int | None = None, *, signed: bool = False) -> tuple[int, int, int]:
    """Three years, newest first, whose mean growth is often at a line; newest may be given."""
    oldest, middle = amount(random), amount(random)
    if random.random() < 0.7:
        middle = int(oldest * random.uniform(0.8, 1.4))
    if signed and random.random() < 0.2:
        oldest, middle = random.choice((-1, 0, 1)) * oldest, random.choice((-1, 0, 1)) * middle
    if last is not None and random.random() < 0.5:
        return last, middle, oldest
    percent = random.choice((0, 5, 8, 15, 15, 25, 35))
    newest = last if last is not None else amount(random)
    if oldest > 0 and middle > 0:
        newest = least_growing(oldest, middle, percent) + random.choice((-1, 0, 0, 1))
    newest = newest if signed else max(newest, 0)
    return min(max(newest, -MOST_FEN), MOST_FEN), min(middle, MOST_FEN), oldest


def _money(random: Random) -> dict[str, int]:
    revenue = growing(random, amount(random))
    row = {f"revenue_fen_y{year}": value for year, value in enumerate(revenue, start=1)}
    row |= {
        f"rd_expense_fen_y{year}": value for year, value in enumerate(_research(random, revenue), start=1)
    }
    spent = sum(row[f"rd_expense_fen_y{year}"] for year in (1, 2, 3))
    domestic = _split(random, _about(random, spent * 60, 100))
    row |= {f"rd_domestic_fen_y{year}": value for year, value in enumerate(domestic, start=1)}
    for name in SIGNED:
        row |= {f"{name}_y{year}": value for year, value in enumerate(growing(random, signed=True), start=1)}
    income = amount(random)
    cost = random.choice((0, amount(random), row["rd_expense_fen_y1"] * random.choice((3, 4, 5, 10))))
    return row | {
        "total_assets_fen_y1": random.choice((2 * _YI, 2 * _YI + 1, amount(random))),
        "cost_expense_fen_y1": min(max(cost + random.choice((-1, 0, 1)), 0), MOST_FEN),
        "total_income_fen_y1": income,
        "hitech_income_fen_y1": _about(random, income * 60, 100),
    }


def _research(random: Random, revenue: tuple[int, int, int]) -> tuple[int, int, int]:
    """R&D at a line of the three-year share, or of last year's."""
    if random.random() < 0.5:
        return _split(random, _about(random, sum(revenue) * random.choice((3, 4, 5)), 100))
    newest = _about(random, revenue[0] * random.choice((2, 3, 3, 4, 4, 5, 6)), 100)
    return newest, _about(random, revenue[1], 20), _about(random, revenue[2], 20)


def _split(random: Random, total: int) -> tuple[int, int, int]:
    first = random.randint(0, total)
    second = random.randint(0, total - first)
    return total - first - second, second, first


def _rights(random: Random) -> dict[str, int | None]:
    first, second = random.choice((0, 0, 1, 20, 99, 100)), random.choice((0, 1, 2, 3, 4, 5, 19, 20, 100))
    total = random.choice((None, None, 19, 20, 99, 100))
    projects = random.choice((*range(19), 15, 15, 15))
    return {"class1_ip": first, "class2_ip": second, "core_ip_total": total, "transformations_3y": projects}


def _experts(random: Random) -> dict[str, int | None]:
    kind = random.random()
    blocks = {
        "expert_intellectual_property": random.randint(15, 30),
        "expert_transformation": random.randint(15, 30),
        "expert_organisation": random.randint(10, 20),
        "expert_growth": random.randint(0, 20),
    }
    if kind < 0.5:
        return dict.fromkeys(blocks)
    if kind < 0.75:
        # Exactly 70 or 71 where the blocks allow it.
        others = blocks["expert_transformation"] + blocks["expert_organisation"] + blocks["expert_growth"]
        wanted = random.choice((70, 71)) - others
        return {**blocks, "expert_intellectual_property": min(max(wanted, 0), 30)}
    return {name: random.choice((None, points)) for name, points in blocks.items()}
