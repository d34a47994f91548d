"""What goes out to be mended or filled in comes back exactly; what was mapped by hand is remembered."""

from datetime import date

import pytest

from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.imports.mappings import plan_again
from enterprise_pipeline.services.imports.plan import Options
from enterprise_pipeline.services.imports.refused import refused_workbook
from enterprise_pipeline.services.imports.template import SheetRow, missing_sheet
from models import (
    HeaderMapping,
)
from tests.support.importing import (
    ACTOR,
    HEAD,
    TODAY,
    A,
    B,
    C,
    bring_in,
    commit,
    count,
    facts,
    look,
    plan,
    planned,
)
from tests.support.workbooks import read_back


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


def test_refused_rows_come_back_with_their_cells_and_reasons_and_go_in_once_mended():
    rows = [
        ["2025年度企业情况表", None, None, None],
        [None, None, None, "单位：万元"],
        ["统一社会信用代码", "企业名称", "营业收入", "研发费用"],
        [A, "宜昌甲公司", 100.0, 5.0],
        [9.142050203e17, "宜昌乙公司", 7.5, 0.5],
        [C, "=1+1", "三百", 0.25],
    ]
    batch_id = plan(rows)
    commit(batch_id)

    cells = read_back(refused_workbook(batch_id))

    assert cells[2] == ["统一社会信用代码", "企业名称", "营业收入", "研发费用", "导入问题"]
    assert cells[3][1:4] == ["宜昌乙公司", 7.5, 0.5]
    assert "A 列“统一社会信用代码”" in cells[3][4]
    assert cells[4][:4] == [C, "=1+1", "三百", 0.25]
    assert "B 列" in cells[4][4]
    assert "C 列" in cells[4][4]
    cells[3][0], cells[4][1], cells[4][2] = B, "宜昌丙公司", 300
    bring_in(cells)
    assert facts(C)["revenue_fen_y1"] == 300_000_000
    assert facts(B)["revenue_fen_y1"] == 7_500_000


def test_a_mapping_by_hand_is_remembered_for_the_sender():
    rows = [["信用代码", "企业名称", "2025年产值（万元）"], [A, "宜昌甲公司", 100.0]]
    batch_id = plan(rows, sender="经信局")
    assert [column.key for column in look(batch_id).sheets[0].columns][2] == ""

    plan_again(
        batch_id,
        Options(received_on=TODAY, sender="经信局"),
        mappings={"2025年产值（万元）": "revenue_cny"},
        actor=ACTOR,
    )

    assert look(batch_id).sheets[0].columns[2].key == "revenue_cny@2025"
    (row,) = planned(rows, sender="经信局")
    assert any(change.column == "revenue_fen" for change in row.changes)
    (row,) = planned(rows, sender="别的单位")
    assert not any(change.column == "revenue_fen" for change in row.changes)
    plan_again(
        batch_id,
        Options(received_on=TODAY, sender="经信局"),
        mappings={"2025年产值（万元）": ""},
        actor=ACTOR,
    )
    assert count(HeaderMapping) == 0


def test_a_mapping_to_nothing_known_is_refused():
    batch_id = plan([HEAD, [A, "宜昌甲公司", 100.0, 5.0]])

    with pytest.raises(ServiceError, match="不是列可以对应的项"):
        plan_again(batch_id, Options(received_on=TODAY), mappings={"企业名称": "os.system"}, actor=ACTOR)


# What is missing, what somebody types into the sheet, and what is known afterwards.
TYPED = {
    "revenue_fen_y1": (1234.567891, 1_234_567_891),
    "employees_y1": (35, 35),
    "class1_ip": (3, 3),
    "has_bad_credit": ("否", False),
    "rd_org_level": ("市级以下", "below_city"),
    "market_share_ppm": ("12.5%", 125_000),
    "registered_on": ("2015-03-01", date(2015, 3, 1)),
    "industry_code": ("C2614", "C2614"),
}


def test_the_sheet_of_what_is_missing_imports_back_exactly():
    bring_in([HEAD, [A, "宜昌甲公司", None, None]])
    cells = read_back(
        missing_sheet([SheetRow(credit_code=A, name="宜昌甲公司")], [*TYPED, "holds_hnte"], TODAY)
    )
    cells[3][2:] = [*(typed for typed, _ in TYPED.values()), "GR202442001291", "2024-12-01"]

    bring_in(cells)

    known = facts(A)
    assert {name: known[name] for name in TYPED} == {name: value for name, (_, value) in TYPED.items()}
    assert known["holds_hnte"] is True
