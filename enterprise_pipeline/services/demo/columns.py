"""Small tools for building columns: nulls where nothing is told, instants as each database writes them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from enterprise_pipeline.services.demo.population import Flags
from enterprise_pipeline.services.demo.world import KNOWN_UNTIL

NEWEST = np.datetime64(KNOWN_UNTIL)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """How instants are written for the database at hand: nine in the morning in Yichang, as UTC."""

    suffix: str

    def at(self, day: date) -> str:
        """That instant of a day."""
        return f"{day.isoformat()} 01:00:00.000000{self.suffix}"

    def on(self, column: str) -> pl.Expr:
        """That instant of every day of a column."""
        return pl.col(column).dt.to_string("%Y-%m-%d") + f" 01:00:00.000000{self.suffix}"


def where(told: Flags, values: pl.Series) -> pl.Series:
    """The values where they are told, null elsewhere."""
    return pl.select(pl.when(pl.Series(told)).then(values)).to_series()
