"""Signing in with name and password: what works, and that every failure looks the same."""

import re

import pytest
from argon2 import PasswordHasher

from enterprise_pipeline.services.accounts.rights import Role
from models import Account, AuditEvent, LoginAttempt, LoginSession, db
from tests.support.accounts import PASSWORD, add_account, main_text, sign_in, signed_in
from tests.support.entry import code_of, post


@pytest.fixture
def lead(app) -> int:
    """A city lead called wang.min."""
    with app.app_context():
        return add_account("wang.min", Role.CITY_LEAD, display_name="王敏")


def test_whoever_signs_in_comes_to_the_overview_with_their_name_on_it(app, client, lead):
    answer = sign_in(client, "wang.min")

    assert answer.status_code == 303
    assert client.get(answer.location).location == "/"
    assert "王敏" in client.get("/").text


def test_a_name_is_typed_in_any_spelling(app, client, lead):
    assert sign_in(client, " ＷＡＮＧ.Min ").status_code == 303


def test_a_password_keeps_its_spaces(app, client):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)

    assert sign_in(client, "li.hua", f" {PASSWORD}").status_code == 422
    assert sign_in(client, "li.hua", PASSWORD).status_code == 303


def test_every_failure_says_the_same(app, client, lead):
    with app.app_context():
        add_account("locked", Role.CITY_LEAD, locked_at=db.session.get(Account, lead).created_at)
        add_account("invited", Role.CITY_LEAD, password_hash=None)
    tries = [
        ("wang.min", "wrong password"), ("nobody.here", PASSWORD), ("locked", PASSWORD),
        ("invited", PASSWORD), ("wаng.min", PASSWORD), ("'; --", PASSWORD),
    ]  # fmt: skip

    answers = [sign_in(client, *names) for names in tries]

    assert {answer.status_code for answer in answers} == {422}
    assert len({main_text(answer).replace("必填", "") for answer in answers}) == 1
    assert all("用户名或密码不正确" in answer.text for answer in answers)
    pages = {re.sub(r'value="[^"]*"|content="[^"]*"', "", answer.text) for answer in answers}
    assert len(pages) == 1, "nothing but what was typed differs"


def test_a_wrong_try_keeps_the_name_and_never_the_password(client, lead):
    page = sign_in(client, "wang.min", "my other password").text

    assert 'value="wang.min"' in page
    assert "my other password" not in page


def test_blank_fields_are_pointed_out_without_counting_as_a_try(app, client, lead):
    answer = post(client, "/login", username="", password="")

    assert answer.status_code == 422
    assert "请填写用户名" in answer.text
    with app.app_context():
        assert db.session.query(LoginAttempt).count() == 0


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/help", "/help"),
        ("/?show=near&as_of=2026-06-01", "/?show=near&as_of=2026-06-01"),
        ("https://elsewhere.example/", "/begin"),
        ("//elsewhere.example/", "/begin"),
        ("/\\elsewhere.example", "/begin"),
        ("/\t/elsewhere.example", "/begin"),
        ("\t//elsewhere.example", "/begin"),
        ("javascript:alert(1)", "/begin"),
        ("", "/begin"),
    ],
)
def test_the_way_back_never_leads_to_another_site(client, lead, wanted, reached):
    answer = sign_in(client, "wang.min", next=wanted)

    assert answer.location == reached


def test_whoever_asks_for_a_page_is_led_to_the_login_and_back(client, lead):
    asked = client.get("/?show=near")
    assert asked.status_code == 303
    assert asked.location == "/login?next=/?show%3Dnear"
    page = client.get(asked.location).text
    assert 'name="next" type="hidden" value="/?show=near"' in page

    assert sign_in(client, "wang.min", next="/?show=near").location == "/?show=near"


