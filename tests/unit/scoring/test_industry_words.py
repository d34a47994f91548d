"""Words about industry, printed days and single years: what they refuse, and where gaps are told."""

from datetime import date

import polars as pl
import pytest

from scoring.explain import explain
from scoring.facts import SCHEMA
from scoring.rules_model import RuleSet
from scoring.vocabulary import CriterionResult, Verdict
from tests.unit.scoring.rule_files import CRITERION, HEAD, file, read, refusal

DAY = date(2026, 11, 22)
TWICE = "also in class 0"
WORD = CRITERION[: CRITERION.index('word = "amount"')]


def with_word(*lines: str) -> str:
    return file(WORD + "\n".join(lines) + "\n")


def applying(text: str) -> str:
    """A rule set of one criterion for some industries only."""
    whole = file()
    assert HEAD.splitlines()[-1] in whole
    return whole.replace("checked_on = 2026-11-22\n", f"checked_on = 2026-11-22\napplies = {text}\n", 1)


def classes(*rows: str) -> str:
    return with_word(
        'word = "amount_by_industry"',
        'fact = "revenue_cny"',
        'operator = ">="',
        f"classes = [{', '.join(rows)}]",
    )


@pytest.mark.parametrize(
    ("text", "key", "reason"),
    [
        ("3", "applies", "a table with industry"),
        ("{ industri = ['C'] }", "applies", "a table with industry"),
        ("{ industry = [] }", "applies.industry", "a list of industry codes"),
        ("{ industry = 'C' }", "applies.industry", "a list of industry codes"),
        ("{ industry = ['26'] }", "applies.industry[0]", "'26' is no code"),
        ("{ industry = ['C2'] }", "applies.industry[0]", "'C2' is no code"),
        ("{ industry = ['U01'] }", "applies.industry[0]", "'U01' is no code"),
        ("{ industry = ['C'], except = ['D44'] }", "applies.except[0]", "does not lie inside"),
        ("{ industry = ['C'], except = ['C'] }", "applies.except[0]", "does not lie inside"),
    ],
)
def test_industries_are_checked(tmp_path, text, key, reason):
    message = refusal(tmp_path, text=applying(text))

    assert message.startswith(f"gazelle.toml: rule_sets[0].{key}: ")
    assert reason in message


@pytest.mark.parametrize(
    ("rows", "key", "reason"),
    [
        ([], "classes", "a list of industry classes"),
        (["{ industry = ['C'] }"], "classes[0].value", "is not an amount"),
        (["{ industry = ['C'], value = -1 }"], "classes[0].value", "is not an amount"),
        (["{ industry = ['C'], value = 0.001 }"], "classes[0].value", "finer than a fen"),
        (["{ industry = ['C'], value = 1e40 }"], "classes[0].value", "is not an amount"),
        (["{ industry = ['C'], value = nan }"], "classes[0].value", "is not an amount"),
        (["{ industry = ['C'], value = 1, up_to = 2 }"], "classes[0]", "a class takes"),
        (["{ industry = ['C'], value = 1 }", "{ industry = ['C26'], value = 2 }"], "classes[1]", TWICE),
        (["{ industry = ['C26'], value = 1 }", "{ industry = ['C'], value = 2 }"], "classes[1]", TWICE),
    ],
)  # fmt: skip
def test_classes_are_checked(tmp_path, rows, key, reason):
    message = refusal(tmp_path, text=classes(*rows))

    assert message.startswith(f"gazelle.toml: rule_sets[0].criteria[0].{key}: ")
    assert reason in message


@pytest.mark.parametrize(
    ("lines", "key", "reason"),
    [
        (('word = "registered"',), "", "from a day, to a day, or both"),
        (('word = "registered"', 'from = "2013-01-01"'), ".from", "is not a date"),
        (('word = "registered"', "from = 2013-01-02", "to = 2013-01-01"), ".to", "is before"),
        (('word = "registered"', "since = 2013-01-02"), "", "from a day"),
        (
            (
                'word = "amount_in_year"',
                'fact = "employees"',
                "years_back = 6",
                'operator = ">="',
                "value = 1",
            ),
            ".years_back",
            "from 1 (last year) to 5",
        ),
        (
            (
                'word = "amount_in_year"',
                'fact = "class1_ip"',
                "years_back = 2",
                'operator = ">="',
                "value = 1",
            ),
            ".fact",
            "not one of a fiscal year",
        ),
        (('word = "age"', 'operator = ">"', "years = 5"), ".operator", "not one of"),
        (('word = "age"', 'operator = "<"', "days = 5"), ".operator", "only be asked with >="),
    ],
)
def test_days_and_years_are_checked(tmp_path, lines, key, reason):
    message = refusal(tmp_path, text=with_word(*lines))

    assert message.startswith(f"gazelle.toml: rule_sets[0].criteria[0]{key}: ")
    assert reason in message


