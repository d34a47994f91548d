"""Facts of every kind drawn at random, likely or not, and half of them unknown."""

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from scoring.facts import SCHEMA, split_year, unit_of
from scoring.vocabulary import COLUMNS, Unit

AMOUNTS = (0, 1, 1_000_000_00, 5_000_000_00, 10_000_000_00, 20_000_000_00, 100_000_000_00, 10**13)
COUNTS = (0, 1, 2, 3, 5, 10, 60, 70, 100, 300, 1_000)
INDUSTRIES = ("C2614", "C3562", "I6510", "K7010", "K7020", "Q8411", "F5211", "A0111", "M7320")


def any_facts(random: Random, as_of: date) -> dict[str, Any]:
    """A value or nothing for every column of the facts frame."""
    return {name: None if random.random() < 0.4 else _value(random, name, as_of) for name in SCHEMA}


def _value(random: Random, column: str, as_of: date) -> Any:
    if SCHEMA[column] == pl.Boolean:
        return random.random() < 0.5
    if SCHEMA[column] == pl.Date:
        return as_of + timedelta(days=random.randint(-6_000, 400))
    if SCHEMA[column] == pl.String:
        fact = COLUMNS[column]
        return random.choice(fact.choices or INDUSTRIES)
    if unit_of(column) is Unit.CNY:
        sign = -1 if COLUMNS[split_year(column)[0]].signed and random.random() < 0.2 else 1
        return sign * (random.choice(AMOUNTS) + random.randint(0, 2))
    if unit_of(column) is Unit.SHARE:
        return random.choice((0, 50_000, 100_000, 500_000, 1_000_000))
    return random.choice(COUNTS)
