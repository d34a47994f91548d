"""One figure over time, and the way back to an earlier value, in the service and on its pages."""

import pytest

from enterprise_pipeline.services import figures
from enterprise_pipeline.services.audit_trail import verify_chain
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.figure_restore import figure_history, restore_value
from enterprise_pipeline.services.history import history
from models import db
from scoring.vocabulary import YEARLY_FACTS
from tests.support.entry import hidden, post
from tests.support.small_registry import AS_OF, add_enterprise

UNKNOWN = {fact.column: None for fact in YEARLY_FACTS}
BY_HAND = "手工录入"


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


@pytest.fixture
def firm(context):
    """Employees 30, then 31, then unknown, then 32; sales changed in between."""
    enterprise_id = add_enterprise(db.session)
    db.session.commit()
    save(enterprise_id, base=0, employees=30, revenue_fen=100)
    save(enterprise_id, base=1, employees=31, revenue_fen=100)
    save(enterprise_id, base=2, employees=31, revenue_fen=200)
    save(enterprise_id, base=3, revenue_fen=200)
    save(enterprise_id, base=4, employees=32, revenue_fen=300)
    return enterprise_id


def save(enterprise_id: int, *, base: int, source: str = BY_HAND, **told) -> int:
    return figures.save_figures(
        enterprise_id,
        year=2025,
        source=source,
        received_on=AS_OF,
        values=UNKNOWN | told,
        base=base,
        actor="王科长",
        today=AS_OF,
    )


def told(enterprise_id: int, column: str = "employees"):
    return [
        (one.version, one.value, one.is_current)
        for one in figure_history(enterprise_id, year=2025, column=column)
    ]


def version(enterprise_id: int, number: int) -> int:
    return next(one.id for one in figures.figure_versions(enterprise_id, year=2025) if one.version == number)


def bring_back(enterprise_id: int, number: int, *, base: int, column: str = "employees") -> int:
    report_id = version(enterprise_id, number)
    return restore_value(enterprise_id, report_id, column=column, base=base, actor="李科长", today=AS_OF)


def test_each_change_of_a_figure_is_listed_with_who_made_it(firm):
    assert told(firm) == [(5, 32, True), (4, None, False), (2, 31, False), (1, 30, False)]
    assert {one.actor for one in figure_history(firm, year=2025, column="employees")} == {"王科长"}
    assert told(firm, "rd_staff") == []
    assert figure_history(firm, year=2024, column="employees") == []


def test_sources_stand_beside_each_other(firm):
    save(firm, base=0, source="税务", employees=40)
    listed = figure_history(firm, year=2025, column="employees")
    assert [(one.source, one.value, one.is_current) for one in listed[:2]] == [
        ("税务", 40, True),
        (BY_HAND, 32, True),
    ]


def test_an_earlier_value_comes_back_and_everything_else_stays(firm):
    assert bring_back(firm, 1, base=5) == 6

    newest = figures.figure_versions(firm, year=2025)[0]
    assert (newest.values["employees"], newest.values["revenue_fen"]) == (30, 300)
    edit = history(firm)[0]
    assert (edit.action, edit.actor) == ("figures.value_restored", "李科长")
    assert edit.about["restored"] == 1
    assert edit.values == {"employees": (32, 30)}
    assert verify_chain().findings == []


def test_unknown_comes_back_as_well(firm):
    bring_back(firm, 4, base=5)
    assert told(firm)[0] == (6, None, True)
    assert figures.figure_versions(firm, year=2025)[0].values["revenue_fen"] == 300


def test_a_restore_can_be_taken_back(firm):
    bring_back(firm, 1, base=5)
    bring_back(firm, 5, base=6)
    assert told(firm)[0] == (7, 32, True)


def test_a_stale_page_restores_nothing(firm):
    with pytest.raises(StaleVersion):
        bring_back(firm, 1, base=4)
    assert len(figures.figure_versions(firm)) == 5


def test_what_is_so_already_is_not_stored_again(firm):
    with pytest.raises(FieldConflict, match="现在就是这个值"):
        bring_back(firm, 5, base=5)
    assert len(figures.figure_versions(firm)) == 5


def test_neither_another_enterprise_nor_another_column_can_be_touched(firm):
    other = add_enterprise(db.session)
    db.session.commit()
    mine = version(firm, 1)
    with pytest.raises(NotFound):
        restore_value(other, mine, column="employees", base=5, actor="x", today=AS_OF)
    with pytest.raises(NotFound):
        restore_value(firm, mine, column="version", base=5, actor="x", today=AS_OF)


def test_the_pages_lead_from_the_year_to_the_value_and_back(client, firm):
    year = f"/enterprises/{firm}/figures/2025"
    assert f"{year}/history/employees" in client.get(year).text
    listed = client.get(f"{year}/history/employees").text
    first = version(firm, 1)
    assert f"{year}/history/employees/restore/{first}" in listed
    asked = client.get(f"{year}/history/employees/restore/{first}").text
    assert "恢复为" in asked

    done = post(client, f"{year}/history/employees/restore/{first}", base=hidden(asked, "base"))

    assert (done.status_code, done.location) == (303, f"{year}/history/employees")
    assert "已恢复旧值，存为第 6 版" in client.get(done.location).text
    assert told(firm)[0] == (6, 30, True)
    again = post(client, f"{year}/history/employees/restore/{first}", base=6)
    assert "没有需要恢复的内容" in client.get(again.location).text
    assert "恢复一项数据的旧值" in client.get(f"/enterprises/{firm}").text


def test_what_cannot_be_restored_is_said(client, firm):
    address = f"/enterprises/{firm}/figures/2025/history"
    first = version(firm, 1)
    assert client.get(f"{address}/version").status_code == 404
    assert client.get(f"{address}/employees/restore/999999").status_code == 404
    assert client.get("/enterprises/999999/figures/2025/history/employees").status_code == 404
    assert post(client, f"{address}/employees/restore/{first}", base=4).status_code == 409
    assert post(client, f"{address}/employees/restore/{first}").status_code == 400
    assert post(client, f"{address}/employees/restore/{first}", base="５").status_code == 400
    assert client.post(f"{address}/employees/restore/{first}", data={"base": 5}).status_code == 400
    assert client.get(f"{address}/rd_staff").status_code == 200
    assert len(figures.figure_versions(firm)) == 5
