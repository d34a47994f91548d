"""The record of screening runs: who looks, from which instant on, and what the next one has to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, false, func, or_, select, text, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.assessments import live_table
from enterprise_pipeline.services.bulk import is_postgresql
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.holdings import THREE_YEARS, covered_pools
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.texts import N_, Text
from models import (
    AnnualReport,
    Certificate,
    Enterprise,
    EnterpriseFacts,
    Membership,
    RegistryState,
    ScreeningRun,
)
from models.base import JsonObject
from scoring.outcomes import BITS_PER_RESULT
from scoring.rules_model import RuleSet
from scoring.vocabulary import CriterionResult

# A row inserted with an instant taken just before it had to wait for the snapshot is looked at again.
OVERLAP = timedelta(seconds=2)
ERROR_LENGTH = 500
THREE_YEARS_IN_DAYS = timedelta(days=3 * 365)


class Superseded(ServiceError):
    """Another full screening began; this one may write no more."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One screening while it goes on: its record, its days and its rules."""

    id: int
    scope: str
    as_of: date
    known_on: date
    snapshot_at: datetime
    rule_sets: tuple[RuleSet, ...]
    previous: "LastLook | None"


@dataclass(frozen=True, kw_only=True)
class LastLook:
    """The last screening that looked at everything that had changed."""

    as_of: date
    known_on: date
    snapshot_at: datetime
    rules_hash: str
    in_force: dict[str, str]
    covered: frozenset[str]

    def same_rules(self, session: Session, as_of: date, *, known_on: date) -> bool:
        """Whether rule files, the rule sets in force and complete lists are still those of that screening."""
        rulebook = current_rulebook(session)
        return (
            self.rules_hash == rulebook.hash_on(as_of)
            and self.in_force == _in_force(rulebook.in_force(as_of))
            and self.covered == covered_pools(session, as_of, known_on=known_on)
        )

    def is_continued_by(self, session: Session, as_of: date, *, known_on: date) -> bool:
        """Whether looking at changes is enough: later days of the same year, by the same rules."""
        return (
            self.as_of <= as_of
            and self.known_on <= known_on
            and self.as_of.year == as_of.year
            and self.same_rules(session, as_of, known_on=known_on)
        )


def begin(session: Session, *, scope: str, as_of: date, known_on: date) -> Run:
    """Record a run that starts now, and take the instant from which later changes count as unseen.

    Nobody continues from a run of chosen enterprises, so that it waits for no writer.
    A full run takes the place of any that is still recorded as running: one
    that was killed, or one that another person started, which then gives up.
    """
    rulebook = current_rulebook(session)
    rule_sets = rulebook.in_force(as_of)
    if not rule_sets:
        raise ServiceError(
            Text(N_("%(day)s 没有任何现行标准，无法筛查。请换一个日期。"), day=as_of.isoformat())
        )
    if scope == "full":
        session.execute(
            update(ScreeningRun)
            .where(ScreeningRun.status == "running", ScreeningRun.scope == "full")
            .values(status="failed", finished_at=clock.now(), error="由后来的全量筛查接替")
        )
    last = last_look(session)
    run = ScreeningRun(
        scope=scope,
        status="running",
        as_of=as_of,
        started_at=clock.now(),
        snapshot_at=clock.now() if scope == "chosen" else _snapshot(session),
        rules_hash=rulebook.hash_on(as_of),
        rule_sets=_inputs(session, rule_sets, as_of, known_on),
    )
    session.add(run)
    session.flush()
    return Run(
        id=run.id,
        scope=scope,
        as_of=as_of,
        known_on=known_on,
        snapshot_at=run.snapshot_at,
        rule_sets=rule_sets,
        previous=last,
    )


def _inputs(session: Session, rule_sets: Sequence[RuleSet], as_of: date, known_on: date) -> JsonObject:
    return {
        "in_force": _in_force(rule_sets),
        "covered": sorted(covered_pools(session, as_of, known_on=known_on)),
        "known_on": known_on.isoformat(),
    }


def _in_force(rule_sets: Sequence[RuleSet]) -> dict[str, str]:
    return {entry.key: entry.id for entry in rule_sets}


def _snapshot(session: Session) -> datetime:
    """The present instant, with no change under way that is stamped earlier but not yet visible.

    SQLite has one writer, and that is us. PostgreSQL waits here until the
    writers of enterprises are done; those who come later are stamped later.
    """
    if not is_postgresql(session):
        return clock.now()
    session.execute(text("LOCK TABLE enterprise IN SHARE MODE"))
    instant: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return instant - OVERLAP


def still_ours(session: Session, run: Run) -> None:
    """Raise `Superseded` if another full run took over; otherwise none can until this transaction ends."""
    status = session.scalars(
        select(ScreeningRun.status).where(ScreeningRun.id == run.id).with_for_update()
    ).one()
    if status != "running":
        raise Superseded(Text(N_("另一次全量筛查已经开始，本次筛查中止，名单不受影响。")))


