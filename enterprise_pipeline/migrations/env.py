"""Run migrations on the database of the current Flask application."""

from typing import Any

from alembic import context
from flask import current_app
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

LOCK_SECONDS = 5


def run_migrations() -> None:
    """Apply the migrations in one transaction; on SQLite foreign keys are checked at its end."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect().execution_options(write=True) as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            _set_foreign_keys(connection, "OFF")
        options: dict[str, Any] = migrate.configure_args | {
            "render_as_batch": on_sqlite,
            "compare_type": True,
            "compare_server_default": True,
        }
        context.configure(connection=connection, target_metadata=migrate.db.metadata, **options)
        with context.begin_transaction():
            if not on_sqlite:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
            _migrate_unless_busy()
            if on_sqlite:
                _refuse_broken_references(connection)
        if on_sqlite:
            _set_foreign_keys(connection, "ON")


def _migrate_unless_busy() -> None:
    """Give up rather than let everybody queue behind a migration that waits for one long transaction."""
    try:
        context.run_migrations()
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise RuntimeError(
            f"Somebody has worked in the database for more than {LOCK_SECONDS} s, so nothing was changed. "
            "Stop the server or wait for the long command to end, and run the migration again."
        ) from error


def _set_foreign_keys(connection: Connection, state: str) -> None:
    """SQLite alters a table by copying and dropping it; with foreign keys on, that would empty its children.

    The statement goes to the driver, because SQLite ignores it inside a transaction and SQLAlchemy
    would begin one.
    """
    driver_connection = connection.connection.driver_connection
    if driver_connection is not None:
        driver_connection.execute(f"PRAGMA foreign_keys={state}")


def _refuse_broken_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(
            f"The migration would leave table {broken[0]!r} referring to rows of {broken[2]!r} that are gone."
        )


if context.is_offline_mode():
    raise RuntimeError("Migrations need a database to look at; run them without --sql.")
run_migrations()
