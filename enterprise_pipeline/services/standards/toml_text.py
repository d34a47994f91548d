"""Write a rule file of one rule set as text; the only reader of it is the one of the rule files."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from scoring.vocabulary import Tier

Table = dict[str, Any]

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def rule_file_text(tier: Tier | str, rule_set: Mapping[str, Any]) -> str:
    """The text of a rule file that holds exactly this rule set.

    >>> print(rule_file_text("gazelle", {"id": "X", "criteria": [{"id": "a", "value": 3}]}))
    tier = "gazelle"
    <BLANKLINE>
    [[rule_sets]]
    id = "X"
    <BLANKLINE>
    [[rule_sets.criteria]]
    id = "a"
    value = 3
    <BLANKLINE>
    """
    points = rule_set.get("points")
    head = {key: value for key, value in rule_set.items() if key not in ("criteria", "points", "direct")}
    lines = [f"tier = {_value(str(tier))}", "", "[[rule_sets]]", *_pairs(head)]
    for criterion in rule_set.get("criteria", ()):
        lines += ["", "[[rule_sets.criteria]]", *_pairs(criterion)]
    if points is not None:
        lines += ["", "[rule_sets.points]", *_pairs({k: v for k, v in points.items() if k != "parts"})]
        for part in points.get("parts", ()):
            lines += ["", "[[rule_sets.points.parts]]", *_pairs(part)]
    if rule_set.get("direct") is not None:
        lines += ["", "[rule_sets.direct]", *_pairs(rule_set["direct"])]
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, Any]) -> Iterable[str]:
    return (f"{_key(key)} = {_value(value)}" for key, value in table.items())


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "a").replace("-", "a").isalnum()
    return key if is_bare else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
    if isinstance(value, Sequence):
        return _list(value)
    return str(value)


def _number(value: Decimal) -> str:
    """A number that reads back as a decimal; what is whole reads back as whole."""
    if value.is_finite():
        return f"{value:f}"
    return str(value).lower().replace("infinity", "inf")


def _list(values: Sequence[Any]) -> str:
    """A list on one line, or with a line for each table in it."""
    written = [_value(value) for value in values]
    if any(isinstance(value, Mapping) for value in values):
        return "[\n" + "".join(f"  {line},\n" for line in written) + "]"
    return "[" + ", ".join(written) + "]"


def _text(value: str) -> str:
    shown = "".join(
        _ESCAPES.get(letter) or (letter if letter.isprintable() or letter == " " else _unicode(letter))
        for letter in value
    )
    return f'"{shown}"'


def _unicode(letter: str) -> str:
    return f"\\U{ord(letter):08x}"
