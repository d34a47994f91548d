"""A restore brings data back, and nobody's way in with it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from enterprise_pipeline.services.accounts import administration, reset_links
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.backup import postgresql
from models import Account, LoginSession, ResetLink, db
from tests.conftest import dispose
from tests.support.accounts import add_account, sign_in
from tests.support.backups import add, flask, make, repack, restore
from tests.support.entry import post

NEW = "云横秦岭家何在 77"


@pytest.fixture
def registry(app: Flask, database_url: str, database_kind: str) -> Iterator[Flask]:
    """A registry with accounts; databases that a restore puts aside are dropped at the end."""
    with app.app_context():
        add_account("root.admin", Role.ADMINISTRATOR)
    yield app
    dispose(app)
    if database_kind == "postgresql":
        for kept in postgresql.left_over(database_url, "before"):
            postgresql.drop(kept)


def lets_in(app: Flask, cookie: str) -> bool:
    """Whether somebody who kept the cookie is signed in by it."""
    client = app.test_client(use_cookies=False)
    return client.get("/account", headers={"Cookie": cookie}).status_code == 200


def test_cookies_of_before_the_backup_are_dead_after_the_restore(registry):
    with registry.app_context():
        add_account("wang.min", Role.CITY_LEAD, second_factor=False)
    client = registry.test_client()
    cookie = sign_in(client, "wang.min").headers["Set-Cookie"].partition(";")[0]
    assert lets_in(registry, cookie)
    file = make(registry)
    post(client, "/logout")
    assert not lets_in(registry, cookie)
    dispose(registry)

    assert restore(registry, file, "--older").exit_code == 0

    assert not lets_in(registry, cookie)
    with registry.app_context():
        assert db.session.query(LoginSession).filter(LoginSession.ended_at.is_(None)).count() == 0
        assert {account.epoch for account in db.session.query(Account)} == {2}
    dispose(registry)
    assert sign_in(registry.test_client(), "wang.min").status_code == 303


def test_a_link_that_was_used_since_the_backup_sets_no_password_after_the_restore(registry):
    now = datetime.now(UTC)
    with registry.app_context():
        account_id = add_account("li.hua", Role.CITY_REVIEWER)
        used = reset_links.make(account_id, actor="test", now=now).token
        file = make(registry)
        reset_links.set_password(used, NEW, now=now)
    dispose(registry)

    assert restore(registry, file, "--older").exit_code == 0

    assert registry.test_client().get(f"/password/{used}").status_code == 404
    with registry.app_context():
        assert db.session.query(ResetLink).one().withdrawn_at is not None


def test_a_restore_names_every_change_of_access_that_it_takes_back(registry):
    with registry.app_context():
        account_id = add_account("li.hua", Role.CITY_REVIEWER)
        file = make(registry)
        now = datetime.now(UTC)
        administration.lock(account_id, actor="root.admin", today=date(2026, 11, 22), now=now)
    dispose(registry)

    told = restore(registry, file, "--older").output

    assert "account.locked li.hua, root.admin" in told
    assert "the restore took back" in told
    assert "everybody signs in again" in told


def test_a_restore_that_takes_nothing_back_says_nothing_of_access(registry):
    told = restore(registry, make(registry)).output

    assert "the restore took back" not in told


def test_backups_that_a_restore_set_aside_are_named_and_no_alarm(registry):
    add(registry)
    older = make(registry)
    add(registry)
    newer = make(registry)
    assert "heads of 2 backups, up to entry 4" in flask(registry, "audit", "verify").output
    assert restore(registry, older, "--older").exit_code == 0

    told = flask(registry, "audit", "verify")

    assert told.exit_code == 0, told.output
    assert "heads of 1 backups, up to entry 2" in told.output
    assert "Not compared with 1 backups: entry 3 says" in told.output
    newer.write_bytes(b"no backup")
    assert "1 backups that cannot be read" in flask(registry, "audit", "verify").output


SAID_OF_ITSELF = {
    "kind": {"kind": "demo"},
    "schema": {"schema": "0010_accounts"},
    "head": {"audit_head": {"sequence": 1, "digest": "a" * 64}},
}


@pytest.mark.parametrize("said", SAID_OF_ITSELF.values(), ids=SAID_OF_ITSELF)
def test_a_manifest_that_says_something_else_than_the_tables_behind_it_is_refused(registry, said):
    file = repack(make(registry), manifest=lambda told: told.update(said))

    refused = flask(registry, "backup", "verify", file)

    assert (refused.exit_code, "备份清单与其中的数据库不符" in refused.output) == (1, True)


def test_a_restore_asks_first(registry):
    file = make(registry)
    asked = registry.test_cli_runner().invoke(args=["backup", "restore", str(file)], input="n\n")
    assert (asked.exit_code, "real registry" in asked.output) == (1, True)
