"""Which registered enterprise a row is about, and what its name there means."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
from sqlalchemy.orm import Session

from enterprise_pipeline.services.imports import registry
from enterprise_pipeline.services.imports.checks import WHOLE_ROW, place_of
from enterprise_pipeline.services.imports.issues import Issue, Severity
from enterprise_pipeline.services.imports.parts import Parts
from enterprise_pipeline.services.imports.plan import OLD
from enterprise_pipeline.services.naming import normalise_name
from enterprise_pipeline.services.texts import N_


def match_names(session: Session, parts: Parts) -> tuple[Parts, list[Issue]]:
    """Find the code of rows that have only a name, where exactly one registered enterprise bears it."""
    unread = {issue.row for issue in parts.issues if issue.severity is Severity.REFUSED}
    nameless = parts.rows.filter(pl.col("credit_code").is_null() & pl.col("name").is_not_null())
    wanted = nameless.filter(~pl.col("row_id").is_in(list(unread))) if unread else nameless
    if wanted.is_empty():
        return parts, []
    found = registry.codes_of_names(session, wanted["name"])
    issues, codes = [], {}
    for row, sheet, name in wanted.select("row_id", "sheet", "name").iter_rows():
        matches = found.get(name, [])
        if len(matches) == 1:
            codes[row] = matches[0]
            message, severity = N_("没有信用代码，按名称对应到 %(code)s。"), Severity.NOTE
            values = {"code": matches[0]}
        else:
            message = (
                N_("没有信用代码，登记库里叫“%(name)s”的企业不止一家；请补上信用代码。")
                if matches
                else N_("没有信用代码，登记库里也没有叫“%(name)s”的企业；请补上信用代码。")
            )
            severity, values = Severity.REFUSED, {"name": name}
        place = place_of(parts, sheet, "name")
        issues.append(Issue(row=row, column=place, severity=severity, pattern=message, values=values))
    given = pl.DataFrame(
        {"row_id": list(codes), "found": list(codes.values())},
        schema={"row_id": pl.Int64, "found": pl.String},
    )
    rows = parts.rows.join(given, on="row_id", how="left", maintain_order="left")
    rows = rows.with_columns(pl.coalesce("credit_code", "found").alias("credit_code")).drop("found")
    return replace(parts, rows=rows), issues


def find_names(session: Session, parts: Parts) -> tuple[pl.DataFrame, list[Issue]]:
    """Add to the rows whether they rename their enterprise or tell a former name not known yet.

    A name that the enterprise bore before does not rename it back: older lists come in later.
    """
    rows = parts.rows.with_columns(
        renamed=(pl.col("name") != pl.col(OLD + "name")).fill_null(value=False),
        earlier=pl.when(pl.col("former_name") != pl.coalesce("name", OLD + "name")).then("former_name"),
    )
    suspects = rows.filter(pl.col("renamed") | pl.col("earlier").is_not_null())
    if suspects.is_empty():
        return rows, list(_without_a_name(rows))
    borne = _names_borne(session, suspects)
    same: list[int] = []
    known: list[int] = []
    issues: list[Issue] = []
    for row in suspects.iter_rows(named=True):
        names = borne.get(row["enterprise_id"], {})
        if row["renamed"] and row["name"] in names:
            same.append(row["row_id"])
            if names[row["name"]] != row[OLD + "name"]:
                issues.append(_former_name(parts, row))
        if row["earlier"] in names:
            known.append(row["row_id"])
    rows = rows.with_columns(
        renamed=pl.col("renamed") & ~pl.col("row_id").is_in(same),
        earlier=pl.when(~pl.col("row_id").is_in(known)).then("earlier"),
    )
    return rows, [*issues, *_without_a_name(rows)]


def _names_borne(session: Session, suspects: pl.DataFrame) -> dict[int, dict[str, str]]:
    """For each enterprise, the names it bears and bore as they would be written today, and as stored."""
    borne: dict[int, dict[str, str]] = {}
    ids = suspects["enterprise_id"].drop_nulls().unique().to_list()
    for enterprise_id, name in registry.names_of(session, ids).iter_rows() if ids else ():
        borne.setdefault(enterprise_id, {})[normalise_name(name)] = name
    for enterprise_id, name in suspects.select("enterprise_id", OLD + "name").iter_rows():
        if name is not None:
            borne.setdefault(enterprise_id, {})[normalise_name(name)] = name
    return borne


def _former_name(parts: Parts, row: dict[str, Any]) -> Issue:
    return Issue(
        row=row["row_id"],
        column=place_of(parts, row["sheet"], "name"),
        severity=Severity.NOTE,
        pattern=N_("“%(name)s”是曾用名，现名“%(now)s”不变。"),
        values={"name": row["name"], "now": row[OLD + "name"]},
    )


def _without_a_name(rows: pl.DataFrame) -> Iterator[Issue]:
    new = pl.col("enterprise_id").is_null() & pl.col("credit_code").is_not_null()
    told = rows.filter(new & pl.col("name").is_not_null())["credit_code"]
    message = N_("登记库里没有这个代码，新增企业要有名称；请补上企业名称。")
    for row in rows.filter(new & ~pl.col("credit_code").is_in(told.unique().to_list()))["row_id"].to_list():
        yield Issue(row=row, column=WHOLE_ROW, severity=Severity.REFUSED, pattern=message)
