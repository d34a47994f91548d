"""The sheet that asks for what is missing reads back as exactly what it asked for."""

from datetime import date

import openpyxl
import pytest

from enterprise_pipeline.services.imports.layout import find_layout
from enterprise_pipeline.services.imports.reading import read_sheets
from enterprise_pipeline.services.imports.template import SheetRow, asked_for, blank_sheet, missing_sheet
from scoring.facts import SCHEMA
from scoring.vocabulary import LOCAL_POOLS, Tier
from tests.support.workbooks import code, read_back

AS_OF = date(2026, 11, 22)
ROW = SheetRow(credit_code=code(1), name="=HYPERLINK(1)")


def columns_of(content: bytes):
    sheet = read_sheets(content, "补数表.xlsx")[0]
    layout = find_layout(sheet.rows, sheet.merged, by_hand={})
    assert layout is not None
    return layout


def test_every_fact_that_can_be_missing_can_be_asked_for():
    reserves = tuple(f"holds_{pool}" for pool in LOCAL_POOLS)
    wanted = [name for name in SCHEMA if not name.startswith(reserves)]

    asked = asked_for(wanted, AS_OF)
    layout = columns_of(missing_sheet([ROW], wanted, AS_OF))

    assert set().union(*(item.answers for item in asked)) == set(wanted)
    assert [column.target.key for column in layout.columns] == [
        "credit_code",
        "name",
        *(a.key for a in asked),
    ]
    assert layout.first_data_row == 3


def test_the_year_is_counted_from_the_day():
    assert [item.key for item in asked_for(["revenue_fen_y1", "revenue_fen_y3"], AS_OF)] == [
        "revenue_cny@2025",
        "revenue_cny@2023",
    ]


def test_money_is_asked_for_in_ten_thousands_and_read_so():
    layout = columns_of(missing_sheet([ROW], ["revenue_fen_y1", "market_share_ppm"], AS_OF))

    assert [column.unit for column in layout.columns[2:]] == ["万元", "%"]


def test_losing_the_row_of_labels_does_not_lose_the_unit(tmp_path):
    path = tmp_path / "补数表.xlsx"
    path.write_bytes(missing_sheet([ROW], ["revenue_fen_y1"], AS_OF))
    book = openpyxl.load_workbook(path)
    book.worksheets[0].delete_rows(2)
    book.save(path)

    layout = columns_of(path.read_bytes())

    assert layout.columns[2].unit == "万元"


def test_codes_and_names_are_texts_and_never_formulas():
    cells = read_back(missing_sheet([ROW], ["class1_ip"], AS_OF))

    assert cells[3][:2] == [ROW.credit_code, ROW.name]


def test_known_numbers_are_printed_and_what_is_not_missing_is_marked():
    row = SheetRow(
        credit_code=code(1),
        name="宜昌甲公司",
        missing=frozenset({"holds_hnte"}),
        known={"certificate_no@hnte": "GR201942001291"},
    )

    cells = read_back(missing_sheet([row], ["class1_ip", "holds_hnte"], AS_OF))

    assert cells[3] == [code(1), "宜昌甲公司", None, "GR201942001291", None]


@pytest.mark.parametrize("tier", sorted(LOCAL_POOLS))
def test_local_lists_have_no_certificates_to_ask_for(tier):
    assert asked_for([f"holds_{tier}"], AS_OF) == []
    assert Tier(tier) in LOCAL_POOLS


def test_the_blank_sheet_reads_back():
    layout = columns_of(blank_sheet(AS_OF))

    assert all(column.target for column in layout.columns)
