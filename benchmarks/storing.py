"""Storing a screening against a raw bulk insert, and screening 100 changed enterprises against all.

Run with ``python -m benchmarks storing [--enterprises 300000] [--rounds 3]``.

*Storing* is everything between outcomes in memory and a list that shows them:
clear the spare table, insert, build its indexes, write the cube, open and close
candidates, switch. *Raw* inserts the same rows into a bare table with the same
columns and primary key and nothing else, in one transaction, the rows already
being what the driver takes (tuples for SQLite's executemany, CSV for COPY). Both
take turns in one run; figures are medians.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from flask_migrate import upgrade
from sqlalchemy import Column, Index, MetaData, Table, select
from sqlalchemy.orm import Session

from benchmarks.synthetic_registry import fill_registry
from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services import assessments, runs
from enterprise_pipeline.services.bulk import between, is_postgresql, read_frame
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.facts import read_facts
from enterprise_pipeline.services.generation import Generation
from enterprise_pipeline.services.screening import CHUNK, run_changed, run_full
from enterprise_pipeline.transaction import reading, transaction
from models import ASSESSMENTS, Enterprise, db
from scoring.rulebook import load_rulebook
from tools.start_postgres import running_postgres

AS_OF = date(2026, 11, 22)
CHANGED = 100
MIGRATIONS = str(ROOT / "enterprise_pipeline" / "migrations")

HEAD = """## Storing a screening

{:,} enterprises × {} rule sets, medians of {} rounds in turn, seconds. *Raw* is the driver's bulk insert of
the same rows into a bare table with the same primary key; *indexed* adds the indexes that the lists read.
Incremental: {} changed enterprises; their share of a full run is to stay under 2 %.

| database | rows | raw | indexed | storing | ÷ raw (≤ 2) | ÷ indexed | full run | incremental | share |
|---|---|---|---|---|---|---|---|---|---|
"""


def main(arguments: list[str]) -> str:
    """Measure on both databases and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks storing")
    parser.add_argument("--enterprises", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args(arguments)
    kinds = [chosen.database] if chosen.database else ["sqlite", "postgresql"]
    lines = [_measure(kind, chosen.enterprises, chosen.rounds) for kind in kinds]
    tiers = len(load_rulebook().in_force(AS_OF))
    return HEAD.format(chosen.enterprises, tiers, chosen.rounds, CHANGED) + "\n".join([*lines, ""])


def _measure(kind: str, enterprises: int, rounds: int) -> str:
    with _registry(kind, enterprises):
        full = run_full(as_of=AS_OF).seconds
        parts = list(_assessed())
        stored, raw, indexed = [], [], []
        for _ in range(rounds):
            seconds = _raw(parts)
            raw.append(seconds[0])
            indexed.append(sum(seconds))
            stored.append(_stored(parts))
        incremental = statistics.median(_incremental(round_number) for round_number in range(1, 6))
    store, insert, index = (statistics.median(each) for each in (stored, raw, indexed))
    rows = sum(part.height for part in parts)
    return (
        f"| {kind} | {rows:,} | {insert:.1f} | {index:.1f} | {store:.1f} | {store / insert:.2f} "
        f"| {store / index:.2f} | {full:.1f} | {incremental:.2f} | {incremental / full:.1%} |"
    )


@contextmanager
def _registry(kind: str, enterprises: int) -> Iterator[None]:
    """A filled registry of its own, and the context of an application on it."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            with _filled(f"sqlite:///{folder}/registry.sqlite3", Path(folder), enterprises):
                yield
            return
        with running_postgres() as url, _filled(url, Path(folder), enterprises):
            yield


@contextmanager
def _filled(url: str, folder: Path, enterprises: int) -> Iterator[None]:
    app = create_app(Settings(instance=folder, database_url=url, secret_key="k" * 64))
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        with transaction() as session:
            fill_registry(session, enterprises=enterprises, years=(2023, 2024, 2025))
        yield
        db.session.remove()
        db.engine.dispose()


def _assessed() -> Iterator[pl.DataFrame]:
    """The assessment rows of everybody, in the parts in which a full run stores them."""
    session = reading()
    rule_sets = load_rulebook().in_force(AS_OF)
    ids = read_frame(session, select(Enterprise.id)).to_series().sort()
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        facts = read_facts(session, AS_OF, known_on=AS_OF, among=between(part[0], part[-1]))
        yield assessments.assess(facts, rule_sets, run_id=1)
    session.rollback()


def _stored(parts: list[pl.DataFrame]) -> float:
    with transaction() as session:
        run = runs.begin(session, scope="full", as_of=AS_OF, known_on=AS_OF)
    begun = time.perf_counter()
    generation = Generation(run)
    for rows in parts:
        generation.add(rows)
    generation.go_live()
    seconds = time.perf_counter() - begun
    with transaction() as session:
        runs.finish(session, run, enterprises=0)
    return seconds


def _raw(parts: list[pl.DataFrame]) -> tuple[float, float]:
    """Insert the same rows by the driver alone, then index them; preparing the rows is not counted."""
    table = _bare_table()
    with transaction() as session:
        table.create(session.connection())
    inserting = 0.0
    with transaction() as session:
        for rows in parts:
            inserting += _insert(session, table, rows)
        begun = time.perf_counter()
        session.commit()
        inserting += time.perf_counter() - begun
    begun = time.perf_counter()
    with transaction() as session:
        for index in ASSESSMENTS[0].indexes:
            _same_index(index, table).create(session.connection())
    indexing = time.perf_counter() - begun
    with transaction() as session:
        table.drop(session.connection())
    return inserting, indexing


def _bare_table() -> Table:
    return Table("raw_assessment", MetaData(), *(_bare(column) for column in ASSESSMENTS[0].columns))


def _bare(column: Column[Any]) -> Column[Any]:
    is_key = column.primary_key
    return Column(column.name, column.type, primary_key=is_key, autoincrement=False, nullable=column.nullable)


def _same_index(index: Index, table: Table) -> Index:
    options = {f"{kind}_where": index.dialect_options[kind]["where"] for kind in ("sqlite", "postgresql")}
    return Index(f"raw_{index.name}", *(table.c[column.name] for column in index.columns), **options)


def _insert(session: Session, table: Table, rows: pl.DataFrame) -> float:
    connection: Any = session.connection().connection.driver_connection
    names = ", ".join(rows.columns)
    if is_postgresql(session):
        content = rows.write_csv(include_header=False).encode()
        begun = time.perf_counter()
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT csv)") as copy,
        ):
            copy.write(content)
        return time.perf_counter() - begun
    tuples = rows.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).rows()
    marks = ", ".join("?" * rows.width)
    begun = time.perf_counter()
    connection.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", tuples)  # noqa: S608
    return time.perf_counter() - begun


def _incremental(round_number: int) -> float:
    ids = [round_number + number * 997 for number in range(CHANGED)]
    with transaction() as session:
        known = read_frame(session, select(Enterprise.id).where(Enterprise.id.in_(ids))).to_series()
        mark_changed(session, known.to_list())
    return run_changed(as_of=AS_OF).seconds
