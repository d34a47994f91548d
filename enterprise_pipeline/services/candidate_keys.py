"""Where an enterprise stands in a list: keys, their order, and keys as text for an address."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from enterprise_pipeline.services.candidate_filter import Sort
from enterprise_pipeline.services.cube import group_rank, known_holds
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.texts import N_, Text

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# Databases hold 64 bits.
LARGEST = 2**62
# By sort: gaps (verdict, holds, n_failed, jurisdiction, industry, id); name (initials, id);
# shortfall and changes (value, id), and where the value is unknown (None, *key by gaps).
Key = tuple[Any, ...]
_BY_GAPS: tuple[type, ...] = (int, int, int, str, str, int)
_SHAPES: dict[Sort, tuple[type, ...]] = {
    Sort.GAPS: _BY_GAPS,
    Sort.SHORTFALL: (float, int),
    Sort.NAME: (str, int),
    Sort.CHANGES: (date, int),
}


class BadCursor(ServiceError):
    """A page address was cut off or belongs to another order."""

    def __init__(self) -> None:
        super().__init__(Text(N_("地址中的页码标记不完整或属于另一种排序。请回到第一页。")))


@dataclass(frozen=True)
class Cursor:
    """A place in a list: the key of a row and how many rows come before it."""

    position: int
    key: Key

    def text(self) -> str:
        """The place as an address carries it."""
        values = [part.isoformat() if isinstance(part, date) else part for part in self.key]
        packed = _JSON.encode([self.position, *values])
        return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read_cursor(text: str, sort: Sort) -> Cursor:
    """Read a place from an address; raises `BadCursor`."""
    position, parts = read_parts(text)
    try:
        return Cursor(position, _key(parts, sort))
    except (ValueError, TypeError, LookupError) as error:
        raise BadCursor from error


def read_parts(text: str) -> tuple[int, list[Any]]:
    """The position and the parts of the key that a place in an address consists of."""
    try:
        position, *parts = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise BadCursor from error
    if type(position) is not int or not 0 <= position < LARGEST or any(_is_too_large(part) for part in parts):
        raise BadCursor
    return position, parts


def _is_too_large(part: Any) -> bool:
    return isinstance(part, int) and not -LARGEST < part < LARGEST


def in_order(sort: Sort, key: Key) -> tuple[Any, ...]:
    """What a key sorts by; where a value is unknown, the row comes after those where it is known."""
    if sort is Sort.GAPS:
        return (*group_rank(key[0], key[1]), *key[2:])
    if sort is Sort.NAME:
        return key
    if key[0] is None:
        return (True, *in_order(Sort.GAPS, key[1:]))
    return (False, *key)


def key_of(sort: Sort, row: Any) -> Key:
    """The key of a row that has the columns of an assessment (and ``initials`` for the order by name)."""
    if sort is Sort.GAPS:
        holds = known_holds(row.holds)
        return (row.verdict, holds, row.n_failed, row.jurisdiction, row.industry, row.enterprise_id)
    if sort is Sort.NAME:
        return (row.initials, row.enterprise_id)
    value = row.shortfall if sort is Sort.SHORTFALL else row.changes_on
    return (None, *key_of(Sort.GAPS, row)) if value is None else (value, row.enterprise_id)


def _key(parts: list[Any], sort: Sort) -> Key:
    if sort in (Sort.SHORTFALL, Sort.CHANGES) and parts[0] is None:
        return (None, *_key(parts[1:], Sort.GAPS))
    key = tuple(_part(part, kind) for part, kind in zip(parts, _SHAPES[sort], strict=True))
    if sort is Sort.GAPS:
        group_rank(key[0], key[1])
    return key


def _part(value: Any, kind: type) -> Any:
    if kind is date:
        return date.fromisoformat(value)
    if kind is float and isinstance(value, int):
        return float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise BadCursor
    return value
