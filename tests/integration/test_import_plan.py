"""A plan says truthfully what would happen to every row, and changes nothing."""

from datetime import date

import pytest
from sqlalchemy import func, select

from enterprise_pipeline.services.imports.plan import Action
from enterprise_pipeline.services.imports.planning import plan_import
from models import AnnualReport, Enterprise, EnterpriseName, db
from tests.support.importing import TODAY, bring_in, commit, look, plan, planned, words
from tests.support.workbooks import code, csv_text, xlsx

HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）", "2025年研发费用（万元）"]
A, B, C = code(1), code(2), code(3)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


def actions(rows) -> list[str]:
    return [row.action.word for row in rows]


def test_a_plan_changes_nothing():
    plan([HEAD, [A, "宜昌甲公司", 100.0, 5.0]])

    assert db.session.scalar(select(func.count()).select_from(Enterprise)) == 0


def test_unknown_codes_are_created_and_the_cells_are_told():
    (row,) = planned([HEAD, [A, "宜昌甲公司", 100.0, 5.0]])

    assert row.action is Action.CREATE
    told = {(change.column, change.year): change.new for change in row.changes}
    assert told[("revenue_fen", 2025)] == 100_000_000
    assert told[("rd_expense_fen", 2025)] == 5_000_000
    assert told[("division_code", None)] == "420502"


def test_the_same_again_is_unchanged_and_more_is_an_update():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, None]], sender="统计局")

    rows = planned([HEAD, [A, "宜昌甲公司", 100.0, None]], sender="统计局")
    assert actions(rows) == ["unchanged"]

    (row,) = planned([HEAD, [A, "宜昌甲公司", None, 5.0]], sender="统计局")
    assert row.action is Action.UPDATE
    assert [(change.column, change.old, change.new) for change in row.changes] == [
        ("rd_expense_fen", None, 5_000_000)
    ]


def test_a_blank_cell_erases_nothing():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="统计局")

    rows = planned([HEAD, [A, "宜昌甲公司", None, "—"]], sender="统计局")

    assert actions(rows) == ["unchanged"]


def test_the_same_sender_may_correct_itself():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="统计局")

    (row,) = planned([HEAD, [A, "宜昌甲公司", 101.0, 5.0]], sender="统计局")

    assert row.action is Action.UPDATE
    assert [(change.old, change.new) for change in row.changes] == [(100_000_000, 101_000_000)]


def test_another_senders_different_figure_is_a_conflict_with_its_place():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="统计局")

    (row,) = planned([HEAD, [A, "宜昌甲公司", 101.0, 5.0]], sender="税务局")

    assert row.action is Action.CONFLICT
    assert row.takeable
    assert "C:" in words(row)
    assert "统计局" in words(row)
    assert "1,000,000.00 元" in words(row)


