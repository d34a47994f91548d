"""One place where work is committed or rolled back, and the SQLite settings that make it safe."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from models.base import db

BUSY_TIMEOUT_MS = 10_000
# How long a writer of SQLite waits for its turn, and how long it sleeps between two looks.
TURN_SECONDS = 30.0
LOOK_AGAIN_SECONDS = (0.002, 0.012)
_FINISHERS = "before_commit"
_ADMISSION = "admission"


class Busy(RuntimeError):
    """Somebody else has written for so long that this change did not get its turn; nothing was saved."""

    def __init__(self) -> None:
        super().__init__(
            f"Somebody has written to the database for more than {TURN_SECONDS:.0f} s, so nothing "
            "was changed. Wait for the long command to end, and do it again."
        )


@contextmanager
def transaction() -> Iterator[Session]:
    """Commit when the block succeeds, roll back when it raises. Does not nest.

    A read transaction left open by the request is ended first: on SQLite a
    writer must begin as one (``BEGIN IMMEDIATE``), or two writers that read
    first would lose one of their updates.

    Raises
    ------
    RuntimeError
        If called inside another ``transaction()``.
    """
    session = db.session()
    if session.info.get("in_transaction"):
        raise RuntimeError("transaction() does not nest; share a private helper instead.")
    session.rollback()
    session.info["in_transaction"] = True
    try:
        session.connection(execution_options={"write": True})
        admit = session.info.get(_ADMISSION)
        if admit is not None:
            admit(session)
        yield session
        for finish in session.info.get(_FINISHERS, {}).values():
            finish(session)
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        for key in session.info.pop(_FINISHERS, {}):
            session.info.pop(key, None)
        session.info["in_transaction"] = False


def admit_writes(admit: Callable[[Session], None]) -> None:
    """Have every write of this application context begin with ``admit``, which raises to refuse it."""
    db.session().info[_ADMISSION] = admit


def before_commit(session: Session, key: str, finish: Callable[[Session], None]) -> list[Any]:
    """Have ``finish`` called once when the transaction succeeds, and return the list it works on.

    The list is kept under ``key`` and thrown away with the transaction.

    Raises
    ------
    RuntimeError
        If there is no ``transaction()`` to end.
    """
    if not session.info.get("in_transaction"):
        raise RuntimeError("This belongs inside transaction(); outside it would be lost.")
    session.info.setdefault(_FINISHERS, {})[key] = finish
    waiting: list[Any] = session.info.setdefault(key, [])
    return waiting


def reading() -> Session:
    """The session of this application context, for reading only."""
    return db.session()


def close_connections() -> None:
    """Let go of the database, so that it can be replaced; the next use connects again."""
    db.session.remove()
    db.engine.dispose()


def prepare_engine(engine: Engine) -> None:
    """Give SQLite write-ahead logging, foreign keys and honest transactions; leave other databases alone."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)


def _configure_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        # What the law says must go is overwritten, not only taken out of the table.
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("write", False):
        driver_connection: Any = connection.connection.driver_connection
        _begin_writing(driver_connection)
    else:
        connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: sqlite3.Connection) -> None:
    """Wait for the turn to write, looking again after a random moment.

    SQLite itself sleeps longer and longer, up to 100 ms, so that among many
    writers who came first comes last, and in the end gets an error.
    """
    deadline = time.monotonic() + TURN_SECONDS
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while not _got_turn(connection):
            if time.monotonic() > deadline:
                raise Busy
            time.sleep(random.uniform(*LOOK_AGAIN_SECONDS))  # noqa: S311 -- no secret
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _got_turn(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True
