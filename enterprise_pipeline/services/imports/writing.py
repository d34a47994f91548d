"""Columns into tables, in the transaction of the commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Table, bindparam, func, select, text, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.bulk import is_postgresql, write_frame
from enterprise_pipeline.services.imports import registry
from enterprise_pipeline.services.imports.comparing import changed, present
from enterprise_pipeline.services.imports.fields import FACT_COLUMNS, IDENTITY_COLUMNS, YEARLY_COLUMNS
from enterprise_pipeline.services.naming import initials
from models import AnnualReport, Enterprise, EnterpriseFacts, EnterpriseName
from models.base import Base


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """Whose word is written, when it came, from when facts hold, and the instant of writing."""

    source: str
    received_on: date
    valid_from: date
    instant: str


def table_of(model: type[Base]) -> Table:
    """The table of a model class."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not stored in a table.")
    return table


def instant_of(session: Session) -> str:
    """The present instant as this database writes it.

    PostgreSQL is asked after it waited for a screening's snapshot, if there is
    one, so that whatever is stamped before a snapshot is also seen by it.
    """
    if not is_postgresql(session):
        return clock.now().replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
    session.execute(text("LOCK TABLE enterprise IN ROW EXCLUSIVE MODE"))
    return str(session.execute(select(func.clock_timestamp())).scalar_one())


def add_enterprises(session: Session, new: pl.DataFrame, stamp: Stamp) -> pl.DataFrame:
    """Insert new enterprises with their names, and return the id of each code."""
    if new.is_empty():
        return pl.DataFrame(schema={"credit_code": pl.String, "enterprise_id": pl.Int64})
    ids = new_ids(session, table_of(Enterprise), new.height)
    letters = pl.Series([initials(name) for name in new["name"]], dtype=pl.String)
    frame = new.with_columns(
        pl.Series("id", ids, dtype=pl.Int64),
        initials=letters,
        is_synthetic=pl.lit(value=False),
        version=pl.lit(1),
        changed_at=pl.lit(stamp.instant),
        created_at=pl.lit(stamp.instant),
        updated_at=pl.lit(stamp.instant),
    )
    write_frame(session, table_of(Enterprise), frame)
    _add_names(session, frame.select("name", "initials", enterprise_id="id"), stamp)
    return frame.select("credit_code", enterprise_id="id")


def update_enterprises(session: Session, known: pl.DataFrame) -> None:
    """Write the told identity of registered enterprises, column by column, where it is news."""
    for name in present(known, IDENTITY_COLUMNS):
        news = known.filter(changed(name))
        _execute_many(
            session,
            update(table_of(Enterprise))
            .where(table_of(Enterprise).c.id == bindparam("which"))
            .values({name: bindparam("told")}),
            [{"which": row[0], "told": row[1]} for row in news.select("enterprise_id", name).iter_rows()],
        )


def rename(session: Session, renames: pl.DataFrame, stamp: Stamp) -> None:
    """Give enterprises their new name from the day of receipt; the old one ended the day before."""
    if renames.is_empty():
        return
    letters = pl.Series([initials(name) for name in renames["name"]], dtype=pl.String)
    renames = renames.with_columns(initials=letters)
    table, names = table_of(Enterprise), table_of(EnterpriseName)
    rows = renames.select("enterprise_id", "name", "initials").iter_rows()
    _execute_many(
        session,
        update(table)
        .where(table.c.id == bindparam("which"))
        .values(name=bindparam("told"), initials=bindparam("short")),
        [{"which": which, "told": told, "short": short} for which, told, short in rows],
    )
    last_day = pl.lit(stamp.received_on).dt.offset_by("-1d")
    ids = renames["enterprise_id"].to_list()
    session.execute(
        update(names)
        .where(names.c.enterprise_id.in_(ids), names.c.valid_to.is_(None))
        .values(valid_to=pl.select(last_day).item())
    )
    _add_names(
        session,
        renames.select("enterprise_id", "name", "initials"),
        stamp,
        valid_from=stamp.received_on,
    )


def add_earlier_names(session: Session, earlier: pl.DataFrame, stamp: Stamp) -> None:
    """Keep names that enterprises bore before; all that is known of their end is that it is past."""
    if earlier.is_empty():
        return
    letters = pl.Series([initials(name) for name in earlier["earlier"]], dtype=pl.String)
    frame = earlier.select("enterprise_id", name="earlier").with_columns(initials=letters)
    _add_names(
        session, frame, stamp, valid_to=pl.select(pl.lit(stamp.received_on).dt.offset_by("-1d")).item()
    )


