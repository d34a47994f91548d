"""Commit applies the plan that was looked at, all of it or nothing, and keeps what was there before."""

from datetime import date

import pytest
from sqlalchemy import func, select

from enterprise_pipeline.services import certificates
from enterprise_pipeline.services.certificates import CertificateDetails
from enterprise_pipeline.services.enterprises import (
    Registration,
    edit_enterprise,
    get_enterprise,
    register_enterprise,
)
from enterprise_pipeline.services.errors import ServiceError, StaleVersion
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.figures import save_figures
from enterprise_pipeline.services.imports.committing import AlreadySettled, discard_import
from enterprise_pipeline.services.imports.mappings import plan_again
from enterprise_pipeline.services.imports.outcome import outcome, screen_import
from enterprise_pipeline.services.imports.plan import Options, decode_frame
from enterprise_pipeline.services.imports.refused import refused_workbook
from enterprise_pipeline.services.imports.template import SheetRow, missing_sheet
from models import (
    AnnualReport,
    AuditEvent,
    Certificate,
    Enterprise,
    EnterpriseFacts,
    EnterpriseName,
    HeaderMapping,
    ImportBatch,
    Membership,
    db,
)
from scoring.vocabulary import YEARLY_FACTS, Verdict
from tests.support.importing import ACTOR, TODAY, bring_in, commit, look, plan, planned, words
from tests.support.workbooks import code, read_back, xlsx

HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）", "2025年研发费用（万元）"]
NAMES = ["统一社会信用代码", "企业名称", "地址"]
A, B, C = code(1), code(2), code(3)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


def count(model) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def enterprise(credit_code: str) -> Enterprise:
    db.session.rollback()
    return db.session.scalars(select(Enterprise).where(Enterprise.credit_code == credit_code)).one()


def facts(credit_code: str, day: date = TODAY) -> dict:
    return facts_as_of(db.session(), day, enterprise_ids=[enterprise(credit_code).id]).row(0, named=True)


def test_everything_told_arrives():
    head = [
        *HEAD,
        "所属区域",
        "成立日期",
        "行业代码",
        "高新技术领域",
        "地址",
        "发明专利",
        "市场占有率",
        "是否复核",
        "研发机构级别",
    ]
    row = [
        A,
        "宜昌甲公司",
        100.0,
        5.0,
        "高新区",
        "2015/3/1",
        "C2614",
        "精细和专用化学品",
        "东山大道1号",
        3.0,
        "12.5%",
        "否",
        "省级",
    ]

    done = bring_in([head, row], sender="科技局")

    assert (done.created, done.rows) == (1, 1)
    found = enterprise(A)
    assert (found.jurisdiction, found.division_code, found.industry_code, found.hitech_field) == (
        "gaoxin",
        "420502",
        "C2614",
        "405",
    )
    assert (found.registered_on, found.address, found.initials) == (date(2015, 3, 1), "东山大道1号", "ycjgs")
    assert [(name.name, name.valid_to, name.source) for name in found.names] == [
        ("宜昌甲公司", None, "科技局")
    ]
    known = facts(A)
    assert (known["revenue_fen_y1"], known["rd_expense_fen_y1"], known["class1_ip"]) == (
        100_000_000,
        5_000_000,
        3,
    )
    assert (known["market_share_ppm"], known["is_recheck"], known["rd_org_level"]) == (
        125_000,
        False,
        "provincial",
    )


def test_a_correction_is_a_new_version_that_keeps_what_was_told_before():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="统计局")
    bring_in([HEAD, [A, "宜昌甲公司", 101.0, None]], sender="统计局")

    reports = db.session.scalars(select(AnnualReport).order_by(AnnualReport.version)).all()
    assert [(one.version, one.revenue_fen, one.rd_expense_fen) for one in reports] == [
        (1, 100_000_000, 5_000_000),
        (2, 101_000_000, 5_000_000),
    ]
    assert facts(A)["revenue_fen_y1"] == 101_000_000


