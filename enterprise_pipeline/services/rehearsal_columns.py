"""The differences between two rule sets over many enterprises, computed in columns."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import reduce
from operator import add

import polars as pl

from enterprise_pipeline.services.rehearsal_rules import Pair
from scoring.outcomes import BITS_PER_RESULT
from scoring.rules_model import RuleSet
from scoring.screening import screen
from scoring.vocabulary import CriterionResult, Verdict


class Change(IntEnum):
    """What becomes of an enterprise; the number is what is stored. Exactly one applies, 0 if nothing does."""

    GAINS = 1
    LOSES = 2
    OPENS = 3
    JUDGED = 4
    SHUT = 5
    LEAVES = 6
    REASONS = 7


# A criterion that decides a verdict has this result; two equal verdicts are told apart by it.
DECISIVE = {
    Verdict.NOT_ELIGIBLE: CriterionResult.NOT_MET,
    Verdict.UNDETERMINED: CriterionResult.UNKNOWN,
    Verdict.NEEDS_JUDGEMENT: CriterionResult.JUDGEMENT,
}
STORED = (
    "enterprise_id", "kind", "jurisdiction", "before", "after", "results_before", "results_after", "eased",
    "tightened", "nearest_before", "gap_before", "nearest_after", "gap_after",
)  # fmt: skip
_RESULTS = 1 << BITS_PER_RESULT
_SATISFIED = int(CriterionResult.MET)


def differences(facts: pl.DataFrame, pair: Pair, as_of: object) -> pl.DataFrame:
    """What becomes of each enterprise: one row each, with the columns `STORED`, ``kind`` 0 if nothing does.

    ``eased`` and ``tightened`` have a bit for each of ``pair.criteria`` that
    turned for the better or the worse; where the verdict stays, only for those
    that decide it.
    """
    outcomes = screen(facts, pair.screened, as_of, projection="stored")  # type: ignore[arg-type]
    columns = {
        **_of(outcomes, pair.old, "before"),
        **_of(outcomes, pair.tried, "after"),
    }
    rows = pl.DataFrame(
        {
            "enterprise_id": facts["enterprise_id"],
            "jurisdiction": facts["jurisdiction"].fill_null(""),
            **{
                name: pl.repeat(value, facts.height, dtype=pl.Int64, eager=True)
                if not isinstance(value, pl.Series)
                else value.cast(pl.Int64)
                for name, value in columns.items()
            },
        }
    )
    rows = rows.with_columns(_state(pair.old, name, "before") for name in pair.criteria)
    rows = rows.with_columns(_state(pair.new, name, "after") for name in pair.criteria)
    rows = rows.with_columns(
        eased=_bits(_turned(name, worse="before", better="after") for name in pair.criteria),
        tightened=_bits(_turned(name, worse="after", better="before") for name in pair.criteria),
    )
    return rows.with_columns(kind=_kind()).select(STORED)


def _of(outcomes: pl.DataFrame, entry: RuleSet | None, side: str) -> dict[str, pl.Series | int | None]:
    """A rule set's verdict, results and nearest gap; without a rule set the tier is not applicable."""
    names = {"verdict": side, "results": f"results_{side}", "nearest_criterion": f"nearest_{side}"}
    names["nearest_gap"] = f"gap_{side}"
    if entry is None:
        nothing = dict.fromkeys(names.values())
        return nothing | {side: int(Verdict.NOT_APPLICABLE), f"results_{side}": 0}
    return {name: outcomes[f"{entry.key}.{column}"] for column, name in names.items()}


def _state(entry: RuleSet | None, criterion_id: str, side: str) -> pl.Expr:
    """A criterion's result, satisfied where the rule set does not ask it."""
    ids = [criterion.id for criterion in entry.criteria] if entry else []
    name = f"{side}:{criterion_id}"
    if criterion_id not in ids:
        return pl.lit(_SATISFIED, pl.Int64).alias(name)
    shift = _RESULTS ** ids.index(criterion_id)
    result: pl.Expr = pl.col(f"results_{side}") // shift % _RESULTS
    return result.alias(name)


