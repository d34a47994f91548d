from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from enterprise_pipeline.services.rulebooks import CurrentRulebook, content_digest
from enterprise_pipeline.services.standards.checks import problems
from enterprise_pipeline.services.standards.drafts import Version, table_of
from enterprise_pipeline.services.standards.problems import Problem, Severity
from enterprise_pipeline.services.standards.refusals import in_chinese
from enterprise_pipeline.services.standards.toml_text import rule_file_text
from scoring.rulebook import load_rulebook, raw_rule_sets, read_rule_file
from scoring.vocabulary import Tier
from tests.support.standards import criterion, share

FILES = load_rulebook()
RULES = CurrentRulebook(FILES.rule_sets, FILES.content_hash)
HEAD: dict[str, Any] = {
    "id": "X-1", "standard": "yichang", "default": False, "local": True, "label": "标准", "label_en": "x",
    "document": "12号", "title": "标准", "issuer": "局", "effective_from": date(2027, 1, 1),
    "address": "local",
    "source": "local", "grade": "local", "checked_on": date(2026, 11, 22),
}  # fmt: skip


HOLDS_HNTE = {"word": "holds", "tier": "hnte", "is": True}
HOLDS_TECH = {"word": "holds", "tier": "tech_sme", "is": True}


def version(*criteria: dict[str, Any], **head: Any) -> Version:
    table = {**HEAD, **head, "criteria": list(criteria)}
    content = rule_file_text(Tier.GAZELLE, table)
    return Version(
        id=1, standard_id=1, tier=Tier.GAZELLE, standard="yichang", number=1, state="draft", table=table,
        content=content, content_hash=content_digest(content), effective_from=table["effective_from"],
        editor="张三", approver="", revision=1, can_undo=False,
    )  # fmt: skip


def found(*criteria: dict[str, Any], screened_on: date | None = None, **head: Any) -> tuple[Problem, ...]:
    return problems(version(*criteria, **head), RULES, screened_on=screened_on)


def told(*criteria: dict[str, Any], **head: Any) -> list[tuple[str, str, str]]:
    return [(p.where, p.field, p.message) for p in found(*criteria, **head) if p.severity is Severity.ERROR]


def amount(name: str, operator: str, value: Any, fact: str = "revenue_cny") -> dict[str, Any]:
    return criterion(name, word="amount", fact=fact, operator=operator, value=value)


def flag(name: str, fact: str, is_: bool) -> dict[str, Any]:
    return criterion(name, word="flag", fact=fact, **{"is": is_})


def holds(name: str, tier: str, is_: bool) -> dict[str, Any]:
    return criterion(name, word="holds", tier=tier, **{"is": is_})


def test_a_sound_standard_has_no_finding():
    assert found(criterion(), share()) == ()


def test_every_problem_is_told_at_once_with_criterion_field_value_and_remedy():
    bad_fact = amount("bad", ">=", 1) | {"fact": "sales", "label": "坏"}
    told_ = found(criterion() | {"article": ""}, bad_fact, share(value=50), document="", issuer=" ")
    assert [(p.where, p.label, p.field, p.value, p.message) for p in told_] == [
        ("", "", "文件（文号）", "", "没有填写。"),
        ("", "", "发文机关", " ", "没有填写。"),
        ("revenue_min", "revenue_min", "条款", "", "没有填写。"),
        ("bad", "坏", "事实", "sales", "没有“sales”这个事实。"),
        ("rd_ratio", "rd_ratio", "门槛（%）", "50", "“50”不是可用的比例。"),
    ]
    assert all(p.remedy for p in told_)


