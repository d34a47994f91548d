"""What happens to each row: created, updated, left alone, put before a person, or refused."""

import json
from collections.abc import Iterable

import polars as pl

from enterprise_pipeline.services.imports.issues import Issue, Severity
from enterprise_pipeline.services.imports.plan import Action


def decide(rows: pl.DataFrame, issues: list[Issue], news: pl.Series) -> pl.DataFrame:
    """Give each row its action, and say whether a conflict may be decided for the file."""
    worst = pl.DataFrame(
        {"row_id": [issue.row for issue in issues], "worst": [int(issue.severity) for issue in issues]},
        schema={"row_id": pl.Int64, "worst": pl.Int64},
    )
    worst = worst.group_by("row_id").agg(pl.col("worst").max())
    rows = rows.join(worst, on="row_id", how="left", maintain_order="left").with_columns(
        pl.col("worst").fill_null(int(Severity.NOTE))
    )
    fresh = pl.DataFrame({"row_id": news.unique()}).with_columns(fresh=pl.lit(value=True))
    rows = rows.join(fresh, on="row_id", how="left", maintain_order="left")
    action = (
        pl.when(pl.col("worst") >= int(Severity.REFUSED))
        .then(Action.REFUSED.value)
        .when(pl.col("worst") >= int(Severity.DOUBT))
        .then(Action.CONFLICT.value)
        .when(pl.col("enterprise_id").is_null())
        .then(Action.CREATE.value)
        .when(pl.col("fresh"))
        .then(Action.UPDATE.value)
        .otherwise(Action.UNCHANGED.value)
    )
    return rows.with_columns(
        action=action.cast(pl.Int64), takeable=pl.col("worst") == int(Severity.DOUBT)
    ).drop("worst", "fresh")


def issue_frame(issues: Iterable[Issue]) -> pl.DataFrame:
    """Put findings into a frame, in the order of rows."""
    records = [
        (
            issue.row,
            issue.column,
            int(issue.severity),
            issue.pattern,
            json.dumps(issue.values, ensure_ascii=False),
        )
        for issue in issues
    ]
    schema = {
        "row_id": pl.Int64,
        "column": pl.Int64,
        "severity": pl.Int64,
        "pattern": pl.String,
        "values": pl.String,
    }
    return pl.DataFrame(records, schema=schema, orient="row").sort("row_id", maintain_order=True)
