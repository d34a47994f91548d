"""Which columns of a sheet are read, and for which year; what is ambiguous becomes a problem of the file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from enterprise_pipeline.services.imports.fields import FIELDS, Group, Kind
from enterprise_pipeline.services.imports.headers import Target
from enterprise_pipeline.services.imports.layout import Column, Layout
from enterprise_pipeline.services.imports.plan import Options, Problem
from enterprise_pipeline.services.texts import N_, Text

EARLIEST_YEAR = 1990
_YEAR_IN_NAME = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
# A file often names these twice, as a code and in words; the first column that holds codes is enough.
_SAID_TWICE = frozenset({Kind.INDUSTRY, Kind.PLACE, Kind.HITECH, Kind.TEXT, Kind.DIVISION})
YEAR_FROM_OPTION, YEAR_FROM_TITLE = N_("导入时所选"), N_("表头上方的标题")
YEAR_FROM_SHEET, YEAR_FROM_FILE = N_("工作表名称"), N_("文件名")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A column that will be read; a yearly figure has a ``year``, or that of its row plus ``offset``."""

    column: Column
    target: Target
    year: int | None = None
    offset: int | None = None

    @property
    def name(self) -> str:
        """The name of the column in the frame of all readings; two columns for one fact share it."""
        if self.year is not None:
            return f"{self.target.field.column}@{self.year}"
        if self.offset is not None:
            return f"{self.target.field.column}@{self.offset:+d}"
        return (
            f"{self.target.field.column}@{self.target.tier}" if self.target.tier else self.target.field.column
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What is read of one sheet, and what must be settled first."""

    columns: tuple[Chosen, ...]
    duplicates: dict[int, str]
    problems: tuple[Problem, ...]
    year: int | None
    year_from: str


def choose(layout: Layout, options: Options, *, sheet_name: str, filename: str) -> Choice:
    """Choose the columns to read and give each yearly figure its year."""
    columns = [column for column in layout.recognised() if not _is(column, Kind.IGNORED)]
    columns = _year_of_issue(columns)
    columns, duplicates = _said_once(columns)
    year, year_from = _year_of_sheet(layout, options, sheet_name, filename)
    in_rows = any(_is(column, Kind.YEAR) and _field_id(column) == "fiscal_year" for column in columns)
    chosen: list[Chosen] = []
    problems: list[Problem] = []
    for column in columns:
        found = _with_year(column, year=year, in_rows=in_rows)
        if found is None:
            problems.append(_no_year(column, sheet_name))
        elif found.year is not None and not EARLIEST_YEAR <= found.year <= options.received_on.year:
            problems.append(_impossible_year(column, found.year, sheet_name, options.received_on))
        else:
            chosen.append(found)
    problems += _twice(chosen, sheet_name) + _no_key(chosen, sheet_name)
    return Choice(
        columns=tuple(chosen), duplicates=duplicates, problems=tuple(problems), year=year, year_from=year_from
    )


def _is(column: Column, kind: Kind) -> bool:
    return column.target is not None and column.target.field.kind is kind


def _field_id(column: Column) -> str:
    return column.target.field.id if column.target else ""


def _year_of_issue(columns: list[Column]) -> list[Column]:
    """In a list of certificates, a bare 年度 is the year of issue."""
    has_numbers = any(_field_id(column) == "certificate_no" for column in columns)
    yearly = [column for column in columns if column.target and column.target.field.group is Group.YEARLY]
    if not has_numbers or any(column.target and not column.target.year for column in yearly):
        return columns
    if any(_field_id(column) == "issued_year" for column in columns):
        return columns
    issued = Target(field=FIELDS["issued_year"])
    return [
        replace(column, target=issued)
        if _field_id(column) == "fiscal_year" and not column.by_hand
        else column
        for column in columns
    ]


def _said_once(columns: list[Column]) -> tuple[list[Column], dict[int, str]]:
    """Keep one column of those that say the same in code and in words."""
    best: dict[str, Column] = {}
    for column in columns:
        if column.target is None or column.target.field.kind not in _SAID_TWICE:
            continue
        before = best.get(_field_id(column))
        if before is None or _rank(column) > _rank(before):
            best[_field_id(column)] = column
    duplicates = {
        column.index: best[_field_id(column)].letter
        for column in columns
        if _field_id(column) in best and best[_field_id(column)] is not column
    }
    return [column for column in columns if column.index not in duplicates], duplicates


def _rank(column: Column) -> tuple[bool, bool]:
    return column.by_hand, "代码" in column.header or "code" in column.header.lower()


def _year_of_sheet(
    layout: Layout, options: Options, sheet_name: str, filename: str
) -> tuple[int | None, str]:
    if options.year:
        return options.year, YEAR_FROM_OPTION
    if layout.title_year:
        return layout.title_year, YEAR_FROM_TITLE
    for text, where in ((sheet_name, YEAR_FROM_SHEET), (filename, YEAR_FROM_FILE)):
        years = set(_YEAR_IN_NAME.findall(text))
        if len(years) == 1:
            return int(years.pop()), where
    return None, ""


def _with_year(column: Column, *, year: int | None, in_rows: bool) -> Chosen | None:
    target = column.target
    if target is None:
        return None
    if target.field.group is not Group.YEARLY:
        return Chosen(column=column, target=target)
    if target.year:
        return Chosen(column=column, target=target, year=target.year)
    offset = column.relative or 0
    if in_rows:
        return Chosen(column=column, target=target, offset=offset)
    if year is None:
        return None
    return Chosen(column=column, target=target, year=year + offset)


def _no_year(column: Column, sheet_name: str) -> Problem:
    return Problem(
        message=Text(N_("不知道“%(header)s”是哪一年的数。"), header=column.header),
        place=_place(sheet_name, column),
        remedy=Text(N_("请在表头写明年度（如“2025年营业收入”）、加一列“年度”，或在导入选项里选年度。")),
    )


def _impossible_year(column: Column, year: int, sheet_name: str, received_on: date) -> Problem:
    message = N_("年度 %(year)s 不可能；须在 %(first)s 至 %(last)s 之间。")
    return Problem(
        message=Text(message, year=year, first=EARLIEST_YEAR, last=received_on.year),
        place=_place(sheet_name, column),
        remedy=Text(N_("请改正表头、标题或所选的年度。")),
    )


def doubled(chosen: Sequence[Chosen]) -> list[list[Chosen]]:
    """The columns that tell the same thing, in groups of two or more."""
    groups: dict[str, list[Chosen]] = {}
    for item in chosen:
        groups.setdefault(item.name, []).append(item)
    return [group for group in groups.values() if len(group) > 1]


def _twice(chosen: list[Chosen], sheet_name: str) -> list[Problem]:
    message = N_("%(columns)s 说的是同一项“%(field)s”。")
    return [
        Problem(
            message=Text(
                message, columns="、".join(item.column.place for item in group), field=_label(group[0])
            ),
            place=sheet_name,
            remedy=Text(N_("请在“列的对应”里只留其中一列，把其余的改成别的项或“不导入”。")),
        )
        for group in doubled(chosen)
    ]


def _label(item: Chosen) -> str:
    return f"{item.target.field.label} {item.year}" if item.year else item.target.field.label


def _no_key(chosen: list[Chosen], sheet_name: str) -> list[Problem]:
    if any(item.target.field.id in ("credit_code", "name") for item in chosen):
        return []
    return [
        Problem(
            message=Text(N_("没有认出“统一社会信用代码”或“企业名称”这一列。")),
            place=sheet_name,
            remedy=Text(N_("请在“列的对应”里指明哪一列是信用代码、哪一列是企业名称。")),
        )
    ]


def _place(sheet_name: str, column: Column) -> str:
    return " ".join(part for part in (sheet_name, column.place) if part)
