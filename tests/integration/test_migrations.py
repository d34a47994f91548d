"""The migrations, on an empty database of each kind."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from models import db
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