def lock_live(session: Session) -> RegistryState:
    """The registry's state, held so that no other screening changes live rows meanwhile."""
    return session.scalars(select(RegistryState).with_for_update()).one()


def finish(session: Session, run: Run, *, enterprises: int) -> None:
    """Record that a run is done."""
    values = {"status": "done", "finished_at": clock.now(), "enterprises": enterprises}
    session.execute(update(ScreeningRun).where(ScreeningRun.id == run.id).values(values))


def fail(session: Session, run: Run, reason: str) -> None:
    """Record why a run ended early."""
    values = {"status": "failed", "finished_at": clock.now(), "error": reason[:ERROR_LENGTH]}
    session.execute(
        update(ScreeningRun).where(ScreeningRun.id == run.id, ScreeningRun.status == "running").values(values)
    )


def last_look(session: Session) -> LastLook | None:
    """The live full run, or the newest later run over all changes; None while nothing was screened."""
    live = session.scalars(select(RegistryState.live_run_id)).one()
    if live is None:
        return None
    later = (ScreeningRun.id > live) & (ScreeningRun.scope == "changed") & (ScreeningRun.status == "done")
    run = session.scalars(
        select(ScreeningRun)
        .where(or_(ScreeningRun.id == live, later))
        .order_by(ScreeningRun.id.desc())
        .limit(1)
    ).one()
    return LastLook(
        as_of=run.as_of,
        known_on=date.fromisoformat(run.rule_sets["known_on"]),
        snapshot_at=run.snapshot_at,
        rules_hash=run.rules_hash,
        in_force=run.rule_sets["in_force"],
        covered=frozenset(run.rule_sets["covered"]),
    )


def changed_since(session: Session, instant: datetime) -> set[int]:
    """The enterprises stamped as changed from this instant on."""
    return set(session.scalars(select(Enterprise.id).where(Enterprise.changed_at >= instant)))


def registered_since(session: Session, instant: datetime) -> set[int]:
    """The enterprises that came into the registry from this instant on."""
    return set(session.scalars(select(Enterprise.id).where(Enterprise.created_at >= instant)))


def moved_by_time(session: Session, last: LastLook, as_of: date, *, known_on: date) -> set[int]:
    """The enterprises about which the passing of days between two screenings can have changed something."""
    table = live_table(session)
    found = set(session.scalars(select(table.c.enterprise_id).where(table.c.changes_on <= as_of)))
    if (last.as_of, last.known_on) == (as_of, known_on):
        return found
    found |= _measured_in_days(session, table, as_of)
    days = (last.as_of + timedelta(days=1), as_of)
    ended = (last.as_of, as_of - timedelta(days=1))
    received = (last.known_on + timedelta(days=1), known_on)
    for column, condition in (
        (AnnualReport.enterprise_id, AnnualReport.received_on.between(*received)),
        (EnterpriseFacts.enterprise_id, EnterpriseFacts.received_on.between(*received)),
        (EnterpriseFacts.enterprise_id, EnterpriseFacts.valid_from.between(*days)),
        (Membership.enterprise_id, Membership.received_on.between(*received)),
        (Membership.enterprise_id, Membership.valid_from.between(*days)),
        (Membership.enterprise_id, Membership.valid_to.between(*ended)),
        (Certificate.enterprise_id, Certificate.received_on.between(*received)),
        (Certificate.enterprise_id, Certificate.issued_on.between(*days)),
        (Certificate.enterprise_id, Certificate.revoked_on.between(*days)),
        (Certificate.enterprise_id, Certificate.expires_on.between(*ended)),
        (Certificate.enterprise_id, _counted_certificates(last.as_of, as_of)),
    ):
        found.update(session.scalars(select(column).where(condition)))
    return found


def _measured_in_days(session: Session, table: Table, as_of: date) -> set[int]:
    """The enterprises that fail a condition of age: that gap is another one every day."""
    found: set[int] = set()
    for rule_set in current_rulebook(session).in_force(as_of):
        for index, criterion in enumerate(rule_set.criteria):
            if criterion.word == "age":
                result = table.c.results // (1 << BITS_PER_RESULT * index) % (1 << BITS_PER_RESULT)
                fails = (table.c.rule_set == rule_set.id) & (result == int(CriterionResult.NOT_MET))
                found.update(session.scalars(select(table.c.enterprise_id).where(fails)))
    return found


def _counted_certificates(after: date, upto: date) -> ColumnElement[bool]:
    """Certificates without a printed end that may begin or end in these days, by a day more on each side."""
    first = after - THREE_YEARS_IN_DAYS - timedelta(days=1)
    days = (first, upto - THREE_YEARS_IN_DAYS + timedelta(days=2))
    # Known by its year alone, a certificate of the last day of a year ends on the last day but one.
    year_ends = Certificate.issued_on.is_(None) if date(upto.year, 12, 31) <= upto else false()
    counted = or_(Certificate.issued_on.between(*days), Certificate.received_on.between(*days), year_ends)
    return and_(Certificate.pool_id.in_(THREE_YEARS), Certificate.expires_on.is_(None), counted)
