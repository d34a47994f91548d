"""Import of a large workbook against reading it bare and inserting its cells raw.

Run with ``python -m benchmarks importing [--rows 100000] [--rounds 3]``.

*Read* is calamine alone, bytes to rows. *Raw* is the driver's bulk insert
(executemany on SQLite, COPY on PostgreSQL) of the same cells, already of the
right types, into one bare table of 25 columns. *Same tables* inserts the rows
that the import writes, into the tables in which it writes them, by the driver
alone. *Plan* and *commit* are the use cases that the pages call; *again* is the
same file with every sales figure corrected, so that each row is an update. All
take turns in one run; figures are medians.
"""

import argparse
import io
import multiprocessing
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
from flask_migrate import upgrade
from python_calamine import CalamineWorkbook
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from enterprise_pipeline.config import ROOT, Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.bulk import is_postgresql, read_frame
from enterprise_pipeline.services.credit_code import check_character, organisation_character
from enterprise_pipeline.services.imports.committing import commit_import
from enterprise_pipeline.services.imports.plan import Options
from enterprise_pipeline.services.imports.planning import plan_import
from enterprise_pipeline.services.imports.writing import table_of
from enterprise_pipeline.transaction import transaction
from models import AnnualReport, Enterprise, EnterpriseFacts, EnterpriseName, db
from tools.start_postgres import running_postgres

MIGRATIONS = str(ROOT / "enterprise_pipeline" / "migrations")
RECEIVED_ON = date(2026, 11, 22)
FILE = "2025年企业年度数据.xlsx"
FIGURES = (
    "营业收入",
    "研发费用",
    "资产总额",
    "负债总额",
    "净资产",
    "成本费用",
    "总收入",
    "高新技术产品收入",
    "净利润",
)
HEADS = ("职工总数", "科技人员", "研发人员")
FACTS = ("Ⅰ类知识产权", "Ⅱ类知识产权", "近三年科技成果转化项数", "核心知识产权")
FLAGS = ("是否列入经营异常名录", "拥有核心自主知识产权", "是否属于重点领域")
HEADER = (
    "统一社会信用代码",
    "企业名称",
    "所属区域",
    "成立日期",
    "行业代码",
    "企业地址",
    *(f"2025年{name}（万元）" for name in FIGURES),
    *(f"2025年{name}" for name in HEADS),
    *FACTS,
    *FLAGS,
)
PLACES = ("西陵区", "伍家岗区", "夷陵区", "当阳市", "宜都市", "枝江市", "宜昌高新区")
TABLES = (Enterprise, EnterpriseName, AnnualReport, EnterpriseFacts)
EMPTIED = (
    "import_batch",
    "enterprise_facts",
    "annual_report",
    "enterprise_name",
    "enterprise",
)
REPORT = """## Import

{:,} rows × {} columns (.xlsx of {:.0f} MB), medians of {} rounds in turn, seconds. The bar is 3 times reading
plus raw insert; *to tables* compares with the driver's insert into the same tables instead.

| database | read | raw | same tables | plan | commit | to the bar (≤ 3) | to tables | again | again (≤ 3) |
|---|---|---|---|---|---|---|---|---|---|
{}

Peak memory of plan and commit in a process of its own (SQLite): {:.0f} MB; of reading alone: {:.0f} MB.
"""


@dataclass(kw_only=True)
class Times:
    """Seconds of each round."""

    read: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    same: list[float] = field(default_factory=list)
    plan: list[float] = field(default_factory=list)
    commit: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)


