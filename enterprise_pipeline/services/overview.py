"""What the first page says of the whole registry."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.candidate_conditions import of_places
from enterprise_pipeline.services.cube import known_holds
from enterprise_pipeline.services.endings import count_endings
from enterprise_pipeline.services.live import Live, live
from enterprise_pipeline.services.reference import jurisdictions
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.transaction import reading
from models import (
    AssessmentCount,
    Candidate,
    Enterprise,
    ImportBatch,
    RegistryState,
    ScreeningRun,
)
from scoring.vocabulary import Tier, Verdict

REPORTED = "reported"
HOLDS, HOLDS_NOT = 1, 0
NEWS_DAYS = 30
# Enterprises whose jurisdiction nobody has told us stand in a row of their own.
NO_JURISDICTION = ""


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How the enterprises of one place stand to one tier; each number is a filter of the candidate list.

    ``eligible``, ``near`` (one criterion short) count those known not to hold
    the tier; ``eligible_unclear`` and ``near_unclear`` those of which nobody
    has told us whether they do.
    """

    holders: int = 0
    eligible: int = 0
    eligible_unclear: int = 0
    near: int = 0
    near_unclear: int = 0
    judgement: int = 0
    undetermined: int = 0
    screened: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Add two places up."""
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in self.__dict__})


@dataclass(frozen=True, kw_only=True)
class Run:
    """The screening that the counts come from."""

    as_of: date
    finished_at: datetime | None
    enterprises: int


@dataclass(frozen=True, kw_only=True)
class Import:
    """The last spreadsheet that was taken in."""

    id: int
    filename: str
    committed_at: datetime
    counts: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Overview:
    """What somebody may see of the registry at a glance.

    ``table`` maps a place and a tier with rules to its counts; ``is_whole``
    where it is the whole city.
    """

    is_whole: bool

    enterprises: int
    tiers: tuple[Tier, ...]
    places: tuple[str, ...]
    table: dict[tuple[str, Tier], Counts]
    run: Run | None
    failed_run: datetime | None
    last_import: Import | None
    ending: int
    opened: int
    closed: int

    def at(self, place: str, tier: Tier) -> Counts:
        """The counts of one place; nothing is counted where nobody is."""
        return self.table.get((place, tier), Counts())

    def total(self, tier: Tier) -> Counts:
        """The counts of one tier over all places."""
        return sum((self.at(place, tier) for place in self.places), Counts())


def overview(*, as_of: date, tier: Tier, ending_within: int, scope: Scope) -> Overview:
    """Read everything the first page shows; of certificates those of ``tier`` that end in so many days."""
    session = reading()
    shown = live(session) if _is_set_up(session) else None
    tiers, table = _table(session, shown, scope)
    return Overview(
        is_whole=scope.is_everything,
        enterprises=session.scalar(scope.apply(select(func.count()).select_from(Enterprise))) or 0,
        tiers=tiers,
        places=_places((place for place, _tier in table), scope),
        table=table,
        run=_run(session, table, scope) if shown and shown.as_of else None,
        failed_run=_failed_run(session),
        # A spreadsheet is of the whole city, and its name may say more than a county is to know.
        last_import=_last_import(session) if scope.is_everything else None,
        ending=count_endings(as_of=as_of, within=ending_within, tier=tier, scope=scope),
        **_news(session, as_of, scope),
    )


def registry_is_synthetic() -> bool:
    """Whether every enterprise here is invented; "no" where the database cannot say."""
    try:
        return bool(reading().scalar(select(RegistryState.is_synthetic)))
    except SQLAlchemyError:
        return False


def registry_answers() -> bool:
    """Whether the registry can be read."""
    try:
        reading().execute(select(RegistryState.id)).first()
    except SQLAlchemyError:
        return False
    return True


def _is_set_up(session: Session) -> bool:
    return session.scalar(select(func.count()).select_from(RegistryState)) == 1


def _table(
    session: Session, shown: Live | None, scope: Scope
) -> tuple[tuple[Tier, ...], dict[tuple[str, Tier], Counts]]:
    """Sum up by place and tier, by each tier's default standard."""
    defaults = {
        rules.tier: rules.standard for rules in current_rulebook(session).rule_sets if rules.is_default
    }
    sums: dict[tuple[str, Tier], dict[str, int]] = {}
    for tier, standard, verdict, place, holds, near, n in _kinds(session, shown, scope):
        if defaults.get(Tier(tier)) == standard:
            place_sums = sums.setdefault((place, Tier(tier)), {})
            for name in _counted_as(verdict, holds=holds, near=bool(near)):
                place_sums[name] = place_sums.get(name, 0) + int(n)
    built = tuple(tier for tier in Tier if tier in defaults)
    return built, {key: Counts(**place_sums) for key, place_sums in sums.items()}


