"""What a file says twice: each contradiction is told once, in its own words, with its rows and sheets."""

import pytest

from enterprise_pipeline.services.imports.plan import Action
from tests.support.importing import look, plan, planned, words
from tests.support.workbooks import code, xlsx

A, B = code(1), code(2)
HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）"]
LIST = ["统一社会信用代码", "企业名称", "证书编号", "发证日期"]
NUMBER = "GR202442000001"


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def test_one_number_under_two_firms_is_told_once_with_the_number_and_both_rows():
    rows = planned([LIST, [A, "宜昌甲公司", NUMBER, "2024-11-27"], [B, "宜昌乙公司", NUMBER, "2024-12-01"]])

    for row in rows:
        assert words(row) == f"C:证书编号“{NUMBER}”在第 2、3 行写在不同企业名下；请核对后只留一家。"
        assert row.action is Action.CONFLICT


def test_one_certificate_with_two_days_is_told_of_one_firm():
    rows = planned([LIST, [A, "宜昌甲公司", NUMBER, "2024-11-27"], [A, "宜昌甲公司", NUMBER, "2024-12-01"]])

    assert "同一企业在第 2、3 行的“发证日期”不同" in words(rows[0])


def test_a_contradiction_across_sheets_names_the_sheets():
    more = {"下半年": [HEAD, [A, "宜昌甲公司", 101.0]], "名单": [LIST, [B, "宜昌乙公司", NUMBER, None]]}
    content = xlsx([HEAD, [A, "宜昌甲公司", 100.0]], sheet="上半年", more=more)

    rows = planned(content)

    assert "不同工作表的行（上半年 2、下半年 2）里“销售收入”不同" in words(rows[0]), words(rows[0])
    assert words(rows[2]) == ""


def test_one_number_in_two_sheets_names_the_sheets():
    first, second = [LIST, [A, "宜昌甲公司", NUMBER, None]], [LIST, [B, "宜昌乙公司", NUMBER, None]]

    rows = planned(xlsx(first, sheet="甲", more={"乙": second}))

    assert f"证书编号“{NUMBER}”在不同工作表的行（甲 2、乙 2）里" in words(rows[0])


def test_the_deviating_row_is_named_however_many_agree():
    rows = [HEAD, *([A, "宜昌甲公司", None] for _ in range(8)), [A, "宜昌假公司", None]]

    found = planned(rows)

    assert "第 2、10 行的“企业名称”不同" in words(found[0])
    assert "第 2、10 行的“企业名称”不同" in words(found[-1])


def test_three_columns_for_one_fact_are_one_problem_and_their_rows_stay_out():
    head = [*HEAD[:2], "2025年营业收入（万元）", "2025年销售收入（万元）", "2025年度营业收入（万元）"]
    found = look(plan([head, [A, "宜昌甲公司", 100.0, 101.0, 102.0], [B, "宜昌乙公司", None, None, None]]))

    (problem,) = found.problems
    for letter in ("C 列", "D 列", "E 列"):
        assert letter in str(problem.message)
    assert [row.action for row in found.rows] == [Action.REFUSED, Action.CREATE]
    assert "有 3 列都说“销售收入”" in words(found.rows[0])


@pytest.mark.parametrize("number", ["GR202442000001", "GR202742000001"])
def test_a_day_of_issue_in_the_future_is_told_once(number):
    (row,) = planned([[*LIST, "有效期至"], [A, "宜昌甲公司", number, "2027-11-27", "2025-01-01"]])

    assert [str(finding.text) for finding in row.findings] == [f"“{number}”的发证日期在将来；请核对。"]


@pytest.mark.parametrize("sign", "=+-@")
@pytest.mark.parametrize("mark", ["'", "＇", "’"])
def test_a_name_that_hides_a_formula_behind_an_apostrophe_is_refused(mark, sign):
    (row,) = planned([HEAD, [A, f"{mark}{sign}SUM(1)", 1.0]])

    assert row.action is Action.REFUSED
    assert "像公式而不是名称" in words(row)
