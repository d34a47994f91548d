"""A filter as conditions of a query: those that the cube knows, and the rest."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, exists, false, func, or_, select, true, union

from enterprise_pipeline.services import name_search
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.candidate_filter import BASES, GAP_COUNTS, UNKNOWN, YES, CandidateFilter
from enterprise_pipeline.services.cube import HOLDS_UNKNOWN, MOST_GAPS_TOLD
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.transaction import reading
from models import AssessmentCount, Certificate, Enterprise, Membership
from scoring.vocabulary import Tier, Verdict

Condition = ColumnElement[bool]
_GROUP_OF_FIELDS = 2


def of_list(table: Table, wanted: CandidateFilter) -> Condition:
    """The rows of one tier by one standard on one basis."""
    column = table.c
    return and_(
        column.tier == str(wanted.tier), column.standard == wanted.standard, column.basis == wanted.basis
    )


def of_list_in_another_order(table: Table, wanted: CandidateFilter) -> Condition:
    """The same rows, said so that SQLite is not tempted to find them first and sort them afterwards."""
    column = table.c
    return and_(
        column.tier.between(str(wanted.tier), str(wanted.tier)),
        column.standard.between(wanted.standard, wanted.standard),
        column.basis.between(wanted.basis, wanted.basis),
    )


def of_places(table: Table, places: frozenset[str] | None) -> Condition:
    """The rows of some jurisdictions; None is all of them."""
    return true() if places is None else table.c.jurisdiction.in_(sorted(places))


def of_area(table: Table, scope: Scope) -> Condition:
    """The rows that somebody may see, by the jurisdictions they were screened with."""
    if scope.is_everything:
        return true()
    parts: list[Condition] = []
    if scope.jurisdictions:
        parts.append(of_places(table, scope.jurisdictions))
    if scope.enterprise_ids:
        parts.append(table.c.enterprise_id.in_(sorted(scope.enterprise_ids)))
    return or_(*parts) if parts else false()


def of_cube(table: Table, wanted: CandidateFilter) -> Condition:
    """The dimensions that the cube knows."""
    column = table.c
    conditions: list[Condition] = [true()]
    if wanted.verdict is not None:
        conditions.append(column.verdict == int(wanted.verdict))
    if wanted.holds:
        conditions.append(
            holding(table, HOLDS_UNKNOWN if wanted.holds == UNKNOWN else int(wanted.holds == YES))
        )
    if wanted.gaps:
        gaps = GAP_COUNTS.index(wanted.gaps)
        conditions.append(column.n_failed >= gaps if gaps == MOST_GAPS_TOLD else column.n_failed == gaps)
    if wanted.jurisdiction:
        conditions.append(
            column.jurisdiction == ("" if wanted.jurisdiction == UNKNOWN else wanted.jurisdiction)
        )
    if wanted.industry == UNKNOWN:
        conditions.append(column.industry == "")
    elif wanted.industry:
        conditions.append(func.substr(column.industry, 1, len(wanted.industry)) == wanted.industry)
    return and_(*conditions)


def holding(table: Table, holds: int) -> Condition:
    """Rows that hold the tier (1), do not (0), or of which nobody knows (-1)."""
    column: ColumnElement[Any] = table.c.holds
    return column.is_(None) if holds == HOLDS_UNKNOWN else column == holds


def of_rest(table: Table, wanted: CandidateFilter, *, as_of: date, as_sets: bool = False) -> Condition | None:
    """What the cube does not know; None when the filter asks for nothing of it.

    As sets, a database may begin with them (good for counting); otherwise it
    keeps to the order of the rows and tries each (good for one page).
    """
    column: ColumnElement[int] = table.c.enterprise_id
    conditions: list[Condition] = []
    if wanted.size:
        conditions.append(table.c.shortfall <= int(wanted.size) / 100)
    for query, key in _sets(table, wanted, as_of):
        conditions.append(
            column.in_(query) if as_sets else exists(query.where(key == column).correlate(table))
        )
    return and_(*conditions) if conditions else None


def driving_ids(
    table: Table, wanted: CandidateFilter, *, as_of: date
) -> tuple[Select[int], CandidateFilter] | None:
    """All enterprises that one indexed part of the filter leaves, and what is left of the filter."""
    if wanted.field and wanted.field != UNKNOWN:
        return select(Enterprise.id).where(in_field(wanted.field)), replace(wanted, field="")
    if wanted.also is not None:
        return holders(table, wanted.also, as_of), replace(wanted, also=None)
    return None


def _sets(
    table: Table, wanted: CandidateFilter, as_of: date
) -> Iterator[tuple[Select[int], ColumnElement[int]]]:
    of_enterprise: list[Condition] = []
    if wanted.field:
        of_enterprise.append(in_field(wanted.field))
    if wanted.q:
        of_enterprise.append(name_search.matches(wanted.q))
    if of_enterprise:
        yield select(Enterprise.id).where(*of_enterprise), Enterprise.id.expression
    if wanted.also is not None:
        query = holders(table, wanted.also, as_of)
        yield query, query.selected_columns[0]


def holders(table: Table, tier: Tier, day: date) -> Select[int]:
    """The enterprises known to hold a tier: as screened where it is screened, else by its lists on a day."""
    standard = next(
        (e.standard for e in current_rulebook().rule_sets if e.tier is tier and e.is_default), None
    )
    if standard is not None and _is_screened(tier, standard):
        other = table.alias()
        return select(other.c.enterprise_id).where(
            other.c.tier == str(tier),
            other.c.standard == standard,
            other.c.basis == BASES[0],
            other.c.verdict.in_([int(verdict) for verdict in Verdict]),
            other.c.holds == 1,
        )
    members = select(Membership.enterprise_id).where(Membership.pool_id == str(tier), member_on(day))
    certified = select(Certificate.enterprise_id).where(Certificate.pool_id == str(tier), certified_on(day))
    either = union(members, certified).subquery()
    return select(either.c.enterprise_id)


def _is_screened(tier: Tier, standard: str) -> bool:
    """Whether the live screening asked about a tier; one that came since is known by its lists alone."""
    counted = select(AssessmentCount.n).where(
        AssessmentCount.tier == str(tier), AssessmentCount.standard == standard
    )
    return reading().execute(counted.limit(1)).first() is not None


def member_on(day: date) -> Condition:
    """Memberships that hold on a day."""
    return and_(Membership.valid_from <= day, or_(Membership.valid_to.is_(None), Membership.valid_to >= day))


def certified_on(day: date) -> Condition:
    """Certificates whose printed dates cover a day and that were not revoked by then."""
    return and_(
        Certificate.issued_on <= day,
        Certificate.expires_on >= day,
        or_(Certificate.revoked_on.is_(None), Certificate.revoked_on > day),
    )


def in_field(field: str) -> Condition:
    """Enterprises of a high-tech field, of a group of fields (40), or of no known one."""
    if field == UNKNOWN:
        return Enterprise.hitech_field.is_(None)
    if len(field) == _GROUP_OF_FIELDS:  # A stretch of the index: 401 to 409 for the group 40.
        return Enterprise.hitech_field.between(f"{field[0]}01", f"{field[0]}99")
    return Enterprise.hitech_field == field
