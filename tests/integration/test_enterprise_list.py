"""The list of the registry against a plain reading of every row."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from benchmarks.listing_data import fill
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.candidate_keys import BadCursor
from enterprise_pipeline.services.enterprise_list import (
    EnterpriseFilter,
    enterprise_page,
    parse_enterprise_filter,
)
from enterprise_pipeline.transaction import reading, transaction
from models import ASSESSMENTS, Certificate, Enterprise, Membership

ENTERPRISES = 160
FILTERS = [
    {},
    {"jurisdiction": "420506"},
    {"jurisdiction": "unknown"},
    {"industry": "C"},
    {"industry": "C26"},
    {"holds": "gazelle"},
    {"holds": "srdi_sme"},
    {"holds": "gazelle", "industry": "C", "jurisdiction": "420506"},
    {"field": "40"},
    {"field": "unknown", "holds": "gazelle"},
    {"q": "宜昌"},
    {"q": "xcl", "holds": "gazelle"},
    {"q": "没有"},
]


@pytest.fixture
def filled(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        with transaction() as session:
            fill(session, enterprises=ENTERPRISES, keys=["hnte", "gazelle"])
            told = {"received_on": date(2026, 1, 1), "source": "test"}
            session.add(
                Membership(
                    enterprise_id=3, pool_id="srdi_sme", valid_from=date(2025, 1, 1), basis="import", **told
                )
            )
            session.add_all(
                Certificate(
                    enterprise_id=number,
                    pool_id="srdi_sme",
                    number=f"S{number}",
                    issued_on=date(2023, 1, 1),
                    expires_on=ends,
                    **told,
                )
                for number, ends in ((5, date(2027, 1, 1)), (6, date(2026, 11, 21)))
            )
        yield app


@pytest.fixture(params=["few", "many"])
def way_of_reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "many":
        monkeypatch.setattr("enterprise_pipeline.services.enterprise_list.MOST_LOOKED_UP", -1)
        monkeypatch.setattr("enterprise_pipeline.services.name_search.MOST_FOUND", -1)
    return str(request.param)


def expected(wanted: EnterpriseFilter) -> list[int]:
    session = reading()
    table = ASSESSMENTS[0]
    holders = set(
        session.scalars(select(table.c.enterprise_id).where(table.c.tier == wanted.holds, table.c.holds == 1))
    ) | ({3, 5} if wanted.holds == "srdi_sme" else set())

    def says(asked: str, value: str | None) -> bool:
        return not asked or (not value if asked == "unknown" else (value or "").startswith(asked))

    group = wanted.field[:1] if wanted.field.endswith("0") else wanted.field
    rows = [
        row
        for row in session.scalars(select(Enterprise))
        if says(wanted.jurisdiction, row.jurisdiction)
        and says(wanted.industry, row.industry_code)
        and says(group, row.hitech_field)
        and (wanted.holds is None or row.id in holders)
        and (wanted.q in row.name or (wanted.q.isascii() and wanted.q in row.initials))
    ]
    if wanted.sort == "name":
        return [row.id for row in sorted(rows, key=lambda row: (row.initials, row.id))]
    return sorted((row.id for row in rows), reverse=True)


@pytest.mark.parametrize("sort", ["name", "newest"])
def test_pages_forward_and_back_show_every_matching_enterprise_once_in_order(
    filled: Flask, way_of_reading: str, sort: str
) -> None:
    for query in FILTERS:
        wanted = parse_enterprise_filter({**query, "sort": sort})
        plain = expected(wanted)
        size = max(3, len(plain) // 3)
        found: list[int] = []
        starts: list[str] = []
        page = enterprise_page(wanted, scope=EVERYTHING, size=size)
        while True:
            assert page.total.n == len(plain), query
            found += [line.id for line in page.lines]
            if page.previous:
                starts.append(page.previous)
            if page.next is None:
                break
            page = enterprise_page(wanted, scope=EVERYTHING, after=page.next, size=size)
        assert found == plain, query
        for number, start in enumerate(starts):
            page = enterprise_page(wanted, scope=EVERYTHING, before=start, size=size)
            assert [line.id for line in page.lines] == plain[number * size : (number + 1) * size], query
            assert page.first == number * size + 1


def test_what_is_held_stands_beside_the_name(filled: Flask) -> None:
    lines = {
        line.id: line.holds
        for line in enterprise_page(EnterpriseFilter(), scope=EVERYTHING, size=ENTERPRISES).lines
    }
    assert "srdi_sme" in lines[3]
    assert "srdi_sme" in lines[5]
    assert "srdi_sme" not in lines[6]
    table = ASSESSMENTS[0]
    held = reading().execute(select(table.c.enterprise_id, table.c.tier).where(table.c.holds == 1)).all()
    assert held
    assert all(tier in lines[enterprise_id] for enterprise_id, tier in held)


def test_an_enterprise_registered_since_the_screening_is_listed_and_counted(filled: Flask) -> None:
    with transaction() as session:
        session.add(Enterprise(credit_code="91420500MA48888882", name="阿新登记有限公司", initials="aaa"))
    page = enterprise_page(EnterpriseFilter(), scope=EVERYTHING, size=ENTERPRISES + 5)
    assert page.lines[0].name == "阿新登记有限公司"
    assert page.total.n == ENTERPRISES + 1


def test_a_place_of_another_order_is_refused(filled: Flask) -> None:
    at = enterprise_page(EnterpriseFilter(), scope=EVERYTHING, size=5).next
    with pytest.raises(BadCursor):
        enterprise_page(parse_enterprise_filter({"sort": "newest"}), scope=EVERYTHING, after=at or "")
