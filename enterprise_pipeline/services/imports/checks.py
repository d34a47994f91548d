"""What a file says that cannot be, or contradicts itself, whatever the registry holds."""

from collections.abc import Iterator
from datetime import date

import polars as pl

from enterprise_pipeline.services.enterprises import EARLIEST_REGISTRATION
from enterprise_pipeline.services.figures import PARTS as PART_OF_WHOLE
from enterprise_pipeline.services.figures import SUSPICIOUS_MULTIPLE
from enterprise_pipeline.services.imports.certificate_parts import certificate_issues
from enterprise_pipeline.services.imports.choosing import EARLIEST_YEAR
from enterprise_pipeline.services.imports.fields import (
    BY_COLUMN,
    FACT_COLUMNS,
    IDENTITY_COLUMNS,
    YEARLY_COLUMNS,
)
from enterprise_pipeline.services.imports.issues import Issue, Severity
from enterprise_pipeline.services.imports.parts import Parts
from enterprise_pipeline.services.texts import N_

WHOLE_ROW = -1
_ROWS_NAMED = 6


def place_of(parts: Parts, sheet: int, column: str, year: int | None = None) -> int:
    """Return the column of the sheet that told a thing, or `WHOLE_ROW`."""
    columns = parts.columns[sheet]
    if year is None:
        return columns.get(column, WHOLE_ROW)
    told = f"{column}@{year}"
    if told in columns:
        return columns[told]
    offsets = (place for name, place in columns.items() if name.startswith((f"{column}@+", f"{column}@-")))
    return next(offsets, WHOLE_ROW)


def check(parts: Parts, *, received_on: date) -> Iterator[Issue]:
    """Find everything that is wrong or odd within the file; rows have been matched to their codes."""
    yield from _without_identity(parts)
    yield from _impossible_years(parts, received_on)
    yield from _impossible_registration(parts, received_on)
    yield from _figures_against_each_other(parts)
    yield from certificate_issues(parts.certificates, latest=pl.lit(received_on))
    yield from _said_twice(parts)


def _without_identity(parts: Parts) -> Iterator[Issue]:
    refused = {issue.row for issue in parts.issues if issue.severity is Severity.REFUSED}
    nobody = parts.rows.filter(pl.col("credit_code").is_null() & pl.col("name").is_null())
    message = N_("这一行没有统一社会信用代码，也没有企业名称；请补上信用代码。")
    for row in nobody["row_id"].to_list():
        if row not in refused:
            yield Issue(row=row, column=WHOLE_ROW, severity=Severity.REFUSED, pattern=message)


def _impossible_years(parts: Parts, received_on: date) -> Iterator[Issue]:
    year = pl.col("fiscal_year")
    bad = parts.reports.filter(year.is_null() | ~year.is_between(EARLIEST_YEAR, received_on.year))
    sheets = bad.join(parts.rows.select("row_id", "sheet"), on="row_id").unique("row_id")
    for row, sheet, told in sheets.select("row_id", "sheet", "fiscal_year").iter_rows():
        place = place_of(parts, sheet, "fiscal_year")
        if told is None:
            yield _refused(row, place, N_("这一行有年度数据，但没有年度；请补上年度。"))
        else:
            message = N_("年度 %(year)s 不可能；须在 %(first)s 至 %(last)s 之间，请改正。")
            yield _refused(row, place, message, year=told, first=EARLIEST_YEAR, last=received_on.year)


def _impossible_registration(parts: Parts, received_on: date) -> Iterator[Issue]:
    if "registered_on" not in parts.enterprises.columns:
        return
    day = pl.col("registered_on")
    bad = parts.enterprises.filter(~day.is_between(EARLIEST_REGISTRATION, received_on))
    message = N_("成立日期 %(day)s 不可能；须在 %(first)s 至 %(last)s 之间，请改正。")
    for row, sheet, told in _with_sheet(parts, bad).select("row_id", "sheet", "registered_on").iter_rows():
        yield _refused(
            row,
            place_of(parts, sheet, "registered_on"),
            message,
            day=told.isoformat(),
            first=EARLIEST_REGISTRATION.isoformat(),
            last=received_on.isoformat(),
        )


def _figures_against_each_other(parts: Parts) -> Iterator[Issue]:
    columns = set(parts.reports.columns)
    if {"revenue_fen", "rd_expense_fen"} <= columns:
        revenue, spent = pl.col("revenue_fen"), pl.col("rd_expense_fen")
        found = parts.reports.filter((revenue > 0) & (spent >= revenue * SUSPICIOUS_MULTIPLE))
        message = N_("研发费用达到销售收入的十倍以上，很可能是单位填错（元或万元）；请核对。")
        yield from _about(parts, found, "rd_expense_fen", Severity.DOUBT, message)
    for part, whole in PART_OF_WHOLE:
        if {part, whole} <= columns:
            found = parts.reports.filter(pl.col(part) > pl.col(whole))
            labels = {"part": BY_COLUMN[part].label, "whole": BY_COLUMN[whole].label}
            message = N_("%(part)s大于%(whole)s，请核对。")
            yield from _about(parts, found, part, Severity.NOTE, message, **labels)
    if {"net_assets_fen", "total_assets_fen", "total_liabilities_fen"} <= columns:
        rest = pl.col("total_assets_fen") - pl.col("total_liabilities_fen")
        found = parts.reports.filter(pl.col("net_assets_fen") != rest)
        message = N_("净资产与“资产总额减负债总额”不一致，请核对。")
        yield from _about(parts, found, "net_assets_fen", Severity.NOTE, message)


