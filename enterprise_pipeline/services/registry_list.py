"""The plain list of everything registered, newest first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from enterprise_pipeline.services.name_search import matches
from enterprise_pipeline.transaction import reading
from models import AnnualReport, Enterprise

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class EnterpriseLine:
    """One line of the list; ``newest_year`` is the newest fiscal year with a report."""

    id: int
    name: str
    credit_code: str
    jurisdiction: str | None
    industry_code: str | None
    registered_on: date | None
    changed_at: datetime
    newest_year: int | None


@dataclass(frozen=True, kw_only=True)
class RegistryPage:
    """A page of the list; ``newer`` and ``older`` are the ids to go on from, if there is more."""

    lines: tuple[EnterpriseLine, ...]
    total: int
    newer: int | None
    older: int | None


def registry_page(
    *, q: str = "", jurisdiction: str = "", before: int | None = None, after: int | None = None
) -> RegistryPage:
    """Enterprises with an id below ``before``, or next above ``after``; by default the newest."""
    session = reading()
    conditions: list[ColumnElement[bool]] = []
    if q:
        conditions.append(matches(q))
    if jurisdiction:
        conditions.append(Enterprise.jurisdiction == jurisdiction)
    total = session.scalar(select(func.count(Enterprise.id)).where(*conditions)) or 0
    query = select(Enterprise.id).where(*conditions)
    if after is not None:
        query = query.where(Enterprise.id > after).order_by(Enterprise.id)
    else:
        query = query.order_by(Enterprise.id.desc())
        query = query.where(Enterprise.id < before) if before is not None else query
    ids = list(session.scalars(query.limit(PAGE_SIZE + 1)))
    has_more, ids = len(ids) > PAGE_SIZE, sorted(ids[:PAGE_SIZE], reverse=True)
    is_first = after is None and before is None
    return RegistryPage(
        lines=_lines(ids),
        total=total,
        newer=ids[0] if ids and (has_more if after is not None else not is_first) else None,
        older=ids[-1] if ids and (has_more or after is not None) else None,
    )


def _lines(ids: Sequence[int]) -> tuple[EnterpriseLine, ...]:
    reports = (
        select(AnnualReport.enterprise_id, func.max(AnnualReport.fiscal_year))
        .where(AnnualReport.enterprise_id.in_(ids))
        .group_by(AnnualReport.enterprise_id)
    )
    newest = {enterprise_id: year for enterprise_id, year in reading().execute(reports)}  # noqa: C416 - typed
    rows = reading().scalars(select(Enterprise).where(Enterprise.id.in_(ids)).order_by(Enterprise.id.desc()))
    return tuple(
        EnterpriseLine(
            id=row.id,
            name=row.name,
            credit_code=row.credit_code,
            jurisdiction=row.jurisdiction,
            industry_code=row.industry_code,
            registered_on=row.registered_on,
            changed_at=row.changed_at,
            newest_year=newest.get(row.id),
        )
        for row in rows
    )