def one(**facts) -> pl.DataFrame:
    return pl.DataFrame([facts], schema={name: SCHEMA[name] for name in facts})


def entry_of(folder, text: str) -> RuleSet:
    return read(folder, text=text).rule_sets[0]


def test_outside_its_industries_a_tier_asks_and_shows_nothing(tmp_path):
    entry = entry_of(tmp_path, applying("{ industry = ['C'], except = ['C16'] }"))

    for code in ("D4411", "C1610"):
        found = explain(one(industry_code=code, revenue_fen_y1=None), [entry], DAY)[0]
        assert found.verdict is Verdict.NOT_APPLICABLE
        assert [outcome.result for outcome in found.outcomes] == [CriterionResult.NOT_APPLICABLE]
        assert (found.missing, found.ask_first, found.nearest, found.applies) == ((), None, None, False)


def test_while_the_industry_is_open_it_is_asked_first(tmp_path):
    entry = entry_of(tmp_path, applying("{ industry = ['C'], except = ['C16'] }"))
    code_missing = explain(one(industry_code=None, revenue_fen_y1=500), [entry], DAY)[0]
    too_short = explain(one(industry_code="C", revenue_fen_y1=None), [entry], DAY)[0]
    fails = explain(one(industry_code=None, revenue_fen_y1=499), [entry], DAY)[0]

    assert (code_missing.verdict, code_missing.missing) == (Verdict.UNDETERMINED, ("industry_code",))
    assert too_short.missing == ("revenue_fen_y1", "industry_code")
    assert code_missing.ask_first == too_short.ask_first == "industry_code"
    assert (fails.verdict, fails.outcomes[0].gap, fails.ask_first) == (Verdict.NOT_ELIGIBLE, 1, None)


def test_a_class_line_has_no_gap_while_the_class_is_open(tmp_path):
    entry = entry_of(
        tmp_path, classes("{ industry = ['Q84'], value = 20 }", "{ industry = ['Q85'], value = 5 }")
    )
    outcomes = {
        code: explain(one(industry_code=code, revenue_fen_y1=fen), [entry], DAY)[0].outcomes[0]
        for code, fen in (("Q84", 499), ("Q85", 499), ("Q", 499), ("C", 499))
    }

    assert [outcomes[code].gap for code in ("Q84", "Q85", "Q", "C")] == [1501, 1, None, None]
    assert [outcomes[code].result.word for code in ("Q84", "Q85", "Q", "C")] == [
        "not_met", "not_met", "not_met", "not_applicable",
    ]  # fmt: skip


def test_a_nonsense_code_decides_nothing(tmp_path):
    entry = entry_of(tmp_path, applying("{ industry = ['C'] }"))

    for code in ("", "2614", "c2614", "Z99", "？"):
        assert explain(one(industry_code=code, revenue_fen_y1=500), [entry], DAY)[0].missing == (
            "industry_code",
        )


def test_both_printed_days_count(tmp_path):
    entry = entry_of(tmp_path, with_word('word = "registered"', "from = 2014-01-01", "to = 2018-12-31"))
    days = [date(2013, 12, 31), date(2014, 1, 1), date(2018, 12, 31), date(2019, 1, 1), None]
    words = [explain(one(registered_on=day), [entry], DAY)[0].outcomes[0].result.word for day in days]

    assert words == ["not_met", "met", "met", "not_met", "unknown"]


def test_less_than_so_many_years_ends_the_day_before_the_anniversary(tmp_path):
    entry = entry_of(tmp_path, with_word('word = "age"', 'operator = "<"', "years = 5"))
    turned = {
        day: explain(one(registered_on=day), [entry], DAY)[0]
        for day in (date(2021, 11, 22), date(2021, 11, 23))
    }

    too_old, just_young = turned.values()
    assert (too_old.verdict, too_old.outcomes[0].gap) == (Verdict.NOT_ELIGIBLE, 1)
    assert (just_young.verdict, just_young.changes_on) == (Verdict.ELIGIBLE, date(2026, 11, 23))


def test_the_gap_of_either_way_is_told_in_the_unit_of_the_first(tmp_path):
    parts = """parts = [
      { word = "amount", fact = "revenue_cny", operator = ">=", value = 100 },
      { word = "amount", fact = "employees", operator = ">=", value = 50 },
    ]"""
    entry = entry_of(tmp_path, with_word('word = "any_of"', parts))

    assert explain(one(revenue_fen_y1=9_000, employees_y1=49), [entry], DAY)[0].outcomes[0].gap == 1_000