def _turned(criterion_id: str, *, worse: str, better: str) -> pl.Expr:
    """Whether a criterion stands better on one side, where that tells the two verdicts apart."""
    low, high = pl.col(f"{worse}:{criterion_id}"), pl.col(f"{better}:{criterion_id}")
    is_better = high.clip(upper_bound=_SATISFIED) > low.clip(upper_bound=_SATISFIED)
    decisive = _decisive()
    tells = (low == decisive) & (high != decisive)
    return (
        pl.when(pl.col("before") != pl.col("after")).then(is_better).otherwise(tells.fill_null(value=False))
    )


def _decisive() -> pl.Expr:
    """The result that decides a verdict that stays."""
    return pl.col("after").replace_strict(
        {int(verdict): int(result) for verdict, result in DECISIVE.items()},
        default=None,
        return_dtype=pl.Int64,
    )


def _bits(flags: Iterable[pl.Expr]) -> pl.Expr:
    return reduce(add, [flag.cast(pl.Int64) * (1 << bit) for bit, flag in enumerate(flags)])


def _kind() -> pl.Expr:
    before, after = pl.col("before"), pl.col("after")
    became = {
        Verdict.UNDETERMINED: Change.OPENS,
        Verdict.NEEDS_JUDGEMENT: Change.JUDGED,
        Verdict.NOT_ELIGIBLE: Change.SHUT,
        Verdict.NOT_APPLICABLE: Change.LEAVES,
    }
    other = after.replace_strict(
        {int(verdict): int(change) for verdict, change in became.items()}, default=0, return_dtype=pl.Int64
    )
    turned = (pl.col("eased") != 0) | (pl.col("tightened") != 0)
    return (
        pl.when((before == after) & turned)
        .then(pl.lit(int(Change.REASONS), pl.Int64))
        .when(before == after)
        .then(pl.lit(0, pl.Int64))
        .when(after == int(Verdict.ELIGIBLE))
        .then(pl.lit(int(Change.GAINS), pl.Int64))
        .when(before == int(Verdict.ELIGIBLE))
        .then(pl.lit(int(Change.LOSES), pl.Int64))
        .otherwise(other)
    )


Counts = dict[str, list[list[int | str]]]


def count(rows: pl.DataFrame, criteria: Sequence[str]) -> Counts:
    """How many enterprises of each place went from which verdict to which, and by which criteria."""
    cells = rows.group_by("jurisdiction", "before", "after", "kind").agg(n=pl.len().cast(pl.Int64))
    moved = rows.filter(pl.col("kind") != 0)
    turned = moved.group_by("kind").agg(
        *(_count_bit("eased", bit) for bit in range(len(criteria))),
        *(_count_bit("tightened", bit) for bit in range(len(criteria))),
    )
    return {
        "cells": [list(row) for row in cells.rows()],
        "criteria": [
            [int(row["kind"]), bit, row[f"eased{bit}"], row[f"tightened{bit}"]]
            for row in turned.to_dicts()
            for bit in range(len(criteria))
            if row[f"eased{bit}"] or row[f"tightened{bit}"]
        ],
    }


def _count_bit(column: str, bit: int) -> pl.Expr:
    return (pl.col(column) // (1 << bit) % 2).sum().alias(f"{column}{bit}")


def add_counts(one: Counts, other: Counts) -> Counts:
    """Two counts together."""
    return {
        name: _summed([*one.get(name, []), *other[name]], keys=keys)
        for name, keys in (("cells", 4), ("criteria", 2))
    }


def _summed(rows: Iterable[list[int | str]], *, keys: int) -> list[list[int | str]]:
    sums: dict[tuple[int | str, ...], list[int]] = {}
    for row in rows:
        numbers = [int(value) for value in row[keys:]]
        known = sums.get(tuple(row[:keys]))
        sums[tuple(row[:keys])] = (
            numbers if known is None else [a + b for a, b in zip(known, numbers, strict=True)]
        )
    return [[*key, *numbers] for key, numbers in sorted(sums.items())]
