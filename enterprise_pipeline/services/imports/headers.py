"""What the text of one header says: which field, which year, which unit."""

import re
import unicodedata
from dataclasses import dataclass, replace

from enterprise_pipeline.services.imports.fields import FIELDS, Field, Group
from enterprise_pipeline.services.imports.synonyms import KNOWN
from scoring.vocabulary import Tier

MONEY_UNITS: dict[str, int] = {"元": 100, "千元": 10**5, "万元": 10**6, "百万元": 10**8, "亿元": 10**10}
"""分 in one of the unit."""

_UNIT = r"(?:人民币)?(亿元|百万元|万元|千元|元|亿|万|%|‰|人|项|件|个|家|分|年|位|级|名)"
_UNIT_BRACKET = re.compile(rf"[(\[【](?:(?:金额|计量)?单位[:：]?)?{_UNIT}(?:/年)?[)\]】]")
_UNIT_ALONE = re.compile(rf"^(?:(?:金额|计量)?单位[:：]?)?{_UNIT}$")
_UNIT_TAIL = re.compile(r"[/:：_-]?(亿元|百万元|万元|千元)$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*(?:财|会计|自然)?(?:年度|年末|年底|年)?(?!\d)")
_RELATIVE = re.compile(r"上一?年度?(?:同期)?|去年|上期|本年度?|当年|本期|今年")
_NUMBERING = re.compile(
    r"^(?:\d{1,2}[.、)]|[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十\d]{1,2}\)|其中[:：]?)"
)
_PUNCTUATION = re.compile(r"[\s\u200b\ufeff*#★☆()\[\]【】{}<>《》“”\"'‘’、,，.。:：;；/\\|_\-—–·!！?？]+")
_KEY = re.compile(r"^([a-z][a-z0-9_]*)(?:@([a-z0-9_]+))?(?:#(%|亿元|百万元|万元|千元|元))?$")
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_GENERIC = frozenset(
    {"", "金额", "数值", "数量", "数", "合计", "小计", "数据", "填报数", "实际数", "个数", "名称"}
)
_PREFIXES = ("企业", "单位", "公司", "全年", "年末", "期末", "年度", "最新", "现", "截至目前", "累计", "其中")
_SUFFIXES = (
    "总人数",
    "人数",
    "总数",
    "数量",
    "数",
    "金额",
    "总额",
    "合计",
    "情况",
    "全年",
    "年末",
    "代码",
    "名称",
)
_SHORT_UNITS = {"亿": "亿元", "万": "万元"}


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a column means: a field, and for yearly figures a year, for certificates a tier."""

    field: Field
    year: int | None = None
    tier: str | None = None

    @property
    def key(self) -> str:
        """The exact spelling, such as ``revenue_cny@2025``; it reads back as this target."""
        qualifier = self.tier or (str(self.year) if self.year else "")
        return f"{self.field.id}@{qualifier}" if qualifier else self.field.id


@dataclass(frozen=True, kw_only=True)
class Heading:
    """One header text taken apart; ``relative`` is 0 for 本年 and -1 for 上年.

    ``core`` is what is left without anything in brackets.
    """

    bare: str
    core: str = ""
    year: int | None = None
    relative: int | None = None
    unit: str | None = None


def squeeze(text: str) -> str:
    """Return the header as it is remembered: half-width, one line, at most 200 characters."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))[:200]


def read_heading(text: str) -> Heading:
    """Take a header apart into its words, its year and its unit."""
    rest = squeeze(text)
    unit, rest = _take_unit(rest)
    years = {int(found) for found in _YEAR.findall(rest)}
    year = years.pop() if len(years) == 1 else None
    rest = _YEAR.sub("", rest)
    relative, rest = _take_relative(rest)
    rest = _NUMBERING.sub("", rest)
    core = bare(_BRACKETS.sub("", rest))
    return Heading(bare=bare(rest), core=core, year=year, relative=relative, unit=unit)


def bare(text: str) -> str:
    """Return the words of a header alone: lower case, no punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).lower())


def _take_unit(text: str) -> tuple[str | None, str]:
    found = _UNIT_ALONE.match(text)
    if found:
        return _SHORT_UNITS.get(found[1], found[1]), ""
    found = _UNIT_BRACKET.search(text)
    if found:
        return _SHORT_UNITS.get(found[1], found[1]), text[: found.start()] + text[found.end() :]
    found = _UNIT_TAIL.search(text)
    return (found[1], text[: found.start()]) if found else (None, text)


def _take_relative(text: str) -> tuple[int | None, str]:
    found = _RELATIVE.search(text)
    if not found:
        return None, text
    last = found.group().startswith(("上", "去"))
    return (-1 if last else 0), text[: found.start()] + text[found.end() :]


def parse_key(text: str) -> Target | None:
    """Return the target of an exact key such as ``revenue_cny@2025``, or nothing."""
    found = _KEY.match(text.strip())
    if not found or found[1] not in FIELDS:
        return None
    target = Target(field=FIELDS[found[1]])
    qualifier = found[2]
    if not qualifier:
        return target
    if target.field.group is Group.YEARLY and qualifier.isdigit():
        return replace(target, year=int(qualifier))
    if target.field.group is Group.CERTIFICATE and qualifier in set(Tier):
        return replace(target, tier=qualifier)
    return None


def key_unit(text: str) -> str | None:
    """The unit that an exact key such as ``revenue_cny@2025#万元`` carries."""
    found = _KEY.match(text.strip())
    return found[3] if found else None


def recognise(headings: list[Heading]) -> Target | None:
    """Return what the header rows of one column, top to bottom, mean together; nothing when unknown."""
    parts = [heading.bare for heading in headings if heading.bare]
    cores = [heading.core for heading in headings if heading.core]
    for candidate in (*_candidates(parts), *_candidates(cores)):
        known = _KNOWN_BARE.get(candidate)
        if known:
            return _target(known, headings)
    return None


def _candidates(parts: list[str]) -> list[str]:
    if not parts:
        # A column of years alone: its header was taken apart completely.
        return []
    leaf = parts[-1]
    candidates = ["".join(parts), leaf, "".join(parts[-2:])]
    if leaf in _GENERIC and len(parts) > 1:
        candidates.append(parts[-2])
    candidates += [short for word in (leaf, "".join(parts)) for short in _shortened(word)]
    return candidates


def _shortened(word: str) -> list[str]:
    heads = [word, *(word.removeprefix(prefix) for prefix in _PREFIXES if word.startswith(prefix))]
    tails = [head.removesuffix(suffix) for head in heads for suffix in _SUFFIXES if head.endswith(suffix)]
    return [short for short in (*heads[1:], *tails) if len(short) > 1]


def _target(known: tuple[str, str], headings: list[Heading]) -> Target:
    field_id, tier = known
    field = FIELDS[field_id]
    years = [heading.year for heading in headings if heading.year]
    if field.group is Group.YEARLY:
        return Target(field=field, year=years[-1] if years else None)
    return Target(field=field, tier=tier or None)


_KNOWN_BARE: dict[str, tuple[str, str]] = {bare(header): known for header, known in KNOWN.items()}
