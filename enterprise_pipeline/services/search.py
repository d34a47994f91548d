"""Find an enterprise by what somebody remembers of it."""

from dataclasses import dataclass

from sqlalchemy import case, select

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.credit_code import normalise_credit_code
from enterprise_pipeline.services.name_search import matches
from enterprise_pipeline.services.naming import initials, normalise_name
from enterprise_pipeline.transaction import reading
from models import Enterprise, EnterpriseName

MOST_SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class Hit:
    """An enterprise that was found; ``former_name`` is the former name by which it was."""

    id: int
    credit_code: str
    name: str
    jurisdiction: str | None
    industry_code: str | None
    former_name: str | None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a search led to; ``is_cut`` when there is more than is shown."""

    hits: tuple[Hit, ...]
    is_cut: bool


def by_code(q: str, *, scope: Scope) -> int | None:
    """The enterprise within ``scope`` whose credit code this is, exactly."""
    code = normalise_credit_code(q)
    query = scope.apply(select(Enterprise.id).where(Enterprise.credit_code == code))
    return reading().scalar(query) if code else None


def find(q: str, *, scope: Scope, limit: int = MOST_SHOWN) -> Found:
    """What a name, former name, initials or part of a code leads to within ``scope``, the nearest first."""
    name = normalise_name(q)
    columns = (Enterprise.id, Enterprise.credit_code, Enterprise.name)
    more = (Enterprise.jurisdiction, Enterprise.industry_code, Enterprise.initials)
    nearness = case(
        (Enterprise.name == name, 0),
        (Enterprise.name.startswith(name, autoescape=True), 1),
        (Enterprise.initials.startswith(name.lower(), autoescape=True), 2),
        else_=3,
    )
    query = select(*columns, *more).where(matches(q)).order_by(nearness, Enterprise.name, Enterprise.id)
    rows = reading().execute(scope.apply(query).limit(limit + 1)).all()
    former = _former_names([row.id for row in rows])
    hits = [
        Hit(
            id=row.id,
            credit_code=row.credit_code,
            name=row.name,
            jurisdiction=row.jurisdiction,
            industry_code=row.industry_code,
            former_name=_reason(name, row.name, row.initials, former.get(row.id, [])),
        )
        for row in rows[:limit]
    ]
    return Found(hits=tuple(hits), is_cut=len(rows) > limit)


def _former_names(ids: list[int]) -> dict[int, list[str]]:
    query = select(EnterpriseName.enterprise_id, EnterpriseName.name).where(
        EnterpriseName.enterprise_id.in_(ids)
    )
    found: dict[int, list[str]] = {}
    for enterprise_id, former in reading().execute(query.order_by(EnterpriseName.id.desc())):
        found.setdefault(enterprise_id, []).append(former)
    return found


def _reason(q: str, name: str, letters: str, names: list[str]) -> str | None:
    """The former name that matches where the present one does not."""
    if q in name or q.lower() in letters:
        return None
    others = (other for other in names if other != name)
    return next((other for other in others if q in other or q.lower() in initials(other)), None)
