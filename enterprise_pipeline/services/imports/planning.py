"""From a file to a stored plan: read, match, check, compare, decide; nothing of the registry changes."""

import hashlib
from dataclasses import replace

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.imports import registry
from enterprise_pipeline.services.imports.checks import check
from enterprise_pipeline.services.imports.comparing import (
    Origin,
    any_changed,
    compare_certificates,
    compare_enterprises,
    compare_facts,
    compare_reports,
    compare_rows,
)
from enterprise_pipeline.services.imports.covering import coverage_problems
from enterprise_pipeline.services.imports.deciding import decide, issue_frame
from enterprise_pipeline.services.imports.fields import (
    CERTIFICATE_COLUMNS,
    FACT_COLUMNS,
    IDENTITY_COLUMNS,
    YEARLY_COLUMNS,
)
from enterprise_pipeline.services.imports.identifying import find_names, match_names
from enterprise_pipeline.services.imports.layout import ROWS_SEARCHED, find_layout
from enterprise_pipeline.services.imports.parts import Parts, take_apart
from enterprise_pipeline.services.imports.plan import Options, Plan, encode
from enterprise_pipeline.services.imports.provenance import LONGEST_SOURCE, source_in
from enterprise_pipeline.services.imports.reading import Sheet, read_sheets
from enterprise_pipeline.services.imports.tables import Table, read_table
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import HeaderMapping, ImportBatch

SUBJECT = "import"


def plan_import(content: bytes, filename: str, options: Options, *, actor: str) -> int:
    """Read a file, store what importing it would do, and return the number of that import.

    Raises
    ------
    BadFile
        If the file cannot be read, or none of its headers means anything to us.
    """
    plan = make_plan(content, filename, options)
    packed = encode(plan, content, filename)
    with transaction() as session:
        batch = ImportBatch(
            filename=filename[-255:],
            sha256=hashlib.sha256(content).hexdigest(),
            sender=options.sender,
            kind=kind_of_plan(plan),
            status="planned",
            options=options.as_json(),
            counts=plan.counts,
            plan=packed,
        )
        session.add(batch)
        session.flush()
        audit.record(
            session,
            actor=actor,
            action="import.planned",
            subject_type=SUBJECT,
            subject_id=batch.id,
            after={"filename": batch.filename, "sha256": batch.sha256, "counts": plan.counts},
        )
        return batch.id


def make_plan(content: bytes, filename: str, options: Options) -> Plan:
    """Work out what importing a file would do."""
    session = reading()
    options = replace(options, mappings=remembered(session, options.sender) | options.mappings)
    tables = _tables(content, filename, options)
    parts = take_apart(tables, tier=options.tier)
    origin = Origin(
        source=source_of(options, filename, content),
        received_on=options.received_on,
        valid_from=options.valid_from or options.received_on,
    )
    plan = _plan(session, parts, tables, origin)
    return replace(plan, problems=plan.problems + coverage_problems(plan.frames["certificates"], options))


def source_of(options: Options, filename: str, content: bytes) -> str:
    """Whose word the file is: its sender, or that of the workbook it was copied from, or the file itself."""
    return (options.sender or source_in(content) or f"import:{filename}")[:LONGEST_SOURCE]


def remembered(session: Session, sender: str) -> dict[str, str]:
    """The headers that somebody mapped by hand for this sender."""
    rows = session.execute(
        select(HeaderMapping.header, HeaderMapping.field).where(HeaderMapping.sender == sender)
    )
    return {row.header: row.field for row in rows}


def _tables(content: bytes, filename: str, options: Options) -> list[Table]:
    tables = []
    sheets = read_sheets(content, filename)
    _refuse_header_row(options.header_row, sheets, filename)
    for sheet in sheets:
        layout = find_layout(
            sheet.rows, sheet.merged, by_hand=options.mappings, header_row=options.header_row
        )
        if layout is not None:
            tables.append(read_table(sheet, layout, options, filename=filename))
        sheet.rows.clear()
    if not tables:
        raise BadFile(
            Text(N_("没有找到认得的表头：前 40 行里没有一行有“统一社会信用代码”或“企业名称”和另一项。")),
            filename,
            Text(N_("请检查选对了文件；或在导入选项里写明表头在第几行，再指明各列的意思。")),
        )
    return tables


def _refuse_header_row(header_row: int | None, sheets: list[Sheet], filename: str) -> None:
    """Say at once that no sheet has the row where somebody says the header is."""
    last = min(max(len(sheet.rows) for sheet in sheets), ROWS_SEARCHED)
    if header_row is not None and not 1 <= header_row <= last:
        raise BadFile(
            Text(N_("表头不可能在第 %(row)s 行；须在第 1 至 %(last)s 行之间。"), row=header_row, last=last),
            filename,
            Text(N_("请改正“表头在第几行”。")),
        )


def _plan(session: Session, parts: Parts, tables: list[Table], origin: Origin) -> Plan:
    parts, naming = match_names(session, parts)
    # Versions are read before figures: whatever changes in between makes the plan stale, never wrong.
    known = registry.enterprises_with(session, parts.rows["credit_code"].drop_nulls())
    rows = compare_rows(parts.rows, known)
    parts = replace(parts, rows=rows)
    enterprises, identity_issues = compare_enterprises(parts, known)
    reports, report_issues = compare_reports(session, parts, origin)
    facts, fact_issues = compare_facts(session, parts, origin)
    certificates, certificate_issues = compare_certificates(session, parts, origin)
    rows, name_issues = find_names(session, parts, received_on=origin.received_on)
    parts = replace(parts, rows=rows)
    issues = [
        *parts.issues,
        *naming,
        *name_issues,
        *check(parts, received_on=origin.received_on),
        *identity_issues,
        *report_issues,
        *fact_issues,
        *certificate_issues,
    ]
    frames = {"enterprises": enterprises, "reports": reports, "facts": facts, "certificates": certificates}
    problems = tuple(problem for table in tables for problem in table.problems)
    return Plan(
        sheets=tuple(table.view for table in tables),
        problems=problems,
        source=origin.source,
        frames={
            "rows": decide(rows, issues, _news(rows, frames)),
            **frames,
            "issues": issue_frame(issues),
        },
    )


def _news(rows: pl.DataFrame, frames: dict[str, pl.DataFrame]) -> pl.Series:
    """The rows that tell something the registry does not have yet."""
    certificates = frames["certificates"]
    return pl.concat(
        [
            any_changed(frames["enterprises"], IDENTITY_COLUMNS),
            any_changed(frames["reports"], YEARLY_COLUMNS),
            any_changed(frames["facts"], FACT_COLUMNS),
            any_changed(certificates, CERTIFICATE_COLUMNS),
            certificates.filter(pl.col("certificate_id").is_null())["row_id"],
            rows.filter(pl.col("renamed") | pl.col("earlier").is_not_null())["row_id"],
        ]
    )


def kind_of_plan(plan: Plan) -> str:
    """What a file is mostly about."""
    has = {name: plan.frames[name].height > 0 for name in ("reports", "facts", "certificates")}
    if has["certificates"] and not (has["reports"] or has["facts"]):
        return "certificates"
    if has["reports"] and not has["certificates"]:
        return "figures"
    return "mixed" if has["certificates"] else "enterprises"
