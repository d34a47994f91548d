"""The lists in a browser: live filtering, keyboard, phone, without scripts, with none and with one."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from benchmarks.listing_data import fill
from enterprise_pipeline.transaction import transaction
from tests.conftest import LiveServer
from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened

ENTERPRISES = 130
LISTS = ("/candidates", "/candidates?verdict=not_eligible&jurisdiction=420506", "/enterprises")


def filled(app: Flask, enterprises: int) -> None:
    with app.app_context(), transaction() as session:
        fill(session, enterprises=enterprises, keys=["hnte", "gazelle"])


@pytest.fixture
def address(live_server: LiveServer) -> Callable[[str], str]:
    filled(live_server.app, ENTERPRISES)
    return lambda path: live_server.url + path


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_lists_are_accessible_and_fit(
    browser: Browser, address: Callable[[str], str], window: dict[str, int], language: str
) -> None:
    with opened(browser, window=window, language=language) as page:
        for path in LISTS:
            page.goto(address(path))
            assert_accessible(page)
            assert_fits(page)


@pytest.mark.parametrize("enterprises", [0, 1])
def test_lists_of_none_and_of_one_are_pages_too(
    browser: Browser, live_server: LiveServer, enterprises: int
) -> None:
    if enterprises:
        filled(live_server.app, enterprises)
    for window in (DESK, PHONE):
        with opened(browser, window=window) as page:
            for path in LISTS:
                page.goto(live_server.url + path)
                assert_accessible(page)
                assert_fits(page)


def rows(page: Page) -> int:
    return page.locator("table.data tbody tr").count()


def test_a_changed_filter_changes_list_counts_and_address_without_loading_the_page(
    browser: Browser, address: Callable[[str], str]
) -> None:
    with opened(browser) as page:
        page.goto(address("/candidates"))
        page.evaluate("window.kept = true")
        page.focus("#gaps")
        page.select_option("#gaps", "1")
        expect(page).to_have_url(re.compile(r"\?gaps=1$"))
        expect(page.locator(".filter-chips li")).to_have_count(1)
        n = page.locator("#results").get_attribute("data-summary") or ""
        expect(page.locator("#announcer")).to_have_text(n)
        assert page.evaluate("window.kept") is True
        expect(page.locator("#gaps")).to_be_focused()
        page.go_back()
        expect(page.locator(".filter-chips")).to_have_count(0)


def test_typing_narrows_the_list_and_keeps_the_cursor_in_the_field(
    browser: Browser, address: Callable[[str], str]
) -> None:
    with opened(browser) as page:
        page.goto(address("/candidates"))
        page.locator("#q").press_sequentially("新材料", delay=30)
        expect(page).to_have_url(re.compile("q="))
        expect(page.locator("#q")).to_be_focused()
        expect(page.locator("#q")).to_have_value("新材料")
        names = page.locator("table.candidates tbody th").all_inner_texts()
        assert names
        assert all("新材料" in name for name in names)


def test_choosing_a_tier_with_two_standards_offers_them(browser: Browser, live_server: LiveServer) -> None:
    with live_server.app.app_context(), transaction() as session:
        fill(session, enterprises=30)
    with opened(browser) as page:
        page.goto(live_server.url + "/candidates")
        page.select_option("#tier", "leading")
        expect(page.locator("#standard")).to_be_visible()
        page.select_option("#standard", "inclusive")
        expect(page).to_have_url(re.compile("standard=inclusive"))
        page.select_option("#tier", "hnte")
        expect(page).not_to_have_url(re.compile("standard"))
        expect(page.locator("table.candidates")).to_be_visible()


def test_the_whole_list_works_by_keyboard(browser: Browser, address: Callable[[str], str]) -> None:
    with opened(browser) as page:
        page.goto(address("/candidates?sort=name"))
        links = page.locator("table.candidates tbody th a")
        page.keyboard.press("j")
        expect(links.nth(0)).to_be_focused()
        page.keyboard.press("j")
        expect(links.nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(links.nth(0)).to_be_focused()
        page.keyboard.press("ArrowDown")
        expect(links.nth(1)).to_be_focused()
        name = links.nth(1).inner_text()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text(name)
        page.go_back()
        page.keyboard.press("/")
        expect(page.locator("#site-search")).to_be_focused()


def test_from_a_record_the_next_one_of_the_list_is_one_step_away(
    browser: Browser, address: Callable[[str], str]
) -> None:
    with opened(browser) as page:
        page.goto(address("/candidates?verdict=not_eligible"))
        names = page.locator("table.candidates tbody th a").all_inner_texts()
        page.locator("table.candidates tbody tr").nth(0).locator("td.cell-step").click()
        expect(page.locator("h1")).to_contain_text(names[0])
        page.locator("a[rel=next]").first.click()
        expect(page.locator("h1")).to_contain_text(names[1])


def test_without_scripts_filters_pages_and_columns_work(
    browser: Browser, address: Callable[[str], str]
) -> None:
    with opened(browser, scripts=False) as page:
        page.goto(address("/candidates"))
        page.locator(".columns-choice summary").click()
        page.get_by_label("行业", exact=True).last.uncheck()
        page.get_by_role("button", name="保存列").click()
        expect(page.locator("th.col-industry")).to_have_count(0)
        page.select_option("#verdict" if page.locator("#verdict").count() else "#sort", "name")
        page.get_by_role("button", name="筛选", exact=True).click()
        expect(page).to_have_url(re.compile(r"sort=name"))
        assert rows(page) == 50
        page.get_by_role("link", name="下一页").click()
        expect(page.locator(".list-summary")).to_contain_text("51–100")
        page.get_by_role("link", name="上一页").click()
        expect(page.locator(".list-summary")).to_contain_text("1–50")


def test_a_phone_shows_cards_and_unfolds_the_filters(browser: Browser, address: Callable[[str], str]) -> None:
    with opened(browser, window=PHONE) as page:
        page.goto(address("/candidates?verdict=not_eligible"))
        card = page.locator("table.candidates tbody tr").first
        expect(card.locator("th")).to_be_visible()
        expect(card.locator(".chip")).to_be_visible()
        expect(card.locator(".cell-step")).to_be_visible()
        expect(card.locator(".cell-industry")).to_be_hidden()
        expect(page.locator("#jurisdiction")).to_be_hidden()
        page.get_by_text("筛选条件", exact=True).click()
        expect(page.locator("#jurisdiction")).to_be_visible()


def test_nothing_jumps_while_the_list_narrows(browser: Browser, address: Callable[[str], str]) -> None:
    with opened(browser) as page:
        page.goto(address("/candidates"))
        page.evaluate(
            "window.shifts = 0; new PerformanceObserver(list => { for (const e of list.getEntries())"
            " if (!e.hadRecentInput) window.shifts += e.value })"
            ".observe({type: 'layout-shift', buffered: true})"
        )
        before = page.locator("#results").bounding_box()
        page.select_option("#holds", "no")
        expect(page).to_have_url(re.compile("holds=no"))
        after = page.locator("#results").bounding_box()
        assert before is not None
        assert after is not None
        assert (before["x"], before["y"]) == (after["x"], after["y"])
        assert page.evaluate("window.shifts") < 0.1