def test_conflicts_stay_out_unless_decided_for_the_file():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="统计局")
    batch_id = plan([HEAD, [A, "宜昌甲公司", 101.0, 5.0], [B, "宜昌乙公司", 1.0, 0.1]], sender="税务局")

    commit(batch_id)
    assert facts(A)["revenue_fen_y1"] == 100_000_000

    batch_id = plan([HEAD, [A, "宜昌甲公司", 101.0, 5.0]], sender="税务局")
    commit(batch_id, take_conflicts=True)
    assert facts(A)["revenue_fen_y1"] == 101_000_000
    assert count(AnnualReport) == 3


def test_rows_that_contradict_each_other_never_go_in():
    batch_id = plan(
        [HEAD, [A, "宜昌甲公司", 100.0, 5.0], [A, "宜昌甲公司", 101.0, 5.0], [B, "宜昌乙公司", 1.0, 0.1]]
    )

    done = commit(batch_id, take_conflicts=True)

    assert done.rows == 1
    assert count(Enterprise) == 1


def test_refuses_when_figures_changed_since_the_plan():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, None]], sender="统计局")
    batch_id = plan([HEAD, [A, "宜昌甲公司", None, 5.0], [B, "宜昌乙公司", 1.0, 0.1]], sender="统计局")
    unknown = {fact.column: None for fact in YEARLY_FACTS}
    save_figures(
        enterprise(A).id,
        year=2025,
        source="手工录入",
        received_on=TODAY,
        values=unknown | {"rd_expense_fen": 7},
        base=0,
        actor=ACTOR,
        today=TODAY,
    )

    with pytest.raises(StaleVersion, match="宜昌甲公司"):
        commit(batch_id)

    assert count(Enterprise) == 1
    assert count(AnnualReport) == 2
    assert look(batch_id).head.status == "planned"


def test_refuses_when_a_new_code_was_registered_since_the_plan():
    batch_id = plan([HEAD, [A, "宜昌甲公司", 100.0, 5.0], [B, "宜昌乙公司", 1.0, 0.1]])
    register_enterprise(Registration(credit_code=B, name="宜昌乙公司"), actor=ACTOR, today=TODAY)

    with pytest.raises(StaleVersion, match="重新预览"):
        commit(batch_id)

    assert count(Enterprise) == 1
    assert count(AnnualReport) == 0


def test_a_certificate_number_taken_meanwhile_stops_everything():
    batch_id = plan(
        [
            ["信用代码", "企业名称", "高企证书编号"],
            [A, "宜昌甲公司", "GR202042001291"],
            [B, "宜昌乙公司", "GR202042001292"],
        ]
    )
    other = register_enterprise(Registration(credit_code=C, name="宜昌丙公司"), actor=ACTOR, today=TODAY)
    details = CertificateDetails(
        pool_id="hnte", number="GR202042001292", received_on=TODAY, source="手工录入"
    )
    certificates.record_certificate(other, details, actor=ACTOR, today=TODAY)

    with pytest.raises(StaleVersion):
        commit(batch_id)

    assert count(Enterprise) == 1
    assert count(Certificate) == 1


def test_refuses_another_file_than_the_one_that_was_planned():
    rows = [HEAD, [A, "宜昌甲公司", 100.0, 5.0]]
    content = xlsx(rows)
    batch_id = plan(content)

    with pytest.raises(StaleVersion, match="改动过"):
        commit(batch_id, content=xlsx([HEAD, [A, "宜昌甲公司", 999.0, 5.0]]))
    assert count(Enterprise) == 0

    assert commit(batch_id, content=content).created == 1


