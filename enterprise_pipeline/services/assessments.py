"""Assessment rows: from what the core says, into the live table or the spare one, and the cube of counts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl
from sqlalchemy import Table, delete, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint

from enterprise_pipeline.services.bulk import chosen, frame_type, is_postgresql, read_frame, write_frame
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.facts import FactsRead
from models import ASSESSMENTS, AssessmentCount, RegistryState
from scoring.rules_model import RuleSet
from scoring.screening import screen

KEYS = ("enterprise_id", "tier", "standard", "basis")
CUBE = ("tier", "standard", "basis", "verdict", "jurisdiction", "industry", "holds", "n_failed")
# A holding is null in a row where it is not known; the cube needs a value for it in its key.
HOLDS_UNKNOWN = -1
_OUTCOMES = (
    "verdict", "points_lo", "points_hi", "route", "n_failed", "n_missing", "nearest_criterion", "nearest_gap",
    "shortfall", "results", "missing",
)  # fmt: skip
_INDUSTRY_LENGTH = 3
# What PostgreSQL may use to sort an index of 2.4 million rows without writing runs to disk.
SORT_MEMORY = "512MB"


def live_table(session: Session) -> Table:
    """The assessment table that lists show now."""
    return ASSESSMENTS[session.scalars(select(RegistryState.live_slot)).one()]


def assess(facts: FactsRead, rule_sets: Sequence[RuleSet], *, run_id: int) -> pl.DataFrame:
    """Screen what was read and return its assessment rows in the order of the table's key.

    The basis ``reported`` is there for everybody, ``forecast`` for those whose
    last year is not reported while an earlier year is.
    """
    reported, forecast = facts.frame(), facts.awaiting_report()
    parts = _rows(reported, rule_sets, basis="reported", as_of=facts.as_of)
    if forecast.height:
        parts += _rows(forecast, rule_sets, basis="forecast", as_of=facts.as_of)
    if not parts:
        return no_rows()
    rows = pl.concat(parts, how="vertical_relaxed").with_columns(run_id=pl.lit(run_id))
    # In the order of the key an index is written from left to right, never in its middle.
    return rows.sort("enterprise_id", "place").drop("place")


def no_rows() -> pl.DataFrame:
    """No assessment at all, with the columns of the table."""
    return pl.DataFrame(schema={column.name: frame_type(column) for column in ASSESSMENTS[0].columns})


def _rows(
    facts: pl.DataFrame, rule_sets: Sequence[RuleSet], *, basis: str, as_of: date
) -> list[pl.DataFrame]:
    outcomes = screen(facts, rule_sets, as_of, projection="stored")
    ordered = sorted(rule_sets, key=lambda entry: (entry.tier, entry.standard))
    shared = {
        "jurisdiction": facts["jurisdiction"].fill_null(""),
        "industry": facts["industry_code"].str.slice(0, _INDUSTRY_LENGTH).fill_null(""),
    }
    return [
        pl.DataFrame({"enterprise_id": facts["enterprise_id"]}).select(
            "enterprise_id",
            *_constants(tier=entry.tier, standard=entry.standard, basis=basis),
            *(outcomes[f"{entry.key}.{name}"].alias(name) for name in _OUTCOMES),
            changes_on=_next_change(facts, outcomes, entry),
            holds=facts[f"holds_{entry.tier}"].cast(pl.Int8),
            **shared,
            rule_set=pl.lit(entry.id),
            as_of=pl.lit(as_of),
            # "forecast" stands before "reported".
            place=pl.lit(2 * place + (basis == "reported"), dtype=pl.Int16),
        )
        for place, entry in enumerate(ordered)
    ]


def _constants(**values: str) -> list[pl.Expr]:
    return [pl.lit(str(value)).alias(name) for name, value in values.items()]


def _next_change(facts: pl.DataFrame, outcomes: pl.DataFrame, entry: RuleSet) -> pl.Series:
    """The first day on which this row can be wrong by the passing of time alone."""
    ends = facts[f"holds_{entry.tier}_until"].dt.offset_by("1d")
    return pl.select(pl.min_horizontal(outcomes[f"{entry.key}.changes_on"], ends)).to_series()


def read_rows(session: Session, table: Table, enterprise_ids: Sequence[int]) -> pl.DataFrame:
    """The stored rows of these enterprises, as far as the cube and the list of changes need them."""
    columns = [table.c[name] for name in dict.fromkeys((*KEYS, *CUBE))]
    return read_frame(session, select(*columns).where(chosen(enterprise_ids)(table.c.enterprise_id)))


def replace_rows(session: Session, table: Table, enterprise_ids: Sequence[int], rows: pl.DataFrame) -> None:
    """Put these rows in the place of the old ones of these enterprises."""
    for ids in in_parts(enterprise_ids):
        session.execute(delete(table).where(table.c.enterprise_id.in_(ids)))
    write_frame(session, table, rows)


def empty_spare(session: Session, table: Table) -> None:
    """Clear the table that is not live and take its indexes away, so that filling it is fast.

    SQLite cannot part with a primary key; PostgreSQL makes one faster afterwards.
    """
    if is_postgresql(session):
        session.execute(text(f"TRUNCATE {table.name}"))
        session.execute(text(f"ALTER TABLE {table.name} DROP CONSTRAINT IF EXISTS {table.primary_key.name}"))
    else:
        session.execute(delete(table))
    for index in table.indexes:
        index.drop(session.connection(), checkfirst=True)


def finish_spare(session: Session, table: Table) -> None:
    """Give the filled table its indexes, and the planner its statistics."""
    if is_postgresql(session):
        session.execute(text(f"SET LOCAL maintenance_work_mem = '{SORT_MEMORY}'"))
        session.execute(AddConstraint(table.primary_key))
    for index in sorted(table.indexes, key=lambda index: str(index.name)):
        index.create(session.connection(), checkfirst=True)
    if is_postgresql(session):
        session.execute(text(f"ANALYZE {table.name}"))


def cube_of(rows: pl.DataFrame) -> pl.DataFrame:
    """How many rows share each combination of the cube's columns."""
    return rows.group_by(pl.col("holds").fill_null(HOLDS_UNKNOWN), *(c for c in CUBE if c != "holds")).agg(
        n=pl.len().cast(pl.Int64)
    )