def main(arguments: list[str]) -> str:
    """Measure on both databases and return the report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks importing")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--database", choices=("sqlite", "postgresql"))
    chosen = parser.parse_args(arguments)
    first, second = workbook(chosen.rows, factor=1), workbook(chosen.rows, factor=2)
    kinds = [chosen.database] if chosen.database else ["sqlite", "postgresql"]
    lines = [_line(kind, _measure(kind, first, second, chosen.rounds)) for kind in kinds]
    both, alone = _peak(first, "both"), _peak(first, "read")
    size = len(first) / 2**20
    return REPORT.format(chosen.rows, len(HEADER), size, chosen.rounds, "\n".join(lines), both, alone)


def workbook(rows: int, *, factor: int) -> bytes:
    """A yearly list as a bureau sends it; ``factor`` makes every sales figure another."""
    dice = random.Random(7)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        page = book.add_worksheet("2025年")
        page.write_row(0, 0, HEADER)
        for number in range(rows):
            page.write_row(number + 1, 0, _row(number, dice, factor))
    return buffer.getvalue()


def _row(number: int, dice: random.Random, factor: int) -> list[Any]:
    organisation = f"MA{number:06d}"
    body = f"91420502{organisation}{organisation_character(organisation)}"
    sales = dice.randint(10**6, 10**10)
    assets, owed = dice.randint(10**7, 10**10), dice.randint(1, 10**7)
    money = (
        sales * factor,
        sales // 20,
        assets,
        owed,
        assets - owed,
        sales,
        sales * 2,
        sales // 2,
        sales // 9,
    )
    staff = dice.randint(10, 900)
    return [
        body + check_character(body),
        f"宜昌市第{number}号新材料科技有限公司",
        dice.choice(PLACES),
        f"{dice.randint(2000, 2020)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
        "C2614",
        f"发展大道{number}号",
        *(fen / 10**6 for fen in money),
        staff,
        staff // 5,
        staff // 9,
        *(dice.randint(0, 30) for _ in FACTS),
        *("否" if dice.random() < 0.9 else "是" for _ in FLAGS),
    ]


def _line(kind: str, times: Times) -> str:
    read, raw, same, plan, commit, again = (
        statistics.median(each)
        for each in (times.read, times.raw, times.same, times.plan, times.commit, times.again)
    )
    bar, tables = read + raw, read + same
    return (
        f"| {kind} | {read:.1f} | {raw:.1f} | {same:.1f} | {plan:.1f} | {commit:.1f} "
        f"| {(plan + commit) / bar:.2f} | {(plan + commit) / tables:.2f} | {again:.1f} | {again / bar:.2f} |"
    )


def _measure(kind: str, first: bytes, second: bytes, rounds: int) -> Times:
    times = Times()
    options = Options(received_on=RECEIVED_ON, sender="统计局")
    with migrated_registry(kind):
        for _ in range(rounds):
            seconds, rows = _timed(lambda: _read(first))
            times.read.append(seconds)
            times.raw.append(_raw(rows[1:]))
            del rows
            seconds, batch = _timed(lambda: plan_import(first, FILE, options, actor="bench"))
            times.plan.append(seconds)
            times.commit.append(_timed(lambda number=batch: commit_import(number, actor="bench"))[0])
            frames = _written()
            times.again.append(_timed(lambda: _plan_and_commit(second, options))[0])
            _empty()
            times.same.append(_insert_all(frames))
            _empty()
    return times


def _timed(work: Any) -> tuple[float, Any]:
    begun = time.perf_counter()
    result = work()
    return time.perf_counter() - begun, result


def _plan_and_commit(content: bytes, options: Options) -> None:
    commit_import(plan_import(content, FILE, options, actor="bench"), actor="bench")


def _read(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows: list[list[Any]] = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return rows


def _raw(rows: Sequence[Sequence[Any]]) -> float:
    """Insert the cells of the file into one bare table; their preparation is not counted."""
    frame = pl.DataFrame(list(rows), schema=[f"c{n}" for n in range(len(HEADER))], orient="row")
    kinds = ("TEXT" if dtype == pl.String else "DOUBLE PRECISION" for dtype in frame.dtypes)
    columns = ", ".join(f"{name} {kind}" for name, kind in zip(frame.columns, kinds, strict=True))
    with transaction() as session:
        session.execute(text(f"CREATE TABLE raw_cells ({columns})"))
    seconds = _insert_all({"raw_cells": frame})
    with transaction() as session:
        session.execute(text("DROP TABLE raw_cells"))
    return seconds


def _insert_all(frames: dict[str, pl.DataFrame]) -> float:
    with transaction() as session:
        prepared = {name: _prepared(session, frame) for name, frame in frames.items()}
        begun = time.perf_counter()
        for name, frame in frames.items():
            _insert(session, name, frame.columns, prepared[name])
        session.commit()
        return time.perf_counter() - begun


def _prepared(session: Session, frame: pl.DataFrame) -> Any:
    if is_postgresql(session):
        return frame.write_csv(include_header=False).encode()
    return frame.with_columns(pl.col(pl.Date).dt.to_string("%Y-%m-%d")).rows()


def _insert(session: Session, table: str, columns: Sequence[str], prepared: Any) -> None:
    connection: Any = session.connection().connection.driver_connection
    names = ", ".join(columns)
    if is_postgresql(session):
        statement = f"COPY {table} ({names}) FROM STDIN (FORMAT csv)"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(prepared)
        return
    marks = ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", prepared)  # noqa: S608


def _written() -> dict[str, pl.DataFrame]:
    """What the import wrote, instants as texts."""
    frames: dict[str, pl.DataFrame] = {}
    with transaction() as session:
        for model in TABLES:
            table = table_of(model)
            instants = [column for column in table.columns if column.name.endswith("_at")]
            others = [column for column in table.columns if column not in instants]
            frame = read_frame(session, select(*others))
            # The import leaves out columns that nobody told, so the driver need not write them either.
            frame = frame.select(column for column in frame if column.null_count() < frame.height)
            frames[table.name] = frame.with_columns(
                pl.lit("2026-11-22 10:00:00").alias(column.name) for column in instants
            )
    return frames


def _empty() -> None:
    with transaction() as session:
        for table in EMPTIED:
            session.execute(text(f"DELETE FROM {table}"))  # noqa: S608


@contextmanager
def migrated_registry(kind: str) -> Iterator[None]:
    """A throw-away registry with the current schema, in the context of its application."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            with _migrated(f"sqlite:///{folder}/registry.sqlite3", Path(folder)):
                yield
            return
        with running_postgres() as url, _migrated(url, Path(folder)):
            yield


@contextmanager
def _migrated(url: str, folder: Path) -> Iterator[None]:
    app = create_app(Settings(instance=folder, database_url=url, secret_key="k" * 64))
    with app.app_context():
        upgrade(directory=MIGRATIONS)
        yield
        db.session.remove()
        db.engine.dispose()


def _peak(content: bytes, what: str) -> float:
    """Peak memory in MB of a fresh process that reads, or plans and commits."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return float(pool.apply(_peak_of, (content, what)))


def _peak_of(content: bytes, what: str) -> float:
    if what == "read":
        _read(content)
    else:
        with migrated_registry("sqlite"):
            _plan_and_commit(content, Options(received_on=RECEIVED_ON, sender="统计局"))
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024  # type: ignore[index]
