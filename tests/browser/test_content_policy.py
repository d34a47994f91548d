"""No page of any kind breaks the content policy, for anybody who may open it."""

from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import sessions
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.sessions import Device
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.transaction import transaction
from models import Account, db
from tests.support.accounts import add_account
from tests.support.registry_rows import add_certificates, add_enterprises
from tests.support.small_registry import AS_OF, add_good_enterprise, add_report
from tests.support.standards import sound

LISTENER = """
window.__broken = [];
document.addEventListener("securitypolicyviolation", event =>
  window.__broken.push(event.violatedDirective + " " + event.blockedURI + " " + event.sourceFile));
"""
# The lead opens nearly every page; others are asked for what only they have or what looks different for them.
ROLES = (Role.CITY_LEAD, Role.ADMINISTRATOR, Role.EVALUATOR, Role.ENTERPRISE_FILER)
DIFFERENT = ("/", "/candidates", "/enterprises/1")


@pytest.fixture
def known(live_server) -> dict[str, Any]:
    with live_server.app.app_context():
        add_certificates(db.session, add_enterprises(db.session))
        db.session.commit()
        with transaction() as session:
            good = add_good_enterprise(session, jurisdiction="420506")
            add_report(session, good, 2022, revenue_fen=100_000_000)
        run_full(as_of=AS_OF)
        version = sound()
    return {
        "enterprise_id": good, "year": 2025, "column": "revenue_fen", "tier": "tech_sme",
        "version_id": version, "where": "0", "index": 0, "key": "x",
    }  # fmt: skip


def addresses(app: Flask, known: dict[str, Any]) -> list[str]:
    """Every address that shows a page; of those that do not exist the page that says so is one too."""
    with app.test_request_context():
        return [
            app.url_for(rule.endpoint, **{name: known.get(name, 1) for name in rule.arguments})
            for rule in app.url_map.iter_rules()
            if "GET" in rule.methods and rule.endpoint != "static" and "export" not in rule.endpoint
        ]


def cookie_of(app: Flask, role: Role, enterprise_id: int) -> str:
    """The cookie of somebody who is signed in."""
    with app.app_context():
        number = add_account(role.replace("_", "."), role, enterprise_id=enterprise_id)
        with transaction() as session:
            account = session.get_one(Account, number)
            name = sessions.start(
                session, account, device=Device(browser="", system="", address=""), now=clock.now()
            )
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = name
    found = client.get_cookie("session")
    assert found is not None
    return found.value


def shown_to(app: Flask, role: Role, cookie: str, known: dict[str, Any]) -> list[str]:
    """The addresses to look at as somebody."""
    pages = [path for path in addresses(app, known) if not path.endswith((".xlsx", ".csv", ".toml"))]
    if role is Role.CITY_LEAD:
        return pages
    client = app.test_client()
    client.set_cookie("session", cookie)
    theirs = (path for path in pages if path.startswith(("/accounts", "/audit")))
    own = [path for path in theirs if client.get(path).status_code == 200]
    return [*own, *DIFFERENT]


def broken_on(page: Page, address: str, said: list[str]) -> list[str]:
    said.clear()
    with page.expect_response(lambda answer: answer.url.startswith(address.partition("#")[0])):
        page.goto(address)
    page.wait_for_load_state("load")
    return [*page.evaluate("() => window.__broken"), *(text for text in said if "Content Security" in text)]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_breaks_the_content_policy(browser: Browser, live_server, known, role):
    app = live_server.app
    cookie = cookie_of(app, role, known["enterprise_id"])
    paths = shown_to(app, role, cookie, known)
    context = browser.new_context()
    context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.add_init_script(LISTENER)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    broken = {path: found for path in paths if (found := broken_on(page, live_server.url + path, said))}
    context.close()

    assert not broken
    assert len(paths) > (50 if role is Role.CITY_LEAD else 1)


def test_the_listener_sees_what_breaks_the_policy(browser: Browser, live_server):
    context = browser.new_context()
    page = context.new_page()
    page.add_init_script(LISTENER)
    page.goto(live_server.url + "/help")

    page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    seen = page.evaluate("() => new Promise(done => setTimeout(() => done(window.__broken), 50))")
    context.close()

    assert any("style-src" in entry for entry in seen)