def test_an_empty_standard_and_too_many_criteria_are_named():
    assert [entry[2] for entry in told()] == ["还没有任何条件。"]
    many = [amount(f"c{index}", ">=", index + 1, "employees") for index in range(22)]
    assert "最多只能有 21 条" in told(*many)[0][2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (amount("a", ">=", 500_000_000), amount("b", "<", 500_000_000)),
        (amount("a", ">", 5, "employees"), amount("b", "<", 6, "employees")),
        (flag("a", "owns_core_ip", True), flag("b", "owns_core_ip", False)),
        (holds("a", "hnte", True), holds("b", "hnte", False)),
        (share("a"), share("b", operator="<", value=Decimal("0.03"))),
        (
            criterion("a", word="age", operator=">=", days=5481),
            criterion("b", word="age", operator="<=", years=15),
        ),
        (
            criterion("a", word="count", facts=["class1_ip"], operator=">=", value=3),
            amount("b", "<=", 2, "class1_ip"),
        ),
        (
            criterion("a", word="registered", **{"from": date(2020, 1, 1)}),
            criterion("b", word="registered", to=date(2019, 12, 31)),
        ),
        (
            criterion("a", word="any_of", parts=[HOLDS_HNTE, HOLDS_TECH]),
            criterion("b", word="all_of", parts=[HOLDS_HNTE | {"is": False}, HOLDS_TECH | {"is": False}]),
        ),
    ],
)
def test_two_criteria_that_nobody_can_meet_together_are_named(one, other):
    messages = [message for where, _, message in told(one, other) if where == "a"]
    assert messages == ["与“b”互相矛盾，没有企业能同时达到。"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (amount("a", ">=", 500_000_000), amount("b", "<=", 500_000_000)),
        (amount("a", ">", 5, "employees"), amount("b", "<", 7, "employees")),
        (share("a"), share("b", operator="<=", value=Decimal("0.03"))),
        (
            criterion("a", word="age", operator=">=", days=5475),
            criterion("b", word="age", operator="<=", years=15),
        ),
        (holds("a", "hnte", True), holds("b", "tech_sme", False)),
    ],
)
def test_criteria_that_just_leave_room_are_not_called_contradictory(one, other):
    assert [entry for entry in told(one, other) if "矛盾" in entry[2]] == []


def test_three_criteria_that_contradict_each_other_only_together_are_named():
    any_of = criterion("c", word="any_of", parts=[
        {"word": "amount", "fact": "employees", "operator": "<", "value": 10},
        {"word": "holds", "tier": "hnte", "is": False},
    ])  # fmt: skip
    messages = told(amount("a", ">=", 10, "employees"), holds("b", "hnte", True), any_of)
    assert [entry[2] for entry in messages] == ["几条条件合在一起互相矛盾，没有企业能全部达到。"]


def test_a_criterion_that_nobody_or_everybody_meets_is_named():
    assert told(amount("a", "<", 0, "employees"))[0][2] == "这一条自相矛盾，没有企业能达到。"
    (warning,) = found(amount("a", ">=", 0, "employees"))
    assert (warning.severity, warning.where) == (Severity.WARNING, "a")
    assert found(amount("a", ">=", 0, "total_profit_cny")) == ()  # a loss is below zero


def test_a_criterion_that_another_implies_is_a_warning_about_the_weaker_one():
    warnings = found(amount("weak", ">=", 10), amount("strong", ">=", 20))
    assert [(p.severity, p.where) for p in warnings] == [(Severity.WARNING, "weak")]
    assert found(amount("a", ">=", 10), amount("b", "<=", 20)) == ()


def test_a_share_has_to_say_what_holds_without_a_denominator():
    (problem,) = told(share(when_zero=None))
    assert problem == ("rd_ratio", "分母为零时", "分母“销售收入”可能为零，而没有写明为零时怎样处理。")
    assert told(share(when_zero="judgement")) == []


def test_a_denominator_that_another_criterion_keeps_above_zero_needs_no_word():
    assert told(share(when_zero=None), amount("revenue", ">", 0)) == []
    assert told(share(when_zero=None, years=3), amount("revenue", ">", 0)) != []
    assert told(share(when_zero=None), amount("revenue", ">=", 0)) != []


def test_a_share_inside_another_criterion_is_found_at_its_place():
    inner = {key: value for key, value in share(when_zero=None).items() if key in (
        "word", "numerator", "denominator", "operator", "value")}  # fmt: skip
    either = criterion("either", word="any_of", parts=[{"word": "holds", "tier": "hnte", "is": True}, inner])
    assert [entry[0] for entry in told(either)] == ["either/1"]


