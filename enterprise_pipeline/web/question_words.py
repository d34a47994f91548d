"""Figures that do not go together, as questions: the numbers, and who might know; never an accusation."""

from datetime import date
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.data_questions import DataQuestion, Pair
from enterprise_pipeline.web.context import current_as_of
from enterprise_pipeline.web.filters import PPM, amount, fact_label, percent, tier_name, translated
from enterprise_pipeline.web.numbers import percent_text
from scoring.vocabulary import COLUMNS, FACTS, Unit

KIND_WORDS: dict[str, Any] = {
    "net_assets": _l("净资产与资产、负债不一致"),
    "part": _l("部分大于整体"),
    "unit": _l("可能填错单位"),
    "per_head": _l("与人数不相称"),
    "notch": _l("刚过门槛"),
    "expert": _l("专家评分超出可得范围"),
}
SHOWN_PAIRS = 3
# About ten thousand times rather than about a thousand times.
TEN_THOUSAND_FROM = 3_333


def kind_word(kind: str) -> str:
    """What a kind of question is called."""
    return str(KIND_WORDS[kind])


def question_text(question: DataQuestion) -> str:
    """The question in one or two sentences, with its numbers."""
    return str(_SAID[str(question.kind)](question))


def _value(column: str, value: int) -> str:
    return amount(value, _unit(column))


def _unit(column: str) -> Unit:
    stem = column.rpartition("_y")[0]
    return COLUMNS[stem if stem in COLUMNS else column].unit


def _label(column: str) -> str:
    return fact_label(column, _day())


def _day() -> date:
    return current_as_of()


def _net_assets(question: DataQuestion) -> str:
    pair = question.pairs[0]
    return str(
        _(
            "%(year)s 年净资产填报 %(given)s，资产总额减负债总额为 %(counted)s。两处数字不一致，哪个对？",
            year=question.year,
            given=_value(pair.subject, pair.value),
            counted=_value(pair.subject, pair.than),
        )
    )


def _part(question: DataQuestion) -> str:
    pair = question.pairs[0]
    return str(
        _(
            "%(part)s %(value)s，多于%(whole)s %(than)s。哪个数字对？",
            part=_label(pair.subject),
            value=_value(pair.subject, pair.value),
            whole=_label(pair.other),
            than=_value(pair.other, pair.than),
        )
    )


def _unit_slip(question: DataQuestion) -> str:
    told = str(_("；")).join(_jump(pair) for pair in question.pairs[:SHOWN_PAIRS])
    more = len(question.pairs) - SHOWN_PAIRS
    if more > 0:
        told = str(_("%(told)s；另有 %(more)s 项", told=told, more=more))
    if _times(question.pairs[0]) >= TEN_THOUSAND_FROM:
        return str(_("%(told)s。相差约一万倍，是否有一年把万元当成了元？", told=told))
    return str(_("%(told)s。相差约一千倍，是否有一年把千元当成了元？", told=told))


def _jump(pair: Pair) -> str:
    return str(
        _(
            "%(subject)s %(value)s，%(other)s %(than)s",
            subject=_label(pair.subject),
            value=_value(pair.subject, pair.value),
            other=_label(pair.other),
            than=_value(pair.other, pair.than),
        )
    )


def _times(pair: Pair) -> float:
    return max(pair.value, pair.than) / min(pair.value, pair.than)


def _per_head(question: DataQuestion) -> str:
    pair = question.pairs[0]
    return str(
        _(
            "%(year)s 年销售收入 %(sales)s，职工总数 %(heads)s，人均 %(each)s。金额单位和人数对吗？",
            year=question.year,
            sales=_value(pair.subject, pair.value),
            heads=_value(pair.other, pair.than),
            each=amount(round(pair.value / pair.than), Unit.CNY),
        )
    )


def _notch(question: DataQuestion) -> str:
    pair, notch = question.pairs[0], question.notch
    if notch is None:
        raise ValueError("A question about a notch names its notch.")
    words: dict[str, Any] = {
        "numerator": translated(FACTS[notch.numerator].label),
        "denominator": translated(FACTS[notch.denominator].label),
        "line": percent_text(notch.line.numerator, notch.line.denominator),
        "tier": tier_name(notch.rule_set.tier),
        "now": percent(pair.value, PPM, notch.line),
        "before": percent(pair.than, PPM, notch.line),
        "last": percent(pair.most or 0, PPM, notch.line),
    }
    if notch.years > 1:
        return str(
            _(
                "近三年%(numerator)s占%(denominator)s %(now)s，刚过 %(line)s（%(tier)s）；"
                "其中上一年度 %(last)s，前一年 %(before)s。两年的归集口径一致吗？",
                **words,
            )
        )
    return str(
        _(
            "%(numerator)s占%(denominator)s由 %(before)s 升到 %(now)s，刚过 %(line)s（%(tier)s）。"
            "两年的口径一致吗？",
            **words,
        )
    )


def _expert(question: DataQuestion) -> str:
    pair = question.pairs[0]
    return str(
        _(
            "%(label)s %(given)s 分，按已知数据应在 %(lo)s–%(hi)s 分之间。评分和数据，哪个需要更正？",
            label=_label(pair.subject),
            given=pair.value,
            lo=pair.than,
            hi=pair.most,
        )
    )


_SAID: dict[str, Any] = {
    "net_assets": _net_assets,
    "part": _part,
    "unit": _unit_slip,
    "per_head": _per_head,
    "notch": _notch,
    "expert": _expert,
}


def init_question_words(blueprint: Blueprint) -> None:
    """Let templates use these words."""
    for function in (question_text, kind_word):
        blueprint.add_app_template_global(function, function.__name__)
