"""What somebody has answered so far: facts, what they do not know, and the screens they went through.

The same JSON travels in the form from screen to screen and is kept under a
private link; it comes from outside, so every value is checked when it is read.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl

from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.texts import N_
from scoring.facts import SCHEMA, split_year, unit_of
from scoring.vocabulary import COLUMNS, Unit

VERSION = 1
LONGEST = 20_000
MOST_FEN = 10**14
MOST_COUNT = 100_000_000
PPM = 1_000_000
EARLIEST_DAY = date(1900, 1, 1)
ANSWERABLE = frozenset(name for name in SCHEMA if not name.endswith("_until"))
_FLAWED = N_("已填写的内容在传送中不完整，无法继续。请返回上一页再试，或者重新开始。")


class BadAnswers(ServiceError):
    """The answers sent along are not what this program wrote."""

    def __init__(self) -> None:
        super().__init__(_FLAWED)


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Known facts by column of the facts frame, columns that are not known, and the screens answered."""

    told: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    path: tuple[str, ...] = ()

    @property
    def given(self) -> frozenset[str]:
        """Every column that has been asked."""
        return self.unknown | frozenset(self.told)

    def with_screen(self, screen: str, values: Mapping[str, Any]) -> "Answers":
        """The answers with those of one screen; None is "not known"."""
        told = {**{name: value for name, value in self.told.items() if name not in values}}
        told |= {name: value for name, value in values.items() if value is not None}
        unknown = (self.unknown - values.keys()) | {name for name, value in values.items() if value is None}
        path = self.path if screen in self.path else (*self.path, screen)
        return Answers(told=told, unknown=frozenset(unknown), path=path)

    def without(self, columns: Iterable[str]) -> "Answers":
        """The answers with some of them taken back."""
        gone = set(columns)
        told = {name: value for name, value in self.told.items() if name not in gone}
        return replace(self, told=told, unknown=self.unknown - gone)

    def as_object(self) -> dict[str, Any]:
        """A JSON object, for keeping."""
        told = {
            name: value.isoformat() if isinstance(value, date) else value for name, value in self.told.items()
        }
        return {"v": VERSION, "told": told, "unknown": sorted(self.unknown), "path": list(self.path)}

    def as_text(self) -> str:
        """The same as text, for a form."""
        return json.dumps(self.as_object(), ensure_ascii=False, separators=(",", ":"))

    def frame(self) -> pl.DataFrame:
        """A facts frame of one row; what nobody answered is unknown."""
        row = dict.fromkeys(SCHEMA) | dict(self.told)
        return pl.DataFrame([row], schema=SCHEMA)


def read_answers(text: str) -> Answers:
    """Answers from the text of a form; no text is no answers yet.

    Raises
    ------
    BadAnswers
        When it is not something that `Answers.as_text` can have written.
    """
    if not text:
        return Answers()
    if len(text) > LONGEST:
        raise BadAnswers
    try:
        return answers_of(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise BadAnswers from error


def answers_of(given: Any) -> Answers:
    """Answers from a JSON object; BadAnswers when anything in it cannot be."""
    if not isinstance(given, dict) or given.get("v") != VERSION:
        raise BadAnswers
    told, unknown, path = given.get("told"), _texts(given.get("unknown")), _texts(given.get("path"))
    if not isinstance(told, dict):
        raise BadAnswers
    if not ANSWERABLE.issuperset([*told, *unknown]) or set(told) & set(unknown):
        raise BadAnswers
    return Answers(
        told={name: _checked(name, value) for name, value in told.items()},
        unknown=frozenset(unknown),
        path=tuple(dict.fromkeys(path)),
    )


def _texts(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise BadAnswers
    return given


def _checked(column: str, value: Any) -> Any:
    """The value in the type of its column."""
    dtype = SCHEMA[column]
    if dtype == pl.Boolean and isinstance(value, bool):
        return value
    if dtype == pl.String and isinstance(value, str) and len(value) <= len("below_city"):
        return value
    if dtype == pl.Date and isinstance(value, str):
        return date.fromisoformat(value)
    if dtype == pl.Int64 and isinstance(value, int) and not isinstance(value, bool):
        return _in_range(column, value)
    raise BadAnswers


def _in_range(column: str, value: int) -> int:
    most = {Unit.CNY: MOST_FEN, Unit.SHARE: PPM}.get(unit_of(column), MOST_COUNT)
    least = -most if COLUMNS[split_year(column)[0]].signed else 0
    if not least <= value <= most:
        raise BadAnswers
    return value
