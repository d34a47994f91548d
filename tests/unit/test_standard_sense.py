"""Contradictions across facts and years, and divisions by what may be zero."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from enterprise_pipeline.services.standards.problems import Problem, Severity
from enterprise_pipeline.services.standards.sense import senseless
from enterprise_pipeline.services.standards.toml_text import rule_file_text
from scoring.rulebook import read_rule_file
from tests.support.standards import criterion, share

HEAD: dict[str, Any] = {
    "id": "X-1", "standard": "yichang", "default": False, "local": True, "label": "x", "label_en": "x",
    "document": "x", "title": "x", "issuer": "x", "effective_from": date(2027, 1, 1), "address": "local",
    "source": "local", "grade": "local", "checked_on": date(2026, 11, 22),
}  # fmt: skip


def said(*criteria: dict[str, Any], **head: Any) -> list[Problem]:
    content = rule_file_text("gazelle", {**HEAD, **head, "criteria": list(criteria)})
    return senseless(read_rule_file("gazelle.toml", content.encode())[0])


def amount(name: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    told = {"word": "amount", "fact": "revenue_cny", "operator": operator, "value": value}
    return criterion(name, **(told | more))


def code(name: str, *values: str) -> dict[str, Any]:
    return criterion(name, word="one_of", fact="rd_org_level", values=list(values))


def part_of(numerator: str, denominator: str, value: str, operator: str = ">=") -> dict[str, Any]:
    return share("a", numerator=numerator, denominator=denominator, value=Decimal(value), operator=operator)


def errors(*criteria: dict[str, Any]) -> list[str]:
    return [p.where for p in said(*criteria) if p.severity is Severity.ERROR]


TOTAL, MEAN = {"word": "amount_total", "years": 2}, {"word": "amount_mean", "years": 2}
EACH, BEFORE = {"word": "amount_each_year", "years": 2}, {"word": "amount_in_year", "years_back": 2}
LAST = {"word": "amount_in_year", "years_back": 1}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (amount("a", ">=", 100), amount("b", "<", 100, **TOTAL)),
        (amount("a", ">", 100), amount("b", "<=", 50, **MEAN)),
        (amount("a", ">=", 100, **BEFORE), amount("b", "<", 100, **TOTAL)),
        (amount("a", ">=", 100, **TOTAL), amount("b", "<", 100, word="amount_total", years=3)),
        (amount("a", ">=", 100, **TOTAL), amount("b", "<", 50, **MEAN)),
        (amount("a", ">=", 100, **TOTAL), amount("b", "<", 50, **EACH)),
        (amount("a", ">=", 100), amount("b", "<", 100, **LAST)),
        (amount("a", ">=", 100, **EACH), amount("b", "<", 100, **BEFORE)),
        (code("a", "national"), code("b", "city")),
        (code("a", "national", "below_city"), code("b", "provincial", "city", "none")),
        (amount("a", ">", 50, fact="tech_staff"), amount("b", "<=", 50, fact="employees")),
        (amount("a", ">=", 9, fact="main_revenue_cny", **TOTAL), amount("b", "<", 9, **TOTAL)),
    ],
)
def test_what_no_enterprise_can_meet_over_years_and_parts_is_a_contradiction(one, other):
    assert errors(one, other) == ["a"]
    assert errors(other, one) == ["b"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (amount("a", ">=", 100), amount("b", "<=", 100, **TOTAL)),
        (amount("a", ">=", 100), amount("b", "<=", 50, **MEAN)),
        (amount("a", ">=", 100, fact="net_profit_cny"), amount("b", "<", 50, fact="net_profit_cny", **TOTAL)),
        (amount("a", ">=", 100, **TOTAL), amount("b", "<=", 50, **EACH)),
        (amount("a", ">=", 100), amount("b", "<", 100, **BEFORE)),
        (amount("a", ">=", 100, word="amount_in_year", years_back=3), amount("b", "<", 100, **TOTAL)),
        (code("a", "national", "city"), code("b", "city", "none")),
        (amount("a", ">=", 50, fact="tech_staff"), amount("b", "<=", 50, fact="employees")),
        (amount("a", ">=", 9, fact="cost_expense_cny"), amount("b", "<", 9)),
    ],
)
def test_what_just_leaves_room_over_years_and_parts_is_none(one, other):
    assert errors(one, other) == []


@pytest.mark.parametrize(
    ("part", "whole"),
    [
        ("tech_staff", "employees"), ("rd_staff", "employees"), ("hitech_income_cny", "total_income_cny"),
        ("main_revenue_cny", "revenue_cny"), ("rd_domestic_cny", "rd_expense_cny"),
    ],
)  # fmt: skip
def test_a_part_is_never_more_than_its_whole(part, whole):
    assert errors(part_of(part, whole, "1.1")) == ["a"]
    assert errors(part_of(part, whole, "1", ">")) == ["a"]
    assert errors(part_of(part, whole, "1")) == []


def test_what_is_no_part_may_be_more():
    assert errors(part_of("total_liabilities_cny", "total_assets_cny", "1.1")) == []


def test_a_class_of_industry_whose_line_contradicts_another_criterion_is_named():
    classes = [{"industry": ["C", "D44"], "value": 200}, {"industry": ["I"], "value": 100}]
    lines = criterion("lines", word="amount_by_industry", fact="revenue_cny", operator=">=", classes=classes)
    (warning,) = said(lines, amount("b", "<", 200))
    assert (warning.severity, warning.where, warning.value) == (Severity.WARNING, "lines", "C、D44")
    assert len(said(lines, amount("b", "<", 100))) == 2
    assert said(lines, amount("b", "<=", 200)) == []


def test_a_share_of_each_year_says_what_a_year_without_a_denominator_means():
    each = {"word": "share_each_year", "numerator": "rd_expense_cny", "denominator": "revenue_cny",
            "operator": ">=", "value": Decimal("0.03"), "years": 2}  # fmt: skip
    (warning,) = said(criterion("a", **each))
    assert (warning.severity, warning.where, warning.value) == (Severity.WARNING, "a", "销售收入")
    assert "按未达到处理" in warning.message
    inside = criterion("a", word="any_of", parts=[{"word": "holds", "tier": "hnte", "is": True}, each])
    assert [p.where for p in said(inside)] == ["a/1"]
    assert said(criterion("a", **(each | {"years": 1})), amount("b", ">", 0)) == []
    assert len(said(criterion("a", **each), amount("b", ">", 0))) == 1


def test_a_share_that_opens_a_direct_route_says_what_a_denominator_of_zero_means():
    door = {"word": "share", "numerator": "rd_expense_cny", "denominator": "revenue_cny", "operator": ">=",
            "value": Decimal("0.1"), "label": "门", "label_en": "door"}  # fmt: skip
    direct = {"article": "1", "printed": "x", "printed_en": "x", "waives": ["b"], "any_of": [door]}
    (warning,) = said(amount("b", ">", 0), direct=direct)
    assert (warning.severity, warning.where, warning.label) == (Severity.WARNING, "direct", "门")
    assert "不符合这一直通情形" in warning.message
    direct["any_of"] = [door | {"when_zero": "not_met"}]
    assert said(amount("b", ">", 0), direct=direct) == []


BANDS = [{"at_least": Decimal("0.1"), "points": 10}]
RATIO = {"kind": "share", "numerator": "rd_expense_cny", "denominator": "revenue_cny", "bands": BANDS}
GROWTH = {"kind": "mean_growth", "fact": "revenue_cny", "bands": BANDS}


@pytest.mark.parametrize(
    ("table", "meaning"),
    [
        (RATIO, "得 0 分"),
        (GROWTH | {"kind": "year_growth"}, "得 0 分"),
        (GROWTH, "第二年为零得 0 分，第一年为零只看后两年，为负的由人研判"),
        (GROWTH | {"bad_base": "judgement"}, "为零或负时没有增长率，由人研判"),
    ],
)
def test_a_points_table_says_what_a_denominator_of_zero_means(table, meaning):
    part = {"id": "p", "label": "指标", "label_en": "p", "maximum": 10, "combine": "best",
            "tables": [table | {"label": "x", "label_en": "x"}]}  # fmt: skip
    points = {"maximum": 10, "article": "1", "parts": [part]}
    line = criterion("line", word="points", operator=">=", value=5)
    (warning,) = said(line, points=points)
    assert (warning.severity, warning.where, warning.label) == (Severity.WARNING, "points", "指标")
    assert warning.value == "销售收入"
    assert meaning in warning.message
    assert (said(line, amount("b", ">", 0), points=points) == []) is (table is RATIO)
