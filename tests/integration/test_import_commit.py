"""Commit applies the plan that was looked at, all of it or nothing, and keeps what was there before."""

from datetime import date

import pytest
from sqlalchemy import select

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.enterprises import (
    Registration,
    edit_enterprise,
    get_enterprise,
)
from enterprise_pipeline.services.imports.outcome import outcome, screen_import
from enterprise_pipeline.services.imports.plan import decode_frame
from models import (
    AnnualReport,
    AuditEvent,
    Certificate,
    Enterprise,
    EnterpriseFacts,
    EnterpriseName,
    ImportBatch,
    Membership,
    db,
)
from scoring.vocabulary import Verdict
from tests.support.importing import (
    ACTOR,
    HEAD,
    NAMES,
    TODAY,
    A,
    B,
    bring_in,
    commit,
    count,
    enterprise,
    facts,
    plan,
    planned,
    words,
)


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


TOLD = {
    "统一社会信用代码": A,
    "企业名称": "宜昌甲公司",
    "2025年营业收入（万元）": 100.0,
    "2025年研发费用（万元）": 5.0,
    "所属区域": "高新区",
    "成立日期": "2015/3/1",
    "行业代码": "C2614",
    "高新技术领域": "精细和专用化学品",
    "地址": "东山大道1号",
    "发明专利": 3.0,
    "市场占有率": "12.5%",
    "是否复核": "否",
    "研发机构级别": "省级",
}
IDENTITY = {
    "name": "宜昌甲公司",
    "initials": "ycjgs",
    "jurisdiction": "gaoxin",
    "division_code": "420502",
    "industry_code": "C2614",
    "hitech_field": "405",
    "registered_on": date(2015, 3, 1),
    "address": "东山大道1号",
}
KNOWN = {
    "revenue_fen_y1": 100_000_000,
    "rd_expense_fen_y1": 5_000_000,
    "class1_ip": 3,
    "market_share_ppm": 125_000,
    "is_recheck": False,
    "rd_org_level": "provincial",
}


def test_everything_told_arrives():
    done = bring_in([[*TOLD], [*TOLD.values()]], sender="科技局")

    assert (done.created, done.rows) == (1, 1)
    found = enterprise(A)
    assert {name: getattr(found, name) for name in IDENTITY} == IDENTITY
    assert [(name.name, name.valid_to, name.source) for name in found.names] == [
        ("宜昌甲公司", None, "科技局")
    ]
    known = facts(A)
    assert {name: known[name] for name in KNOWN} == KNOWN


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
        scope=EVERYTHING,
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


def test_after_a_commit_the_enterprises_are_screened_and_the_page_says_what_moved():
    done = bring_in([HEAD, [A, "宜昌甲公司", 100.0, 5.0]])
    assert not outcome(done.batch_id).is_screened

    screen_import(done.batch_id, as_of=TODAY)

    found = outcome(done.batch_id)
    assert found.is_screened
    assert {(one.tier, one.before, one.after) for one in found.changes} >= {
        ("tech_sme", None, Verdict.UNDETERMINED)
    }
