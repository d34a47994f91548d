"""Where the table lies in a sheet: notes above, one to three header rows, and which column means what."""

import re
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise

from enterprise_pipeline.services.imports.fields import Group, Kind
from enterprise_pipeline.services.imports.headers import (
    MONEY_UNITS,
    Heading,
    Target,
    key_unit,
    parse_key,
    read_heading,
    recognise,
    squeeze,
)

ROWS_SEARCHED = 40
HEADER_ROWS = 3
_KEYS = frozenset({"credit_code", "name"})
_CORNER_UNIT = re.compile(
    r"(?:单位|金额|货币)[^\n]{0,8}?(亿元|百万元|万元|千元|元)|^\s*[(（]?(万元|千元)[)）]?\s*$"
)
_NOTE = re.compile(r"(?:单位|日期|时间|名称)[:：]|^[(（]?单位")
_A_YEAR = re.compile(r"(?<!\d)(20\d{2})(?=\s*(?:年|财年|会计年度))")

Cells = list[object]
Merged = list[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a sheet, and what it means to us; no target means nobody knows yet."""

    index: int
    header: str
    target: Target | None = None
    unit: str | None = None
    relative: int | None = None
    by_hand: bool = False

    @property
    def letter(self) -> str:
        """The column's name in a spreadsheet, such as ``AB``."""
        return letter(self.index)

    @property
    def place(self) -> str:
        """How a message names the column."""
        return f"{self.letter} 列“{self.header}”"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The table of one sheet; rows are counted from 0 here."""

    first_data_row: int
    columns: tuple[Column, ...]
    title_year: int | None = None
    corner_unit: str | None = None
    header_rows: tuple[int, ...] = field(default=())

    def recognised(self) -> list[Column]:
        """The columns that mean something to us."""
        return [column for column in self.columns if column.target]


def letter(index: int) -> str:
    """Return the spreadsheet's name of a column counted from 0."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def find_layout(
    rows: list[Cells], merged: Merged, *, by_hand: dict[str, str], header_row: int | None = None
) -> Layout | None:
    """Find the header whose columns mean most to us.

    ``by_hand`` maps squeezed headers to keys; ``header_row`` (counted from 1)
    is where somebody says that the lowest header row is.
    """
    head = _filled(rows[:ROWS_SEARCHED], merged)
    if header_row is not None and not 1 <= header_row <= len(head):
        return None
    best: tuple[int, Layout] | None = None
    for bottom in [header_row - 1] if header_row else range(len(head)):
        # A hidden row of keys names the columns exactly; the row above it names them for people.
        is_keyed = bottom and _is_key_row(head[bottom]) and not _is_title(head[bottom - 1])
        lowest = 2 if is_keyed else 1
        for height in range(lowest, min(HEADER_ROWS, bottom + 1) + 1):
            if height > 1 and _is_title(head[bottom - height + 1]):
                break
            layout = _layout_at(head, bottom - height + 1, bottom, by_hand)
            score = _score(layout) - height
            if best is None or score > best[0]:
                best = (score, layout)
    if best is None or not (header_row or _usable(best[1])):
        return None
    return _with_notes(best[1], head)


def _is_key_row(row: list[str]) -> bool:
    texts = [text for text in row if text]
    return len(texts) > 1 and all(parse_key(text) for text in texts)


def _is_title(row: list[str]) -> bool:
    """Whether a row above the header speaks of the whole table: a title, or a note of its unit."""
    texts = {text for text in row if text}
    if len(texts) == 1 and row[0]:
        return True
    return bool(texts) and all(_NOTE.search(text) for text in texts)


def _usable(layout: Layout) -> bool:
    found = [column.target for column in layout.recognised() if column.target]
    return len(found) > 1 and any(target.field.id in _KEYS for target in found)


def _score(layout: Layout) -> int:
    """Ten for each different meaning, more where keys, years and units are known as well."""
    found = [column for column in layout.recognised() if column.target]
    meanings = {column.target.key for column in found if column.target}
    bonus = 0
    for column in found:
        target = column.target
        if target is None or target.field.kind is Kind.IGNORED:
            continue
        bonus += bool(target.year or column.relative is not None) + bool(column.unit)
        bonus += 5 if parse_key(column.header.rpartition(" / ")[2]) else 0
    ignored = sum(1 for column in found if column.target and column.target.field.kind is Kind.IGNORED)
    return 10 * len(meanings) - 5 * ignored + bonus


