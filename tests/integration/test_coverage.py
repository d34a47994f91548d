"""规上企业研发机构覆盖: who has an R&D institution, who has none, and of whom nobody knows."""

import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.candidate_keys import BadCursor
from enterprise_pipeline.services.coverage import CoverageFilter, Covered, Status, coverage
from models import AuditEvent, Membership, db
from scoring.vocabulary import Tier
from tests.support.small_registry import AS_OF, add_enterprise, add_report, add_sheet

INDUSTRY, SERVICE = Tier.ABOVE_SCALE_INDUSTRY, Tier.ABOVE_SCALE_SERVICE
LAST = date(2026, 12, 31)


def add_title(enterprise_id: int, tier: Tier, *, valid_from: date, valid_to: date | None = None) -> None:
    db.session.add(
        Membership(
            enterprise_id=enterprise_id,
            pool_id=str(tier),
            valid_from=valid_from,
            valid_to=valid_to,
            basis="import",
            received_on=valid_from,
            source="test",
        )
    )


def above_scale(
    name: str, *, tier: Tier = INDUSTRY, place: str | None = "420505", facts: dict[str, Any] | None = None
) -> int:
    enterprise_id = add_enterprise(
        db.session, name=name, initials=name.lower(), jurisdiction=place, industry_code="C2614"
    )
    add_title(enterprise_id, tier, valid_from=date(2024, 12, 1))
    if facts is not None:
        add_sheet(db.session, enterprise_id, **facts)
    return enterprise_id


@pytest.fixture
def filled(app: Flask) -> Flask:
    """Six above-scale enterprises in two places, and three that are not."""
    with app.app_context():
        above_scale("A1", facts={"rd_org_level": "provincial"})
        above_scale("A2", facts={"rd_org_level": "none"})
        above_scale("A3", facts={"has_provincial_rd_org": True})
        above_scale("A4", facts={"has_provincial_rd_org": False})
        above_scale("B1", tier=SERVICE, place="420506", facts={"rd_org_level": "below_city"})
        above_scale("B2", tier=SERVICE, place=None)
        ended = add_enterprise(db.session, name="Z1", initials="z1")
        add_title(ended, INDUSTRY, valid_from=date(2020, 1, 1), valid_to=date(2025, 12, 31))
        later = add_enterprise(db.session, name="Z2", initials="z2")
        add_title(later, INDUSTRY, valid_from=date(2026, 12, 1))
        other = add_enterprise(db.session, name="Z3", initials="z3")
        add_title(other, Tier.HNTE, valid_from=date(2024, 12, 1), valid_to=LAST)
        big = add_enterprise(db.session, name="Z4", initials="z4")
        add_report(db.session, big, 2025, main_revenue_fen=10**12)
        db.session.commit()
    return app


def names(app: Flask, as_of: date = AS_OF, **wanted: Any) -> list[str]:
    with app.app_context():
        return [line.name for line in coverage(CoverageFilter(**wanted), as_of=as_of, scope=EVERYTHING).lines]


def test_held_titles_of_the_day_count_and_not_turnover(filled: Flask) -> None:
    assert names(filled, status=None) == ["A1", "A2", "A3", "A4", "B1", "B2"]
    assert names(filled, as_of=date(2025, 12, 31), status=None)[-1] == "Z1"
    assert "Z2" in names(filled, as_of=date(2026, 12, 1), status=None)


def test_none_told_is_without_and_nothing_told_is_unknown(filled: Flask) -> None:
    assert names(filled) == ["A2"]
    assert names(filled, status=Status.WITH) == ["A1", "A3", "B1"]
    assert names(filled, status=Status.UNKNOWN) == ["A4", "B2"]


def test_what_was_told_later_is_not_known_on_an_earlier_day(filled: Flask) -> None:
    """The sheets came on 2025-01-01."""
    assert names(filled, as_of=date(2024, 12, 31), status=Status.WITH) == []
    assert names(filled, as_of=date(2025, 1, 1), status=Status.WITH) == ["A1", "A3", "B1"]


def test_sums_by_place_are_shares_of_what_is_known(filled: Flask) -> None:
    with filled.app_context():
        shown = coverage(CoverageFilter(), as_of=AS_OF, scope=EVERYTHING)

    assert shown.places == {
        "420505": Covered(with_one=2, without=1, unknown=1),
        "420506": Covered(with_one=1),
        "": Covered(unknown=1),
    }
    assert (shown.city.total, shown.city.known, shown.city.share) == (6, 4, 0.75)
    assert Covered(unknown=3).share is None


