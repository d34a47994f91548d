"""Checks of a rule file's values; every refusal names file, key and reason."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.errors import RuleFileError
from scoring.rule_words import SPECS
from scoring.rules_model import fen
from scoring.vocabulary import FACTS, Tier, Unit
from scoring.word_spec import AT_LEAST

MEASURED = (Unit.CNY, Unit.HEADS, Unit.COUNT, Unit.POINTS, Unit.YEARS)
YEARS_ALLOWED = (1, 3)


@dataclass(frozen=True)
class Place:
    """Where in which file a value stands."""

    file: str
    path: str

    def at(self, key: str | int) -> "Place":
        """A value inside this one."""
        return Place(
            self.file, f"{self.path}[{key}]" if isinstance(key, int) else f"{self.path}.{key}".lstrip(".")
        )

    def refuse(self, reason: str) -> RuleFileError:
        """The error to raise."""
        return RuleFileError(self.file, self.path, reason)


def suggestion(name: str, known: Iterable[str]) -> str:
    """A hint at the nearest known word, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def only(table: Any, known: Iterable[str], place: Place) -> None:
    """A table with no key that nobody reads: a misspelt key would otherwise be silently without effect."""
    if not isinstance(table, Mapping):
        raise place.refuse(f"{table!r} is not a table")
    for key in table:
        if key not in known:
            raise place.at(key).refuse(f"this key is not known here{suggestion(key, known)}")


def tables(value: Any, place: Place) -> list[Mapping[str, Any]]:
    """A list of tables, or nothing."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, Mapping) for entry in value):
        raise place.refuse("a list of tables is needed here")
    return value


def text(table: Mapping[str, Any], key: str, place: Place) -> str:
    """A text that must be there and not be blank."""
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        raise place.at(key).refuse("a text is missing here")
    return value


def day(table: Mapping[str, Any], key: str, place: Place) -> date:
    """A TOML date, not a text that looks like one."""
    value = table.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise place.at(key).refuse(f"{value!r} is not a date; write it bare, as 2026-04-01")
    return value


def yes_or_no(table: Mapping[str, Any], key: str, place: Place) -> bool:
    """A switch that is off where it is not written."""
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise place.at(key).refuse(f"{value!r} is neither true nor false")
    return value


def fact(name: Any, place: Place, *, units: tuple[Unit, ...]) -> None:
    """A fact of the vocabulary in one of the given units."""
    if name not in FACTS:
        raise place.refuse(f"the fact {name!r} is not known{suggestion(str(name), FACTS)}")
    if FACTS[name].unit not in units:
        wanted = " or ".join(units)
        raise place.refuse(f"the fact {name!r} is in {FACTS[name].unit}, and {wanted} is needed here")


def tier(name: Any, place: Place) -> None:
    """A tier of the vocabulary."""
    known = [str(entry) for entry in Tier]
    if name not in known:
        raise place.refuse(f"the tier {name!r} is not known{suggestion(str(name), known)}")


def whole(value: Any, place: Place) -> None:
    """A whole number, not negative."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise place.refuse(f"{value!r} is not a whole number of 0 or more")


def _is_number(value: Any) -> bool:
    """TOML has nan and inf, too."""
    is_decimal = isinstance(value, Decimal) and value.is_finite()
    return is_decimal or (isinstance(value, int) and not isinstance(value, bool))


def share(value: Any, place: Place, *, allow_zero: bool = False) -> None:
    """A share above 0 and at most 1, written as 0.05; growth rates may be higher up to 10."""
    if not _is_number(value) or value < 0 or value > 10 or (value == 0 and not allow_zero):
        raise place.refuse(f"{value!r} is not a share; write 5% as 0.05")


def amount(value: Any, place: Place, *, unit: Unit) -> None:
    """A threshold: CNY to the fen, a share to the millionth, or a whole number."""
    if unit is Unit.SHARE:
        share(value, place)
        if (Fraction(value) * 1_000_000).denominator != 1 or value > 1:
            raise place.refuse(f"{value} is no share of 1 in whole millionths")
        return
    if unit is not Unit.CNY:
        whole(value, place)
        return
    if not _is_number(value) or value < 0:
        raise place.refuse(f"{value!r} is not an amount in CNY")
    try:
        fen(value)
    except ValueError as error:
        raise place.refuse(str(error)) from error


