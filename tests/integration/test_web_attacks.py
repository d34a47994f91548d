"""What somebody tries who means no good: foreign and old forms, forged cookies, ended sessions."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from flask import url_for

from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services.accounts import passwords, sessions
from enterprise_pipeline.services.accounts.rights import Right, Role
from enterprise_pipeline.services.accounts.throttle import FREE_TRIES
from enterprise_pipeline.transaction import transaction
from enterprise_pipeline.web.access import access
from enterprise_pipeline.web.access_rules import Cut
from enterprise_pipeline.web.language import own_path
from models import Account, Enterprise, LoginSession, db
from tests.support.accounts import PASSWORD, add_account, main_text, sign_in, signed_in
from tests.support.entry import code_of, post, token_of

ENTERPRISE = {"name": "宜昌甲乙丙科技有限公司", "credit_code": code_of(7)}


@pytest.fixture
def lead(app) -> int:
    with app.app_context():
        return add_account("wang.min", Role.CITY_LEAD)


def count(app) -> int:
    with app.app_context():
        return db.session.query(Enterprise).count()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 303),
        ({"Origin": "https://localhost"}, 303),
        ({"Sec-Fetch-Site": "none"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://elsewhere.example"}, 403),
        ({"Origin": "http://localhost.elsewhere.example"}, 403),
        ({"Origin": "http://localhost:8001"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_a_form_that_another_site_sends_changes_nothing_even_with_the_right_token(app, lead, headers, status):
    client = signed_in(app, "wang.min")
    typed = ENTERPRISE | {"csrf_token": token_of(client.get("/help").text)}

    answer = client.post("/enterprises/new", data=typed, headers=headers)

    assert answer.status_code == status
    assert ("来自别的网站" in answer.text) is (status == 403)
    assert count(app) == (status == 303)


def test_a_form_opened_before_signing_in_or_out_is_refused_with_what_to_do(app, client, lead):
    before = token_of(client.get("/help").text)
    sign_in(client, "wang.min")
    within = token_of(client.get("/help").text)

    stale = client.post("/enterprises/new", data=ENTERPRISE | {"csrf_token": before})
    assert stale.status_code == 400
    assert "复制已填写的内容" in stale.text

    post(client, "/logout")
    sign_in(client, "wang.min")
    assert client.post("/enterprises/new", data=ENTERPRISE | {"csrf_token": within}).status_code == 400
    assert count(app) == 0


def test_a_replayed_login_form_opens_nothing_more(app, client, lead):
    typed = {"username": "wang.min", "password": PASSWORD, "csrf_token": token_of(client.get("/login").text)}
    assert client.post("/login", data=typed).status_code == 303

    again = client.post("/login", data=typed)

    assert again.status_code == 400, "its token belonged to the session before"
    with app.app_context():
        assert db.session.query(LoginSession).count() == 1


def test_a_cookie_with_any_sign_changed_is_nobody(app, lead):
    client = signed_in(app, "wang.min")
    cookie = client.get_cookie("session").value
    for place in range(0, len(cookie) - 1, 7):
        forged = app.test_client()
        sign = "A" if cookie[place] != "A" else "B"
        forged.set_cookie("session", cookie[:place] + sign + cookie[place + 1 :])

        answer = forged.get("/")

        assert answer.status_code == 303, place
        assert answer.location.startswith("/login"), place


def test_a_session_ended_while_its_request_runs_writes_nothing(app, lead):
    """Another browser ends the session after the gate has let the request in, before it writes."""

    def slow_page() -> str:
        with transaction() as session:
            session.get_one(LoginSession, 1).ended_at = datetime.now(UTC)
        with transaction() as session:
            session.add(Enterprise(credit_code=code_of(7), name="宜昌甲公司"))
        return "written"

    app.add_url_rule("/slow", "slow", access(Right.EDIT, cut=Cut.NOTHING)(slow_page), methods=["POST"])
    client = signed_in(app, "wang.min")

    answer = post(client, "/slow")

    assert answer.status_code == 401
    assert "在这次操作期间结束" in answer.text
    assert count(app) == 0


def test_what_began_to_write_before_the_session_was_ended_is_written(app, lead):
    def page() -> str:
        with transaction() as session:
            session.add(Enterprise(credit_code=code_of(7), name="宜昌甲公司"))
            session.get_one(LoginSession, 1).ended_at = datetime.now(UTC)
        return "written"

    app.add_url_rule("/page", "page", access(Right.EDIT, cut=Cut.NOTHING)(page), methods=["POST"])
    client = signed_in(app, "wang.min")

    assert post(client, "/page").text == "written"
    assert client.get("/").location.startswith("/login")
    assert count(app) == 1


def test_every_failure_costs_the_same_number_of_password_checks(app, client, lead, monkeypatch):
    with app.app_context():
        add_account("locked", Role.CITY_LEAD, locked_at=db.session.get(Account, lead).created_at)
        add_account("invited", Role.CITY_LEAD, password_hash=None)
    checks: list[str] = []
    real = passwords.HASHER.verify

    class Counting:
        """The real thing, and a count beside it."""

        @staticmethod
        def verify(stored: str, typed: str) -> bool:
            checks.append(stored)
            return real(stored, typed)

        hash = staticmethod(passwords.HASHER.hash)
        check_needs_rehash = staticmethod(passwords.HASHER.check_needs_rehash)

    passwords.matches(None, "warm")
    monkeypatch.setattr(passwords, "HASHER", Counting)
    costs, pages = [], set()
    for name in ("wang.min", "nobody.here", "locked", "invited"):
        checks.clear()
        pages.add(main_text(sign_in(client, name, "wrong password")))
        costs.append(len(checks))

    assert costs == [1, 1, 1, 1]
    assert len(pages) == 1


GUESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from enterprise_pipeline.config import Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.accounts import signing_in
from enterprise_pipeline.services.accounts.sessions import Device
app = create_app(Settings(instance=Path(sys.argv[2]), database_url=sys.argv[1], secret_key="k" * 64))
with app.app_context():
    for _try in range(4):
        try:
            signing_in.sign_in("wang.min", "wrong password", device=Device(browser="", system="", address=""),
                               now=datetime.now(UTC))
        except Exception as error:
            print(type(error).__name__)
"""


