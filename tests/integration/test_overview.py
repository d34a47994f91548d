"""The first page and the certificates that end soon."""

import re
from datetime import date

import pytest

from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.candidate_filter import parse
from enterprise_pipeline.services.candidates import page as candidate_page
from enterprise_pipeline.services.endings import counts_of_endings, endings
from enterprise_pipeline.services.overview import overview
from enterprise_pipeline.web.overview import MEASURES, UNKNOWN
from models import AssessmentCount, ScreeningRun, db
from scoring.vocabulary import Tier
from tests.support.accounts import add_account, signed_in
from tests.support.registry_rows import (
    AT,
    DAY,
    add_certificates,
    add_enterprises,
    add_import,
    add_screening,
)


@pytest.fixture
def filled(app):
    with app.app_context():
        ids = add_enterprises(db.session)
        add_screening(db.session)
        add_certificates(db.session, ids)
        add_import(db.session)
        db.session.commit()
    return app


def test_an_empty_registry_says_what_to_do_next(client):
    page = client.get("/").text

    assert "这里还没有企业" in page
    assert "导入表格" in page
    assert "make run REGISTRY=demo" in page


def test_the_first_administrator_of_an_empty_registry_is_led_to_opening_accounts(app):
    with app.app_context():
        add_account("first", Role.ADMINISTRATOR)

    page = signed_in(app, "first").get("/").text.partition("<main")[2]

    assert 'href="/accounts/new"' in page
    for refused in ('href="/import', 'href="/enterprises/new"', "make run"):
        assert refused not in page


def test_enterprises_without_a_screening_are_told_so(app, client):
    with app.app_context():
        add_enterprises(db.session)
        db.session.commit()

    page = client.get("/").text

    assert '共登记 <a href="/enterprises">5</a> 家企业。' in page
    assert "还没有筛查过。" in page


def test_counts_are_those_of_the_cube_by_place_and_tier(filled):
    with filled.app_context():
        found = overview(as_of=DAY, tier=Tier.HNTE, ending_within=180, scope=EVERYTHING)

    zone = found.at("gaoxin", Tier.TECH_SME)
    assert (zone.holders, zone.eligible, zone.near) == (157, 52, 105)
    assert (zone.eligible_unclear, zone.judgement, zone.undetermined) == (26, 52, 78)
    assert found.at("420502", Tier.TECH_SME).screened == 0
    assert found.total(Tier.TECH_SME).holders == 61 + 157 + 34 + 6
    assert found.places[-1] == "", "enterprises of unknown jurisdiction stand last"


def test_another_standard_and_forecasts_are_not_added_to_the_counts(filled):
    with filled.app_context():
        before = overview(as_of=DAY, tier=Tier.HNTE, ending_within=180, scope=EVERYTHING).total(Tier.LEADING)
        for standard, basis in (("inclusive", "reported"), ("hubei2021", "forecast")):
            db.session.add(
                AssessmentCount(
                    tier="leading", standard=standard, basis=basis, verdict=3, jurisdiction="gaoxin",
                    industry="C26", holds=0, n_failed=0, n=1000,
                )
            )  # fmt: skip
        db.session.commit()

        assert (
            overview(as_of=DAY, tier=Tier.HNTE, ending_within=180, scope=EVERYTHING).total(Tier.LEADING)
            == before
        )


def test_a_failed_run_is_told_above_the_older_result(filled):
    with filled.app_context():
        db.session.add(
            ScreeningRun(
                scope="full",
                status="failed",
                as_of=DAY,
                started_at=AT,
                snapshot_at=AT,
                rules_hash="",
                rule_sets={},
            )
        )
        db.session.commit()

    assert "没有完成，下面仍是上一次的结果" in filled.test_client().get("/").text


def test_certificates_that_end_soon_leave_out_the_renewed_the_revoked_and_the_unknown(filled):
    with filled.app_context():
        found = endings(as_of=DAY, within=180, tier="hnte", scope=EVERYTHING)

    assert [each.number for each in found.endings] == ["GR202342000001"]


@pytest.mark.parametrize(
    ("as_of", "numbers"),
    [
        (date(2026, 6, 3), []),
        (date(2026, 6, 4), ["GR202342000001"]),
        (date(2026, 6, 12), ["GR202342000001", "GR202342000002"]),
        (date(2026, 12, 1), ["GR202342000001"]),
        (date(2026, 12, 2), []),
    ],
)
def test_the_first_and_the_last_day_of_the_half_year_belong_to_it(filled, as_of, numbers):
    with filled.app_context():
        found = endings(as_of=as_of, within=180, tier="hnte", scope=EVERYTHING)

        assert [each.number for each in found.endings] == numbers
        assert sum(counts_of_endings(as_of=as_of, within=180, scope=EVERYTHING).values()) == len(numbers)


def test_the_number_on_the_overview_is_the_length_of_the_list(filled):
    client = filled.test_client()

    page = client.get("/?as_of=2026-06-12").text
    assert re.search(r'href="/expiring\?tier=hnte&amp;as_of=2026-06-12">\s*<b class="num">2</b>', page)
    assert client.get("/expiring?as_of=2026-06-12").text.count('<th scope="row">') == 2


def test_no_certificate_ending_says_why_the_list_is_empty(client):
    assert "不知道到期日的证书不在此列" in client.get("/expiring").text


def test_the_last_import_and_the_last_screening_are_told(filled):
    page = filled.test_client().get("/").text

    assert "2025年高企年报.xlsx" in page
    assert "2026-11-22 10:32 完成" in page


@pytest.mark.parametrize("show", ["holders", "eligible", "near", "judgement", "undetermined"])
def test_each_way_to_count_has_a_chart_and_the_same_figures_in_a_table(filled, show):
    page = filled.test_client().get(f"/?show={show}").text

    assert 'data-chart=\'{"categories"' in page
    assert page.count('<th scope="row">') == 16


def test_every_number_is_the_length_of_the_candidate_list_it_leads_to(filled):
    with filled.app_context():
        found = overview(as_of=DAY, tier=Tier.HNTE, ending_within=180, scope=EVERYTHING)
        for tier in (Tier.TECH_SME, Tier.HNTE_RESERVE, Tier.LEADING):
            for place in ("420506", "420502", ""):
                for measure in MEASURES.values():
                    wanted = {"tier": str(tier), "jurisdiction": place or UNKNOWN, **measure.filter}
                    listed = candidate_page(parse(wanted), scope=EVERYTHING).total.n

                    assert getattr(found.at(place, tier), measure.name) == listed, wanted


def test_a_long_list_of_certificates_is_read_page_by_page(filled):
    with filled.app_context():
        first = endings(as_of=date(2026, 6, 12), within=180, tier="hnte", scope=EVERYTHING, size=1)
        second = endings(
            as_of=date(2026, 6, 12), within=180, tier="hnte", scope=EVERYTHING, size=1, after=first.after
        )

    assert [each.number for each in (*first.endings, *second.endings)] == ["GR202342000001", "GR202342000002"]
    assert second.after is None


@pytest.mark.parametrize("cursor", ["x", "2026-06-12", "2026-06-12~x", "~1"])
def test_a_place_in_the_list_that_cannot_be_is_refused_in_words(client, cursor):
    answer = client.get(f"/expiring?cursor={cursor}")

    assert answer.status_code == 400
    assert "请从列表的第一页重新开始" in answer.text
