"""Comparing rules: between two days, or between two rule sets chosen by id."""

from datetime import date

from enterprise_pipeline.services.errors import NotFound, ServiceError
from enterprise_pipeline.services.rule_changes import RuleSetChange, changes_between, rule_set_change
from enterprise_pipeline.services.rule_pages import known_tier
from enterprise_pipeline.services.rule_speech import Say, plain
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.texts import N_, Text
from scoring.rules_model import RuleSet


def by_days(start: date, end: date, *, tier: str = "", say: Say = plain) -> list[RuleSetChange]:
    """What holds on one day against another, of one tier or of all."""
    rule_sets = current_rulebook().rule_sets
    if tier:
        known = known_tier(tier)
        rule_sets = tuple(entry for entry in rule_sets if entry.tier is known)
    return changes_between(rule_sets, start=start, end=end, say=say)


def by_ids(old_id: str, new_id: str, *, say: Say = plain) -> RuleSetChange:
    """One rule set against another of the same tier, whenever they hold."""
    old, new = rule_set_of(old_id), rule_set_of(new_id)
    if old.tier is not new.tier:
        raise ServiceError(Text(N_("请选择同一层级的两套标准来比较。")))
    return rule_set_change(old, new, say)


def rule_set_of(rule_set_id: str) -> RuleSet:
    """A rule set by its id; NotFound when there is none."""
    found = current_rulebook().find(rule_set_id)
    if found is None:
        raise NotFound(Text(N_("没有代号为“%(id)s”的标准。"), id=rule_set_id))
    return found
