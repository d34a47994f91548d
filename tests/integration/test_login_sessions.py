"""Sessions: seen, ended from elsewhere, and over when the password, a role or the day changes."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import request

from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.sessions import IDLE, LIFETIME, SEEN_EVERY
from models import Account, LoginSession, RoleGrant, db
from tests.support.accounts import PASSWORD, add_account, sign_in, signed_in
from tests.support.entry import post

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/131.0 Safari/537.36 Edg/131.0"


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def lead(app) -> int:
    with app.app_context():
        return add_account("wang.min", Role.CITY_LEAD)


def is_in(client) -> bool:
    return client.get("/account").status_code == 200


def test_each_browser_is_listed_with_device_address_and_time(app, lead, clock):
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = EDGE
    sign_in(client, "wang.min")

    page = client.get("/account").text
    assert "Windows 上的 Edge" in page
    assert "127.0.0.1" in page
    assert "2026-11-22 09:00" in page
    assert "这台设备" in page


def test_another_browser_is_signed_out_from_here(app, lead):
    here, there = signed_in(app, "wang.min"), signed_in(app, "wang.min")
    number = re.search(r"/account/sessions/(\d+)/end", here.get("/account").text)[1]

    assert post(here, f"/account/sessions/{number}/end").status_code == 303
    assert is_in(here)
    assert not is_in(there)


def test_all_others_are_signed_out_at_once(app, lead):
    here, *others = (signed_in(app, "wang.min") for _browser in range(3))

    post(here, "/account/sessions/end-others")
    assert [is_in(client) for client in (here, *others)] == [True, False, False]


def test_nobody_ends_the_session_of_somebody_else(app, lead):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)
    mine, theirs = signed_in(app, "wang.min"), signed_in(app, "li.hua")
    with app.app_context():
        number = db.session.query(LoginSession).filter_by(account_id=lead).one().id

    assert post(theirs, f"/account/sessions/{number}/end").status_code == 404
    assert is_in(mine)


def test_a_session_ended_while_its_holder_works_is_over_at_the_next_request(app, lead):
    """The request that is under way ends as it began; what comes after it does not get in."""
    seen: list[int] = []

    @app.after_request
    def end_it_meanwhile(response):
        if request.endpoint == "my_account.show" and not seen:
            seen.append(response.status_code)
            db.session.query(LoginSession).update({"ended_at": datetime.now(UTC)})
            db.session.commit()
        return response

    client = signed_in(app, "wang.min")

    client.get("/account")
    assert seen == [200]
    assert not is_in(client)
    refused = post(client, "/account/password", current=PASSWORD, password="x", again="x")
    assert refused.status_code == 401


def test_changing_the_password_ends_every_session(app, lead):
    here, there = signed_in(app, "wang.min"), signed_in(app, "wang.min")
    new = "云横秦岭家何在 77"

    wrong = post(here, "/account/password", current="wrong", password=new, again=new)
    assert wrong.status_code == 422
    assert "当前密码不正确" in wrong.text
    same = post(here, "/account/password", current=PASSWORD, password=PASSWORD, again=PASSWORD)
    assert "与现在的密码相同" in same.text
    assert is_in(there)

    assert post(here, "/account/password", current=PASSWORD, password=new, again=new).location == "/login"
    assert not is_in(here)
    assert not is_in(there)
    assert sign_in(here, "wang.min", new).status_code == 303


def test_guessing_the_present_password_is_slowed_down(app, lead):
    client = signed_in(app, "wang.min")
    new = {"password": "云横秦岭家何在 77", "again": "云横秦岭家何在 77"}
    for _try in range(5):
        assert post(client, "/account/password", current="wrong", **new).status_code == 422

    assert post(client, "/account/password", current=PASSWORD, **new).status_code == 429


def test_a_role_that_ends_takes_its_rights_along_at_once(app, lead):
    client = signed_in(app, "wang.min")
    assert client.get("/candidates").status_code == 200
    with app.app_context():
        db.session.query(RoleGrant).update({"valid_to": date(2026, 11, 20)})
        db.session.commit()

    with time_machine.travel(datetime(2026, 11, 21, tzinfo=UTC)):
        refused = signed_in(app, "wang.min").get("/candidates")
    assert refused.status_code == 403
    assert "没有这项权限" in refused.text


def test_a_locked_account_is_out_at_once(app, lead):
    client = signed_in(app, "wang.min")
    with app.app_context():
        db.session.get(Account, lead).locked_at = NOW
        db.session.commit()

    assert not is_in(client)


def test_two_hours_without_a_request_end_a_session(app, lead, clock):
    client = signed_in(app, "wang.min")
    clock.shift(IDLE - SECOND)
    assert is_in(client)
    clock.shift(IDLE - SECOND)
    assert is_in(client), "every request begins the two hours anew"
    clock.shift(IDLE)
    assert not is_in(client)


def test_after_twelve_hours_everybody_signs_in_again(app, lead, clock):
    client = signed_in(app, "wang.min")
    for _part in range(11):
        clock.shift(LIFETIME / 12)
        assert is_in(client)
    clock.shift(LIFETIME / 12)
    assert not is_in(client)


def test_when_a_session_was_seen_is_written_down_every_few_minutes_only(app, lead, clock):
    def seen() -> datetime:
        with app.app_context():
            return db.session.query(LoginSession).one().last_seen_at

    client = signed_in(app, "wang.min")
    clock.shift(SEEN_EVERY - SECOND)
    client.get("/help")
    assert seen() == NOW
    clock.shift(SECOND)
    client.get("/help")
    assert seen() == NOW + SEEN_EVERY


@pytest.mark.parametrize("jump", [DAY, -DAY], ids=["ahead", "back"])
def test_a_clock_that_jumps_a_day_signs_out_rather_than_lengthens(app, lead, clock, jump):
    client = signed_in(app, "wang.min")
    clock.shift(jump)

    assert not is_in(client)
    assert sign_in(client, "wang.min").status_code == 303, "and lets everybody in again"
