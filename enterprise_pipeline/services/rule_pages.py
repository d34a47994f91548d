"""What the pages about rules show: what holds on a day, since when, and what nobody has checked lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.rule_sentences import RuleText, rule_text
from enterprise_pipeline.services.rule_speech import Say, Speech, plain
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.texts import N_, Text
from scoring.rules_model import Criterion, RuleSet
from scoring.vocabulary import LINES, TIER_NAMES, Tier, Unit

MONTHS_A_YEAR = 12
LAST_DAY_OF_ANY_MONTH = 28
HUNDRED = 100


@dataclass(frozen=True, kw_only=True)
class TierLine:
    """One tier of a line, with the rule sets that hold on the day."""

    tier: Tier
    rule_sets: tuple[RuleSet, ...]
    next: RuleSet | None


@dataclass(frozen=True, kw_only=True)
class SaidRuleSet:
    """A rule set with its criteria beside their sentences."""

    rule_set: RuleSet
    text: RuleText
    criteria: tuple[tuple[Criterion, str], ...]


@dataclass(frozen=True, kw_only=True)
class TierPage:
    """All rules of a tier: those that hold on a day, and all of them as a timeline."""

    tier: Tier
    in_force: tuple[RuleSet, ...]
    timeline: tuple[RuleSet, ...]

    def of(self, standard: str) -> RuleSet | None:
        """The rule set of a standard that holds, else the default one."""
        same = [entry for entry in self.in_force if entry.standard == standard]
        usual = [entry for entry in self.in_force if entry.is_default]
        return next(iter([*same, *usual, *self.in_force]), None)

    def before(self, rule_set: RuleSet) -> RuleSet | None:
        """The rule set of the same standard that this one followed."""
        earlier = [
            entry
            for entry in self.timeline
            if entry.standard == rule_set.standard and entry.effective_from < rule_set.effective_from
        ]
        return max(earlier, key=lambda entry: entry.effective_from, default=None)


@dataclass(frozen=True, kw_only=True)
class StaleNumbers:
    """Criteria of one rule set that nobody has checked for long, of one day of checking and one grade."""

    rule_set: RuleSet
    criteria: tuple[Criterion, ...]
    checked_on: date
    grade: str


def rules_index(as_of: date) -> tuple[tuple[str, tuple[TierLine, ...]], ...]:
    """Every tier by line, with what holds on the day."""
    rule_sets = current_rulebook().rule_sets
    return tuple((name, tuple(_tier_line(tier, rule_sets, as_of) for tier in tiers)) for name, tiers in LINES)


def _tier_line(tier: Tier, rule_sets: Sequence[RuleSet], as_of: date) -> TierLine:
    own = [entry for entry in rule_sets if entry.tier is tier]
    coming = [entry for entry in own if entry.effective_from > as_of]
    return TierLine(
        tier=tier,
        rule_sets=tuple(entry for entry in own if entry.holds_on(as_of)),
        next=min(coming, key=lambda entry: entry.effective_from, default=None),
    )


def tier_page(tier: str, as_of: date) -> TierPage:
    """The rules of a tier on a day."""
    known = known_tier(tier)
    own = [entry for entry in current_rulebook().rule_sets if entry.tier is known]
    held = tuple(entry for entry in own if entry.holds_on(as_of))
    return TierPage(tier=known, in_force=held, timeline=tuple(own))


def said(entry: RuleSet, say: Say = plain) -> SaidRuleSet:
    """A rule set with everything it asks as sentences."""
    text = rule_text(entry, say)
    sentences = {each.id: each.sentence for each in text.criteria}
    return SaidRuleSet(
        rule_set=entry,
        text=text,
        criteria=tuple((criterion, sentences[criterion.id]) for criterion in entry.criteria),
    )


def known_tier(tier: str) -> Tier:
    """A tier by its id; NotFound for what is none."""
    if tier not in TIER_NAMES:
        raise NotFound(Text(N_("没有代号为“%(tier)s”的层级。"), tier=tier))
    return Tier(tier)


def stale_numbers(*, months: int, on: date) -> list[StaleNumbers]:
    """What holds on a day or later and was last checked more than so many months before, oldest first."""
    line = months_before(on, months)
    found = []
    for entry in current_rulebook().rule_sets:
        if entry.effective_to is not None and entry.effective_to <= on:
            continue
        old = [criterion for criterion in entry.criteria if criterion.checked_on < line]
        groups = dict.fromkeys((criterion.checked_on, criterion.grade) for criterion in old)
        found += [
            StaleNumbers(
                rule_set=entry,
                criteria=tuple(c for c in old if (c.checked_on, c.grade) == (checked_on, grade)),
                checked_on=checked_on,
                grade=grade,
            )
            for checked_on, grade in groups
        ]
    return sorted(found, key=lambda each: each.checked_on)


@dataclass(frozen=True, kw_only=True)
class ShareExample:
    """How a gap of a share is counted, told of a firm of a hundred: the line, who is there, who is short."""

    rule_set: RuleSet
    criterion: Criterion
    line: str
    have: int
    short: int


def share_example(as_of: date, *, say: Say = plain) -> ShareExample | None:
    """An example of a gap in heads, from a rule that holds on the day; None where no rule asks for such."""
    for entry in current_rulebook().in_force(as_of):
        for criterion in entry.criteria:
            if criterion.word == "share" and criterion.unit is Unit.HEADS and "value" in criterion.args:
                value = Fraction(criterion.args["value"])
                least = -(-value * HUNDRED // 1) + (criterion.operator == ">" and value * HUNDRED % 1 == 0)
                return ShareExample(
                    rule_set=entry,
                    criterion=criterion,
                    line=Speech(say).share(value),
                    have=int(least) - 1,
                    short=1,
                )
    return None


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; at the end of a short month its last day.

    >>> months_before(date(2026, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    number = day.year * MONTHS_A_YEAR + day.month - 1 - months
    year, month = divmod(number, MONTHS_A_YEAR)
    for last in (day.day, 30, 29, LAST_DAY_OF_ANY_MONTH):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"{months} months before {day} is no day.")