def test_another_senders_same_figure_is_no_conflict():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, None]], sender="统计局")

    rows = planned([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="税务局")

    assert actions(rows) == ["update"]


def test_one_enterprise_twice_with_different_figures_is_a_conflict_of_both_rows():
    rows = planned(
        [HEAD, [A, "宜昌甲公司", 100.0, 5.0], [B, "宜昌乙公司", 1.0, 1.0], [A, "宜昌甲公司", 101.0, 5.0]]
    )

    assert actions(rows) == ["conflict", "create", "conflict"]
    assert not rows[0].takeable
    assert "第 2、4 行" in words(rows[0])


def test_one_enterprise_twice_telling_different_things_is_put_together():
    batch_id = plan([HEAD, [A, "宜昌甲公司", 100.0, None], [A, "宜昌甲公司", None, 5.0]])

    assert actions(look(batch_id).rows) == ["create", "create"]
    done = commit(batch_id)
    assert done.created == 1
    report = db.session.scalars(select(AnnualReport)).one()
    assert (report.revenue_fen, report.rd_expense_fen) == (100_000_000, 5_000_000)


def test_a_year_column_makes_one_report_per_row():
    head = ["信用代码", "企业名称", "年度", "营业收入（万元）", "职工总数"]
    bring_in([head, [A, "宜昌甲公司", 2024.0, 90.0, 10.0], [A, "宜昌甲公司", "2025年", 100.0, 12.0]])

    found = db.session.execute(
        select(AnnualReport.fiscal_year, AnnualReport.revenue_fen).order_by(AnnualReport.fiscal_year)
    )
    assert [tuple(row) for row in found] == [(2024, 90_000_000), (2025, 100_000_000)]


def test_this_year_and_last_year_are_counted_from_the_title():
    rows = [
        ["2025年度企业情况表（单位：万元）", None, None, None],
        ["信用代码", "企业名称", "本年营业收入", "上年营业收入"],
        [A, "宜昌甲公司", 100.0, 90.0],
    ]

    (row,) = planned(rows)

    told = {change.year: change.new for change in row.changes if change.column == "revenue_fen"}
    assert told == {2025: 100_000_000, 2024: 90_000_000}


@pytest.mark.parametrize(
    ("note", "header", "cell", "fen"),
    [
        (None, "营业收入（万元）", 100.0, 100_000_000),
        (None, "营业收入（千元）", 100.0, 10_000_000),
        (None, "营业收入（元）", 100.0, 10_000),
        ("单位：千元", "营业收入", 100.0, 10_000_000),
        ("金额单位：人民币万元", "营业收入", 100.0, 100_000_000),
        ("单位：万元", "营业收入", "3000元", 300_000),
        (None, "营业收入", "3000万", 3_000_000_000),
        (None, "营业收入（元）", "1.2亿", 12_000_000_000),
    ],
)
def test_units_come_from_header_note_or_cell(note, header, cell, fen):
    (row,) = planned([[None, note], ["信用代码", "企业名称", header], [A, "宜昌甲公司", cell]], year=2025)

    assert [change.new for change in row.changes if change.column == "revenue_fen"] == [fen]


def test_a_row_without_a_code_is_matched_by_its_only_name():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="统计局")

    rows = planned([["企业名称", "2025年职工总数"], ["宜昌甲公司", 12.0], ["宜昌不知公司", 3.0]])

    assert actions(rows) == ["update", "refused"]
    assert rows[0].credit_code == A
    assert "请补上信用代码" in words(rows[1])


def test_a_new_name_is_a_rename_and_a_former_name_is_only_noted():
    bring_in([HEAD, [A, "宜昌甲公司", None, None]])
    (row,) = planned([HEAD, [A, "宜昌新甲公司", None, None]])
    assert [(c.column, c.old, c.new) for c in row.changes] == [("name", "宜昌甲公司", "宜昌新甲公司")]

    bring_in([HEAD, [A, "宜昌新甲公司", None, None]])
    (row,) = planned([HEAD, [A, "宜昌甲公司", None, None]])

    assert row.action is Action.UNCHANGED
    assert "曾用名" in words(row)


def test_brackets_of_another_width_are_no_new_name():
    bring_in([HEAD, [A, "亚元科技（宜昌）有限公司", None, None]])

    assert actions(planned([HEAD, [A, "亚元科技(宜昌)有限公司", None, None]])) == ["unchanged"]


def test_a_former_name_told_by_the_file_is_kept_once():
    rows = [["信用代码", "企业名称", "曾用名"], [A, "宜昌新甲公司", "宜昌甲公司"]]
    bring_in(rows)

    names = db.session.scalars(select(EnterpriseName.name).order_by(EnterpriseName.id)).all()
    assert sorted(names) == ["宜昌新甲公司", "宜昌甲公司"]
    assert actions(planned(rows)) == ["unchanged"]


def test_another_day_of_foundation_is_a_conflict():
    rows = [["信用代码", "企业名称", "成立日期"], [A, "宜昌甲公司", "2015-03-01"]]
    bring_in(rows)

    (row,) = planned([["信用代码", "企业名称", "成立日期"], [A, "宜昌甲公司", "2016-03-01"]])

    assert row.action is Action.CONFLICT
    assert "2015-03-01" in words(row)


