"""The migrations, on an empty database of each kind."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import MetaData, Table, inspect, select

from enterprise_pipeline.services.audit_trail import chain_head, verify_chain
from models import AuditEvent, db
from tests.support.databases import MIGRATIONS, Databases


@pytest.fixture
def empty_app(databases: Databases, database_kind: str, make_app: Callable[..., Flask]):
    with databases.empty(database_kind) as url:
        app = make_app(url)
        yield app
        with app.app_context():
            db.engine.dispose()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_migrations_build_exactly_the_tables_of_the_models(empty_app):
    with empty_app.app_context():
        upgrade(directory=MIGRATIONS)

        assert tables() == set(db.metadata.tables)
        check(directory=MIGRATIONS)  # exits with an error on any difference in columns, indexes or defaults


def test_downgrading_to_the_beginning_leaves_nothing_and_can_be_undone(empty_app):
    with empty_app.app_context():
        upgrade(directory=MIGRATIONS)

        downgrade(directory=MIGRATIONS, revision="base")
        assert tables() == set()

        upgrade(directory=MIGRATIONS)
        assert tables() == set(db.metadata.tables)


def test_events_recorded_before_the_chain_are_linked_in_their_old_order(empty_app):
    told = [(3, {"name": "甲"}, {"name": "乙"}), (4, None, None), (9, None, {"数": 1})]
    with empty_app.app_context():
        upgrade(directory=MIGRATIONS, revision="0010_accounts")
        old = Table("audit_event", MetaData(), autoload_with=db.engine)
        with db.engine.begin() as connection:
            for number, before, after in told:
                values = {"occurred_at": datetime(2026, 11, number, tzinfo=UTC), "actor": "王科长"}
                subject = {"action": "edited", "subject_type": "enterprise", "subject_id": str(number)}
                connection.execute(
                    old.insert().values(id=number, before=before, after=after, **values, **subject)
                )

        upgrade(directory=MIGRATIONS)

        events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
        assert [(row.id, row.subject_id, row.before, row.after) for row in events] == [
            (1, "3", {"name": "甲"}, {"name": "乙"}),
            (2, "4", None, None),
            (3, "9", None, {"数": 1}),
        ]
        assert verify_chain().findings == []
        assert chain_head().sequence == 3
        db.session.remove()

        downgrade(directory=MIGRATIONS, revision="0010_accounts")
        with db.engine.begin() as connection:
            back = connection.execute(select(old.c.id, old.c.before, old.c.after).order_by(old.c.id)).all()
            assert back == [(1, *told[0][1:]), (2, None, None), (3, *told[2][1:])]
