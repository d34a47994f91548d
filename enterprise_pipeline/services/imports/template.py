"""Sheets to be filled in: enterprises prefilled, only what is missing asked for; they import back exactly.

Row 1 says what to do, row 2 names the columns for people, hidden row 3 names
them for the import, so that no header can be misread on the way back.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import xlsxwriter

from enterprise_pipeline.services.export_receipts import Watermark, stamp
from enterprise_pipeline.services.imports.fields import BY_COLUMN, FIELDS, Field, Group, Kind
from enterprise_pipeline.services.imports.provenance import put_source
from enterprise_pipeline.services.imports.safe import SAFE
from scoring.facts import split_year
from scoring.vocabulary import COLUMNS, LOCAL_POOLS, TIER_NAMES, Tier

SHEET = "补数表"
ADVICE = "请只填空白处；不知道就留空，空白不会改动已有数据。灰色格已有数据，不必填。截至 {day}。"
CHOICE_WORDS = {
    "national": "国家级",
    "provincial": "省级",
    "city": "市级",
    "below_city": "市级以下",
    "gap_filled": "填补空白",
    "six_bases": "六基",
    "none": "无",
}
_HEADER_ROW, _KEY_ROW, _FIRST_ROW = 1, 2, 3
_UNITS = {Kind.MONEY: "万元", Kind.SHARE: "%"}
_COMMON = ("credit_code", "name")
USUAL = (
    "jurisdiction",
    "registered_on",
    "industry_code",
    *(
        f"{column}_y{back}"
        for back in (3, 2, 1)
        for column in ("revenue_fen", "rd_expense_fen", "net_assets_fen")
    ),
    *(
        f"{column}_y1"
        for column in (
            "total_assets_fen",
            "cost_expense_fen",
            "total_income_fen",
            "hitech_income_fen",
            "employees",
            "tech_staff",
        )
    ),
    "class1_ip",
    "class2_ip",
    "transformations_3y",
    "holds_hnte",
)


@dataclass(frozen=True, kw_only=True)
class SheetRow:
    """One enterprise of the sheet.

    ``missing`` are the columns of the facts frame that it lacks (None: all that
    the sheet asks for); ``known`` are values to print, by the keys of the import,
    such as ``certificate_no@hnte``.
    """

    credit_code: str
    name: str
    missing: frozenset[str] | None = None
    known: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One column of the sheet: its key, its label, and the facts-frame columns that it answers."""

    key: str
    label: str
    field: Field
    hint: str
    answers: frozenset[str]


def missing_sheet(
    rows: Iterable[SheetRow],
    columns: Sequence[str],
    as_of: date,
    *,
    source: str = "",
    mark: Watermark | None = None,
) -> bytes:
    """Return an .xlsx with these enterprises and one column for each missing fact.

    Parameters
    ----------
    columns
        Columns of the facts frame, such as ``revenue_fen_y1``, ``class1_ip`` or
        ``holds_hnte``; a holding is asked for by number and day of issue.
    as_of
        The day whose last year ``_y1`` is.
    source
        Whose word the sheet is when it comes back without a sender, under whatever name.
    mark
        Who took it, for its print and properties; an empty sheet has none.
    """
    asked = asked_for(columns, as_of)
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, SAFE) as book:
        if source:
            put_source(book, source)
        page = book.add_worksheet(SHEET)
        if mark:
            stamp(book, [page], mark)
        formats = {
            "head": book.add_format(
                {"bold": True, "bg_color": "#E8F0FE", "text_wrap": True, "valign": "top"}
            ),
            "advice": book.add_format({"italic": True}),
            "text": book.add_format({"num_format": "@"}),
            "known": book.add_format({"bg_color": "#EEEEEE", "num_format": "@"}),
            Kind.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
            Kind.MONEY: book.add_format({"num_format": "#,##0.00####"}),
            Kind.SHARE: book.add_format({"num_format": "@"}),
        }
        _write_head(page, formats, asked, as_of)
        last = _FIRST_ROW
        for last, row in enumerate(rows, start=_FIRST_ROW):
            _write_row(page, formats, asked, last, row)
        _validate(page, asked, last)
    return buffer.getvalue()


def asked_for(columns: Sequence[str], as_of: date) -> list[Asked]:
    """Turn columns of the facts frame into columns of a sheet, each once, in the order given."""
    found: dict[str, Asked] = {}
    for column in columns:
        for item in _asked(column, as_of):
            known = found.get(item.key)
            found[item.key] = replace(item, answers=item.answers | known.answers) if known else item
    return list(found.values())


