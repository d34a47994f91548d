"""``flask demo accounts``, and what becomes of accounts when the demo registry is built anew."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select

from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Role
from models import Account, AuditEvent, Enterprise, RoleGrant, db
from tests.support.accounts import add_account, main_text, sign_in
from tests.support.entry import post
from tests.support.registry_rows import add_enterprises

BUILD = ["demo", "build", "--enterprises", "60", "--seed", "5"]
ACCOUNTS = ["demo", "accounts"]


def invoke(runner: FlaskCliRunner, arguments: list[str]) -> str:
    result = runner.invoke(args=arguments)
    assert result.exit_code == 0, result.output
    return result.output


def told(output: str) -> dict[str, str]:
    """User names with their passwords, as the command prints them."""
    return dict(re.findall(r"^  (demo\.\w+) +(\S+) ", output, re.MULTILINE))


def codes(output: str) -> list[str]:
    return re.findall(r"^  ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$", output, re.MULTILINE)


def with_code(client: FlaskClient, password: str, code: str) -> None:
    assert post(client, "/login", username="demo.admin", password=password).location == "/login/code"
    assert post(client, "/login/code", code=code).status_code == 303
    assert client.get("/accounts").status_code == 200


def test_every_role_gets_an_account_with_which_one_can_sign_in(app: Flask, runner: FlaskCliRunner) -> None:
    invoke(runner, BUILD)
    output = invoke(runner, ACCOUNTS)
    passwords = told(output)

    with app.app_context():
        grants = db.session.scalars(select(RoleGrant)).all()
        assert {Role(grant.role) for grant in grants} == set(Role)
        assert sorted(grant.has_figures for grant in grants if grant.role == Role.EVALUATOR) == [False, True]
        assert all(grant.valid_to for grant in grants if ROLES[Role(grant.role)].must_end)
        assert len(passwords) == len(grants) == 8
    with_code(app.test_client(), passwords.pop("demo.admin"), codes(output)[0])
    for username, password in passwords.items():
        client = app.test_client()
        assert sign_in(client, username, password).status_code == 303, username
        assert "退出" in client.get("/account").text


def test_the_enterprise_accounts_see_one_enterprise_of_the_county_that_the_reviewer_sees(
    app: Flask, runner: FlaskCliRunner
) -> None:
    invoke(runner, BUILD)
    invoke(runner, ACCOUNTS)

    with app.app_context():
        county = db.session.scalars(select(RoleGrant).filter_by(role=Role.COUNTY_REVIEWER)).one()
        of_one = db.session.scalars(select(RoleGrant).where(RoleGrant.enterprise_id.is_not(None))).all()
        place = db.session.get_one(Enterprise, of_one[0].enterprise_id).jurisdiction
        assert {grant.enterprise_id for grant in of_one} == {of_one[0].enterprise_id}
        assert (len(of_one), place) == (2, county.jurisdiction)


def test_called_again_it_gives_new_passwords_and_opens_what_was_locked(
    app: Flask, runner: FlaskCliRunner
) -> None:
    invoke(runner, BUILD)
    first = invoke(runner, ACCOUNTS)
    client = app.test_client()
    assert sign_in(client, "demo.lead", told(first)["demo.lead"]).status_code == 303
    with app.app_context():
        db.session.query(Account).filter_by(username="demo.county").update({"locked_at": db.func.now()})
        db.session.commit()
    second = invoke(runner, ACCOUNTS)

    assert client.get("/account").status_code == 303, "the old session has ended"
    assert sign_in(app.test_client(), "demo.lead", told(first)["demo.lead"]).status_code == 422
    for username in ("demo.lead", "demo.county"):
        assert sign_in(app.test_client(), username, told(second)[username]).status_code == 303
    with_code(app.test_client(), told(second)["demo.admin"], codes(second)[9])
    assert not set(codes(first)) & set(codes(second))
    with app.app_context():
        assert db.session.query(Account).count() == db.session.query(RoleGrant).count() == 8


def test_beside_real_enterprises_no_account_is_made(app: Flask, runner: FlaskCliRunner) -> None:
    for is_synthetic in (None, False):
        if is_synthetic is not None:
            with app.app_context():
                add_enterprises(db.session, is_synthetic=is_synthetic)
                db.session.commit()
        result = runner.invoke(args=ACCOUNTS)
        assert result.exit_code == 1
        assert "不是演示登记册" in result.output
    with app.app_context():
        assert db.session.query(Account).count() == 0


def test_one_real_enterprise_in_a_demo_registry_is_enough_to_refuse(
    app: Flask, runner: FlaskCliRunner
) -> None:
    invoke(runner, BUILD)
    with app.app_context():
        db.session.get_one(Enterprise, 1).is_synthetic = False
        db.session.commit()

    assert runner.invoke(args=ACCOUNTS).exit_code == 1


def test_a_rebuild_keeps_accounts_and_takes_away_roles_for_enterprises_that_are_gone(
    app: Flask, runner: FlaskCliRunner
) -> None:
    invoke(runner, BUILD)
    passwords = told(invoke(runner, ACCOUNTS))
    with app.app_context():
        add_account("somebody.else", Role.ENTERPRISE_FILER, Role.CITY_REVIEWER, enterprise_id=7)
    filer, reviewer = app.test_client(), app.test_client()
    sign_in(filer, "demo.filer", passwords["demo.filer"])
    sign_in(reviewer, "somebody.else")
    invoke(runner, [*BUILD, "--force"])

    with app.app_context():
        assert db.session.query(Account).count() == 9
        kept = db.session.scalars(select(RoleGrant)).all()
        assert Reach.ENTERPRISE not in {ROLES[Role(grant.role)].reach for grant in kept}
        assert db.session.scalars(select(AuditEvent).filter_by(action="registry.emptied")).one()
    assert "现在没有有效的角色" in main_text(filer.get("/account"))
    assert reviewer.get("/candidates").status_code == 200, "other roles of the same person stay"
    assert app.test_client().get("/").location == "/login?next=/", "nobody gets in without signing in"

    again = told(invoke(runner, ACCOUNTS))
    client = app.test_client()
    assert sign_in(client, "demo.filer", again["demo.filer"]).status_code == 303
    assert client.get("/begin").location.startswith("/enterprises/")


@pytest.mark.databases("sqlite")
def test_accounts_go_into_the_demo_file_and_not_into_the_real_one(app: Flask, runner: FlaskCliRunner) -> None:
    real = app.config["SETTINGS"].instance / "registry.sqlite3"
    result = runner.invoke(args=[*ACCOUNTS, "--database-url", f"sqlite:///{real}"])

    assert result.exit_code == 2
    assert "where the real registry is kept" in result.output
    assert not real.exists()
