"""PostgreSQL: every table by COPY in one REPEATABLE READ snapshot.

Why not pg_dump: it must be installed beside the program and must not be older
than the server, which on a closed network is a second thing to keep in step.
COPY goes through the driver that we have anyway, works with every version, and
lets the audit trail inside be verified on a machine without a server. The
tables are built by our own migrations, up to the schema of the backup.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from psycopg import sql
from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import DBAPIError

from enterprise_pipeline.services.audit_chain import Entry, Head
from enterprise_pipeline.services.backup.archive import BLOCK, part_of
from enterprise_pipeline.services.backup.errors import BackupRefused
from enterprise_pipeline.services.backup.manifest import DATABASE_FOLDER, Manifest, Part, RegistryFacts
from enterprise_pipeline.services.backup.registry import facts_of

Run = Callable[..., Any]

MAINTENANCE = "postgres"
LONGEST_NAME = 63
STAMP = "?" * 17
# Sorted, so that the chain can be followed while it is read from the file.
SORTED = {"audit_event": "id", "audit_payload": "event_id"}
READABLE = ("SET LOCAL timezone = 'UTC'", "SET LOCAL datestyle = 'ISO'", "SET LOCAL bytea_output = 'hex'")


@dataclass(kw_only=True)
class Snapshot:
    """What a snapshot holds, and where its files lie."""

    facts: RegistryFacts
    parts: list[Part] = field(default_factory=list)
    sources: dict[str, Path] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)


def take(url: str, folder: Path) -> Snapshot:
    """Write every table of one moment into a folder."""
    with _connected(url, snapshot=True) as connection:
        for setting in READABLE:
            connection.execute(text(setting))
        snapshot = Snapshot(facts=facts_of(connection))
        snapshot.sequences = _sequences(connection)
        for table in sorted(inspect(connection).get_table_names()):
            part = _copy_out(connection, table, folder)
            snapshot.parts.append(part)
            snapshot.sources[part.name] = folder / part.name
    return snapshot


def load(url: str, manifest: Manifest, folder: Path) -> None:
    """Fill an empty database of the same schema, all of it or nothing."""
    with _connected(url) as connection:
        references = _drop_references(connection)
        for part in _tables(manifest):
            if part.table not in SORTED:  # Those two refuse to be emptied, and no migration fills them.
                connection.exec_driver_sql(f'TRUNCATE "{part.table}"')
            _copy_in(connection, part, folder)
        for table, name, definition in references:
            connection.exec_driver_sql(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
        for name, last in manifest.sequences.items():
            connection.execute(text("SELECT setval(:name, :last)"), {"name": f'"{name}"', "last": last})
        connection.commit()


def entries(manifest: Manifest, folder: Path) -> Iterator[Entry]:
    """The audit trail inside an unpacked backup, without a server."""
    parts = {part.table: part for part in _tables(manifest)}
    payloads = _rows(parts["audit_payload"], folder)
    payload = next(payloads, None)
    for row in _rows(parts["audit_event"], folder):
        place = int(row.pop("id"))
        while payload is not None and int(payload["event_id"]) < place:
            payload = next(payloads, None)
        own = payload if payload and int(payload["event_id"]) == place else {}
        instant = datetime.fromisoformat(row.pop("occurred_at"))
        yield Entry(sequence=place, occurred_at=instant, salt=own.get("salt"), body=own.get("body"), **row)


def facts_inside(manifest: Manifest, folder: Path) -> RegistryFacts:
    """What the tables of an unpacked backup say; the schema only where its table was backed up as well."""
    parts = {part.table: part for part in _tables(manifest)}
    try:
        state, head = _only(parts["registry_state"], folder), _only(parts["audit_head"], folder)
        version = parts.get("alembic_version")
        return RegistryFacts(
            database="postgresql",
            kind="demo" if state["is_synthetic"] == "t" else "real",
            schema=_only(version, folder)["version_num"] if version else manifest.facts.schema,
            audit_head=Head(sequence=int(head["sequence"]), digest=head["digest"]),
        )
    except (KeyError, ValueError) as error:
        raise BackupRefused(f"备份中缺少登记库自己的表，或其内容读不懂（{error}）；不能恢复。") from error


def create_beside(url: str, suffix: str) -> str:
    """Make an empty database like the present one, and return its address."""
    present = make_url(url)
    new = present.set(database=_beside(present.database, suffix))
    with _administering(present) as run:
        row = run(
            "SELECT pg_encoding_to_char(encoding) AS encoding, datcollate, datctype FROM pg_database "
            "WHERE datname = %s",
            present.database,
        ).one()
        run(
            f"CREATE DATABASE {_name(new.database)} TEMPLATE template0 ENCODING '{row.encoding}' "
            f"LC_COLLATE '{row.datcollate}' LC_CTYPE '{row.datctype}'"
        )
    return new.render_as_string(hide_password=False)


def drop(url: str) -> None:
    """Remove a database that a restore made and did not finish."""
    gone = make_url(url)
    with _administering(gone) as run:
        run(f"DROP DATABASE IF EXISTS {_name(gone.database)} WITH (FORCE)")


def left_over(url: str, infix: str) -> list[str]:
    """Databases that a killed restore left behind."""
    present = make_url(url)
    with _administering(present) as run:
        pattern = _beside(present.database, f"{infix}_{STAMP}").replace("_", r"\_").replace(STAMP, "%")
        names = run("SELECT datname FROM pg_database WHERE datname LIKE %s", pattern).scalars().all()
    return [present.set(database=name).render_as_string(hide_password=False) for name in names]


def swap(new: str, present: str, suffix: str) -> str:
    """Exchange the names of two databases at once and return the name under which the old one is kept."""
    kept = make_url(present)
    aside = _beside(kept.database, suffix)
    engine = create_engine(kept.set(database=MAINTENANCE))
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {_name(kept.database)} RENAME TO {_name(aside)}")
            restored = _name(make_url(new).database)
            connection.exec_driver_sql(f"ALTER DATABASE {restored} RENAME TO {_name(kept.database)}")
    except DBAPIError as error:
        raise BackupRefused(
            f"无法替换数据库（{_first_line(error)}）；请先停止服务器和其他连接，再恢复。没有做任何改动。"
        ) from error
    finally:
        engine.dispose()
    return aside


@contextmanager
def _connected(url: str, *, snapshot: bool = False) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="REPEATABLE READ" if snapshot else "READ COMMITTED")
    try:
        with engine.connect() as connection:
            if snapshot:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            yield connection
    except DBAPIError as error:
        raise BackupRefused(f"数据库没有完成操作：{_first_line(error)}。") from error
    finally:
        engine.dispose()


@contextmanager
def _administering(url: URL) -> Iterator[Run]:
    """Run statements that no transaction may hold, on the database every server has."""
    engine = create_engine(url.set(database=MAINTENANCE), isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield lambda statement, *values: connection.exec_driver_sql(statement, values or None)
    except DBAPIError as error:
        raise BackupRefused(
            f"数据库服务器拒绝了操作（{_first_line(error)}）；恢复需要有权建立数据库（CREATEDB）的账号。"
        ) from error
    finally:
        engine.dispose()


def _copy_out(connection: Connection, table: str, folder: Path) -> Part:
    columns = tuple(
        column["name"] for column in inspect(connection).get_columns(table) if not column.get("computed")
    )
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("SELECT {} FROM {}").format(listed, sql.Identifier(table))
    if table in SORTED:
        query += sql.SQL(" ORDER BY {}").format(sql.Identifier(SORTED[table]))
    name = f"{DATABASE_FOLDER}/{table}.csv"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with _cursor(connection) as cursor, path.open("wb") as file:
        with cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT csv)").format(query)) as copy:
            for block in copy:
                file.write(block)
        rows = cursor.rowcount
    return part_of(path, name, columns=columns, rows=rows)


def _copy_in(connection: Connection, part: Part, folder: Path) -> None:
    listed = sql.SQL(", ").join(map(sql.Identifier, part.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(sql.Identifier(part.table), listed)
    with _cursor(connection) as cursor, (folder / part.name).open("rb") as file:
        with cursor.copy(statement) as copy:
            while block := file.read(BLOCK):
                copy.write(block)
        if cursor.rowcount != part.rows:
            raise BackupRefused(f"表 {part.table} 恢复了 {cursor.rowcount} 行，备份中有 {part.rows} 行。")


def _cursor(connection: Connection) -> Any:
    """A cursor of the driver inside the connection's transaction."""
    driver = connection.connection.driver_connection
    if driver is None:
        raise BackupRefused("与数据库的连接已断开。")
    return driver.cursor()


