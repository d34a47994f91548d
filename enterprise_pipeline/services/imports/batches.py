"""Imports as pages list and show them: what a plan would do, row by row, and why."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl
from sqlalchemy import select

from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.imports.comparing import changed, present
from enterprise_pipeline.services.imports.covering import covered_tier
from enterprise_pipeline.services.imports.fields import (
    CERTIFICATE_COLUMNS,
    FACT_COLUMNS,
    IDENTITY_COLUMNS,
    YEARLY_COLUMNS,
)
from enterprise_pipeline.services.imports.issues import Severity
from enterprise_pipeline.services.imports.plan import OLD, Action, Options, Plan, Problem, SheetView, decode
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import ImportBatch

MOST_LISTED = 100
_HEAD = (
    ImportBatch.id,
    ImportBatch.filename,
    ImportBatch.sha256,
    ImportBatch.sender,
    ImportBatch.kind,
    ImportBatch.status,
    ImportBatch.options,
    ImportBatch.counts,
    ImportBatch.created_at,
    ImportBatch.committed_at,
    ImportBatch.run_id,
)


@dataclass(frozen=True, kw_only=True)
class ImportHead:
    """One import without its plan."""

    id: int
    filename: str
    sha256: str
    sender: str
    kind: str
    status: str
    options: Options
    counts: dict[str, int]
    created_at: datetime
    committed_at: datetime | None
    run_id: int | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """One value that would change; ``column`` names it as in our tables, values are as stored."""

    column: str
    old: Any
    new: Any
    year: int | None = None
    number: str = ""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong or odd about a row, and where in the sheet."""

    severity: Severity
    text: Text
    letter: str = ""
    header: str = ""


@dataclass(frozen=True, kw_only=True)
class RowView:
    """One row of the file: whose it is, what would happen, what would change and why not."""

    row_id: int
    sheet: str
    row: int
    credit_code: str | None
    name: str | None
    enterprise_id: int | None
    action: Action
    takeable: bool
    changes: tuple[Change, ...] = field(default=())
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A plan as a page shows it; ``next_after`` is the key of the next page."""

    head: ImportHead
    sheets: tuple[SheetView, ...]
    problems: tuple[Problem, ...]
    going_in: int
    takeable: int
    covered_tier: str
    rows: tuple[RowView, ...]
    next_after: int | None


def list_imports() -> list[ImportHead]:
    """The latest imports, newest first."""
    rows = reading().execute(select(*_HEAD).order_by(ImportBatch.id.desc()).limit(MOST_LISTED))
    return [_head(row) for row in rows]


def import_head(batch_id: int) -> ImportHead:
    """One import without its plan; NotFound when there is none."""
    row = reading().execute(select(*_HEAD).where(ImportBatch.id == batch_id)).one_or_none()
    if row is None:
        raise NotFound(Text(N_("没有编号为 %(id)s 的导入。"), id=batch_id))
    return _head(row)


def plan_of(batch_id: int) -> tuple[ImportHead, Plan]:
    """One import with its plan."""
    head = import_head(batch_id)
    packed = reading().scalar(select(ImportBatch.plan).where(ImportBatch.id == batch_id))
    return head, decode(packed or b"")


def preview(batch_id: int, *, action: Action | None = None, after: int = -1, limit: int = 50) -> Preview:
    """Show a page of the rows of a plan, all or those of one action, from behind the row ``after``."""
    head, plan = plan_of(batch_id)
    rows = plan.frames["rows"]
    found = rows.filter(pl.col("row_id") > after)
    if action is not None:
        found = found.filter(pl.col("action") == action.value)
    page = found.head(limit)
    takeable = rows.filter("takeable").height
    counts = plan.counts
    return Preview(
        head=head,
        sheets=plan.sheets,
        problems=plan.problems,
        going_in=counts["create"] + counts["update"],
        takeable=takeable,
        covered_tier=covered_tier(plan, head.options),
        rows=tuple(_views(plan, page)),
        next_after=int(page["row_id"][-1]) if page.height < found.height and page.height else None,
    )


def findings_of(plan: Plan, rows: pl.DataFrame) -> dict[int, list[Finding]]:
    """The findings of these rows, by row."""
    sheets = dict(rows.select("row_id", "sheet").iter_rows())
    places = [{column.index: column for column in sheet.columns} for sheet in plan.sheets]
    found: dict[int, list[Finding]] = {}
    issues = plan.frames["issues"].join(rows.select("row_id"), on="row_id", how="semi", maintain_order="left")
    for issue in issues.sort("severity", descending=True, maintain_order=True).iter_rows(named=True):
        place = places[sheets[issue["row_id"]]].get(issue["column"])
        text = Text(issue["pattern"], **json.loads(issue["values"]))
        finding = Finding(
            severity=Severity(issue["severity"]),
            text=text,
            letter=place.letter if place else "",
            header=place.header if place else "",
        )
        found.setdefault(issue["row_id"], []).append(finding)
    return found


def _views(plan: Plan, page: pl.DataFrame) -> Iterable[RowView]:
    findings = findings_of(plan, page)
    changes = _changes(plan, page)
    for row in page.iter_rows(named=True):
        yield RowView(
            row_id=row["row_id"],
            sheet=plan.sheets[row["sheet"]].name,
            row=row["row"],
            credit_code=row["credit_code"],
            name=row["name"] or row[OLD + "name"],
            enterprise_id=row["enterprise_id"],
            action=Action(row["action"]),
            takeable=row["takeable"],
            changes=tuple(changes.get(row["row_id"], ())),
            findings=tuple(findings.get(row["row_id"], ())),
        )


def _changes(plan: Plan, page: pl.DataFrame) -> dict[int, list[Change]]:
    found: dict[int, list[Change]] = {}
    for row in page.filter(pl.col("renamed")).iter_rows(named=True):
        change = Change(column="name", old=row[OLD + "name"], new=row["name"])
        found.setdefault(row["row_id"], []).append(change)
    for row in page.filter(pl.col("earlier").is_not_null()).iter_rows(named=True):
        change = Change(column="former_name", old=None, new=row["earlier"])
        found.setdefault(row["row_id"], []).append(change)
    for name, columns in (
        ("enterprises", IDENTITY_COLUMNS),
        ("reports", YEARLY_COLUMNS),
        ("facts", FACT_COLUMNS),
        ("certificates", CERTIFICATE_COLUMNS),
    ):
        frame = plan.frames[name].join(page.select("row_id"), on="row_id", how="semi", maintain_order="left")
        _add_changes(found, frame, present(frame, columns))
    return found


def _add_changes(found: dict[int, list[Change]], frame: pl.DataFrame, columns: list[str]) -> None:
    news = frame.with_columns(changed(name).alias(f"changed.{name}") for name in columns)
    for row in news.iter_rows(named=True):
        changes = found.setdefault(row["row_id"], [])
        number = row.get("number") or ""
        if number and row["certificate_id"] is None:
            changes.append(Change(column="certificate_no", old=None, new=number, number=number))
        changes += [
            Change(
                column=name, old=row[OLD + name], new=row[name], year=row.get("fiscal_year"), number=number
            )
            for name in columns
            if row[f"changed.{name}"]
        ]


def _head(row: Any) -> ImportHead:
    values = row._asdict()
    return ImportHead(**(values | {"options": Options.from_json(values["options"])}))
