"""Figures and facts entered by hand: every version kept, blank unknown, nothing passed over unread."""

from datetime import date

import pytest

from enterprise_pipeline.services import figures
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.figure_table import figure_table
from enterprise_pipeline.services.history import history
from models import AnnualReport, Enterprise, db
from scoring.vocabulary import YEARLY_FACTS
from tests.support.entry import hidden, post
from tests.support.small_registry import AS_OF, add_enterprise, add_good_enterprise, add_report

UNKNOWN = {fact.column: None for fact in YEARLY_FACTS}
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


def save(enterprise_id: int, *, base: int = 0, **told) -> int:
    how = {"year": 2025, "source": BY_HAND, "received_on": AS_OF} | {
        name: told.pop(name) for name in ("year", "source", "received_on") if name in told
    }
    return figures.save_figures(
        enterprise_id, values=UNKNOWN | told, base=base, actor="tester", today=AS_OF, **how
    )


def known(enterprise_id: int, column: str, day: date = AS_OF):
    return facts_as_of(db.session(), day, enterprise_ids=[enterprise_id]).row(0, named=True)[column]


def test_every_change_is_a_new_version_and_the_old_one_stays(firm):
    assert save(firm, employees=30) == 1
    assert save(firm, base=1, employees=35) == 2

    told = [(one.version, one.is_newest, one.values["employees"]) for one in figures.figure_versions(firm)]
    assert told == [(2, True, 35), (1, False, 30)]
    assert known(firm, "employees_y1") == 35


def test_a_cleared_figure_is_unknown_again(firm):
    save(firm, employees=30, revenue_fen=100)
    save(firm, base=1, employees=30)

    assert known(firm, "revenue_fen_y1") is None
    assert known(firm, "employees_y1") == 30
    assert figure_table(firm, as_of=AS_OF).cell("revenue_fen", 2025) is None


def test_an_earlier_version_is_restored_as_a_new_one(firm):
    save(firm, employees=30)
    save(firm, base=1, employees=3000, revenue_fen=5)
    first = figures.figure_versions(firm)[-1]

    assert figures.restore_version(firm, first.id, actor="tester", today=AS_OF) == 3
    assert (known(firm, "employees_y1"), known(firm, "revenue_fen_y1")) == (30, None)
    assert history(firm)[0].about["restored"] == 1
    with pytest.raises(FieldConflict, match="完全相同"):
        figures.restore_version(firm, first.id, actor="tester", today=AS_OF)


def test_a_version_of_another_enterprise_cannot_be_restored(firm):
    save(firm, employees=30)
    other = add_enterprise(db.session)
    db.session.commit()
    (version,) = figures.figure_versions(firm)

    with pytest.raises(NotFound):
        figures.restore_version(other, version.id, actor="tester", today=AS_OF)


def test_what_was_known_on_an_earlier_day_does_not_change(firm):
    save(firm, year=2024, received_on=date(2025, 5, 1), employees=30)
    save(firm, year=2024, received_on=date(2025, 9, 1), base=1, employees=40)

    assert known(firm, "employees_y1", date(2025, 6, 1)) == 30
    assert known(firm, "employees_y1", date(2025, 10, 1)) == 40
    assert figure_table(firm, as_of=date(2025, 6, 1)).cell("employees", 2024).told.value == 30


def test_a_version_that_somebody_else_saved_is_not_passed_over(firm):
    save(firm, employees=30)
    save(firm, base=1, employees=31)

    with pytest.raises(StaleVersion):
        save(firm, base=1, employees=99)
    assert known(firm, "employees_y1") == 31


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"year": 2027, "employees": 1}, "year"),
        ({"year": 1989, "employees": 1}, "year"),
        ({"received_on": date(2026, 11, 23), "employees": 1}, "received_on"),
        ({"received_on": date(2024, 12, 31), "employees": 1}, "received_on"),
        ({}, ""),
    ],
)
def test_what_cannot_be_is_refused(firm, told, field):
    with pytest.raises(FieldConflict) as caught:
        save(firm, **told)

    assert caught.value.field == field
    assert figures.figure_versions(firm) == []


