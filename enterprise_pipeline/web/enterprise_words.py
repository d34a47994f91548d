"""How the page of an enterprise writes values, gaps and changes, in the page's language."""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.business_secrets import Why
from enterprise_pipeline.services.criterion_views import CriterionView, FactValue, Shape
from enterprise_pipeline.services.growth_readings import Growth
from enterprise_pipeline.services.missing_facts import MissingFact
from enterprise_pipeline.web import measures
from enterprise_pipeline.web.filters import (
    day,
    fact_label,
    percent,
    tier_name,
    translated,
    unknown,
)
from enterprise_pipeline.web.history_words import choice_value
from enterprise_pipeline.web.tier_words import init_tier_words
from scoring.vocabulary import CriterionResult, Verdict

SPARK_WIDTH, SPARK_HEIGHT, SPARK_MARGIN = 96, 24, 3

_END_WORDS: dict[str, Any] = {
    "term_ended": _l("期满未续"),
    "certified": _l("已获认定"),
    "revoked": _l("撤销"),
    "deregistered": _l("注销"),
    "撤销": _l("撤销"),
}
_STATES = {
    Verdict.ELIGIBLE: "yes",
    Verdict.NOT_ELIGIBLE: "no",
    Verdict.UNDETERMINED: "unknown",
    Verdict.NEEDS_JUDGEMENT: "judgement",
    Verdict.NOT_APPLICABLE: "none",
}


_WHY_WORDS: dict[Why, Any] = {Why.NO_RIGHT: _l("无权查看"), Why.MARKED: _l("商业秘密")}
_HIDDEN_GAPS: dict[Why, Any] = {
    Why.NO_RIGHT: _l("有差距，数额无权查看"),
    Why.MARKED: _l("有差距，数额为商业秘密"),
}


def why_word(why: Why) -> str:
    """Why a value does not show."""
    return str(_WHY_WORDS[why])


def rung_state(holds: bool | None, verdict: Verdict | None) -> str:  # noqa: FBT001 - a filter's argument
    """How a rung of the ladder looks."""
    if holds:
        return "held"
    return "none" if verdict is None else _STATES[verdict]


def end_word(reason: str) -> str:
    """Why a holding ended; a reason that is no code of ours is already words."""
    return str(_END_WORDS.get(reason, reason))


def missing_groups(missing: Sequence[MissingFact]) -> list[tuple[str, list[MissingFact]]]:
    """The questions under headings: what to ask first, then year by year, then the rest."""
    groups: dict[str, list[MissingFact]] = {str(_("先问这些")): []}
    for year in sorted({fact.year for fact in missing if fact.year}, reverse=True):
        groups[str(_("%(year)s 年度数据", year=year))] = []
    for fact in missing:
        if fact.is_first:
            title = _("先问这些")
        elif fact.year:
            title = _("%(year)s 年度数据", year=fact.year)
        else:
            title = _("企业情况")
        groups.setdefault(str(title), []).append(fact)
    return [(title, facts) for title, facts in groups.items() if facts]


def value_lines(view: CriterionView, points: tuple[int | None, int | None, int | None]) -> list[str]:
    """What a criterion was decided on, as lines of text; never rounded across its threshold."""
    if view.hidden and (view.shape is not Shape.FACTS or len(view.values) == 1):
        return [why_word(view.hidden)]
    if view.shape is Shape.GROWTH:
        return [line for growth in view.growth for line in growth_lines(growth, view.criterion.printed)]
    if view.shape is Shape.POINTS:
        return [points_text(*points)]
    if view.shape is Shape.JUDGEMENT:
        return [str(_("由人工判断"))]
    if view.shape in measures.LINES:
        return measures.LINES[view.shape](view)
    if len(view.values) == 1:
        return [plain_value(view.values[0])]
    return [f"{label_of(value)}{_('：')}{plain_value(value)}" for value in view.values]


def plain_value(value: FactValue) -> str:
    """A fact as text."""
    if value.hidden:
        return why_word(value.hidden)
    if value.fact is None:
        words = {True: _("持有"), False: _("不持有"), None: unknown()}
        return str(words[value.value])
    if value.value is None and value.is_before_registration:
        return str(_("成立前，按 0 计"))
    return choice_value(value.value, value.fact)


def label_of(value: FactValue) -> str:
    """What a value is called, with its year."""
    if value.fact is None:
        return tier_name(value.tier or "")
    label = translated(value.fact.label)
    return str(_("%(year)s 年%(label)s", year=value.year, label=label)) if value.year else label


