"""The second factor: a code works once, recovery codes help, and administrators cannot do without."""

import base64
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import pyotp
import pytest
import time_machine

from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.second_factor import RECOVERY_CODES, STEP_SECONDS
from models import Account, AuditEvent, RecoveryCode, db
from tests.support.accounts import PASSWORD, add_account, code_at, sign_in, signed_in
from tests.support.entry import post

NOW = datetime(2026, 11, 22, 4, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=STEP_SECONDS)
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as moved:
        yield moved


@pytest.fixture
def administrator(app) -> int:
    with app.app_context():
        return add_account("admin.wang", Role.ADMINISTRATOR)


def first_step(client, name: str = "admin.wang") -> None:
    assert post(client, "/login", username=name, password=PASSWORD).location == "/login/code"


def enrolled(client) -> tuple[str, list[str]]:
    """Set a second factor up and return its secret and the recovery codes."""
    page = client.get("/account/second-factor").text
    secret = re.search(r'class="secret".*?<code>(.*?)</code>', page, re.DOTALL)[1].replace(" ", "")
    code = pyotp.TOTP(secret).at(datetime.now(UTC))
    shown = post(client, "/account/second-factor", code=code, current=PASSWORD)
    return secret, re.findall(r"<li><code>([A-Z2-9-]+)</code>", shown.text)


def test_password_alone_does_not_sign_in(app, client, administrator):
    first_step(client)

    assert client.get("/accounts").status_code == 303
    assert "动态验证码" in client.get("/login/code").text


def test_password_and_code_sign_in(client, administrator, clock):
    first_step(client)
    answer = post(client, "/login/code", code=f" {code_at()[:3]} {code_at()[3:]} ")

    assert answer.status_code == 303
    assert client.get("/accounts").status_code == 200


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_telephone_may_be_half_a_minute_off(client, administrator, clock, steps, accepted):
    first_step(client)

    answer = post(client, "/login/code", code=code_at(NOW + steps * STEP))
    assert (answer.status_code == 303) is accepted


def test_a_code_works_once(app, client, administrator, clock):
    first_step(client)
    code = code_at()
    assert post(client, "/login/code", code=code).status_code == 303

    other = app.test_client()
    first_step(other)
    again = post(other, "/login/code", code=code)
    assert again.status_code == 422
    assert "已用过" in again.text
    earlier = post(other, "/login/code", code=code_at(NOW - STEP))
    assert earlier.status_code == 422, "nor does an earlier one that was never used"
    clock.shift(STEP)
    assert post(other, "/login/code", code=code_at()).status_code == 303


@pytest.mark.parametrize("code", ["", "000000x", "abcdef", "１２３４５６", "0" * 39, "'; --"])
def test_what_is_no_code_is_refused_in_words(client, administrator, clock, code):
    first_step(client)

    assert post(client, "/login/code", code=code).status_code == 422
    assert client.get("/accounts").status_code == 303


def test_guessing_codes_is_slowed_down(client, administrator, clock):
    wrong = f"{(int(code_at()) + 500_000) % 1_000_000:06d}"
    first_step(client)
    for _try in range(5):
        assert post(client, "/login/code", code=wrong).status_code == 422

    refused = post(client, "/login/code", code=code_at())
    assert refused.status_code == 429
    first_step(client)
    assert post(client, "/login/code", code=code_at()).status_code == 429, "signing in anew does not help"


def test_between_password_and_code_lie_five_minutes_at_most(client, administrator, clock):
    first_step(client)
    clock.shift(timedelta(minutes=5, seconds=1))

    answer = post(client, "/login/code", code=code_at())
    assert answer.location == "/login"
    assert "登录超时" in client.get("/login").text


def test_the_second_page_alone_leads_nowhere(client, administrator):
    assert client.get("/login/code").location == "/login"
    assert post(client, "/login/code", code=code_at()).location == "/login"


def test_a_password_changed_between_the_steps_ends_the_first(app, client, administrator, clock):
    first_step(client)
    with app.app_context():
        db.session.get(Account, administrator).epoch += 1
        db.session.commit()

    assert post(client, "/login/code", code=code_at()).location == "/login"


