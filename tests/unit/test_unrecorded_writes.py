"""The watch that fails a test in which a service writes without an entry in the audit trail."""

from pathlib import Path

from sqlalchemy import create_engine

from models import db
from tests.support.unrecorded import EXEMPT, NOT_RECORDED, Watch


def written(tmp_path: Path, *statements: str, product: str) -> set[tuple[str, str]]:
    """What a watch finds when these statements are one writing transaction."""
    with Watch(product).watching() as watch:
        engine = create_engine(f"sqlite:///{tmp_path / 'watched.sqlite3'}")
        with engine.connect() as connection:
            raw = connection.connection.driver_connection
            raw.isolation_level = None
            for table in ("contact", "audit_event", "candidate"):
                raw.execute(f"CREATE TABLE {table} (id INTEGER)")
            for statement in ("BEGIN IMMEDIATE", *statements):
                raw.execute(statement)
        engine.dispose()
    return watch.found


HERE = str(Path(__file__).parent) + "/"
WRITE = "INSERT INTO contact VALUES (1)"


def test_a_write_without_an_entry_is_found_with_its_author(tmp_path: Path) -> None:
    found = written(tmp_path, WRITE, "COMMIT", product=HERE)
    assert found == {("test_unrecorded_writes.py:written", "contact")}


def test_a_write_with_an_entry_is_right(tmp_path: Path) -> None:
    assert not written(tmp_path, WRITE, "INSERT INTO audit_event VALUES (1)", "COMMIT", product=HERE)


def test_what_was_taken_back_needs_no_entry(tmp_path: Path) -> None:
    assert not written(tmp_path, WRITE, "ROLLBACK", product=HERE)


def test_computed_tables_need_none(tmp_path: Path) -> None:
    assert not written(tmp_path, "UPDATE candidate SET id = 2", "COMMIT", product=HERE)


def test_what_a_test_writes_itself_needs_none(tmp_path: Path) -> None:
    assert not written(tmp_path, WRITE, "COMMIT", product="/elsewhere/")


def test_every_exception_is_a_table_and_has_a_reason() -> None:
    assert NOT_RECORDED.keys() <= db.metadata.tables.keys()
    assert all(NOT_RECORDED.values())
    assert all(EXEMPT.values())
