"""What every page is held to in a browser: accessible, not too wide, by keyboard, without script errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
MOST_TABS = 60


@contextmanager
def opened(
    browser: Browser, *, window: ViewportSize = DESK, scripts: bool = True, language: str = "zh"
) -> Iterator[Page]:
    """A page of its own browser profile that fails the test on any script error or refused content."""
    context = browser.new_context(
        viewport=window, locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=scripts
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    if language != "zh":
        context.add_cookies([{"name": "language", "value": language, "domain": "127.0.0.1", "path": "/"}])
    try:
        yield page
        # The browser calls a page that answers 4xx on purpose a failed load; that is no fault of the page.
        assert [error for error in errors if "status of 4" not in error] == []
    finally:
        context.close()


def assert_accessible(page: Page) -> None:
    """Let axe look at the page; its report names each violation with its place."""
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def assert_fits(page: Page) -> None:
    """Nothing is wider than the window: only tables may scroll sideways, inside their own box."""
    width, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= window, f"{page.url} is {width} px wide in a window of {window} px."


def reach_by_keyboard(page: Page, name: str) -> None:
    """Press Tab until the link, button or field of that accessible name or placeholder has the focus."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(e => (e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent).trim())"
            "(document.activeElement)"
        )
        if focused == name:
            return
    raise AssertionError(f"{name!r} was not reached by {MOST_TABS} presses of Tab on {page.url}.")
