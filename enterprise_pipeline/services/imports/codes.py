"""Cells that name something in a code table: places, industries, fields, certificate numbers."""

import re
from functools import cache

from enterprise_pipeline.services.imports.cells import BLANK_WORDS, is_blank, text_of
from enterprise_pipeline.services.imports.issues import CellIssue, Severity
from enterprise_pipeline.services.naming import normalise_name
from enterprise_pipeline.services.reference import (
    HIGH_TECH_ZONE,
    divisions,
    hitech_fields,
    industry_names,
    jurisdictions,
)
from enterprise_pipeline.services.texts import N_

LONGEST_NAME = 200
LONGEST_TEXT = 300
LONGEST_NUMBER = 40
_FORMULA_START = ("=", "+", "-", "@")
_HIGH_TECH_ZONE = re.compile(r"高新(?:区|技术产业开发区|技术开发区|产业开发区)")
_INDUSTRY = re.compile(r"([A-T]?)(\d{2,4})?")
_CHOICES = {
    "国家级": "national",
    "省级": "provincial",
    "省部级": "provincial",
    "市级": "city",
    "市州级": "city",
    "市级以下": "below_city",
    "县级": "below_city",
    "填补空白": "gap_filled",
    "填补国内空白": "gap_filled",
    "六基": "six_bases",
    "工业六基": "six_bases",
    "无": "none",
    "没有": "none",
}
_STATUSES = {
    "有效": "valid",
    "正常": "valid",
    "在有效期": "valid",
    "valid": "valid",
    "过期": "valid",
    "已过期": "valid",
}
_ENDED = ("撤销", "取消", "注销", "revoked")


def words(cell: object) -> str | None:
    """The text of a cell, or None when it is blank or a stroke."""
    if is_blank(cell):
        return None
    text = text_of(cell)
    return None if text.lower() in BLANK_WORDS else text


def name(cell: object) -> str | None:
    """Return an enterprise's name in its one spelling."""
    text = words(cell)
    if text is None:
        return None
    # An apostrophe only tells a spreadsheet that what follows is text; the next copy may lose it.
    if text.lstrip("'‘’ ").startswith(_FORMULA_START):
        raise CellIssue(N_("名称“%(cell)s”以“=、+、-、@”开头，像公式而不是名称；请核对。"), cell=text[:40])
    if len(text) > LONGEST_NAME:
        raise CellIssue(N_("名称超过 %(limit)s 个字；请核对。"), limit=LONGEST_NAME)
    if text.replace(".", "").isdigit():
        raise CellIssue(N_("名称“%(cell)s”只有数字；请核对。"), cell=text)
    return normalise_name(text)


def plain(cell: object) -> str | None:
    """Return a text as it stands."""
    text = words(cell)
    if text is not None and len(text) > LONGEST_TEXT:
        raise CellIssue(N_("文字超过 %(limit)s 个字；请缩短。"), limit=LONGEST_TEXT)
    return text


def place(cell: object) -> str | None:
    """Return the jurisdiction that a cell names, in full or as people say it."""
    text = words(cell)
    if text is None:
        return None
    known = _places()
    if text in known:
        return known[text]
    if _HIGH_TECH_ZONE.search(text):
        return HIGH_TECH_ZONE
    short = re.sub(r"^(湖北省)?(宜昌市)?|(科技局|科经局|科技和经济信息化局|经信局|人民政府)$", "", text)
    if short in known:
        return known[short]
    message = N_("“%(cell)s”不是宜昌的县市区，这一格没有导入。")
    raise CellIssue(message, severity=Severity.NOTE, cell=text[:40])


def division(cell: object) -> str | None:
    """Return the division of registration, given as its code or name."""
    text = words(cell)
    if text is None:
        return None
    codes = {item.code for item in divisions()}
    found = text if text in codes else _places().get(text)
    if found in codes:
        return found
    message = N_("登记机关“%(cell)s”不在宜昌的 13 个县市区之内，登记地按未知处理。")
    raise CellIssue(message, severity=Severity.NOTE, cell=text[:40])


def industry(cell: object) -> str | None:
    """Return a code of GB/T 4754-2017, from the code, the digits alone or the exact name."""
    text = words(cell)
    if text is None:
        return None
    known = industry_names()
    upper = re.split(r"[\s:：\-—_]", text.upper())[0]
    if upper in known:
        return upper
    by_digits = _industry_by_digits()
    if upper in by_digits:
        return by_digits[upper]
    by_name = _industry_by_name()
    if text in by_name:
        return by_name[text]
    message = N_("“%(cell)s”不是行业代码（GB/T 4754—2017，如 C2614）或行业名称，这一格没有导入。")
    raise CellIssue(message, severity=Severity.NOTE, cell=text[:40])


def hitech(cell: object) -> str | None:
    """Return a high-tech field's code, from the code or the exact name."""
    text = words(cell)
    if text is None:
        return None
    for field in hitech_fields():
        if text in (field.code, field.name, f"{field.group}-{field.name}", f"{field.group}/{field.name}"):
            return field.code
    message = N_("“%(cell)s”不是高新技术领域的代码（如 405）或二级领域名称，这一格没有导入。")
    raise CellIssue(message, severity=Severity.NOTE, cell=text[:40])


def choice(cell: object, *, choices: tuple[str, ...]) -> str | None:
    """Return one of the allowed words, also from its Chinese name."""
    if is_blank(cell):
        return None
    text = text_of(cell)
    found = _CHOICES.get(text, text.lower())
    if found in choices:
        return found
    if text.lower() in BLANK_WORDS:
        return None
    raise CellIssue(N_("“%(cell)s”不是可选的值。"), cell=text[:40])


def number(cell: object) -> str | None:
    """Return a certificate number."""
    if isinstance(cell, float | int) and not isinstance(cell, bool) and abs(cell) >= 10**15:
        raise CellIssue(
            N_("编号被 Excel 存成了数字（%(cell)s），末尾的位数已经丢失；请设为文本后重填。"), cell=cell
        )
    text = words(cell)
    if text is None:
        return None
    found = re.sub(r"[\s'\"]", "", text).upper().removeprefix("=")
    if len(found) > LONGEST_NUMBER:
        raise CellIssue(N_("编号超过 %(limit)s 位；请核对。"), limit=LONGEST_NUMBER)
    return found


def status(cell: object) -> str | None:
    """Return ``valid`` or ``ended`` for the status of a certificate."""
    text = words(cell)
    if text is None:
        return None
    if text.lower() in _STATUSES:
        return _STATUSES[text.lower()]
    if any(word in text.lower() for word in _ENDED):
        return "ended"
    raise CellIssue(N_("证书状态“%(cell)s”不认识；请填有效或撤销。"), severity=Severity.NOTE, cell=text[:40])


@cache
def _places() -> dict[str, str]:
    known: dict[str, str] = {}
    for item in jurisdictions():
        stem = re.sub(r"(土家族自治县|区|县|市)$", "", item.name)
        for spelling in (item.code, item.name, stem, stem + "县", stem + "市", stem + "区", item.name_en):
            known.setdefault(spelling, item.code)
    return known


@cache
def _industry_by_digits() -> dict[str, str]:
    return {code[1:]: code for code in industry_names() if len(code) > 1}


@cache
def _industry_by_name() -> dict[str, str]:
    # A name that a division shares with its only group means the division, which says less.
    return {name: code for code, name in sorted(industry_names().items(), key=lambda item: -len(item[0]))}
