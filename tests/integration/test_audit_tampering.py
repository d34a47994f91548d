"""Further ways to tamper with the audit trail, and what must not look like tampering."""

from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import make_url

from enterprise_pipeline.services import audit, audit_trail
from enterprise_pipeline.services.audit_chain import GENESIS
from enterprise_pipeline.services.errors import FieldConflict
from enterprise_pipeline.transaction import close_connections, transaction
from models import AuditEvent, db
from tests.support.auditing import event, record, tamper

FIVE = 5


def findings(app):
    with app.app_context():
        return [(one.kind, one.first, one.last) for one in audit_trail.verify_chain().summed_up()]


@pytest.fixture
def chained(app):
    record(app, FIVE)
    return app


def test_an_erasure_written_before_the_entry_it_names_excuses_nothing(app):
    early = event(3, action="audit.erased", subject_type="audit_event")
    with app.app_context(), transaction() as session:
        audit.record_many(session, [event(1), early, event(3)])
    assert findings(app) == []
    tamper(app, "DELETE FROM audit_payload WHERE event_id = 3")
    assert findings(app) == [("missing payload", 3, 3)]


def test_an_erasure_cannot_be_erased(chained):
    with chained.app_context():
        audit_trail.erase_payload(2, reason="申请书 2026-17", actor="tester")
        with pytest.raises(FieldConflict):
            audit_trail.erase_payload(6, reason="申请书 2026-18", actor="tester")
        assert db.session.get(AuditEvent, 6).after == {"reason": "申请书 2026-17"}
    assert findings(chained) == []


@pytest.mark.databases("sqlite")
def test_erased_values_are_overwritten_in_the_file(app, database_url):
    marker = "这一行必须从磁盘上消失"
    file = Path(make_url(database_url).database)
    with app.app_context():
        with transaction() as session:
            audit.record_many(session, [event(1, after={"name": marker})])
        close_connections()
        assert marker.encode() in file.read_bytes()
        audit_trail.erase_payload(1, reason="申请书 2026-17", actor="tester")
        close_connections()
    assert marker.encode() not in file.read_bytes()


def test_payloads_exchanged_between_two_entries_are_named(chained):
    tamper(
        chained,
        "UPDATE audit_payload SET event_id = 99 WHERE event_id = 2",
        "UPDATE audit_payload SET event_id = 2 WHERE event_id = 4",
        "UPDATE audit_payload SET event_id = 4 WHERE event_id = 99",
    )
    assert findings(chained) == [("altered payload", 2, 2), ("altered payload", 4, 4)]


def test_a_copy_of_another_payload_is_named(chained):
    for column in ("salt", "body"):
        source = f"SELECT {column} FROM audit_payload WHERE event_id = 4"  # noqa: S608
        tamper(chained, f"UPDATE audit_payload SET {column} = ({source}) WHERE event_id = 2")  # noqa: S608
    assert findings(chained) == [("altered payload", 2, 2)]


def test_a_replaced_digest_of_the_head_is_named(chained):
    tamper(chained, f"UPDATE audit_head SET digest = '{GENESIS}'")  # noqa: S608
    assert findings(chained) == [("altered", FIVE, FIVE)]


@pytest.mark.parametrize(
    ("sequence", "finding"), [(FIVE - 1, ("inserted", 5, 5)), (FIVE + 1, ("cut off", 6, 6))]
)
def test_a_head_that_was_moved_is_named(chained, sequence, finding):
    tamper(chained, f"UPDATE audit_head SET sequence = {sequence}")  # noqa: S608
    assert findings(chained) == [finding]


def test_an_erasure_of_one_entry_does_not_excuse_another(chained):
    with chained.app_context():
        audit_trail.erase_payload(2, reason="依法删除 第1号", actor="cli:root")
    assert findings(chained) == []
    tamper(chained, "DELETE FROM audit_payload WHERE event_id = 3")
    assert findings(chained) == [("missing payload", 3, 3)]


def test_what_is_written_during_a_verification_does_not_look_like_tampering(chained):
    begun, written = Event(), Event()

    def write() -> None:
        begun.wait(timeout=30)
        record(chained, 3)
        with chained.app_context():
            audit_trail.erase_payload(4, reason="依法删除 第2号", actor="cli:root")
        written.set()

    def tell(_checked: int) -> None:
        begun.set()
        assert written.wait(timeout=30)

    writer = Thread(target=write)
    writer.start()
    with chained.app_context():
        found = audit_trail.verify_chain(tell=tell, tell_every=1)
    writer.join()
    assert (found.findings, found.checked) == ([], FIVE)
    assert findings(chained) == []
