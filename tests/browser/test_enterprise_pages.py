"""The page of an enterprise and the entry pages: at a desk, on a phone, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from enterprise_pipeline.services.screening import run_full
from models import Certificate, db
from tests.conftest import LiveServer
from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened, reach_by_keyboard
from tests.support.registry_rows import LONGEST_NAME, add_enterprises
from tests.support.small_registry import AS_OF, WAN, add_good_enterprise, add_report

UNKNOWN, KNOWN = 3, 6
PAGES = (
    "/enterprises/{known}",
    "/enterprises/{unknown}",
    "/enterprises/{known}?as_of=2025-06-01",
    "/questions",
    "/enterprises/new",
    "/enterprises/{known}/edit",
    "/enterprises/{known}/figures/2025",
    "/enterprises/{known}/facts",
    "/enterprises/{known}/contacts/new",
    "/enterprises/{known}/certificates/new",
)


@pytest.fixture
def server(make_app, database_url) -> Iterator[LiveServer]:
    app = make_app(database_url, today=AS_OF)
    with app.app_context():
        add_enterprises(db.session)
        known = add_good_enterprise(db.session, name="宜昌全知新材料有限公司")
        add_report(db.session, known, 2025, source="税务", employees=90, revenue_fen=2_100 * WAN)
        db.session.add(
            Certificate(
                enterprise_id=UNKNOWN, pool_id="hnte", number="GR202342000218", issued_year=2023,
                received_on=AS_OF, source="名单",
            )
        )  # fmt: skip
        db.session.commit()
        assert known == KNOWN
        run_full(as_of=AS_OF)
        db.session.remove()
    with LiveServer(app) as running:
        yield running


@pytest.mark.parametrize(
    ("window", "language"), [(DESK, "zh"), (PHONE, "zh"), (PHONE, "en")], ids=["desk", "phone", "english"]
)
def test_every_page_is_accessible_and_fits(server, browser: Browser, window, language):
    with opened(browser, window=window, language=language) as page:
        for path in PAGES:
            page.goto(server.url + path.format(known=KNOWN, unknown=UNKNOWN))
            page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
            assert_accessible(page)
            assert_fits(page)


def test_the_longest_name_with_everything_unknown_fits_a_phone(server, browser: Browser):
    with opened(browser, window=PHONE) as page:
        page.goto(f"{server.url}/enterprises/{UNKNOWN}")

        expect(page.get_by_role("heading", level=1)).to_have_text(LONGEST_NAME)
        expect(page.get_by_text("先问").first).to_be_visible()
        assert_fits(page)


def test_a_step_of_the_ladder_opens_its_card(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/{KNOWN}")
        card = page.locator("#tier-leading .criteria")
        expect(card).to_be_hidden()

        page.locator(".ladder").get_by_role("link", name="领军", exact=False).last.click()

        expect(card).to_be_visible()


def test_a_question_at_a_criterion_leads_to_its_field(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/{UNKNOWN}")

        page.locator("#tier-tech_sme").get_by_role("link", name="缺：资产总额（2025 年）").click()

        expect(page.locator("#total_assets_fen_y1")).to_be_focused()


def test_a_missing_fact_is_filled_in_where_it_is_asked_for(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/{UNKNOWN}")
        page.locator("#issued_on_1").fill("2023-12-20")
        page.get_by_role("button", name="保存所填的项目").click()

        expect(page.get_by_role("status").filter(has_text="已补充 1 项数据")).to_be_visible()
        expect(page.locator(".timeline")).to_contain_text("2026-12-19")


def test_the_unit_is_switched_in_place_without_loss(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/{KNOWN}/figures/2025")
        field = page.locator("#revenue_fen")
        field.fill("1,234.567891")
        told = page.locator("#revenue_fen").locator("xpath=../following-sibling::output")
        expect(told).to_have_text("= 12,345,678.91 元")

        page.get_by_role("link", name="元", exact=True).click()
        expect(field).to_have_value("12345678.91")
        expect(told).to_have_text("= 12,345,678.91 元")
        page.get_by_role("link", name="万元", exact=True).click()
        expect(field).to_have_value("1234.567891")
        field.fill("很多")
        expect(told).to_have_text("无法识别")


def test_figures_are_saved_by_keyboard_alone(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/{KNOWN}/figures/2024?source=test")
        reach_by_keyboard(page, "职工总数")
        page.keyboard.press("Control+A")
        page.keyboard.type("101")
        page.keyboard.press("Enter")

        expect(page.get_by_role("status").filter(has_text="已保存 2024 年度数据")).to_be_visible()


def test_leaving_with_unsaved_text_asks(server, browser: Browser):
    with opened(browser) as page:
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.goto(f"{server.url}/enterprises/{KNOWN}/figures/2025")
        page.locator("#employees").fill("5")

        page.get_by_role("link", name="取消").click()

        expect(page).to_have_url(f"{server.url}/enterprises/{KNOWN}#figures")
        assert asked == ["beforeunload"]


def test_while_typing_a_name_the_likely_duplicate_appears(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/new")
        page.get_by_label("企业名称").press_sequentially("宜昌全知新材料科技有限公司")

        expect(page.locator("#similar")).to_contain_text("名称相近的企业")
        expect(page.locator("#similar")).to_contain_text("宜昌全知新材料有限公司")


def test_everything_works_without_scripts(server, browser: Browser):
    with opened(browser, scripts=False) as page:
        page.goto(f"{server.url}/enterprises/{KNOWN}/figures/2025")
        page.get_by_role("link", name="元", exact=True).click()
        page.locator("#revenue_fen").fill("30000000")
        page.locator("#rd_expense_fen").fill("-1")
        page.get_by_role("button", name="保存为新的一版").click()
        expect(page.locator("#error-summary")).to_contain_text("不能为负数")

        page.locator("#rd_expense_fen").fill("1500000.5")
        page.get_by_role("button", name="保存为新的一版").click()
        expect(page.get_by_role("status").filter(has_text="已保存 2025 年度数据")).to_be_visible()
        expect(page.locator(".year-figures")).to_contain_text("3,000.00")


def test_an_error_leads_to_its_field(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/new")
        page.get_by_label("统一社会信用代码").fill("91420500309804832A")
        page.get_by_label("企业名称").fill("新来的有限公司")
        page.get_by_role("button", name="登记", exact=True).click()

        summary = page.locator("#error-summary")
        expect(summary).to_be_focused()
        summary.get_by_role("link").first.click()
        expect(page.locator("#credit_code")).to_be_focused()


def test_the_code_is_copied_at_a_press(server, browser: Browser):
    with opened(browser) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{server.url}/enterprises/{UNKNOWN}")
        page.get_by_role("button", name="复制信用代码").click()

        expect(page.locator("#announcer")).to_have_text("已复制信用代码")
        assert page.evaluate("navigator.clipboard.readText()") == "91420500MA48888911"


def test_a_printed_page_shows_every_card(server, browser: Browser):
    with opened(browser) as page:
        page.goto(f"{server.url}/enterprises/{KNOWN}")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("details.tier-card:not([open])").count() == 0

        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("details.tier-card[open]").count() == 1
