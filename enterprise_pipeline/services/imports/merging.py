"""From the rows that go in to what is written: one line per enterprise, year, sheet of facts, certificate."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from enterprise_pipeline.services.imports.comparing import changed, present
from enterprise_pipeline.services.imports.fields import (
    CERTIFICATE_COLUMNS,
    FACT_COLUMNS,
    IDENTITY_COLUMNS,
    YEARLY_COLUMNS,
)
from enterprise_pipeline.services.imports.plan import OLD, Action, Plan


@dataclass(frozen=True, kw_only=True)
class Writing:
    """What a commit writes. Frames are keyed by ``credit_code``; ``enterprise_id`` is null for new ones.

    A value is null where nothing is told; an enterprise, report or sheet without
    news is left out. Old values stand beside the new under ``old.``.
    """

    rows: pl.DataFrame
    new: pl.DataFrame
    known: pl.DataFrame
    renames: pl.DataFrame
    earlier_names: pl.DataFrame
    reports: pl.DataFrame
    facts: pl.DataFrame
    certificates: pl.DataFrame


def rows_going_in(plan: Plan, *, take_conflicts: bool) -> pl.DataFrame:
    """The rows that a commit applies: creates and updates, and conflicts decided for the file."""
    goes_in = pl.col("action").is_in([Action.CREATE.value, Action.UPDATE.value])
    if take_conflicts:
        goes_in |= (pl.col("action") == Action.CONFLICT.value) & pl.col("takeable")
    return plan.frames["rows"].filter(goes_in)


def what_to_write(plan: Plan, *, take_conflicts: bool) -> Writing:
    """Merge the rows of each enterprise; rows that contradict each other never get here."""
    rows = rows_going_in(plan, take_conflicts=take_conflicts)
    ids = rows.select("row_id", "name")
    frames = {
        name: frame if rows.height == plan.frames["rows"].height else frame.join(ids, on="row_id", how="semi")
        for name, frame in plan.frames.items()
    }
    enterprises = frames["enterprises"].join(ids, on="row_id", how="left", maintain_order="left")
    columns = present(enterprises, IDENTITY_COLUMNS)
    merged = _merged(enterprises, ["credit_code"], ["enterprise_id", "name", *columns, *_old(columns)])
    is_new = pl.col("enterprise_id").is_null()
    known = merged.filter(~is_new & pl.any_horizontal(changed(name) for name in columns))
    return Writing(
        rows=rows,
        new=merged.filter(is_new).select("credit_code", "name", *columns),
        known=known,
        renames=rows.filter("renamed").unique("credit_code", maintain_order=True),
        earlier_names=rows.filter(pl.col("earlier").is_not_null())
        .select("credit_code", "enterprise_id", "earlier")
        .unique(maintain_order=True),
        reports=_news(frames["reports"], ["credit_code", "fiscal_year"], YEARLY_COLUMNS),
        facts=_news(frames["facts"], ["credit_code"], FACT_COLUMNS),
        certificates=_certificates(frames["certificates"]),
    )


def _certificates(frame: pl.DataFrame) -> pl.DataFrame:
    merged = _merged(
        frame,
        ["pool_id", "number"],
        ["credit_code", "enterprise_id", "certificate_id", *CERTIFICATE_COLUMNS, *_old(CERTIFICATE_COLUMNS)],
    )
    news = pl.col("certificate_id").is_null() | pl.any_horizontal(changed(n) for n in CERTIFICATE_COLUMNS)
    return merged.filter(news)


def _news(frame: pl.DataFrame, keys: list[str], names: Sequence[str]) -> pl.DataFrame:
    columns = present(frame, names)
    if frame.is_empty() or not columns:
        return frame.clear()
    merged = _merged(frame, keys, ["enterprise_id", *columns, *_old(columns)])
    return merged.filter(pl.any_horizontal(changed(name) for name in columns))


def _merged(frame: pl.DataFrame, keys: list[str], values: list[str]) -> pl.DataFrame:
    """One line per key; the rows of one key tell the same or complement each other."""
    if not frame.select(pl.struct(keys).is_duplicated().any()).item():
        return frame.select(*keys, *values)
    return frame.group_by(keys, maintain_order=True).agg(pl.col(values).drop_nulls().first())


def _old(columns: Sequence[str]) -> list[str]:
    return [OLD + name for name in columns]
