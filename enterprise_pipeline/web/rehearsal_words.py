"""How rehearsals are said: what becomes of an enterprise, by which criteria, and how far off it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.rehearsal_columns import Change
from enterprise_pipeline.services.rehearsal_heads import Head, ToldCriterion
from enterprise_pipeline.services.rehearsal_list import UNKNOWN, ChangedEnterprise, RehearsalFilter
from enterprise_pipeline.web.filters import VERDICT_MARKS, amount, jurisdiction, worded
from enterprise_pipeline.web.said import said

CHANGES: dict[Change, Any] = {
    Change.GAINS: _l("新符合"),
    Change.LOSES: _l("不再符合"),
    Change.OPENS: _l("变为待补数据"),
    Change.JUDGED: _l("变为待研判"),
    Change.SHUT: _l("变为不符合"),
    Change.LEAVES: _l("变为不适用"),
    Change.REASONS: _l("结论不变，理由不同"),
}
CHANGE_HINTS: dict[Change, Any] = {
    Change.GAINS: _l("按新标准符合，按原标准不是"),
    Change.LOSES: _l("按原标准符合，按新标准不是"),
    Change.OPENS: _l("缺的数据补齐之后才知道"),
    Change.JUDGED: _l("能算的都满足，还要人判断"),
    Change.SHUT: _l("原来还不能定，按新标准不符合"),
    Change.LEAVES: _l("新标准不涉及这些企业"),
    Change.REASONS: _l("起决定作用的条件换了"),
}
STATES: dict[str, tuple[str, Any]] = {
    "running": ("judgement", _l("进行中")),
    "interrupted": ("unknown", _l("已中断")),
    "done": ("yes", _l("已完成")),
    "failed": ("risk", _l("出错")),
    "cancelled": ("no", _l("已停止")),
}
BASES: dict[str, Any] = {
    "reported": _l("只用已上报的数据"),
    "forecast": _l("未上报的年度用最近一年的数据代替"),
}
ORIGINS: dict[str, Any] = {
    "pair": _l("两套已有的标准"),
    "file": _l("规则文件"),
    "draft": _l("本地标准的一个版本"),
}
PARTS: dict[str, Any] = {
    "kind": _l("变化"),
    "place": _l("归口"),
    "before": _l("原结论"),
    "after": _l("新结论"),
    "criterion": _l("起作用的条件"),
}


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A chosen condition, with the address of the list without it."""

    name: str
    word: str


def change_word(change: int) -> str:
    """What becomes of an enterprise, in words."""
    return str(CHANGES[Change(change)])


def criteria_words(row: ChangedEnterprise) -> str:
    """The criteria that made the difference, the decisive direction first."""
    says = said()
    parts = [
        pattern % {"criteria": says.comma.join(worded(each) for each in criteria)}
        for pattern, criteria in (
            (str(_("放宽：%(criteria)s")), row.eased),
            (str(_("收紧：%(criteria)s")), row.tightened),
        )
        if criteria
    ]
    return says.semicolon.join(parts) if parts else str(_("适用范围"))


def gap_words(gap: tuple[ToldCriterion, int | None] | None) -> str:
    """The nearest gap: 研发费用还差 12.40 万元; nothing where there is none."""
    if gap is None:
        return ""
    criterion, missing = gap
    says = said()
    if missing is None:
        return str(_("%(what)s不满足", what=worded(criterion)))
    pattern = says.in_excess if criterion.is_limit else says.still_missing
    return pattern % {"what": worded(criterion), "amount": amount(missing, criterion.unit, up=True)}


def place_word(place: str) -> str:
    """A jurisdiction, or that nobody has told us."""
    return jurisdiction(None if place in ("", UNKNOWN) else place)


def part_word(shown: Head, name: str, word: str) -> str:
    """A chosen condition in words."""
    if name == "kind":
        return change_word(Change[word.upper()])
    if name == "place":
        return place_word(word)
    if name == "criterion":
        return worded(next(each for each in shown.criteria if each.id == word))
    return str(next(mark.word for verdict, mark in VERDICT_MARKS.items() if verdict.word == word))


def chips(shown: Head, wanted: RehearsalFilter) -> list[Chip]:
    """The chosen conditions, each removable."""
    colon = said().colon
    return [
        Chip(name=name, word=f"{PARTS[name]}{colon}{part_word(shown, name, word)}")
        for name, word in wanted.address().items()
    ]


def in_words(shown: Head, wanted: RehearsalFilter) -> str:
    """The whole filter in one line."""
    named: Sequence[str] = [chip.word for chip in chips(shown, wanted)]
    return said().semicolon.join(named) if named else str(_("全部有变化的企业"))


def duration(seconds: float | None) -> str:
    """How long, in whole seconds or minutes."""
    if seconds is None:
        return str(_("未知"))
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return str(_("%(n)s 秒", n=rest))
    return str(_("%(minutes)s 分 %(seconds)s 秒", minutes=minutes, seconds=rest))