def test_a_script_is_told_where_to_sign_in_and_a_form_that_nothing_was_saved(client, lead):
    from_script = client.get("/candidates", headers={"HX-Request": "true"})
    from_form = post(client, "/enterprises/new", name="某公司")

    assert from_script.status_code == 401
    assert from_script.headers["HX-Redirect"] == "/login"
    assert from_form.status_code == 401
    assert "没有做任何改动" in from_form.text
    assert 'href="/login" target="_blank" rel="noopener"' in from_form.text, (
        "what was typed stays in this tab"
    )


def test_signing_in_gives_a_new_session_and_forgets_the_old_cookie(app, client, lead):
    with client.session_transaction() as kept:
        kept["planted"] = "by somebody else"
    sign_in(client, "wang.min")

    with client.session_transaction() as kept:
        assert "planted" not in kept
    first = client.get_cookie("session").value
    post(client, "/logout")
    sign_in(client, "wang.min")
    assert client.get_cookie("session").value != first


def test_a_cookie_that_was_tampered_with_is_nobody(app, client, lead):
    sign_in(client, "wang.min")
    good = client.get_cookie("session").value
    with client.session_transaction() as kept:
        number, epoch, token = kept["_user_id"].split(".")
    forged = [f"{good[:-2]}xx", "", "no cookie"]
    for value in forged:
        client.set_cookie("session", value)
        assert client.get("/").status_code == 303, value

    for name in (
        f"{number}.{epoch}.guess",
        f"{int(number) + 1}.{epoch}.{token}",
        f"{number}.2.{token}",
        token,
        "..",
        "x.y.z",
    ):
        other = app.test_client()
        with other.session_transaction() as kept:
            kept["_user_id"] = name
        assert other.get("/").status_code == 303, name


def test_only_a_digest_of_the_session_is_stored(app, client, lead):
    sign_in(client, "wang.min")
    with client.session_transaction() as kept:
        token = kept["_user_id"].split(".")[2]

    with app.app_context():
        row = db.session.query(LoginSession).one()
        assert token not in row.token_digest
        assert len(row.token_digest) == 64


def test_a_digest_with_old_parameters_is_renewed_when_its_owner_signs_in(app, client):
    weak = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)
    with app.app_context():
        number = add_account("old.hand", Role.CITY_LEAD, password_hash=weak)

    sign_in(client, "old.hand", "wrong password")
    with app.app_context():
        assert db.session.get(Account, number).password_hash == weak
    sign_in(client, "old.hand")
    with app.app_context():
        assert db.session.get(Account, number).password_hash != weak
    assert sign_in(app.test_client(), "old.hand").status_code == 303


def test_signing_out_ends_the_session_also_for_a_copy_of_its_cookie(app, client, lead):
    sign_in(client, "wang.min")
    copy = client.get_cookie("session").value
    assert post(client, "/logout").location == "/login"

    client.set_cookie("session", copy)
    answer = client.get("/")
    assert answer.status_code == 303
    assert "ended=1" in answer.location
    assert "您的登录已结束" in client.get(answer.location).text


def test_signing_out_needs_a_token(app, lead):
    client = signed_in(app, "wang.min")

    assert client.post("/logout").status_code == 400
    assert client.get("/").status_code == 200


def test_signing_in_is_kept_in_the_audit_trail_with_the_device(app, client, lead):
    client.post("/login")
    sign_in(client, "wang.min")

    with app.app_context():
        event = db.session.query(AuditEvent).filter_by(action="account.signed_in").one()
        assert event.actor == "wang.min"
        assert event.subject_id == str(lead)
        assert event.after["address"] == "127.0.0.1"


def test_what_somebody_does_bears_their_name(app, lead):
    answer = post(
        signed_in(app, "wang.min"), "/enterprises/new", name="宜昌甲乙丙科技有限公司", credit_code=code_of(7)
    )

    assert answer.status_code == 303
    with app.app_context():
        assert (
            db.session.query(AuditEvent).filter_by(action="enterprise.registered").one().actor == "wang.min"
        )
