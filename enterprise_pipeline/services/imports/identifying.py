"""Which registered enterprise a row is about, and what its name there means."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
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


def find_names(session: Session, parts: Parts, *, received_on: date) -> tuple[pl.DataFrame, list[Issue]]:
    """Add to the rows whether they rename their enterprise, and which former name they tell (``earlier``).

    A name that the enterprise bore before does not rename it back, nor does a
    list from before the day on which its present name began: older lists come
    in later.
    """
    rows = parts.rows.with_columns(
        renamed=(pl.col("name") != pl.col(OLD + "name")).fill_null(value=False),
        earlier=pl.when(pl.col("former_name") != pl.coalesce("name", OLD + "name")).then("former_name"),
    )
    suspects = rows.filter(pl.col("renamed") | pl.col("earlier").is_not_null())
    if suspects.is_empty():
        return rows, list(_without_a_name(parts, rows))
    borne = _names_borne(session, suspects)
    told = [_name_told(parts, row, borne, received_on) for row in suspects.iter_rows(named=True)]
    verdicts = pl.DataFrame(
        [(row, renamed, earlier) for row, renamed, earlier, _ in told],
        schema={"row_id": pl.Int64, "renames": pl.Boolean, "before": pl.String},
        orient="row",
    )
    rows = rows.join(verdicts, on="row_id", how="left", maintain_order="left").with_columns(
        renamed=pl.col("renames").fill_null(value=False), earlier=pl.col("before")
    )
    notes = [note for *_, note in told if note is not None]
    return rows.drop("renames", "before"), [*notes, *_without_a_name(parts, rows)]


@dataclass(frozen=True, kw_only=True)
class _Borne:
    """The names of one enterprise, as they would be written today, and when the present one began."""

    present: str
    names: frozenset[str]
    since: date | None


def _names_borne(session: Session, suspects: pl.DataFrame) -> dict[int, _Borne]:
    known = suspects.filter(pl.col("enterprise_id").is_not_null())
    present = dict(known.select("enterprise_id", OLD + "name").unique().iter_rows())
    names = {enterprise_id: {name} for enterprise_id, name in present.items()}
    since: dict[int, date] = {}
    for enterprise_id, name, valid_from, valid_to in registry.names_of(session, present).iter_rows():
        names[enterprise_id].add(name)
        if valid_to is None and valid_from is not None:
            since[enterprise_id] = valid_from
    return {
        enterprise_id: _Borne(
            present=normalise_name(now),
            names=frozenset(map(normalise_name, names[enterprise_id])),
            since=since.get(enterprise_id),
        )
        for enterprise_id, now in present.items()
    }


def _name_told(
    parts: Parts, row: dict[str, Any], borne: dict[int, _Borne], received_on: date
) -> tuple[int, bool, str | None, Issue | None]:
    """Say of a row whether it renames, which former name it tells, and what to note about it."""
    known = borne.get(row["enterprise_id"])
    earlier = row["earlier"] if known is None or row["earlier"] not in known.names else None
    if known is None or not row["renamed"] or row["name"] == known.present:
        return row["row_id"], False, earlier, None
    if row["name"] in known.names:
        return row["row_id"], False, earlier, _former_name(parts, row)
    if known.since is not None and received_on <= known.since:
        return row["row_id"], False, row["name"], _older_list(parts, row, known.since)
    return row["row_id"], True, earlier, None


def _older_list(parts: Parts, row: dict[str, Any], since: date) -> Issue:
    return Issue(
        row=row["row_id"],
        column=place_of(parts, row["sheet"], "name"),
        severity=Severity.NOTE,
        pattern=N_("这份数据的收到日期不晚于现名“%(now)s”启用的 %(since)s，“%(name)s”记为更早的名称。"),
        values={"name": row["name"], "now": row[OLD + "name"], "since": since.isoformat()},
    )


def _former_name(parts: Parts, row: dict[str, Any]) -> Issue:
    return Issue(
        row=row["row_id"],
        column=place_of(parts, row["sheet"], "name"),
        severity=Severity.NOTE,
        pattern=N_("“%(name)s”是曾用名，现名“%(now)s”不变。"),
        values={"name": row["name"], "now": row[OLD + "name"]},
    )


def _without_a_name(parts: Parts, rows: pl.DataFrame) -> Iterator[Issue]:
    new = pl.col("enterprise_id").is_null() & pl.col("credit_code").is_not_null()
    told = rows.filter(new & pl.col("name").is_not_null())["credit_code"]
    message = N_("登记库里没有这个代码，新增企业要有名称；请补上企业名称。")
    refused = {issue.row for issue in parts.issues if issue.severity is Severity.REFUSED}
    nameless = rows.filter(new & ~pl.col("credit_code").is_in(told.unique().to_list()))
    for row in set(nameless["row_id"]) - refused:
        yield Issue(row=row, column=WHOLE_ROW, severity=Severity.REFUSED, pattern=message)