def points_text(lo: int | None, hi: int | None, most: int | None) -> str:
    """Points or their range, of how many."""
    if lo is None or hi is None:
        return unknown()
    reached = str(lo) if lo == hi else f"{lo}–{hi}"
    return str(_("%(reached)s 分（满分 %(most)s）", reached=reached, most=most))


def growth_text(growth: Growth, printed: str) -> str:
    """Mean growth with the compound rate beside it."""
    label = translated(growth.fact.label)
    if growth.mean is None and growth.compound is not None:
        return str(_("%(label)s：复合 %(compound)s", label=label, compound=_rate(growth.compound, printed)))
    if growth.mean is None:
        reason = _("基数为零或负，需研判") if growth.has_bad_base else unknown()
        return f"{label}{_('：')}{reason}"
    mean = _rate(growth.mean, printed)
    if growth.compound is None:
        return f"{label}{_('：')}{mean}"
    return str(
        _(
            "%(label)s：平均 %(mean)s，复合 %(compound)s",
            label=label,
            mean=mean,
            compound=_rate(growth.compound, printed),
        )
    )


def growth_lines(growth: Growth, printed: str) -> list[str]:
    """Both rates, and what each reading would say where that matters."""
    lines = [growth_text(growth, printed)]
    if growth.readings_differ:
        both = (
            _("按平均读法满足，按复合读法不满足")
            if growth.mean_reaches
            else _("按复合读法满足，按平均读法不满足")
        )
        lines.append(str(both))
    return lines


def gap_sentence(view: CriterionView) -> str:
    """What is missing for a criterion that is not met, as a sentence with an amount; rounded up."""
    outcome = view.outcome
    if outcome.result is CriterionResult.NOT_MET and view.hidden:
        return str(_HIDDEN_GAPS[view.hidden])
    if outcome.result is not CriterionResult.NOT_MET or outcome.gap is None:
        return ""
    missing = measures.gap_text(view)
    if view.is_upper_limit or view.criterion.word == "unmet_at_most":
        return str(_("超出 %(amount)s", amount=missing))
    if view.shape is Shape.GROWTH:
        facts = str(_("或")).join(translated(growth.fact.label) for growth in view.growth)
        return str(_("%(fact)s最少还差 %(amount)s", fact=facts, amount=missing))
    fact = view.numerator or measures.only_fact(view)
    if fact is None or view.shape is Shape.AGE:
        return str(_("还差 %(amount)s", amount=missing))
    return str(_("%(fact)s还差 %(amount)s", fact=translated(fact.label), amount=missing))


def change_sentence(view: CriterionView) -> str:
    """On which day a criterion turns, if a day is known."""
    changes_on = view.outcome.changes_on
    if changes_on is None:
        return ""
    if view.outcome.result is CriterionResult.MET:
        is_told = view.outcome.valid_until == changes_on - timedelta(days=1)
        return "" if is_told else str(_("%(day)s 起不再满足", day=day(changes_on)))
    if view.outcome.result is CriterionResult.NOT_MET:
        return str(_("%(day)s 起满足", day=day(changes_on)))
    return str(_("%(day)s 起有变化", day=day(changes_on)))


def source_lines(view: CriterionView) -> list[str]:
    """Where the values of a criterion are from, each source and day once."""
    found: dict[str, None] = {}
    for value in view.values:
        if value.source and value.received_on:
            found[f"{translated(value.source)} {day(value.received_on)}"] = None
        elif value.is_concluded:
            found[str(_("由登记信息推定"))] = None
    return list(found)


def sparkline(values: Sequence[int | None]) -> list[str]:
    """Points of the lines through known values, oldest first; a gap where a value is unknown."""
    known = [value for value in values if value is not None]
    if len(known) < 2:  # noqa: PLR2004 - a line needs two points
        return []
    low, high = min(known), max(known)
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / (len(values) - 1)
    room = SPARK_HEIGHT - 2 * SPARK_MARGIN
    lines: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        lines[-1].append(f"{SPARK_MARGIN + place * step:.1f},{SPARK_MARGIN + (1 - share) * room:.1f}")
    return [" ".join(line) for line in lines if line]


def _rate(rate: Fraction, printed: str) -> str:
    return percent(rate.numerator, rate.denominator, printed)


def init_words(blueprint: Blueprint) -> None:
    """Let templates use these words."""
    for function in (
        rung_state,
        end_word,
        missing_groups,
        value_lines,
        plain_value,
        points_text,
        gap_sentence,
        change_sentence,
        source_lines,
        sparkline,
        fact_label,
        why_word,
    ):
        blueprint.add_app_template_global(function, function.__name__)
    init_tier_words(blueprint)
