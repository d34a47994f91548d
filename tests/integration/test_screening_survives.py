"""What a screening does to those who look, edit or kill while it goes on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services import runs
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.screening import run_changed, run_full
from enterprise_pipeline.transaction import transaction
from models import ASSESSMENTS, AnnualReport, Enterprise, RegistryState, ScreeningRun, db
from scoring.vocabulary import Verdict
from tests.support.small_registry import (
    AS_OF,
    GOOD_YEAR,
    add_enterprise,
    add_good_enterprise,
    counted_cube,
    live_rows,
    stored_cube,
)

ENTERPRISES = 600
# Screens five enterprises at a time, so that there is time to kill it half way.
PROGRAM = """
from datetime import date
from pathlib import Path
from enterprise_pipeline.config import Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.screening import run_full
app = create_app(Settings(instance=Path({instance!r}), database_url={url!r}, secret_key="k" * 64))
with app.app_context():
    run_full(as_of=date({year}, 11, 22), chunk=5)
"""


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


@contextmanager
def acting_on_commit(number: int, act: Callable[[Session], None]) -> Iterator[None]:
    """Let somebody else act in a session of their own right after the n-th commit from now."""
    commits = count(1)

    def look(_session: Session) -> None:
        if next(commits) == number:
            with (
                db.engine.connect().execution_options(write=True) as connection,
                Session(connection) as other,
            ):
                act(other)
                other.commit()

    event.listen(db.session, "after_commit", look)
    try:
        yield
    finally:
        event.remove(db.session, "after_commit", look)


def worsen(other: Session, firm: int) -> None:
    """Revise last year's report so that the firm fails tech_sme."""
    figures = GOOD_YEAR | {"employees": 501}
    other.add(
        AnnualReport(
            enterprise_id=firm, fiscal_year=2025, source="late", version=1, received_on=AS_OF, **figures
        )
    )
    other.flush()  # so that it is this test that begins to write, not the service
    mark_changed(other, [firm])


@pytest.mark.parametrize("commits", [1, 2, 3, 4, 5, 6])
def test_no_edit_made_during_a_full_run_is_lost(session, commits):
    """Whenever the edit comes, before or after the firm was read, it is in the list afterwards."""
    with transaction() as writing:
        firms = [add_good_enterprise(writing) for _ in range(4)]
    run_full(as_of=AS_OF)
    with acting_on_commit(commits, lambda other: worsen(other, firms[1])):
        run_full(as_of=AS_OF, chunk=2)

    verdicts = live_rows(session, "enterprise_id", "verdict", tier="tech_sme")
    assert dict(verdicts) == {
        firm: Verdict.NOT_ELIGIBLE if firm == firms[1] else Verdict.ELIGIBLE for firm in firms
    }
    assert stored_cube(session) == counted_cube(session)


def test_an_enterprise_registered_during_a_full_run_is_in_the_list(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    newcomers: list[int] = []
    with acting_on_commit(3, lambda other: newcomers.append(add_enterprise(other))):
        run_full(as_of=AS_OF)
    assert newcomers[0] in {row[0] for row in live_rows(session, "enterprise_id")}


def test_lists_show_the_old_screening_until_the_new_one_is_complete(session):
    with transaction() as writing:
        for _ in range(4):
            add_good_enterprise(writing)
    first = run_full(as_of=AS_OF)
    seen: list[set[int]] = []
    with ExitStack() as watched:
        for number in (1, 2, 3, 4):
            watched.enter_context(
                acting_on_commit(
                    number, lambda other: seen.append({row[0] for row in live_rows(other, "run_id")})
                )
            )
        run_full(as_of=AS_OF, chunk=2)
    assert seen == [{first.run_id}] * 4


def test_a_full_run_gives_up_when_another_one_begins(session):
    with transaction() as writing:
        for _ in range(4):
            add_good_enterprise(writing)
    first = run_full(as_of=AS_OF)

    def begin_another(other: Session) -> None:
        runs.begin(other, scope="full", as_of=AS_OF, known_on=AS_OF)

    with acting_on_commit(3, begin_another), pytest.raises(runs.Superseded):
        run_full(as_of=AS_OF, chunk=2)

    session.rollback()
    state = session.scalars(select(RegistryState)).one()
    assert state.live_run_id == first.run_id
    statuses = session.scalars(select(ScreeningRun.status).order_by(ScreeningRun.id)).all()
    assert statuses == ["done", "failed", "running"]


def test_a_run_that_fails_says_why_and_leaves_the_list(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    first = run_full(as_of=AS_OF)

    def lose_the_spare_table(other: Session) -> None:
        ASSESSMENTS[0].drop(other.connection())

    with acting_on_commit(2, lose_the_spare_table), pytest.raises(Exception, match="assessment_0"):
        run_full(as_of=AS_OF)
    session.rollback()
    newest = session.scalars(select(ScreeningRun).order_by(ScreeningRun.id.desc())).first()
    assert newest is not None
    assert newest.status == "failed"
    assert "assessment_0" in str(newest.error)
    assert {row[0] for row in live_rows(session, "run_id")} == {first.run_id}


def test_a_day_without_any_rules_is_refused_and_changes_nothing(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    first = run_full(as_of=AS_OF)
    with pytest.raises(ServiceError, match="1999-01-01"):
        run_full(as_of=date(1999, 1, 1))
    assert {row[0] for row in live_rows(session, "run_id")} == {first.run_id}


def test_a_killed_run_leaves_the_old_list_live(app, database_url, tmp_path, session):
    with transaction() as writing:
        for _ in range(ENTERPRISES):
            add_enterprise(writing)
    first = run_full(as_of=AS_OF)
    before, cube = live_rows(session), stored_cube(session)

    kill_half_way(session, PROGRAM.format(instance=str(tmp_path), url=database_url, year=2027))
    assert live_rows(session) == before
    assert stored_cube(session) == cube
    session.rollback()
    assert session.scalars(select(RegistryState.live_run_id)).one() == first.run_id

    again = run_full(as_of=AS_OF)
    assert {row[0] for row in live_rows(session, "run_id")} == {again.run_id}
    assert stored_cube(session) == counted_cube(session) == cube
    session.rollback()
    statuses = session.scalars(select(ScreeningRun.status).order_by(ScreeningRun.id)).all()
    assert statuses == ["done", "failed", "done"]


def kill_half_way(session: Session, program: str) -> None:
    """Start the program and kill it as soon as it has stored some, but not all, enterprises."""
    spare = ASSESSMENTS[1 - session.scalars(select(RegistryState.live_slot)).one()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)
    stored = 0
    deadline = time.monotonic() + 60
    while not stored and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
        session.rollback()
        stored = session.scalar(select(func.count(spare.c.enterprise_id.distinct()))) or 0
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended by itself"
    session.rollback()
    assert 0 < stored < session.scalar(select(func.count(Enterprise.id)))


def test_a_killed_run_that_had_switched_is_caught_up_by_the_next_run_of_changes(session):
    """Between the switch and the second look at late edits the live run is still called running."""
    with transaction() as writing:
        firm = add_good_enterprise(writing)
    full = run_full(as_of=AS_OF)
    with transaction() as writing:
        worsen(writing, firm)
        writing.execute(
            update(ScreeningRun)
            .where(ScreeningRun.id == full.run_id)
            .values(status="running", finished_at=None)
        )
    assert run_changed(as_of=AS_OF).scope == "changed"
    assert live_rows(session, "verdict", tier="tech_sme") == [(Verdict.NOT_ELIGIBLE,)]
