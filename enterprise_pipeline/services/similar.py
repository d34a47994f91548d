"""Duplicates: the same code, or a name so alike that a person should look first."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from sqlalchemy import or_, select

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.naming import initials, normalise_name
from enterprise_pipeline.transaction import reading
from models import Enterprise, EnterpriseName

# What most names here share says nothing about which enterprise it is.
_COMMON = re.compile(
    r"湖北省?|宜昌市?|当阳市?|枝江市?|宜都市?|远安县?|兴山县?|秭归县?|长阳|五峰|夷陵区?|西陵区?|伍家岗区?|点军区?|猇亭区?"
    r"|股份|有限|责任|公司|集团|分公司|科技|实业|技术|[()（）·\s]"
)
SHORTEST_CORE = 2
LOOKED_AT = 200
ALIKE = 0.82


@dataclass(frozen=True, kw_only=True)
class Similar:
    """An enterprise that may be the same one."""

    id: int
    name: str
    credit_code: str
    is_same_code: bool
    matched_name: str


@dataclass(frozen=True, kw_only=True)
class Lookalikes:
    """Who may be the same; ``is_elsewhere`` where code or name is known outside one's own area.

    Of that one nothing else is told: a county does not learn of another's enterprises by typing.
    """

    own: tuple[Similar, ...]
    is_elsewhere: bool

    def __bool__(self) -> bool:
        """Whether there is anything to look at."""
        return bool(self.own) or self.is_elsewhere


def similar_enterprises(
    *, credit_code: str, name: str, scope: Scope, besides: int | None = None, limit: int = 5
) -> Lookalikes:
    """Find enterprises with this code, or with a present or former name much like this one, best first."""
    found: dict[int, tuple[float, Similar]] = {}
    is_elsewhere = False
    for row in _rows(credit_code=credit_code, name=name):
        if row.id == besides:
            continue
        if not scope.covers(enterprise_id=row.id, jurisdiction=row.jurisdiction):
            is_elsewhere |= _is_the_same(row, credit_code=credit_code, name=name)
            continue
        same_code = bool(credit_code) and row.credit_code == credit_code
        score = 2.0 if same_code else _likeness(name, row.matched)
        if score >= ALIKE and score > found.get(row.id, (0.0,))[0]:
            found[row.id] = (
                score,
                Similar(
                    id=row.id,
                    name=row.name,
                    credit_code=row.credit_code,
                    is_same_code=same_code,
                    matched_name=row.matched,
                ),
            )
    ranked = sorted(found.values(), key=lambda pair: (-pair[0], pair[1].id))
    return Lookalikes(own=tuple(similar for _score, similar in ranked[:limit]), is_elsewhere=is_elsewhere)


def _is_the_same(row: "_Row", *, credit_code: str, name: str) -> bool:
    """The same code, or the same present or former name to the letter."""
    same_name = bool(name) and normalise_name(row.matched) == normalise_name(name)
    return same_name or (bool(credit_code) and row.credit_code == credit_code)


@dataclass(frozen=True)
class _Row:
    id: int
    name: str
    credit_code: str
    jurisdiction: str | None
    matched: str


def _rows(*, credit_code: str, name: str) -> list[_Row]:
    """Fetch the few enterprises worth comparing."""
    session = reading()
    columns = (Enterprise.id, Enterprise.name, Enterprise.credit_code, Enterprise.jurisdiction)
    rows: list[_Row] = []
    if credit_code:
        same = select(*columns).where(Enterprise.credit_code == credit_code)
        rows += [_Row(*row, row.name) for row in session.execute(same)]
    core, letters = core_of(name), initials(name)
    if len(core) >= SHORTEST_CORE:
        present = select(*columns, Enterprise.name).where(
            or_(Enterprise.name.contains(core, autoescape=True), Enterprise.initials == letters)
        )
        former = (
            select(*columns, EnterpriseName.name)
            .join(EnterpriseName, EnterpriseName.enterprise_id == Enterprise.id)
            .where(
                or_(EnterpriseName.name.contains(core, autoescape=True), EnterpriseName.initials == letters)
            )
        )
        for alike in (present, former):
            rows += [_Row(*row) for row in session.execute(alike.limit(LOOKED_AT))]
    return rows


def core_of(name: str) -> str:
    """The part of a name that tells enterprises apart.

    >>> core_of("宜昌兴越新材料有限公司")
    '兴越新材料'
    """
    return _COMMON.sub("", normalise_name(name))


def _likeness(one: str, other: str) -> float:
    """How alike two names are, from 0 to 1; the same core is as good as the same name."""
    first, second = core_of(one), core_of(other)
    if first and first == second:
        return 1.0
    return SequenceMatcher(None, first, second).ratio()
