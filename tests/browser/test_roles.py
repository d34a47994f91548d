"""What people of different roles see and do in a browser, and what becomes of what they have typed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from enterprise_pipeline.services.accounts import sessions
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.sessions import Device
from enterprise_pipeline.transaction import transaction
from enterprise_pipeline.web.access import Visitor
from models import Account, LoginSession, db
from tests.support.accounts import PASSWORD, add_account
from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened
from tests.support.registry_rows import LONGEST_NAME, add_enterprises

INSIDE, ELSEWHERE = 0, 2
DEVICE = Device(browser="Firefox", system="Windows", address="10.1.2.3")


@pytest.fixture
def site(live_server):
    """Five enterprises; a lead, a reviewer of 420506 with a long name, and an administrator."""
    with live_server.app.app_context():
        live_server.enterprises = add_enterprises(db.session)
        add_account("admin.wang", Role.ADMINISTRATOR, display_name="王敏")
        add_account("zhao.qiang", Role.CITY_LEAD, display_name="赵强")
        add_account("li.hua", Role.COUNTY_REVIEWER, display_name="李华（夷陵区科学技术和经济信息化局）")
    return live_server


@contextmanager
def as_person(browser: Browser, site, name: str, **window) -> Iterator[Page]:
    """A browser in which somebody is signed in, by a cookie instead of by typing."""
    app = site.app
    with app.app_context(), transaction() as session:
        account = session.query(Account).filter_by(username=name).one()
        named = sessions.start(session, account, device=DEVICE, now=datetime.now(UTC))
    signer = app.session_interface.get_signing_serializer(app)
    value = signer.dumps({"_user_id": Visitor(named).get_id(), "_fresh": True})
    with opened(browser, **window) as page:
        cookie = {"name": app.config["SESSION_COOKIE_NAME"], "value": value, "url": site.url}
        page.context.add_cookies([cookie])
        yield page


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_the_frame_says_who_somebody_is_and_where(browser: Browser, site, window):
    with as_person(browser, site, "li.hua", window=window) as page:
        page.goto(site.url + "/account")

        expect(page.locator(".top-account")).to_contain_text("李华")
        expect(page.locator(".top-account")).to_contain_text("夷陵区")
        assert_accessible(page)
        assert_fits(page)


def test_a_county_reviewer_sees_only_what_is_theirs_and_is_told_whom_to_ask(browser: Browser, site):
    with as_person(browser, site, "li.hua", window=PHONE) as page:
        page.goto(site.url + "/enterprises")
        expect(page.get_by_role("main")).to_contain_text("宜昌某某磷化工有限公司")
        expect(page.get_by_role("main")).not_to_contain_text(LONGEST_NAME)
        page.goto(f"{site.url}/enterprises/{site.enterprises[ELSEWHERE]}")
        expect(page.get_by_text("它可能从未登记过")).to_be_visible()
        page.goto(site.url + "/accounts")
        expect(page.get_by_text("系统管理员：王敏")).to_be_visible()
        assert_accessible(page)


def test_what_was_typed_before_a_session_ended_is_not_lost(browser: Browser, site):
    """The page says to sign in in another tab and to go back; then everything typed is still there."""
    with as_person(browser, site, "zhao.qiang") as page:
        form = f"{site.url}/enterprises/{site.enterprises[INSIDE]}/contacts/new"
        page.goto(form)
        page.get_by_label("姓名").fill("一个很长的联系人姓名")
        with site.app.app_context():
            db.session.query(LoginSession).update({"ended_at": datetime.now(UTC)})
            db.session.commit()
        page.locator("main form[method=post] button[type=submit]").first.click()
        expect(page.get_by_role("heading", name="登录已结束，没有保存")).to_be_visible()
        expect(page.get_by_text("请先在新的标签页登录")).to_be_visible()
        assert_accessible(page)

        with as_person(browser, site, "zhao.qiang") as elsewhere:
            page.context.clear_cookies()
            page.context.add_cookies(elsewhere.context.cookies())
        page.go_back()
        expect(page.get_by_label("姓名")).to_have_value("一个很长的联系人姓名")


def test_many_devices_are_told_apart_and_signed_out_one_by_one_or_together(browser: Browser, site):
    with site.app.app_context(), transaction() as session:
        account = session.query(Account).filter_by(username="zhao.qiang").one()
        for _device in range(12):
            sessions.start(session, account, device=DEVICE, now=datetime.now(UTC))
    with as_person(browser, site, "zhao.qiang", window=PHONE) as page:
        page.goto(site.url + "/account")
        expect(page.locator("tbody tr")).to_have_count(13)
        assert_accessible(page)
        assert_fits(page)
        page.get_by_role("button", name="Windows").first.click()
        expect(page.get_by_text("已让这台设备退出登录。")).to_be_visible()
        page.get_by_role("button", name="让其他设备都退出").click()
        expect(page.get_by_text("已让其他 11 台设备退出登录。")).to_be_visible()
        expect(page.locator("tbody tr")).to_have_count(1)


def test_a_double_click_opens_one_account(browser: Browser, site):
    with as_person(browser, site, "admin.wang") as page:
        page.goto(site.url + "/accounts/new")
        page.get_by_label("姓名").fill("陈立")
        page.get_by_label("用户名").fill("chen.li")
        page.get_by_label("角色").select_option("city_reviewer")
        page.get_by_role("button", name="开通并生成链接").dblclick()
        page.get_by_label("当前密码").fill(PASSWORD)
        page.get_by_role("button", name="继续").dblclick()
        expect(page.locator(".link-text")).to_contain_text("/password/")
        expect(page.locator(".letter")).to_contain_text("陈立，您好")
    with site.app.app_context():
        assert db.session.query(Account).filter_by(username="chen.li").count() == 1


def test_a_link_that_was_used_or_waits_says_what_to_do(browser: Browser, site):
    with opened(browser, window=PHONE) as page:
        page.goto(site.url + "/password/never-made")
        expect(page.get_by_text("请向系统管理员索取新的链接。")).to_be_visible()
        expect(page.locator("main").get_by_role("link", name="登录")).to_be_visible()
        assert_accessible(page)
        for _try in range(6):
            page.goto(site.url + "/login")
            page.get_by_label("用户名").fill("li.hua")
            page.get_by_label("密码").fill(PASSWORD + "?")
            page.get_by_role("main").get_by_role("button", name="登录").click()
        expect(page.locator("#error-summary")).to_contain_text("1 分钟后再试")
        assert_accessible(page)
        assert_fits(page)