def _drop_references(connection: Connection) -> list[tuple[str, str, str]]:
    """Take all foreign keys off, so that the order of tables is free; putting them back checks them."""
    found = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    )
    references = [(row[0], row[1], row[2]) for row in found]
    for table, name, _ in references:
        connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    return references


def _sequences(connection: Connection) -> dict[str, int]:
    found = connection.execute(
        text(
            "SELECT sequencename, last_value FROM pg_sequences "
            "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
        )
    )
    return {row.sequencename: row.last_value for row in found}


def _tables(manifest: Manifest) -> Iterable[Part]:
    return (part for part in manifest.parts if part.name.startswith(f"{DATABASE_FOLDER}/"))


def _rows(part: Part, folder: Path) -> Iterator[dict[str, Any]]:
    with (folder / part.name).open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            yield dict(zip(part.columns, row, strict=True))


def _only(part: Part, folder: Path) -> dict[str, Any]:
    [row] = _rows(part, folder)
    return row


def _beside(database: str | None, suffix: str) -> str:
    """A name that begins with the present one; PostgreSQL cuts what is beyond 63 bytes without a word."""
    begin = (database or "").encode()[: LONGEST_NAME - len(suffix) - 1].decode(errors="ignore")
    return f"{begin}_{suffix}"


def _name(database: str | None) -> str:
    return '"' + (database or "").replace('"', '""') + '"'


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]
