"""What the words about industry, size and printed dates take, and how a rule file is refused for them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import combinations
from typing import Any

from scoring.facts import frame_columns
from scoring.rules_model import Industries
from scoring.vocabulary import FACTS, YEARS_CARRIED, Unit
from scoring.word_spec import COMPARISONS, Key, WordSpec

CODE = "industry_code"
# Far above any turnover, and far below what 64 bits hold in fen.
MOST_CNY = 10**15
_CODE = re.compile(r"[A-T](\d{2,4})?")


def read_industries(table: Any, place: Any) -> Industries:
    """A table with ``industry`` and perhaps ``except``: lists of codes, each exception inside the rest."""
    if not isinstance(table, Mapping) or set(table) - {"industry", "except"}:
        raise place.refuse("a table with industry and perhaps except is needed here")
    _check_codes(table, place)
    return Industries.of(table)


def _check_codes(table: Mapping[str, Any], place: Any) -> None:
    for key in ("industry", "except"):
        codes = table.get(key, () if key == "except" else None)
        if not isinstance(codes, list | tuple) or (key == "industry" and not codes):
            raise place.at(key).refuse("a list of industry codes is needed here")
        for index, code in enumerate(codes):
            if not isinstance(code, str) or not _CODE.fullmatch(code):
                raise (
                    place.at(key)
                    .at(index)
                    .refuse(f"{code!r} is no code of GB/T 4754 such as C, C26 or C2614")
                )
    for index, code in enumerate(table.get("except", ())):
        if not any(code.startswith(within) and code != within for within in table["industry"]):
            raise place.at("except").at(index).refuse(f"{code!r} does not lie inside the industries listed")


def _check_classes(classes: Any, place: Any) -> None:
    if not isinstance(classes, list) or not classes:
        raise place.refuse("a list of industry classes is needed here")
    for index, each in enumerate(classes):
        here = place.at(index)
        if not isinstance(each, Mapping) or set(each) - {"industry", "except", "value"}:
            raise here.refuse("a class takes industry, value and perhaps except")
        _check_codes(each, here)
    _check_apart(classes, place)


def _check_apart(classes: Sequence[Mapping[str, Any]], place: Any) -> None:
    """No code is in two classes."""
    for (first, one), (second, other) in combinations(enumerate(classes), 2):
        both = [code for code in one["industry"] if _meets(code, other)]
        both += [code for code in other["industry"] if _meets(code, one)]
        if both:
            raise place.at(second).refuse(f"{both[0]!r} is also in class {first}")


def _meets(code: str, table: Mapping[str, Any]) -> bool:
    """Whether all or a part of ``code`` is inside the class; an exception of it takes the code out."""
    is_under = any(code.startswith(within) for within in table["industry"])
    return is_under and not any(code.startswith(without) for without in table.get("except", ()))


def _is_number(value: Any) -> bool:
    """TOML has nan and inf, too."""
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) and not isinstance(value, bool)


def _check_values(table: Mapping[str, Any], place: Any) -> None:
    """The lines are amounts of the fact: CNY to the fen, or whole numbers."""
    is_money = FACTS[table["fact"]].unit is Unit.CNY
    for index, each in enumerate(table["classes"]):
        value, here = each.get("value"), place.at("classes").at(index).at("value")
        if not _is_number(value) or not 0 <= value < MOST_CNY:
            raise here.refuse(f"{value!r} is not an amount")
        if (value * 100 if is_money else value) % 1:
            raise here.refuse(f"{value} is finer than {'a fen' if is_money else 'a whole number'}")


def _check_order(table: Mapping[str, Any], place: Any) -> None:
    if "from" not in table and "to" not in table:
        raise place.refuse("a registration is asked from a day, to a day, or both")
    if "from" in table and "to" in table and table["to"] < table["from"]:
        raise place.at("to").refuse(f"{table['to']} is before {table['from']}")


def _check_years_back(value: Any, place: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= YEARS_CARRIED:
        raise place.refuse(f"{value!r} is not a year from 1 (last year) to {YEARS_CARRIED} back")


def _check_yearly(table: Mapping[str, Any], place: Any) -> None:
    if not FACTS[table["fact"]].yearly:
        raise place.at("fact").refuse(f"the fact {table['fact']!r} is not one of a fiscal year")


def _check_day(value: Any, place: Any) -> None:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise place.refuse(f"{value!r} is not a date; write it bare, as 2026-04-01")


INDUSTRY_SPECS: dict[str, WordSpec] = {
    "amount_by_industry": WordSpec(
        keys={"fact": Key(kind="number"), "classes": Key(kind="classes", check=_check_classes)},
        unit=lambda args: FACTS[args["fact"]].unit,
        columns=lambda args, _points: [*frame_columns(args["fact"]), CODE],
        operators=COMPARISONS,
        check=_check_values,
    ),
    "sme_size": WordSpec(
        keys={},
        unit=lambda _args: Unit.FLAG,
        columns=lambda _args, _points: ["employees_y1", "revenue_fen_y1", "total_assets_fen_y1", CODE],
    ),
    "amount_in_year": WordSpec(
        keys={
            "fact": Key(kind="number"),
            "years_back": Key(kind="years", check=_check_years_back),
            "value": Key(kind="amount"),
        },
        unit=lambda args: FACTS[args["fact"]].unit,
        columns=lambda args, _points: frame_columns(args["fact"], years=int(args["years_back"]))[-1:],
        operators=COMPARISONS,
        check=_check_yearly,
    ),
    "registered": WordSpec(
        keys={
            "from": Key(kind="day", is_required=False, check=_check_day),
            "to": Key(kind="day", is_required=False, check=_check_day),
        },
        unit=lambda _args: Unit.FLAG,
        columns=lambda _args, _points: ["registered_on"],
        check=_check_order,
    ),
}
