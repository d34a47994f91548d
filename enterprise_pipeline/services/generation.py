"""A new generation of assessments: filled beside the live one, then put in its place at once."""

from collections.abc import Iterable

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import assessments, runs
from enterprise_pipeline.services.bulk import everybody, read_frame, write_frame
from enterprise_pipeline.services.candidacy import Turnover, able_to_climb, update_candidates
from enterprise_pipeline.services.runs import Run
from enterprise_pipeline.transaction import transaction
from models import ASSESSMENTS, Enterprise


class Generation:
    """The spare table while a full run fills it.

    Every step is a transaction of its own, so that others get to write in
    between, and every step first asks whether the run is still the newest.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._cubes: list[pl.DataFrame] = []
        self._able: list[pl.DataFrame] = [able_to_climb(assessments.no_rows(), run.rule_sets)]
        with transaction() as session:
            runs.still_ours(session, run)
            self._table = ASSESSMENTS[1 - runs.lock_live(session).live_slot]
            assessments.empty_spare(session, self._table)

    def add(self, rows: pl.DataFrame) -> None:
        """Store assessment rows, in the order of the table's key; nobody sees them yet."""
        with transaction() as session:
            runs.still_ours(session, self._run)
            write_frame(session, self._table, rows)
        self._cubes.append(assessments.cube_of(rows))
        self._able.append(able_to_climb(rows, self._run.rule_sets))

    def go_live(self) -> Turnover:
        """Index the table, then switch to it, with cube and candidates in step."""
        with transaction() as session:
            runs.still_ours(session, self._run)
            assessments.finish_spare(session, self._table)
        cube, able = assessments.sum_cubes(self._cubes), pl.concat(self._able)
        with transaction() as session:
            runs.still_ours(session, self._run)
            state = runs.lock_live(session)
            causes = _causes(session, self._run)
            state.live_slot, state.live_run_id = ASSESSMENTS.index(self._table), self._run.id
            assessments.write_cube(session, cube)
            return update_candidates(
                session, able, among=everybody, causes=causes, run_id=self._run.id, as_of=self._run.as_of
            )


def _causes(session: Session, run: Run) -> pl.DataFrame:
    """What moved each enterprise since the last look: it is new, its data, the rules, or time."""
    ids = read_frame(session, select(Enterprise.id.label("enterprise_id")))
    last = run.previous
    if last is None:
        return ids.with_columns(cause=pl.lit("first"))
    same = last.same_rules(session, run.as_of, known_on=run.known_on)
    new = runs.registered_since(session, last.snapshot_at)
    changed = runs.changed_since(session, last.snapshot_at)
    return ids.with_columns(cause=cause(new, changed, otherwise="time" if same else "rule"))


def cause(new: Iterable[int], changed: Iterable[int], *, otherwise: str) -> pl.Expr:
    """What moved each enterprise, for the column ``enterprise_id``."""
    ids = pl.col("enterprise_id")
    return (
        pl.when(ids.is_in(sorted(new)))
        .then(pl.lit("first"))
        .when(ids.is_in(sorted(changed)))
        .then(pl.lit("data"))
        .otherwise(pl.lit(otherwise))
    )
