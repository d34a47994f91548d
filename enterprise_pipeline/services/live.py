"""Which screening a list shows, and the cube of its counts, remembered until the next screening."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Select, Table, func, inspect, select, true
from sqlalchemy.orm import Session

from enterprise_pipeline.services.cube import Cube
from models import ASSESSMENTS, AssessmentCount, RegistryState, ScreeningRun

MOST_CUBES = 32


@dataclass(frozen=True, kw_only=True)
class Live:
    """The screening that lists show; ``stamp`` is another after every run that changed a row."""

    table: Table
    as_of: date | None
    screened_at: datetime | None
    rules_hash: str
    is_synthetic: bool
    stamp: tuple[int, ...]

    @property
    def day(self) -> date:
        """The day that the rows are about; a day before all others while there are none."""
        return self.as_of or date.min


_lock = Lock()
_reading = Lock()
_cubes: WeakKeyDictionary[Engine, dict[tuple[Any, ...], Cube]] = WeakKeyDictionary()


def live(session: Session) -> Live:
    """The screening that is live now; ``as_of`` is None while there was none."""
    row = session.connection().execute(_STATE).one()
    return Live(
        table=ASSESSMENTS[row.live_slot],
        as_of=row.as_of,
        screened_at=row.finished_at,
        rules_hash=row.rules_hash or "",
        is_synthetic=row.is_synthetic,
        stamp=(row.live_slot, row.live_run_id or 0, row.begun, row.ended),
    )


def _state() -> Select[*tuple[Any, ...]]:
    state, run = inspect(RegistryState).local_table, inspect(ScreeningRun).local_table
    # A run writes its rows before it is finished, in parts, and may fail after some of them.
    every = run.alias()
    runs = select(func.count().label("begun"), func.count(every.c.finished_at).label("ended")).select_from(
        every
    )
    counted = runs.subquery()
    columns = (state.c.live_slot, state.c.live_run_id, state.c.is_synthetic)
    of_run = (run.c.as_of, run.c.finished_at, run.c.rules_hash)
    return select(*columns, *of_run, *counted.c).select_from(
        state.join(run, run.c.id == state.c.live_run_id, isouter=True).join(counted, true())
    )


_STATE = _state()


def cube(session: Session, shown: Live, *, tier: str, standard: str, basis: str) -> Cube:
    """The cube of one tier by one standard on one basis, read once per screening and process."""
    engine = session.get_bind().engine
    key = (shown.stamp, tier, standard, basis)
    with _lock:
        remembered = _cubes.setdefault(engine, {})
        found = remembered.get(key)
    if found is not None:
        return found
    with _reading:  # Of several requests that miss the same cube after a screening, one reads it.
        found = remembered.get(key)
        if found is None:
            found = Cube(_rows(session, tier=tier, standard=standard, basis=basis))
            with _lock:
                _make_room(remembered, shown.stamp)
                remembered[key] = found
    return found


def _make_room(remembered: dict[tuple[Any, ...], Cube], stamp: tuple[int, ...]) -> None:
    """Forget the cubes of earlier screenings, and the oldest of too many."""
    for stale in [key for key in remembered if key[0] != stamp]:
        del remembered[stale]
    while len(remembered) >= MOST_CUBES:
        del remembered[next(iter(remembered))]


def _rows(session: Session, *, tier: str, standard: str, basis: str) -> Sequence[Sequence[Any]]:
    count = inspect(AssessmentCount).local_table.c
    query = select(
        count.verdict, count.holds, count.n_failed, count.jurisdiction, count.industry, count.n
    ).where(count.tier == tier, count.standard == standard, count.basis == basis)
    return session.connection().execute(query).all()
