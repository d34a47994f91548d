"""The walk: every address, by every method, as everybody, inside and outside everybody's area."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from enterprise_pipeline.services.accounts import sessions
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.sessions import Device
from enterprise_pipeline.transaction import transaction
from enterprise_pipeline.web.access import declared, rule_of
from models import Account, RoleGrant, db
from tests.conftest import dispose
from tests.support.accounts import LONG_AGO, add_account
from tests.support.databases import Databases
from tests.support.expected_access import EXPECTED, PEOPLE
from tests.support.registry_rows import NAMES, add_certificates, add_enterprises, add_screening

ANY_NUMBER = 999_999
ANONYMOUS, ENROLLING, EXPIRED = "-", "N", "X"
WALKERS = [*PEOPLE, ENROLLING, EXPIRED, ANONYMOUS]
# The enterprises of `registry_rows.NAMES`: of 420506, of gaoxin, of 420505, and of nobody knows where.
FIRST, SECOND, ELSEWHERE, NOWHERE = 0, 1, 2, 4
EVERYWHERE = {0, 1, 2, 3, 4}
AREAS = {"C": {FIRST}, "T": {FIRST, SECOND}, "P": {FIRST}, "H": {FIRST}} | dict.fromkeys("ALREF", EVERYWHERE)
ROLES = {
    "A": Role.ADMINISTRATOR, "L": Role.CITY_LEAD, "R": Role.CITY_REVIEWER, "C": Role.COUNTY_REVIEWER,
    "T": Role.COUNTY_REVIEWER, "E": Role.EVALUATOR, "F": Role.EVALUATOR, "P": Role.ENTERPRISE_FILER,
    "H": Role.ENTERPRISE_HEAD, ENROLLING: Role.ADMINISTRATOR, EXPIRED: Role.COUNTY_REVIEWER,
}  # fmt: skip
FISHING = "?q=9142&jurisdiction=420505&tier=hnte"
LOOKS = [
    ("C", ""),
    ("C", FISHING),
    ("T", "?q=宜昌&jurisdiction=420583"),
    ("P", FISHING),
    ("H", ""),
    ("E", ""),
    ("L", ""),
]
# A number that nothing has, or a form that wants more than an address, is answered in words.
WORKS = (200, 303, 400, 404, 422)
DEVICE = Device(browser="Firefox", system="Linux", address="127.0.0.1")


class Site:
    """One registry behind two applications: the real one, and one with an empty page behind every gate."""

    def __init__(self, url: str, make_app: Callable[..., Flask]) -> None:
        self.app = make_app(url)
        self.gate = make_app(url)
        with self.app.app_context():
            self.enterprises = add_enterprises(db.session)
            add_certificates(db.session, self.enterprises)
            add_screening(db.session)
            db.session.commit()
            cookies = {who: self._cookie_of(who) for who in ROLES}
        self._cookies = cookies
        only_the_gate(self.gate)

    def _cookie_of(self, who: str) -> str:
        """An account with its role, and a session of it, without the half second that a login takes."""
        role = ROLES[who]
        number = add_account(
            f"walker.{ord(who)}", role, enterprise_id=self.enterprises[FIRST], has_figures=who == "F",
            second_factor=False if who == ENROLLING else None,
        )  # fmt: skip
        if who == "T":
            db.session.add(
                RoleGrant(account_id=number, role=role.value, jurisdiction="gaoxin", has_figures=False,
                          valid_from=LONG_AGO, granted_by="test")
            )  # fmt: skip
        if who == EXPIRED:
            db.session.query(RoleGrant).filter_by(account_id=number).update({"valid_to": date(2021, 1, 1)})
        db.session.commit()
        with transaction() as session:
            account = session.get(Account, number)
            assert account is not None
            return sessions.start(session, account, device=DEVICE, now=datetime.now(UTC))

    def browser(self, who: str, *, app: Flask) -> FlaskClient:
        """A browser in which somebody is signed in."""
        client = app.test_client()
        if who != ANONYMOUS:
            with client.session_transaction() as kept:
                kept["_user_id"] = self._cookies[who]
        return client


@pytest.fixture(scope="module")
def site(databases: Databases, database_kind: str, make_app: Callable[..., Flask]) -> Iterator[Site]:
    """A registry of five enterprises with an account of every kind; no walk changes it."""
    with databases.fresh(database_kind) as url:
        made = Site(url, make_app)
        yield made
        for app in (made.app, made.gate):
            dispose(app)


def only_the_gate(app: Flask) -> None:
    """Put an empty page behind every gate, with the same declaration: a walk must start no screening."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        rules = {endpoint: rule_of(endpoint) for endpoint in app.view_functions}
    for endpoint, rule in rules.items():
        assert rule is not None, endpoint
        app.view_functions[endpoint] = declared(rule)(lambda **_values: "opened")


def methods_of(app: Flask) -> dict[str, frozenset[str]]:
    """What the application answers: each endpoint with its methods."""
    found: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    return {endpoint: frozenset(methods) for endpoint, methods in found.items()}


def paths(app: Flask, endpoint: str, **known: Any) -> list[str]:
    """The addresses of an endpoint, one for each of its rules, with numbers that nothing has."""
    built = []
    for rule in app.url_map.iter_rules(endpoint):
        values = {name: known.get(name, ANY_NUMBER) for name in rule.arguments}
        found = rule.build(values | dict(rule.defaults or {}))
        assert found is not None, rule
        built.append(str(found[1]))
    return built


