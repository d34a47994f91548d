"""Certificates as a frame: which tier a number belongs to, and what its printed days mean."""

import polars as pl

from enterprise_pipeline.services.certificates import expiry_of
from enterprise_pipeline.services.imports.choosing import Chosen
from enterprise_pipeline.services.imports.fields import Group
from enterprise_pipeline.services.imports.issues import Issue, Severity
from enterprise_pipeline.services.texts import N_
from scoring.vocabulary import Tier

SCHEMA: dict[str, pl.DataType] = {
    "row_id": pl.Int64(),
    "number": pl.String(),
    "issued_on": pl.Date(),
    "issued_year": pl.Int64(),
    "expires_on": pl.Date(),
    "revoked_on": pl.Date(),
    "certificate_status": pl.String(),
    "pool_id": pl.String(),
    "column": pl.Int64(),
}
_TOLD = ("issued_on", "issued_year", "expires_on", "revoked_on", "certificate_status")
# GR and GF numbers of 高企: year, two digits of province, six of serial; 18 places of 科技型中小企业.
_NUMBERS = {
    Tier.HNTE: r"^G[RF](20\d{2})\d{8}$",
    Tier.TECH_SME: r"^(20\d{2})\d{6}[0-9A-Z]{2}\d{6}$",
}


def read_certificates(wide: pl.DataFrame, chosen: list[Chosen], *, tier: str) -> pl.DataFrame:
    """Return one row per number; ``tier`` is what the person chose for numbers that do not tell."""
    numbers = [item for item in chosen if item.target.field.id == "certificate_no"]
    frames = [_of_column(wide, item, chosen, tier=tier) for item in numbers]
    return _completed(pl.concat(frames)) if frames else pl.DataFrame(schema=SCHEMA)


def _of_column(wide: pl.DataFrame, numbers: Chosen, chosen: list[Chosen], *, tier: str) -> pl.DataFrame:
    # What is said of this tier alone goes before what is said of any certificate in the row.
    own = {
        item.target.field.column: item.name
        for item in sorted(chosen, key=lambda item: item.target.tier is not None)
        if item.target.field.group is Group.CERTIFICATE and item.target.tier in (None, numbers.target.tier)
    }
    told = [
        (pl.col(own[name]) if name in own else pl.lit(None, dtype=SCHEMA[name])).alias(name) for name in _TOLD
    ]
    by_number = pl.coalesce(
        pl.when(pl.col(numbers.name).str.contains(pattern)).then(pl.lit(pool.value))
        for pool, pattern in _NUMBERS.items()
    )
    named = pl.lit(numbers.target.tier or tier or None, dtype=pl.String)
    frame = wide.select(
        "row_id",
        pl.col(numbers.name).alias("number"),
        *told,
        pl.coalesce(named, by_number).alias("pool_id"),
        pl.lit(numbers.column.index, dtype=pl.Int64).alias("column"),
    )
    return frame.filter(pl.col("number").is_not_null())


def _completed(frame: pl.DataFrame) -> pl.DataFrame:
    """Fill in what follows from what is told, by the same rule as for one certificate entered by hand."""
    printed = pl.coalesce(pl.col("number").str.extract(pattern) for pattern in _NUMBERS.values())
    frame = frame.with_columns(printed_year=printed.cast(pl.Int64)).with_columns(
        told_year=pl.coalesce(pl.col("issued_on").dt.year().cast(pl.Int64), "issued_year")
    )
    # Numbers of one year and tier share their last day, so the rule is asked once for each such group.
    kinds = frame.group_by("pool_id", "issued_on", "printed_year", maintain_order=True).agg(
        pl.col("number").first()
    )
    ends = [
        expiry_of(pool, number=number, issued_on=issued_on) if pool else None
        for pool, issued_on, _, number in kinds.iter_rows()
    ]
    kinds = kinds.with_columns(by_rule=pl.Series(ends, dtype=pl.Date)).drop("number")
    frame = frame.join(
        kinds,
        on=["pool_id", "issued_on", "printed_year"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    return frame.with_columns(
        issued_year=pl.coalesce("told_year", "printed_year"), expires_on=pl.coalesce("expires_on", "by_rule")
    ).drop("by_rule")


def certificate_issues(frame: pl.DataFrame, *, latest: pl.Expr) -> list[Issue]:
    """Say which certificates cannot be, and which are odd."""
    if frame.is_empty():
        return []
    ended = (pl.col("certificate_status") == "ended") & pl.col("revoked_on").is_null()
    future_day = (pl.col("issued_on") > latest).fill_null(value=False)
    future_year = (pl.col("issued_year") > latest.dt.year()).fill_null(value=False) & ~future_day
    # What follows from a day in the future alone is not said a second time.
    is_past = ~future_day & ~future_year
    early = (pl.col("expires_on") < pl.col("issued_on")) & is_past
    rules = (
        (
            pl.col("pool_id").is_null(),
            N_("看不出“%(number)s”是哪一种证书；请在导入选项里选层级。"),
            Severity.REFUSED,
        ),
        (ended, N_("“%(number)s”已撤销但没有撤销日期；请加一列“撤销日期”。"), Severity.REFUSED),
        (early, N_("“%(number)s”的有效期止早于发证日期；请核对。"), Severity.REFUSED),
        (future_day, N_("“%(number)s”的发证日期在将来；请核对。"), Severity.REFUSED),
        (future_year, N_("“%(number)s”的发证年份在将来；请核对。"), Severity.REFUSED),
        (
            (pl.col("told_year") != pl.col("printed_year")) & is_past,
            N_("“%(number)s”编号里的年份与发证年份不同；请核对。"),
            Severity.NOTE,
        ),
        (
            (pl.col("pool_id") == Tier.HNTE.value) & pl.col("printed_year").is_null(),
            N_("“%(number)s”不像高新技术企业证书编号（GR 加 12 位数字）；请核对。"),
            Severity.NOTE,
        ),
    )
    return [
        Issue(row=row, column=column, severity=severity, pattern=pattern, values={"number": number})
        for condition, pattern, severity in rules
        for row, column, number in frame.filter(condition).select("row_id", "column", "number").iter_rows()
    ]
