"""What the words over several fiscal years take in a rule file."""

from collections.abc import Callable
from typing import Any

from scoring.facts import frame_columns
from scoring.rules_model import Points
from scoring.vocabulary import FACTS, YEARS_CARRIED
from scoring.word_spec import AT_LEAST, COMPARISONS, Args, Key, WordSpec, of_fact
from scoring.year_words import cagr_columns


def growth_years(value: Any, place: Any) -> None:
    """How many years growth may span: the base year, too, has to be carried."""
    _years(value, place, most=YEARS_CARRIED - 1)


def _years(value: Any, place: Any, *, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise place.refuse(f"{value!r} is not a number of years from 1 to {most}")


def one_unit(args: Args, place: Any) -> None:
    """Yearly figures of one unit, so that their gaps can be told together."""
    for index, name in enumerate(args["facts"]):
        if not FACTS[name].yearly:
            raise place.at("facts").at(index).refuse(f"the fact {name!r} is not one of a fiscal year")
    units = sorted({str(FACTS[name].unit) for name in args["facts"]})
    if len(units) > 1:
        raise place.at("facts").refuse(f"these facts are in different units: {', '.join(units)}")


def carried_years(value: Any, place: Any) -> None:
    """How many years can be looked back on."""
    _years(value, place, most=YEARS_CARRIED)


def _is_yearly(keys: tuple[str, ...]) -> Callable[[Args, Any], None]:
    def check(args: Args, place: Any) -> None:
        for key in keys:
            if not FACTS[args[key]].yearly:
                raise place.at(key).refuse(f"the fact {args[key]!r} is not one of a fiscal year")

    return check


def _over_years(*keys: str) -> Callable[[Args, Points | None], list[str]]:
    def columns(args: Args, _points: Points | None) -> list[str]:
        return [column for key in keys for column in frame_columns(args[key], years=int(args["years"]))]

    return columns


def _amount_spec() -> WordSpec:
    return WordSpec(
        keys={
            "fact": Key(kind="number"),
            "years": Key(kind="years", check=carried_years),
            "value": Key(kind="amount"),
        },
        unit=of_fact("fact"),
        columns=_over_years("fact"),
        operators=COMPARISONS,
        check=_is_yearly(("fact",)),
    )


def _cagr_columns(args: Args, _points: Points | None) -> list[str]:
    return [column for name in args["facts"] for column in cagr_columns(name, int(args["years"]))]


YEAR_SPECS: dict[str, WordSpec] = {
    "cagr": WordSpec(
        keys={
            "facts": Key(kind="numbers"),
            "years": Key(kind="years", check=growth_years),
            "value": Key(kind="share"),
            "base_at_least": Key(kind="amount", is_required=False),
        },
        unit=lambda args: FACTS[args["facts"][0]].unit,
        columns=_cagr_columns,
        operators=AT_LEAST,
        check=one_unit,
    ),
    "amount_each_year": _amount_spec(),
    "amount_total": _amount_spec(),
    "amount_mean": _amount_spec(),
    "share_each_year": WordSpec(
        keys={
            "numerator": Key(kind="number"),
            "denominator": Key(kind="number"),
            "years": Key(kind="years", check=carried_years),
            "value": Key(kind="share"),
        },
        unit=of_fact("numerator"),
        columns=_over_years("denominator", "numerator"),
        operators=COMPARISONS,
        check=_is_yearly(("numerator", "denominator")),
    ),
}
