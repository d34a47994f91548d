"""Which verdicts a screening of changed or chosen enterprises moved, for the page after an import."""

from dataclasses import dataclass

import polars as pl
from sqlalchemy import Table, func, select, tuple_
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.bulk import write_frame
from enterprise_pipeline.transaction import reading
from models import AssessmentChange, Enterprise
from scoring.vocabulary import Verdict

_KEY = ("enterprise_id", "tier", "standard")


@dataclass(frozen=True, kw_only=True)
class ChangedVerdict:
    """One enterprise whose verdict for a tier came out differently; None is not assessed."""

    enterprise_id: int
    name: str
    credit_code: str
    tier: str
    standard: str
    before: Verdict | None
    after: Verdict | None


@dataclass(frozen=True, kw_only=True)
class ChangeCount:
    """How many enterprises went from one verdict to another for a tier."""

    tier: str
    standard: str
    before: Verdict | None
    after: Verdict | None
    n: int


def record_changes(session: Session, before: pl.DataFrame, after: pl.DataFrame, *, run_id: int) -> int:
    """Store which reported verdicts differ between two sets of assessment rows, and return how many."""
    old, new = (
        _verdicts(rows, name) for rows, name in ((before, "verdict_before"), (after, "verdict_after"))
    )
    differing = old.join(new, on=_KEY, how="full", coalesce=True).filter(
        pl.col("verdict_before").ne_missing(pl.col("verdict_after"))
    )
    table = AssessmentChange.__table__
    assert isinstance(table, Table)  # noqa: S101 - the declarative attribute is typed more widely
    write_frame(session, table, differing.sort(_KEY).with_columns(run_id=pl.lit(run_id)))
    return differing.height


def _verdicts(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.filter(pl.col("basis") == "reported").select(
        *_KEY, pl.col("verdict").cast(pl.Int64).alias(name)
    )


def count_changes(run_id: int, *, scope: Scope) -> list[ChangeCount]:
    """How the verdicts of a run moved within ``scope``, by tier, standard and verdicts."""
    change = AssessmentChange
    columns = (change.tier, change.standard, change.verdict_before, change.verdict_after)
    query = (
        select(*columns, func.count()).where(change.run_id == run_id).group_by(*columns).order_by(*columns)
    )
    if not scope.is_everything:
        query = scope.apply(query.join(Enterprise, Enterprise.id == change.enterprise_id))
    return [
        ChangeCount(tier=tier, standard=standard, before=_verdict(before), after=_verdict(after), n=n)
        for tier, standard, before, after, n in reading().execute(query)
    ]


def whats_changed(
    run_id: int, *, scope: Scope, limit: int = 1000, after: tuple[int, str, str] | None = None
) -> list[ChangedVerdict]:
    """The verdicts that a run moved, by enterprise, tier and standard, from behind ``after``."""
    change = AssessmentChange
    key = (change.enterprise_id, change.tier, change.standard)
    query = (
        select(*key, Enterprise.name, Enterprise.credit_code, change.verdict_before, change.verdict_after)
        .join(Enterprise, Enterprise.id == change.enterprise_id)
        .where(change.run_id == run_id)
        .order_by(*key)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(*key) > after)
    return [
        ChangedVerdict(
            enterprise_id=row.enterprise_id,
            name=row.name,
            credit_code=row.credit_code,
            tier=row.tier,
            standard=row.standard,
            before=_verdict(row.verdict_before),
            after=_verdict(row.verdict_after),
        )
        for row in reading().execute(scope.apply(query))
    ]


def _verdict(number: int | None) -> Verdict | None:
    return None if number is None else Verdict(number)