def _kinds(session: Session, shown: Live | None, scope: Scope) -> Iterator[Sequence[Any]]:
    """The cube of counts within the jurisdictions of a scope, then its single enterprises elsewhere."""
    cube = AssessmentCount
    kinds = (cube.tier, cube.standard, cube.verdict, cube.jurisdiction, cube.holds)
    is_near = cube.n_failed == 1
    query = select(*kinds, is_near, func.sum(cube.n)).where(cube.basis == REPORTED).group_by(*kinds, is_near)
    if not scope.is_everything:
        query = query.where(cube.jurisdiction.in_(sorted(scope.jurisdictions or ())))
    yield from session.execute(query)
    if scope.enterprise_ids and shown is not None:
        table = shown.table
        column = table.c
        one = select(
            column.tier, column.standard, column.verdict, column.jurisdiction, column.holds, column.n_failed
        ).where(
            column.basis == REPORTED,
            column.enterprise_id.in_(sorted(scope.enterprise_ids)),
            ~of_places(table, scope.jurisdictions or frozenset()),
        )
        for tier, standard, verdict, place, holds, n_failed in session.execute(one):
            yield tier, standard, verdict, place, known_holds(holds), n_failed == 1, 1


def _counted_as(verdict: int, *, holds: int, near: bool) -> list[str]:
    """The fields of `Counts` in which an enterprise of this kind is counted."""
    names = ["screened"]
    if holds == HOLDS:
        names.append("holders")
    open_to = {HOLDS: None, HOLDS_NOT: ""}.get(holds, "_unclear")
    if verdict == Verdict.ELIGIBLE and open_to is not None:
        names.append("eligible" + open_to)
    if verdict == Verdict.NOT_ELIGIBLE and near and open_to is not None:
        names.append("near" + open_to)
    if verdict == Verdict.NEEDS_JUDGEMENT:
        names.append("judgement")
    if verdict == Verdict.UNDETERMINED:
        names.append("undetermined")
    return names


def _places(found: Iterable[str], scope: Scope) -> tuple[str, ...]:
    """All jurisdictions of the city, or those of the scope, in their order; then whatever else there is."""
    found = set(found)
    known = [
        place.code
        for place in jurisdictions()
        if scope.is_everything or place.code in found or place.code in (scope.jurisdictions or ())
    ]
    others = sorted(set(found) - set(known), key=lambda code: (code == NO_JURISDICTION, code))
    return (*known, *others)


def _run(session: Session, table: Mapping[tuple[str, Tier], Counts], scope: Scope) -> Run | None:
    """The live run; within a scope it has screened as many enterprises as the scope counts."""
    query = select(ScreeningRun.as_of, ScreeningRun.finished_at, ScreeningRun.enterprises).join(
        RegistryState, RegistryState.live_run_id == ScreeningRun.id
    )
    row = session.execute(query).first()
    if row is None:
        return None
    screened: dict[Tier, int] = {}
    for (_place, tier), counts in table.items():
        screened[tier] = screened.get(tier, 0) + counts.screened
    n = row.enterprises if scope.is_everything else max(screened.values(), default=0)
    return Run(as_of=row.as_of, finished_at=row.finished_at, enterprises=n)


def _failed_run(session: Session) -> datetime | None:
    """When the newest run started, if it failed: its lists are then those of an older one."""
    query = select(ScreeningRun.status, ScreeningRun.started_at).order_by(ScreeningRun.id.desc()).limit(1)
    row = session.execute(query).first()
    return row.started_at if row and row.status == "failed" else None


def _last_import(session: Session) -> Import | None:
    batch = ImportBatch
    query = (
        select(batch.id, batch.filename, batch.committed_at, batch.counts)
        .where(batch.status == "committed")
        .order_by(batch.committed_at.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return row and Import(id=row.id, filename=row.filename, committed_at=row.committed_at, counts=row.counts)


def _news(session: Session, as_of: date, scope: Scope) -> dict[str, int]:
    """How many candidates were found and closed in the last days."""
    since = as_of - timedelta(days=NEWS_DAYS)
    counted = {}
    for name, day in (("opened", Candidate.opened_on), ("closed", Candidate.closed_on)):
        # The first screening finds everybody; that is no news.
        query = select(func.count()).where(day > since, day <= as_of, Candidate.cause != "first")
        if not scope.is_everything:
            query = scope.apply(
                query.select_from(Candidate).join(Enterprise, Enterprise.id == Candidate.enterprise_id)
            )
        counted[name] = session.scalar(query) or 0
    return counted
