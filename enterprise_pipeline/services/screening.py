"""Screening: everybody, whoever changed, or chosen enterprises; and what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import assessments, runs
from enterprise_pipeline.services.bulk import Scope, between, chosen, read_frame
from enterprise_pipeline.services.candidacy import Turnover, able_to_climb, update_candidates
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.facts import read_facts
from enterprise_pipeline.services.generation import Generation, cause
from enterprise_pipeline.services.runs import Run
from enterprise_pipeline.services.whats_changed import record_changes
from enterprise_pipeline.transaction import reading, transaction
from models import ASSESSMENTS, Enterprise
from scoring.screening import required_columns

# Enterprises read, screened and written at a time: large enough for columns to pay, small enough that
# others get to write in between and memory stays the same for any registry.
CHUNK = 25_000
# Enterprises put into the live table in one transaction.
LIVE_CHUNK = 2_000


@dataclass(kw_only=True)
class RunSummary:
    """What a screening did, for a message or a log."""

    run_id: int
    scope: str
    as_of: date
    enterprises: int = 0
    assessments: int = 0
    changed: int = 0
    candidates: Turnover = field(default_factory=Turnover)
    seconds: float = 0.0


def run_full(*, as_of: date, known_on: date | None = None, chunk: int = CHUNK) -> RunSummary:
    """Screen every enterprise into the spare table, then make that one live.

    Lists show the old screening until the last row is there; a run that dies
    leaves it live. Whatever changed while the run went on is screened once more
    at its end.

    Parameters
    ----------
    as_of
        The day that the screening is about.
    known_on
        Nothing received after this day is used; default ``as_of``.
    chunk
        Enterprises screened at a time.

    Raises
    ------
    Superseded
        If another full screening was started meanwhile.
    """
    begun = perf_counter()
    with transaction() as session:
        run = runs.begin(session, scope="full", as_of=as_of, known_on=known_on or as_of)
    summary = RunSummary(run_id=run.id, scope="full", as_of=as_of)
    with _recorded(run):
        generation = Generation(run)
        _fill(generation, run, summary, chunk)
        summary.candidates = generation.go_live()
        with transaction() as session:
            overtaken = runs.changed_since(session, run.snapshot_at)
        _rescreen(run, sorted(overtaken), summary, unseen=overtaken, is_recorded=False)
        with transaction() as session:
            runs.finish(session, run, enterprises=summary.enterprises)
    summary.seconds = perf_counter() - begun
    return summary


def run_changed(*, as_of: date, known_on: date | None = None) -> RunSummary:
    """Screen whoever changed or was overtaken by time; everybody when the rules or the year changed."""
    return _run_changed(frozenset(), as_of, known_on or as_of)


def run_chosen(enterprise_ids: Iterable[int], *, as_of: date, known_on: date | None = None) -> RunSummary:
    """Screen these enterprises at once, after an edit or an import of them was committed.

    Lists speak of one day. If they speak of ``as_of`` or a later day, these
    enterprises are screened as of that day; if of an earlier one, everything
    that has changed since is brought to ``as_of`` along with them.
    """
    begun = perf_counter()
    chosen_ids = frozenset(enterprise_ids)
    known_on = known_on or as_of
    run: Run | None = None
    with transaction() as session:
        last = runs.last_look(session)
        if last is None:
            run = runs.begin(session, scope="chosen", as_of=as_of, known_on=known_on)
        elif last.as_of >= as_of:
            day, known_on = last.as_of, max(known_on, last.known_on)
            if last.same_rules(session, day, known_on=known_on):
                run = runs.begin(session, scope="chosen", as_of=day, known_on=known_on)
    if run is None:
        return _run_changed(chosen_ids, as_of, known_on)
    return _run_some(run, sorted(chosen_ids), unseen=set(chosen_ids), begun=begun)


def _run_changed(also: frozenset[int], as_of: date, known_on: date) -> RunSummary:
    begun = perf_counter()
    run: Run | None = None
    changed: set[int] = set()
    ids: set[int] = set()
    with transaction() as session:
        last = runs.last_look(session)
        if last is not None and last.is_continued_by(session, as_of, known_on=known_on):
            run = runs.begin(session, scope="changed", as_of=as_of, known_on=known_on)
            changed = runs.changed_since(session, last.snapshot_at) | also
            ids = changed | runs.moved_by_time(session, last, as_of, known_on=known_on)
    if run is None:
        return run_full(as_of=as_of, known_on=known_on)
    return _run_some(run, sorted(ids), unseen=changed, begun=begun)


def _run_some(run: Run, ids: Sequence[int], *, unseen: set[int], begun: float) -> RunSummary:
    summary = RunSummary(run_id=run.id, scope=run.scope, as_of=run.as_of)
    with _recorded(run):
        _rescreen(run, ids, summary, unseen=unseen, is_recorded=True)
        summary.enterprises = len(ids)
        with transaction() as session:
            runs.finish(session, run, enterprises=len(ids))
    summary.seconds = perf_counter() - begun
    return summary


@contextmanager
def _recorded(run: Run) -> Iterator[None]:
    """Write down why a run failed; it fails all the same."""
    try:
        yield
    except BaseException as error:
        with transaction() as session:
            runs.fail(session, run, f"{type(error).__name__}: {error}")
        raise


def _fill(generation: Generation, run: Run, summary: RunSummary, chunk: int) -> None:
    for among in _ranges(chunk):
        rows = _assess(reading(), run, among)
        generation.add(rows)
        summary.assessments += rows.height
        summary.enterprises += rows["enterprise_id"].n_unique()


def _ranges(chunk: int) -> Iterator[Scope]:
    ids = read_frame(reading(), select(Enterprise.id)).to_series().sort()
    for start in range(0, len(ids), chunk):
        part = ids[start : start + chunk]
        yield between(part[0], part[-1])


def _assess(session: Session, run: Run, among: Scope) -> pl.DataFrame:
    columns = required_columns(run.rule_sets)
    facts = read_facts(session, run.as_of, known_on=run.known_on, among=among, columns=columns)
    return assessments.assess(facts, run.rule_sets, run_id=run.id)


def _versions(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """How often each of these enterprises has changed; every change of its data raises it."""
    rows = session.execute(select(Enterprise.id, Enterprise.version).where(Enterprise.id.in_(ids)))
    return {row.id: row.version for row in rows}


def _rescreen(
    run: Run, ids: Sequence[int], summary: RunSummary, *, unseen: set[int], is_recorded: bool
) -> None:
    """Replace the live rows of these enterprises, part by part, with cube and candidates in step.

    They are screened before the transaction begins, so that others wait for the
    writing only, and once more inside it where somebody changed one meanwhile.
    """
    for part in in_parts(ids, LIVE_CHUNK):
        seen = _versions(reading(), part)
        after = _assess(reading(), run, chosen(part))
        with transaction() as session:
            live = ASSESSMENTS[runs.lock_live(session).live_slot]
            if _versions(session, part) != seen:
                after = _assess(session, run, chosen(part))
            before = assessments.read_rows(session, live, part)
            assessments.replace_rows(session, live, part, after)
            assessments.adjust_cube(session, assessments.cube_difference(before, after))
            known = set(before["enterprise_id"])
            causes = pl.DataFrame({"enterprise_id": part}, schema={"enterprise_id": pl.Int64})
            summary.candidates += update_candidates(
                session,
                able_to_climb(after, run.rule_sets),
                among=chosen(part),
                causes=causes.with_columns(cause=cause(set(part) - known, unseen, otherwise="time")),
                run_id=run.id,
                as_of=run.as_of,
            )
            if is_recorded:
                summary.changed += record_changes(session, before, after, run_id=run.id)
                summary.assessments += after.height
