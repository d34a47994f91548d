"""The audit trail as a chain: recorded in order, changes refused, every way of tampering named."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from enterprise_pipeline.services import audit, audit_trail, clock
from enterprise_pipeline.services.audit_chain import GENESIS, Head
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.transaction import transaction
from models import AuditEvent, AuditPayload, db
from tests.support.auditing import change, delete, event, forged, insert, move, record, tamper

TEN = 10


def findings(app, **options):
    with app.app_context():
        found = audit_trail.verify_chain(**options)
        return [(entry.kind, entry.first, entry.last) for entry in found.summed_up()]


def head(app) -> Head:
    with app.app_context():
        return audit_trail.chain_head()


@pytest.fixture
def chained(app):
    record(app, TEN)
    return app


def test_entries_are_numbered_without_gaps_and_each_one_names_the_one_before(chained):
    with chained.app_context():
        rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()

        assert [row.id for row in rows] == list(range(1, TEN + 1))
        assert rows[0].previous == GENESIS
        assert [row.previous for row in rows[1:]] == [row.digest for row in rows[:-1]]
        assert audit_trail.chain_head() == Head(sequence=TEN, digest=rows[-1].digest)
        assert rows[4].after == {"name": "甲5"}
        assert rows[4].before is None
    assert findings(chained) == []


def fail_after_writing() -> None:
    with transaction() as session:
        audit.record_many(session, [event(11)])
        audit.write_pending(session)
        raise RuntimeError


def test_equal_events_have_different_digests_because_of_their_salt(app):
    with app.app_context():
        with transaction() as session:
            audit.record_many(session, [event(1), event(1)])
        digests = db.session.scalars(select(AuditEvent.payload_digest)).all()
        assert len(set(digests)) == 2


def test_a_transaction_that_fails_leaves_no_gap(chained):
    with chained.app_context():
        with pytest.raises(RuntimeError):
            fail_after_writing()
        with transaction() as session:
            audit.record_many(session, [event(12)])
        assert db.session.scalar(select(func.max(AuditEvent.id))) == TEN + 1
    assert findings(chained) == []


def test_recording_outside_a_transaction_is_refused(app):
    with app.app_context(), pytest.raises(RuntimeError, match="transaction"):
        audit.record_many(db.session(), [event(1)])


def test_many_events_are_recorded_in_one_go(app):
    with app.app_context():
        with transaction() as session:
            audit.record_many(session, (event(number) for number in range(5_000)))
        assert audit_trail.chain_head().sequence == 5_000
        assert audit_trail.verify_chain().checked == 5_000
    assert findings(app) == []


REFUSED = (
    "UPDATE audit_event SET actor = '李四' WHERE id = 5",
    "UPDATE audit_event SET digest = digest",
    "DELETE FROM audit_event WHERE id = 10",
    "UPDATE audit_payload SET body = '{}' WHERE event_id = 5",
    "DELETE FROM audit_payload WHERE event_id = 5",
    "DELETE FROM audit_payload",
)


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_refuses_changes(chained, statement):
    with (
        chained.app_context(),
        pytest.raises(DatabaseError, match="audit_"),
        db.engine.begin() as connection,
    ):
        connection.execute(text(statement))
    assert findings(chained) == []


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("table", ["audit_event", "audit_payload"])
def test_replacing_an_entry_is_refused_on_sqlite(chained, table):
    with (
        chained.app_context(),
        pytest.raises(DatabaseError, match="audit_"),
        db.engine.begin() as connection,
    ):
        connection.execute(
            text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
        )
    assert findings(chained) == []


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("tables", ["audit_payload", "audit_event, audit_payload"])
def test_emptying_the_tables_is_refused_on_postgresql(chained, tables):
    with (
        chained.app_context(),
        pytest.raises(DatabaseError, match="audit_"),
        db.engine.begin() as connection,
    ):
        connection.execute(text(f"TRUNCATE {tables}"))
    assert findings(chained) == []


ALTERED = {
    "actor": "actor = '李四'",
    "action": "action = 'enterprise.registered'",
    "instant": "occurred_at = '2020-01-01 00:00:00.000000'",
    "subject type": "subject_type = 'import'",
    "subject": "subject_id = '6'",
    "payload digest": "payload_digest = '" + "a" * 64 + "'",
    "digest": "digest = '" + "b" * 64 + "'",
    "previous digest": "previous = '" + "c" * 64 + "'",
}


@pytest.mark.parametrize("setting", ALTERED.values(), ids=ALTERED)
def test_an_altered_entry_is_named(chained, setting):
    tamper(chained, change(5, setting))

    found = findings(chained)

    assert ("altered", 5, 5) in found
    assert all(first in (5, 6) for _, first, _ in found)


def test_an_altered_payload_is_named(chained):
    tamper(chained, 'UPDATE audit_payload SET body = \'{"after":{},"before":null}\' WHERE event_id = 5')
    assert findings(chained) == [("altered payload", 5, 5)]


def test_a_payload_that_was_removed_without_an_erasure_is_named(chained):
    tamper(chained, "DELETE FROM audit_payload WHERE event_id IN (5, 6)")
    assert findings(chained) == [("missing payload", 5, 6)]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (5, 5), (3, 7)])
def test_missing_entries_are_named(chained, first, last):
    tamper(chained, *delete(first, last))
    assert findings(chained) == [("missing", first, last)]


def test_exchanged_entries_are_named(chained):
    tamper(chained, *move(4, 99), *move(6, 4), *move(99, 6))

    found = findings(chained)

    assert {("reordered", 4, 4), ("reordered", 6, 6)} <= set(found)


def test_a_gap_that_was_closed_by_numbering_anew_is_named(chained):
    tamper(chained, *delete(5, 5), *(line for place in range(6, TEN + 1) for line in move(place, place - 1)))
    assert findings(chained) == [("reordered", 5, 9), ("cut off", 10, 10)]


def test_an_inserted_entry_is_named_even_when_it_fits_the_one_before(chained):
    with chained.app_context():
        entry = forged(db.session.get_one(AuditEvent, 4))
    room = (line for place in range(TEN, 4, -1) for line in move(place, place + 1))
    tamper(chained, *room, *insert(entry))
    assert findings(chained) == [("reordered", 6, 11), ("inserted", 11, 11)]


def test_an_entry_added_at_the_end_behind_the_heads_back_is_named(chained):
    with chained.app_context():
        entry = forged(db.session.get_one(AuditEvent, TEN))
    tamper(chained, *insert(entry))
    assert findings(chained) == [("inserted", 11, 11)]


def test_a_rewritten_entry_with_a_fitting_digest_breaks_the_next_link(chained):
    with chained.app_context():
        row = db.session.get_one(AuditEvent, 5)
        kept = {"occurred_at": row.occurred_at, "payload_digest": row.payload_digest}
        entry = forged(db.session.get_one(AuditEvent, 4), **kept)
    tamper(chained, change(5, f"actor = '{entry.actor}', digest = '{entry.digest}'"))
    assert findings(chained) == [("broken link", 6, 6)]


def test_a_cut_off_end_is_named(chained):
    tamper(chained, *delete(8, TEN))
    assert findings(chained) == [("cut off", 8, 10)]


def test_an_end_cut_off_together_with_its_head_is_found_by_the_head_that_was_written_down(chained):
    written_down = head(chained)
    tamper(
        chained,
        *delete(8, TEN),
        "UPDATE audit_head SET sequence = 7, digest = (SELECT digest FROM audit_event WHERE id = 7)",
    )
    assert findings(chained) == []
    assert findings(chained, anchors=(written_down,)) == [("cut off", 8, 10)]
    assert findings(chained, anchors=(Head(digest=written_down.digest),)) == [("cut off", 7, 7)]


def test_an_emptied_trail_is_named(chained):
    tamper(chained, "DELETE FROM audit_payload", "DELETE FROM audit_event")
    assert findings(chained) == [("cut off", 1, 10)]


def test_a_trail_without_its_head_is_named(chained):
    tamper(chained, "DELETE FROM audit_head")
    assert findings(chained) == [("inserted", 1, 10)]


def test_a_head_stays_valid_while_the_chain_grows(chained):
    written_down = head(chained)
    record(chained, 3)
    assert findings(chained, anchors=(written_down, Head(digest=written_down.digest))) == []


def test_a_part_is_verified_from_where_it_is_said(chained):
    tamper(chained, "UPDATE audit_event SET actor = '李四' WHERE id = 5")

    assert findings(chained, start=6) == []
    assert findings(chained, start=5) == [("altered", 5, 5)]
    assert findings(chained, start=11) == []
    with pytest.raises(NotFound):
        findings(chained, start=12)


def test_erased_values_are_gone_and_the_chain_stays_valid(chained):
    with chained.app_context():
        audit_trail.erase_payload(5, reason="申请书 2026-17", actor="tester")

        assert db.session.get(AuditPayload, 5) is None
        assert db.session.get(AuditEvent, 5).after is None
        told = db.session.get(AuditEvent, 11)
        assert (told.action, told.subject_id, told.after) == (
            "audit.erased",
            "5",
            {"reason": "申请书 2026-17"},
        )
        with pytest.raises(NotFound):
            audit_trail.erase_payload(5, reason="申请书 2026-17", actor="tester")
        with pytest.raises(NotFound):
            audit_trail.erase_payload(99, reason="申请书 2026-17", actor="tester")
        with pytest.raises(FieldConflict):
            audit_trail.erase_payload(6, reason="  ", actor="tester")
    assert findings(chained) == []


def test_eight_writers_at_once_leave_one_chain(app):
    writers, each = 8, 12
    barrier = Barrier(writers)

    def write(writer: int) -> None:
        with app.app_context():
            barrier.wait()
            for number in range(each):
                with transaction() as session:
                    audit.record_many(session, [event(writer * 100 + number), event(writer * 100 + number)])

    threads = [Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert head(app).sequence == writers * each * 2
    assert findings(app) == []
    with app.app_context():
        subjects = db.session.scalars(select(AuditEvent.subject_id)).all()
    assert len(set(subjects)) == writers * each


def test_a_writer_at_work_does_not_make_another_one_wait_for_the_chain(app, database_kind):
    """On PostgreSQL the head is locked at the end only; on SQLite a writer is alone anyway."""
    with app.app_context():
        with transaction() as slow:
            audit.record_many(slow, [event(1)])
            if database_kind == "postgresql":
                quick = Thread(target=record, args=(app, 1))
                quick.start()
                quick.join(timeout=10)
                assert not quick.is_alive()
        expected = 2 if database_kind == "postgresql" else 1
        assert audit_trail.chain_head().sequence == expected
    assert findings(app) == []


def test_commands_tell_the_head_and_what_is_wrong(chained, runner):
    written_down = runner.invoke(args=["audit", "head"]).output.strip()
    assert written_down == str(head(chained))
    whole = runner.invoke(args=["audit", "verify", "--head", written_down])
    assert (whole.exit_code, whole.output) == (
        0,
        f"Compared with 1 given head.\nThe audit trail is whole: 10 entries, head {written_down}\n",
    )

    tamper(chained, "UPDATE audit_event SET actor = '李四' WHERE id IN (4, 5)")
    damaged = runner.invoke(args=["audit", "verify"])
    assert damaged.exit_code == 1
    assert "altered 4-5: its content or digest is not what was written" in damaged.output
    assert runner.invoke(args=["audit", "verify", "--from", "6"]).exit_code == 0
    assert "is no head" in runner.invoke(args=["audit", "verify", "--head", "abc"]).output


def test_the_erase_command_asks_first(chained, runner):
    command = ["audit", "erase", "5", "--reason", "申请书 2026-17"]
    assert runner.invoke(args=command, input="n\n").exit_code == 1
    with chained.app_context():
        assert db.session.get(AuditPayload, 5) is not None
    assert runner.invoke(args=[*command, "--yes"]).exit_code == 0
    assert findings(chained) == []


def test_a_clock_that_jumps_back_a_day_leaves_the_order_as_it_was_written(chained):
    yesterday = clock.now() - timedelta(days=1)
    with time_machine.travel(yesterday, tick=False):
        record(chained, 2)
    record(chained, 1)
    with chained.app_context():
        instants = db.session.scalars(select(AuditEvent.occurred_at).order_by(AuditEvent.id)).all()
        assert instants[TEN] == instants[TEN + 1] == yesterday
    assert findings(chained) == []


@pytest.mark.parametrize(
    "text_in", ["", "\x00 NUL", "'; DROP TABLE audit_event; --", "𠮷野家 \u202e", '"\\', "a\nb\tc"]
)
def test_any_text_survives_in_the_chain(app, text_in):
    values = {"after": {"name": text_in, text_in: [None, 1, 1.5, True]}, "actor": text_in.replace("\x00", "")}
    with app.app_context():
        with transaction() as session:
            audit.record_many(session, [event(1, **values), event(2)])
            audit.write_pending(session)
            audit.record_many(session, [event(3, **values)])
        assert db.session.get_one(AuditEvent, 1).after == values["after"]
        assert db.session.get_one(AuditEvent, 3).after == values["after"]
    assert findings(app) == []
