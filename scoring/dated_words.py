"""Words about printed days and about single years further back: ``registered``, ``amount_in_year``."""

from functools import reduce
from operator import and_

import polars as pl

from scoring.amounts import compare, limit_of
from scoring.compiled import Args, Ask, Compiled, Context
from scoring.facts import frame_columns


def compile_registered(args: Args, _: Context) -> Compiled:
    """Registered between two printed days, both counted; one of them may be left open."""
    registered = pl.col("registered_on")
    bounds = [registered >= pl.lit(args["from"])] if "from" in args else []
    bounds += [registered <= pl.lit(args["to"])] if "to" in args else []
    return Compiled(reduce(and_, bounds), (Ask("registered_on"),))


def past_column(args: Args) -> str:
    """The column of one fact so many years back; 1 is last year."""
    return frame_columns(args["fact"], years=int(args["years_back"]))[-1]


def compile_amount_in_year(args: Args, _: Context) -> Compiled:
    """The figure of one earlier year against a line."""
    value = pl.col(past_column(args))
    ok = compare(value, args["operator"], limit_of(args["fact"], args["value"]))
    # What is past cannot be mended, so there is no gap.
    return Compiled(ok, (Ask(past_column(args)),), numerator=value)
