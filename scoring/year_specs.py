"""What the words over several fiscal years take in a rule file."""

from typing import Any

from scoring.rules_model import Points
from scoring.vocabulary import FACTS, YEARS_CARRIED
from scoring.word_spec import AT_LEAST, Args, Key, WordSpec
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
}
