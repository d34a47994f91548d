"""The pages about the audit trail: who may open them, what they show, and what they keep to themselves."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.audit_checking import VERIFIED, begin, last_check
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.transaction import reading, transaction
from enterprise_pipeline.web.audit import wait_for_checks
from enterprise_pipeline.web.audit_words import ACTIONS
from models import AuditEvent
from tests.support.accounts import add_accounts, main_text, signed_in
from tests.support.auditing import change, delete, event, record, tamper
from tests.support.backups import make
from tests.support.entry import post


def record_figures(app: Flask) -> None:
    """An entry with a figure of an enterprise."""
    with app.app_context(), transaction() as session:
        told = {"year": 2025, "source": "年报", "revenue_fen": 123_456_700}
        audit.record_many(session, [event(7, action="figures.saved", before={"revenue_fen": 1}, after=told)])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CITY_LEAD, 200),
        (Role.ADMINISTRATOR, 200),
        (Role.CITY_REVIEWER, 403),
        (Role.COUNTY_REVIEWER, 403),
        (Role.EVALUATOR, 403),
    ],
)
def test_only_who_may_read_the_trail_opens_its_pages(app: Flask, role: Role, status: int) -> None:
    add_accounts(app, [("wang.min", role)])
    record(app, 1)
    client = signed_in(app, "wang.min")
    for page in ("", "/1", "/exports", "/verify", "/export.xlsx"):
        with client.get(f"/audit{page}") as answer:
            assert answer.status_code == status, page


def test_the_lead_finds_looks_outside_an_area_beside_the_other_records(app: Flask) -> None:
    add_accounts(app, [("wang.min", Role.CITY_LEAD)])
    client = signed_in(app, "wang.min")

    assert re.search(r'href="/accounts/outside-views"\s*>辖区外查看</a>', client.get("/audit").text)
    page = client.get("/accounts/outside-views").text
    assert re.search(r'href="/accounts/outside-views" aria-current="page">辖区外查看</a>', page)
    assert re.search(r'href="/audit" aria-current="page"', page), "the navigation says where one is"


def test_entries_stand_newest_first_and_turn_over_by_number(app: Flask, client) -> None:
    record(app, 51)
    first = client.get("/audit").text
    assert re.findall(r'href="/audit/(\d+)"', first)[0] == "51"
    older = re.search(r'href="(/audit\?before=\d+)"', first)
    assert older
    second = client.get(older[1]).text
    assert set(re.findall(r'href="/audit/(\d+)"', second)) == {"1"}
    newer = re.search(r'href="(/audit\?after=\d+)"', second)
    assert newer
    assert re.findall(r'href="/audit/(\d+)"', client.get(newer[1]).text)[0] == "51"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("actor=王科长", 2),
        ("actor=王", 0),
        ("group=enterprise", 2),
        ("group=account", 0),
        ("type=enterprise&id=2", 1),
        ("from=2000-01-01&to=2000-01-02", 0),
        ("from=2000-01-01&to=2099-12-31", 2),
    ],
)
def test_a_filter_of_the_address_chooses_entries(app: Flask, client, query: str, count: int) -> None:
    record(app, 2)
    page = client.get(f"/audit?{query}")
    assert page.status_code == 200
    assert len(set(re.findall(r'data-href="/audit/(\d+)', page.text))) == count
    assert ("没有符合这些条件的记录" in page.text) is (count == 0)


@pytest.mark.parametrize(
    "query", ["group=x", "from=yesterday", "before=1x", "after=99999999999999999999", "to=9999-12-31"]
)
def test_an_address_that_means_nothing_is_refused_in_words(client, query: str) -> None:
    answer = client.get(f"/audit?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[2] in answer.text


def test_an_empty_trail_says_what_will_stand_there(client) -> None:
    assert "还没有任何操作记录" in client.get("/audit").text
    assert "还没有人导出过" in client.get("/audit/exports").text
    assert "还没有在这里核对过" in client.get("/audit/verify").text
    assert client.get("/audit/1").status_code == 404


def test_one_entry_shows_before_and_after(app: Flask, client) -> None:
    record_figures(app)
    page = main_text(client.get("/audit/1"))
    assert "保存年度数据" in page
    assert "123.456" in page or "123.46" in page


def test_an_entry_that_replaced_nothing_has_no_column_for_what_was_before(app: Flask, client) -> None:
    with app.app_context(), transaction() as session:
        audit.record(session, actor="x", action="import.committed", subject_type="import", subject_id=1,
                     after={"filename": "a.xlsx"})  # fmt: skip
    page = main_text(client.get("/audit/1"))
    assert "项目 内容" in page
    assert "之前" not in page
    assert "—" not in page


def test_what_a_filter_left_empty_leaves_the_address(client) -> None:
    answer = client.get("/audit?actor=wang&group=&type=&id=&from=&to=")
    assert answer.status_code == 303
    assert answer.location == "/audit?actor=wang"


def test_figures_stay_hidden_from_who_may_not_see_them(app: Flask) -> None:
    add_accounts(app, [("admin.li", Role.ADMINISTRATOR), ("lead.wang", Role.CITY_LEAD)])
    record_figures(app)
    with app.app_context():
        number = reading().scalar(select(AuditEvent.id).where(AuditEvent.action == "figures.saved"))
    hidden = main_text(signed_in(app, "admin.li").get(f"/audit/{number}"))
    shown = main_text(signed_in(app, "lead.wang").get(f"/audit/{number}"))
    assert "没有查看权限" in hidden
    assert "123.4" not in hidden
    assert "年报" in hidden
    assert "没有查看权限" not in shown
    assert "123.4" in shown


def test_a_verification_is_begun_from_the_page_and_leaves_an_entry(app: Flask, client) -> None:
    record(app, 3)
    assert post(client, "/audit/verify").status_code == 303
    wait_for_checks()
    assert "3 条记录全部相符" in client.get("/audit/verify").text
    with app.app_context():
        entry = reading().scalars(select(AuditEvent).where(AuditEvent.action == VERIFIED)).one()
        assert (entry.actor, entry.after["checked"], entry.after["n_findings"]) == ("local", 3, 0)


def test_a_verification_names_what_is_wrong(app: Flask, client) -> None:
    record(app, 3)
    tamper(app, change(2, "actor = '别人'"))
    post(client, "/audit/verify")
    wait_for_checks()
    page = main_text(client.get("/audit/verify"))
    assert "发现 1 处问题" in page
    assert "被改动 第 2 条" in page


def test_the_page_finds_an_end_that_was_cut_off_since_the_newest_backup(app: Flask, client) -> None:
    record(app, 3)
    post(client, "/audit/verify")
    wait_for_checks()
    assert "没有备份可以对照" in main_text(client.get("/audit/verify"))
    make(app)
    tamper(
        app,
        *delete(3, 5),
        "UPDATE audit_head SET sequence = 2, digest = (SELECT digest FROM audit_event WHERE id = 2)",
    )
    post(client, "/audit/verify")
    wait_for_checks()
    page = main_text(client.get("/audit/verify"))
    assert "发现 1 处问题" in page
    assert "已与 1 份备份里的链尾对照，最新的到第 5 条" in page


def test_of_two_verifications_at_once_the_second_waits(app: Flask) -> None:
    with app.app_context():
        begin(actor="local")
        with pytest.raises(ServiceError, match="正在进行"):
            begin(actor="local")
        check = last_check()
        assert check is not None
        assert check.is_running


def test_the_list_of_entries_is_an_export_with_its_number(app: Flask, client) -> None:
    record(app, 2)
    with client.get("/audit/export.xlsx?actor=王科长") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [2, 1]
    about = dict(book["导出说明"].iter_rows(values_only=True, max_col=2))
    with app.app_context():
        receipt = reading().scalars(select(AuditEvent).where(AuditEvent.subject_type == "export")).one()
    assert receipt.action == "audit.exported"
    assert receipt.subject_id == about["导出编号"] == book.properties.keywords
    assert receipt.after["rows"] == 2
    assert receipt.after["filter"] == {"actor": "王科长"}
    assert receipt.subject_id in book.worksheets[0].oddHeader.center.text
    assert "内部资料" in book.worksheets[0].oddHeader.center.text
    page = client.get(f"/audit/exports?number={receipt.subject_id.lower()}").text
    assert receipt.subject_id in page
    assert "没有这样的导出" in client.get("/audit/exports?number=20260101-AAAAAA").text


_NO_ACTIONS = {"audit.verify", "serving.lock", "restoring.lock", "manifest.json"}
_RECORDED = re.compile(
    r'(?:action ?= ?|actor, |session, row, |\(session, version_id, |[A-Z_]+ = )"([a-z_]+\.[a-z_]+)"'
)


def test_every_action_in_the_code_has_words() -> None:
    sources = Path(ROOT / "enterprise_pipeline" / "services").rglob("*.py")
    found = {action for path in sources for action in _RECORDED.findall(path.read_text(encoding="utf-8"))}
    known = {"figures.saved", "standard.cases_added", "standard.saved", "audit.erased", "access.outside"}
    assert known <= found
    assert not {action for action in found if action not in ACTIONS} - _NO_ACTIONS
