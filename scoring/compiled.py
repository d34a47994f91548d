"""What a compiled criterion is: expressions for its answer, its gap and what it still asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from scoring.points import CompiledPoints
from scoring.steps import Steps

Args = Mapping[str, Any]


@dataclass(frozen=True)
class Ask:
    """A column whose absence can leave a criterion unknown, and when it matters (None: always).

    ``absent`` replaces the test for null where a value can be there and still not say enough.
    """

    column: str
    matters: pl.Expr | None = None
    absent: pl.Expr | None = None

    def is_open(self) -> pl.Expr:
        """Whether the column is missing and matters."""
        missing = pl.col(self.column).is_null() if self.absent is None else self.absent
        return missing if self.matters is None else missing & self.matters


def both(one: pl.Expr | None, other: pl.Expr) -> pl.Expr:
    """Two conditions together, of which the first may be none at all."""
    return other if one is None else one & other


@dataclass(frozen=True)
class Compiled:
    """One criterion as expressions. ``gap`` is meaningful where the criterion is not met.

    A gap that is dear to compute (128-bit products, calendar arithmetic) is a
    ``late_gap`` instead: it is computed afterwards, only on the rows where it
    is shown, and ``shortfall`` ranks it meanwhile.
    """

    ok: pl.Expr
    asks: tuple[Ask, ...] = ()
    judgement: pl.Expr | None = None
    waived: pl.Expr | None = None
    gap: pl.Expr | None = None
    needed: pl.Expr | None = None
    shortfall: pl.Expr | None = None
    late_gap: pl.Expr | None = None
    numerator: pl.Expr | None = None
    denominator: pl.Expr | None = None
    changes_on: pl.Expr | None = None
    placed: "Placed | None" = None

    def settled(self) -> pl.Expr:
        """Met for the purpose of the verdict: met, waived, or left to a person. Null while unknown."""
        if self.placed is not None:
            return self.placed.settled
        return reduce(or_, [flag for flag in (self.waived, self.judgement) if flag is not None], self.ok)

    def is_not_met(self) -> pl.Expr:
        """Whether the criterion fails, never null."""
        if self.placed is not None:
            return self.placed.not_met
        return self.settled().not_().fill_null(value=False)

    def is_unknown(self) -> pl.Expr:
        """Whether it is still unknown, never null."""
        return self.placed.unknown if self.placed is not None else self.settled().is_null()

    def place(self, name: str, steps: Steps) -> "Compiled":
        """The same criterion with its answers as named columns."""
        held = replace(
            self,
            ok=steps.put(f"{name}.ok", self.ok),
            judgement=None if self.judgement is None else steps.put(f"{name}.judgement", self.judgement),
            gap=None if self.gap is None else steps.put(f"{name}.gap", self.gap),
        )
        placed = Placed(
            settled=steps.put(f"{name}.settled", held.settled()),
            not_met=steps.put(f"{name}.not_met", held.is_not_met()),
            unknown=steps.put(f"{name}.unknown", held.is_unknown()),
        )
        return replace(held, placed=placed)


@dataclass(frozen=True)
class Placed:
    """The answers of a criterion as columns."""

    settled: pl.Expr
    not_met: pl.Expr
    unknown: pl.Expr


@dataclass(frozen=True)
class Context:
    """What a word may lean on besides its own arguments."""

    as_of: pl.Expr
    steps: Steps
    day: date | None = None
    points: CompiledPoints | None = None
    criteria_of: Mapping[str, Mapping[str, Compiled]] = field(default_factory=dict)