def ladder(steps: Any, place: Place) -> None:
    """Shares by size: sizes rise, the last rung is open, and the shares move one way."""
    if not isinstance(steps, list) or len(steps) < 2:
        raise place.refuse("a ladder needs at least two rungs")
    previous = Decimal(-1)
    for index, step in enumerate(steps):
        only(step, ("up_to", "value"), place.at(index))
        share(step.get("value"), place.at(index).at("value"))
        is_last = index == len(steps) - 1
        if is_last != ("up_to" not in step):
            raise place.at(index).refuse("every rung but the last, and only those, says up_to")
        if not is_last:
            amount(step["up_to"], place.at(index).at("up_to"), unit=Unit.CNY)
            if step["up_to"] <= previous:
                raise place.at(index).at("up_to").refuse(f"{step['up_to']} does not rise above {previous}")
            previous = step["up_to"]
    shares = [step["value"] for step in steps]
    if shares not in (sorted(set(shares)), sorted(set(shares), reverse=True)):
        raise place.refuse(f"the table is not monotone: {', '.join(map(str, shares))}")


def check_word(table: Mapping[str, Any], place: Place, *, parts: Iterable[str]) -> None:
    """A criterion's word with exactly the arguments it takes."""
    word = table.get("word")
    if word not in SPECS:
        raise place.at("word").refuse(f"the word {word!r} is not known{suggestion(str(word), SPECS)}")
    spec = SPECS[word]
    if spec.operators and table.get("operator") not in spec.operators:
        known = ", ".join(spec.operators)
        raise place.at("operator").refuse(f"the operator {table.get('operator')!r} is not one of {known}")
    for key, rule in spec.keys.items():
        if key in table and rule.check is not None:
            rule.check(table[key], place.at(key))
        elif key in table:
            _check_kind(rule.kind, table, key, place, parts=parts)
        elif rule.is_required:
            raise place.at(key).refuse(f"the word {word!r} needs it")
    if word == "share":
        _check_share(table, place)
    if word == "age":
        _check_age(table, place)
    if spec.check is not None:
        spec.check(table, place)


def _check_age(table: Mapping[str, Any], place: Place) -> None:
    if ("days" in table) == ("years" in table):
        raise place.refuse("an age is asked in days or in years, one of them")
    unit, known = ("days", (">=",)) if "days" in table else ("years", ("<=", "<"))
    if table["operator"] not in known:
        raise place.at("operator").refuse(f"an age in {unit} can only be asked with {' or '.join(known)}")


def _check_share(table: Mapping[str, Any], place: Place) -> None:
    if ("value" in table) == ("ladder" in table):
        raise place.refuse("a share takes a value or a ladder, one of them")
    if "ladder" in table and FACTS[table["denominator"]].signed:
        raise place.at("denominator").refuse("a ladder needs a figure that cannot be negative")
    if "ladder" in table and table["operator"] not in AT_LEAST:
        raise place.at("operator").refuse("an upper limit of a share takes one value, not a ladder")
    # Bounds for a missing year hold because the size is itself part of the denominator.
    if "ladder" in table and table.get("ladder_fact") != table["denominator"]:
        raise place.at("ladder_fact").refuse("a ladder goes by the size of the denominator; name that fact")


def _check_kind(kind: str, table: Mapping[str, Any], key: str, place: Place, *, parts: Iterable[str]) -> None:
    value, here = table[key], place.at(key)
    if kind in _UNITS_OF:
        fact(value, here, units=_UNITS_OF[kind])
    elif kind in ("flags", "numbers"):
        _check_facts(value, here, units=(Unit.FLAG,) if kind == "flags" else MEASURED)
    elif kind == "bool" and not isinstance(value, bool):
        raise here.refuse(f"{value!r} is neither true nor false")
    elif kind in _CHOICES:
        _check_choice(value, here, _CHOICES[kind])
    elif kind == "names":
        if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
            raise here.refuse("a list of criteria is needed here")
    elif kind == "parts":
        if not value:
            raise here.refuse("at least one part is needed here")
        for index, part in enumerate(tables(value, here)):
            check_word(part, here.at(index), parts=parts)
            only(part, {"word", "operator", *SPECS[part["word"]].keys}, here.at(index))
    else:
        _check_value(kind, table, key, here, parts=parts)


