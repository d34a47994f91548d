"""Rules as sentences a lawyer can read, generated from word and arguments and never written twice.

``say`` translates a Chinese pattern: pages pass gettext, a command line leaves
the Chinese as it is.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from enterprise_pipeline.services.points_said import PartText, points_text
from enterprise_pipeline.services.rule_speech import Say, Speech, plain
from enterprise_pipeline.services.rule_words_said import clause, held, industries, unless
from enterprise_pipeline.services.texts import N_
from scoring.rules_model import Criterion, DirectCondition, DirectRoute, RuleSet


class CriterionText(NamedTuple):
    """A criterion as one sentence, with where it is written."""

    id: str
    sentence: str
    article: str


@dataclass(frozen=True, kw_only=True)
class RuleText:
    """A rule set in words. ``applies`` and ``direct`` are empty where there is nothing to say."""

    applies: str
    criteria: tuple[CriterionText, ...]
    points: tuple[PartText, ...]
    direct: str


def criterion_sentence(criterion: Criterion, say: Say = plain, *, rule_set: RuleSet | None = None) -> str:
    """What a criterion asks, as one sentence without a full stop.

    ``rule_set`` names the indicators that words about points refer to.

    >>> from scoring.rulebook import load_rulebook
    >>> criterion_sentence(load_rulebook().get("TSME-2017").criterion("revenue_max"))
    '上一年度销售收入不超过 2 亿元'
    """
    speech = Speech(say, rule_set)
    said = clause(criterion.word, criterion.args, speech)
    return speech.finished(unless(said, criterion.not_asked_when, speech))


def word_sentence(
    word: str, args: dict[str, Any], say: Say = plain, *, rule_set: RuleSet | None = None
) -> str:
    """A word with arguments that belong to no criterion yet, as a draft has them."""
    speech = Speech(say, rule_set)
    return speech.finished(clause(word, args, speech))


def rule_text(rule_set: RuleSet, say: Say = plain) -> RuleText:
    """A whole rule set in words."""
    speech = Speech(say, rule_set)
    return RuleText(
        applies=_applies(rule_set, speech),
        criteria=tuple(
            CriterionText(entry.id, criterion_sentence(entry, say, rule_set=rule_set), entry.article)
            for entry in rule_set.criteria
        ),
        points=points_text(rule_set.points, speech),
        direct=_direct(rule_set, rule_set.direct, speech) if rule_set.direct else "",
    )


def _applies(rule_set: RuleSet, speech: Speech) -> str:
    if rule_set.applies is None:
        return ""
    codes = industries(rule_set.applies.within, rule_set.applies.outside, speech)
    return speech.finished(speech(N_("适用于下列行业（GB/T 4754—2017）：%(codes)s"), codes=codes))


def _door(door: DirectCondition, speech: Speech) -> str:
    if door.word:
        return clause(door.word, door.args, speech)
    return held(door.holds, speech) if door.holds else speech.fact(door.flag)


def _direct(rule_set: RuleSet, direct: DirectRoute, speech: Speech) -> str:
    """Which conditions replace which criteria."""
    doors = speech.numbered(_door(door, speech) for door in direct.any_of)
    waived = speech.listed(speech.own(entry) for entry in rule_set.criteria if entry.id in direct.waives)
    return speech.finished(
        speech(N_("符合下列任一项的，不再要求%(waived)s：%(doors)s"), waived=waived, doors=doors)
    )
