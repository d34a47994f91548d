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
    """One argument of a word: what kind of value it takes, and whether it may be left out.

    ``check`` takes the value and its `Place` and raises what that refuses, for kinds of one word only.
    """

    kind: str
    is_required: bool = True
    check: Callable[[Any, Any], None] | None = None


@dataclass(frozen=True, kw_only=True)
class WordSpec:
    """A word's arguments, its unit, and its static questions (``points`` is the rule set's system).

    ``check`` sees all arguments together with their `Place`, after each has been checked by itself.
    """

    keys: Mapping[str, Key]
    unit: Callable[[Args], Unit]
    columns: Callable[[Args, Points | None], list[str]]
    operators: tuple[str, ...] = ()
    check: Callable[[Args, Any], None] | None = None


def fixed(unit: Unit) -> Callable[[Args], Unit]:
    """A word whose gap is always told in one unit."""
    return lambda _args: unit


def of_fact(key: str) -> Callable[[Args], Unit]:
    """A word whose gap is told in the unit of the fact that ``key`` names."""
    return lambda args: FACTS[args[key]].unit
