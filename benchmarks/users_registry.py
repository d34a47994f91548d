"""What many users work on: a registry with accounts, a real server, and what must hold afterwards."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, make_url, select, text
from sqlalchemy.orm import Session

from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.accounts import passwords, usernames
from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Role
from enterprise_pipeline.services.audit_trail import verify_chain
from enterprise_pipeline.services.demo.build import build_demo
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.transaction import close_connections, transaction
from forms.figures import BY_HAND
from models import Account, AnnualReport, AuditEvent, Enterprise, RoleGrant, db
from tools.start_postgres import running_postgres

AS_OF = date(2026, 11, 22)
YEAR = 2025
KEY = "k" * 64
PASSWORD = "隔江人在雨声中 42"  # noqa: S105 -- of invented accounts
MIGRATIONS = str(ROOT / "enterprise_pipeline" / "migrations")
# Of eight people: a lead, two reviewers of the city, five of counties.
ROTA = (Role.CITY_LEAD, *[Role.COUNTY_REVIEWER] * 3, Role.CITY_REVIEWER, *[Role.COUNTY_REVIEWER] * 2)
ROTA = (*ROTA, Role.CITY_REVIEWER)
START_SECONDS = 60
WARM = 6  # Both workers have most likely answered once by then.


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account that somebody signs in to, and the enterprises of its area."""

    username: str
    role: Role
    jurisdiction: str | None
    enterprise_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Registry:
    """A registry that a server can be started on."""

    app: Flask
    url: str
    instance: Path
    people: tuple[Person, ...]


@contextmanager
def registry(kind: str, folder: Path, *, enterprises: int, users: int) -> Iterator[Registry]:
    """A screened demo registry of that size in a database of its own, with so many accounts."""
    with ExitStack() as stack:
        url = f"sqlite:///{folder}/registry.sqlite3"
        if kind == "postgresql":
            url = _own_database(stack.enter_context(running_postgres()))
        app = create_app(Settings(instance=folder, database_url=url, secret_key=KEY, today=AS_OF))
        with app.app_context():
            upgrade(directory=MIGRATIONS)
            build_demo(enterprises=enterprises, seed=7)
            run_full(as_of=AS_OF)
            people = add_people(users)
            close_connections()
        try:
            yield Registry(app=app, url=url, instance=folder, people=people)
        finally:
            with app.app_context():
                close_connections()


def _own_database(server: str) -> str:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CREATE DATABASE many_users TEMPLATE template0"))
    engine.dispose()
    return make_url(server).set(database="many_users").render_as_string(hide_password=False)


def add_people(users: int) -> tuple[Person, ...]:
    """So many accounts with one password, spread over the roles and jurisdictions."""
    by_place: dict[str, list[int]] = defaultdict(list)
    for number, place in db.session.execute(select(Enterprise.id, Enterprise.jurisdiction)):
        if place:
            by_place[place].append(number)
    everywhere = tuple(number for numbers in by_place.values() for number in numbers)
    places = sorted(by_place)
    stored = passwords.hash_of(PASSWORD)
    people = []
    with transaction() as session:
        for number in range(users):
            role, place = ROTA[number % len(ROTA)], places[number % len(places)]
            name = f"person{number:03d}"
            is_local = ROLES[role].reach is Reach.JURISDICTION
            _add_person(session, name, stored, role, place if is_local else None)
            area = tuple(by_place[place]) if is_local else everywhere
            people.append(
                Person(
                    username=name,
                    role=role,
                    jurisdiction=place if is_local else None,
                    enterprise_ids=area,
                )
            )
    return tuple(people)


def _add_person(session: Session, name: str, password_hash: str, role: Role, place: str | None) -> None:
    account = Account(
        username=name,
        lookalike_key=usernames.lookalike_key(name),
        display_name=name,
        password_hash=password_hash,
    )
    session.add(account)
    session.flush()
    session.add(
        RoleGrant(
            account_id=account.id,
            role=role.value,
            jurisdiction=place,
            valid_from=date(2020, 1, 1),
            granted_by="benchmark",
        )
    )


@contextmanager
def serving(found: Registry) -> Iterator[int]:
    """Serve by the gunicorn of production until the block ends; its complaints go to server.log."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "app:app"]
    environment = {
        **os.environ,
        "DATABASE_URL": found.url,
        "OMP_NUM_THREADS": "1",
        "PIPELINE_INSTANCE": str(found.instance),
        "PIPELINE_PORT": str(port),
        "PIPELINE_TODAY": AS_OF.isoformat(),
        "SECRET_KEY": KEY,
    }
    with (found.instance / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _wait(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=START_SECONDS)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    answered = 0
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"http://127.0.0.1:{port}/login", timeout=START_SECONDS):
                answered += 1
        except OSError:
            time.sleep(0.1)
        if answered == WARM:
            return
    raise TimeoutError("The server did not start; see server.log in its instance folder.")


@dataclass(frozen=True, kw_only=True)
class Stored:
    """How far the figures of an enterprise have come: newest version by hand, and its counter."""

    version: int
    counter: int


def stored_figures() -> dict[int, Stored]:
    """The newest version by hand of every enterprise that has one."""
    query = (
        select(AnnualReport.enterprise_id, AnnualReport.version, AnnualReport.employees)
        .where(AnnualReport.fiscal_year == YEAR, AnnualReport.source == BY_HAND)
        .order_by(AnnualReport.version)
    )
    return {row[0]: Stored(version=row[1], counter=row[2] or 0) for row in db.session.execute(query)}


def problems_after(
    before: Mapping[int, Stored],
    *,
    figures: Mapping[int, int],
    recorded: Mapping[tuple[str, str], int],
) -> list[str]:
    """What does not hold after accepted writes: ``figures`` by enterprise, ``recorded`` by who and what.

    Every accepted edit wrote the counter it saw plus one as the version it saw plus one. Had one of them been
    lost or done twice, counter and version would not both have grown by the number that was accepted.
    """
    wrong = []
    after = stored_figures()
    for number in sorted(before.keys() | after.keys() | figures.keys()):
        was, now = before.get(number, Stored(version=0, counter=0)), after.get(number)
        grown = (now.version - was.version, now.counter - was.counter) if now else (0, 0)
        if grown != (figures.get(number, 0),) * 2:
            wrong.append(f"enterprise {number}: {figures.get(number, 0)} accepted, stored {grown}")
    wrong += _audit_problems(recorded)
    wrong += [f"audit trail: {finding}" for finding in verify_chain().findings]
    return wrong


def _audit_problems(recorded: Mapping[tuple[str, str], int]) -> Sequence[str]:
    """Where the audit trail tells another number than the people who did it."""
    actions = {action for _actor, action in recorded}
    counts: Counter[tuple[Any, ...]] = Counter()
    query = (
        select(AuditEvent.actor, AuditEvent.action, func.count())
        .where(AuditEvent.action.in_(actions), AuditEvent.actor.like("person%"))
        .group_by(AuditEvent.actor, AuditEvent.action)
    )
    for actor, action, count in db.session.execute(query):
        counts[actor, action] = count
    return [
        f"{who} {what}: {recorded.get((who, what), 0)} accepted, {counts[who, what]} recorded"
        for who, what in sorted(counts.keys() | recorded.keys())
        if counts[who, what] != recorded.get((who, what), 0)
    ]
