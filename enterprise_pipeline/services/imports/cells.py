"""One cell read on its own: exact, and saying why when it cannot be read.

Whole columns take a faster way through `columns`, which falls back to these
functions for every cell that is not plain.
"""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite

from enterprise_pipeline.services.imports.headers import MONEY_UNITS
from enterprise_pipeline.services.imports.issues import CellIssue, Severity
from enterprise_pipeline.services.texts import N_

_BLANK = r"- -- --- — —— ―  – / // \ . 。 无 暂无 没有 未知 不详 未填 空 待定 待补 待报 n/a na null none nan"
_YES = "是 有 对 真 √ ✓ ✔ ☑ y yes t true 1 符合 属于 具备 具有 已 达到"
_NO = "否 无 没有 非 不是 假 × ✗ ✘ x n no f false 0 不符合 不属于 不具备 未 未发生 无此情况 没"
BLANK_WORDS = frozenset(_BLANK.split())
YES_WORDS = frozenset(_YES.split())
NO_WORDS = frozenset(_NO.split())
UNKNOWN_UNIT = N_("不知道“%(cell)s”的单位是元还是万元；请在表头写明单位。")
MOST_FEN = 10**14
MOST_COUNT = 10**7
MILLION = 10**6
EXCEL_EPOCH = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 15_000, 80_000
EARLIEST_DAY = date(1900, 1, 1)
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_TAIL = re.compile(r"(亿元|亿|百万元|百万|万元|万|千元|元|人次|人|名|项|件|个|家|年|位|级|分|%|‰)$")
_DATES = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
_MONTH_ONLY = re.compile(r"\d{4}[-/.年]\d{1,2}月?|\d{4}年?")
_YEAR = re.compile(r"((?:19|20)\d{2})(?:年度|年)?")


def is_blank(cell: object) -> bool:
    """Whether a cell says nothing at all."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: object) -> str:
    """The text of a cell, half-width, without blanks around it; a whole number without its ``.0``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return unicodedata.normalize("NFKC", str(cell)).strip()


def number_text(cell: object) -> str | None:
    """The text of a cell that should hold a number, or None for blank and for a word that means blank."""
    if is_blank(cell):
        return None
    text = text_of(cell).replace(" ", "").replace("\u2212", "-")
    if text.lower() in BLANK_WORDS:
        raise CellIssue(N_("“%(cell)s”当作没有填，不是 0。"), severity=Severity.NOTE, cell=text)
    return text


def decimal_of(text: str) -> tuple[Decimal, str | None]:
    """Take a number with its unit, sign, brackets and separators apart, exactly."""
    rest = text.removeprefix("人民币").removeprefix("RMB").lstrip("¥￥")
    negative = False
    if rest.startswith("(") and rest.endswith(")"):
        negative, rest = True, rest[1:-1]
    if rest.startswith(("-", "负")):
        negative, rest = not negative, rest[1:]
    rest = rest.removeprefix("+").lstrip("¥￥")
    found = _TAIL.search(rest)
    unit = found[1] if found else None
    if found:
        rest = rest[: found.start()]
    if _GROUPED.fullmatch(rest):
        rest = rest.replace(",", "")
    if not (_PLAIN.fullmatch(rest) or _SCIENTIFIC.fullmatch(rest)):
        raise CellIssue(N_("“%(cell)s”不是一个确定的数；请只填数字。"), cell=text)
    number = Decimal(rest)
    return (-number if negative else number), unit


def number_of(cell: object) -> tuple[Decimal, str | None] | None:
    """Return a cell's exact number and the unit written in it; None when blank.

    A number that the file holds in binary is taken by its shortest decimal
    form, which is what was typed.
    """
    if isinstance(cell, bool | date | timedelta) or (isinstance(cell, float) and not isfinite(cell)):
        raise CellIssue(N_("“%(cell)s”不是数字。"), cell=cell)
    if isinstance(cell, float | int):
        return Decimal(repr(cell)), None
    text = number_text(cell)
    return None if text is None else decimal_of(text)


def money(cell: object, *, fen_per_unit: int | None, signed: bool) -> int | None:
    """Return whole 分; ``fen_per_unit`` is the column's unit, which a unit in the cell overrides."""
    found = number_of(cell)
    if found is None:
        return None
    number, unit = found
    factor = _fen_per(unit, cell) or fen_per_unit
    if factor is None:
        raise CellIssue(UNKNOWN_UNIT, cell=cell)
    fen = number * factor
    whole = int(fen.to_integral_value(rounding=ROUND_HALF_UP))
    if whole < 0 and not signed:
        raise CellIssue(N_("“%(cell)s”是负数，这一项不能为负；请核对。"), cell=cell)
    if abs(whole) > MOST_FEN:
        raise CellIssue(N_("“%(cell)s”折合超过一万亿元，单位可能有误；请核对。"), cell=cell)
    return whole


