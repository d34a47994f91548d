"""How a word of a rule file describes itself: its arguments, its unit, and the columns it asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scoring.rules_model import Points
from scoring.vocabulary import FACTS, Unit

Args = Mapping[str, Any]
COMPARISONS = (">=", ">", "<=", "<")
AT_LEAST = (">=", ">")


@dataclass(frozen=True, kw_only=True)
class Key:
    """One argument of a word: what kind of value it takes, and whether it may be left out."""

    kind: str
    is_required: bool = True


@dataclass(frozen=True, kw_only=True)
class WordSpec:
    """A word's arguments, its unit, and its static questions (``points`` is the rule set's system)."""

    keys: Mapping[str, Key]
    unit: Callable[[Args], Unit]
    columns: Callable[[Args, Points | None], list[str]]
    operators: tuple[str, ...] = ()


def fixed(unit: Unit) -> Callable[[Args], Unit]:
    """A word whose gap is always told in one unit."""
    return lambda _args: unit


def of_fact(key: str) -> Callable[[Args], Unit]:
    """A word whose gap is told in the unit of the fact that ``key`` names."""
    return lambda args: FACTS[args[key]].unit