_UNITS_OF = {
    "flag": (Unit.FLAG,),
    "number": MEASURED,
    "figure": (*MEASURED, Unit.SHARE),
    "code": (Unit.CODE,),
}


# What a switch with two positions may say; the first is what holds where it is not written.
_CHOICES = {"missing": ("unknown", "judgement"), "when_zero": ("not_met", "judgement")}


def _check_choice(value: Any, place: Place, choices: tuple[str, str]) -> None:
    if value not in choices:
        raise place.refuse(f"{value!r} is neither {choices[0]!r} nor {choices[1]!r}")


def _check_tiers(names: Any, place: Place) -> None:
    if not isinstance(names, list) or len(names) < 2:
        raise place.refuse("a list of two tiers or more is needed here")
    for index, name in enumerate(names):
        tier(name, place.at(index))


def _check_values(table: Mapping[str, Any], place: Place) -> None:
    """Values that the code can have."""
    values, choices = table["values"], FACTS[table["fact"]].choices
    if not isinstance(values, list) or not values:
        raise place.refuse("a list of values is needed here")
    for index, value in enumerate(values):
        if value not in choices:
            hint = suggestion(str(value), choices)
            raise place.at(index).refuse(f"{value!r} is no value of {table['fact']!r}{hint}")


def _check_judged_to(table: Mapping[str, Any], place: Place) -> None:
    """How far on the wrong side of the line a person still decides."""
    value, line = table["judged_to"], table["value"]
    if value == "any":
        return
    amount(value, place, unit=FACTS[table["fact"]].unit)
    if value >= line if table["operator"] in (">=", ">") else value <= line:
        raise place.refuse(f"{value} lies on the side of {line} that is met; nothing is left to judge")


def _check_facts(names: Any, place: Place, *, units: tuple[Unit, ...]) -> None:
    if not isinstance(names, list) or not names:
        raise place.refuse("a list of facts is needed here")
    for index, name in enumerate(names):
        fact(name, place.at(index), units=units)


def _check_value(kind: str, table: Mapping[str, Any], key: str, here: Place, *, parts: Iterable[str]) -> None:
    value = table[key]
    if kind in _SIMPLE:
        _SIMPLE[kind](value, here)
    elif kind == "amount":
        amount(value, here, unit=FACTS[table.get("fact") or table["facts"][0]].unit)
    elif kind == "values":
        _check_values(table, here)
    elif kind == "judged_to":
        _check_judged_to(table, here)
    elif kind == "years" and value not in YEARS_ALLOWED:
        raise here.refuse(f"{value!r} years cannot be summed; 1 or 3 can")
    elif kind == "part" and value not in set(parts):
        raise here.refuse(f"the points part {value!r} is not in this rule set{suggestion(str(value), parts)}")
    elif kind == "indicators":
        _check_indicators(value, here, parts)
    elif kind == "asked_below":
        only(value, ("fact", "value"), here)
        fact(value.get("fact"), here.at("fact"), units=(Unit.CNY,))
        amount(value.get("value"), here.at("value"), unit=Unit.CNY)


def _check_indicators(names: Any, place: Place, parts: Iterable[str]) -> None:
    if not isinstance(names, list) or not names:
        raise place.refuse("a list of points parts is needed here")
    for index, name in enumerate(names):
        if name not in set(parts):
            hint = suggestion(str(name), parts)
            raise place.at(index).refuse(f"the points part {name!r} is not in this rule set{hint}")
        if name in names[:index]:
            raise place.at(index).refuse(f"the points part {name!r} is counted twice")


_SIMPLE: dict[str, Callable[[Any, Place], None]] = {
    "whole": whole,
    "share": share,
    "tier": tier,
    "tiers": _check_tiers,
    "ladder": ladder,
}
