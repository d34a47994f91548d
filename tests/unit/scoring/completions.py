"""Enterprises with facts unknown, and every way worth trying in which those facts may turn out."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from tests.unit.scoring.population import FLAGS, MAY_BE_ABSENT, MOST_FEN, SIGNED, SIZES, least_growing

SUMMED = ("revenue_fen", "rd_expense_fen", "rd_domestic_fen", *SIGNED)


def forgotten(random: Random, complete: Mapping[str, Any], most: int, as_of: date) -> dict[str, Any]:
    """The same firm with one to ``most`` facts unknown.

    Last year of a firm founded since stays known: absent, it counts as 0 in sums and is unknown beside
    them, which no one completion can show.
    """
    is_new = complete["registered_on"].year == as_of.year
    known = [
        name
        for name, value in complete.items()
        if value is not None and name not in MAY_BE_ABSENT and not (is_new and name.endswith("_y1"))
    ]
    asked = [name for name in known if not name.startswith("holds_") or name in _HOLDINGS]
    return {**complete, **dict.fromkeys(random.sample(asked, random.randint(1, most)))}


_HOLDINGS = ("holds_hnte", "holds_gazelle", "holds_leading")


def unknown_facts(firm: Mapping[str, Any], complete: Mapping[str, Any], as_of: date) -> list[str]:
    """What is unknown; a figure of a year before registration is not, it counts as 0 in sums."""
    return [
        name
        for name, value in complete.items()
        if firm[name] is None and value is not None and not _is_unborn(name, firm["registered_on"], as_of)
    ]


def _is_unborn(column: str, registered_on: date | None, as_of: date) -> bool:
    is_summed = column.startswith(SUMMED)
    return is_summed and registered_on is not None and as_of.year - int(column[-1]) < registered_on.year


def completions(
    random: Random, firm: Mapping[str, Any], complete: Mapping[str, Any], as_of: date, *, tries: int
) -> Iterator[dict[str, Any]]:
    """All single answers where one fact is unknown, and ``tries`` combinations where several are."""
    unknown = unknown_facts(firm, complete, as_of)
    born = {
        **firm,
        **{
            name: 0
            for name in complete
            if _is_unborn(name, firm["registered_on"], as_of) and firm[name] is None
        },
    }
    if len(unknown) <= 1:
        for name in unknown:
            yield from ({**born, name: value} for value in answers(name, born, complete[name], as_of))
        yield {**born, **{name: complete[name] for name in unknown}}
        return
    for _ in range(tries):
        known = dict(born)
        for name in random.sample(unknown, len(unknown)):
            known[name] = random.choice(list(answers(name, known, complete[name], as_of)))
        yield known


def answers(column: str, known: Mapping[str, Any], original: Any, as_of: date) -> Iterator[Any]:
    """What an unknown fact might turn out to be: extremes, thresholds, what balances the known ones."""
    yield original
    if column.startswith("holds_") or column in FLAGS:
        yield from (True, False)
    elif column == "registered_on":
        for days in (0, 179, 180, 364, 365, 2_000, *range(5_475, 5_481), 9_000):
            yield as_of - timedelta(days=days)
    elif "_fen_" in column:
        yield from _amounts_for(column, known)
    else:
        yield from _counts_for(column, known)


def _counts_for(column: str, known: Mapping[str, Any]) -> Iterator[int]:
    yield from (0, 1, 2, 3, 5, 15, 20, 99, 100, 499, 500, 501, 10**6)
    if column in ("tech_staff_y1", "rd_staff_y1") and known["employees_y1"] is not None:
        for percent in (10, 15, 20, 25, 30):
            least = -(-known["employees_y1"] * percent // 100)
            yield from (max(least - 1, 0), least)
    for part in ("tech_staff_y1", "rd_staff_y1"):
        if column == "employees_y1" and known[part] is not None:
            yield from (known[part] * 100 // percent for percent in (10, 30))


def _amounts_for(column: str, known: Mapping[str, Any]) -> Iterator[int]:
    yield from (0, 1, 2)
    for size in (*SIZES[2:], MOST_FEN, 40 * MOST_FEN):
        yield from (size - 1, size, size + 1)
    if column.startswith(SIGNED):
        yield from (-1, -MOST_FEN, -40 * MOST_FEN)
    stem, year = column[:-3], int(column[-1])
    if year == 1:
        yield from _for_growth(stem, known)
    others = {name: known[name] or 0 for name in known if "_fen_" in name}
    rest = sum(others[f"{stem}_y{back}"] for back in (2, 3)) if f"{stem}_y2" in others else 0
    for name in ("revenue_fen", "rd_expense_fen", "rd_domestic_fen"):
        total = sum(others[f"{name}_y{back}"] for back in (1, 2, 3))
        for percent in (2, 3, 4, 5, 6, 60):
            for value in (
                total * percent // 100,
                total * 100 // percent,
                others[f"{name}_y1"] * percent // 100,
            ):
                yield from (max(value - rest, 0), max(value - rest, 0) + 1)


def _for_growth(stem: str, known: Mapping[str, Any]) -> Iterator[int]:
    """Last years that are just enough growth, or just not."""
    middle, oldest = known.get(f"{stem}_y2"), known.get(f"{stem}_y3")
    if not middle or not oldest or middle < 0 or oldest < 0:
        return
    for percent in (0, 5, 8, 15, 25, 35):
        least = least_growing(oldest, middle, percent)
        if least > 0 or stem in SIGNED:
            yield from (least - 1, least)
