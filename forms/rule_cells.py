"""Fields for the arguments of a rule: facts by name, thresholds with units, and rows of several cells.

What is typed reads into the value a rule file holds: facts by exchange name,
money in CNY, shares as fractions; and such values are written back as typed.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from wtforms import Field, Form
from wtforms.validators import StopValidation
from wtforms.widgets import TextInput

from forms.amounts import CNY_PER_WAN, AmountError, read_count, read_day, read_fen, tidy
from forms.base import N_
from scoring.vocabulary import FACTS, TIER_NAMES, Tier, Unit

FACT_UNITS: Mapping[str, tuple[Unit, ...]] = {
    "flag": (Unit.FLAG,),
    "number": (Unit.CNY, Unit.HEADS, Unit.COUNT, Unit.POINTS, Unit.YEARS),
    "figure": (Unit.CNY, Unit.HEADS, Unit.COUNT, Unit.POINTS, Unit.YEARS, Unit.SHARE),
    "points": (Unit.POINTS,),
    "code": (Unit.CODE,),
    "any": tuple(Unit),
}
ANY = "any"
_AMOUNTS = {
    "not_an_amount": N_("“%(typed)s”不是数字；例如填 3000 或 0.5亿元。"),
    "unknown_unit": N_("不认识“%(typed)s”的单位；可用元、千元、万元、亿元。"),
    "negative": N_("“%(typed)s”不能为负数。"),
    "finer_than_fen": N_("“%(typed)s”比分还细；请核对单位。"),
    "too_large": N_("“%(typed)s”过大；请核对单位。"),
    "not_whole": N_("“%(typed)s”不是整数。"),
    "not_a_day": N_("“%(typed)s”不是日期；请写成 2026-11-22。"),
}
_HUNDRED = 100


class CellError(ValueError):
    """What was typed cannot be used; a pattern with values says why."""

    def __init__(self, pattern: str, **values: str) -> None:
        super().__init__(pattern)
        self.pattern, self.values = pattern, values


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One input of a row: its key in the rule file, what it takes, and in which unit an amount is."""

    key: str
    label: str
    kind: str
    unit: Unit = Unit.CNY
    is_required: bool = True
    choices: tuple[tuple[str, str], ...] = ()

    @property
    def unit_word(self) -> str:
        """The unit to show beside the input."""
        if self.kind == "percent" or (self.kind in ("amount", "amount_or_any") and self.unit is Unit.SHARE):
            return "%"
        return N_("万元") if self.kind in ("amount", "amount_or_any") and self.unit is Unit.CNY else ""

    @property
    def suggestions(self) -> str:
        """The list of names that the input offers; empty when it offers none."""
        if self.kind.startswith("fact-"):
            return f"names-{self.kind.removeprefix('fact-')}"
        return "names-tier" if self.kind == "tier" else ""

    def read(self, text: str, say: Any) -> Any:
        """Turn what was typed into the value of a rule file; blank is None."""
        typed = text.strip()
        if not typed:
            return None
        try:
            return self._read(typed, say)
        except AmountError as error:
            raise CellError(_AMOUNTS.get(error.code, _AMOUNTS["not_an_amount"]), typed=typed) from error

    def _read(self, typed: str, say: Any) -> Any:
        if self.kind.startswith("fact-"):
            return _fact(typed, self.kind.removeprefix("fact-"), say)
        if self.kind == "amount_or_any" and typed in (ANY, say(N_("不限"))):
            return ANY
        if self.kind in ("amount", "amount_or_any"):
            return _amount(typed, self.unit)
        reader = _READERS.get(self.kind)
        return typed if reader is None else reader(typed, say)

    def write(self, value: Any, say: Any) -> str:
        """Write a value as it would be typed."""
        if value is None:
            return ""
        if self.kind.startswith("fact-") and value in FACTS:
            return str(say(FACTS[value].label))
        if self.kind == "tier" and value in set(map(str, Tier)):
            return str(say(TIER_NAMES[Tier(value)]))
        if self.kind == "codes":
            return ", ".join([value] if isinstance(value, str) else value)
        if self.kind == "sense":
            return next(mark for mark, word in SENSES.items() if word == value)
        if self.kind == "yes_or_no":
            return str(say("是" if value else "否"))
        if self.kind == "toml":
            return str(value)
        if self.unit_word == "%" and value != ANY:
            return _plain(Decimal(value) * _HUNDRED)
        if self.unit_word and value != ANY:
            return _plain(Decimal(value) / CNY_PER_WAN)
        return str(say(N_("不限"))) if value == ANY else str(value)