def test_saving_marks_the_enterprise_as_changed_and_records_only_what_changed(firm):
    before = db.session.get(Enterprise, firm).version
    save(firm, employees=30, tech_staff=5)
    save(firm, base=1, employees=31, tech_staff=5)

    db.session.expire_all()
    assert db.session.get(Enterprise, firm).version == before + 2
    newest, oldest = history(firm)
    assert newest.values == {"employees": (30, 31)}
    assert oldest.values == {"employees": (None, 30), "tech_staff": (None, 5)}
    assert newest.about["version"] == 2


@pytest.mark.parametrize(
    ("told", "columns"),
    [
        ({"total_assets_fen": 300, "total_liabilities_fen": 100, "net_assets_fen": 200}, None),
        ({"total_assets_fen": 300, "total_liabilities_fen": 100, "net_assets_fen": 201}, "net_assets_fen"),
        ({"total_assets_fen": 100, "total_liabilities_fen": 300, "net_assets_fen": -200}, None),
        ({"total_assets_fen": 300, "net_assets_fen": 900}, None),
        ({"revenue_fen": 100, "rd_expense_fen": 999}, None),
        ({"revenue_fen": 100, "rd_expense_fen": 1000}, "rd_expense_fen"),
        ({"revenue_fen": 0, "rd_expense_fen": 1000}, None),
        ({"employees": 10, "tech_staff": 10}, None),
        ({"employees": 10, "tech_staff": 11}, "tech_staff"),
        ({"employees": 10, "rd_staff": 11}, "rd_staff"),
        ({"rd_expense_fen": 10, "rd_domestic_fen": 11}, "rd_domestic_fen"),
        ({"revenue_fen": 10, "main_revenue_fen": 11}, "main_revenue_fen"),
        ({"total_income_fen": 10, "hitech_income_fen": 11}, "hitech_income_fen"),
        ({}, None),
    ],
)
def test_figures_that_contradict_each_other_are_worth_a_word(told, columns):
    found = figures.warnings_for(UNKNOWN | told)

    assert [warning.columns[0] for warning in found] == ([columns] if columns else [])


def test_a_warning_names_the_difference_in_yuan():
    told = {"total_assets_fen": 300_000_00, "total_liabilities_fen": 1, "net_assets_fen": 200_000_00}

    (warning,) = figures.warnings_for(UNKNOWN | told)

    assert "99,999.99 元" in warning.message


def test_between_sources_the_newest_received_value_counts_and_the_other_is_shown_as_a_conflict(firm):
    add_report(db.session, firm, 2025, source="税务", received_on=date(2026, 6, 1), revenue_fen=120)
    add_report(
        db.session, firm, 2025, source="企业自报", received_on=date(2026, 3, 1), revenue_fen=100, employees=9
    )
    db.session.commit()

    table = figure_table(firm, as_of=AS_OF)
    cell = table.cell("revenue_fen", 2025)
    assert (cell.told.source, cell.told.value, cell.others[0].value) == ("税务", 120, 100)
    assert (table.conflicts, cell.is_conflict) == (1, True)
    assert known(firm, "revenue_fen_y1") == 120
    assert table.cell("employees", 2025).told.source == "企业自报"


def test_the_table_and_the_facts_frame_always_tell_the_same(firm):
    for source, version, day, told in (
        ("甲", 1, date(2026, 3, 1), {"revenue_fen": 1, "employees": 2, "tech_staff": 3}),
        ("甲", 2, date(2026, 7, 1), {"revenue_fen": 4}),
        ("乙", 1, date(2026, 5, 1), {"employees": 5, "rd_staff": 6}),
        ("丙", 1, date(2026, 7, 1), {"revenue_fen": 7, "rd_expense_fen": 8}),
        ("丙", 2, date(2026, 9, 1), {"rd_expense_fen": 9}),
    ):
        add_report(db.session, firm, 2025, source=source, version=version, received_on=day, **told)
    db.session.commit()

    for day in (date(2026, 4, 1), date(2026, 6, 1), date(2026, 8, 1), date(2026, 10, 1)):
        table = figure_table(firm, as_of=day)
        frame = facts_as_of(db.session(), day, enterprise_ids=[firm]).row(0, named=True)
        for fact in YEARLY_FACTS:
            cell = table.cell(fact.column, 2025)
            assert (cell.told.value if cell else None) == frame[f"{fact.column}_y1"], (day, fact.column)


