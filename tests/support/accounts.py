"""Accounts for tests, and signing in as a browser does."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from enterprise_pipeline.services.accounts import passwords, usernames
from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Role
from enterprise_pipeline.services.accounts.sealing import key_of, seal
from models import Account, RoleGrant, db
from tests.support.entry import post

PASSWORD = "隔江人在雨声中 42"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LONG_AGO = date(2020, 1, 1)
FAR_OFF = date(2099, 12, 31)
PLACE = "420506"


@cache
def hashed(password: str = PASSWORD) -> str:
    """The digest of a password, made once a run."""
    return passwords.hash_of(password)


def add_account(
    username: str,
    *roles: Role,
    place: str = PLACE,
    enterprise_id: int | None = None,
    has_figures: bool = False,
    second_factor: bool | None = None,
    **values: Any,
) -> int:
    """An account with a password and these roles; administrators get the second factor they need."""
    needs = any(ROLES[role].needs_second_factor for role in roles)
    account = Account(
        username=username,
        lookalike_key=usernames.lookalike_key(username),
        display_name=values.pop("display_name", username),
        password_hash=values.pop("password_hash", hashed()),
        **values,
    )
    db.session.add(account)
    db.session.flush()
    if needs if second_factor is None else second_factor:
        account.totp_secret = seal(key_of(db.session()), account.id, SECRET)
    for role in roles:
        reach = ROLES[role].reach
        db.session.add(
            RoleGrant(
                account_id=account.id,
                role=role.value,
                jurisdiction=place if reach is Reach.JURISDICTION else None,
                enterprise_id=enterprise_id if reach is Reach.ENTERPRISE else None,
                has_figures=has_figures,
                valid_from=LONG_AGO,
                valid_to=FAR_OFF if ROLES[role].must_end else None,
                granted_by="test",
            )
        )
    db.session.commit()
    return account.id


def add_accounts(app: Flask, accounts: Sequence[tuple[str, Role]], **values: Any) -> dict[str, int]:
    """Several accounts of one role each; returns their numbers by user name."""
    with app.app_context():
        return {username: add_account(username, role, **values) for username, role in accounts}


def code_at(instant: datetime | None = None) -> str:
    """What the telephone shows."""
    return pyotp.TOTP(SECRET).at(instant or datetime.now(UTC))


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **more: Any) -> TestResponse:
    """Sign in with name and password, and with a code where one is asked for."""
    answer = post(client, "/login", username=username, password=password, **more)
    if answer.location == "/login/code":
        return post(client, "/login/code", code=code_at())
    return answer


def signed_in(app: Flask, username: str) -> FlaskClient:
    """A browser of its own in which somebody is signed in."""
    client = app.test_client()
    answer = sign_in(client, username)
    assert answer.status_code == 303, answer.text
    return client


def main_text(answer: TestResponse) -> str:
    """What a reader sees of the main part, without tags."""
    found = re.search(r"<main.*</main>", answer.text, re.DOTALL)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split())
