"""Which screening a list shows, and the cube of its counts, remembered until the next screening."""

from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Table, func, select, true
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
_cubes: WeakKeyDictionary[Engine, dict[tuple[Any, ...], Cube]] = WeakKeyDictionary()


def live(session: Session) -> Live:
    """The screening that is live now; ``as_of`` is None while there was none."""
    # A run writes its rows before it is finished, in parts, and may fail after some of them.
    runs = select(func.count(), func.count(ScreeningRun.finished_at)).select_from(ScreeningRun).subquery()
    columns = (
        RegistryState.live_slot,
        RegistryState.live_run_id,
        RegistryState.is_synthetic,
        ScreeningRun.as_of,
        ScreeningRun.finished_at,
        ScreeningRun.rules_hash,
        *runs.c,
    )
    query = (
        select(*columns)
        .select_from(RegistryState)
        .join(ScreeningRun, ScreeningRun.id == RegistryState.live_run_id, isouter=True)
        .join(runs, true())
    )
    slot, run_id, is_synthetic, as_of, finished_at, rules_hash, begun, ended = session.execute(query).one()
    return Live(
        table=ASSESSMENTS[slot],
        as_of=as_of,
        screened_at=finished_at,
        rules_hash=rules_hash or "",
        is_synthetic=is_synthetic,
        stamp=(slot, run_id or 0, begun, ended),
    )


def cube(session: Session, shown: Live, *, tier: str, standard: str, basis: str) -> Cube:
    """The cube of one tier by one standard on one basis, read once per screening and process."""
    engine = session.get_bind().engine
    key = (shown.stamp, tier, standard, basis)
    with _lock:
        remembered = _cubes.setdefault(engine, {})
        found = remembered.get(key)
    if found is None:
        found = Cube(_rows(session, tier=tier, standard=standard, basis=basis))
        with _lock:
            for stale in [other for other in remembered if other[0] != shown.stamp]:
                del remembered[stale]
            while len(remembered) >= MOST_CUBES:
                del remembered[next(iter(remembered))]
            remembered[key] = found
    return found


def _rows(session: Session, *, tier: str, standard: str, basis: str) -> list[tuple[Any, ...]]:
    count = AssessmentCount
    query = select(
        count.verdict, count.holds, count.n_failed, count.jurisdiction, count.industry, count.n
    ).where(count.tier == tier, count.standard == standard, count.basis == basis)
    return [tuple(row) for row in session.execute(query)]