def cube_difference(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """What to add to the stored cube when these rows take the place of those."""
    return sum_cubes([cube_of(after), cube_of(before).with_columns(n=-pl.col("n"))])


def sum_cubes(cubes: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Add cubes up; a part with negative counts takes away."""
    numbers = pl.col("verdict", "holds", "n_failed", "n").cast(pl.Int64)
    summed = pl.concat([cube_of(no_rows()), *cubes], how="diagonal_relaxed")
    return summed.with_columns(numbers).group_by(CUBE).agg(pl.col("n").sum()).filter(pl.col("n") != 0)


def write_cube(session: Session, cube: pl.DataFrame) -> None:
    """Replace the whole cube."""
    session.execute(delete(AssessmentCount))
    write_frame(session, _cube_table(), cube.select(*CUBE, "n").sort(CUBE))


def adjust_cube(session: Session, difference: pl.DataFrame) -> None:
    """Add a cube of differences to the stored one; cells that become empty go away."""
    if not difference.height:
        return
    upsert: Any = (postgresql if is_postgresql(session) else sqlite).insert(_cube_table())
    upsert = upsert.on_conflict_do_update(
        index_elements=list(CUBE), set_={"n": _cube_table().c.n + upsert.excluded.n}
    )
    session.execute(upsert, difference.select(*CUBE, "n").to_dicts())
    session.execute(delete(AssessmentCount).where(AssessmentCount.n == 0))


def _cube_table() -> Table:
    table = AssessmentCount.__table__
    assert isinstance(table, Table)  # noqa: S101 - the declarative attribute is typed more widely
    return table
