"""Numbers of a rule file that are too fine or too large are refused; the others decide exactly."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from scoring.rulebook import read_rule_file
from scoring.rules_model import RuleSet
from scoring.screening import screen
from scoring.vocabulary import CriterionResult
from tests.unit.scoring.rule_files import DIRECT, POINTS, file, refusal
from tests.unit.scoring.seeded import chance, seeded

DAY = date(2026, 11, 22)
MOST = 10**14
ROWS = 40
AMOUNT = 'word = "amount"\nfact = "revenue_cny"\noperator = ">="\nvalue = 5'
RATIO = 'word = "share"\nnumerator = "rd_expense_cny"\ndenominator = "revenue_cny"\noperator = ">="'
GROWTH = 'facts = ["revenue_cny"]\noperator = ">="'
FINE, TOGETHER, LARGE = "is finer than a hundredth of a percent", "is too fine for so large", "is too large"
SHARE_TABLE = POINTS[POINTS.index('kind = "share"') : POINTS.index("[[rule_sets.criteria]]")]
LABELS = 'label = "占比"\nlabel_en = "share"\n'
STAFF = 'kind = "share"\nnumerator = "tech_staff"\ndenominator = "employees"'
GROWN = 'kind = "year_growth"\nfact = "revenue_cny"'
YEARS = 'kind = "each_years"\nfact = "niche_years"\nevery = 1\npoints = 1'
SAID = 'label = "甲", label_en = "a"'


def asking(*lines: str) -> str:
    return file().replace(AMOUNT, "\n".join(lines))


def scoring_by(*lines: str) -> str:
    roomy = file(POINTS).replace("maximum = 20", "maximum = 200").replace("maximum = 30", "maximum = 200")
    return roomy.replace(SHARE_TABLE, "\n".join((*lines, LABELS)))


def ladder(*rungs: str, years: int = 1) -> str:
    listed = f"ladder = [{{ up_to = {rungs[0]}, value = {rungs[1]} }}, {{ value = {rungs[2]} }}]"
    return asking(RATIO, f"years = {years}", 'ladder_fact = "revenue_cny"', listed)


def bands(first: str, second: str) -> str:
    return f"bands = [{{ at_least = {first}, points = 9 }}, {{ at_least = {second}, points = 4 }}]"


def door(value: str) -> str:
    told = RATIO.replace("\n", ", ")
    opened = DIRECT[DIRECT.index("{ holds") : DIRECT.rindex("]")]
    return file(POINTS, DIRECT).replace(opened, f"{{ {told}, value = {value}, {SAID} }}")


LIMITS = [
    (lambda v: asking(RATIO, f"value = {v}"), "0.0001", "0.00011", FINE),
    (lambda v: asking(RATIO, f"value = {v}"), "0.052500000", "0.05251", FINE),
    (lambda v: asking(RATIO, f"value = {v}"), "0.05", "1e-999999999", FINE),
    (lambda v: asking(RATIO, f"value = {v}"), "9.2233", "9.2239", TOGETHER),
    (lambda v: asking(RATIO, "years = 3", f"value = {v}"), "3.0743", "3.0747", TOGETHER),
    (lambda v: asking(RATIO, "years = 3", f"value = {v}"), "10", "9.9999", TOGETHER),
    (lambda v: ladder("100", v, "0.05"), "0.1001", "0.10001", FINE),
    (lambda v: ladder("100", v, "0.0001", years=3), "2.3057", "2.3059", TOGETHER),
    (lambda v: ladder(v, "0.1", "0.05"), "1000000000000", "1000000000000.01", LARGE),
    (door, "0.0525", "0.05251", FINE),
    (lambda v: asking(RATIO.replace("share", "share_each_year"), "years = 5", f"value = {v}"), "9.2233",
     "9.2239", TOGETHER),
    (lambda v: asking('word = "cagr"', "years = 4", GROWTH, f"value = {v}"), "9.9999", "0.12345", FINE),
    (lambda v: asking('word = "mean_growth"', GROWTH, f"value = {v}"), "9.9999", "0.12345", FINE),
    (lambda v: scoring_by(STAFF, bands(v, "0.0001")), "9.2233", "9.2234", TOGETHER),
    (lambda v: scoring_by(STAFF, bands(v, "0.1")), "0.1001", "0.10001", FINE),
    (lambda v: scoring_by(GROWN, bands(v, "0.0001")), "8.2233", "8.2234", TOGETHER),
    (lambda v: scoring_by(GROWN.replace("year_", "mean_"), bands(v, "0")), "0.1001", "0.10001", FINE),
    (lambda v: scoring_by(YEARS, f"most = {v}"), "100", "101", "at most 100 can be used"),
    (lambda v: asking('word = "amount"\nfact = "revenue_cny"\noperator = ">="', f"value = {v}"),
     "1000000000000", "1000000000000.01", LARGE),
    (lambda v: asking('word = "amount"\nfact = "revenue_cny"\noperator = ">="', f"value = {v}"),
     "0.01", "1e-999999999", "not a whole number of fen"),
    (lambda v: asking('word = "amount"\nfact = "employees"\noperator = ">="', f"value = {v}"),
     "1000000000", "1000000001", LARGE),
    (lambda v: asking('word = "count"\nfacts = ["class1_ip"]\noperator = ">="', f"value = {v}"),
     "1000000000", "1000000001", LARGE),
    (lambda v: asking('word = "cagr"', "years = 4", GROWTH, "value = 9.9999", f"base_at_least = {v}"),
     "1000000000000", "1e30", LARGE),
    (lambda v: asking('word = "amount_mean"\nfact = "revenue_cny"\noperator = ">="\nyears = 5',
                      f"value = {v}"), "1000000000000", "1000000000001", LARGE),
    (lambda v: asking('word = "amount_by_industry"\nfact = "revenue_cny"\noperator = ">="',
                      f'classes = [{{ industry = ["C"], value = {v} }}]'),
     "1000000000000", "1000000000001", LARGE),
    (lambda v: asking('word = "age"\noperator = ">="', f"days = {v}"), "73050", "73051", LARGE),
    (lambda v: asking('word = "age"\noperator = "<"', f"years = {v}"), "200", "201", LARGE),
    (lambda v: file(POINTS).replace("maximum = 30", f"maximum = {v}"), "10000", "10001", LARGE),
]  # fmt: skip


@pytest.mark.parametrize(("text", "allowed", "refused", "reason"), LIMITS)
def test_what_cannot_be_decided_exactly_is_refused_and_the_rest_is_read(
    tmp_path: Path, text, allowed, refused, reason
):
    assert refusal(tmp_path, text=text(allowed)) == ""
    message = refusal(tmp_path, text=text(refused))
    assert message.startswith("gazelle.toml: rule_sets[0].")
    assert reason in message


@pytest.mark.parametrize(("text", "allowed"), [entry[:2] for entry in LIMITS])
@pytest.mark.parametrize("rows", [0, 1, 5])
def test_the_largest_numbers_allowed_can_be_screened_with(text, allowed, rows):
    facts = {f"{name}_fen_y{year}": MOST for name in ("revenue", "rd_expense") for year in range(1, 6)}
    told = {"registered_on": date(1, 1, 1), "employees_y1": 10**9, "tech_staff_y1": 10**9, "class1_ip": 10**9}
    frame = pl.DataFrame([facts | told | {"industry_code": "C26", "niche_years": 10**9}] * 5)

    found = screen(frame[:rows], rule_sets(text(allowed)), DAY, projection="detail")

    assert found.height == rows


@pytest.mark.parametrize("rows", [1, 100])
@pytest.mark.parametrize(("given", "counted"), [(29, 29), (30, 30), (31, 30), (40_000, 30), (10**8, 30)])
def test_experts_give_no_more_than_an_indicator_has_and_stop_no_screening(rows, given, counted):
    """A slip of the pen, such as 40000 for 40.000, would not fit the 16 bits in which points are added."""
    frame = pl.DataFrame({"expert_growth": [given] * rows})
    text = file(POINTS).replace("maximum = 20", 'maximum = 30\nexpert = "expert_growth"')

    found = screen(frame, rule_sets(text), DAY)

    assert found.select("gazelle.points_lo", "gazelle.points_hi").rows() == [(counted, counted)] * rows


def test_a_ladder_or_a_table_of_too_many_rows_is_refused(tmp_path: Path):
    rungs = [f"{{ up_to = {row}, value = {Decimal(row) / 1000} }}" for row in range(1, 101)]
    told = f'{RATIO}\nladder_fact = "revenue_cny"\nladder = [{", ".join(rungs[:99])}, {{ value = 0.5 }}]'
    assert refusal(tmp_path, text=asking(told)) == ""
    assert "at most 100 can be used" in refusal(
        tmp_path, text=asking(told.replace(rungs[98], f"{rungs[98]}, {rungs[99]}"))
    )


def rule_sets(text: str) -> list[RuleSet]:
    return read_rule_file("gazelle.toml", text.encode())


def rate(random: Random, most: int) -> Decimal:
    """A share or a rate of one to four decimals, small or large."""
    parts = 10 ** random.randint(1, 4)
    return Decimal(random.randint(1, random.choice((parts, most * parts)))) / parts


def figure(random: Random) -> int:
    return random.choice((0, 1, random.randint(1, 10**4), random.randint(1, MOST), MOST - 1, MOST))


def near(random: Random, line: Fraction) -> int:
    """A figure right at a line, next to it, or anywhere."""
    if random.random() < 0.1:
        return figure(random)
    return min(MOST, max(0, floor(line) + random.randint(-1, 2)))


def compared(left: Fraction | int, operator: str, right: Fraction) -> bool:
    return {">=": left >= right, ">": left > right, "<=": left <= right, "<": left < right}[operator]


def outcomes(text: str, rows: list[dict[str, int]]) -> list[tuple[int, int | None]]:
    """Result and gap of each row."""
    found = screen(pl.DataFrame(rows), rule_sets(text), DAY, projection="detail")
    pairs = found.select("gazelle.revenue_min.result", "gazelle.revenue_min.gap").rows()
    return [(result, gap) for result, gap in pairs]


def expected(*, is_met: bool, gap: int | None) -> tuple[int, int | None]:
    return (CriterionResult.MET, None) if is_met else (CriterionResult.NOT_MET, gap)


def lacking(top: int, bottom: int, operator: str, share: Fraction) -> int | None:
    """What a numerator is short of, or above, its share; nothing over nothing."""
    line = bottom * share
    wanted = {">=": ceil(line), ">": floor(line) + 1, "<=": floor(line), "<": ceil(line) - 1}[operator]
    return None if bottom <= 0 else (wanted - top if operator in (">=", ">") else top - wanted)


@seeded(30)
def test_a_share_of_any_allowed_fineness_decides_as_fractions_do(seed: int):
    random = chance(seed)
    years, operator = random.choice((1, 3)), random.choice((">=", ">", "<=", "<"))
    share = rate(random, 3 if years == 3 else 9)
    rows, wanted = [], []
    for _ in range(ROWS):
        bottoms = [figure(random) for _ in range(years)]
        tops = [near(random, Fraction(share) * bottom) for bottom in bottoms]
        rows.append(by_year(rd_expense=tops, revenue=bottoms))
        top, bottom = sum(tops), sum(bottoms)
        is_met = bottom > 0 and compared(top, operator, share * bottom) and (top > 0 or "<" in operator)
        wanted.append(expected(is_met=is_met, gap=lacking(top, bottom, operator, Fraction(share))))
    text = asking(RATIO.replace('">="', f'"{operator}"'), f"years = {years}", f"value = {share}")

    assert outcomes(text, rows) == wanted


def by_year(**figures: list[int]) -> dict[str, int]:
    return {f"{name}_fen_y{1 + at}": value for name, told in figures.items() for at, value in enumerate(told)}


@seeded(20)
def test_a_ladder_of_any_allowed_fineness_decides_as_fractions_do(seed: int):
    random = chance(seed)
    years, up_to = random.choice((1, 3)), random.choice((1, 10**4, MOST - 1))
    low, high = sorted(random.sample(range(1, 20_000), 2))
    rungs = [Decimal(high) / 10**4, Decimal(low) / 10**4]
    rows, wanted = [], []
    for _ in range(ROWS):
        bottoms = [random.choice((figure(random), up_to, up_to + 1)) for _ in range(years)]
        share = Fraction(rungs[0] if bottoms[0] <= up_to else rungs[1])
        tops = [near(random, share * bottom) for bottom in bottoms]
        rows.append(by_year(rd_expense=tops, revenue=bottoms))
        top, bottom = sum(tops), sum(bottoms)
        is_met = bottom > 0 and top > 0 and top >= share * bottom
        wanted.append(expected(is_met=is_met, gap=lacking(top, bottom, ">=", share)))

    text = ladder(str(Decimal(up_to) / 100), *map(str, rungs), years=years)
    assert outcomes(text, rows) == wanted


@seeded(20)
def test_a_share_of_each_year_decides_as_fractions_do(seed: int):
    random = chance(seed)
    operator, share = random.choice((">=", ">", "<=", "<")), min(rate(random, 9), Decimal("9.2233"))
    rows, wanted = [], []
    for _ in range(ROWS):
        bottoms = [figure(random) for _ in range(2)]
        tops = [near(random, Fraction(share) * bottom) for bottom in bottoms]
        rows.append(by_year(rd_expense=tops, revenue=bottoms))
        oks = [
            bottom > 0 and compared(top, operator, share * bottom) and (top > 0 or "<" in operator)
            for top, bottom in zip(tops, bottoms, strict=True)
        ]
        gap = lacking(tops[0], bottoms[0], operator, Fraction(share)) if oks[1] else None
        wanted.append(expected(is_met=all(oks), gap=gap))
    told = RATIO.replace('"share"', '"share_each_year"').replace('">="', f'"{operator}"')

    assert outcomes(asking(told, "years = 2", f"value = {share}"), rows) == wanted


@seeded(20)
def test_compound_growth_of_any_allowed_fineness_decides_as_fractions_do(seed: int):
    random = chance(seed)
    years, is_strict, growth = random.randint(1, 4), random.random() < 0.5, rate(random, 10)
    factor = (1 + Fraction(growth)) ** years
    rows, wanted = [], []
    for _ in range(ROWS):
        base = (
            max(1, figure(random)) if random.random() < 0.5 else random.randint(1, floor(MOST / factor) + 1)
        )
        newest = near(random, factor * base)
        rows.append({"revenue_fen_y1": newest, f"revenue_fen_y{1 + years}": base})
        least = floor(factor * base) + 1 if is_strict else ceil(factor * base)
        wanted.append(expected(is_met=newest >= least, gap=least - newest))
    told = GROWTH.replace('">="', '">"') if is_strict else GROWTH

    text = asking('word = "cagr"', told, f"years = {years}", f"value = {growth}")
    assert outcomes(text, rows) == wanted


@seeded(20)
def test_mean_growth_of_any_allowed_fineness_decides_as_fractions_do(seed: int):
    random = chance(seed)
    growth = rate(random, 10)
    rows, wanted = [], []
    for _ in range(ROWS):
        oldest = random.choice((1, 10**4, random.randint(1, MOST), MOST))
        middle = max(1, near(random, (1 + Fraction(growth)) * oldest))
        line = middle * (2 * (1 + Fraction(growth)) - Fraction(middle, oldest))
        newest = near(random, line)
        rows.append(by_year(revenue=[newest, middle, oldest]))
        wanted.append(expected(is_met=newest >= line, gap=ceil(line) - newest))

    text = asking('word = "mean_growth"', GROWTH, f"value = {growth}")
    assert outcomes(text, rows) == wanted


@seeded(20)
def test_points_by_shares_of_any_allowed_fineness_are_those_of_fractions(seed: int):
    random = chance(seed)
    low, high = sorted(random.sample(range(1, 80_000), 2))
    lines = [Decimal(high) / 10**4, Decimal(low) / 10**4]
    is_growth = random.random() < 0.5
    added = 1 if is_growth else 0
    rows, wanted = [], []
    for _ in range(ROWS):
        bottom = figure(random)
        top = near(random, (Fraction(random.choice(lines)) + added) * bottom)
        told: dict[str, Any] = {"rd_expense_fen_y1": top, "revenue_fen_y1": bottom}
        rows.append(by_year(revenue=[top, bottom]) if is_growth else told)
        reached = [
            points
            for line, points in zip(lines, (9, 4), strict=True)
            if bottom > 0 and top >= (line + added) * bottom
        ]
        wanted.append(max(reached, default=0))
    shares = 'kind = "share"\nnumerator = "rd_expense_cny"\ndenominator = "revenue_cny"'

    text = scoring_by(GROWN if is_growth else shares, bands(*map(str, lines)))
    found = screen(pl.DataFrame(rows), rule_sets(text), DAY)

    assert found["gazelle.points_lo"].to_list() == wanted
