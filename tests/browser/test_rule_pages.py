"""Pages about rules in a real browser: from what holds to whom a change would touch, and the file of it."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from enterprise_pipeline.services import rehearsal
from enterprise_pipeline.transaction import transaction
from enterprise_pipeline.web.rehearsals import running_rehearsals
from models import Rehearsal
from tests.support.changed_rules import more_employees_and_points
from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened, reach_by_keyboard
from tests.support.small_registry import AS_OF, add_good_enterprise

LONG = "湖北三峡新型建材股份有限公司宜昌市猇亭区分公司"


@pytest.fixture
def app(database_url, make_app) -> Iterator[Flask]:
    built = make_app(database_url, today=AS_OF)
    with built.app_context(), transaction() as session:
        for number in range(60):
            name = LONG if number == 0 else f"宜昌第{number}科技有限公司"
            add_good_enterprise(session, name=name, jurisdiction="420583" if number % 2 else "420505")
    yield built
    for thread in running_rehearsals():
        thread.join(timeout=60)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tech_sme.toml"
    path.write_bytes(more_employees_and_points(99, 61))
    return path


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_from_what_holds_to_whom_a_change_touches(browser: Browser, live_server, file, window, tmp_path):
    with opened(browser, window=window) as page:

        def look() -> None:
            assert_accessible(page)
            assert_fits(page)

        page.goto(live_server.url + "/rules")
        look()
        page.get_by_role("link", name="湖北科技领军企业（含本数读法）").click()
        expect(page.get_by_role("heading", name="条件", exact=True)).to_be_visible()
        expect(page.locator("#revenue_min")).to_contain_text("上一年度销售收入不低于 50 亿元")
        look()

        page.goto(live_server.url + "/rules/compare?old=LEAD-HB-2021&new=LEAD-HB-2021-INCL")
        expect(page.locator("ins").first).to_be_visible()
        look()
        page.get_by_role("link", name="用全部企业预演").click()
        look()
        page.get_by_role("link", name="改为预演规则文件").click()
        page.set_input_files("#file", file)
        page.get_by_role("button", name="开始预演").click()
        expect(page.get_by_text("已完成")).to_be_visible(timeout=60_000)
        look()

        page.locator(".figure", has_text="不再符合").click()
        expect(page.locator(".changed-table tbody tr")).to_have_count(50)
        expect(page.locator(".changed-table")).to_contain_text(LONG)
        page.get_by_role("link", name="下一页").click()
        expect(page.locator(".changed-table tbody tr")).to_have_count(10)
        page.get_by_role("link", name="职工总数", exact=True).click()
        expect(page.locator(".filter-chips")).to_contain_text("职工总数")
        look()
        with page.expect_download() as download:
            page.get_by_role("link", name="导出 Excel").click()
        saved = tmp_path / "rehearsal.xlsx"
        download.value.save_as(saved)
        assert openpyxl.load_workbook(saved).worksheets[0].max_row == 61


def test_progress_is_watched_left_and_come_back_to(browser: Browser, live_server, file):
    """The rehearsal waits half way until it has been seen there, as a long one would be."""
    app = live_server.app
    with app.app_context():
        rehearsal_id = rehearsal.start_for_file("tech_sme.toml", file.read_bytes(), actor="t", as_of=AS_OF)
        with transaction() as session:
            row = session.get_one(Rehearsal, rehearsal_id)
            row.owner = "somebody"
    address = f"{live_server.url}/rules/rehearsals/{rehearsal_id}"
    with opened(browser) as page:
        page.goto(address)
        expect(page.get_by_role("heading", name="正在比较")).to_be_visible()
        expect(page.locator("progress")).to_have_attribute("value", "0")
        assert_accessible(page)
        with app.app_context():
            rehearsal.run(rehearsal_id, chunk=20, take_over=True)
        page.goto(live_server.url + "/rules/rehearsals")
        expect(page.get_by_text("已完成")).to_be_visible()
        page.goto(address)
        expect(page.get_by_text("60 家企业")).to_be_visible()


def test_stopping_and_going_on(browser: Browser, live_server, file):
    with live_server.app.app_context():
        rehearsal_id = rehearsal.start_for_file("tech_sme.toml", file.read_bytes(), actor="t", as_of=AS_OF)
    with opened(browser) as page:
        page.goto(f"{live_server.url}/rules/rehearsals/{rehearsal_id}")
        page.get_by_role("button", name="停止").click()
        expect(page.get_by_role("heading", name="已停止")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("button", name="接着做").click()
        expect(page.get_by_text("已完成")).to_be_visible(timeout=60_000)


def test_works_without_scripts_and_by_keyboard(browser: Browser, live_server, file):
    with opened(browser, scripts=False) as page:
        page.goto(live_server.url + "/rules/rehearsals")
        page.set_input_files("#file", file)
        page.get_by_role("button", name="开始预演").click()
        expect(page.get_by_text("已完成")).to_be_visible(timeout=60_000)
    with opened(browser) as page:
        page.goto(live_server.url + "/rules")
        reach_by_keyboard(page, "科技型中小企业评价")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="科技型中小企业", exact=True)).to_be_visible()


def test_english_pages_are_english(browser: Browser, live_server, file):
    with opened(browser, language="en") as page:
        page.goto(live_server.url + "/rules/tech_sme")
        expect(page.locator("#employees_max")).to_contain_text("at most 500")
        assert_accessible(page)
        page.goto(live_server.url + "/rules/compare")
        expect(page.get_by_role("heading", name="What changed")).to_be_visible()
