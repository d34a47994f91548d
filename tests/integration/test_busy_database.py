"""Somebody writes for so long that others do not get their turn: they wait, and are told."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic

import pytest
from flask_migrate import upgrade

from enterprise_pipeline import transaction as writing
from enterprise_pipeline.services import verdicts
from models import AnnualReport, db
from tests.support.databases import MIGRATIONS
from tests.support.entry import post
from tests.support.small_registry import AS_OF, add_good_enterprise

pytestmark = pytest.mark.databases("sqlite")
TYPED = {"received_on": AS_OF.isoformat(), "source": "手工录入", "unit": "wan", "base": "0", "employees": "7"}


@pytest.fixture
def path(app) -> str:
    with app.app_context(), writing.transaction() as session:
        return f"/enterprises/{add_good_enterprise(session)}/figures/2025"


@contextmanager
def somebody_writes(url: str) -> Iterator[sqlite3.Connection]:
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def versions(app) -> int:
    with app.app_context():
        return db.session.query(AnnualReport).filter_by(source="手工录入").count()


def test_a_save_waits_for_its_turn(app, client, database_url, path):
    answers = []
    with somebody_writes(database_url) as other:
        waiting = Thread(target=lambda: answers.append(post(client, path, **TYPED)))
        waiting.start()
        waiting.join(timeout=0.5)
        assert waiting.is_alive()
        other.execute("COMMIT")
        waiting.join()
    assert answers[0].status_code == 303
    assert versions(app) == 1


def test_who_gets_no_turn_is_told_and_can_send_the_form_again(app, client, database_url, path, monkeypatch):
    monkeypatch.setattr(writing, "TURN_SECONDS", 0.05)
    with somebody_writes(database_url):
        refused = post(client, path, **TYPED)
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "30"
        assert "系统正忙，没有保存" in refused.text
        assert client.get("/enterprises").status_code == 200
    assert versions(app) == 0
    assert post(client, path, **TYPED).status_code == 303


def test_what_was_saved_counts_as_saved_when_only_the_screening_gets_no_turn(app, client, path, monkeypatch):
    def no_turn(*_args, **_values):
        raise writing.Busy

    monkeypatch.setattr(verdicts, "run_chosen", no_turn)
    saved = post(client, path, **TYPED)
    assert saved.status_code == 303
    assert versions(app) == 1
    assert "结论还没有更新" in client.get(saved.location).text


def test_a_migration_gives_up_and_says_so(app, database_url, monkeypatch, caplog):
    monkeypatch.setattr(writing, "TURN_SECONDS", 0.05)
    begun = monotonic()
    with somebody_writes(database_url), app.app_context(), pytest.raises(SystemExit):
        upgrade(directory=MIGRATIONS)
    assert monotonic() - begun < 20
    assert "nothing was changed" in caplog.text
