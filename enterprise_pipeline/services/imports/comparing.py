"""What a file says against what the registry holds: what would change, and what contradicts it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy.orm import Session

from enterprise_pipeline.services.imports import registry
from enterprise_pipeline.services.imports.checks import WHOLE_ROW, place_of
from enterprise_pipeline.services.imports.fields import (
    BY_COLUMN,
    CERTIFICATE_COLUMNS,
    FACT_COLUMNS,
    IDENTITY_COLUMNS,
    YEARLY_COLUMNS,
)
from enterprise_pipeline.services.imports.issues import Issue, Severity
from enterprise_pipeline.services.imports.parts import Parts
from enterprise_pipeline.services.imports.plan import OLD
from enterprise_pipeline.services.reference import divisions
from enterprise_pipeline.services.texts import N_


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Whose word the file is, when it came, and from when its facts hold."""

    source: str
    received_on: date
    valid_from: date


def compare_rows(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Add to each row the registered enterprise and the name it has there."""
    held = known.select("credit_code", "enterprise_id", "version", pl.col("name").alias(OLD + "name"))
    return rows.join(held, on="credit_code", how="left", maintain_order="left")


def compare_enterprises(parts: Parts, known: pl.DataFrame) -> tuple[pl.DataFrame, list[Issue]]:
    """Put the registered identity beside the told one; an industry that says less than is known stays."""
    keys = parts.rows.select("row_id", "sheet", "credit_code", "enterprise_id")
    frame = keys.join(parts.enterprises, on="row_id", how="left", maintain_order="left")
    if "division_code" not in frame.columns:
        frame = frame.with_columns(division_code=pl.lit(None, dtype=pl.String))
    columns = present(frame, IDENTITY_COLUMNS)
    held = known.select("enterprise_id", *(pl.col(name).alias(OLD + name) for name in columns))
    frame = frame.join(held, on="enterprise_id", how="left", maintain_order="left")
    if "industry_code" in columns:
        says_less = pl.col(OLD + "industry_code").str.starts_with(pl.col("industry_code"))
        old = pl.col(OLD + "industry_code")
        frame = frame.with_columns(
            industry_code=pl.when(says_less.fill_null(value=False)).then(old).otherwise("industry_code")
        )
    frame = _with_division_of_code(frame)
    told = "division_code" in parts.enterprises.columns
    elsewhere = [] if told else _registered_elsewhere(frame)
    return frame.drop("sheet"), [*elsewhere, *_other_founding(parts, frame)]


def _with_division_of_code(frame: pl.DataFrame) -> pl.DataFrame:
    """Take the registering office from the credit code, where nobody told it and it is one of ours."""
    ours = [place.code for place in divisions()]
    in_code = pl.col("credit_code").str.slice(2, 6)
    unknown = pl.col(OLD + "division_code").is_null() & in_code.is_in(ours)
    return frame.with_columns(division_code=pl.coalesce("division_code", pl.when(unknown).then(in_code)))


def _registered_elsewhere(frame: pl.DataFrame) -> list[Issue]:
    new = pl.col("enterprise_id").is_null() & pl.col("credit_code").is_not_null()
    found = frame.filter(new & pl.col("division_code").is_null())
    message = N_("从代码里的登记机关 %(office)s 看不出登记在哪个县市区，登记地按未知处理。")
    return [
        Issue(
            row=row, column=WHOLE_ROW, severity=Severity.NOTE, pattern=message, values={"office": code[2:8]}
        )
        for row, code in found.select("row_id", "credit_code").iter_rows()
    ]


def _other_founding(parts: Parts, frame: pl.DataFrame) -> Iterator[Issue]:
    """An enterprise is founded once: another day is a conflict."""
    if "registered_on" not in frame.columns:
        return
    found = frame.filter(_differs("registered_on"))
    for row, sheet, old in found.select("row_id", "sheet", OLD + "registered_on").iter_rows():
        place = place_of(parts, sheet, "registered_on")
        yield _conflict(row, place, "registered_on", old=old, source="")


def compare_reports(session: Session, parts: Parts, origin: Origin) -> tuple[pl.DataFrame, list[Issue]]:
    """Put the figures in force beside the told ones; another source's different figure is a conflict."""
    frame = _with_keys(parts, parts.reports)
    columns = present(frame, YEARLY_COLUMNS)
    ids = frame["enterprise_id"].drop_nulls().unique().to_list()
    if not ids or not columns:
        return _with_empty_olds(frame, columns), []
    years = frame["fiscal_year"].drop_nulls().unique().to_list()
    rows = registry.reports_of(session, ids, years=years, columns=columns)
    keys = ["enterprise_id", "fiscal_year"]
    held = registry.newest_told(rows, keys=keys, values=columns, when="received_on")
    return _against(parts, frame, held, keys=keys, columns=columns, origin=origin, when="received_on")


def compare_facts(session: Session, parts: Parts, origin: Origin) -> tuple[pl.DataFrame, list[Issue]]:
    """Put the facts in force beside the told ones; facts change with time, so only the same day conflicts."""
    frame = _with_keys(parts, parts.facts)
    columns = present(frame, FACT_COLUMNS)
    ids = frame["enterprise_id"].drop_nulls().unique().to_list()
    if not ids or not columns:
        return _with_empty_olds(frame, columns), []
    rows = registry.sheets_of(session, ids, columns=columns)
    held = registry.newest_told(rows, keys=["enterprise_id"], values=columns, when="valid_from")
    return _against(
        parts, frame, held, keys=["enterprise_id"], columns=columns, origin=origin, when="valid_from"
    )


def compare_certificates(session: Session, parts: Parts, origin: Origin) -> tuple[pl.DataFrame, list[Issue]]:
    """Put recorded certificates beside the told ones; a number recorded for somebody else is refused."""
    frame = _with_keys(parts, parts.certificates)
    columns = list(CERTIFICATE_COLUMNS)
    numbers = frame["number"].drop_nulls().unique().to_list()
    held = registry.certificates_numbered(session, numbers)
    renamed = held.select(
        "pool_id",
        "number",
        "certificate_id",
        "holder_id",
        "source",
        *(pl.col(name).alias(OLD + name) for name in columns),
    )
    frame = frame.join(renamed, on=["pool_id", "number"], how="left", maintain_order="left")
    issues = [
        Issue(
            row=row,
            column=column,
            severity=Severity.REFUSED,
            pattern=N_("编号“%(number)s”已登记在另一家企业名下；请核对编号和信用代码。"),
            values={"number": number},
        )
        for row, column, number in frame.filter(
            pl.col("holder_id").is_not_null() & pl.col("holder_id").ne_missing(pl.col("enterprise_id"))
        )
        .select("row_id", "column", "number")
        .iter_rows()
    ]
    for name in columns:
        clash = _differs(name) & (pl.col("source") != origin.source)
        issues += [
            _conflict(row, column, name, old=old, source=source)
            for row, column, old, source in frame.filter(clash)
            .select("row_id", "column", OLD + name, "source")
            .iter_rows()
        ]
    return frame.drop("holder_id", "source"), issues


def changed(column: str) -> pl.Expr:
    """Whether a told value is news: blank never is, and the same again is not."""
    return pl.col(column).is_not_null() & pl.col(column).ne_missing(pl.col(OLD + column))


def any_changed(frame: pl.DataFrame, columns: Sequence[str]) -> pl.Series:
    """The rows (``row_id``) of a compared frame with any news in them."""
    told = present(frame, columns)
    if frame.is_empty() or not told:
        return pl.Series("row_id", [], dtype=pl.Int64)
    return frame.filter(pl.any_horizontal(changed(name) for name in told))["row_id"]


def present(frame: pl.DataFrame, columns: Sequence[str]) -> list[str]:
    """Those of the columns that a frame has."""
    return [name for name in columns if name in frame.columns]


def _with_keys(parts: Parts, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.join(
        parts.rows.select("row_id", "credit_code", "enterprise_id"), on="row_id", maintain_order="left"
    )


def _with_empty_olds(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, dtype=frame.schema[name]).alias(OLD + name) for name in columns)


def _differs(name: str) -> pl.Expr:
    return pl.col(name) != pl.col(OLD + name)


def _against(
    parts: Parts,
    frame: pl.DataFrame,
    held: pl.DataFrame,
    *,
    keys: list[str],
    columns: list[str],
    origin: Origin,
    when: str,
) -> tuple[pl.DataFrame, list[Issue]]:
    held = held.rename({name: OLD + name for name in columns})
    joined = frame.join(held, on=keys, how="left", maintain_order="left")
    issues: list[Issue] = []
    for name in columns:
        issues += _conflicts(parts, joined, name, origin=origin, when=when)
    return joined.select(*frame.columns, *(OLD + name for name in columns)), issues


def _conflicts(
    parts: Parts, joined: pl.DataFrame, name: str, *, origin: Origin, when: str
) -> Iterator[Issue]:
    ours = origin.received_on if when == "received_on" else origin.valid_from
    told_on = pl.col(f"when.{name}")
    other = pl.col(f"source.{name}") != origin.source
    # Figures of one year do not change with time; facts do, so an older fact of another source may differ.
    clash = other if when == "received_on" else other & (told_on >= ours)
    found = joined.filter(_differs(name) & (clash | (told_on > ours)))
    if found.is_empty():
        return
    found = found.join(parts.rows.select("row_id", "sheet"), on="row_id", maintain_order="left")
    has_year = "fiscal_year" in found.columns
    for row in found.iter_rows(named=True):
        place = place_of(parts, row["sheet"], name, row["fiscal_year"] if has_year else None)
        yield _conflict(row["row_id"], place, name, old=row[OLD + name], source=row[f"source.{name}"])


def _conflict(row: int, column: int, name: str, *, old: object, source: str) -> Issue:
    if source:
        pattern = N_("“%(field)s”与登记库里的 %(old)s（来源：%(source)s）不同；请核对以谁为准。")
    else:
        pattern = N_("“%(field)s”与登记库里的 %(old)s 不同；请核对以谁为准。")
    values = {"field": BY_COLUMN[name].label, "old": shown(name, old)} | (
        {"source": source} if source else {}
    )
    return Issue(row=row, column=column, severity=Severity.DOUBT, pattern=pattern, values=values)


def shown(name: str, value: object) -> str:
    """A stored value as people write it: money in 元, shares in percent."""
    if value is None:
        return ""
    if name.endswith("_fen") and isinstance(value, int):
        sign = "-" if value < 0 else ""
        return f"{sign}{abs(value) // 100:,}.{abs(value) % 100:02d} 元"
    if name.endswith("_ppm") and isinstance(value, int):
        return f"{value / 10_000:g}%"
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)
