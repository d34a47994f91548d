"""Words over several years agree with exact fractions up to 10^14 fen, also with years missing."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from scoring.facts import SCHEMA
from scoring.rulebook import Rulebook
from scoring.screening import screen
from scoring.vocabulary import CriterionResult
from tests.unit.scoring.rule_files import file, read
from tests.unit.scoring.seeded import chance, seeded

AS_OF = date(2026, 11, 22)
MOST = 10**14
ROWS = 400
HEAD = (
    '[[rule_sets.criteria]]\nlabel = "甲"\nlabel_en = "A"\nprinted = "文"\nprinted_en = "x"\narticle = "一"\n'
)
REVENUE = [f"revenue_fen_y{year}" for year in (1, 2, 3, 4, 5)]
RESEARCH = [f"rd_expense_fen_y{year}" for year in (1, 2, 3, 4, 5)]
STAFF = [f"employees_y{year}" for year in (1, 2, 3, 4, 5)]
RATIO = 'numerator = "rd_expense_cny"\ndenominator = "revenue_cny"'
RULES = {
    "cagr_two": 'word = "cagr"\nfacts = ["revenue_cny"]\nyears = 2\noperator = ">="\nvalue = 0.05',
    "cagr_four": 'word = "cagr"\nfacts = ["revenue_cny"]\nyears = 4\noperator = ">"\nvalue = 0.3333',
    "cagr_base": 'word = "cagr"\nfacts = ["revenue_cny"]\nyears = 3\noperator = ">="\nvalue = 0.2\n'
    "base_at_least = 10_000_000",
    "cagr_staff": 'word = "cagr"\nfacts = ["employees"]\nyears = 3\noperator = ">"\nvalue = 0.1\n'
    "base_at_least = 10",
    "each": 'word = "amount_each_year"\nfact = "revenue_cny"\nyears = 3\noperator = ">="\nvalue = 1_000',
    "total": 'word = "amount_total"\nfact = "revenue_cny"\nyears = 2\noperator = ">="\nvalue = 1_000',
    "total_most": 'word = "amount_total"\nfact = "revenue_cny"\nyears = 2\noperator = "<"\nvalue = 1_000',
    "mean": 'word = "amount_mean"\nfact = "revenue_cny"\nyears = 3\noperator = ">="\nvalue = 1_000',
    "shares": f'word = "share_each_year"\n{RATIO}\nyears = 2\noperator = ">="\nvalue = 0.03',
    "shares_most": f'word = "share_each_year"\n{RATIO}\nyears = 2\noperator = "<="\nvalue = 0.8',
    "upper": f'word = "share"\n{RATIO}\noperator = "<="\nvalue = 0.8',
    "upper_three": f'word = "share"\n{RATIO}\nyears = 3\noperator = "<"\nvalue = 0.8',
    "judged_zero": f'word = "share"\n{RATIO}\noperator = ">="\nvalue = 0.03\nwhen_zero = "judgement"',
}


@pytest.fixture(scope="module")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    blocks = [f'{HEAD}id = "{name}"\n{rule}\n' for name, rule in RULES.items()]
    folder: Path = tmp_path_factory.mktemp("rules")
    return read(folder, text=file(*blocks))


Firm = dict[str, Any]
Answer = tuple[str, int | None]


def growth(
    column: str, years: int, rate: Fraction, *, strict: bool, least: int = 0
) -> Callable[[Firm], Answer]:
    """Exact compound growth; a base at or below zero, where no base is asked, is for a person."""

    def answer(firm: Firm) -> Answer:
        newest, base = firm[f"{column}_y1"], firm[f"{column}_y{years + 1}"]
        if base < least:
            return "not_met", None
        if base <= 0:
            return "judgement", None
        wanted = base * (1 + rate) ** years
        enough = newest > wanted if strict else newest >= wanted
        least_newest = wanted.__floor__() + 1 if strict else -(-wanted.numerator // wanted.denominator)
        return ("met", None) if enough else ("not_met", least_newest - newest)

    return answer


def summed(years: int, line: int) -> Callable[[Firm], Answer]:
    def answer(firm: Firm) -> Answer:
        total = sum(firm[name] for name in REVENUE[:years])
        return ("met", None) if total >= line else ("not_met", line - total)

    return answer


def below(firm: Firm) -> Answer:
    total = firm[REVENUE[0]] + firm[REVENUE[1]]
    return ("met", None) if total < 100_000 else ("not_met", total - 99_999)


def each(firm: Firm) -> Answer:
    if min(firm[name] for name in REVENUE[1:3]) < 100_000:
        return "not_met", None
    return ("met", None) if firm[REVENUE[0]] >= 100_000 else ("not_met", 100_000 - firm[REVENUE[0]])


def ratio(top: int, bottom: int, operator: str, share: Fraction) -> tuple[bool, int | None]:
    """Whether a ratio is right, and what the numerator is off; nothing is a share of zero."""
    if bottom <= 0:
        return False, None
    exact = bottom * share
    if operator == ">=":
        return top >= exact, -(-exact.numerator // exact.denominator) - top
    most = exact.__floor__() if operator == "<=" else -(-exact.numerator // exact.denominator) - 1
    return (Fraction(top) <= exact if operator == "<=" else Fraction(top) < exact), top - most


def one_ratio(years: int, operator: str, share: Fraction) -> Callable[[Firm], Answer]:
    def answer(firm: Firm) -> Answer:
        ok, gap = ratio(
            sum(firm[name] for name in RESEARCH[:years]),
            sum(firm[name] for name in REVENUE[:years]),
            operator,
            share,
        )
        return ("met", None) if ok else ("not_met", gap)

    return answer


def both_ratios(operator: str, share: Fraction) -> Callable[[Firm], Answer]:
    def answer(firm: Firm) -> Answer:
        (now, gap), (before, _) = (
            ratio(firm[RESEARCH[year]], firm[REVENUE[year]], operator, share) for year in (0, 1)
        )
        if now and before:
            return "met", None
        return "not_met", None if now or not before else gap

    return answer


def judged_at_zero(firm: Firm) -> Answer:
    return ("judgement", None) if firm[REVENUE[0]] <= 0 else one_ratio(1, ">=", Fraction(3, 100))(firm)


EXACT: dict[str, Callable[[Firm], Answer]] = {
    "cagr_two": growth("revenue_fen", 2, Fraction(1, 20), strict=False),
    "cagr_four": growth("revenue_fen", 4, Fraction(3333, 10_000), strict=True),
    "cagr_base": growth("revenue_fen", 3, Fraction(1, 5), strict=False, least=1_000_000_000),
    "cagr_staff": growth("employees", 3, Fraction(1, 10), strict=True, least=10),
    "each": each,
    "total": summed(2, 100_000),
    "total_most": below,
    "mean": summed(3, 300_000),
    "shares": both_ratios(">=", Fraction(3, 100)),
    "shares_most": both_ratios("<=", Fraction(4, 5)),
    "upper": one_ratio(1, "<=", Fraction(4, 5)),
    "upper_three": one_ratio(3, "<", Fraction(4, 5)),
    "judged_zero": judged_at_zero,
}


def firm_near(random: Random) -> Firm:
    """Figures at the lines of the rules, from 0 to 10^14."""
    base = random.choice(
        (0, 1, 99_999, 100_000, 10**9 - 1, 10**9, MOST // 4, int(10 ** random.uniform(0, 13.3)))
    )
    factor = random.choice(
        (Fraction(21, 20) ** 2, Fraction(13_333, 10_000) ** 4, Fraction(6, 5) ** 3, Fraction(1, 2))
    )
    newest = min(max((base * factor).__floor__() + random.choice((-1, 0, 1, 2)), 0), MOST)
    years = [newest, *(random.choice((base, newest, 0, 100_000, 99_999, 100_001)) for _ in range(4))]
    shares = [random.choice((Fraction(3, 100), Fraction(4, 5))) for _ in years]
    spent = [
        max((amount * share).__floor__() + random.choice((-1, 0, 0, 1)), 0)
        for amount, share in zip(years, shares, strict=True)
    ]
    staff = [random.choice((0, 9, 10, 11, 13, 14, 10**7)) for _ in STAFF]
    return dict(zip([*REVENUE, *RESEARCH, *STAFF], [*years, *spent, *staff], strict=True)) | {
        "registered_on": date(2000, 1, 1)
    }


def outcomes(rulebook: Rulebook, firms: list[Firm]) -> list[dict[str, Answer]]:
    rows = screen(pl.DataFrame(firms, schema=SCHEMA), rulebook.rule_sets, AS_OF, projection="detail")
    return [
        {
            name: (CriterionResult(row[f"gazelle.{name}.result"]).word, row[f"gazelle.{name}.gap"])
            for name in RULES
        }
        for row in rows.rows(named=True)
    ]


@seeded(10)
def test_the_words_agree_with_exact_fractions(rulebook: Rulebook, seed: int):
    random = chance(seed)
    firms = [firm_near(random) for _ in range(ROWS)]
    for firm, got in zip(firms, outcomes(rulebook, firms), strict=True):
        assert got == {name: answer(firm) for name, answer in EXACT.items()}, firm


@seeded(10)
def test_with_years_missing_only_what_every_value_agrees_on_is_decided(rulebook: Rulebook, seed: int):
    random = chance(seed)
    whole = [firm_near(random) for _ in range(ROWS // 4)]
    firms = [{**firm, random.choice(list(firm)[:15]): None} for firm in whole]
    for firm, complete, got in zip(firms, whole, outcomes(rulebook, firms), strict=True):
        column = next(name for name, value in firm.items() if value is None)
        lines = [firm[name] or 0 for name in firm if name != "registered_on"]
        values = {complete[column], 0, 1, 10**15, 10**16, 1_000_000_000, *(100_000 - line for line in lines)}
        values |= {line * share // 10_000 + extra for line in lines for share in SHARES for extra in (0, 1)}
        values |= {300_000 - sum(lines[:3])}
        tried = [{**firm, column: value} for value in sorted(values) if value >= 0]
        for name, (result, _) in got.items():
            found = {EXACT[name](each_firm)[0] for each_firm in tried}
            if result == "unknown":
                assert len(found) > 1, (name, column, firm)
            else:
                assert found == {result}, (name, column, firm)


# How one figure may have to relate to another, in ten-thousandths: shares, growth, and their inverses.
SHARES = (300, 8_000, 10_000, 11_025, 9_070, 333_334, 12_500, 17_280, 5_787, 31_605, 3_164, 13_310, 7_513)


def test_a_figure_of_a_year_before_the_registration_counts_as_zero(rulebook: Rulebook):
    firm = {"registered_on": date(2025, 2, 1), "revenue_fen_y1": 100_000, "rd_expense_fen_y1": 3_000}

    got = {name: result for name, (result, _) in outcomes(rulebook, [firm])[0].items()}

    assert got["cagr_two"] == "judgement"
    assert got["cagr_base"] == got["each"] == got["mean"] == got["shares"] == "not_met"
    assert got["total"] == "met"


def test_a_last_year_still_to_come_counts_as_zero_in_sums_only(rulebook: Rulebook):
    got = {
        name: result
        for name, (result, _) in outcomes(rulebook, [{"registered_on": date(2026, 2, 1)}])[0].items()
    }

    assert got["total"] == got["mean"] == "not_met"
    assert got["total_most"] == "met"
    assert got["each"] == "not_met"