def typed(**more: str) -> dict[str, str]:
    return {"received_on": "2026-11-20", "source": BY_HAND, "unit": "wan", "base": "0"} | more


@pytest.fixture
def address(firm):
    return f"/enterprises/{firm}/figures/2025"


def test_the_page_saves_money_in_either_unit_and_shows_the_stored_yuan(client, address, firm):
    assert post(client, address, **typed(revenue_fen="1,234.5")).status_code == 303
    page = client.get(address).text
    assert "现存 12,345,000.00 元" in page
    assert 'value="1234.5"' in page

    in_yuan = client.get(f"{address}?unit=yuan").text
    assert 'value="12345000"' in in_yuan
    assert post(client, address, **typed(unit="yuan", revenue_fen="12345000.5", base="1")).status_code == 303
    assert db.session.scalar(db.select(db.func.max(AnnualReport.revenue_fen))) == 1_234_500_050


def test_the_page_asks_before_it_saves_a_contradiction(client, address):
    doubtful = typed(employees="5", tech_staff="50")

    asked = post(client, address, **doubtful)
    saved = post(client, address, **doubtful, confirmed="y")

    assert (asked.status_code, saved.status_code) == (422, 303)
    assert "科技人员大于职工总数" in asked.text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("revenue_fen", "-5", "不能为负数"),
        ("revenue_fen", "三千", "不是金额"),
        ("employees", "3.5", "整数"),
        ("received_on", "昨天", "日期无法识别"),
        ("received_on", "2027-01-01", "不能晚于今天"),
        ("source", "", "请填写数据来源"),
    ],
)
def test_the_page_says_what_is_wrong_where(client, address, field, value, said):
    answer = post(client, address, **typed(employees="5") | {field: value})

    assert answer.status_code == 422
    assert said in answer.text
    assert f'href="#{field}"' in answer.text


def test_the_page_tells_of_a_version_that_came_in_meanwhile(client, address):
    post(client, address, **typed(employees="30"))

    refused = post(client, address, **typed(employees="99"))
    assert refused.status_code == 422
    assert "已有第 1 版数据" in refused.text
    again = typed(employees="99", base=hidden(refused.text, "base"))
    assert post(client, address, **again).status_code == 303


def test_a_version_is_restored_from_the_page(client, address, firm):
    post(client, address, **typed(employees="30"))
    post(client, address, **typed(employees="31", base="1"))
    first = db.session.scalar(db.select(AnnualReport.id).where(AnnualReport.version == 1))

    assert post(client, f"{address}/restore/{first}").status_code == 303
    assert known(firm, "employees_y1") == 30
    assert post(client, f"{address}/restore/{first}").location.endswith(address)
    assert post(client, f"{address}/restore/999999").status_code == 404


@pytest.mark.parametrize("year", ["1989", "2062", "99999999999"])
def test_a_year_that_cannot_be_is_no_page(client, firm, year):
    assert client.get(f"/enterprises/{firm}/figures/{year}").status_code == 404


def test_a_saved_year_tells_which_verdicts_it_changed(client, context):
    enterprise_id = add_good_enterprise(db.session, years=(2023, 2024))
    db.session.commit()
    good = {
        "employees": "100",
        "tech_staff": "30",
        "revenue_fen": "2000",
        "rd_expense_fen": "120",
        "total_assets_fen": "3000",
    }
    address = f"/enterprises/{enterprise_id}/figures/2025"

    saved = post(client, address, **typed(**good))

    assert "科技型中小企业 尚未筛查 → 符合" in client.get(saved.location).text
