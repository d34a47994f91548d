"""The frame in a real browser: accessible, at desk and phone width, by keyboard, without scripts."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from models import db
from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened, reach_by_keyboard
from tests.support.registry_rows import add_certificates, add_enterprises, add_import, add_screening

PAGES = (
    "/",
    "/?show=near&tier=gazelle",
    "/expiring",
    "/search?q=宜昌",
    "/search?q=没有的",
    "/help",
    "/nowhere",
)


@pytest.fixture
def filled(live_server):
    """The address of a server whose registry has a few enterprises, looked at on a past day."""
    with live_server.app.app_context():
        ids = add_enterprises(db.session, is_synthetic=True)
        add_screening(db.session)
        add_certificates(db.session, ids)
        add_import(db.session)
        db.session.commit()
    return live_server.url


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_are_accessible_and_fit_the_window(browser: Browser, filled, window):
    with opened(browser, window=window) as page:
        for path in PAGES:
            page.goto(filled + path)
            expect(page.locator("h1")).to_have_count(1)

            assert_accessible(page)
            assert_fits(page)


def test_pages_are_accessible_in_english_and_on_another_day(browser: Browser, filled):
    with opened(browser, window=PHONE, language="en") as page:
        for path in ("/", "/help"):
            page.goto(filled + path + "?as_of=2026-06-01")
            expect(page.locator("html")).to_have_attribute("lang", "en")

            assert_accessible(page)
            assert_fits(page)


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_an_empty_registry_is_accessible(browser: Browser, live_server, window):
    with opened(browser, window=window) as page:
        page.goto(live_server.url)
        expect(page.get_by_role("heading", name="这里还没有企业")).to_be_visible()

        assert_accessible(page)
        assert_fits(page)


def test_pages_at_twice_the_size_still_fit(browser: Browser, filled):
    with opened(browser, window={"width": 640, "height": 450}) as page:
        for path in PAGES:
            page.goto(filled + path)

            assert_fits(page)


def test_the_slash_goes_to_the_search_and_enter_searches(browser: Browser, filled):
    with opened(browser) as page:
        page.goto(filled)
        page.keyboard.press("/")
        field = page.get_by_role("searchbox", name="查找企业")
        expect(field).to_be_focused()
        expect(field).to_have_value("")

        page.keyboard.type("旧名/")
        expect(field).to_have_value("旧名/")
        page.keyboard.press("Backspace")
        page.keyboard.press("Enter")

        expect(page.locator(".hits")).to_contain_text("宜昌兴盛生物技术股份有限公司")
        expect(page.locator(".hits")).to_contain_text("曾用名")


def test_tab_reaches_the_content_first_and_then_the_navigation(browser: Browser, filled):
    with opened(browser) as page:
        page.goto(filled)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="跳到正文")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()

        page.reload()
        reach_by_keyboard(page, "帮助")
        page.keyboard.press("Enter")
        expect(page).to_have_url(filled + "/help")


def test_what_has_the_focus_is_marked(browser: Browser, filled):
    with opened(browser) as page:
        page.goto(filled)
        reach_by_keyboard(page, "English")

        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_menu_of_a_phone_opens_with_and_without_scripts(browser: Browser, filled, scripts):
    with opened(browser, window=PHONE, scripts=scripts) as page:
        page.goto(filled)
        entry = page.locator(".side-narrow").get_by_role("link", name="帮助")
        expect(entry).to_be_hidden()
        page.get_by_text("菜单").click()
        entry.click()

        expect(page.get_by_role("heading", name="帮助", level=1)).to_be_visible()


def choose_day(page: Page, day: str) -> None:
    page.get_by_label("截至").fill(day)
    page.get_by_role("button", name="查看").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_another_day_is_chosen_seen_kept_and_left(browser: Browser, filled, scripts):
    with opened(browser, scripts=scripts) as page:
        page.goto(filled + "/?show=near")
        choose_day(page, "2026-06-01")
        expect(page).to_have_url(re.compile(r"\?show=near&as_of=2026-06-01$"))
        expect(page.locator(".strip-day")).to_contain_text("您看的是 2026年6月1日 的情况")

        page.locator(".side-wide").get_by_role("link", name="帮助").click()
        expect(page.locator(".strip-day")).to_be_visible()
        page.get_by_role("link", name="回到今天").click()

        expect(page).to_have_url(filled + "/help")
        expect(page.locator(".strip-day")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_the_language_is_switched_and_switched_back(browser: Browser, filled, scripts):
    with opened(browser, scripts=scripts) as page:
        page.goto(filled + "/help?as_of=2026-06-01")
        page.get_by_role("button", name="English").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        expect(page).to_have_url(filled + "/help?as_of=2026-06-01")
        page.get_by_role("button", name="中文").click()

        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_chart_draws_the_figures_of_the_table_below(browser: Browser, filled):
    with opened(browser) as page:
        page.goto(filled)
        chart = page.locator("[data-chart] svg")
        expect(chart).to_be_visible()

        for figure in ("157", "138", "118"):
            expect(chart.get_by_text(figure, exact=True).first).to_be_visible()
            expect(page.locator("table.places").get_by_text(figure, exact=True).first).to_be_visible()


def test_without_scripts_the_overview_still_shows_every_figure(browser: Browser, filled):
    with opened(browser, scripts=False) as page:
        page.goto(filled)

        expect(page.locator("table.places tfoot")).to_contain_text("258")


def test_on_paper_a_page_says_what_it_is_and_leaves_the_frame_away(browser: Browser, filled):
    with opened(browser) as page:
        page.goto(filled + "/expiring?as_of=2026-11-22")
        page.emulate_media(media="print")

        expect(page.get_by_role("heading", name="将到期的证书")).to_be_visible()
        expect(page.locator(".print-foot")).to_contain_text("截至 2026-11-22")
        expect(page.locator(".print-foot")).to_contain_text("演示数据")
        expect(page.locator(".top")).to_be_hidden()
        expect(page.locator(".side")).to_be_hidden()