def points(*, maximum: int, best: int, line: int, judged: int = 0) -> dict[str, Any]:
    table = {
        "kind": "count", "label": "专利", "label_en": "patents", "fact": "class1_ip",
        "bands": [{"at_least": 1, "points": best}, {"at_least": 0, "points": 0}],
    }  # fmt: skip
    part = {
        "id": "ip", "label": "知识产权", "label_en": "ip", "maximum": maximum, "combine": "best",
        "judged": judged,
        "tables": [table],
    }  # fmt: skip
    return {
        "points": {"maximum": maximum, "article": "附件", "parts": [part]},
        "criteria": [criterion("points_min", word="points", operator=">=", value=line)],
    }


@pytest.mark.parametrize(("line", "reachable"), [(20, True), (21, False), (30, False)])
def test_a_line_of_points_above_what_the_tables_give_is_named(line, reachable):
    made = points(maximum=30, best=20, line=line)
    entries = told(*made["criteria"], points=made["points"])
    assert ([entry[:2] for entry in entries] == []) is reachable
    assert reachable or "谁也达不到" in entries[0][2]


def test_what_experts_may_add_counts_towards_the_line():
    made = points(maximum=30, best=20, line=30, judged=10)
    assert told(*made["criteria"], points=made["points"]) == []


def test_points_that_no_criterion_asks_for_and_lines_without_points_are_named():
    made = points(maximum=30, best=20, line=20)
    assert [p.where for p in found(criterion(), points=made["points"])] == ["points"]
    assert "还没有设置评分" in told(*made["criteria"])[0][2]


def test_an_earlier_day_than_the_screening_is_a_warning_and_a_later_one_is_not():
    (warning,) = found(criterion(), screened_on=date(2027, 1, 1))
    assert (warning.severity, warning.field) == (Severity.WARNING, "施行日期")
    assert found(criterion(), screened_on=date(2026, 12, 31)) == ()


def test_every_rule_set_of_the_files_survives_being_written_and_read_again():
    for name, table in raw_rule_sets().items():
        tier = FILES.get(name).tier
        text = rule_file_text(tier, table)
        assert table_of(text) == table
        (read,) = read_rule_file(f"{tier}.toml", text.encode())
        assert read.id == name


@pytest.mark.parametrize(
    "value",
    ['"quoted"', "back\\slash", "two\nlines", "tab\t", "\u2028\x07", "emoji 🏭", "=cmd|' /C calc'!A0"],
)
def test_texts_of_any_kind_are_written_so_that_they_read_back(value):
    assert table_of(rule_file_text("gazelle", {"note": value, "criteria": []}))["note"] == value


def test_no_rule_set_of_the_law_is_called_contradictory():
    for name, table in raw_rule_sets().items():
        entry = FILES.get(name)
        content = rule_file_text(entry.tier, table)
        whole = Version(
            id=1, standard_id=1, tier=entry.tier, standard=entry.standard, number=1, state="draft",
            table=table, content=content, content_hash="", effective_from=entry.effective_from, editor="",
            approver="", revision=1, can_undo=False,
        )  # fmt: skip
        nothing = CurrentRulebook(tuple(e for e in FILES.rule_sets if e.id != name), "")
        messages = [p.message for p in problems(whole, nothing, screened_on=None)]
        assert [m for m in messages if "矛盾" in m or "达不到" in m or "不接受" in m] == [], name


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("the fact 'sales' is not known (did you mean 'rd_staff'?)", "没有“sales”这个事实。"),
        ("Decimal('0') is not a share; write 5% as 0.05", "“0”不是可用的比例。"),
        ("80 points are needed and 70 is the maximum", "要求 80 分，而满分只有 70 分：谁也达不到。"),
        ("nobody has ever seen this", "规则引擎不接受：nobody has ever seen this"),
    ],
)
def test_reasons_of_the_reader_are_said_in_chinese(reason, said):
    message, remedy = in_chinese(reason)
    assert message == said
    assert remedy