def test_a_plan_is_settled_once():
    batch_id = plan([HEAD, [A, "宜昌甲公司", 100.0, 5.0]])
    commit(batch_id)

    for again in (lambda: commit(batch_id), lambda: discard_import(batch_id, actor=ACTOR)):
        with pytest.raises(AlreadySettled):
            again()
    put_aside = plan([HEAD, [B, "宜昌乙公司", 100.0, 5.0]])
    discard_import(put_aside, actor=ACTOR)
    with pytest.raises(AlreadySettled, match="放弃"):
        commit(put_aside)
    assert count(Enterprise) == 1


def test_problems_of_the_file_must_be_settled_first():
    batch_id = plan([["信用代码", "企业名称", "2025年营业收入"], [A, "宜昌甲公司", 100.0]])

    with pytest.raises(ServiceError, match="单位"):
        commit(batch_id)

    plan_again(batch_id, Options(received_on=TODAY, money_unit="万元"), mappings={}, actor=ACTOR)
    commit(batch_id)
    assert facts(A)["revenue_fen_y1"] == 100_000_000


def test_nothing_to_do_is_said():
    rows = [HEAD, [A, "宜昌甲公司", 100.0, 5.0]]
    bring_in(rows, sender="统计局")

    with pytest.raises(ServiceError, match="没有可以导入的行"):
        commit(plan(rows, sender="统计局"))


def test_a_rename_keeps_the_former_name_with_its_last_day():
    bring_in([NAMES, [A, "宜昌甲公司", None]], received_on=date(2024, 1, 10))
    before = enterprise(A).version
    bring_in([NAMES, [A, "宜昌新甲公司", None]], received_on=date(2026, 3, 1))

    found = enterprise(A)
    assert (found.name, found.initials, found.version) == ("宜昌新甲公司", "ycxjgs", before + 1)
    assert [(one.name, one.valid_to) for one in get_enterprise(found.id).former_names] == [
        ("宜昌甲公司", date(2026, 2, 28))
    ]
    names = db.session.scalars(select(EnterpriseName).order_by(EnterpriseName.id)).all()
    assert [(one.valid_from, one.valid_to) for one in names] == [
        (None, date(2026, 2, 28)),
        (date(2026, 3, 1), None),
    ]


def test_an_older_list_does_not_rename_back():
    bring_in([NAMES, [A, "宜昌甲公司", None]], received_on=date(2024, 1, 10))
    edit_enterprise(
        enterprise(A).id,
        Registration(credit_code=A, name="宜昌新甲公司", division_code="420502"),
        version=1,
        renamed_on=date(2025, 6, 1),
        actor=ACTOR,
        today=TODAY,
    )

    (row,) = planned([NAMES, [A, "宜昌更早公司", None]], received_on=date(2025, 1, 1))

    assert "更早" in words(row)
    bring_in([NAMES, [A, "宜昌更早公司", None]], received_on=date(2025, 1, 1))
    assert enterprise(A).name == "宜昌新甲公司"
    assert "宜昌更早公司" in {one.name for one in get_enterprise(enterprise(A).id).former_names}


def test_certificates_give_memberships_and_later_lists_complete_them():
    head = ["信用代码", "企业名称", "高企证书编号", "发证日期", "撤销日期"]
    bring_in([head, [A, "宜昌甲公司", "GR202442001291", None, None]], sender="省厅")
    certificate = db.session.scalars(select(Certificate)).one()
    assert (certificate.issued_on, certificate.issued_year, certificate.expires_on) == (None, 2024, None)
    assert count(Membership) == 0

    bring_in([head, [A, "宜昌甲公司", "GR202442001291", "2024-12-01", None]], sender="省厅")
    certificate = db.session.scalars(select(Certificate)).one()
    assert (certificate.issued_on, certificate.expires_on) == (date(2024, 12, 1), date(2027, 11, 30))
    held = db.session.scalars(select(Membership)).one()
    assert (held.valid_from, held.valid_to, held.certificate_id, held.basis) == (
        date(2024, 12, 1),
        date(2027, 11, 30),
        certificate.id,
        "import",
    )
    assert facts(A)["holds_hnte"] is True

    bring_in([head, [A, "宜昌甲公司", "GR202442001291", None, "2026-05-01"]], sender="省厅")
    held = db.session.scalars(select(Membership)).one()
    assert (held.valid_to, held.end_reason) == (date(2026, 5, 1), "撤销")
    assert facts(A)["holds_hnte"] is not True


