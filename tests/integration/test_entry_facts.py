"""Facts entered by hand: dated sheets, and answers to what a verdict waits for."""

from datetime import date

import pytest

from enterprise_pipeline.services import fact_sheets, figures
from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.services.facts import facts_as_of
from models import Certificate, EnterpriseFacts, db
from tests.support.entry import post
from tests.support.registry_rows import add_enterprises
from tests.support.small_registry import AS_OF, add_enterprise, add_report, add_sheet

BY_HAND = "手工录入"


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


@pytest.fixture
def firm(context):
    enterprise_id = add_enterprise(db.session)
    db.session.commit()
    return enterprise_id


def known(enterprise_id: int, column: str, day: date = AS_OF):
    return facts_as_of(db.session(), day, enterprise_ids=[enterprise_id]).row(0, named=True)[column]


def test_a_sheet_of_facts_is_stored_and_later_sheets_fill_in(firm):
    told = {"valid_from": date(2026, 1, 1), "source": BY_HAND, "actor": "tester", "today": AS_OF}
    fact_sheets.save_sheet(firm, received_on=AS_OF, values={"class1_ip": 2, "is_resident": False}, **told)
    fact_sheets.save_sheet(firm, received_on=AS_OF, values={"class1_ip": 3, "is_resident": None}, **told)

    known_now = fact_sheets.told_facts(firm, as_of=AS_OF)
    assert {name: one.value for name, one in known_now.items()} == {"class1_ip": 3, "is_resident": False}
    assert fact_sheets.told_facts(firm, as_of=date(2026, 11, 21)) == {}
    assert [sheet.version for sheet in fact_sheets.sheets_of(firm, as_of=AS_OF)] == [2, 1]
    assert (known(firm, "class1_ip"), known(firm, "is_resident")) == (3, False)


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"values": {"class1_ip": None}}, ""),
        ({"received_on": date(2027, 1, 1)}, "received_on"),
        ({"valid_from": date(2027, 1, 1)}, "valid_from"),
        ({"valid_from": date(1900, 1, 1)}, "valid_from"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(firm, told, field):
    how = {"valid_from": AS_OF, "received_on": AS_OF, "values": {"class1_ip": 1}} | told

    with pytest.raises(FieldConflict) as caught:
        fact_sheets.save_sheet(firm, source=BY_HAND, actor="tester", today=AS_OF, **how)
    assert caught.value.field == field
    assert db.session.scalar(db.select(db.func.count(EnterpriseFacts.id))) == 0


def answer(enterprise_id: int, answers=None, *, as_of: date = AS_OF, issue_days=None) -> int:
    return fact_sheets.answer_missing(
        enterprise_id,
        answers=answers or {},
        issue_days=issue_days,
        as_of=as_of,
        received_on=AS_OF,
        source=BY_HAND,
        actor="tester",
        today=AS_OF,
    )


def test_answers_go_where_their_facts_belong(firm):
    told = {
        "employees_y1": 30,
        "revenue_fen_y2": 500,
        "class1_ip": 4,
        "registered_on": date(2015, 1, 1),
        "industry_code": "C2710",
        "class2_ip": None,
    }

    assert answer(firm, told) == 5
    row = facts_as_of(db.session(), AS_OF, enterprise_ids=[firm]).row(0, named=True)
    assert {name: row[name] for name in told} == told


def test_an_answer_keeps_what_the_same_source_told_before(firm):
    add_report(db.session, firm, 2025, source=BY_HAND, employees=30)
    db.session.commit()
    answer(firm, {"tech_staff_y1": 5})

    assert (known(firm, "employees_y1"), known(firm, "tech_staff_y1")) == (30, 5)


def test_a_wrong_answer_stores_none_of_them(firm):
    with pytest.raises(FieldConflict) as caught:
        answer(firm, {"employees_y1": 30, "industry_code": "C9999"})

    assert caught.value.field == "industry_code"
    assert figures.figure_versions(firm) == []


def test_no_answer_at_all_is_refused(firm):
    with pytest.raises(FieldConflict, match="没有填写"):
        answer(firm, {"employees_y1": None})


def test_a_day_of_issue_settles_whether_a_certificate_is_valid(context):
    firm = add_enterprises(db.session)[0]
    certificate = Certificate(
        enterprise_id=firm, pool_id="hnte", number="GR202342000218", issued_year=2023,
        received_on=date(2026, 1, 1), source="名单",
    )  # fmt: skip
    db.session.add(certificate)
    db.session.commit()
    certificate_id = certificate.id
    assert known(firm, "holds_hnte") is None

    with pytest.raises(FieldConflict, match="2023"):
        answer(firm, issue_days={certificate_id: date(2024, 1, 1)})
    assert answer(firm, issue_days={certificate_id: date(2023, 12, 1)}) == 1
    assert known(firm, "holds_hnte") is True
    assert known(firm, "holds_hnte_until") == date(2026, 11, 30)


def test_the_list_of_what_is_missing_saves_what_is_filled_in(client, firm):
    page = client.get(f"/enterprises/{firm}").text
    assert 'name="employees_y1"' in page
    filled = {"received_on": "2026-11-20", "source": BY_HAND, "unit": "wan"}

    answered = post(
        client,
        f"/enterprises/{firm}/answers",
        asked=["employees_y1", "revenue_fen_y1"],
        employees_y1="30",
        revenue_fen_y1="1,000",
        **filled,
    )
    assert answered.status_code == 303
    assert "已补充 2 项数据" in client.get(answered.location).text
    assert (known(firm, "employees_y1"), known(firm, "revenue_fen_y1")) == (30, 1_000_000_000)


def test_a_wrong_answer_comes_back_with_what_was_typed(client, firm):
    filled = {"received_on": "2026-11-20", "source": BY_HAND, "unit": "wan"}

    wrong = post(
        client, f"/enterprises/{firm}/answers", asked=["employees_y1"], employees_y1="很多", **filled
    )

    assert wrong.status_code == 422
    assert 'value="很多"' in wrong.text
    assert "2025 年" in wrong.text
    assert post(client, f"/enterprises/{firm}/answers", **filled).status_code == 422


def test_the_facts_page_saves_and_shows_what_is_stored(client, firm):
    add_sheet(db.session, firm, class1_ip=2, market_share_ppm=125_000, equity_raised_2y_fen=1_500_000)
    db.session.commit()
    address = f"/enterprises/{firm}/facts"
    page = client.get(address).text
    assert "现存 2 项" in page
    assert "现存 12.50%" in page
    assert "现存 15,000.00 元" in page

    told = {"received_on": "2026-11-20", "valid_from": "2026-01-01", "source": BY_HAND, "unit": "wan"}
    assert post(client, address, **told).status_code == 422
    assert post(client, address, **told, rd_org_level="city", is_resident="no").status_code == 303
    assert "市级" in client.get(f"/enterprises/{firm}").text
