"""Import pages in a real browser: accessible, at desk and phone width, by keyboard, without scripts."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.pages import DESK, PHONE, assert_accessible, assert_fits, opened
from tests.support.workbooks import code, xlsx

HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）", "2025年研发费用（万元）", "心情"]
LONG = "湖北三峡新型建材股份有限公司宜昌市猇亭区分公司"


@pytest.fixture
def file(tmp_path) -> Path:
    rows = [
        HEAD,
        [code(1), LONG, 123456.789, 5678.9, "好"],
        [code(2), "宜昌乙公司", 100.0, 2000.0, None],
        [9.142050203e17, "宜昌丙公司", 1.0, 1.0, None],
        [code(4), "=cmd|' /C calc'!A0", "约三千万", 1.0, None],
    ]
    path = tmp_path / "2025年宜昌市科技型企业研发投入与经营情况统计表（汇总）.xlsx"
    path.write_bytes(xlsx(rows))
    return path


def upload(page: Page, url: str, file: Path) -> None:
    page.goto(url + "/imports")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="读取并预览").click()
    expect(page.get_by_role("heading", name="逐行结果")).to_be_visible()


@pytest.mark.parametrize("window", [DESK, PHONE], ids=["desk", "phone"])
def test_from_upload_to_what_changed(browser: Browser, live_server, file, window):
    with opened(browser, window=window) as page:
        page.goto(live_server.url + "/imports")
        assert_accessible(page)
        assert_fits(page)

        upload(page, live_server.url, file)
        assert_accessible(page)
        assert_fits(page)
        page.locator(".action-chips").get_by_role("link", name="拒绝").click()
        expect(page.locator(".import-rows tbody tr")).to_have_count(2)
        expect(page.locator(".import-rows")).to_contain_text("存成了数字")

        page.get_by_role("button", name="导入可用的 1 行").click()
        expect(page.get_by_role("heading", name="结论有什么变化")).to_be_visible()
        expect(page.get_by_role("rowheader", name=LONG).first).to_be_visible()
        assert_accessible(page)
        assert_fits(page)


def test_works_without_scripts(browser: Browser, live_server, file):
    with opened(browser, window=DESK, scripts=False) as page:
        upload(page, live_server.url, file)
        page.get_by_role("button", name="导入可用的 1 行").click()

        expect(page.get_by_role("heading", name="结论有什么变化")).to_be_visible()


def test_a_column_is_mapped_by_hand(browser: Browser, live_server, file):
    with opened(browser, window=DESK) as page:
        upload(page, live_server.url, file)
        page.get_by_text("1 列没有认出").click()
        page.get_by_label("心情 对应什么").select_option("address")
        page.get_by_role("button", name="按此重新读取").click()

        expect(page.get_by_text("手工指定")).to_be_attached()
        expect(page.locator(".import-rows")).to_contain_text("好")


def test_a_file_is_dropped_on_the_form(browser: Browser, live_server):
    with opened(browser, window=DESK) as page:
        page.goto(live_server.url + "/imports")
        page.evaluate(
            """() => {
              const dropped = new DataTransfer();
              dropped.items.add(new File(["x"], "名单.csv"));
              const place = document.querySelector("[data-drop]");
              const what = {dataTransfer: dropped, bubbles: true, cancelable: true};
              place.dispatchEvent(new DragEvent("drop", what));
            }"""
        )

        assert page.input_value("#file").endswith("名单.csv")


def test_a_useless_file_is_explained(browser: Browser, live_server, tmp_path):
    path = tmp_path / "水果.xlsx"
    path.write_bytes(xlsx([["水果", "颜色"], ["苹果", "红"]]))
    with opened(browser, window=PHONE) as page:
        page.goto(live_server.url + "/imports")
        page.set_input_files("#file", path)
        page.get_by_role("button", name="读取并预览").click()

        expect(page.get_by_role("alert").first).to_contain_text("没有找到认得的表头")
        assert_accessible(page)
        assert_fits(page)
