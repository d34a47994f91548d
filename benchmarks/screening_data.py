"""A facts frame of any size for the screening benchmarks: heavy-tailed, 4 % unknown in every column."""

import numpy as np
import polars as pl

from scoring.facts import SCHEMA
from scoring.vocabulary import COLUMNS, YEARS_CARRIED

UNKNOWN = 0.04
NO_REVENUE = 0.01
YEARS = tuple(f"_y{back}" for back in range(1, YEARS_CARRIED + 1))
INDUSTRIES = (
    "C2614",
    "C3451",
    "C1511",
    "I6513",
    "M7320",
    "G5411",
    "L7211",
    "K7020",
    "O8051",
    "F5111",
    "A0111",
)


def facts_frame(columns: list[str], *, enterprises: int, seed: int = 1) -> pl.DataFrame:
    """``enterprises`` rows of the given columns of the facts frame."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(21.5, 1.4, enterprises))
    return pl.DataFrame([_column(name, rng, size) for name in columns])


def _column(name: str, rng: np.random.Generator, size: np.ndarray) -> pl.Series:
    n, dtype = len(size), SCHEMA[name]
    if dtype == pl.Boolean:
        likely = {"is_resident": 0.98, "owns_core_ip": 0.8, "hitech_field_listed": 0.75, "holds_hnte": 0.2}
        values = pl.Series(name, rng.random(n) < likely.get(name, 0.05))
    elif dtype == pl.Date:
        days = np.datetime64("2000-01-01") + rng.integers(0, 9500, n)
        values = pl.Series(name, days.astype("datetime64[D]"))
    elif dtype == pl.String:
        choices = COLUMNS[name].choices or INDUSTRIES
        values = pl.Series(name, choices).gather(rng.integers(0, len(choices), n))
    elif name.endswith(YEARS) and "fen" in name:
        values = pl.Series(name, _money(name, rng, size))
    else:
        values = pl.Series(name, _counts(name, rng, n))
    unknown = pl.Series(rng.random(n) < UNKNOWN)
    return pl.select(pl.when(unknown).then(None).otherwise(values).alias(name)).to_series()


def _money(name: str, rng: np.random.Generator, size: np.ndarray) -> np.ndarray:
    """A figure as a share of the enterprise's size, shrinking backwards in time."""
    shares = {
        "rd_expense": (0.0, 0.12),
        "rd_domestic": (0.0, 0.1),
        "total_profit": (-0.1, 0.2),
        "net_assets": (-0.1, 1.5),
    }
    low, high = shares.get(name.rsplit("_fen", 1)[0], (0.6, 1.2))
    older = 0.88 ** (int(name[-1]) - 1)
    values = size * older * rng.uniform(low, high, len(size))
    if name.startswith("revenue"):
        values[rng.random(len(size)) < NO_REVENUE] = 0
    return values.astype(np.int64)


def _counts(name: str, rng: np.random.Generator, n: int) -> np.ndarray:
    if name.startswith("employees"):
        return np.exp(rng.normal(4, 1.1, n)).astype(np.int64)
    if name.startswith("tech_staff"):
        return np.exp(rng.normal(2, 1.2, n)).astype(np.int64)
    if name.startswith("expert"):
        # Most enterprises have not been before experts.
        return rng.integers(8, 28, n)
    return np.minimum(rng.poisson(1.2, n) * rng.integers(0, 9, n), 60)
