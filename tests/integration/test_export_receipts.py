"""Every file that leaves has a number, a mark in it, and an entry in the audit trail."""

import csv
import io

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.transaction import reading, transaction
from models import AuditEvent
from tests.support.accounts import PLACE, add_accounts, signed_in
from tests.support.auditing import tamper
from tests.support.small_registry import AS_OF, add_good_enterprise


@pytest.fixture
def filled(app: Flask) -> Flask:
    with app.app_context():
        with transaction() as session:
            for _number in range(3):
                add_good_enterprise(session, jurisdiction=PLACE)
        run_full(as_of=AS_OF)
    add_accounts(app, [("zhao.li", Role.COUNTY_REVIEWER), ("wang.min", Role.CITY_LEAD)])
    return app


def receipts(app: Flask) -> list[AuditEvent]:
    with app.app_context():
        return list(reading().scalars(select(AuditEvent).where(AuditEvent.subject_type == "export")))


def test_a_plain_table_bears_its_number_on_every_row_and_in_its_name(filled: Flask) -> None:
    with signed_in(filled, "wang.min").get("/candidates/export.csv?tier=hnte") as answer:
        head, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    (receipt,) = receipts(filled)
    assert rows
    assert {row[head.index("导出编号")] for row in rows} == {f"内部资料 {receipt.subject_id}"}
    assert receipt.subject_id in answer.headers["Content-Disposition"]
    assert (receipt.actor, receipt.action, receipt.after["rows"]) == (
        "wang.min", "candidates.exported", len(rows),
    )  # fmt: skip


def test_a_workbook_says_who_took_it_in_print_properties_and_words(filled: Flask) -> None:
    with signed_in(filled, "wang.min").get("/candidates/export.xlsx?tier=hnte") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    (receipt,) = receipts(filled)
    told = dict(book["导出说明"].iter_rows(values_only=True, max_col=2))
    assert told["导出编号"] == receipt.subject_id == book.properties.keywords
    assert told["可见范围"] == "全市"
    assert "wang.min" in book.properties.creator
    for sheet in book.worksheets:
        assert receipt.subject_id in sheet.oddHeader.center.text
        assert "内部资料" in sheet.oddHeader.center.text


def test_the_receipt_says_which_area_somebody_sees(filled: Flask) -> None:
    with signed_in(filled, "zhao.li").get("/candidates/export.xlsx?tier=hnte") as answer:
        assert answer.status_code == 200
    (receipt,) = receipts(filled)
    assert receipt.after["scope"] == {
        "is_everything": False, "jurisdictions": [PLACE], "enterprises": [], "figures": True,
    }  # fmt: skip


@pytest.mark.databases("sqlite")
def test_nobody_gets_a_file_whose_receipt_cannot_be_written(filled: Flask) -> None:
    client = signed_in(filled, "wang.min")
    tamper(filled, "DELETE FROM audit_head")
    filled.testing = False
    answer = client.get("/candidates/export.csv?tier=hnte")
    assert answer.status_code == 500
    assert "Content-Disposition" not in answer.headers
    assert receipts(filled) == []