def test_an_administrator_without_one_must_set_it_up_before_anything_else(app, client):
    with app.app_context():
        add_account("admin.new", Role.ADMINISTRATOR, second_factor=False)
    sign_in(client, "admin.new")

    for path in ("/", "/accounts", "/account", "/account/password"):
        assert client.get(path).location == "/account/second-factor", path
    assert client.get("/help").status_code == 200
    enrolled(client)
    assert client.get("/accounts").status_code == 200


def test_the_picture_holds_the_secret_and_needs_no_exception_from_the_content_policy(app, client):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)
    sign_in(client, "li.hua")
    answer = client.get("/account/second-factor")

    source = re.search(r'<img class="qr" src="([^"]+)"', answer.text)[1]
    assert source.startswith("data:image/svg+xml")
    drawn = source.partition(",")[2]
    drawn = base64.b64decode(drawn).decode() if ";base64" in source else unquote(drawn)
    assert "<svg" in drawn
    assert "script" not in drawn
    assert "img-src 'self' data:" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    again = client.get("/account/second-factor").text
    assert source in again, "a page that is loaded again does not change the secret"


def test_a_wrong_code_does_not_turn_it_on(app, client):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD)
    sign_in(client, "li.hua")
    client.get("/account/second-factor")

    assert post(client, "/account/second-factor", code="000000").status_code == 422
    with app.app_context():
        assert db.session.get(Account, number).totp_secret is None


def test_ten_recovery_codes_are_shown_once_and_each_works_once(app, client, clock):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)
    sign_in(client, "li.hua")
    _secret, codes = enrolled(client)
    assert len(set(codes)) == RECOVERY_CODES
    with app.app_context():
        stored = " ".join(row.digest for row in db.session.query(RecoveryCode))
    assert not any(code in stored for code in codes)

    other = app.test_client()
    first_step(other, "li.hua")
    assert post(other, "/login/code", code=codes[3].lower().replace("-", " ")).status_code == 303
    assert "还有 9 个恢复码" in other.get("/account").text
    post(other, "/logout")
    first_step(other, "li.hua")
    assert post(other, "/login/code", code=codes[3]).status_code == 422
    with app.app_context():
        assert db.session.query(AuditEvent).filter_by(action="second_factor.recovery_code_used").count() == 1


def test_a_recovery_code_of_somebody_else_does_not_fit(app, client, clock):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)
        add_account("zhao", Role.CITY_LEAD)
    sign_in(client, "li.hua")
    _secret, codes = enrolled(client)
    other = app.test_client()
    sign_in(other, "zhao")
    enrolled(other)
    post(other, "/logout")

    first_step(other, "zhao")
    assert post(other, "/login/code", code=codes[0]).status_code == 422


def test_new_recovery_codes_and_turning_it_off_ask_for_the_password(app, clock):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD, second_factor=True)
    client = signed_in(app, "li.hua")

    assert post(client, "/account/recovery-codes", current="wrong").status_code == 422
    assert (
        len(re.findall(r"<li><code>", post(client, "/account/recovery-codes", current=PASSWORD).text)) == 10
    )
    assert post(client, "/account/second-factor/remove", current="wrong").status_code == 422
    with app.app_context():
        assert db.session.get(Account, number).totp_secret is not None
    assert post(client, "/account/second-factor/remove", current=PASSWORD).status_code == 303
    with app.app_context():
        assert db.session.get(Account, number).totp_secret is None
        assert db.session.query(RecoveryCode).count() == 0


def test_after_a_clock_went_back_a_used_code_stays_used_and_a_recovery_code_still_helps(app, client, clock):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)
    sign_in(client, "li.hua")
    secret, codes = enrolled(client)
    clock.shift(-DAY)

    other = app.test_client()
    first_step(other, "li.hua")
    present = pyotp.TOTP(secret).at(datetime.now(UTC))
    assert post(other, "/login/code", code=present).status_code == 422
    assert post(other, "/login/code", code=codes[0]).status_code == 303
    clock.shift(DAY + STEP)
    later = app.test_client()
    first_step(later, "li.hua")
    assert post(later, "/login/code", code=pyotp.TOTP(secret).at(datetime.now(UTC))).status_code == 303