def _asked(column: str, as_of: date) -> list[Asked]:
    if column.startswith("holds_"):
        return _asked_holding(column)
    stem, years_back = split_year(column)
    item = BY_COLUMN.get(stem)
    if item is None or item.group not in (Group.YEARLY, Group.FACT, Group.ENTERPRISE):
        return []
    hint = COLUMNS[stem].hint if stem in COLUMNS else ""
    unit = f"（{_UNITS[item.kind]}）" if item.kind in _UNITS else ""
    if years_back is None:
        return [
            Asked(key=item.id, label=item.label + unit, field=item, hint=hint, answers=frozenset({column}))
        ]
    year = as_of.year - years_back
    label, key = f"{year}年{item.label}{unit}", f"{item.id}@{year}"
    return [Asked(key=key, label=label, field=item, hint=hint, answers=frozenset({column}))]


def _asked_holding(column: str) -> list[Asked]:
    tier = column.removeprefix("holds_").removesuffix("_until")
    if tier not in set(Tier) or Tier(tier) in LOCAL_POOLS:
        return []  # A local list has no certificates; it comes in as a decision of its own.
    name = TIER_NAMES[Tier(tier)]
    return [
        Asked(
            key=f"{field_id}@{tier}",
            label=f"{name}{FIELDS[field_id].label}",
            field=FIELDS[field_id],
            hint="",
            answers=frozenset({f"holds_{tier}", f"holds_{tier}_until"}),
        )
        for field_id in ("certificate_no", "issued_on")
    ]


def _write_head(page: Any, formats: dict[Any, Any], asked: list[Asked], as_of: date) -> None:
    page.set_column(0, 0, 22, formats["text"])
    page.set_column(1, 1, 36, formats["text"])
    page.write_string(0, 0, ADVICE.format(day=as_of.isoformat()), formats["advice"])
    for index, name in enumerate(_COMMON):
        page.write_string(_HEADER_ROW, index, FIELDS[name].label, formats["head"])
    for index, item in enumerate(asked, start=len(_COMMON)):
        page.set_column(index, index, 18, formats.get(item.field.kind, formats["text"]))
        page.write_string(_HEADER_ROW, index, item.label, formats["head"])
    page.set_row(_KEY_ROW, None, None, {"hidden": True})
    for index, key in enumerate((*_COMMON, *(_key_with_unit(item) for item in asked))):
        page.write_string(_KEY_ROW, index, key)
    page.freeze_panes(_FIRST_ROW, len(_COMMON))


def _key_with_unit(item: Asked) -> str:
    unit = _UNITS.get(item.field.kind)
    return f"{item.key}#{unit}" if unit else item.key


def _write_row(page: Any, formats: dict[Any, Any], asked: list[Asked], line: int, row: SheetRow) -> None:
    page.write_string(line, 0, row.credit_code, formats["text"])
    page.write_string(line, 1, row.name, formats["text"])
    for index, item in enumerate(asked, start=len(_COMMON)):
        if item.key in row.known:
            page.write_string(line, index, row.known[item.key], formats["known"])
        elif row.missing is not None and not item.answers & row.missing:
            page.write_blank(line, index, None, formats["known"])


def _validate(page: Any, asked: list[Asked], last: int) -> None:
    """Offer the allowed words and show the hint of each column while it is filled in."""
    for index, item in enumerate(asked, start=len(_COMMON)):
        rule: dict[str, Any] = {"validate": "any"}
        if item.field.kind is Kind.FLAG:
            rule = {"validate": "list", "source": ["是", "否"]}
        elif item.field.choices:
            rule = {"validate": "list", "source": [CHOICE_WORDS[choice] for choice in item.field.choices]}
        elif item.field.kind is Kind.COUNT:
            rule = {"validate": "integer", "criteria": ">=", "value": 0}
        if item.hint:
            rule |= {"input_title": item.field.label[:32], "input_message": item.hint[:255]}
        if rule != {"validate": "any"}:
            page.data_validation(_FIRST_ROW, index, last, index, rule)


def blank_sheet(as_of: date) -> bytes:
    """Return an empty sheet with the columns that most lists have."""
    return missing_sheet([], USUAL, as_of)
