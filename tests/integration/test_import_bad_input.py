"""Wrong input is named with its place and its remedy, and stays out."""

import pytest

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.imports.plan import Action
from tests.support.importing import look, plan, planned, words
from tests.support.workbooks import code

HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）", "2025年研发费用（万元）"]
A, B, C = code(1), code(2), code(3)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


def actions(rows) -> list[str]:
    return [row.action.word for row in rows]


def plan_import_text(content: bytes) -> int:
    return plan(content, filename="表.csv")


def test_a_missing_unit_is_asked_for_once():
    batch_id = plan(
        [["信用代码", "企业名称", "2025年营业收入"], [A, "宜昌甲公司", 100.0], [B, "宜昌乙公司", 5.0]]
    )

    found = look(batch_id)

    assert len(found.problems) == 1
    assert "单位" in found.problems[0].message
    assert "C 列" in found.problems[0].place
    assert not look(
        plan([["信用代码", "企业名称", "2025年营业收入"], [A, "宜昌甲公司", 100.0]], money_unit="万元")
    ).problems


def test_a_missing_year_is_asked_for():
    rows = [["信用代码", "企业名称", "营业收入（万元）"], [A, "宜昌甲公司", 100.0]]

    assert "哪一年" in look(plan(rows)).problems[0].message
    assert not look(plan(rows, year=2025)).problems
    assert look(plan(rows, filename="2025年度报表.xlsx")).sheets[0].year == 2025


def test_a_year_in_the_future_is_refused():
    head = ["信用代码", "企业名称", "2062年营业收入（万元）"]
    assert "2062" in look(plan([head, [A, "宜昌甲公司", 100.0]])).problems[0].message

    rows = planned([["信用代码", "企业名称", "年度", "营业收入（万元）"], [A, "宜昌甲公司", 2062.0, 100.0]])
    assert actions(rows) == ["refused"]
    assert "C:年度 2062 不可能" in words(rows[0])


def test_two_columns_for_one_fact_must_be_settled():
    head = ["信用代码", "企业名称", "2025年营业收入（万元）", "2025年销售收入（万元）"]

    found = look(plan([head, [A, "宜昌甲公司", 100.0, 100.0]]))

    assert "C 列" in found.problems[0].message
    assert "D 列" in found.problems[0].message


def test_a_header_that_matches_nothing_is_refused_with_a_remedy():
    with pytest.raises(BadFile) as refusal:
        plan([["水果", "颜色"], ["苹果", "红"]])

    assert "表头" in refusal.value.message
    assert refusal.value.remedy


def test_codes_damaged_by_excel_are_refused_by_row_with_a_remedy():
    rows = planned(
        [
            HEAD,
            [9.142050203e17, "宜昌甲公司", 1.0, 1.0],
            ["914205823098048000", "宜昌乙公司", 1.0, 1.0],
            [C, "宜昌丙公司", 1.0, 1.0],
        ]
    )

    assert actions(rows) == ["refused", "refused", "create"]
    assert "存成了数字" in words(rows[0])
    assert "000" in words(rows[1])
    assert all("设为文本" in words(row) for row in rows[:2])


def test_negative_money_is_refused_and_a_loss_is_not():
    rows = planned(
        [
            [*HEAD, "2025年净利润（万元）"],
            [A, "宜昌甲公司", "(100)", 1.0, None],
            [B, "宜昌乙公司", 1.0, None, "(20.5)"],
        ]
    )

    assert actions(rows) == ["refused", "create"]
    assert "C:“(100)”是负数" in words(rows[0])
    assert rows[1].changes[-1].new == -20_500_000


def test_research_ten_times_sales_looks_like_a_wrong_unit():
    (row,) = planned([HEAD, [A, "宜昌甲公司", 100.0, 1000.0]])

    assert row.action is Action.CONFLICT
    assert row.takeable
    assert "单位填错" in words(row)


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1公司", "@SUM(A1)"])
def test_a_name_that_is_a_formula_is_refused(name):
    (row,) = planned([HEAD, [A, name, 1.0, 1.0]])

    assert row.action is Action.REFUSED
    assert "公式" in words(row)


def test_signatures_totals_and_notes_are_not_enterprises():
    rows = [
        ["说明：请于3月底前报送"],
        HEAD,
        [A, "宜昌甲公司", 100.0, 5.0],
        [None, None, None, None],
        HEAD,
        [B, "宜昌乙公司", 100.0, 5.0],
        ["合计", None, 200.0, 10.0],
        ["填表人：张三", None, "审核人：李四", None],
        [None, None, None, "2026年3月1日"],
        ["注：数据为快报数"],
    ]

    found = look(plan(rows))

    assert [row.credit_code for row in found.rows] == [A, B]
    assert [row.row for row in found.rows] == [3, 6]
    assert found.sheets[0].skipped == 5
