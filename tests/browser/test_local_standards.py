"""Local standards in a real browser: from an empty registry to a standard that a list can be chosen by."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.transaction import transaction
from enterprise_pipeline.web.standards import running_screenings
from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened
from tests.support.small_registry import add_good_enterprise
from tests.support.standards import sound


def begin(page: Page, url: str, *, day: str) -> None:
    page.goto(url + "/standards")
    page.get_by_role("link", name="起草标准").first.click()
    page.get_by_label("层级").select_option(label="瞪羚企业")
    page.get_by_label("标准名称").fill("宜昌市瞪羚企业遴选标准")
    page.get_by_label("标准代号").fill("yichang")
    page.get_by_label("拟施行日期").fill(day)
    page.get_by_label("起草人").fill("张三")
    page.get_by_role("button", name="建立草稿").click()
    expect(page.get_by_role("heading", name="宜昌市瞪羚企业遴选标准")).to_be_visible()


def add(page: Page, word: str, label: str, **fields: str) -> None:
    page.get_by_role("link", name="添加条件").click()
    page.get_by_role("link", name=re.compile(f"^{word}")).click()
    page.get_by_label("名称", exact=False).first.fill(label)
    for name, value in fields.items():
        page.locator(f'[name="a_{name}"]').fill(value)
    page.get_by_label("条款").fill("第三条")


def save(page: Page) -> None:
    page.get_by_role("button", name="保存").click()


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_from_an_empty_registry_to_a_list_by_our_own_standard(browser: Browser, live_server, window):
    with live_server.app.app_context():
        with transaction() as session:
            add_good_enterprise(session, name="宜昌甲公司")
        today = clock.today("Asia/Shanghai", pretended=None)
        run_full(as_of=today)
    with opened(browser, window=window) as page:
        begin(page, live_server.url, day=today.isoformat())
        assert_accessible(page)
        assert_fits(page)

        add(page, "数额达到门槛", "上年销售收入", fact="销售收入", value="1500万元")
        page.get_by_label("比较").select_option(label="不低于（≥）")
        expect(page.locator(".in-yuan").first).to_have_text("= 15,000,000 元")
        assert_accessible(page)
        assert_fits(page)
        save(page)
        expect(page.get_by_text("上一年度销售收入不低于 1500 万元").first).to_be_visible()

        add(page, "两项之比达到门槛", "研发投入强度", numerator="研发费用", denominator="销售收入", value="3")
        page.get_by_label("比较").select_option(label="不低于（≥）")
        page.get_by_label("分母为零时").select_option(label="算作未达到")
        save(page)
        expect(page.locator(".problem")).to_contain_text("文件（文号）")

        page.locator(".rule-head").get_by_role("link", name="修改").click()
        page.get_by_label("文件（文号）").fill("宜科发〔2026〕12号")
        assert_accessible(page)
        save(page)
        expect(page.locator(".problem-error")).to_have_count(0)
        assert_accessible(page)
        assert_fits(page)

        page.get_by_role("link", name="发布…").click()
        assert_accessible(page)
        assert_fits(page)
        page.get_by_label("审批人").fill("张三")
        page.get_by_label("我已看过以上提醒").check()
        page.get_by_role("button", name="发布", exact=True).click()
        expect(page.locator("#error-summary")).to_contain_text("审批人不能是起草人本人")
        page.get_by_label("审批人").fill("李四")
        page.get_by_role("button", name="发布", exact=True).click()
        expect(page.get_by_text("已发布“宜昌市瞪羚企业遴选标准”。")).to_be_visible()
        for thread in running_screenings():
            thread.join()
        page.reload()
        assert_accessible(page)
        assert_fits(page)
        page.get_by_role("link", name="看候选名单").click()
        expect(page.get_by_label("标准", exact=True)).to_have_value("yichang")
        expect(page.locator("tbody")).to_contain_text("宜昌甲公司")
        page.goto(live_server.url + "/standards")
        assert_accessible(page)
        assert_fits(page)


def test_criteria_move_by_keyboard_and_a_removal_is_taken_back(browser: Browser, live_server):
    with live_server.app.app_context():
        version_id = sound()
    with opened(browser) as page:
        page.goto(f"{live_server.url}/standards/{version_id}")
        first = page.locator(".criterion").first
        expect(first).to_contain_text("revenue_min")
        page.get_by_role("button", name="下移：revenue_min").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".criterion").first).to_contain_text("rd_ratio")
        page.get_by_role("button", name="删除：rd_ratio").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".criterion")).to_have_count(1)
        page.get_by_role("button", name="撤销").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".criterion")).to_have_count(2)


def test_the_second_of_two_windows_keeps_what_was_typed_and_is_told_what_changed(
    browser: Browser, live_server
):
    with live_server.app.app_context():
        version_id = sound()
    address = f"{live_server.url}/standards/{version_id}"
    with opened(browser) as page:
        page.goto(f"{address}/criteria/revenue_min")
        other = page.context.new_page()
        other.goto(f"{address}/criteria/revenue_min")
        other.locator('[name="a_value"]').fill("3000")
        save(other)
        page.locator('[name="a_value"]').fill("2500")
        save(page)
        expect(page.locator("#stale")).to_contain_text("3000 万元")
        expect(page.locator('[name="a_value"]')).to_have_value("2500")
        assert_accessible(page)
        save(page)
        expect(page.get_by_text("不低于 2500 万元").first).to_be_visible()


def test_a_draft_is_written_without_scripts(browser: Browser, live_server):
    with opened(browser, scripts=False) as page:
        begin(page, live_server.url, day="2027-01-01")
        add(page, "项数合计", "知识产权", value="1")
        page.locator('[name="a_facts-fact"]').first.fill("Ⅰ类知识产权")
        page.get_by_label("比较").select_option(label="不低于（≥）")
        save(page)
        expect(page.get_by_text("Ⅰ类知识产权不低于 1 项").first).to_be_visible()
