"""Random enterprises crowded around the lines of size, industry and growth, and ways to complete them."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

DAYS = (date(2026, 11, 22), date(2026, 1, 1), date(2024, 2, 29), date(2025, 12, 31))
CODES = (
    "B0810", "C2614", "C3441", "D4411", "G5437", "G5911", "I6513", "N7721", "Q8412", "Q8521", "K7010",
    "K7020", "K7040", "L7212", "M7320", "P8341", "O8111", "R8710", "A0111", "E4700", "F5114", "J6610",
    "S9411",
)  # fmt: skip
SHORT = ("C26", "C", "Q", "Q8", "K", "K70", "K701", "G", "R", "F5", "M73", "O")
WAN = 1_000_000
LINES = tuple(wan * WAN for wan in (0, 250, 500, 1_000, 2_000, 10_000, 100_000))
HELD = ("holds_above_scale_industry", "holds_above_scale_service")
YEARS = (1, 2, 3, 4, 5)


def firm(random: Random, as_of: date) -> dict[str, Any]:
    """One enterprise with complete facts."""
    sales, staff = (
        _grown(random, amount(random), 20),
        _grown(random, random.choice((0, 9, 10, 11, 99, 100, 101, 150)), 10),
    )
    return {
        "registered_on": _registered_on(random, as_of),
        "industry_code": random.choice(CODES),
        "main_revenue_fen_y1": amount(random),
        **{f"revenue_fen_y{year}": value for year, value in zip(YEARS, sales, strict=True)},
        **{f"employees_y{year}": value for year, value in zip(YEARS, staff, strict=True)},
        **{name: random.random() < 0.3 for name in HELD},
    }


def amount(random: Random) -> int:
    """An amount in 分 at a line, or anywhere."""
    if random.random() < 0.7:
        return max(random.choice(LINES) + random.choice((-1, 0, 1)), 0)
    return int(10 ** random.uniform(0, 14))


def _grown(random: Random, base: int, usual: int) -> tuple[int, ...]:
    """Five years, newest first: the newest often just at a rate over the fourth or the fifth year."""
    percent, periods = random.choice((usual, 10, 20, 30)), random.choice((3, 4))
    oldest = base if periods == 4 else random.choice((base, 2 * base))
    newest = -(-base * (100 + percent) ** periods // 100**periods) + random.choice((-1, 0, 0, 1))
    return max(newest, 0), base, base, base, oldest


def _registered_on(random: Random, as_of: date) -> date:
    years = random.choice((5, 10, 15))
    near = date(as_of.year - years, as_of.month, min(as_of.day, 28)) + timedelta(days=random.randint(-2, 2))
    printed = date(random.choice((2013, 2014, 2019)), 1, 1) - timedelta(days=random.choice((0, 1)))
    return random.choice(
        (near, near, printed, date(2020, 2, 29), as_of - timedelta(days=random.randint(1, 8_000)))
    )


def forgotten(random: Random, complete: Mapping[str, Any], most: int, as_of: date) -> dict[str, Any]:
    """The same firm with one to ``most`` facts unknown, or its industry told too shortly.

    A year of a firm founded since stays known: in sums and growth it would count as 0 where it is absent.
    """
    may = [name for name in complete if not _is_unborn(name, complete, as_of)]
    known = {**complete, **dict.fromkeys(random.sample(may, random.randint(1, most)))}
    if known["industry_code"] is not None and random.random() < 0.5:
        known["industry_code"] = known["industry_code"][: random.choice((1, 2, 3, 4))]
    return known


def _is_unborn(column: str, firm: Mapping[str, Any], as_of: date) -> bool:
    is_yearly = column[-3:-1] == "_y"
    return is_yearly and as_of.year - int(column[-1]) <= firm["registered_on"].year


def is_open(name: str, firm: Mapping[str, Any]) -> bool:
    """Whether a fact is not wholly known."""
    return firm[name] is None or (name == "industry_code" and len(firm[name]) < 5)


def completions(
    random: Random, firm: Mapping[str, Any], complete: Mapping[str, Any], as_of: date, *, tries: int
) -> Iterator[dict[str, Any]]:
    """Every answer where one fact is open, else ``tries`` combinations."""
    names = [name for name in complete if is_open(name, firm)]
    if len(names) <= 1:
        for name in names:
            yield from ({**firm, name: value} for value in answers(name, firm, complete[name], as_of))
        if not names:
            yield dict(firm)
        return
    for _ in range(tries):
        known = dict(firm)
        for name in random.sample(names, len(names)):
            known[name] = random.choice(list(answers(name, known, complete[name], as_of)))
        yield known


def answers(column: str, known: Mapping[str, Any], original: Any, as_of: date) -> Iterator[Any]:
    """What an open fact may turn out to be."""
    yield original
    if column == "industry_code":
        yield from (code for code in CODES if code.startswith(known[column] or ""))
    elif column in HELD:
        yield from (True, False)
    elif column == "registered_on":
        yield from (
            date(as_of.year, 1, 1),
            date(2013, 1, 1),
            date(2012, 12, 31),
            date(2014, 1, 1),
            date(2013, 12, 31),
        )
        yield from (date(2019, 1, 1), date(2018, 12, 31), date(1990, 1, 1))
        for years in (5, 10, 15):
            near = date(as_of.year - years, as_of.month, min(as_of.day, 28))
            yield from (near + timedelta(days=days) for days in (-1, 0, 1, 2))
    else:
        yield from _figures(column, known)


def _figures(column: str, known: Mapping[str, Any]) -> Iterator[int]:
    lines = LINES if "_fen_" in column else (0, 10, 100)
    for line in (*lines, 10**15 if "_fen_" in column else 10**6):
        yield from (max(line - 1, 0), line, line + 1)
    stem, year = column[:-3], int(column[-1])
    for other in (1, 4, 5):
        value = known.get(f"{stem}_y{other}")
        if value is None or other == year:
            continue
        periods = abs(other - year)
        for percent in (10, 20, 30):
            up, down = (100 + percent) ** periods, 100**periods
            near = value * up // down if year < other else value * down // up
            yield from (max(near + step, 0) for step in (-1, 0, 1, 2))