def test_tier_and_place_narrow_the_list_and_the_tier_its_sums(filled: Flask) -> None:
    with filled.app_context():
        services = coverage(CoverageFilter(status=None, tier=SERVICE), as_of=AS_OF, scope=EVERYTHING)
        nowhere = coverage(CoverageFilter(status=None, jurisdiction="unknown"), as_of=AS_OF, scope=EVERYTHING)

    assert [line.name for line in services.lines] == ["B1", "B2"]
    assert services.city.total == 2
    assert [line.name for line in nowhere.lines] == ["B2"]
    assert nowhere.city.total == 6


def test_an_enterprise_with_both_titles_is_listed_once(filled: Flask) -> None:
    with filled.app_context():
        both = above_scale("AA")
        add_title(both, SERVICE, valid_from=date(2025, 1, 1))
        db.session.commit()
        shown = coverage(CoverageFilter(status=None), as_of=AS_OF, scope=EVERYTHING)

    assert shown.city.total == 7
    assert [line.tiers for line in shown.lines if line.name == "AA"] == [(INDUSTRY, SERVICE)]


def test_pages_show_every_enterprise_once(filled: Flask) -> None:
    wanted, seen, after = CoverageFilter(status=None), list[str](), ""
    with filled.app_context():
        for first in (1, 3, 5):
            shown = coverage(wanted, as_of=AS_OF, scope=EVERYTHING, after=after, size=2)
            assert (shown.first, shown.total) == (first, 6)
            seen += [line.name for line in shown.lines]
            after = shown.next or ""

    assert seen == ["A1", "A2", "A3", "A4", "B1", "B2"]
    assert after == ""


@pytest.mark.parametrize("after", ["x", "WzEsMl0", "WzEsImEiLCJiIl0"])
def test_a_damaged_place_is_refused(filled: Flask, after: str) -> None:
    with filled.app_context(), pytest.raises(BadCursor):
        coverage(CoverageFilter(), as_of=AS_OF, scope=EVERYTHING, after=after)


def test_the_page_names_the_share_and_what_it_is_of(filled: Flask) -> None:
    html = filled.test_client().get("/coverage").text

    assert "占已知 4 家的 75.00%" in html
    assert "已知的 3 家中 2 家有" in html
    assert re.findall(r'<tr data-href="/enterprises/\d+"><th scope="row"><a [^>]+>([^<]+)', html) == ["A2"]


def test_filters_stand_in_the_address(filled: Flask) -> None:
    client = filled.test_client()
    html = client.get(
        "/coverage?status=with&jurisdiction=420505&tier=above_scale_industry&as_of=2026-11-01"
    ).text

    assert "A1" in html
    assert "B1" not in html
    assert 'name="as_of" value="2026-11-01"' in html
    assert "/coverage/export.xlsx?" in html
    assert "status=with" in html.split("/coverage/export.xlsx?")[1][:120]


@pytest.mark.parametrize(
    "query", ["status=some", "tier=hnte", "jurisdiction=1", "after=x", "as_of=2026-13-01"]
)
def test_an_address_that_asks_for_what_there_is_not_is_refused(filled: Flask, query: str) -> None:
    answer = filled.test_client().get(f"/coverage?{query}")

    assert answer.status_code == 400
    assert query.split("=")[1] in answer.text or "第一页" in answer.text


def test_the_workbook_is_the_list_and_leaves_a_trace(filled: Flask) -> None:
    with filled.test_client().get("/coverage/export.xlsx?status=all&jurisdiction=420505") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    rows = list(book.worksheets[0].iter_rows(values_only=True))

    assert [row[0] for row in rows] == ["企业", "A1", "A2", "A3", "A4"]
    assert [row[6] for row in rows[1:]] == ["有研发机构", "没有研发机构", "有研发机构", "未知"]
    assert [row[7] for row in rows[1:]] == ["省级", "无", "未知", "未知"]
    with filled.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "coverage.exported")).one()
    assert event.after["rows"] == 4


def test_without_lists_the_page_says_what_to_import(client: FlaskClient) -> None:
    html = client.get("/coverage").text

    assert "没有已知的规上企业" in html
    assert 'href="/imports"' in html


def test_the_overview_leads_there(filled: Flask) -> None:
    assert 'href="/coverage"' in filled.test_client().get("/").text
