"""The browser that all page tests rely on."""

from playwright.sync_api import Page, expect


def test_chromium_reaches_the_live_server(page: Page, live_server):
    response = page.goto(live_server.url + "/static/vendor/manifest.json")

    assert response is not None
    assert response.ok
    expect(page.locator("body")).to_contain_text("echarts.common.min.js")