def _layout_at(head: list[list[str]], top: int, bottom: int, by_hand: dict[str, str]) -> Layout:
    width = max((len(row) for row in head), default=0)
    block = head[top : bottom + 1]
    columns = []
    for index in range(width):
        levels: list[str] = []
        for row in block:
            text = row[index] if index < len(row) else ""
            if text and text not in levels:
                levels.append(text)
        if levels:
            columns.append(_column(index, levels, by_hand))
    return Layout(
        first_data_row=bottom + 1, columns=tuple(columns), header_rows=tuple(range(top, bottom + 1))
    )


def _column(index: int, levels: list[str], by_hand: dict[str, str]) -> Column:
    header = " / ".join(levels)
    headings = [_heading(text) for text in levels]
    units = [heading.unit for heading in headings if heading.unit]
    relatives = [heading.relative for heading in headings if heading.relative is not None]
    column = Column(
        index=index,
        header=header,
        unit=units[-1] if units else None,
        relative=relatives[-1] if relatives else None,
    )
    told = by_hand.get(squeeze(header)) or by_hand.get(squeeze(levels[-1]))
    if told is not None and (target := parse_key(told)):
        years = [heading.year for heading in headings if heading.year]
        if target.field.group is Group.YEARLY and not target.year and years:
            target = replace(target, year=years[-1])
        return replace(column, target=target, by_hand=True)
    exact = parse_key(levels[-1])
    if exact and exact.field.kind in (Kind.MONEY, Kind.SHARE):
        # Exchange names are in CNY by definition, unless the key itself says otherwise.
        money = column.unit if column.unit in MONEY_UNITS else "元"
        plain = money if exact.field.kind is Kind.MONEY else column.unit
        column = replace(column, unit=key_unit(levels[-1]) or plain)
    return replace(column, target=exact or recognise(headings))


@cache
def _heading(text: str) -> Heading:
    return read_heading(text)


def fill_merged(rows: list[Cells], merged: Merged) -> list[list[str]]:
    """Return the texts of the first rows, merged cells repeated in every cell they cover."""
    width = max((len(row) for row in rows), default=0)
    head = [[_text(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    for (top, left), (bottom, right) in merged:
        if top < len(head) and left < width:
            for row in range(top, min(bottom + 1, len(head))):
                for column in range(left, min(right + 1, width)):
                    head[row][column] = head[top][left]
    return head


def _filled(rows: list[Cells], merged: Merged) -> list[list[str]]:
    """Fill merged cells in, and blanks right of a group title where nothing is merged."""
    head = fill_merged(rows, merged)
    if not merged:
        for upper, lower in pairwise(head):
            _fill_right(upper, lower)
    return head


def _fill_right(upper: list[str], lower: list[str]) -> None:
    """Spread a group title over the sub-headers to its right, as files without merged cells mean it."""
    title = ""
    for index, text in enumerate(upper):
        if text:
            title = text if lower[index] else ""
        elif title and lower[index]:
            upper[index] = title
        else:
            title = ""


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # A year typed as a number.
    return str(cell).strip() if cell is not None else ""


def _with_notes(layout: Layout, head: list[list[str]]) -> Layout:
    """Read year and unit from what stands above the header, and skip rows of units or numbers below it."""
    above = {text for row in head[: layout.header_rows[0]] for text in row if text}
    in_header = {text for row in layout.header_rows for text in head[row] if "单位" in text}
    years = {int(found) for text in above for found in _A_YEAR.findall(text)}
    units = {found[1] or found[2] for text in above | in_header if (found := _CORNER_UNIT.search(text))}
    first = layout.first_data_row
    while first < len(head) and _is_numbering(head[first]):
        first += 1
    return replace(
        layout,
        first_data_row=first,
        title_year=years.pop() if len(years) == 1 else None,
        corner_unit=units.pop() if len(units) == 1 else None,
    )


def _is_numbering(row: list[str]) -> bool:
    """Whether a row only numbers the columns, as statistical forms do: 甲 乙 1 2 3."""
    texts = [text for text in row if text]
    numbers = [int(text) for text in texts if text.isdigit()]
    rest = [text for text in texts if not text.isdigit()]
    if len(texts) < HEADER_ROWS or not numbers:
        return False
    return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and all(
        text in "甲乙丙丁戊己庚辛壬癸" or text in ("序号", "栏次", "行次") for text in rest
    )
