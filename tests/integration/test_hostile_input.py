"""Whatever is sent to any address by somebody who may open everything, the answer is never a crash."""

import logging
from collections.abc import Iterator
from random import Random
from traceback import extract_tb
from typing import Any

import pytest
from flask import Flask, got_request_exception
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import sessions
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.sessions import Device
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.transaction import transaction
from enterprise_pipeline.web.rehearsals import running_rehearsals
from models import Account, Contact, db
from tests.support.accounts import add_account
from tests.support.hostile import NUL, VALUES, Sent, a_file, known_names, paths, some, typed_into
from tests.support.importing import plan
from tests.support.registry_rows import add_certificates, add_enterprises
from tests.support.small_registry import AS_OF, add_good_enterprise
from tests.support.standards import sound
from tests.support.workbooks import code

ROUNDS = 1
ALIKE = (NUL, "9" * 40, "x" * 5000)
# These take away what the others need, so they come last.
LAST = ("remove", "discard", "delete", "withdraw", "undo", "lock", "end", "logout", "restore", "publish")


@pytest.fixture
def known(app: Flask) -> dict[str, Any]:
    """Something of everything that addresses name."""
    head = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）"]
    with app.app_context():
        first = add_enterprises(db.session)
        add_certificates(db.session, first)
        db.session.add(Contact(enterprise_id=first[0], role="申报联系人", name="某人", phone="0717-1234567"))
        db.session.commit()
        with transaction() as session:
            good = add_good_enterprise(session, name="合格企业有限公司")
        run_full(as_of=AS_OF)
        version = sound()
        batch = plan([head, [code(1), "宜昌甲公司", 100.0]])
        account = add_account("somebody", Role.CITY_LEAD, Role.ADMINISTRATOR)
    return {
        "enterprise_id": good, "year": 2025, "column": "revenue_fen", "key": "x", "tier": "tech_sme",
        "version_id": version, "where": "0", "batch_id": batch, "account_id": account,
        "filename": "css/frame.css",
    }  # fmt: skip


def rules(app: Flask) -> list[tuple[Rule, str]]:
    """Every address and method, those that take something away last."""
    found = [
        (rule, method)
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods & {"GET", "POST"})
        if not rule.endpoint.startswith("check.")  # has a test of its own
    ]
    return sorted(found, key=lambda entry: any(word in entry[0].endpoint for word in LAST))


def requests(client: FlaskClient, rule: Rule, method: str, known: dict[str, Any]) -> Iterator[Sent]:
    random = Random(f"{rule.rule} {method}")  # noqa: S311 -- the same every time
    names = known_names()
    usable, *hostile = paths(client.application, rule, random, known)
    typed = typed_into(client.get(usable).text) if method == "POST" else {}

    def sent(path: str, query: MultiDict[str, Any], form: dict[str, Any] | None = None) -> Sent:
        return Sent(endpoint=rule.endpoint, method=method, path=path, query=query, form=MultiDict(form or {}))

    for path in hostile:
        yield sent(path, MultiDict())
    for value in ALIKE:
        alike = dict.fromkeys([name for name in names if name != "as_of"], value)
        yield sent(usable, MultiDict(alike) if method == "GET" else MultiDict(), alike)
    for _round in range(ROUNDS):
        query = some(random, names, share=0.15 if method == "GET" else 0.02)
        wrong = {name: random.choice(VALUES) for name in typed if random.random() < 0.25}
        more = some(random, names, share=0.02).to_dict()
        files = {"file": a_file(random)} if random.random() < 0.5 else {}
        yield sent(usable, query, {**more, **typed, **wrong, **files})


def answer(client: FlaskClient, sent: Sent) -> int:
    with client.open(
        sent.path,
        method=sent.method,
        query_string=sent.query,
        data=sent.form if sent.method == "POST" else None,
    ) as told:
        assert "planted" not in told.headers.get("Set-Cookie", ""), sent
        assert not told.headers.get("Location", "").startswith(("//", "http:", "https:")), sent
        return told.status_code


def enter(app: Flask, serial: int) -> FlaskClient:
    """A browser of a new person who may open everything; signing in so often would have to wait."""
    client = app.test_client()
    with app.app_context():
        number = add_account(f"owner{serial}x", Role.CITY_LEAD, Role.ADMINISTRATOR)
        device = Device(browser="", system="", address="")
        with transaction() as session:
            cookie = sessions.start(session, session.get_one(Account, number), device=device, now=clock.now())
    with client.session_transaction() as kept:
        kept["_user_id"] = cookie
    assert client.get("/account").status_code == 200
    return client


@pytest.fixture
def quiet(app: Flask) -> Iterator[list[str]]:
    """Crashes are answered as in production, and without a log of thousands of lines."""
    app.config["WTF_CSRF_ENABLED"] = False
    app.testing = False
    logging.disable(logging.CRITICAL)
    crashes: list[str] = []

    def note(_app: Flask, exception: BaseException) -> None:
        places = [
            frame for frame in extract_tb(exception.__traceback__) if "site-packages" not in frame.filename
        ]
        crashes.append(
            f"{type(exception).__name__} at {places[-1].filename}:{places[-1].lineno}: {exception!s:.120}"
        )

    with got_request_exception.connected_to(note, app):
        yield crashes
    logging.disable(logging.NOTSET)
    for thread in running_rehearsals():
        thread.join(timeout=60)


def test_nothing_that_is_sent_to_any_address_breaks_it(app, known, quiet):
    broken, statuses, serial = [], set(), 0
    client = enter(app, serial)
    for rule, method in rules(app):
        for sent in requests(client, rule, method, known):
            status = answer(client, sent)
            statuses.add(status)
            if status >= 500 and not sent.endpoint.startswith("health."):
                broken.append(f"{quiet[-1]} <- {sent}")
            if status in {401, 403} or (method == "POST" and "account" in sent.endpoint):
                serial += 1
                client = enter(app, serial)

    assert not broken, f"{len(broken)} requests: " + "\n".join(broken[:200])
    assert {200, 303, 400, 404, 422} <= statuses, "what was sent reached views, forms and services"