def add_reports(session: Session, reports: pl.DataFrame, new: pl.DataFrame, stamp: Stamp) -> None:
    """Insert each year's figures as the next version of their source, with what that source told before."""
    if reports.is_empty():
        return
    years = reports["fiscal_year"].unique().to_list()
    ids = registered_before(reports, new)
    rows = registry.reports_of(session, ids, years=years, columns=YEARLY_COLUMNS)
    keys = ["enterprise_id", "fiscal_year"]
    own = _newest_own(rows.filter(pl.col("source") == stamp.source), keys, YEARLY_COLUMNS)
    frame = _next_version(reports, own, keys, YEARLY_COLUMNS).with_columns(
        source=pl.lit(stamp.source),
        received_on=pl.lit(stamp.received_on),
        recorded_at=pl.lit(stamp.instant),
    )
    write_frame(session, table_of(AnnualReport), _numbered(session, AnnualReport, frame))


def add_facts(session: Session, facts: pl.DataFrame, new: pl.DataFrame, stamp: Stamp) -> None:
    """Insert what is told of each enterprise as a sheet that holds from ``valid_from``."""
    if facts.is_empty():
        return
    rows = registry.sheets_of(session, registered_before(facts, new), columns=FACT_COLUMNS)
    own_day = (pl.col("source") == stamp.source) & (pl.col("valid_from") == stamp.valid_from)
    own = _newest_own(rows.filter(own_day), ["enterprise_id"], FACT_COLUMNS)
    frame = _next_version(facts, own, ["enterprise_id"], FACT_COLUMNS).with_columns(
        source=pl.lit(stamp.source),
        valid_from=pl.lit(stamp.valid_from),
        received_on=pl.lit(stamp.received_on),
        recorded_at=pl.lit(stamp.instant),
    )
    write_frame(session, table_of(EnterpriseFacts), _numbered(session, EnterpriseFacts, frame))


def registered_before(frame: pl.DataFrame, new: pl.DataFrame) -> list[int]:
    """The enterprises of a frame that this commit did not create: only they have a past."""
    ids: list[int] = (
        frame["enterprise_id"]
        .filter(~frame["enterprise_id"].is_in(new["enterprise_id"].implode()))
        .unique()
        .to_list()
    )
    return ids


def _newest_own(rows: pl.DataFrame, keys: list[str], columns: Sequence[str]) -> pl.DataFrame:
    newest = rows.sort("version").group_by(keys, maintain_order=True).last()
    return newest.select(*keys, "version", pl.col(columns).name.prefix("own."))


def _next_version(
    told: pl.DataFrame, own: pl.DataFrame, keys: list[str], columns: Sequence[str]
) -> pl.DataFrame:
    frame = told.join(own, on=keys, how="left", maintain_order="left")
    values = [
        (pl.coalesce(name, f"own.{name}") if name in told.columns else pl.col(f"own.{name}")).alias(name)
        for name in columns
    ]
    frame = frame.select(*keys, *values, version=pl.col("version").fill_null(0) + 1)
    # A column that nobody told stays out of the statement; the database knows what null is.
    return frame.select(series for series in frame if series.null_count() < frame.height)


def _numbered(session: Session, model: type[Base], frame: pl.DataFrame) -> pl.DataFrame:
    ids = new_ids(session, table_of(model), frame.height)
    return frame.with_columns(pl.Series("id", ids, dtype=pl.Int64))


def _add_names(
    session: Session,
    frame: pl.DataFrame,
    stamp: Stamp,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> None:
    named = frame.with_columns(
        valid_from=pl.lit(valid_from, dtype=pl.Date),
        valid_to=pl.lit(valid_to, dtype=pl.Date),
        source=pl.lit(stamp.source),
        recorded_at=pl.lit(stamp.instant),
    )
    write_frame(session, table_of(EnterpriseName), _numbered(session, EnterpriseName, named))


def new_ids(session: Session, table: Table, n: int) -> Sequence[int]:
    """Take the next ids of a table; on PostgreSQL from its sequence, on SQLite we are the only writer."""
    if is_postgresql(session):
        sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
        statement = text(f"SELECT nextval({sequence}) FROM generate_series(1, :n)")  # noqa: S608 - our own name
        return session.scalars(statement, {"n": n}).all()
    first = (session.scalar(select(func.max(table.c.id))) or 0) + 1
    return range(first, first + n)


def _execute_many(session: Session, statement: Any, parameters: list[dict[str, Any]]) -> None:
    if parameters:
        session.connection().execute(statement, parameters)
