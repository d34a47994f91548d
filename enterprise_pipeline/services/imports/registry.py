"""What the registry holds about the enterprises of a file, as frames."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import read_frame
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.imports.fields import IDENTITY_COLUMNS
from models import AnnualReport, Certificate, Enterprise, EnterpriseFacts, EnterpriseName

Statement = Select[*tuple[Any, ...]]


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
    return _in_parts(
        session, sorted(set(codes)), lambda part: statement.where(Enterprise.credit_code.in_(part))
    )


def codes_of_names(session: Session, names: Iterable[str]) -> dict[str, list[str]]:
    """Return, for each name borne now or earlier, the codes of the enterprises that bore it."""
    found: dict[str, list[str]] = {}
    for part in in_parts_of(sorted(set(names))):
        now = select(Enterprise.name, Enterprise.credit_code).where(Enterprise.name.in_(part))
        earlier = (
            select(EnterpriseName.name, Enterprise.credit_code)
            .join(Enterprise, Enterprise.id == EnterpriseName.enterprise_id)
            .where(EnterpriseName.name.in_(part))
        )
        for name, code in session.execute(union(now, earlier)):
            found.setdefault(name, []).append(code)
    return found


def names_of(session: Session, ids: Iterable[int]) -> pl.DataFrame:
    """Return every name that these enterprises bear or bore."""
    statement = select(EnterpriseName.enterprise_id, EnterpriseName.name)
    return _in_parts(
        session, sorted(set(ids)), lambda part: statement.where(EnterpriseName.enterprise_id.in_(part))
    )


def reports_of(
    session: Session, ids: Iterable[int], *, years: Sequence[int], columns: Sequence[str]
) -> pl.DataFrame:
    """Return every version of these years' reports, in the order in which a later one counts more."""
    statement = select(
        AnnualReport.enterprise_id,
        AnnualReport.fiscal_year,
        AnnualReport.received_on,
        AnnualReport.version,
        AnnualReport.id,
        AnnualReport.source,
        *(getattr(AnnualReport, name) for name in columns),
    ).where(AnnualReport.fiscal_year.in_(years))
    frame = _in_parts(
        session, sorted(set(ids)), lambda part: statement.where(AnnualReport.enterprise_id.in_(part))
    )
    return frame.sort("received_on", "version", "id")


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
    frame = _in_parts(
        session, sorted(set(ids)), lambda part: statement.where(EnterpriseFacts.enterprise_id.in_(part))
    )
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
    return _in_parts(
        session, sorted(set(numbers)), lambda part: statement.where(Certificate.number.in_(part))
    )


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


def in_parts_of(texts: Sequence[str], size: int = 5_000) -> Iterable[Sequence[str]]:
    """Cut a list of texts into parts that fit into one statement."""
    return (texts[start : start + size] for start in range(0, len(texts), size))


def _in_parts(
    session: Session, keys: Sequence[Any], statement: Callable[[Sequence[Any]], Statement]
) -> pl.DataFrame:
    parts = [read_frame(session, statement(part)) for part in in_parts(keys)] or [
        read_frame(session, statement([]))
    ]
    return pl.concat(parts)
