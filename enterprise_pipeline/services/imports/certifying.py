"""Certificates into their table, and the memberships they give, as when one is entered by hand."""

from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import read_frame, write_frame
from enterprise_pipeline.services.imports.fields import CERTIFICATE_COLUMNS
from enterprise_pipeline.services.imports.plan import OLD
from enterprise_pipeline.services.imports.registry import among
from enterprise_pipeline.services.imports.writing import Stamp, new_ids, registered_before, table_of
from models import Certificate, Membership

REVOKED = "撤销"


def write_certificates(session: Session, certificates: pl.DataFrame, new: pl.DataFrame, stamp: Stamp) -> None:
    """Insert new certificates, complete known ones, and let memberships say the same days."""
    if certificates.is_empty():
        return
    told = certificates.with_columns(
        pl.coalesce(name, OLD + name).alias(name) for name in CERTIFICATE_COLUMNS
    )
    added = _add(session, told.filter(pl.col("certificate_id").is_null()), stamp)
    known = told.filter(pl.col("certificate_id").is_not_null())
    _complete(session, known)
    columns = ["certificate_id", "enterprise_id", "pool_id", *CERTIFICATE_COLUMNS]
    both = pl.concat([added.select(columns), known.select(columns)])
    _keep_memberships(session, both, new, stamp)


def _add(session: Session, new: pl.DataFrame, stamp: Stamp) -> pl.DataFrame:
    ids = pl.Series(new_ids(session, table_of(Certificate), new.height), dtype=pl.Int64)
    new = new.with_columns(certificate_id=ids)
    frame = new.select(
        "enterprise_id",
        "pool_id",
        "number",
        *CERTIFICATE_COLUMNS,
        id="certificate_id",
        received_on=pl.lit(stamp.received_on),
        source=pl.lit(stamp.source),
        created_at=pl.lit(stamp.instant),
        updated_at=pl.lit(stamp.instant),
    )
    write_frame(session, table_of(Certificate), frame)
    return new


def _complete(session: Session, known: pl.DataFrame) -> None:
    table = table_of(Certificate)
    statement = (
        update(table)
        .where(table.c.id == bindparam("which"))
        .values({name: bindparam(f"told_{name}") for name in CERTIFICATE_COLUMNS})
    )
    parameters = [
        {"which": row["certificate_id"]} | {f"told_{name}": row[name] for name in CERTIFICATE_COLUMNS}
        for row in known.iter_rows(named=True)
    ]
    if parameters:
        session.connection().execute(statement, parameters)


def _keep_memberships(session: Session, certificates: pl.DataFrame, new: pl.DataFrame, stamp: Stamp) -> None:
    """A certificate with a day of issue gives a membership; one that is there is brought along."""
    dated = certificates.filter(pl.col("issued_on").is_not_null()).with_columns(
        valid_to=pl.coalesce("revoked_on", "expires_on"),
        end_reason=pl.when(pl.col("revoked_on").is_not_null()).then(pl.lit(REVOKED)),
    )
    if dated.is_empty():
        return
    held = _memberships(session, registered_before(dated, new))
    by_certificate = held.filter(pl.col("certificate_id").is_not_null()).select("certificate_id", first="id")
    by_day = held.select("enterprise_id", "pool_id", issued_on="valid_from", second="id")
    dated = dated.join(by_certificate, on="certificate_id", how="left", maintain_order="left").join(
        by_day, on=["enterprise_id", "pool_id", "issued_on"], how="left", maintain_order="left"
    )
    dated = dated.with_columns(id=pl.coalesce("first", "second")).unique(
        ["enterprise_id", "pool_id", "issued_on"], maintain_order=True
    )
    _bring_along(session, dated.filter(pl.col("id").is_not_null()), stamp)
    new = dated.filter(pl.col("id").is_null())
    ids = pl.Series(new_ids(session, table_of(Membership), new.height), dtype=pl.Int64)
    frame = new.select(
        "enterprise_id",
        "pool_id",
        "certificate_id",
        "valid_to",
        "end_reason",
        valid_from="issued_on",
        basis=pl.lit("import"),
        received_on=pl.lit(stamp.received_on),
        source=pl.lit(stamp.source),
        recorded_at=pl.lit(stamp.instant),
    )
    write_frame(session, table_of(Membership), frame.with_columns(id=ids))


def _bring_along(session: Session, held: pl.DataFrame, stamp: Stamp) -> None:
    table = table_of(Membership)
    names = ("certificate_id", "issued_on", "valid_to", "end_reason")
    statement = (
        update(table)
        .where(table.c.id == bindparam("which"))
        .values(
            certificate_id=bindparam("told_certificate_id"),
            valid_from=bindparam("told_issued_on"),
            valid_to=bindparam("told_valid_to"),
            end_reason=bindparam("told_end_reason"),
            received_on=stamp.received_on,
            source=stamp.source,
        )
    )
    parameters: list[dict[str, Any]] = [
        {"which": row["id"]} | {f"told_{name}": row[name] for name in names}
        for row in held.iter_rows(named=True)
    ]
    if parameters:
        session.connection().execute(statement, parameters)


def _memberships(session: Session, ids: Sequence[int]) -> pl.DataFrame:
    statement = select(
        Membership.id,
        Membership.enterprise_id,
        Membership.pool_id,
        Membership.valid_from,
        Membership.certificate_id,
    )
    return read_frame(session, statement.where(among(session, Membership.enterprise_id, ids)))
