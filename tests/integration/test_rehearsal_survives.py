"""A rehearsal that is killed, stopped, taken over or left alone loses nothing and counts nobody twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services import clock, rehearsal, rulebooks
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.rehearsal import NotOurs
from enterprise_pipeline.services.rehearsal_heads import head
from enterprise_pipeline.transaction import transaction
from models import REHEARSAL_CHANGES, Rehearsal, db
from tests.support.changed_rules import fewer_employees
from tests.support.small_registry import AS_OF, add_enterprise, add_good_enterprise, add_report

FIRMS = 400
NAME = "tech_sme.toml"


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def started() -> int:
    return rehearsal.start_for_file(NAME, fewer_employees(100), actor="t", as_of=AS_OF)


def stored(session: Session, rehearsal_id: int) -> list[tuple[int, int]]:
    """Kind and enterprise of every stored change."""
    session.rollback()
    columns = (REHEARSAL_CHANGES.c.kind, REHEARSAL_CHANGES.c.enterprise_id)
    query = select(*columns).where(REHEARSAL_CHANGES.c.rehearsal_id == rehearsal_id).order_by(*columns)
    return [tuple(row) for row in session.execute(query)]


def many_firms() -> None:
    """Firms of which every other one is touched by the changed rule."""
    with transaction() as writing:
        for number in range(FIRMS):
            firm = add_enterprise(writing)
            add_report(writing, firm, 2025, employees=101 if number % 2 else 99)


def test_a_killed_command_goes_on_where_it_was(app, session, database_url, tmp_path):
    many_firms()
    whole = started()
    rehearsal.run(whole)
    file = tmp_path / NAME
    file.write_bytes(fewer_employees(100))
    killed = kill_half_way(session, file, database_url, tmp_path)
    at_death = stored(session, killed)
    assert 0 < len(at_death) < len(stored(session, whole))

    command = [*flask(), "rules", "rehearse", "--resume", str(killed), "--chunk", "50"]
    again = subprocess.run(
        command,
        env=environment(database_url, tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stderr
    session.rollback()
    assert stored(session, killed) == stored(session, whole)
    assert head(killed).cells == head(whole).cells
    assert head(killed).turned == head(whole).turned
    assert head(killed).state == "done"


def flask() -> list[str]:
    return [str(Path(sys.executable).with_name("flask")), "--app", "app"]


def environment(database_url: str, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_url,
        "PIPELINE_INSTANCE": str(folder),
        "PIPELINE_TODAY": AS_OF.isoformat(),
    }


def kill_half_way(session: Session, file: Path, database_url: str, folder: Path) -> int:
    """Rehearse by command, kill it once it has stored some enterprises but not all; its id."""
    known = session.scalar(select(func.max(Rehearsal.id))) or 0
    command = [*flask(), "rules", "rehearse", str(file), "--chunk", "2"]
    process = subprocess.Popen(
        command, env=environment(database_url, folder), cwd=ROOT, stderr=subprocess.DEVNULL
    )
    done, deadline = 0, time.monotonic() + 60
    query = select(Rehearsal.id, Rehearsal.done).where(Rehearsal.id > known)
    while not done and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
        session.rollback()
        row = session.execute(query).first()
        done = row.done if row else 0
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended by itself"
    session.rollback()
    rehearsal_id, done = session.execute(query).one()
    assert 0 < done < FIRMS
    return int(rehearsal_id)


def fall_silent(session: Session, rehearsal_id: int) -> None:
    """Let the last sign of life be long ago, as if the process had died."""
    with transaction() as writing:
        silent = clock.now() - rehearsal.SILENCE - timedelta(seconds=1)
        writing.execute(
            update(Rehearsal).where(Rehearsal.id == rehearsal_id).values(heartbeat_at=silent, owner="dead")
        )
    session.rollback()


def test_a_silent_worker_counts_as_interrupted_and_another_goes_on(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    rehearsal_id = started()
    assert head(rehearsal_id).state == "running"
    fall_silent(session, rehearsal_id)
    assert head(rehearsal_id).state == "interrupted"
    rehearsal.run(rehearsal_id)
    session.rollback()
    assert head(rehearsal_id).state == "done"


def test_a_worker_that_is_alive_is_not_doubled_unless_taken_over(session):
    with transaction() as writing:
        for _ in range(4):
            add_good_enterprise(writing)
    rehearsal_id = started()

    def second(_done: int, _total: int) -> None:
        with pytest.raises(ServiceError, match="正在进行"):
            rehearsal.run(rehearsal_id)
        rehearsal.run(rehearsal_id, chunk=2, take_over=True)

    with pytest.raises(NotOurs):
        rehearsal.run(rehearsal_id, chunk=2, progress=second)
    session.rollback()
    shown = head(rehearsal_id)
    assert (shown.state, shown.done, sum(n for *_cell, n in shown.cells)) == ("done", 4, 4)


def test_a_stopped_rehearsal_keeps_what_it_found_and_can_go_on(session):
    many_firms()
    rehearsal_id = started()

    def stop(done: int, _total: int) -> None:
        if done >= 100:
            rehearsal.cancel(rehearsal_id, actor="t")

    with pytest.raises(NotOurs):
        rehearsal.run(rehearsal_id, chunk=50, progress=stop)
    session.rollback()
    shown = head(rehearsal_id)
    assert (shown.state, shown.done) == ("cancelled", 100)
    assert len(stored(session, rehearsal_id)) == 50
    with pytest.raises(ServiceError, match="已经结束"):
        rehearsal.cancel(rehearsal_id, actor="t")

    rehearsal.run(rehearsal_id, chunk=50)
    session.rollback()
    assert (head(rehearsal_id).state, head(rehearsal_id).done) == ("done", FIRMS)
    assert len(stored(session, rehearsal_id)) == FIRMS // 2


def test_an_error_is_written_down_and_the_rehearsal_can_go_on(session, monkeypatch):
    with transaction() as writing:
        add_good_enterprise(writing)
    rehearsal_id = started()
    with monkeypatch.context() as broken:
        broken.setattr(rehearsal, "read_facts", None)
        with pytest.raises(TypeError):
            rehearsal.run(rehearsal_id)
    session.rollback()
    shown = head(rehearsal_id)
    assert shown.state == "failed"
    assert "TypeError" in str(shown.error)
    rehearsal.run(rehearsal_id)
    session.rollback()
    assert (head(rehearsal_id).state, head(rehearsal_id).error) == ("done", None)


def test_it_does_not_go_on_by_other_rules(session, monkeypatch):
    rehearsal_id = started()
    with transaction() as writing:
        writing.execute(update(Rehearsal).values(rules_hash="0" * 64))
    with pytest.raises(ServiceError, match="重新开始"):
        rehearsal.run(rehearsal_id)
    assert rulebooks.current_rulebook().content_hash != "0" * 64


def test_firms_registered_meanwhile_are_looked_at_too(session):
    with transaction() as writing:
        for _ in range(2):
            add_good_enterprise(writing)
    rehearsal_id = started()
    newcomers: list[int] = []

    def register(done: int, _total: int) -> None:
        if not newcomers:
            with transaction() as writing:
                newcomers.append(add_good_enterprise(writing))

    rehearsal.run(rehearsal_id, chunk=1, progress=register)
    session.rollback()
    assert (head(rehearsal_id).done, head(rehearsal_id).total) == (3, 3)
