"""Whether the values of an uploaded rule file are of the kinds that its keys take."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# No threshold of a city is larger than 1万亿元, and forms accept no larger one.
LARGEST = 10**12
DEEPEST = 10
# A number is written out in full, so that a few letters must not stand for a million zeros.
LONGEST_EXPONENT = 40

_TEXTS = frozenset(
    [
        "id",
        "label",
        "label_en",
        "printed",
        "printed_en",
        "article",
        "document",
        "title",
        "issuer",
        "address",
        "source",
        "grade",
        "note",
        "note_en",
        "standard",
        "word",
        "operator",
        "fact",
        "numerator",
        "denominator",
        "ladder_fact",
        "total",
        "part",
        "tier",
        "kind",
        "combine",
        "expert",
        "holds",
        "flag",
        "when_zero",
        "missing",
        "bad_base",
    ]
)
_TEXT_LISTS = frozenset(["facts", "tiers", "waives", "values", "indicators", "minus", "industry", "except"])
_TABLE_LISTS = frozenset(["parts", "tables", "bands", "any_of", "ladder", "classes"])
_TABLES = frozenset(["direct", "applies", "asked_below"])
_DAYS = frozenset(["effective_from", "effective_to", "checked_on", "from", "to"])
_NUMBERS = frozenset(
    [
        "value",
        "maximum",
        "judged",
        "days",
        "years",
        "years_back",
        "per_years",
        "every",
        "most",
        "up_to",
        "at_least",
        "more_than",
        "at_most",
        "base_at_least",
    ]
)
_SWITCHES = frozenset({"default", "local", "gate"})


def misshapen(table: Mapping[str, Any]) -> str:
    """Where in a rule set the first value of a wrong kind stands; empty when there is none.

    >>> misshapen({"criteria": [{"id": "a", "fact": ["b"]}]})
    'criteria[0].fact'
    """
    return next(_wrong(table, "", 0), "")


def _wrong(table: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
    for key, value in table.items():
        here = f"{path}.{key}".lstrip(".")
        if depth > DEEPEST or not _fits(key, value, is_whole=depth == 0):
            yield here
        elif isinstance(value, Mapping):
            yield from _wrong(value, here, depth + 1)
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                if isinstance(inner, Mapping):
                    yield from _wrong(inner, f"{here}[{index}]", depth + 1)


def _fits(key: str, value: Any, *, is_whole: bool) -> bool:
    """Whether a key can have such a value; what the reader does not know may be anything that it can name."""
    if key in _TEXTS:
        return isinstance(value, str)
    if key == "criteria":
        return _all(value, Mapping if is_whole else str)
    if key in _TEXT_LISTS:
        return _all(value, str)
    if key in _TABLE_LISTS:
        return _all(value, Mapping)
    if key in _TABLES or (key == "points" and is_whole):
        return isinstance(value, Mapping)
    if key in _DAYS:
        return isinstance(value, date) and not isinstance(value, datetime)
    if key in _SWITCHES:
        return isinstance(value, bool)
    if key in _NUMBERS:
        return _is_number(value)
    return _fits_several(key, value)


def _fits_several(key: str, value: Any) -> bool:
    if key == "points":
        pair = value if isinstance(value, list) else [value]
        return 1 <= len(pair) <= len(("lowest", "highest")) and all(map(_is_number, pair))
    if key == "is":
        return isinstance(value, bool | str) or _all(value, str)
    if key == "not_asked_when":
        return isinstance(value, str) or _all(value, str)
    return key != "judged_to" or _is_number(value) or value == "any"


def _all(value: Any, kind: Any) -> bool:
    return isinstance(value, list) and all(isinstance(entry, kind) for entry in value)


def _is_number(value: Any) -> bool:
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(int(value.as_tuple().exponent)) > LONGEST_EXPONENT:
            return False
        return abs(value) <= LARGEST
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST
