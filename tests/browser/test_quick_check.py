"""The quick check on a phone: from nothing to a result, changed, kept, opened, deleted; in both languages."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened, reach_by_keyboard

MOST_SCREENS = 12


def go_on(page: Page, name: str = "下一步") -> None:
    page.locator(".check-actions").get_by_role("button", name=name).click()


def to_the_result(page: Page, url: str, *, look: bool = False) -> None:
    """Answer what a firm knows, skip the rest."""
    page.goto(f"{url}/check")
    page.get_by_role("button", name="开始自测").click()
    page.fill("#registered_on", "2016-05-10")
    page.fill("#industry_code", "2614")
    go_on(page)
    for _screen in range(MOST_SCREENS):
        if look:
            assert_accessible(page)
            assert_fits(page)
        if page.get_by_role("heading", name="自测结果").count():
            return
        if page.locator("#employees_y1").count():
            page.fill("#employees_y1", "501")
            go_on(page)
        else:
            go_on(page, "都不清楚，跳过")
    raise AssertionError("The quick check does not end.")


def test_from_nothing_to_a_result_and_a_link_on_a_phone(browser: Browser, live_server):
    with opened(browser, window=PHONE) as page:
        to_the_result(page, live_server.url, look=True)
        expect(page.locator("#tier-tech_sme")).to_contain_text("超出 1 人")

        page.get_by_role("button", name="修改：有多少人？").click()
        page.fill("#employees_y1", "500")
        go_on(page, "直接看结果")
        expect(page.locator("#tier-tech_sme")).not_to_contain_text("超出")

        page.get_by_role("button", name="保存并生成私密链接").click()
        expect(page.get_by_label("私密链接")).to_be_visible()
        assert_accessible(page)
        assert_fits(page)
        link = page.url
        assert page.get_by_label("私密链接").input_value() == link

    with opened(browser, window=PHONE) as page:
        page.goto(link)
        expect(page.get_by_text("500 人")).to_be_visible()
        page.get_by_role("link", name="删除保存的内容").click()
        page.get_by_role("button", name="删除", exact=True).click()
        expect(page.get_by_role("heading", name="已删除")).to_be_visible()
        page.goto(link)
        expect(page.get_by_text("可能已过保存期限")).to_be_visible()
        assert_accessible(page)


def test_amounts_are_read_back_and_converted_without_loss(browser: Browser, live_server):
    with opened(browser, window=PHONE) as page:
        page.goto(f"{live_server.url}/check")
        page.get_by_role("button", name="开始自测").click()
        page.fill("#registered_on", "2016-05-10")
        go_on(page)
        money = page.locator("[data-money]").first
        money.fill("1,240万元")
        expect(page.locator(".in-yuan").first).to_have_text("读作 12,400,000 元")
        page.get_by_role("button", name="元", exact=True).click()
        expect(money).to_have_value("12400000")
        money.fill("12.4%")
        expect(page.locator(".in-yuan").first).to_have_text("无法识别")
        go_on(page)
        expect(page.locator("#error-summary")).to_contain_text("“12.4%”")
        expect(page.locator("[data-money]").first).to_have_value("12.4%")
        assert_accessible(page)
        assert_fits(page)


def test_back_works_by_the_browser_and_by_the_page(browser: Browser, live_server):
    with opened(browser, window=PHONE) as page:
        page.goto(f"{live_server.url}/check")
        page.get_by_role("button", name="开始自测").click()
        page.fill("#registered_on", "2016-05-10")
        go_on(page)
        second = page.locator("h1").inner_text()
        page.go_back()
        expect(page.locator("#registered_on")).to_be_visible()
        page.go_forward()
        expect(page.locator("h1")).to_have_text(second)
        go_on(page, "返回")
        expect(page.locator("#registered_on")).to_have_value("2016-05-10")


def test_enter_goes_on_and_the_keyboard_reaches_everything(browser: Browser, live_server):
    with opened(browser, window=DESK) as page:
        page.goto(f"{live_server.url}/check")
        reach_by_keyboard(page, "开始自测")
        page.keyboard.press("Enter")
        page.fill("#registered_on", "2016-05-10")
        page.press("#registered_on", "Enter")
        expect(page.get_by_text("第 2 问")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_works_in_english_and_without_scripts(browser: Browser, live_server, scripts):
    with opened(browser, window=PHONE, scripts=scripts) as page:
        page.goto(f"{live_server.url}/check")
        page.get_by_role("button", name="English").click()
        page.get_by_role("button", name="Start the check").click()
        page.fill("#registered_on", "2016-05-10")
        go_on(page, "Next")
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_text("第 2 问")).to_be_visible()


def test_paper_shows_every_criterion(browser: Browser, live_server):
    with opened(browser, window=DESK) as page:
        to_the_result(page, live_server.url)
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        expect(page.locator("details.check-card:not([open])")).to_have_count(0)
        expect(page.get_by_role("button", name="打印")).to_be_hidden()
        expect(page.get_by_text("不是官方结论").first).to_be_visible()
