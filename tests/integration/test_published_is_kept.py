"""What was published stays, even by the statements that fire no trigger of deletion."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from enterprise_pipeline.services.standards import golden
from enterprise_pipeline.services.standards.drafts import get_version
from enterprise_pipeline.transaction import transaction
from models import db
from tests.support.standards import CASES, decide, sound


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


AGAIN = (
    "INSERT OR REPLACE INTO local_standard_version (id, standard_id, number, state, effective_from, "
    "content, content_hash, editor, version, created_at, updated_at) SELECT {}, "
    "content, content_hash, editor, version, created_at, updated_at FROM local_standard_version WHERE id = 1"
)
CASE_AGAIN = (
    "INSERT OR REPLACE INTO local_standard_case (id, version_id, name, expected, content, created_at, "
    "updated_at) SELECT 1, 2, name, expected, content, created_at, updated_at FROM local_standard_case"
)
PUBLISH_AGAIN = (
    "UPDATE OR REPLACE local_standard_version SET state = 'published', published_at = created_at, "
    "approver = 'x', effective_from = '2027-01-01' WHERE id = 2"
)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "statement",
    [
        AGAIN.format("1, standard_id, 9, 'draft', '2029-01-01'"),
        AGAIN.format("9, standard_id, number, 'draft', '2029-01-01'"),
        CASE_AGAIN,
        "UPDATE OR REPLACE local_standard_version SET number = 1 WHERE id = 2",
        PUBLISH_AGAIN,
    ],
)
def test_replacing_on_sqlite_does_not_take_away_what_was_published(session, statement):
    version_id = sound()
    golden.add_json(version_id, CASES, actor="local")
    decide(version_id)
    assert (version_id, sound(effective_from=date(2028, 1, 1))) == (1, 2)
    with pytest.raises(DBAPIError, match="published version"), transaction() as writing:
        writing.execute(text(statement))
    assert get_version(1).state == "published"
    assert session.scalar(text("SELECT version_id FROM local_standard_case WHERE id = 1")) == 1


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize(
    "tables", ["local_standard_version CASCADE", "local_standard_case", "local_standard CASCADE"]
)
def test_emptying_a_table_on_postgresql_does_not_take_away_what_was_published(session, tables):
    version_id = sound()
    golden.add_json(version_id, CASES, actor="local")
    with transaction() as writing:
        writing.execute(text("TRUNCATE local_standard_case"))  # only drafts are left
    golden.add_json(version_id, CASES, actor="local")
    decide(version_id)
    with pytest.raises(DBAPIError, match="published version"), transaction() as writing:
        writing.execute(text(f"TRUNCATE {tables}"))
    assert get_version(version_id).state == "published"
