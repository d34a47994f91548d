"""Certificates that end soon and were not renewed."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select, tuple_

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.transaction import reading
from models import Certificate, Enterprise

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Ending:
    """A certificate that ends soon."""

    id: int
    enterprise_id: int
    enterprise: str
    jurisdiction: str | None
    tier: str
    number: str
    expires_on: date


@dataclass(frozen=True, kw_only=True)
class EndingsPage:
    """One page of them; ``after`` is where the next page starts, None on the last."""

    endings: tuple[Ending, ...]
    after: tuple[date, int] | None


def counts_of_endings(*, as_of: date, within: int, scope: Scope) -> dict[str, int]:
    """How many certificates in force on ``as_of`` end within so many days, by tier."""
    found = scope.apply(_ending(as_of, within)).subquery()
    rows = reading().execute(select(found.c.pool_id, func.count().label("n")).group_by(found.c.pool_id))
    return {row.pool_id: row.n for row in rows}


def count_endings(*, as_of: date, within: int, tier: str, scope: Scope) -> int:
    """How many certificates of one tier end within so many days."""
    found = scope.apply(_ending(as_of, within)).where(Certificate.pool_id == tier).subquery()
    return reading().scalar(select(func.count()).select_from(found)) or 0


def endings(
    *,
    as_of: date,
    within: int,
    tier: str,
    scope: Scope,
    after: tuple[date, int] | None = None,
    size: int = PAGE,
) -> EndingsPage:
    """The certificates of a tier within ``scope`` that end soon, the first to end first."""
    key = (Certificate.expires_on, Certificate.id)
    query = scope.apply(_ending(as_of, within)).where(Certificate.pool_id == tier)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    rows = reading().execute(query.order_by(*key).limit(size + 1)).all()
    shown = tuple(
        Ending(
            id=row.certificate_id,
            enterprise_id=row.id,
            enterprise=row.name,
            jurisdiction=row.jurisdiction,
            tier=row.pool_id,
            number=row.number,
            expires_on=row.expires_on,
        )
        for row in rows[:size]
    )
    return EndingsPage(
        endings=shown, after=(shown[-1].expires_on, shown[-1].id) if len(rows) > size else None
    )


def _ending(as_of: date, within: int) -> Select[*tuple[Any, ...]]:
    """In force, ending soon, and no later certificate of the same enterprise and pool."""
    later = Certificate.__table__.alias()
    has_later = (
        select(later.c.id)
        .where(
            later.c.enterprise_id == Certificate.enterprise_id,
            later.c.pool_id == Certificate.pool_id,
            later.c.expires_on > Certificate.expires_on,
            _in_force(later.c, as_of),
        )
        .exists()
    )
    columns = (Enterprise.id, Enterprise.name, Enterprise.jurisdiction)
    certificate = (Certificate.id.label("certificate_id"), Certificate.pool_id, Certificate.number)
    return (
        select(*columns, *certificate, Certificate.expires_on)
        .join(Enterprise, Enterprise.id == Certificate.enterprise_id)
        .where(
            Certificate.expires_on.between(as_of, as_of + timedelta(days=within)),
            _in_force(Certificate, as_of),
            ~has_later,
        )
    )


def _in_force(certificate: Any, day: date) -> Any:
    """Issued, as far as anybody knows, and not revoked."""
    return and_(
        or_(certificate.issued_on.is_(None), certificate.issued_on <= day),
        or_(certificate.revoked_on.is_(None), certificate.revoked_on > day),
    )
