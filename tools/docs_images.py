"""Take the screenshots of the documentation: the demo registry, served on loopback, seen by Chromium."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Thread

from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.demo.accounts import DemoAccount, make_accounts

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
# The same of pages that want an account: as whom, or before anybody has signed in.
SIGNED_IN_PICTURES = (
    (None, "login", "/login", DESK),
    ("demo.county", "county", "/", DESK),
    ("demo.county", "county", "/", PHONE),
    ("demo.lead", "second-factor", "/account/second-factor", DESK),
    ("demo.admin", "accounts", "/accounts", DESK),
    ("demo.admin", "roles", "/accounts/roles", DESK),
    ("demo.admin", "audit", "/audit", DESK),
)


class Quiet(WSGIRequestHandler):
    """Answers without writing a line for each request."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def copied() -> Iterator[Flask]:
    """An application on a copy of the demo registry of this checkout, which gets no accounts itself."""
    settings = Settings.from_environment()
    database = settings.instance / "demo.sqlite3"
    if not database.exists():
        raise SystemExit("There is no demo registry yet. Run `make demo` first.")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "demo.sqlite3"
        shutil.copyfile(database, copy)
        yield create_app(
            Settings(
                instance=Path(folder),
                database_url=f"sqlite:///{copy}",
                secret_key=settings.secret_key,
                today=SHOWN_ON,
            )
        )


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve an application on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
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


def sign_in(page: Page, address: str, account: DemoAccount) -> None:
    """Sign in as a person does."""
    page.goto(address + "/login")
    page.fill("#username", account.username)
    page.fill("#password", account.password)
    page.locator("main button[type=submit]").click()
    if account.codes:
        page.fill("#code", account.codes[0])
        page.locator("main button[type=submit]").click()


def take_signed_in(browser: Browser, app: Flask, address: str) -> None:
    """Make the demo accounts and take the pictures that want one; each person signs in once."""
    with app.app_context():
        accounts = {made.username: made for made in make_accounts(today=SHOWN_ON, now=datetime.now(UTC))}
    for username in dict.fromkeys(name for name, *_rest in SIGNED_IN_PICTURES):
        with browser.new_context(
            locale="zh-CN", timezone_id="Asia/Shanghai", reduced_motion="reduce"
        ) as context:
            page = context.new_page()
            if username:
                sign_in(page, address, accounts[username])
            for _who, name, path, window in (each for each in SIGNED_IN_PICTURES if each[0] == username):
                page.set_viewport_size(window)
                page.goto(address + path)
                take(page, name, window)


def main() -> int:
    """Take all pictures, or with the argument ``accounts`` only those of accounts; returns the exit code."""
    program = Path(os.environ.get("PIPELINE_CHROMIUM", CHROMIUM))
    if not program.exists():
        print(f"There is no Chromium at {program}. On Debian: apt-get install chromium.", file=sys.stderr)
        return 1
    IMAGES.mkdir(parents=True, exist_ok=True)
    with copied() as app, served(app) as address, sync_playwright() as playwright:
        with app.app_context():
            upgrade()
        flags = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        if "accounts" not in sys.argv[1:]:
            take_all(browser, address)
        take_signed_in(browser, app, address)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