def test_two_processes_share_the_count_of_wrong_tries(app, lead, database_url, tmp_path):
    guessing = [
        subprocess.Popen(
            [sys.executable, "-c", GUESS, database_url, str(tmp_path)],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )
        for _process in range(2)
    ]  # fmt: skip
    said = " ".join(process.communicate(timeout=120)[0] for process in guessing).split()

    assert said.count("WrongLogin") == FREE_TRIES["account"]
    assert said.count("TooManyTries") == 8 - FREE_TRIES["account"]


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "address",
    [
        "//evil.example", "/\\evil.example", "\\\\evil.example", "https:evil.example", "https:/evil.example",
        "http://[", "///evil.example", "/\t/evil.example", "/\n/evil.example", "\x01//evil.example",
        "/\x00/evil", "/\x7f/evil.example", "/\u2028/evil.example", "javascript:alert(1)", "data:text/html,x",
        " //evil.example", "",
    ],
)  # fmt: skip
def test_no_address_leads_to_another_site(app, address):
    with app.test_request_context():
        assert own_path(address) == url_for("overview.show")


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "address", ["/help", "/?q=%2F%2Fevil.example", "/%5Cevil.example", "/candidates?tier=宜昌"]
)
def test_an_address_of_ours_is_kept(app, address):
    with app.test_request_context():
        assert own_path(address) == address


@pytest.mark.parametrize("path", ["/help?x=%00", "/search?q=a%00b", "/password/a%00b", "/rules/a%00b"])
def test_nul_signs_in_addresses_are_refused_in_words(app, lead, path):
    answer = signed_in(app, "wang.min").get(path)

    assert answer.status_code == 400
    assert "空字符" in answer.text


def test_nul_signs_in_forms_are_refused_by_the_name_of_the_field(app, lead):
    answer = post(signed_in(app, "wang.min"), "/enterprises/new", **ENTERPRISE | {"name": "宜昌\x00甲公司"})

    assert answer.status_code == 400
    assert "“name”一栏" in answer.text
    assert count(app) == 0


@pytest.mark.parametrize("path", ["/?_scheme=ftp", "/?_method=POST", "/?endpoint=x", "/?_external=1"])
def test_words_of_the_framework_in_an_address_mean_nothing(app, lead, path):
    page = signed_in(app, "wang.min").get(path)

    assert page.status_code == 200
    assert "ftp:" not in page.text
    assert 'href="http://localhost' not in page.text


def test_bytes_that_are_no_text_are_answered(app, lead):
    client = signed_in(app, "wang.min")

    assert client.get("/search", query_string="q=%ff%fe%c0%af").status_code == 200
    token = token_of(client.get("/help").text).encode()
    broken = client.post(
        "/enterprises/new",
        data=b"name=%ff%fe&csrf_token=" + token,
        content_type="application/x-www-form-urlencoded",
    )
    assert broken.status_code == 422


def test_a_session_of_tomorrow_is_nobody(app, lead):
    """The clock went back a day: what was opened then has to be opened anew."""
    client = signed_in(app, "wang.min")
    with app.app_context(), transaction() as session:
        row = session.get_one(LoginSession, 1)
        row.created_at = row.last_seen_at = datetime.now(UTC) + timedelta(days=1)

    assert client.get("/").location.startswith("/login")
    assert timedelta(days=1) > sessions.IDLE