def promised(endpoint: str, who: str, *, place: int | None) -> str:
    """What the table promises somebody: opened, hidden, refused, enrol or login."""
    line = EXPECTED[endpoint]
    if line.who == "all":
        return "opened"
    if who == ANONYMOUS:
        return "login"
    if who == ENROLLING:
        return "opened" if line.is_open_while_enrolling else "enrol"
    if line.who == "signed":
        return "opened"
    if who not in line.who:
        return "refused"
    outside = line.is_of_one and place not in AREAS[who]
    return "hidden" if outside else "opened"


def happened(answer: TestResponse) -> str:
    """The same for what came."""
    if answer.status_code == 200 and answer.text == "opened":
        return "opened"
    if answer.status_code == 401 or (answer.location or "").startswith("/login"):
        return "login"
    if answer.status_code == 303 and answer.location == "/account/second-factor":
        return "enrol"
    return {403: "refused", 404: "hidden"}.get(answer.status_code, f"answered {answer.status_code}")


def walk(site: Site, who: str) -> list[str]:
    """Open everything as somebody; returns what was otherwise than written."""
    client, wrong = site.browser(who, app=site.gate), []
    for endpoint, line in EXPECTED.items():
        places = (FIRST, SECOND, ELSEWHERE, NOWHERE) if line.is_of_one else (None,)
        for place in places:
            known = {"year": 2025} | ({} if place is None else {"enterprise_id": site.enterprises[place]})
            for path in paths(site.gate, endpoint, **known):
                for method in sorted(line.methods):
                    came = happened(client.open(path, method=method))
                    if came != (meant := promised(endpoint, who, place=place)):
                        wrong.append(f"{method} {path} ({endpoint}) as {who}: {came}, but should be {meant}")
    return wrong


@pytest.mark.databases("sqlite")
def test_every_address_has_a_line_that_says_who_opens_it(site):
    answered = methods_of(site.app)

    assert answered == {endpoint: line.methods for endpoint, line in EXPECTED.items()}


@pytest.mark.databases("sqlite")
def test_every_line_about_one_enterprise_has_it_in_its_address(site):
    named = {rule.endpoint for rule in site.app.url_map.iter_rules() if "enterprise_id" in rule.arguments}

    assert {endpoint for endpoint, line in EXPECTED.items() if line.is_of_one} == named


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", WALKERS)
def test_everybody_opens_what_is_theirs_and_nothing_else(site, who):
    wrong = walk(site, who)
    assert not wrong, "\n".join(wrong)


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("who", ["C", "T", "P"])
def test_areas_are_the_same_on_the_other_database(site, who):
    wrong = walk(site, who)
    assert not wrong, "\n".join(wrong)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("who", "asked"), LOOKS)
def test_what_opens_works_and_names_no_enterprise_outside_ones_area(site, who, asked):
    """The real pages, as far as an address alone opens them."""
    client, wrong = site.browser(who, app=site.app), []
    foreign = [word for place, row in enumerate(NAMES) if place not in AREAS[who] for word in row[:2]]
    for path in pages(site, who):
        with client.get(path + asked) as answer:
            if answer.status_code not in WORKS:
                wrong.append(f"{path + asked} as {who} answered {answer.status_code}")
            text = everything_in(answer)
        wrong += [f"{path + asked} tells {who} of {word}" for word in foreign if word in text]
    assert not wrong, "\n".join(wrong)


def pages(site: Site, who: str) -> list[str]:
    """The addresses that somebody may open by looking, about an enterprise of their own."""
    known = {"enterprise_id": site.enterprises[FIRST], "year": 2025, "tier": "hnte", "column": "revenue_fen"}
    return [
        path
        for endpoint, line in EXPECTED.items()
        if "GET" in line.methods and promised(endpoint, who, place=FIRST) == "opened"
        for path in paths(site.app, endpoint, **known)
        if not endpoint.startswith(("static", "check.", "health."))
    ]


def everything_in(answer: TestResponse) -> str:
    """The text of an answer; of a workbook the text of all its parts."""
    if answer.data[:2] != b"PK":
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.data)) as parts:
        return "\n".join(re.sub(r"<[^>]+>", " ", parts.read(name).decode()) for name in parts.namelist())


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", [*PEOPLE, ANONYMOUS])
def test_no_page_offers_a_link_that_is_refused(site, who):
    """Every link of every real page, opened behind the gate alone."""
    client, gate = site.browser(who, app=site.app), site.browser(who, app=site.gate)
    offered = {}
    for path in pages(site, who):
        with client.get(path) as answer:
            offered |= dict.fromkeys(links_of(answer), path)
    refused = [
        f"{path} offers {who} {link}" for link, path in offered.items() if gate.get(link).status_code == 403
    ]
    assert offered
    assert not refused, "\n".join(refused)


def links_of(answer: TestResponse) -> list[str]:
    """The addresses of our own that the main part of a page links to."""
    if answer.status_code != 200 or answer.mimetype != "text/html":
        return []
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    found = (unescape(link).partition("#")[0] for link in re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', main))
    return [
        urljoin(answer.request.path, link)
        for link in found
        if not link.startswith(("http", "mailto:", "tel:"))
    ]
