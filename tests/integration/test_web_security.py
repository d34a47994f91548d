"""What protects the way between browser and server: names, TLS, cookies, proxies."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.web.access import public
from models import LoginAttempt, LoginSession, db
from tests.support.accounts import PASSWORD, add_account
from tests.support.entry import token_of

pytestmark = pytest.mark.databases("sqlite")
HOST = "pipeline.example"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}
HTTPS = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_HOST": HOST}


@pytest.fixture
def make_site(make_app, database_url):
    """An application with an account, with these settings."""

    def build(**settings: Any) -> Flask:
        app: Flask = make_app(database_url, **settings)
        with app.app_context():
            add_account("wang.min", Role.CITY_LEAD)
        return app

    return build


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (HOST, 200), (f"{HOST}:8443", 200), (HOST.upper(), 200), ("10.1.2.3", 200), ("10.9.9.9:8000", 200),
        ("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:8000", 200),
        ("elsewhere.example", 400), (f"{HOST}.elsewhere.example", 400), (f"a.{HOST}", 400),
        (f"{HOST}@elsewhere.example", 400), ("10.1.2.4", 400), ("a b", 400), ("[::1", 400), ("", 400),
    ],
)  # fmt: skip
def test_with_accounts_the_server_answers_only_under_the_names_it_was_given(make_site, host, status):
    client = make_site(hosts=(HOST, "10.1.2.3"), host="10.9.9.9").test_client()

    answer = client.get("/login", headers={"Host": host})

    assert answer.status_code == status
    assert ("PIPELINE_HOSTS" in answer.text) is (status == 400)


def test_names_are_refused_before_there_are_accounts_even_when_they_are_set(make_app, database_url):
    client = make_app(database_url, hosts=(HOST,)).test_client()

    answer = client.get("/health", headers={"Host": HOST})

    assert answer.status_code == 400
    assert "no accounts yet" in answer.text


@pytest.mark.parametrize(
    ("tls", "environ", "status"),
    [
        ("off", {}, 200),
        ("off", ELSEWHERE, 403),
        ("off", {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, 403),
        ("off", {"HTTP_X_FORWARDED_PROTO": "https", **ELSEWHERE}, 403),
        ("off", {"wsgi.url_scheme": "https", **ELSEWHERE}, 200),
        ("on", ELSEWHERE, 403),
        ("on", {"wsgi.url_scheme": "https", **ELSEWHERE}, 200),
        ("unprotected", ELSEWHERE, 200),
    ],
)
def test_nobody_is_asked_for_a_password_over_a_readable_connection(make_site, tls, environ, status):
    answer = make_site(tls=tls).test_client().get("/login", environ_overrides=environ)

    assert answer.status_code == status
    assert ("https 开头" in answer.text) is (status == 403)


def test_a_password_sent_over_a_readable_connection_is_not_even_looked_at(make_site):
    app = make_site()
    app.config["WTF_CSRF_ENABLED"] = False
    typed = {"username": "wang.min", "password": PASSWORD}

    refused = app.test_client().post("/login", data=typed, environ_overrides=ELSEWHERE)

    assert refused.status_code == 403
    with app.app_context():
        assert (db.session.query(LoginSession).count(), db.session.query(LoginAttempt).count()) == (0, 0)


def sign_in_by_https(client: FlaskClient) -> Any:
    page = client.get("/login", environ_overrides=HTTPS)
    typed = {"username": "wang.min", "password": PASSWORD, "csrf_token": token_of(page.text)}
    return client.post(
        "/login", data=typed, environ_overrides=HTTPS, headers={"Referer": f"https://{HOST}/login"}
    )


def test_behind_tls_every_cookie_is_secure_and_the_session_belongs_to_this_host_alone(make_site):
    app = make_site(hosts=(HOST,), tls="on", trusted_proxies=1)
    client = app.test_client()

    answer = sign_in_by_https(client)

    assert answer.status_code == 303, answer.text
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-session=")
    assert all(f"; {flag}" in cookie for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie
    page = client.get("/help", environ_overrides=HTTPS)
    chosen = client.post(
        "/language",
        data={"language": "en", "next": "/help", "csrf_token": token_of(page.text)},
        environ_overrides=HTTPS,
        headers={"Referer": f"https://{HOST}/help"},
    )
    [language] = [told for told in chosen.headers.getlist("Set-Cookie") if told.startswith("language=")]
    assert "; Secure" in language


def test_browsers_are_told_to_keep_to_https_only_where_there_is_tls(make_site):
    on = make_site(hosts=(HOST,), tls="on", trusted_proxies=1).test_client()
    off = on.application.test_client()
    told = on.get("/login", environ_overrides=HTTPS).headers

    assert told["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in off.get("/login").headers, "never over http"


def test_without_tls_nothing_is_said_about_it(client):
    headers = client.get("/help", environ_overrides={"wsgi.url_scheme": "https"}).headers

    assert "Strict-Transport-Security" not in headers
    assert "Secure" not in headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        (0, "192.0.2.9", "127.0.0.1 http"),
        (1, "192.0.2.9", "192.0.2.9 https"),
        (1, "10.66.66.66, 192.0.2.9", "192.0.2.9 https"),
        (2, "10.66.66.66, 192.0.2.9, 10.0.0.1", "192.0.2.9 http"),
        (2, "192.0.2.9", "127.0.0.1 http"),
    ],
)
def test_exactly_the_known_proxies_are_believed(make_app, database_url, proxies, told, seen):
    app = make_app(database_url, trusted_proxies=proxies)
    app.add_url_rule("/who", "who", public(lambda: f"{request.remote_addr} {request.scheme}"))
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], tls="unprotected")
    app.extensions["has_accounts"][:] = [True]

    answer = app.test_client().get("/who", headers={"X-Forwarded-For": told, "X-Forwarded-Proto": "https"})

    assert answer.text == seen


def test_an_uninvited_header_names_no_host(make_site):
    client = make_site(hosts=(HOST,), trusted_proxies=1).test_client()

    answer = client.get("/", headers={"X-Forwarded-Host": "elsewhere.example", "X-Forwarded-Port": "99"})

    assert answer.status_code == 303
    assert re.fullmatch(r"/login\?next=/", answer.location)