def _about(
    parts: Parts, found: pl.DataFrame, column: str, severity: Severity, message: str, **values: str
) -> Iterator[Issue]:
    for row, sheet, year in _with_sheet(parts, found).select("row_id", "sheet", "fiscal_year").iter_rows():
        place = place_of(parts, sheet, column, year)
        yield Issue(row=row, column=place, severity=severity, pattern=message, values=dict(values))


def _said_twice(parts: Parts) -> Iterator[Issue]:
    """Find enterprises that the file tells different things of, in two rows or more."""
    coded = parts.rows.select("row_id", "credit_code", "name").filter(pl.col("credit_code").is_not_null())
    if not coded["credit_code"].is_duplicated().any() and parts.certificates.is_empty():
        return
    codes = coded.select("row_id", "credit_code")
    yield from _different(parts, coded, ["credit_code"], ["name"])
    enterprises = parts.enterprises.join(codes, on="row_id")
    yield from _different(parts, enterprises, ["credit_code"], _present(parts.enterprises, IDENTITY_COLUMNS))
    facts = parts.facts.join(codes, on="row_id")
    yield from _different(parts, facts, ["credit_code"], _present(parts.facts, FACT_COLUMNS))
    reports = parts.reports.join(codes, on="row_id")
    keys = ["credit_code", "fiscal_year"]
    yield from _different(parts, reports, keys, _present(parts.reports, YEARLY_COLUMNS))
    certificates = parts.certificates.join(codes, on="row_id")
    number = ["pool_id", "number"]
    shared = pl.col("credit_code").n_unique().over(number) > 1
    yield from _of_several_firms(parts, certificates.filter(shared))
    told = ["issued_on", "issued_year", "expires_on", "revoked_on"]
    yield from _different(parts, certificates.filter(~shared), number, told)


def _of_several_firms(parts: Parts, certificates: pl.DataFrame) -> Iterator[Issue]:
    """Say that one number stands under several enterprises; what else differs follows from that."""
    if certificates.is_empty():
        return
    told = _with_sheet(parts, certificates).join(parts.rows.select("row_id", "row"), on="row_id")
    same, across = (
        N_("证书编号“%(number)s”在第 %(rows)s 行写在不同企业名下；请核对后只留一家。"),
        N_("证书编号“%(number)s”在不同工作表的行（%(rows)s）里写在不同企业名下；请核对后只留一家。"),
    )
    for (_, number), group in told.group_by(["pool_id", "number"], maintain_order=True):
        rows, is_across = _rows_named(parts, group.unique("credit_code", maintain_order=True))
        for row, column in group.select("row_id", "column").iter_rows():
            yield Issue(
                row=row,
                column=column,
                severity=Severity.CLASH,
                pattern=across if is_across else same,
                values={"number": number, "rows": rows},
            )


def _rows_named(parts: Parts, rows: pl.DataFrame) -> tuple[str, bool]:
    """Name rows, with their sheets where they lie in several, and say whether they do."""
    is_across = rows["sheet"].n_unique() > 1
    named = [
        f"{parts.sheets[sheet]} {row}" if is_across else str(row)
        for sheet, row in rows.select("sheet", "row").head(_ROWS_NAMED).iter_rows()
    ]
    return "、".join(named) + ("…" if rows.height > _ROWS_NAMED else ""), is_across


def _different(parts: Parts, frame: pl.DataFrame, keys: list[str], columns: list[str]) -> Iterator[Issue]:
    repeated = frame.filter(pl.struct(keys).is_duplicated()) if frame.height else frame
    if repeated.is_empty() or not columns:
        return
    repeated = _with_sheet(parts, repeated).join(parts.rows.select("row_id", "row"), on="row_id")
    for column in columns:
        yield from _different_in(parts, repeated.filter(pl.col(column).is_not_null()), keys, column)


def _different_in(parts: Parts, rows: pl.DataFrame, keys: list[str], column: str) -> Iterator[Issue]:
    """Name the first row of each thing told, so that the one that deviates is always among them."""
    clashing = rows.filter(pl.col(column).n_unique().over(keys) > 1)
    if clashing.is_empty():
        return
    same, across = (
        N_("同一企业在第 %(rows)s 行的“%(field)s”不同；请核对后只留一个。"),
        N_("同一企业在不同工作表的行（%(rows)s）里“%(field)s”不同；请核对后只留一个。"),
    )
    label = BY_COLUMN[column].label
    year = "fiscal_year" if "fiscal_year" in keys else None
    for _, group in clashing.group_by(keys, maintain_order=True):
        named, is_across = _rows_named(parts, group.unique(column, keep="first", maintain_order=True))
        for found in group.iter_rows(named=True):
            place = place_of(parts, found["sheet"], column, found[year] if year else None)
            yield Issue(
                row=found["row_id"],
                column=place,
                severity=Severity.CLASH,
                pattern=across if is_across else same,
                values={"rows": named, "field": label},
            )


def _present(frame: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    return [column for column in columns if column in frame.columns]


def _with_sheet(parts: Parts, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.join(parts.rows.select("row_id", "sheet"), on="row_id", maintain_order="left")


def _refused(row: int, column: int, message: str, **values: object) -> Issue:
    return Issue(row=row, column=column, severity=Severity.REFUSED, pattern=message, values=dict(values))
