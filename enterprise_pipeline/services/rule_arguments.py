"""One argument of a criterion as text, for saying what changed in a rule."""

from collections.abc import Callable, Mapping
from typing import Any

from enterprise_pipeline.services.rule_speech import Speech
from enterprise_pipeline.services.texts import N_
from scoring.rule_words import SPECS
from scoring.rules_model import Criterion
from scoring.vocabulary import FACTS, Unit

OPERATORS = {">=": N_("不低于（≥）"), ">": N_("高于（>）"), "<=": N_("不超过（≤）"), "<": N_("低于（<）")}


def argument(criterion: Criterion, name: str) -> Any:
    """One argument of a criterion as the rule file has it; its word counts as one."""
    return criterion.word if name == "word" else criterion.args.get(name)


def argument_text(criterion: Criterion, name: str, speech: Speech) -> str:
    """One argument of a criterion as text; empty where it is not given, or only its sentence can tell it."""
    value = argument(criterion, name)
    if value is None or name == "word":
        return "" if value is None else str(value)
    if name == "operator":
        return speech(OPERATORS[value])
    key = SPECS[criterion.word].keys.get(name)
    kind = key.kind if key else name
    if kind == "amount" and "fact" not in criterion.args and "facts" not in criterion.args:
        kind = "whole"
    return KINDS.get(kind, _nothing)(value, criterion, speech)


Writer = Callable[[Any, Criterion, Speech], str]


def _nothing(_value: Any, _criterion: Criterion, _speech: Speech) -> str:
    return ""


def _amount(value: Any, criterion: Criterion, speech: Speech) -> str:
    name = criterion.args.get("fact") or criterion.args["facts"][0]
    return speech.amount(FACTS[name], value)


def _whole(value: Any, criterion: Criterion, speech: Speech) -> str:
    unit = Unit.POINTS if criterion.word in ("points", "points_part") else criterion.unit
    return speech.counted(value, unit)


def _ladder(value: Any, _criterion: Criterion, speech: Speech) -> str:
    rungs = [
        speech(
            N_("至 %(up_to)s：%(share)s"),
            up_to=speech.money(rung["up_to"]),
            share=speech.share(rung["value"]),
        )
        if "up_to" in rung
        else speech(N_("以上：%(share)s"), share=speech.share(rung["value"]))
        for rung in value
    ]
    return speech.clauses(rungs)


def _asked_below(value: Mapping[str, Any], _criterion: Criterion, speech: Speech) -> str:
    return f"{speech.last_year(value['fact'])} < {speech.money(value['value'])}"


KINDS: dict[str, Writer] = {
    **dict.fromkeys(("flag", "number", "figure"), lambda value, _criterion, speech: speech.fact(value)),
    **dict.fromkeys(
        ("flags", "numbers"),
        lambda value, _criterion, speech: speech.listed(speech.fact(name) for name in value),
    ),
    "not_asked_when": lambda value, _criterion, speech: speech.fact(value),
    "bool": lambda value, _criterion, speech: speech(N_("是") if value else N_("否")),
    "amount": _amount,
    "whole": _whole,
    "share": lambda value, _criterion, speech: speech.share(value),
    "ladder": _ladder,
    "asked_below": _asked_below,
    "years": lambda value, _criterion, speech: speech.counted(value, Unit.YEARS),
    "tier": lambda value, _criterion, speech: speech.tier(value),
    "tiers": lambda value, _criterion, speech: speech.listed(speech.tier(name) for name in value),
    "day": lambda value, _criterion, _speech: value.isoformat(),
    "names": lambda value, _criterion, _speech: "、".join(value),
    "part": lambda value, _criterion, _speech: str(value),
}
