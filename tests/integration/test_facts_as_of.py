from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from enterprise_pipeline.services.facts import facts_as_of
from models import db
from scoring.facts import SCHEMA
from tests.support.small_registry import AS_OF, add_enterprise, add_report, add_sheet


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def one(session: Session, as_of: date = AS_OF, **options):
    frame = facts_as_of(session, as_of, **options)
    assert frame.height == 1
    return frame.row(0, named=True)


def test_years_count_back_from_the_day(session):
    firm = add_enterprise(session)
    for year in range(2019, 2026):
        add_report(session, firm, year, revenue_fen=year)

    row = one(session)
    assert [row[f"revenue_fen_y{back}"] for back in range(1, 6)] == [2025, 2024, 2023, 2022, 2021]
    assert one(session, date(2025, 6, 1))["revenue_fen_y1"] == 2024


def test_the_newest_received_value_of_each_figure_wins(session):
    firm = add_enterprise(session)
    add_report(session, firm, 2025, received_on=date(2026, 3, 1), revenue_fen=100, employees=50)
    add_report(session, firm, 2025, received_on=date(2026, 6, 1), source="tax", revenue_fen=120)

    row = one(session)
    assert (row["revenue_fen_y1"], row["employees_y1"]) == (120, 50)


def test_of_two_received_on_one_day_the_higher_version_wins(session):
    firm = add_enterprise(session)
    add_report(session, firm, 2025, version=2, revenue_fen=200)
    add_report(session, firm, 2025, source="other", version=1, revenue_fen=100)

    assert one(session)["revenue_fen_y1"] == 200


def test_nothing_received_later_is_used(session):
    firm = add_enterprise(session)
    add_report(session, firm, 2024, received_on=date(2025, 5, 31), revenue_fen=100)
    add_report(session, firm, 2024, received_on=date(2025, 10, 1), version=2, revenue_fen=90)
    add_sheet(session, firm, valid_from=date(2025, 1, 1), received_on=date(2025, 9, 1), class1_ip=7)

    in_june = one(session, date(2025, 6, 30))
    assert (in_june["revenue_fen_y1"], in_june["class1_ip"]) == (100, None)
    with_hindsight = one(session, date(2025, 6, 30), known_on=date(2025, 12, 31))
    assert (with_hindsight["revenue_fen_y1"], with_hindsight["class1_ip"]) == (90, 7)


def test_each_fact_comes_from_the_newest_sheet_in_force_that_tells_it(session):
    firm = add_enterprise(session)
    add_sheet(session, firm, valid_from=date(2024, 1, 1), class1_ip=1, class2_ip=5)
    add_sheet(session, firm, valid_from=date(2026, 1, 1), class1_ip=2)
    add_sheet(session, firm, valid_from=date(2026, 12, 1), class1_ip=9)

    row = one(session)
    assert (row["class1_ip"], row["class2_ip"]) == (2, 5)


def test_what_nobody_told_is_unknown_and_not_zero(session):
    add_enterprise(session)
    row = one(session)
    assert row["revenue_fen_y1"] is None
    assert row["class1_ip"] is None
    assert row["owns_core_ip"] is None
    assert row["report_year"] is None


def test_told_no_and_told_zero_stay_what_they_are(session):
    firm = add_enterprise(session, industry_code="F5191")
    add_sheet(session, firm, class1_ip=0, owns_core_ip=False, is_industry_excluded=False)

    row = one(session)
    assert (row["class1_ip"], row["owns_core_ip"], row["is_industry_excluded"]) == (0, False, False)


@pytest.mark.parametrize(
    ("industry", "excluded"),
    [
        ("C1620", True),
        ("F5191", True),
        ("H6110", True),
        ("K7010", True),
        ("L7211", True),
        ("R9011", True),
        ("C2614", None),
        ("R8710", None),
        (None, None),
    ],
)
def test_the_industries_of_119_are_excluded_and_no_other_is_cleared(session, industry, excluded):
    add_enterprise(session, industry_code=industry)
    assert one(session)["is_industry_excluded"] is excluded


@pytest.mark.parametrize(
    ("code", "resident"),
    [("914205003098048329", True), ("934205003098048329", None), ("919999003098048329", None)],
)
def test_an_enterprise_of_a_mainland_register_is_resident(session, code, resident):
    add_enterprise(session, credit_code=code)
    assert one(session)["is_resident"] is resident


def test_a_forecast_moves_the_newest_reported_years_into_place(session):
    firm = add_enterprise(session)
    for year in (2021, 2022, 2023, 2024):
        add_report(session, firm, year, revenue_fen=year)

    reported, forecast = one(session), one(session, basis="forecast")
    assert (reported["revenue_fen_y1"], reported["revenue_fen_y2"]) == (None, 2024)
    assert [forecast[f"revenue_fen_y{back}"] for back in range(1, 6)] == [2024, 2023, 2022, 2021, None]
    assert reported["report_year"] == forecast["report_year"] == 2024


def test_a_forecast_of_who_reported_last_year_is_what_was_reported(session):
    firm = add_enterprise(session)
    add_report(session, firm, 2025, revenue_fen=5)
    add_report(session, firm, 2023, revenue_fen=3)

    assert facts_as_of(session, AS_OF, basis="forecast").equals(facts_as_of(session, AS_OF))


def test_enterprises_come_in_the_order_of_their_ids(session):
    firms = [add_enterprise(session) for _ in range(5)]
    assert facts_as_of(session, AS_OF)["enterprise_id"].to_list() == firms
    chosen = facts_as_of(session, AS_OF, enterprise_ids=[firms[3], firms[1]])
    assert chosen["enterprise_id"].to_list() == [firms[1], firms[3]]
    assert facts_as_of(session, AS_OF, enterprise_ids=[]).height == 0


def test_the_frame_has_every_column_of_the_core_in_its_type(session):
    add_enterprise(session)
    for enterprise_ids in (None, []):
        schema = facts_as_of(session, AS_OF, enterprise_ids=enterprise_ids).schema
        assert {name: schema.get(name) for name in SCHEMA} == SCHEMA


def test_names_with_commas_quotes_and_line_ends_survive(session):
    add_enterprise(session, jurisdiction='a,"b"\nc')
    assert one(session)["jurisdiction"] == 'a,"b"\nc'


def test_money_is_exact_beyond_a_float(session):
    firm = add_enterprise(session)
    add_report(session, firm, 2025, revenue_fen=9_007_199_254_740_993, net_profit_fen=-9_007_199_254_740_993)
    row = one(session)
    assert row["revenue_fen_y1"] == 9_007_199_254_740_993
    assert row["net_profit_fen_y1"] == -9_007_199_254_740_993


def test_net_assets_that_nobody_reported_are_assets_less_liabilities(session):
    firm = add_enterprise(session)
    add_report(session, firm, 2025, total_assets_fen=900, total_liabilities_fen=1_000)
    add_report(session, firm, 2024, total_assets_fen=900, total_liabilities_fen=100, net_assets_fen=750)
    add_report(session, firm, 2023, total_assets_fen=900)

    row = one(session)
    assert [row[f"net_assets_fen_y{back}"] for back in (1, 2, 3)] == [-100, 750, None]