def test_facts_are_dated_sheets_and_later_ones_count():
    head = ["信用代码", "企业名称", "发明专利"]
    bring_in([head, [A, "宜昌甲公司", 3.0]], received_on=date(2025, 5, 1))
    bring_in([head, [A, "宜昌甲公司", 5.0]], received_on=date(2026, 5, 1), filename="另一份.xlsx")

    assert count(EnterpriseFacts) == 2
    assert facts(A)["class1_ip"] == 5
    assert facts(A, date(2025, 12, 31))["class1_ip"] == 3


def test_the_version_of_what_was_touched_rises_and_no_other():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, None], [B, "宜昌乙公司", 1.0, 0.1]], sender="统计局")
    before = enterprise(B).changed_at

    bring_in([HEAD, [A, "宜昌甲公司", None, 5.0], [B, "宜昌乙公司", 1.0, 0.1]], sender="统计局")

    assert (enterprise(A).version, enterprise(B).version) == (2, 1)
    assert enterprise(B).changed_at == before


def test_the_batch_remembers_what_was_there_and_the_trail_who_did_it():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]], sender="统计局")
    done = bring_in([[*HEAD, "行业代码"], [A, "宜昌新甲公司", 101.0, 5.0, "C2614"]], sender="统计局")

    batch = db.session.get(ImportBatch, done.batch_id)
    assert batch is not None
    assert decode_frame(batch.before, "reports")["old.revenue_fen"].to_list() == [100_000_000]
    assert decode_frame(batch.before, "names")["old.name"].to_list() == ["宜昌甲公司"]
    assert (batch.status, batch.counts["applied"], batch.committed_at is not None) == ("committed", 1, True)
    trail = db.session.scalars(
        select(AuditEvent.action).where(AuditEvent.subject_type == "import").order_by(AuditEvent.id)
    )
    assert trail.all() == ["import.planned", "import.committed"] * 2


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


def test_after_a_commit_the_enterprises_are_screened_and_the_page_says_what_moved():
    done = bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]])
    assert not outcome(done.batch_id).is_screened

    screen_import(done.batch_id, as_of=TODAY)

    found = outcome(done.batch_id)
    assert found.is_screened
    assert {(one.tier, one.before, one.after) for one in found.changes} >= {
        ("tech_sme", None, Verdict.UNDETERMINED)
    }


def test_the_sheet_of_what_is_missing_imports_back_exactly(tmp_path):
    bring_in([HEAD, [A, "宜昌甲公司", None, None]])
    columns = [
        "revenue_fen_y1",
        "employees_y1",
        "class1_ip",
        "has_bad_credit",
        "rd_org_level",
        "market_share_ppm",
        "registered_on",
        "industry_code",
        "holds_hnte",
    ]
    content = missing_sheet([SheetRow(credit_code=A, name="宜昌甲公司")], columns, TODAY)
    cells = read_back(content)
    cells[3][2:] = [
        1234.567891,
        35,
        3,
        "否",
        "市级以下",
        "12.5%",
        "2015-03-01",
        "C2614",
        "GR202442001291",
        "2024-12-01",
    ]

    bring_in(cells)

    known = facts(A)
    assert {name: known[name] for name in columns} == {
        "revenue_fen_y1": 1_234_567_891,
        "employees_y1": 35,
        "class1_ip": 3,
        "has_bad_credit": False,
        "rd_org_level": "below_city",
        "market_share_ppm": 125_000,
        "registered_on": date(2015, 3, 1),
        "industry_code": "C2614",
        "holds_hnte": True,
    }