def test_an_industry_that_says_less_changes_nothing():
    head = ["信用代码", "企业名称", "行业"]
    bring_in([head, [A, "宜昌甲公司", "C2614"]])

    assert actions(planned([head, [A, "宜昌甲公司", "制造业"]])) == ["unchanged"]


def test_code_and_words_of_an_industry_side_by_side_are_no_problem():
    head = ["信用代码", "企业名称", "所属行业", "行业代码"]

    found = look(plan([head, [A, "宜昌甲公司", "化工", "C2614"]]))

    assert not found.problems
    assert found.sheets[0].columns[2].duplicate_of == "D"


def test_sheets_of_several_years_come_in_together():
    content = xlsx(
        [["信用代码", "企业名称", "营业收入（万元）"], [A, "宜昌甲公司", 90.0]],
        sheet="2024年",
        more={
            "2025年": [["信用代码", "企业名称", "营业收入（万元）"], [A, "宜昌甲公司", 100.0]],
            "说明": [["随便写写"]],
        },
    )

    rows = planned(content)

    assert [(row.sheet, row.row, row.changes[-1].year) for row in rows] == [
        ("2024年", 2, 2024),
        ("2025年", 2, 2025),
    ]


def test_yes_and_no_and_a_stroke_in_a_column_of_claims():
    head = ["信用代码", "企业名称", "是否列入经营异常名录", "发明专利（件）"]

    rows = planned(
        [head, [A, "宜昌甲公司", "否", 3.0], [B, "宜昌乙公司", "/", "无"], [C, "宜昌丙公司", "不详的", 0.0]]
    )

    assert actions(rows) == ["create", "create", "refused"]
    told = {change.column: change.new for change in rows[0].changes}
    assert (told["has_bad_credit"], told["class1_ip"]) == (False, 3)
    assert {change.column for change in rows[1].changes} == {"division_code"}


def test_certificates_of_a_list_name_their_tier_by_their_number():
    head = ["企业名称", "信用代码", "证书编号", "年度", "发证日期"]

    rows = planned(
        [
            head,
            ["宜昌甲公司", A, "GR202042001291", 2020.0, "2020-12-01"],
            ["宜昌乙公司", B, "202542050200012345"[:18], None, None],
            ["宜昌丙公司", C, "不认识123", None, None],
        ]
    )

    told = {change.column: change.new for change in rows[0].changes}
    assert (told["issued_on"], told["issued_year"], told["expires_on"]) == (
        date(2020, 12, 1),
        2020,
        date(2023, 11, 30),
    )
    assert actions(rows) == ["create", "create", "refused"]
    assert "哪一种证书" in words(rows[2])


def test_a_number_of_somebody_else_is_refused():
    head = ["企业名称", "信用代码", "高企证书编号"]
    bring_in([head, ["宜昌甲公司", A, "GR202042001291"]])

    (row,) = planned([head, ["宜昌乙公司", B, "GR202042001291"]])

    assert row.action is Action.REFUSED
    assert "另一家企业" in words(row)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_files_say_the_same_as_workbooks(encoding):
    rows = [HEAD, [A, "宜昌甲公司", "1,234.5", "5"]]

    (row,) = look(plan_import_text(csv_text(rows, encoding=encoding))).rows

    assert [change.new for change in row.changes][-2:] == [1_234_500_000, 5_000_000]


def plan_import_text(content: bytes) -> int:
    return plan(content, filename="表.csv")


def test_the_plan_is_kept_whole():
    batch_id = plan([HEAD, *([code(n), f"宜昌{n}号公司", float(n), 0.1] for n in range(1, 300))])

    first, rest = look(batch_id), look(batch_id, after=249)

    assert first.head.counts["create"] == 299
    assert [row.row_id for row in rest.rows] == list(range(250, 299))
    assert plan_import is not None
    assert first.head.options.received_on == TODAY
