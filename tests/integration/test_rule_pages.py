"""Pages about rules: generated from the rules, by day, by standard, and the differences between days."""

import html
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from enterprise_pipeline.config import Settings
from enterprise_pipeline.services import rule_pages, rulebooks
from enterprise_pipeline.services.rule_sentences import criterion_sentence
from enterprise_pipeline.web.context import NAVIGATION
from scoring.rulebook import load_rulebook
from scoring.vocabulary import LINES, TIER_NAMES

DAY = "2026-11-22"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def text_of(client: FlaskClient, address: str, *, status: int = 200) -> str:
    """A page, which has to answer with that status."""
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def test_the_index_lists_every_rule_set_in_force_and_every_tier(client):
    page = text_of(client, f"/rules?as_of={DAY}")
    for entry in load_rulebook().in_force(date.fromisoformat(DAY)):
        assert entry.label in page, entry.id
    for _name, tiers in LINES:
        for tier in tiers:
            assert TIER_NAMES[tier].partition("“")[0] in page


def test_a_day_before_the_rule_says_that_there_is_none_and_when_it_begins(client):
    assert "这一天还没有标准，2017-05-03 起有" in text_of(client, "/rules?as_of=2017-05-02")
    assert "这一天没有标准" in text_of(client, "/rules/tech_sme?as_of=2017-05-02")
    assert "科技型中小企业评价" in text_of(client, "/rules/tech_sme?as_of=2017-05-03")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("entry", load_rulebook().rule_sets, ids=lambda entry: entry.id)
def test_every_rule_set_has_its_page_with_every_sentence_source_and_printed_line(client, entry):
    day = max(entry.effective_from, date(2000, 1, 1))
    page = text_of(client, f"/rules/{entry.tier}?as_of={day}&standard={entry.standard}")
    unescaped = html.unescape(page)
    for criterion in entry.criteria:
        assert criterion_sentence(criterion, rule_set=entry) in unescaped, criterion.id
        assert criterion.printed in unescaped, criterion.id
        assert criterion.article in unescaped, criterion.id
        assert str(criterion.checked_on) in page
    if entry.address.startswith("http") and not entry.is_local:
        assert f'href="{entry.address}"' in unescaped
    for part in entry.points.parts if entry.points else ():
        assert part.label in unescaped


def test_a_tier_that_does_not_exist_is_not_found_by_name(client):
    assert "gold" in text_of(client, "/rules/gold", status=404)


def test_the_difference_of_two_rule_sets_names_old_and_new_by_field(client):
    page = text_of(client, "/rules/compare?old=LEAD-HB-2021&new=LEAD-HB-2021-INCL")
    assert "上一年度销售收入高于 50 亿元" in page
    assert "上一年度销售收入不低于 50 亿元" in page
    assert "<del>高于（&gt;）</del>" in page
    assert "<ins>不低于（≥）</ins>" in page
    assert "新增 0 项，取消 0 项，修改 3 项，未变 3 项" in page
    assert "/rules/rehearsals?old=LEAD-HB-2021&amp;new=LEAD-HB-2021-INCL" in page


def test_a_rule_that_came_into_force_between_two_days_is_new(client):
    page = text_of(client, "/rules/compare?tier=tech_sme&from=2017-05-02&to=2017-05-03")
    assert "新出现的标准" in page
    assert "新增：" in page
    assert "没有不同" in text_of(client, "/rules/compare?tier=tech_sme&from=2017-05-03&to=2017-05-04")


@pytest.mark.parametrize("query", ["from=yesterday", "to=", "tier=gold"])
def test_a_comparison_that_cannot_be_made_keeps_what_was_typed_and_says_why(client, query):
    page = text_of(client, f"/rules/compare?{query}", status=422)
    assert 'role="alert"' in page
    value = query.partition("=")[2]
    assert value in page


def test_rule_sets_that_do_not_exist_or_belong_apart_are_named(client):
    assert "NOPE" in text_of(client, "/rules/compare?old=NOPE&new=TSME-2017", status=404)
    assert "同一层级" in text_of(client, "/rules/compare?old=LEAD-HB-2021&new=TSME-2017", status=422)


def test_numbers_are_stale_from_the_day_after_the_months_are_over(app):
    checked = load_rulebook().get("TSME-2017").checked_on
    assert checked == date(2026, 11, 22), "Move the days of this test along."
    with app.app_context():
        last_fresh = rule_pages.stale_numbers(months=6, on=date(2027, 5, 22))
        first_stale = rule_pages.stale_numbers(months=6, on=date(2027, 5, 23))
    assert "TSME-2017" not in {each.rule_set.id for each in last_fresh}
    assert "TSME-2017" in {each.rule_set.id for each in first_stale}


def test_a_rule_set_that_has_ended_is_not_stale(app):
    with app.app_context():
        found = rule_pages.stale_numbers(months=1, on=date(2028, 1, 1))
    ended = {e.id for e in load_rulebook().rule_sets if e.effective_to and e.effective_to <= date(2028, 1, 1)}
    assert not ended & {each.rule_set.id for each in found}


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2024, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 5, 31), 1, date(2026, 4, 30)),
    ],
)
@pytest.mark.databases("sqlite")
def test_months_are_calendar_months(app, day, months, expected):
    assert rule_pages.months_before(day, months) == expected


def test_the_stale_page_takes_its_months_from_the_setting_and_from_the_address(database_url, make_app):
    app = make_app(database_url, rules_stale_months=9)
    client = app.test_client()
    assert 'value="9"' in text_of(client, "/rules/stale")
    assert "久未核对的条件" in text_of(client, "/rules/stale?months=1&as_of=2027-11-01")
    for wrong in ("0", "601", "soon"):
        assert 'role="alert"' in text_of(client, f"/rules/stale?months={wrong}", status=422)
    assert Settings().rules_stale_months == 6


def test_changed_rule_files_are_told_on_every_page_about_rules(client, monkeypatch):
    monkeypatch.setattr(rulebooks, "file_digests", lambda: ())
    for address in ("/rules", "/rules/hnte", "/rules/compare", "/rules/stale", "/rules/rehearsals"):
        assert "规则文件在服务启动后被改动" in text_of(client, address)


def test_pages_are_said_in_english_too(client):
    client.set_cookie("language", "en")
    page = text_of(client, "/rules/tech_sme")
    assert "Employees of last year: at most 500" in page
    assert "条件" not in page.replace("条件（", "")


def test_the_navigation_leads_to_the_rules_also_from_local_standards():
    [entry] = [entry for entry in NAVIGATION if entry.endpoint == "rules.index"]
    assert entry.leads_to("rules")
    assert entry.leads_to("standards")
