"""Signing in, one's own account and the administration of accounts in a real browser."""

import re
from datetime import UTC, datetime

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from enterprise_pipeline.services.accounts import reset_links
from enterprise_pipeline.services.accounts.rights import Role
from models import db
from tests.support.accounts import PASSWORD, add_account, code_at
from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened, reach_by_keyboard
from tests.support.registry_rows import add_enterprises


@pytest.fixture
def site(live_server):
    """A server with an administrator, a county reviewer and a few enterprises."""
    with live_server.app.app_context():
        add_enterprises(db.session)
        add_account("admin.wang", Role.ADMINISTRATOR, display_name="王敏")
        add_account("li.hua", Role.COUNTY_REVIEWER, display_name="李华")
    return live_server


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(url + "/login")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="登录").click()
    if page.url.endswith("/login/code"):
        page.get_by_label("验证码").fill(code_at())
        page.get_by_role("main").get_by_role("button", name="登录").click()
    expect(page).not_to_have_url(re.compile("/login"))


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_every_page_of_accounts_is_accessible_and_fits_the_window(browser: Browser, site, window):
    with opened(browser, window=window) as page:
        page.goto(site.url + "/login?next=/&ended=1")
        assert_accessible(page)
        assert_fits(page)
        page.get_by_role("main").get_by_role("button", name="登录").click()
        expect(page.locator("#error-summary")).to_be_visible()
        assert_accessible(page)
        sign_in(page, site.url, "admin.wang")
        paths = ("/account", "/account/password", "/account/recovery-codes", "/account/second-factor/remove",
                 "/accounts", "/accounts/new", "/accounts/2", "/accounts/roles", "/accounts/outside-views",
                 "/candidates", "/accounts?q=nobody")  # fmt: skip
        for path in paths:
            page.goto(site.url + path)
            expect(page.locator("h1")).to_have_count(1)
            assert_accessible(page)
            assert_fits(page)


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_a_person_sets_password_and_second_factor_up_and_signs_in(browser: Browser, site, window):
    with site.app.app_context():
        number = add_account("zhao", Role.CITY_LEAD, display_name="赵强", password_hash=None)
        link = reset_links.make(number, actor="test", now=datetime.now(UTC))
    with opened(browser, window=window) as page:
        page.goto(f"{site.url}/password/{link.token}")
        assert_accessible(page)
        page.get_by_label("新密码").fill(PASSWORD)
        page.get_by_label("再输入一次").fill(PASSWORD)
        page.get_by_role("button", name="设置密码").click()
        expect(page.get_by_text("密码已设置，请登录。")).to_be_visible()
        sign_in(page, site.url, "zhao")

        page.goto(site.url + "/account/second-factor")
        expect(page.get_by_role("img", name="二维码")).to_be_visible()
        drawn = page.locator("img.qr").evaluate("image => image.complete && image.naturalWidth")
        assert drawn > 100, "the content policy lets the picture in"
        assert_accessible(page)
        assert_fits(page)
        secret = page.locator(".secret code").inner_text().replace(" ", "")
        page.get_by_label("当前密码").fill(PASSWORD)
        page.get_by_label("验证码").fill(pyotp.TOTP(secret).now())
        page.get_by_role("main").get_by_role("button", name="启用").click()
        expect(page.locator(".codes li")).to_have_count(10)
        assert_accessible(page)
        assert_fits(page)


def test_signing_in_works_by_keyboard_alone(browser: Browser, site):
    with opened(browser) as page:
        page.goto(site.url + "/login")
        expect(page.get_by_label("用户名")).to_be_focused()
        page.keyboard.type("li.hua")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page).to_have_url(site.url + "/")

        reach_by_keyboard(page, "退出")
        page.keyboard.press("Enter")
        expect(page.get_by_text("您已退出登录。")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_administrator_opens_an_account_and_takes_a_role_away(browser: Browser, site, scripts):
    with opened(browser, scripts=scripts) as page:
        sign_in(page, site.url, "admin.wang")
        page.goto(site.url + "/accounts")
        page.get_by_role("link", name="开通账号").click()
        page.get_by_label("姓名").fill("陈立")
        page.get_by_label("用户名").fill("chen.li")
        page.get_by_label("角色").select_option("city_reviewer")
        page.get_by_role("button", name="开通并生成链接").click()
        expect(page.locator(".link-text")).to_contain_text("/password/")
        if scripts:  # axe is a script itself
            assert_accessible(page)
        page.get_by_role("link", name="我已保存").click()
        page.get_by_role("link", name="收回市级审核员").click()
        page.get_by_role("button", name="收回角色").click()

        expect(page.get_by_text("已收回角色")).to_be_visible()


def test_pages_speak_english_when_asked(browser: Browser, site):
    with opened(browser, language="en", window=PHONE) as page:
        page.goto(site.url + "/login")
        assert_accessible(page)
        assert_fits(page)


def test_before_there_are_accounts_the_page_says_how_to_make_the_first(browser: Browser, live_server):
    with opened(browser, window=PHONE) as page:
        page.goto(live_server.url + "/accounts")

        expect(page.get_by_text("create-administrator")).to_be_visible()
        assert_accessible(page)
        assert_fits(page)
