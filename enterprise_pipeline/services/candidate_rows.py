"""The rows of a candidate list: what is stored of each enterprise, with gaps and missing facts named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, Table, bindparam, inspect, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.business_secrets import Why
from enterprise_pipeline.services.candidate_filter import CandidateFilter
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.live import Live
from enterprise_pipeline.services.rulebooks import CurrentRulebook, current_rulebook
from models import Enterprise
from scoring.facts import split_year
from scoring.rules_model import Criterion, RuleSet
from scoring.vocabulary import COLUMNS, FACTS, CriterionResult, Fact, SizeClass, Tier, Unit

BITS_PER_RESULT = 3
UPPER_LIMITS = ("<=", "<")
# A row names what to ask for first; the whole list is on the enterprise's page.
MISSING_NAMED = 2


@dataclass(kw_only=True, slots=True)
class NearestGap:
    """The failing criterion that is nearest to being met.

    ``subject`` is the fact to change (None where it is no single fact), with
    ``amount`` in the criterion's unit (分 for money); ``is_excess`` where the
    value is too high. Without a measure, ``amount`` is None.
    """

    criterion: Criterion
    subject: Fact | None
    amount: int | None
    is_excess: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class MissingFact:
    """A fact to ask for: a figure of a year, a fact of the enterprise, or whether it holds a tier."""

    fact: Fact | None
    tier: Tier | None
    year: int | None


@dataclass(kw_only=True, slots=True)
class CandidateRow:
    """One enterprise in a list; ``missing`` names the first facts whose bit is set in ``missing_bits``."""

    enterprise_id: int
    name: str
    credit_code: str
    division_code: str | None
    jurisdiction: str | None
    industry_code: str | None
    hitech_field: str | None
    registered_on: date | None
    verdict: int
    points_lo: int | None
    points_hi: int | None
    n_failed: int
    n_missing: int
    nearest: NearestGap | None
    shortfall: float | None
    missing: tuple[MissingFact, ...]
    missing_bits: int
    rule_set_id: str
    holds: int | None
    changes_on: date | None
    # Read only where a list or a file shows it; None is also "not known".
    size: SizeClass | None = None
    # Why the amount of the nearest gap and the points do not show; they are then not here (candidate_veil).
    hides_gap: Why | None = None
    hides_points: Why | None = None


def read_rows(
    session: Session, shown: Live, wanted: CandidateFilter, ids: Sequence[int], *, scope: Scope
) -> list[CandidateRow]:
    """The rows of these enterprises, in the order of ``ids``; one that has gone meanwhile is left out.

    Gone is also one that was moved out of ``scope`` since the screening that put it there.
    """
    found: dict[int, CandidateRow] = {}
    rules = current_rulebook(session)
    connection = session.connection()
    parameters = {"tier": str(wanted.tier), "standard": wanted.standard, "basis": wanted.basis}
    for part in in_parts(ids):
        for row in connection.execute(_query(shown.table), {**parameters, "ids": list(part)}).all():
            if scope.covers(enterprise_id=row.enterprise_id, jurisdiction=row.jurisdiction):
                found[row[0]] = _row(row, rules)
    return [found[enterprise_id] for enterprise_id in ids if enterprise_id in found]


@cache
def _query(table: Table) -> Select[*tuple[Any, ...]]:
    """The statement that reads rows by their enterprises, made once."""
    column, enterprise = table.c, inspect(Enterprise).local_table
    known = enterprise.c
    return (
        select(
            column.enterprise_id,
            *(known.name, known.credit_code, known.division_code, known.jurisdiction, known.industry_code),
            *(known.hitech_field, known.registered_on),
            *(column.verdict, column.points_lo, column.points_hi, column.n_failed, column.n_missing),
            *(column.shortfall, column.holds, column.changes_on),
            *(column.nearest_criterion, column.nearest_gap, column.results, column.missing),
            *(column.rule_set, column.as_of),
        )
        .join(enterprise, known.id == column.enterprise_id)
        .where(
            column.tier == bindparam("tier"),
            column.standard == bindparam("standard"),
            column.basis == bindparam("basis"),
            column.enterprise_id.in_(bindparam("ids", expanding=True)),
        )
    )


def _row(row: Sequence[Any], rules: CurrentRulebook) -> CandidateRow:
    (
        enterprise_id, name, credit_code, division_code, jurisdiction, industry_code, hitech_field,
        registered_on, verdict, points_lo, points_hi, n_failed, n_missing, shortfall, holds, changes_on,
        nearest_criterion, nearest_gap, results, missing, rule_set_id, as_of,
    ) = row  # fmt: skip
    # A local version that was tampered with is refused, and what it once decided is still listed.
    rule_set = rules.find(rule_set_id)
    return CandidateRow(
        enterprise_id=enterprise_id,
        name=name,
        credit_code=credit_code,
        division_code=division_code,
        jurisdiction=jurisdiction,
        industry_code=industry_code,
        hitech_field=hitech_field,
        registered_on=registered_on,
        verdict=verdict,
        points_lo=points_lo,
        points_hi=points_hi,
        n_failed=n_failed,
        n_missing=n_missing,
        nearest=_nearest(rule_set, nearest_criterion, nearest_gap, results)
        if n_failed and rule_set
        else None,
        shortfall=shortfall,
        missing=_missing(rule_set.facts, missing, as_of.year) if missing and rule_set else (),
        missing_bits=missing,
        rule_set_id=rule_set_id,
        holds=holds,
        changes_on=changes_on,
    )


def _nearest(rule_set: RuleSet | None, index: int | None, gap: int | None, results: int) -> NearestGap | None:
    """The nearest measurable gap, else the first criterion that fails."""
    criteria = rule_set.criteria if rule_set else ()
    is_measured = index is not None and gap is not None
    if index is None:
        index = next((i for i in range(len(criteria)) if result_at(results, i) is _NOT_MET), None)
    if index is None or index >= len(criteria):
        return None
    criterion = criteria[index]
    return NearestGap(
        criterion=criterion,
        subject=subject_of(criterion),
        amount=gap if is_measured else None,
        is_excess=criterion.operator in UPPER_LIMITS,
    )


_NOT_MET = CriterionResult.NOT_MET


def result_at(results: int, index: int) -> CriterionResult:
    """The result of one criterion from the packed results of an assessment."""
    return CriterionResult(results >> (BITS_PER_RESULT * index) & 7)


def subject_of(criterion: Criterion) -> Fact | None:
    """The one fact whose change closes a criterion's gap; None where it is none or several."""
    args = criterion.args
    name = args.get("numerator") or args.get("fact")
    if name is None and len(args.get("facts", ())) == 1:
        name = args["facts"][0]
    fact = FACTS.get(str(name))
    return fact if fact is not None and fact.unit is criterion.unit is not Unit.FLAG else None


@lru_cache(maxsize=4096)
def _missing(facts: tuple[str, ...], bits: int, year: int) -> tuple[MissingFact, ...]:
    """The first missing facts in the order of asking."""
    columns = _columns_of(facts, bits)[:MISSING_NAMED]
    return tuple(missing_fact(column, year) for column in columns)


def missing_columns(rule_set: RuleSet, bits: int) -> list[str]:
    """The facts-frame columns whose bit is set, in the order of asking."""
    return _columns_of(rule_set.facts, bits)


def _columns_of(facts: Sequence[str], bits: int) -> list[str]:
    return [column for position, column in enumerate(facts) if bits >> position & 1]


def missing_fact(column: str, year: int) -> MissingFact:
    """Name a column of the facts frame as of a day in ``year``."""
    if column.startswith("holds_"):
        return MissingFact(fact=None, tier=Tier(column.removeprefix("holds_")), year=None)
    stem, years_back = split_year(column)
    return MissingFact(fact=COLUMNS[stem], tier=None, year=None if years_back is None else year - years_back)
