"""The words of the quick check: how near a tier is, and what has been answered."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.quick_check.answers import Answers
from enterprise_pipeline.services.quick_check.result import Standing
from enterprise_pipeline.services.quick_check.screens import BY_ID, columns_on
from enterprise_pipeline.services.tier_cards import TierCard
from enterprise_pipeline.web.enterprise_words import change_sentence, gap_sentence
from enterprise_pipeline.web.filters import fact_label, fact_value, industry, tier_name, translated, worded
from forms.facts import fact_of
from forms.quick_check import HOLDS, INDUSTRY
from scoring.vocabulary import CriterionResult


@dataclass(frozen=True, kw_only=True)
class StandingWords:
    """The heading of a group of tiers, and what it means."""

    title: Any
    text: Any
    tone: str


STANDINGS: dict[Standing, StandingWords] = {
    Standing.ELIGIBLE: StandingWords(
        title=_l("现在就符合"),
        text=_l("按所填数据，条件全部满足。可以准备材料，联系科技主管部门。"),
        tone="yes",
    ),
    Standing.JUDGEMENT: StandingWords(
        title=_l("能算的都满足，还要由人判断"),
        text=_l("没有不满足的条件；剩下的要由专家或主管部门判断。"),
        tone="judgement",
    ),
    Standing.ONE_STEP: StandingWords(
        title=_l("只差一步"), text=_l("只有一项条件不满足，其余都满足。"), tone="step"
    ),
    Standing.UNDETERMINED: StandingWords(
        title=_l("还说不准"), text=_l("没有不满足的条件，但缺的数据还可能改变结论。"), tone="unknown"
    ),
    Standing.NOT_YET: StandingWords(title=_l("还不符合"), text=_l("差得少的排在前面。"), tone="no"),
    Standing.NOT_APPLICABLE: StandingWords(
        title=_l("与企业无关"), text=_l("按行业或当天的规则，这些层级不适用。"), tone="none"
    ),
}


@dataclass(frozen=True, kw_only=True)
class AnswerLine:
    """One answer as it is read back."""

    label: str
    value: str
    is_unknown: bool


@dataclass(frozen=True, kw_only=True)
class AnswerGroup:
    """The answers of one screen."""

    screen: str
    title: str
    lines: tuple[AnswerLine, ...]


def standing_words(standing: Standing) -> StandingWords:
    """The heading of a group."""
    return STANDINGS[standing]


def step_sentence(card: TierCard) -> str:
    """What is missing for a tier: the criterion nearest to being met, with its gap."""
    failed = [view for view in card.criteria if view.outcome.result is CriterionResult.NOT_MET]
    view = card.nearest or (failed[0] if failed else None)
    if view is None:
        return ""
    gap = gap_sentence(view) or str(_("要求：%(printed)s", printed=worded(view.criterion, "printed")))
    return f"{worded(view.criterion)}{_('：')}{gap}"


def turning_sentence(card: TierCard) -> str:
    """The day on which a failing criterion is met by the passing of time alone."""
    for view in card.criteria:
        if view.outcome.result is CriterionResult.NOT_MET and view.outcome.changes_on:
            return change_sentence(view)
    return ""


def answer_groups(answers: Answers, as_of: date) -> tuple[AnswerGroup, ...]:
    """Everything answered so far, in the order of answering."""
    groups = []
    for screen_id in answers.path:
        screen = BY_ID.get(screen_id)
        if screen is None:
            continue
        columns = columns_on(screen, answers.given)
        lines = _held(columns, answers) if screen.id == "holdings" else _told(columns, answers, as_of)
        groups.append(AnswerGroup(screen=screen.id, title=translated(screen.title), lines=tuple(lines)))
    return tuple(groups)


def _told(columns: tuple[str, ...], answers: Answers, as_of: date) -> list[AnswerLine]:
    return [
        AnswerLine(
            label=fact_label(column, as_of),
            value=_value(column, answers.told.get(column)),
            is_unknown=column in answers.unknown,
        )
        for column in columns
    ]


def _value(column: str, value: Any) -> str:
    if value is None:
        return str(_("不清楚"))
    if column == INDUSTRY:
        return industry(value)
    found = fact_of(column)
    return fact_value(value, found[0]) if found else str(value)


def _held(columns: tuple[str, ...], answers: Answers) -> list[AnswerLine]:
    held = [tier_name(name.removeprefix(HOLDS)) for name in columns if answers.told.get(name)]
    is_unknown = not held and bool(answers.unknown & set(columns))
    words = str(_("、")).join(held) or str(_("不清楚") if is_unknown else _("都没有"))
    return [AnswerLine(label=str(_("现有资格")), value=words, is_unknown=is_unknown)]


def init_check_words(blueprint: Blueprint) -> None:
    """Let templates use these words."""
    for function in (standing_words, step_sentence, turning_sentence, answer_groups):
        blueprint.add_app_template_global(function, function.__name__)
