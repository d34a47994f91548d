"""Rows of the yearly reports: some late, some missing, some revised, some with empty cells."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from enterprise_pipeline.services.demo.columns import NEWEST, Clock, where
from enterprise_pipeline.services.demo.economy import HEADS, MONEY, History
from enterprise_pipeline.services.demo.population import Days, Firms, Flags, Floats, Integers
from enterprise_pipeline.services.demo.world import FIRST_REPORTED, LAST_YEAR

SOURCE = "合成：企业年度统计报表"
MISSING_RATE = 0.07
LATE_RATE = 0.10
REVISED_RATE = 0.06
SILENT_SHARE = 0.012
"""Enterprises that never report anything."""
BLANKS = {
    "employees": 0.01,
    "tech_staff": 0.02,
    "revenue_fen": 0.005,
    "rd_expense_fen": 0.015,
    "cost_expense_fen": 0.05,
    "total_assets_fen": 0.02,
    "total_liabilities_fen": 0.03,
    "net_assets_fen": 0.03,
    "total_income_fen": 0.04,
    "hitech_income_fen": 0.04,
    "rd_domestic_fen": 0.05,
    "main_revenue_fen": 0.09,
    "total_profit_fen": 0.05,
    "net_profit_fen": 0.08,
    "rd_staff": 0.10,
}
"""How often a cell of a report is left empty."""
SALES = ("revenue_fen", "total_income_fen", "hitech_income_fen", "main_revenue_fen", "cost_expense_fen")
RESEARCH = ("rd_expense_fen", "rd_domestic_fen")


def report_frames(
    firms: Firms, history: History, clock: Clock, *, rng: np.random.Generator
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of ``annual_report``, one frame a fiscal year."""
    silent = rng.random(len(firms)) < SILENT_SHARE
    next_id = 1
    for year in range(FIRST_REPORTED, LAST_YEAR + 1):
        who, received_on = _reporting(firms, history, year, silent=silent, rng=rng)
        first = _reports(history, who, received_on, year=year, rng=rng)
        frame = pl.concat([first, _revisions(first, rng=rng)])
        frame = frame.with_columns(clock.on("received_on").alias("recorded_at")).with_row_index(
            "id", offset=next_id
        )
        next_id += frame.height
        yield "annual_report", frame


def _reporting(
    firms: Firms, history: History, year: int, *, silent: Flags, rng: np.random.Generator
) -> tuple[Integers, Days]:
    """Who has reported a year by now, and when it arrived; small enterprises report less reliably."""
    count = len(firms)
    size = np.log(np.maximum(history.of("revenue_fen", year), 1e7) / 1.5e9)
    missing = rng.random(count) < MISSING_RATE * np.clip(1.1 - 0.25 * size, 0.3, 2.2)
    late = rng.random(count) < LATE_RATE
    days = rng.integers(20, 115, count) + np.where(late, rng.integers(30, 260, count), 0)
    received_on = np.datetime64(f"{year + 1}-03-01") + days
    active = history.is_active[year - history.first_year] & ~firms.is_branch & ~silent
    who = np.flatnonzero(active & ~missing & (received_on <= NEWEST))
    return who, received_on[who]


def _reports(
    history: History, who: Integers, received_on: Days, *, year: int, rng: np.random.Generator
) -> pl.DataFrame:
    frame = pl.DataFrame({"enterprise_id": who + 1, "received_on": received_on}).with_columns(
        pl.lit(year).alias("fiscal_year"), pl.lit(SOURCE).alias("source"), pl.lit(1).alias("version")
    )
    blank = {name: rng.random(len(who)) < BLANKS[name] for name in (*HEADS, *MONEY)}
    # Net assets that nobody could have computed would be a contradiction, not a gap.
    blank["net_assets_fen"] |= blank["total_assets_fen"] | blank["total_liabilities_fen"]
    return frame.with_columns(
        where(~blank[name], pl.Series(history.of(name, year)[who])).alias(name) for name in (*HEADS, *MONEY)
    )


def _revisions(first: pl.DataFrame, *, rng: np.random.Generator) -> pl.DataFrame:
    """Second versions, months later: sales and R&D move, each family of figures together."""
    count = first.height
    revised_on = first["received_on"].to_numpy() + rng.integers(120, 420, count)
    chosen = (rng.random(count) < REVISED_RATE) & (revised_on <= NEWEST)
    sales = _factors(count, mean=0.01, spread=0.06, rng=rng)
    research = _factors(count, mean=-0.02, spread=0.09, rng=rng)
    moved = first.with_columns(
        *(_scaled(name, sales) for name in SALES),
        *(_scaled(name, research) for name in RESEARCH),
        pl.Series("received_on", revised_on),
        pl.lit(2).alias("version"),
    )
    return moved.filter(pl.Series(chosen))


def _factors(count: int, *, mean: float, spread: float, rng: np.random.Generator) -> Floats:
    return np.exp(rng.normal(mean, spread, count))


def _scaled(name: str, factors: Floats) -> pl.Expr:
    # Whole 100 元, rounded down alike, so that a part stays no larger than its whole.
    return ((pl.col(name) * pl.Series(factors)).cast(pl.Int64) // 10_000 * 10_000).alias(name)
