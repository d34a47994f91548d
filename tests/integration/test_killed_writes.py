"""A program that is killed in the middle of saving a year's figures, at each place where it can hurt."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services.audit_trail import verify_chain
from enterprise_pipeline.services.screening import run_changed, run_full
from enterprise_pipeline.transaction import transaction
from forms.figures import BY_HAND
from models import AnnualReport, AuditEvent, db
from tests.conftest import dispose
from tests.support.entry import post
from tests.support.small_registry import AS_OF, add_good_enterprise, counted_cube, live_rows, stored_cube

SECONDS = 120
# Sends the form as a browser does and kills itself at the place that its arguments name.
PROGRAM = """
import os, signal, sys
from datetime import date
from pathlib import Path
from sqlalchemy import event
from enterprise_pipeline.config import Settings
from enterprise_pipeline.factory import create_app
from models import db
from tests.integration.test_killed_writes import TYPED
from tests.support.entry import post

instance, url, path, place, statement, count = sys.argv[1:]
settings = Settings(instance=Path(instance), database_url=url, secret_key="k" * 64, today=date(2026, 11, 22))
app = create_app(settings)
left = int(count)

def here(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

def executed(_connection, _cursor, told, *_):
    if told.startswith(statement):
        here()

with app.app_context():
    if place == "statement":
        event.listen(db.engine, "after_cursor_execute", executed)
    elif place == "before commit":
        event.listen(db.engine, "commit", here)
    else:
        event.listen(db.session, "after_commit", here)
post(app.test_client(), path, **TYPED)
"""
TYPED = {
    "received_on": "2026-11-20",
    "source": BY_HAND,
    "unit": "wan",
    "base": "0",
    "employees": "501",
    "confirmed": "y",
}
# The commits of a save: the figures with their audit event; then the run, the new verdicts, the run's end.
PLACES = [
    pytest.param(("statement", "INSERT INTO annual_report", 1), False, id="between two statements"),
    pytest.param(("statement", "UPDATE enterprise", 1), False, id="after the last statement"),
    pytest.param(("before commit", "", 1), False, id="before the commit"),
    pytest.param(("after commit", "", 1), True, id="after the commit"),
    pytest.param(("before commit", "", 3), True, id="before the new verdicts are committed"),
    pytest.param(("after commit", "", 4), True, id="before the answer"),
]


@pytest.fixture
def firm(app: Flask) -> Iterator[int]:
    """An enterprise that is eligible for tech_sme until it has 501 employees."""
    with app.app_context():
        with transaction() as session:
            firm = add_good_enterprise(session)
        run_full(as_of=AS_OF)
    dispose(app)
    yield firm
    dispose(app)


def send_and_die(app: Flask, path: str, place: tuple[str, str, int]) -> None:
    settings = app.config["SETTINGS"]
    words = [str(settings.instance), settings.database_url, path, *map(str, place)]
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        timeout=SECONDS,
    )
    assert ended.returncode == -signal.SIGKILL


def saved(app: Flask) -> tuple[int, int]:
    """How many versions by hand there are and how many saves the audit trail knows, of a whole registry."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            assert db.session.scalar(db.text("PRAGMA integrity_check")) == "ok"
        assert verify_chain().findings == []
        versions = select(func.count()).select_from(AnnualReport).where(AnnualReport.source == BY_HAND)
        told = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "figures.saved")
        return db.session.scalar(versions) or 0, db.session.scalar(told) or 0


@pytest.mark.parametrize(("place", "is_kept"), PLACES)
def test_a_killed_save_is_whole_or_not_there_and_the_form_can_be_sent_again(app, firm, place, is_kept):
    path = f"/enterprises/{firm}/figures/2025"
    send_and_die(app, path, place)

    assert saved(app) == ((1, 1) if is_kept else (0, 0))

    again = post(app.test_client(), path, **TYPED)
    assert again.status_code == (422 if is_kept else 303)
    assert ("已有第 1 版数据" in again.text) is is_kept
    assert saved(app) == (1, 1)

    with app.app_context():
        run_changed(as_of=AS_OF)
        session = db.session()
        assert stored_cube(session) == counted_cube(session)
        verdicts = live_rows(session, "verdict", tier="tech_sme")
        run_full(as_of=AS_OF)
        assert live_rows(session, "verdict", tier="tech_sme") == verdicts


def test_every_place_is_reached_by_a_save(app, firm):
    """If a save had fewer commits, the places above would prove nothing."""
    commits = 0

    def count(*_: object) -> None:
        nonlocal commits
        commits += 1

    with app.app_context():
        event.listen(db.engine, "commit", count)
        post(app.test_client(), f"/enterprises/{firm}/figures/2025", **TYPED)
        event.remove(db.engine, "commit", count)
    assert commits == 4