def _fen_per(unit: str | None, cell: object) -> int | None:
    if unit is None:
        return None
    name = unit if unit.endswith("元") else unit + "元"
    if name not in MONEY_UNITS:
        raise CellIssue(N_("“%(cell)s”不是金额；请核对。"), cell=cell)
    return MONEY_UNITS[name]


def count(cell: object) -> int | None:
    """Return a whole number that is not negative."""
    found = number_of(cell)
    if found is None:
        return None
    number, unit = found
    if unit in ("%", "‰"):
        raise CellIssue(N_("“%(cell)s”应是个数，不是比例；请核对。"), cell=cell)
    number *= {"亿": 10**8, "百万": 10**6, "万": 10**4}.get(unit or "", 1)
    if number != number.to_integral_value():
        raise CellIssue(N_("“%(cell)s”应是整数；请企业确认后改为整数。"), cell=cell)
    if number < 0:
        raise CellIssue(N_("“%(cell)s”是负数，这一项不能为负；请核对。"), cell=cell)
    if number > MOST_COUNT:
        raise CellIssue(N_("“%(cell)s”过大；请核对。"), cell=cell)
    return int(number)


def share(cell: object, *, column_unit: str | None) -> int | None:
    """Return millionths of a share given as 35%, as 0.35, or as 35 under a header that says %."""
    found = number_of(cell)
    if found is None:
        return None
    number, unit = found
    if unit is None and column_unit == "%" and 0 < number < 1:
        message = N_("表头是“%%”，“%(cell)s”可能是百分之几，也可能是一个小数；请写成“35%%”的样子。")
        raise CellIssue(message, cell=cell)
    if unit is None and column_unit != "%" and number > 1:
        raise CellIssue(N_("“%(cell)s”大于 1；如果是百分数，请写成“%(cell)s%%”。"), cell=text_of(cell))
    if unit == "%" or (unit is None and column_unit == "%"):
        number /= 100
    elif unit is not None:
        raise CellIssue(N_("“%(cell)s”不是比例；请核对。"), cell=cell)
    if not 0 <= number <= 1:
        raise CellIssue(N_("“%(cell)s”不在 0 到 100%% 之间；请核对。"), cell=cell)
    return int((number * MILLION).to_integral_value(rounding=ROUND_HALF_UP))


def flag(cell: object) -> bool | None:
    """Return yes or no; a stroke is blank, but 无 is no."""
    if is_blank(cell):
        return None
    if isinstance(cell, bool):
        return cell
    text = text_of(cell).lower()
    if text in YES_WORDS:
        return True
    if text in NO_WORDS:
        return False
    if text in BLANK_WORDS:
        raise CellIssue(N_("“%(cell)s”当作没有填，不是“否”。"), severity=Severity.NOTE, cell=text)
    raise CellIssue(N_("“%(cell)s”看不出是“是”还是“否”；请填是或否。"), cell=cell)


def day(cell: object) -> date | None:
    """Return a day in any of the usual spellings, or as Excel's serial number."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if is_blank(cell):
        return None
    text = text_of(cell).replace(" 00:00:00", "").replace("T00:00:00", "").replace(" ", "")
    if text.lower() in BLANK_WORDS:
        raise CellIssue(N_("“%(cell)s”当作没有填。"), severity=Severity.NOTE, cell=text)
    if text.isdigit() and FIRST_SERIAL <= int(text) <= LAST_SERIAL:
        return EXCEL_EPOCH + timedelta(days=int(text))
    for pattern in _DATES:
        found = pattern.fullmatch(text)
        if found:
            return _calendar_day(*map(int, found.groups()), text=text)
    if _MONTH_ONLY.fullmatch(text):
        raise CellIssue(N_("“%(cell)s”没有写到日；请补全年月日，不知道就留空。"), cell=text)
    raise CellIssue(N_("“%(cell)s”不是能识别的日期；请写成 2019-11-15。"), cell=text)


def _calendar_day(year: int, month: int, number: int, *, text: str) -> date:
    try:
        found = date(year, month, number)
    except ValueError as error:
        raise CellIssue(N_("“%(cell)s”不是日历上有的日期；请核对。"), cell=text) from error
    if found < EARLIEST_DAY:
        raise CellIssue(N_("“%(cell)s”太早，不可信；请核对。"), cell=text)
    return found


def year(cell: object) -> int | None:
    """Return a calendar year."""
    if isinstance(cell, date):
        return cell.year
    if is_blank(cell):
        return None
    found = _YEAR.fullmatch(text_of(cell))
    if not found:
        raise CellIssue(N_("“%(cell)s”不是年份；请写成 2025。"), cell=text_of(cell))
    return int(found[1])
