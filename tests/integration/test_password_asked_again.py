"""What could take over an account asks for the password again where it was not typed lately."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from pyotp import TOTP

from enterprise_pipeline.services.accounts.rights import Role
from models import Account, ResetLink, RoleGrant, db
from tests.support.accounts import PASSWORD, SECRET, add_account, sign_in, signed_in
from tests.support.entry import post

NOW = datetime(2026, 11, 22, 4, 0, 10, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def zhao(app) -> int:
    with app.app_context():
        add_account("admin.wang", Role.ADMINISTRATOR)
        return add_account("zhao", second_factor=True)


def links(app) -> int:
    with app.app_context():
        return db.session.query(ResetLink).count()


def test_a_link_is_made_for_15_minutes_after_the_password_and_then_it_is_asked_for(app, clock, zhao):
    admin = signed_in(app, "admin.wang")
    page = f"/accounts/{zhao}/link"
    clock.shift(QUARTER - timedelta(seconds=1))
    assert "link-text" in post(admin, page).text
    clock.shift(timedelta(seconds=1))

    assert "确认密码" in post(admin, page).text
    wrong = post(admin, page, current="wrong password")
    assert wrong.status_code == 422
    assert "当前密码不正确" in wrong.text
    assert links(app) == 1
    assert "link-text" in post(admin, page, current=PASSWORD).text
    assert "link-text" in post(admin, page).text, "and not again at once"


def test_a_second_factor_is_removed_only_by_who_has_just_typed_the_password(app, clock, zhao):
    admin = signed_in(app, "admin.wang")
    clock.shift(QUARTER)
    page = f"/accounts/{zhao}/second-factor/remove"

    assert "确认密码" in post(admin, page).text
    with app.app_context():
        assert db.session.get(Account, zhao).totp_secret
    assert post(admin, page, current=PASSWORD).status_code == 303
    with app.app_context():
        assert db.session.get(Account, zhao).totp_secret is None


def test_the_role_of_an_administrator_is_given_after_the_password_and_nothing_typed_is_lost(app, clock, zhao):
    admin = signed_in(app, "admin.wang")
    clock.shift(QUARTER)
    page, role = f"/accounts/{zhao}/roles", {"role": "administrator", "valid_from": "2026-03-04"}

    asked = post(admin, page, **role)
    assert 'name="valid_from" value="2026-03-04"' in asked.text
    assert post(admin, page, current=PASSWORD, **role).status_code == 303
    with app.app_context():
        assert db.session.query(RoleGrant).filter_by(account_id=zhao).one().role == "administrator"


def test_ones_own_link_and_second_factor_are_not_the_administrators_to_give(app, zhao):
    admin = signed_in(app, "admin.wang")
    with app.app_context():
        mine = db.session.query(Account.id).filter_by(username="admin.wang").scalar()

    for path in ("link", "second-factor/remove"):
        refused = post(admin, f"/accounts/{mine}/{path}")
        assert refused.status_code == 422
        assert "我的账号" in refused.text
    assert links(app) == 0
    with app.app_context():
        assert db.session.get(Account, mine).totp_secret


def test_a_second_factor_is_turned_on_with_the_password_only(app, client, clock):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD)
    sign_in(client, "li.hua")
    offered = client.get("/account/second-factor").text
    secret = offered.split('class="secret"')[1].split("<code>")[1].split("</code>")[0].replace(" ", "")
    assert secret != SECRET
    code = TOTP(secret).at(NOW)

    for typed in ({}, {"current": "wrong password"}):
        assert post(client, "/account/second-factor", code=code, **typed).status_code == 422
    with app.app_context():
        assert db.session.get(Account, number).totp_secret is None
    assert "恢复码" in post(client, "/account/second-factor", code=code, current=PASSWORD).text
    with app.app_context():
        assert db.session.get(Account, number).totp_secret


@pytest.mark.parametrize("kept", [[1, 0, "2026-11-22T04:00:00+00:00"], [1, 0, "noon", "/"], 5, [None] * 4])
def test_a_cookie_of_an_earlier_program_begins_anew(client, zhao, kept):
    with client.session_transaction() as cookie:
        cookie["first_step"] = kept

    assert client.get("/login/code").location == "/login"
