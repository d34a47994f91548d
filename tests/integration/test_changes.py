from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.changes import IDS_PER_STATEMENT, in_parts, mark_changed
from enterprise_pipeline.transaction import transaction
from models import AuditEvent, Enterprise, db
from tests.support.small_registry import add_enterprise


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def test_marking_raises_version_and_stamps_only_those_named(session):
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with transaction() as writing:
        first, second = (add_enterprise(writing, changed_at=long_ago) for _ in range(2))
    with transaction() as writing:
        mark_changed(writing, [first, first])

    assert session.get_one(Enterprise, first).version == 2
    assert (clock.now() - session.get_one(Enterprise, first).changed_at).total_seconds() < 60
    untouched = session.get_one(Enterprise, second)
    assert (untouched.version, untouched.changed_at) == (1, long_ago)


def test_an_enterprise_in_hand_shows_its_new_version(session):
    with transaction() as writing:
        firm = add_enterprise(writing)
        enterprise = writing.get_one(Enterprise, firm)
        mark_changed(writing, [firm])
        assert enterprise.version == 2


def test_long_lists_are_cut_so_that_a_statement_can_carry_them():
    parts = list(in_parts(range(2 * IDS_PER_STATEMENT + 1)))
    assert [len(part) for part in parts] == [IDS_PER_STATEMENT, IDS_PER_STATEMENT, 1]
    assert [number for part in parts for number in part] == list(range(2 * IDS_PER_STATEMENT + 1))


def test_an_audit_event_falls_with_the_change_it_tells_of(session):
    def record_and_fail() -> None:
        with transaction() as writing:
            audit.record(writing, **event)
            raise RuntimeError

    event = {"actor": "王科长", "action": "enterprise.renamed", "subject_type": "enterprise", "subject_id": 7}
    with pytest.raises(RuntimeError):
        record_and_fail()
    assert session.scalars(select(AuditEvent)).all() == []

    with transaction() as writing:
        audit.record(writing, **event, before={"name": "甲"}, after={"name": "乙"})
    [stored] = session.scalars(select(AuditEvent))
    assert (stored.actor, stored.subject_id, stored.before, stored.after) == (
        "王科长",
        "7",
        {"name": "甲"},
        {"name": "乙"},
    )


@pytest.mark.parametrize(("zone", "day"), [("Asia/Shanghai", 23), ("UTC", 22)])
def test_the_day_begins_where_the_bureau_is(zone, day):
    with time_machine.travel(datetime(2026, 11, 22, 17, 0, tzinfo=UTC), tick=False):
        assert clock.today(zone) == date(2026, 11, day)
        assert clock.today(zone, pretended=date(2020, 1, 1)) == date(2020, 1, 1)
