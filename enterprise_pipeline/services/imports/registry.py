"""What the registry holds about the enterprises of a file, as frames."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, cast

import polars as pl
from sqlalchemy import BigInteger, ColumnElement, Integer, Select, func, literal, select, union
from sqlalchemy import cast as sql_cast
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import is_postgresql, read_frame
from enterprise_pipeline.services.imports.fields import IDENTITY_COLUMNS
from models import AnnualReport, Certificate, Enterprise, EnterpriseFacts, EnterpriseName

Statement = Select[*tuple[Any, ...]]


def among(session: Session, column: Any, keys: Iterable[int] | Iterable[str]) -> ColumnElement[bool]:
    """Whether a column is one of these keys, however many: they travel as one JSON text.

    A list of a hundred thousand parameters takes longer to write than to answer.
    """
    listed = literal(json.dumps(sorted(set(keys)), ensure_ascii=False))
    if not is_postgresql(session):
        each = func.json_each(listed).table_valued("value")
        return cast("ColumnElement[bool]", column.in_(select(each.c.value)))
    element = func.jsonb_array_elements_text(sql_cast(listed, JSONB)).column_valued("element")
    is_number = isinstance(column.type, Integer)
    return cast(
        "ColumnElement[bool]", column.in_(select(sql_cast(element, BigInteger) if is_number else element))
    )


def enterprises_with(session: Session, codes: Iterable[str]) -> pl.DataFrame:
    """Return id, version, code, name and identity of the registered enterprises among these codes."""
    columns = [getattr(Enterprise, name) for name in IDENTITY_COLUMNS]
    statement = select(
        Enterprise.id.label("enterprise_id"),
        Enterprise.version,
        Enterprise.credit_code,
        Enterprise.name,
        *columns,
    )
    return read_frame(session, statement.where(among(session, Enterprise.credit_code, codes)))


def codes_of_names(session: Session, names: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each name borne now or earlier, the codes of the enterprises that bore it."""
    found: dict[str, list[str]] = {}
    now = select(Enterprise.name, Enterprise.credit_code).where(among(session, Enterprise.name, names))
    earlier = (
        select(EnterpriseName.name, Enterprise.credit_code)
        .join(Enterprise, Enterprise.id == EnterpriseName.enterprise_id)
        .where(among(session, EnterpriseName.name, names))
    )
    for name, code in session.execute(union(now, earlier)):
        found.setdefault(name, []).append(code)
    return found


def names_of(session: Session, ids: Iterable[int]) -> pl.DataFrame:
    """Return every name that these enterprises bear or bore, with its days."""
    statement = select(
        EnterpriseName.enterprise_id,
        EnterpriseName.name,
        EnterpriseName.valid_from,
        EnterpriseName.valid_to,
    )
    return read_frame(session, statement.where(among(session, EnterpriseName.enterprise_id, ids)))


def reports_of(
    session: Session, ids: Iterable[int], *, years: Sequence[int], columns: Sequence[str]
) -> pl.DataFrame:
    """Return the newest version of every source for these years; a later row counts more."""
    statement = select(
        AnnualReport.enterprise_id,
        AnnualReport.fiscal_year,
        AnnualReport.received_on,
        AnnualReport.version,
        AnnualReport.id,
        AnnualReport.source,
        *(getattr(AnnualReport, name) for name in columns),
    ).where(AnnualReport.fiscal_year.in_(years))
    frame = read_frame(session, statement.where(among(session, AnnualReport.enterprise_id, ids)))
    newest = pl.col("version") == pl.col("version").max().over("enterprise_id", "fiscal_year", "source")
    return frame.filter(newest).sort("received_on", "version", "id")


def sheets_of(session: Session, ids: Iterable[int], *, columns: Sequence[str]) -> pl.DataFrame:
    """Return every sheet of facts, in the order in which a later one counts more."""
    statement = select(
        EnterpriseFacts.enterprise_id,
        EnterpriseFacts.valid_from,
        EnterpriseFacts.received_on,
        EnterpriseFacts.version,
        EnterpriseFacts.id,
        EnterpriseFacts.source,
        *(getattr(EnterpriseFacts, name) for name in columns),
    )
    frame = read_frame(session, statement.where(among(session, EnterpriseFacts.enterprise_id, ids)))
    return frame.sort("valid_from", "received_on", "id")


def certificates_numbered(session: Session, numbers: Iterable[str]) -> pl.DataFrame:
    """Return the recorded certificates among these numbers, whoever holds them."""
    statement = select(
        Certificate.id.label("certificate_id"),
        Certificate.enterprise_id.label("holder_id"),
        Certificate.pool_id,
        Certificate.number,
        Certificate.issued_on,
        Certificate.issued_year,
        Certificate.expires_on,
        Certificate.revoked_on,
        Certificate.source,
    )
    return read_frame(session, statement.where(among(session, Certificate.number, numbers)))


def newest_told(rows: pl.DataFrame, *, keys: Sequence[str], values: Sequence[str], when: str) -> pl.DataFrame:
    """Keep one row per key: of each column the newest told value, its source and its ``when``.

    ``rows`` are in the order in which a later one counts more. The source of
    ``x`` is in ``source.x``, its day in ``when.x``.
    """
    whole = [pl.col(name) for name in values]
    if not rows.select(pl.struct(keys).is_duplicated().any()).item():
        told_by = [
            pl.when(pl.col(name).is_not_null()).then(pl.col(column)).alias(f"{prefix}.{name}")
            for name in values
            for prefix, column in (("source", "source"), ("when", when))
        ]
        return rows.select(*keys, *whole, *told_by)
    told_by = [
        pl.col(column).filter(pl.col(name).is_not_null()).last().alias(f"{prefix}.{name}")
        for name in values
        for prefix, column in (("source", "source"), ("when", when))
    ]
    return rows.group_by(keys, maintain_order=True).agg(pl.col(values).drop_nulls().last(), *told_by)
