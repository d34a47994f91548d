"""What words and points tables of the specialised line refuse, and how the tables score at each edge."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from scoring.facts import SCHEMA
from scoring.screening import screen
from tests.unit.scoring.rule_files import DIRECT, POINTS, file, read, refusal

BASE, SCORED = file(), file(POINTS, DIRECT)
FIRST = "gazelle.toml: rule_sets[0].criteria[0]"
TABLE = "gazelle.toml: rule_sets[0].points.parts[0].tables[0]"
AT_LEAST, AT_MOST = 'operator = ">="', 'operator = "<="'
CAGR, EACH, COUNT = 'word = "cagr"', 'word = "amount_each_year"', 'word = "count"'
SHARES = 'word = "share_each_year"\nnumerator = "rd_expense_cny"\ndenominator = "revenue_cny"'
RATIO = 'word = "share"\nnumerator = "rd_expense_cny"\ndenominator = "revenue_cny"'
RANK = 'word = "amount"\nfact = "domestic_rank"'
SALES, RIGHTS = 'facts = ["revenue_cny"]', 'facts = ["class1_ip"]'


def with_word(*lines: str) -> str:
    """The criterion decided by other words."""
    return BASE.replace('word = "amount"\nfact = "revenue_cny"\noperator = ">="\nvalue = 5', "\n".join(lines))


@pytest.mark.parametrize(
    ("lines", "key", "reason"),
    [
        ((CAGR, SALES, "years = 5", AT_LEAST, "value = 0.2"), ".years", "not a number of years from 1 to 4"),
        ((CAGR, SALES, "years = 0", AT_LEAST, "value = 0.2"), ".years", "not a number of years"),
        ((CAGR, SALES, "years = 2", AT_MOST, "value = 0.2"), ".operator", "is not one of >=, >"),
        ((CAGR, SALES, "years = 2", AT_LEAST, "value = 0"), ".value", "is not a share"),
        ((CAGR, RIGHTS, "years = 2", AT_LEAST, "value = 0.2"), ".facts[0]", "not one of a fiscal year"),
        (
            (CAGR, 'facts = ["revenue_cny", "employees"]', "years = 2", AT_LEAST, "value = 0.2"),
            ".facts",
            "in different units: cny, heads",
        ),
        (
            (CAGR, SALES, "years = 2", AT_LEAST, "value = 0.2", "base_at_least = 0.001"),
            ".base_at_least",
            "not a whole number of fen",
        ),
        (
            (EACH, 'fact = "class1_ip"', "years = 2", AT_LEAST, "value = 1"),
            ".fact",
            "not one of a fiscal year",
        ),
        ((EACH, 'fact = "revenue_cny"', "years = 6", AT_LEAST, "value = 1"), ".years", "from 1 to 5"),
        ((EACH, 'fact = "revenue_cny"', AT_LEAST, "value = 1"), ".years", "needs it"),
        ((SHARES, "years = 2", AT_LEAST, "value = 11"), ".value", "is not a share"),
        (
            (RATIO, AT_LEAST, "value = 0.05", 'when_zero = "met"'),
            ".when_zero",
            "neither 'not_met' nor 'judgement'",
        ),
        ((RANK, AT_MOST, "value = 3", "judged_to = 2"), ".judged_to", "nothing is left to judge"),
        ((RANK, AT_MOST, "value = 3", 'judged_to = "some"'), ".judged_to", "not a whole number"),
        (
            ('word = "amount"', 'fact = "market_share"', AT_LEAST, "value = 0.0000001"),
            ".value",
            "whole millionths",
        ),
        (('word = "amount"', 'fact = "market_share"', AT_LEAST, "value = 1.5"), ".value", "no share of 1"),
        ((COUNT, RIGHTS, 'minus = ["class3_ip"]', AT_LEAST, "value = 1"), ".minus[0]", "is not known"),
        (('word = "holds_any"', 'tiers = ["hnte"]', "is = true"), ".tiers", "two tiers or more"),
        (
            ('word = "holds_any"', 'tiers = ["hnte", "htne"]', "is = true"),
            ".tiers[1]",
            "did you mean 'hnte'?",
        ),
        (('word = "one_of"', 'fact = "rd_org_level"', 'values = ["town"]'), ".values[0]", "is no value of"),
        (('word = "one_of"', 'fact = "revenue_cny"', 'values = ["city"]'), ".fact", "code is needed here"),
        (
            ('word = "points_sum"', 'indicators = ["x"]', AT_LEAST, "value = 1"),
            ".indicators[0]",
            "not in this rule set",
        ),
        (
            (RANK, AT_MOST, "value = 3", 'not_asked_when = "employees"'),
            ".not_asked_when",
            "flag is needed here",
        ),
    ],
)
def test_arguments_that_cannot_be_meant_are_refused(tmp_path: Path, lines, key, reason):
    message = refusal(tmp_path, text=with_word(*lines))

    assert message.startswith(f"{FIRST}{key}: ")
    assert reason in message


SHARE_TABLE = POINTS[POINTS.index('kind = "share"') : POINTS.index("[[rule_sets.criteria]]")]
TWICE = "bands = [{ is = true, points = 5 }, { is = true, points = 2 }]"
RISING = 'bands = [{ is = "city", points = 5 }, { is = "none", points = 9 }]'
FROM_ZERO = "bands = [{ at_least = 0, points = 1 }]"
SAID = 'label = "甲", label_en = "a"'
DOOR = DIRECT[DIRECT.index("{ holds") : DIRECT.rindex("]")]
LABELS = 'label = "占比"\nlabel_en = "share"\n'


def with_table(*lines: str) -> str:
    return SCORED.replace(SHARE_TABLE, "\n".join((*lines, LABELS)))


@pytest.mark.parametrize(
    ("lines", "key", "reason"),
    [
        (('kind = "flag"', 'fact = "employees"', "bands = []"), ".fact", "flag is needed here"),
        (
            ('kind = "flag"', 'fact = "is_resident"', "bands = [{ is = 1, points = 5 }]"),
            ".bands[0].is",
            "neither true",
        ),
        (
            ('kind = "flag"', 'fact = "is_resident"', TWICE),
            ".bands[1].is",
            "has points already",
        ),
        (
            ('kind = "code"', 'fact = "rd_org_level"', 'bands = [{ is = "town", points = 5 }]'),
            ".bands[0].is",
            "is not one of national",
        ),
        (
            ('kind = "code"', 'fact = "rd_org_level"', RISING),
            ".bands",
            "not monotone",
        ),
        (('kind = "amount"', 'fact = "employees"', "bands = []"), ".fact", "cny is needed here"),
        (('kind = "given"', 'fact = "employees"', "most = 5"), ".fact", "points is needed here"),
        (('kind = "given"', 'fact = "local_special_points"'), ".most", "not a whole number"),
        (
            ('kind = "each_years"', 'fact = "niche_years"', "every = 0", "points = 1", "most = 5"),
            ".every",
            "gives nothing",
        ),
        (('kind = "year_growth"', 'fact = "class1_ip"', "bands = []"), ".fact", "not one of a fiscal year"),
        (
            ('kind = "mean_growth"', 'fact = "revenue_cny"', 'bad_base = "0"', FROM_ZERO),
            ".bad_base",
            "neither '195' nor 'judgement'",
        ),
        (
            ('kind = "count"', 'fact = "class1_ip"', "bands = [{ at_most = 3, points = 5 }]"),
            ".bands[0].at_most",
            "only a table of shares",
        ),
        (('kind = "points"', "bands = []"), ".kind", "is not one of share, count"),
    ],
)
def test_points_tables_that_cannot_be_meant_are_refused(tmp_path: Path, lines, key, reason):
    message = refusal(tmp_path, text=with_table(*lines))

    assert message.startswith(f"{TABLE}{key}: ")
    assert reason in message


def test_upper_and_lower_bands_do_not_mix(tmp_path: Path):
    mixed = SCORED.replace("{ at_least = 0.10,", "{ at_most = 0.10,")
    rising = SCORED.replace("at_least", "at_most")

    assert "all at_least or all at_most" in refusal(tmp_path, text=mixed)
    assert "not monotone" in refusal(tmp_path, text=rising)


@pytest.mark.parametrize(
    ("door", "reason"),
    [
        ('word = "judgement"', "any_of[0].word: the word 'judgement' is not one of"),
        ('word = "amount", operator = ">=", fact = "revenu_cny", value = 1', "any_of[0].fact: the fact"),
        ('flag = "is_resident", holds = "hnte"', "one of them, or has a word"),
        (
            'word = "amount", fact = "revenue_cny", operator = ">=", value = 1, of = 2',
            "any_of[0].of: this key is not known here",
        ),
    ],
)
def test_a_door_that_cannot_be_meant_is_refused(tmp_path: Path, door, reason):
    assert reason in refusal(tmp_path, text=SCORED.replace(DOOR, f"{{ {door}, {SAID} }}"))


def scored(tmp_path: Path, lines: tuple[str, ...], **facts: Any) -> list[int]:
    """Lowest and highest points of one table."""
    rules = read(tmp_path, text=with_table(*lines)).rule_sets
    row = screen(pl.DataFrame([facts], schema=SCHEMA), rules, date(2026, 11, 22))
    return [row["gazelle.points_lo"][0], row["gazelle.points_hi"][0]]


ORG = (
    'kind = "code"',
    'fact = "rd_org_level"',
    'bands = [{ is = ["national", "provincial"], points = 9 }, { is = "city", points = 4 }]',
)
EVERY_ORG = (*ORG[:2], ORG[2].replace('"city"', '["city", "below_city", "none"]'))
SPENT = ('kind = "amount"', 'fact = "rd_expense_cny"', "bands = [{ at_least = 100, points = 9 }]")
YEARS = ('kind = "each_years"', 'fact = "niche_years"', "every = 2", "points = 3", "most = 8")
GIVEN = ('kind = "given"', 'fact = "local_special_points"', "most = 15")
GROWTH = ('kind = "year_growth"', 'fact = "revenue_cny"', "bands = [{ at_least = 0.5, points = 9 }]")


@pytest.mark.parametrize(
    ("lines", "facts", "points"),
    [
        (ORG, {"rd_org_level": "provincial"}, [9, 9]),
        (ORG, {"rd_org_level": "none"}, [0, 0]),
        (ORG, {}, [0, 9]),
        (EVERY_ORG, {}, [4, 9]),
        (SPENT, {"rd_expense_fen_y1": 10_000}, [9, 9]),
        (SPENT, {"rd_expense_fen_y1": 9_999}, [0, 0]),
        (SPENT, {}, [0, 9]),
        (YEARS, {"niche_years": 1}, [0, 0]),
        (YEARS, {"niche_years": 2}, [3, 3]),
        (YEARS, {"niche_years": 5}, [6, 6]),
        (YEARS, {"niche_years": 6}, [8, 8]),
        (YEARS, {"niche_years": 100}, [8, 8]),
        (YEARS, {}, [0, 8]),
        (GIVEN, {"local_special_points": 15}, [15, 15]),
        (GIVEN, {"local_special_points": 70_000}, [15, 15]),
        (GIVEN, {"local_special_points": 0}, [0, 0]),
        (GIVEN, {}, [0, 15]),
        (GROWTH, {"revenue_fen_y1": 3, "revenue_fen_y2": 2}, [9, 9]),
        (GROWTH, {"revenue_fen_y1": 2_999, "revenue_fen_y2": 2_000}, [0, 0]),
        (GROWTH, {"revenue_fen_y1": 3, "revenue_fen_y2": 0}, [0, 0]),
        (GROWTH, {"revenue_fen_y1": 0}, [0, 0]),
        (GROWTH, {"revenue_fen_y1": 3}, [0, 9]),
        (GROWTH, {"revenue_fen_y1": 3, "registered_on": date(2025, 3, 1)}, [0, 0]),
    ],
)
def test_a_table_gives_its_points_at_each_edge(tmp_path: Path, lines, facts, points):
    assert scored(tmp_path, lines, **facts) == points
