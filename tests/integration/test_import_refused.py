"""The workbook of refused rows: it looks like the file it came from, and comes back as the same source."""

import io

import openpyxl
import pytest

from enterprise_pipeline.services.imports.plan import Action
from enterprise_pipeline.services.imports.refused import refused_workbook
from enterprise_pipeline.services.imports.template import SheetRow, missing_sheet
from tests.support.importing import TODAY, bring_in, commit, look, plan, words
from tests.support.workbooks import code, read_back, xlsx

A, B = code(1), code(2)
HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）", "2025年研发费用（万元）"]
PINK = "FFFDE3E1"


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def changed(content: bytes, **cells: object) -> bytes:
    """The workbook saved again after cells were typed into it."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        book.worksheets[0][place].value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_mended_workbook_of_refused_rows_is_no_other_source():
    batch_id = plan([HEAD, [A, "宜昌甲公司", 100.0, 5.0], [A, "宜昌甲公司", 100.0, "五"]], filename="一.xlsx")
    commit(batch_id)

    mended = changed(refused_workbook(batch_id), C2=120.0, D2=6.0)
    (row,) = look(plan(mended, filename="一-未导入.xlsx")).rows
    (other,) = look(plan([HEAD, [A, "宜昌甲公司", 120.0, 6.0]], filename="二.xlsx")).rows

    assert row.action is Action.UPDATE, words(row)
    assert other.action is Action.CONFLICT


def test_a_prefilled_sheet_is_no_other_source_under_another_name():
    bring_in([HEAD[:2], [A, "宜昌甲公司"]])
    rows = [SheetRow(credit_code=A, name="宜昌甲公司")]
    sheet = missing_sheet(rows, ["class1_ip"], TODAY, source="补数表 2026-11-22")
    bring_in(changed(sheet, C4=3), filename="补数表.xlsx")

    (row,) = look(plan(changed(sheet, C4=4), filename="补数表(2).xlsx")).rows

    assert row.action is Action.UPDATE, words(row)


def test_a_sender_goes_before_what_the_workbook_carries():
    sheet = missing_sheet([SheetRow(credit_code=A, name="宜昌甲公司")], ["class1_ip"], TODAY, source="补数表")
    bring_in(changed(sheet, C4=3), filename="补数表.xlsx")

    (row,) = look(plan(changed(sheet, C4=4), filename="补数表.xlsx", sender="税务局")).rows

    assert row.action is Action.CONFLICT


def test_a_merged_title_is_written_once_and_a_wrong_number_stays_marked():
    rows = [
        ["企业情况表", None, None, None],
        ["统一社会信用代码", "企业名称", "2025年（万元）", None],
        [None, None, "营业收入", "研发费用"],
        [B, "宜昌乙公司", -7.5, 0.5],
    ]
    batch_id = plan(xlsx(rows, merged=["A1:D1", "C2:D2", "A2:A3", "B2:B3"]))

    content = refused_workbook(batch_id)

    cells = read_back(content)
    assert cells[0][:4] == ["企业情况表", None, None, None]
    assert cells[1][2:4] == ["2025年（万元）", "2025年（万元）"]
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert (page["C4"].value, page["C4"].fill.fgColor.rgb) == (-7.5, PINK)
    assert page["D4"].fill.fgColor.rgb != PINK
