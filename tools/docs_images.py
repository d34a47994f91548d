"""Take the screenshots of the documentation: the demo registry, served on loopback, seen by Chromium."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from threading import Thread

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app

IMAGES = ROOT / "docs" / "images"
CHROMIUM = "/usr/bin/chromium"
CANDIDATES = "/candidates?tier=hnte&verdict=not_eligible&holds=no"
SHOWN_ON = date(2026, 11, 22)
DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)

# Name, address, window; the width goes into the file name.
PICTURES = (
    ("overview", "/", DESK),
    ("overview", "/?tier=gazelle", PHONE),
    ("candidates", CANDIDATES, DESK),
    ("candidates", CANDIDATES, PHONE),
    ("rules", "/rules/srdi_sme", DESK),
    ("standards", "/standards/new?tier=gazelle", DESK),
    ("check", "/check", PHONE),
    ("imports", "/imports", DESK),
    ("help", "/help", DESK),
)


class Quiet(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served() -> Iterator[str]:
    """Serve the demo registry of this checkout on a free port."""
    settings = Settings.from_environment()
    database = settings.instance / "demo.sqlite3"
    if not database.exists():
        raise SystemExit("There is no demo registry yet. Run `make demo` first.")
    shown = Settings(
        instance=settings.instance,
        database_url=f"sqlite:///{database}",
        secret_key=settings.secret_key,
        today=SHOWN_ON,
    )
    server = make_server("127.0.0.1", 0, create_app(shown), threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def take(page: Page, name: str, window: ViewportSize) -> None:
    """Save what the window shows, once everything has arrived and charts stand still."""
    page.wait_for_load_state("networkidle")
    if page.locator("[data-chart]").count():
        page.locator("[data-chart] svg").wait_for()
    file = f"{name}-{window['width']}.png"
    page.screenshot(path=IMAGES / file, animations="disabled")
    print(f"docs/images/{file}")


def take_all(browser: Browser, address: str) -> None:
    """Take every picture, and the page of the first candidate."""
    for name, path, window in PICTURES:
        with browser.new_page(
            viewport=window, locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        ) as page:
            answer = page.goto(address + path)
            if answer is None or not answer.ok:
                raise SystemExit(f"{path} answered {answer.status if answer else 'nothing'}.")
            take(page, name, window)
            if name == "candidates":
                page.locator("main table a[href^='/enterprises/']").first.click()
                take(page, "enterprise", window)


def main() -> int:
    """Take all pictures; returns the exit code."""
    program = Path(os.environ.get("PIPELINE_CHROMIUM", CHROMIUM))
    if not program.exists():
        print(f"There is no Chromium at {program}. On Debian: apt-get install chromium.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        take_all(browser, address)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
