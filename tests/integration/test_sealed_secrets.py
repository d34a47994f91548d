"""Secrets of telephones are unreadable in the database; a changed or lost key is survived."""

import pytest
from sqlalchemy import select

from enterprise_pipeline.services.accounts import second_factor
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.sealing import key_from, seal, unseal
from models import Account, RecoveryCode, db
from tests.support.accounts import SECRET, add_account, sign_in
from tests.support.backups import flask
from tests.support.entry import post

KEY = key_from("k" * 64)
OLD = "f" * 64


def test_what_is_sealed_opens_for_the_same_account_and_key_only():
    sealed = seal(KEY, 7, SECRET)

    assert unseal(KEY, 7, sealed) == SECRET
    assert unseal(KEY, 8, sealed) is None
    assert unseal(key_from(OLD), 7, sealed) is None
    assert seal(KEY, 7, SECRET) != sealed, "the same secret never looks the same twice"
    assert len(sealed) == 64, "the width of the column"


@pytest.mark.parametrize("place", [0, 5, 20, 63])
def test_what_was_changed_does_not_open(place):
    sealed = seal(KEY, 7, SECRET)
    changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]

    assert unseal(KEY, 7, changed) is None


@pytest.mark.parametrize("stored", ["", "x", SECRET, "é" * 64, "A" * 64])
def test_what_was_never_sealed_does_not_open(stored):
    assert unseal(KEY, 7, stored) is None


def test_no_secret_stands_in_the_database(app):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD)
        offered = second_factor.offer(number).secret
        assert second_factor.offer(number).secret == offered, "the same on every look"
        add_account("wang.min", Role.ADMINISTRATOR)
        stored = "".join(str(row) for row in db.session.execute(select(Account.__table__)))

    assert offered not in stored
    assert SECRET not in stored


@pytest.fixture
def rekeyed(app, make_app, database_url):
    """The registry under another key than the one that its secrets were sealed with."""
    with app.app_context():
        number = add_account("wang.min", Role.ADMINISTRATOR)
        codes = second_factor.renew_codes(number, actor="wang.min")
    made = make_app(database_url)
    with made.app_context():
        account = db.session.get(Account, number)
        account.totp_secret = seal(key_from(OLD), number, SECRET)
        db.session.commit()
    return made, codes


def test_under_another_key_codes_are_refused_and_a_recovery_code_still_helps(rekeyed):
    app, codes = rekeyed
    client = app.test_client()

    refused = sign_in(client, "wang.min")
    assert refused.status_code == 422
    assert "验证码不正确" in refused.text
    assert post(client, "/login/code", code=codes[0]).status_code == 303
    assert "PROBLEM second factors" in flask(app, "config", "check").output


def test_after_the_key_was_changed_the_old_one_seals_anew(rekeyed, tmp_path):
    app, _codes = rekeyed
    kept = tmp_path / "old_key"
    kept.write_text(OLD + "\n", encoding="ascii")

    done = flask(app, "accounts", "reseal", "--old-key", str(kept))

    assert done.output == "Sealed 1 anew.\n"
    assert sign_in(app.test_client(), "wang.min").status_code == 303
    assert "ok      second factors" in flask(app, "config", "check").output
    assert flask(app, "accounts", "reseal", "--old-key", str(kept)).output == "Sealed 0 anew.\n"


def test_a_wrong_old_key_changes_nothing_and_says_so(rekeyed, tmp_path):
    app, _codes = rekeyed
    (tmp_path / "key").write_text("e" * 64, encoding="ascii")

    done = flask(app, "accounts", "reseal", "--old-key", str(tmp_path / "key"))

    assert done.exit_code == 1
    assert "remove-second-factor" in done.output


def test_when_the_key_is_lost_the_second_factor_is_set_up_anew(rekeyed):
    app, _codes = rekeyed

    assert flask(app, "accounts", "remove-second-factor", "wang.min").exit_code == 0
    client = app.test_client()
    assert sign_in(client, "wang.min").status_code == 303
    assert client.get("/accounts").location == "/account/second-factor"
    with app.app_context():
        assert db.session.query(RecoveryCode).count() == 0
