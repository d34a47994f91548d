"""What is wrong with a draft: each finding with its criterion, field, value and remedy."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from enterprise_pipeline.services.standards.refusals import in_chinese
from enterprise_pipeline.services.standards.words import key_label
from enterprise_pipeline.services.texts import Text
from scoring.errors import RuleFileError
from scoring.vocabulary import FACTS


class Severity(StrEnum):
    """Whether a finding blocks publication."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding.

    ``where`` is the address of a criterion or of a part of one, ``points``,
    ``direct`` or empty for the head; ``field`` what a form calls the field.
    """

    severity: Severity
    where: str
    label: str
    field: str
    value: str
    message: Text
    remedy: Text


def refused(error: RuleFileError, rule_set: Mapping[str, Any]) -> Problem:
    """A refusal of the reader, named by criterion and field instead of by path."""
    message, remedy = in_chinese(error.reason)
    where, label, names, value = _placed(error.key, rule_set)
    return Problem(
        severity=Severity.ERROR,
        where=where,
        label=label,
        field=key_label(names[-1], str(_word(rule_set, where))) if names else "",
        value=_shown(value),
        message=message,
        remedy=remedy,
    )


def steps(path: str) -> list[str | int]:
    """The path of a value in a rule file as keys and positions, from the rule set on.

    >>> steps("rule_sets[0].criteria[2].parts[1].fact")
    ['criteria', 2, 'parts', 1, 'fact']
    """
    found: list[str | int] = []
    for piece in path.removeprefix("rule_sets[0]").lstrip(".").replace("]", "").split("."):
        name, *positions = piece.split("[")
        found += [name] if name else []
        found += [int(position) for position in positions if position.isdecimal()]
    return found


def _placed(path: str, rule_set: Mapping[str, Any]) -> tuple[str, str, list[str], Any]:
    """Address, label, the names of the keys on the way, and the value that stands there."""
    keys = steps(path)
    value: Any = rule_set
    where, label = "", ""
    for depth, key in enumerate(keys):
        value = _inside(value, key)
        if depth == 1 and keys[0] == "criteria" and isinstance(value, Mapping):
            where, label = str(value.get("id", "")), str(value.get("label", ""))
        elif depth and keys[depth - 1] == "parts" and keys[0] == "criteria" and isinstance(key, int):
            where = f"{where}/{key}"
        elif depth == 0 and key in ("points", "direct"):
            where = str(key)
        elif where == "points" and keys[depth - 1] == "parts" and isinstance(value, Mapping):
            label = str(value.get("label", ""))
    return where, label, [key for key in keys if isinstance(key, str)], value


def _inside(value: Any, key: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(key))
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return None


def _word(rule_set: Mapping[str, Any], where: str) -> Any:
    return next((entry.get("word") for entry in rule_set.get("criteria", []) if entry.get("id") == where), "")


def _shown(value: Any) -> str:
    if value is None or isinstance(value, Mapping | list) or value == "":
        return ""
    return FACTS[value].label if value in FACTS else str(value)