def _fact(typed: str, family: str, say: Any) -> str:
    units = FACT_UNITS[family]
    names = {name: fact for name, fact in FACTS.items() if fact.unit in units}
    by_word = {word: name for name, fact in names.items() for word in (say(fact.label), fact.label, name)}
    if typed in by_word:
        return by_word[typed]
    inside = [name for name, fact in names.items() if typed in fact.label or typed in say(fact.label)]
    if len(inside) == 1:
        return inside[0]
    near = get_close_matches(typed, list(by_word), n=1, cutoff=0.3) or [names[name].label for name in inside]
    if near:
        raise CellError(
            N_("没有“%(typed)s”这个事实；是否指“%(near)s”？请从列表中选择。"), typed=typed, near=near[0]
        )
    raise CellError(N_("没有“%(typed)s”这个事实；请从列表中选择。"), typed=typed)


def _tier(typed: str, say: Any) -> str:
    for tier, name in TIER_NAMES.items():
        if typed in (str(tier), name, say(name)):
            return str(tier)
    raise CellError(N_("没有“%(typed)s”这个层级；请从列表中选择。"), typed=typed)


def _amount(typed: str, unit: Unit) -> int | Decimal:
    if unit is Unit.SHARE:
        return _percent(typed, None)
    if unit is not Unit.CNY:
        return _whole(typed, None)
    fen = read_fen(typed, unit_cny=CNY_PER_WAN)
    return _tight(Decimal(fen or 0) / _HUNDRED)


def _percent(typed: str, _say: Any) -> int | Decimal:
    try:
        value = Decimal(tidy(typed).removesuffix("%"))
    except InvalidOperation as error:
        raise AmountError("not_an_amount") from error
    if not value.is_finite():
        raise AmountError("not_an_amount")
    if value < 0:
        raise AmountError("negative")
    return _tight(value / _HUNDRED)


def _whole(typed: str, _say: Any) -> int:
    return read_count(typed) or 0


def _codes(typed: str, _say: Any) -> list[str]:
    # Industries are written in capitals, the codes of facts are not.
    plain = typed.upper() if typed[:1].isupper() or typed[1:2].isdigit() else typed
    for mark in "，、；; \t":
        plain = plain.replace(mark, ",")
    return [code for code in plain.split(",") if code]


def _day(typed: str, _say: Any) -> Any:
    return read_day(typed)


def _toml(typed: str, _say: Any) -> Any:
    try:
        return tomllib.loads(f"value = {typed}", parse_float=Decimal)["value"]
    except tomllib.TOMLDecodeError as error:
        raise CellError(N_("“%(typed)s”不是 TOML 的值。"), typed=typed) from error


def _sense(typed: str, _say: Any) -> str:
    """Which side of its line a band is about."""
    if typed not in SENSES:
        raise CellError(N_("“%(typed)s”不是 ≥、> 或 ≤。"), typed=typed)
    return SENSES[typed]


def _yes_or_no(typed: str, say: Any) -> bool:
    answers = {"是": True, say("是"): True, "否": False, say("否"): False}
    if typed not in answers:
        raise CellError(N_("“%(typed)s”既不是“是”也不是“否”。"), typed=typed)
    return answers[typed]


SENSES = {"≥": "at_least", ">=": "at_least", ">": "more_than", "≤": "at_most", "<=": "at_most"}
_READERS = {
    "tier": _tier, "percent": _percent, "whole": _whole, "codes": _codes, "day": _day, "toml": _toml,
    "sense": _sense, "yes_or_no": _yes_or_no,
}  # fmt: skip


