"""Finding enterprises by what somebody remembers: a name, a former name, initials or a code."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.credit_code import normalise_credit_code
from enterprise_pipeline.services.naming import normalise_name
from models import Enterprise, EnterpriseName

# Up to so many the list of matches is complete; beyond it a list says "1000+".
MOST_FOUND = 1000
SHORTEST_CODE = 4


def matches(q: str) -> ColumnElement[bool]:
    """Whether an enterprise (of the enclosing query) is meant by ``q``."""
    name = normalise_name(q)
    former = exists().where(
        EnterpriseName.enterprise_id == Enterprise.id,
        _named(EnterpriseName.name, EnterpriseName.initials, name),
    )
    return or_(_named(Enterprise.name, Enterprise.initials, name), former, _coded(q))


def find(session: Session, q: str, *, limit: int, scope: Scope) -> list[int] | None:
    """The ids of the enterprises within ``scope`` that ``q`` means, or None when more than ``limit``."""
    found: set[int] = set()
    for query in _searches(q, scope):
        found.update(session.scalars(query.limit(limit + 1)))
        if len(found) > limit:
            return None
    return sorted(found)


def _searches(q: str, scope: Scope) -> Iterator[Select[int]]:
    """One query a column, so that each needs to look through one index only."""
    name = normalise_name(q)
    present, former = scope.apply(select(Enterprise.id)), select(EnterpriseName.enterprise_id)
    if not scope.is_everything:
        former = scope.apply(former.join(Enterprise, Enterprise.id == EnterpriseName.enterprise_id))
    yield present.where(_coded(q))
    yield present.where(Enterprise.name.contains(name, autoescape=True))
    yield former.where(EnterpriseName.name.contains(name, autoescape=True))
    if may_be_initials(name):
        letters = name.lower()
        yield present.where(Enterprise.initials.contains(letters, autoescape=True))
        yield former.where(EnterpriseName.initials.contains(letters, autoescape=True))


def may_be_initials(name: str) -> bool:
    """Whether a search word can stand for the first letters of a name."""
    return name.isascii() and name.isalpha()


def _named(
    name: InstrumentedAttribute[str], letters: InstrumentedAttribute[str], q: str
) -> ColumnElement[bool]:
    """Compare with initials only where ``q`` can be initials; a Chinese word is not looked for there."""
    named: ColumnElement[bool] = name.contains(q, autoescape=True)
    if may_be_initials(q):
        return or_(named, letters.contains(q.lower(), autoescape=True))
    return named


def _coded(q: str) -> ColumnElement[bool]:
    code = normalise_credit_code(q)
    if not (code.isascii() and code.isalnum() and len(code) >= SHORTEST_CODE):
        return Enterprise.credit_code == code
    return Enterprise.credit_code.contains(code, autoescape=True)
