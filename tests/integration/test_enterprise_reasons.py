"""Sharp reasons on the page of an enterprise: clocks, readings, other standards, the next best question."""

import re
from datetime import date

import pytest

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.enterprise_page import enterprise_page
from models import Certificate, db
from scoring.questions import rank
from scoring.vocabulary import Route, Tier, Verdict
from tests.support.enterprise_pages import card, shown
from tests.support.small_registry import (
    AS_OF,
    GOOD_YEAR,
    WAN,
    add_enterprise,
    add_good_enterprise,
    add_report,
)


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


def test_a_tier_of_other_industries_stands_apart_and_asks_nothing(context, client):
    firm = add_good_enterprise(db.session, industry_code="C2614")
    db.session.commit()

    page = enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING)
    apart = {one.tier for group in page.groups for one in group.unconcerned}

    assert Tier.ABOVE_SCALE_SERVICE in apart
    assert Tier.ABOVE_SCALE_INDUSTRY not in apart
    assert all(Tier.ABOVE_SCALE_SERVICE not in fact.tiers for fact in page.missing)
    assert "– 不适用" in shown(client, firm)


def test_questions_stand_in_the_order_of_what_they_settle(context, client):
    firm = add_good_enterprise(db.session, years=(2023, 2024))
    add_report(db.session, firm, 2025, **GOOD_YEAR | {"hitech_income_fen": None})

    page = shown(client, firm)
    told = enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING)
    missing = {fact.column: fact for fact in told.missing}

    assert Tier.HNTE in missing["hitech_income_fen_y1"].decides
    assert re.search(r"回答后 \d+ 个层级可定 高企", page)
    defaults = [one.explanation for one in told.cards]
    assert [question.column for question in rank(defaults)] == [
        fact.column for fact in told.missing if fact.column in {q.column for q in rank(defaults)}
    ]


def test_leading_is_shown_by_both_readings(context, client):
    firm = add_enterprise(db.session)
    add_report(db.session, firm, 2025, revenue_fen=500_000 * WAN, rd_expense_fen=15_000 * WAN)

    page = shown(client, firm)
    both = card(firm, Tier.LEADING)

    assert "湖北科技领军企业（含本数读法）" in page
    assert both.explanation.verdict is Verdict.NOT_ELIGIBLE
    assert [other.explanation.verdict for other in both.others] == [Verdict.UNDETERMINED]
    assert [view.criterion.id for view in both.others[0].differs] == [
        "revenue_min", "rd_ratio", "rd_staff_ratio",
    ]  # fmt: skip


def test_the_deciding_standard_is_the_card_and_the_others_are_rows_in_it(context, client):
    firm = add_good_enterprise(db.session)

    gazelle = card(firm, Tier.GAZELLE)
    page = shown(client, firm)

    assert gazelle.explanation.rule_set.standard == "hubei2021"
    assert len(gazelle.others) >= 3
    assert all(other.explanation.rule_set.label in page for other in gazelle.others)
    assert page.count("结论可能在") <= len(enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING).cards)


def test_a_kinder_standard_is_told_on_the_card_before_it_is_opened(context, client):
    firm = add_enterprise(db.session, registered_on=date(2023, 1, 10))
    for year, people in ((2022, 20), (2023, 25), (2024, 40), (2025, 60)):
        add_report(db.session, firm, year, employees=people, revenue_fen=60_000 * WAN, total_profit_fen=-5)

    page = shown(client, firm)
    gazelle = card(firm, Tier.GAZELLE)

    assert gazelle.explanation.verdict is Verdict.NOT_ELIGIBLE
    assert len(gazelle.kinder) >= 1
    assert f"按另外 {len(gazelle.kinder)} 个标准符合" in page


def test_both_readings_of_growth_are_told_where_they_decide_differently(context, client):
    firm = add_enterprise(db.session)
    for year, revenue in ((2023, 1000), (2024, 1450), (2025, 1305)):
        add_report(db.session, firm, year, revenue_fen=revenue * WAN)

    page = shown(client, firm)

    assert "销售收入：平均 17.50%，复合 14.24% 按平均读法满足，按复合读法不满足" in page


def test_readings_that_agree_are_told_once(context, client):
    assert "读法满足" not in shown(client, add_good_enterprise(db.session))


def test_what_is_met_says_until_when_and_a_standing_tier_what_lapses_first(context, client):
    firm = add_good_enterprise(db.session)

    page = shown(client, firm)

    assert "不超过500人 ✓ 满足 有效至 2026-12-31" in page
    assert "依据有效至 2026-12-31（最先到期：" in page


def test_clocks_are_told_in_english(context, client):
    firm = add_good_enterprise(db.session)
    db.session.commit()
    client.set_cookie("language", "en")
    page = shown(client, firm)

    assert "at most 500 ✓ Met Counts until 2026-12-31" in page
    assert "Proven until 2026-12-31 (first to lapse: " in page
    assert "Project-Id-Version" not in page


def test_a_certificate_ends_before_the_year_does(context, client):
    firm = add_good_enterprise(db.session)
    add_certificate_until(firm, date(2026, 12, 1))

    page = shown(client, firm)
    tech_sme = card(firm, Tier.TECH_SME)

    assert tech_sme.explanation.route is Route.DIRECT
    assert tech_sme.lapses_first.outcome.valid_until == date(2026, 12, 1)
    assert "依据有效至 2026-12-01" in page


def add_certificate_until(firm: int, last_day: date) -> None:
    db.session.add(
        Certificate(
            enterprise_id=firm, pool_id="hnte", number="GR202342001291", issued_on=date(2023, 12, 2),
            issued_year=2023, expires_on=last_day, received_on=date(2023, 12, 10), source="名单",
        )
    )  # fmt: skip
    db.session.flush()
