"""The readings of all sheets, sorted by what they are about: enterprises, reports, facts, certificates."""

from dataclasses import dataclass, replace

import polars as pl

from enterprise_pipeline.services.imports.certificate_parts import SCHEMA as CERTIFICATE_SCHEMA
from enterprise_pipeline.services.imports.certificate_parts import read_certificates
from enterprise_pipeline.services.imports.choosing import Chosen
from enterprise_pipeline.services.imports.fields import FACT_COLUMNS, IDENTITY_COLUMNS, Group
from enterprise_pipeline.services.imports.issues import Issue
from enterprise_pipeline.services.imports.tables import Table

_IN_ROWS = ("credit_code", "name", "former_name")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Frames keyed by ``row_id``; a frame has only columns that the file tells something of.

    ``columns`` gives, per sheet, the place in the file of each column of the
    frames: ``revenue_fen@2025``, ``revenue_fen@+0`` (year of the row), ``name``.
    """

    rows: pl.DataFrame
    enterprises: pl.DataFrame
    reports: pl.DataFrame
    facts: pl.DataFrame
    certificates: pl.DataFrame
    issues: list[Issue]
    columns: tuple[dict[str, int], ...]
    sheets: tuple[str, ...] = ()


def take_apart(tables: list[Table], *, tier: str) -> Parts:
    """Sort the readings of all sheets; rows are numbered through, in the order of the files."""
    rows: list[pl.DataFrame] = []
    enterprises: list[pl.DataFrame] = []
    reports: list[pl.DataFrame] = []
    facts: list[pl.DataFrame] = []
    certificates: list[pl.DataFrame] = []
    issues: list[Issue] = []
    first = 0
    for number, table in enumerate(tables):
        wide = table.wide.with_row_index("row_id", offset=first).with_columns(
            pl.col("row_id").cast(pl.Int64), sheet=pl.lit(number, dtype=pl.Int64)
        )
        chosen = list(table.choice.columns)
        rows.append(_rows(wide))
        enterprises.append(_having(wide, IDENTITY_COLUMNS))
        reports += _reports(wide, chosen)
        facts.append(_having(wide, FACT_COLUMNS))
        certificates.append(read_certificates(wide, chosen, tier=tier))
        issues += [replace(issue, row=issue.row + first) for issue in table.issues]
        first += wide.height
    return Parts(
        rows=pl.concat(rows),
        enterprises=_together(enterprises),
        reports=_together(reports, schema={"row_id": pl.Int64(), "fiscal_year": pl.Int64()}),
        facts=_together(facts),
        certificates=_together(certificates, schema=CERTIFICATE_SCHEMA),
        issues=issues,
        columns=tuple({item.name: item.column.index for item in table.choice.columns} for table in tables),
        sheets=tuple(table.view.name for table in tables),
    )


def _rows(wide: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in _IN_ROWS if name not in wide.columns]
    return wide.with_columns(*missing).select("row_id", "sheet", "row", *_IN_ROWS)


def _having(wide: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """The rows that tell any of these columns."""
    present = [name for name in names if name in wide.columns]
    frame = wide.select("row_id", *present)
    return frame.filter(pl.any_horizontal(pl.col(present).is_not_null())) if present else frame.clear()


def _reports(wide: pl.DataFrame, chosen: list[Chosen]) -> list[pl.DataFrame]:
    """One frame per year told by a header, or by the row; rows without a single figure are left out."""
    groups: dict[tuple[int | None, int | None], list[Chosen]] = {}
    for item in chosen:
        if item.target.field.group is Group.YEARLY:
            groups.setdefault((item.year, item.offset), []).append(item)
    frames = []
    for (year, offset), items in groups.items():
        when = pl.lit(year, dtype=pl.Int64) if year is not None else pl.col("fiscal_year") + (offset or 0)
        told = {item.target.field.column: pl.col(item.name) for item in items}
        frame = wide.select("row_id", when.alias("fiscal_year"), **told)
        frames.append(frame.filter(pl.any_horizontal(pl.col([*told]).is_not_null())))
    return frames


def _together(frames: list[pl.DataFrame], schema: dict[str, pl.DataType] | None = None) -> pl.DataFrame:
    if not frames:
        return pl.DataFrame(schema=schema)
    return pl.concat(frames, how="diagonal") if len(frames) > 1 else frames[0]
