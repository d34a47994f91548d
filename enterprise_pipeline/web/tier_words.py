"""Words about tiers: their short names, until when what they rest on counts, what an answer settles."""

from typing import Any

from flask import Blueprint
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from enterprise_pipeline.services.criterion_views import CriterionView
from enterprise_pipeline.services.evidence_texts import evidence_text
from enterprise_pipeline.services.missing_facts import MissingFact
from enterprise_pipeline.services.tier_cards import TierCard
from enterprise_pipeline.web.filters import day, translated, worded
from scoring.vocabulary import Tier

RUNG_WORDS: dict[Tier, Any] = {
    Tier.TECH_SME: _l("科小"),
    Tier.HNTE_RESERVE: _l("高企后备"),
    Tier.HNTE: _l("高企"),
    Tier.GAZELLE_RESERVE: _l("瞪羚后备"),
    Tier.GAZELLE: _l("瞪羚"),
    Tier.LEADING_RESERVE: _l("领军培育"),
    Tier.LEADING: _l("领军"),
    Tier.INNOVATIVE_SME: _l("创新型"),
    Tier.SRDI_SME: _l("专精特新中小"),
    Tier.LITTLE_GIANT: _l("小巨人"),
    Tier.CHAMPION: _l("单项冠军"),
    Tier.UNICORN: _l("独角兽"),
    Tier.INDUSTRY_RESERVE: _l("规上工业后备"),
    Tier.ABOVE_SCALE_INDUSTRY: _l("规上工业"),
    Tier.SERVICE_RESERVE: _l("规上服务业后备"),
    Tier.ABOVE_SCALE_SERVICE: _l("规上服务业"),
}


def rung_word(tier: Tier) -> str:
    """The short name of a tier."""
    return str(RUNG_WORDS[tier])


def evidence_line(view: CriterionView) -> str:
    """Until when what meets a criterion counts; empty where it does not lapse or is not met."""
    return translated(evidence_text(view.outcome.evidence))


def standing_line(card: TierCard) -> str:
    """Until when everything that a standing verdict rests on counts, and what lapses first."""
    first = card.lapses_first
    if not card.stands or first is None:
        return ""
    return str(
        _(
            "依据有效至 %(day)s（最先到期：%(criterion)s）",
            day=day(first.outcome.valid_until),
            criterion=worded(first.criterion),
        )
    )


def missing_reason(fact: MissingFact) -> str:
    """What an answer is good for."""
    if fact.decides:
        return str(ngettext("回答后 %(num)s 个层级可定", "回答后 %(num)s 个层级可定", len(fact.decides)))
    return str(ngettext("关系到 %(num)s 个层级", "关系到 %(num)s 个层级", len(fact.tiers)))


def init_tier_words(blueprint: Blueprint) -> None:
    """Let templates use these words."""
    for function in (rung_word, evidence_line, standing_line, missing_reason):
        blueprint.add_app_template_global(function, function.__name__)
    blueprint.add_app_template_filter(rung_word)
