"""What each word of a rule file takes, which columns it asks for, and in which unit its gap is told."""

from collections.abc import Callable

from scoring.facts import frame_columns
from scoring.industry_specs import INDUSTRY_SPECS
from scoring.points import table_columns
from scoring.rules_model import Points
from scoring.vocabulary import FACTS, Unit
from scoring.word_spec import AT_LEAST, COMPARISONS, Args, Key, WordSpec
from scoring.year_specs import YEAR_SPECS


def _fixed(unit: Unit) -> Callable[[Args], Unit]:
    return lambda _args: unit


def _of_fact(key: str) -> Callable[[Args], Unit]:
    return lambda args: FACTS[args[key]].unit


def _facts(args: Args, _points: Points | None) -> list[str]:
    return [column for name in args["facts"] for column in frame_columns(name)]


def _growth_columns(args: Args, _points: Points | None) -> list[str]:
    return [column for name in args["facts"] for column in frame_columns(name, years=3)]


def _share_columns(args: Args, _points: Points | None) -> list[str]:
    years = int(args.get("years", 1))
    names = [args["denominator"], args["numerator"]]
    return [column for name in names for column in frame_columns(name, years=years)]


def _points_columns(_args: Args, points: Points | None) -> list[str]:
    parts = points.parts if points else ()
    return [column for part in parts for table in part.tables for column in table_columns(table)]


def _part_columns(args: Args, points: Points | None) -> list[str]:
    parts = points.parts if points else ()
    named = [part for part in parts if part.id == args["part"]]
    return [column for part in named for table in part.tables for column in table_columns(table)]


def _indicator_columns(args: Args, points: Points | None) -> list[str]:
    return [column for name in args["indicators"] for column in _part_columns({"part": name}, points)]


def _inner_columns(args: Args, points: Points | None) -> list[str]:
    return [column for part in args["parts"] for column in SPECS[part["word"]].columns(part, points)]


def _inner_unit(args: Args) -> Unit:
    """The unit of the first measurable part; parts in another unit have no gap beside it."""
    units = [SPECS[part["word"]].unit(part) for part in args["parts"]]
    return next((unit for unit in units if unit is not Unit.FLAG), Unit.FLAG)


SPECS: dict[str, WordSpec] = {
    "flag": WordSpec(
        keys={
            "fact": Key(kind="flag"),
            "is": Key(kind="bool"),
            "missing": Key(kind="missing", is_required=False),
        },
        unit=_fixed(Unit.FLAG),
        columns=lambda args, _points: frame_columns(args["fact"]),
    ),
    "flags": WordSpec(
        keys={"facts": Key(kind="flags"), "is": Key(kind="bool")}, unit=_fixed(Unit.FLAG), columns=_facts
    ),
    "amount": WordSpec(
        keys={
            "fact": Key(kind="figure"),
            "value": Key(kind="amount"),
            "judged_to": Key(kind="judged_to", is_required=False),
        },
        unit=_of_fact("fact"),
        columns=lambda args, _points: frame_columns(args["fact"]),
        operators=COMPARISONS,
    ),
    "count": WordSpec(
        keys={
            "facts": Key(kind="numbers"),
            "value": Key(kind="whole"),
            "total": Key(kind="number", is_required=False),
            "minus": Key(kind="numbers", is_required=False),
        },
        unit=_fixed(Unit.COUNT),
        columns=lambda args, points: [
            *_facts(args, points),
            *(column for name in args.get("minus", ()) for column in frame_columns(name)),
        ],
        operators=AT_LEAST,
    ),
    "age": WordSpec(
        keys={"days": Key(kind="whole", is_required=False), "years": Key(kind="whole", is_required=False)},
        unit=_fixed(Unit.DAYS),
        columns=lambda _args, _points: ["registered_on"],
        operators=(">=", "<=", "<"),
    ),
    "holds": WordSpec(
        keys={"tier": Key(kind="tier"), "is": Key(kind="bool")},
        unit=_fixed(Unit.FLAG),
        columns=lambda args, _points: [f"holds_{args['tier']}"],
    ),
    "holds_any": WordSpec(
        keys={"tiers": Key(kind="tiers"), "is": Key(kind="bool")},
        unit=_fixed(Unit.FLAG),
        columns=lambda args, _points: [f"holds_{tier}" for tier in args["tiers"]],
    ),
    "one_of": WordSpec(
        keys={"fact": Key(kind="code"), "values": Key(kind="values")},
        unit=_fixed(Unit.FLAG),
        columns=lambda args, _points: frame_columns(args["fact"]),
    ),
    "share": WordSpec(
        keys={
            "numerator": Key(kind="number"),
            "denominator": Key(kind="number"),
            "years": Key(kind="years", is_required=False),
            "value": Key(kind="share", is_required=False),
            "ladder": Key(kind="ladder", is_required=False),
            "ladder_fact": Key(kind="number", is_required=False),
            "asked_below": Key(kind="asked_below", is_required=False),
            "when_zero": Key(kind="when_zero", is_required=False),
        },
        unit=_of_fact("numerator"),
        columns=_share_columns,
        operators=COMPARISONS,
    ),
    "points": WordSpec(
        keys={"value": Key(kind="whole")},
        unit=_fixed(Unit.POINTS),
        columns=_points_columns,
        operators=AT_LEAST,
    ),
    "points_part": WordSpec(
        keys={"part": Key(kind="part"), "value": Key(kind="whole")},
        unit=_fixed(Unit.HEADS),
        columns=_part_columns,
        operators=AT_LEAST,
    ),
    "points_sum": WordSpec(
        keys={"indicators": Key(kind="indicators"), "value": Key(kind="whole")},
        unit=_fixed(Unit.POINTS),
        columns=_indicator_columns,
        operators=AT_LEAST,
    ),
    "mean_growth": WordSpec(
        keys={"facts": Key(kind="numbers"), "value": Key(kind="share")},
        unit=lambda args: FACTS[args["facts"][0]].unit,
        columns=_growth_columns,
        operators=AT_LEAST,
    ),
    "judgement": WordSpec(keys={}, unit=_fixed(Unit.FLAG), columns=lambda _args, _points: []),
    # The columns of the other tier's criteria are added by the rulebook, which knows them.
    "unmet_at_most": WordSpec(
        keys={"tier": Key(kind="tier"), "criteria": Key(kind="names"), "value": Key(kind="whole")},
        unit=_fixed(Unit.COUNT),
        columns=lambda _args, _points: [],
    ),
    "all_of": WordSpec(keys={"parts": Key(kind="parts")}, unit=_inner_unit, columns=_inner_columns),
    "any_of": WordSpec(keys={"parts": Key(kind="parts")}, unit=_inner_unit, columns=_inner_columns),
    **INDUSTRY_SPECS,
    **YEAR_SPECS,
}