def _tight(value: Decimal) -> int | Decimal:
    """A whole number as such, as people write it in a rule file."""
    return int(value) if value == value.to_integral_value() else value.normalize()


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class CellField(Field):
    """One typed argument of a rule."""

    widget = TextInput()
    data: Any

    def __init__(self, label: str = "", *, cell: Cell, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.cell = cell
        # Assigned here and not by the form's meta: the browser's own check has no words of ours.
        self.render_kw = {"autocomplete": "off"} | ({"list": cell.suggestions} if cell.suggestions else {})

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the text; it is read when the form is validated."""
        if valuelist:
            self.data = None

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 - the signature of WTForms
        """Read what was typed, or say what is wrong with it."""
        try:
            self.data = self.cell.read(self.raw_data[0] if self.raw_data else "", self.gettext)
        except CellError as error:
            raise StopValidation(self.gettext(error.pattern) % error.values) from error
        if self.data is None and self.cell.is_required:
            raise StopValidation(self.gettext(N_("请填写。")))

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.cell.write(self.data, self.gettext)


class RowsField(Field):
    """Rows of cells. ``shape`` says what they make: ``flat`` values, one table (``one``), or ``tables``."""

    def __init__(
        self,
        label: str = "",
        *,
        cells: Sequence[Cell],
        shape: str = "tables",
        must: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.cells, self.shape, self.must = tuple(cells), shape, must
        self.rows: list[list[str]] = []

    @property
    def shown(self) -> list[list[str]]:
        """The rows to show: those there are, and empty ones to fill in."""
        spare = 0 if self.shape == "one" and self.rows else 1 if self.shape == "one" or self.rows else 2
        return [*self.rows, *([""] * len(self.cells) for _ in range(spare))]

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:  # noqa: ARG002
        """Take the rows that were sent, or else those that are stored."""
        self.process_errors: list[str] = []
        self.errors: list[str] = []
        self.object_data = self.data = data
        columns = [formdata.getlist(f"{self.name}-{cell.key}") for cell in self.cells] if formdata else []
        if any(columns):
            longest = max(len(column) for column in columns)
            filled = [column + [""] * (longest - len(column)) for column in columns]
            self.rows = [list(row) for row in zip(*filled, strict=True) if "".join(row).strip()]
            self.data = None
        elif not formdata:
            self.rows = [
                [cell.write(value, self.gettext) for cell, value in zip(self.cells, row, strict=True)]
                for row in self._stored(data)
            ]

    def _stored(self, data: Any) -> list[list[Any]]:
        if not data or not isinstance(data, list | dict):
            return []
        if self.shape == "flat":
            return [[value] for value in data]
        tables = [data] if isinstance(data, dict) else data
        return [[table.get(cell.key) for cell in self.cells] for table in tables if isinstance(table, dict)]

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 - the signature of WTForms
        """Read every row; a message names row and column."""
        tables = [self._read(number, row) for number, row in enumerate(self.rows, start=1)]
        if self.must and not tables:
            raise StopValidation(self.gettext(N_("请至少填写一行。")))
        if self.shape == "flat":
            self.data = [table[self.cells[0].key] for table in tables] or None
        elif self.shape == "one":
            self.data = tables[0] if tables else None
        else:
            self.data = tables or None

    def _read(self, number: int, row: Sequence[str]) -> dict[str, Any]:
        table: dict[str, Any] = {}
        for cell, text in zip(self.cells, row, strict=True):
            try:
                value = cell.read(text, self.gettext)
            except CellError as error:
                raise self._wrong(number, cell, self.gettext(error.pattern) % error.values) from error
            if value is None and cell.is_required:
                raise self._wrong(number, cell, self.gettext(N_("请填写。")))
            if value is not None:
                table[cell.key] = value
        return table

    def _wrong(self, number: int, cell: Cell, message: str) -> StopValidation:
        place = self.gettext(N_("第 %(n)s 行“%(column)s”："))
        return StopValidation(place % {"n": number, "column": self.gettext(cell.label)} + message)
