"""Columns in and out of the database without an object per row.

SQLite reads and writes through the driver's own cursor, PostgreSQL through
COPY; both work in the caller's transaction. Through the ORM the same rows take
thirty times as long.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Date,
    Float,
    Integer,
    Select,
    String,
    Table,
    true,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

AnySelect = Select[*tuple[Any, ...]]

Scope = Callable[[Any], ColumnElement[bool]]
"""Which enterprises: turns a column of their ids into a condition."""

_FRAME_TYPES: tuple[tuple[type[TypeEngine[Any]], pl.DataType], ...] = (
    (Boolean, pl.Boolean()),
    (Date, pl.Date()),
    (Integer, pl.Int64()),
    (Float, pl.Float64()),
    (String, pl.String()),
)

_ROWS_PER_BLOCK = 1_000


def everybody(_column: Any) -> ColumnElement[bool]:
    """The scope of all enterprises."""
    return true()


def chosen(ids: Sequence[int]) -> Scope:
    """The scope of these enterprises, as many as fit into one statement."""
    return lambda column: column.in_(ids)


def between(first: int, last: int) -> Scope:
    """The scope of a range of ids, both ends included."""
    return lambda column: column.between(first, last)


def is_postgresql(session: Session) -> bool:
    """Whether this session talks to PostgreSQL rather than SQLite."""
    return session.get_bind().dialect.name == "postgresql"


def read_frame(session: Session, statement: AnySelect) -> pl.DataFrame:
    """Run a SELECT of whole numbers, texts, days and flags, and return its columns under their labels."""
    session.flush()
    schema = {column.key or "": frame_type(column) for column in statement.selected_columns}
    compiled = statement.compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
    # psycopg and SQLAlchemy double the percent sign for parameters; here there are none.
    sql = str(compiled).replace("%%", "%")
    if is_postgresql(session):
        return _copy_out(driver_of(session), sql, schema)
    return _fetch(driver_of(session), sql, schema)


def write_frame(session: Session, table: Table, frame: pl.DataFrame) -> None:
    """Insert every row of ``frame``, whose columns are named as those of ``table``."""
    if is_postgresql(session):
        _copy_in(driver_of(session), table.name, frame)
    elif frame.height:
        columns, marks = ", ".join(frame.columns), ", ".join("?" * frame.width)
        sql = f"INSERT INTO {table.name} ({columns}) VALUES ({marks})"  # noqa: S608 - our own names
        plain = frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d"))
        driver_of(session).executemany(sql, plain.iter_rows())


def driver_of(session: Session) -> Any:
    """The driver's connection inside the session's transaction."""
    return session.connection().connection.driver_connection


def frame_type(column: ColumnElement[Any]) -> pl.DataType:
    """The type that a column has in a frame."""
    for kind, frame_type in _FRAME_TYPES:
        if isinstance(column.type, kind):
            return frame_type
    raise TypeError(f"No frame type is known for {column.key} of type {column.type!r}.")


def _fetch(connection: Any, sql: str, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    cursor = connection.execute(sql)
    blocks = [_frame_of([], schema)]
    # In blocks, because the garbage collector walks every tuple alive again and again.
    while rows := cursor.fetchmany(_ROWS_PER_BLOCK):
        blocks.append(_frame_of(list(zip(*rows, strict=True)), schema))
    return pl.concat(blocks)


def _frame_of(columns: list[tuple[Any, ...]], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            _from_sqlite(pl.Series(name, values, dtype=_stored_type(kind)), kind)
            for (name, kind), values in zip(schema.items(), columns or [()] * len(schema), strict=True)
        ]
    )


def _stored_type(kind: pl.DataType) -> pl.DataType:
    """How SQLite gives a column back: a day as its ISO text, a flag as 0 or 1."""
    if kind == pl.Date:
        return pl.String()
    return pl.Int64() if kind == pl.Boolean else kind


def _from_sqlite(series: pl.Series, kind: pl.DataType) -> pl.Series:
    if kind == pl.Date:
        return series.str.to_date("%Y-%m-%d")
    return series.cast(kind) if kind == pl.Boolean else series


def _copy_out(connection: Any, sql: str, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    text = io.BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({sql}) TO STDOUT (FORMAT csv)") as copy:
        for block in copy:
            text.write(block)
    if not text.tell():
        return pl.DataFrame(schema=schema)
    text.seek(0)
    read_as = {name: pl.String() if kind == pl.Boolean else kind for name, kind in schema.items()}
    frame = pl.read_csv(text, has_header=False, schema=read_as)
    flags = [name for name, kind in schema.items() if kind == pl.Boolean]
    return frame.with_columns(pl.col(flags) == "t")


def _copy_in(connection: Any, table: str, frame: pl.DataFrame) -> None:
    columns = ", ".join(frame.columns)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as copy,
    ):
        copy.write(frame.write_csv(include_header=False).encode())
