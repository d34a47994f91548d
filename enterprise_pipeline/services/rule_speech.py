"""The pieces of which sentences about rules are made: facts, tiers, amounts and comparisons as words.

A `Speech` says everything in one language: it is given what translates a
Chinese pattern, and writes numbers exactly (5000.01 stays 5000.01).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from enterprise_pipeline.services.texts import N_
from scoring.rules_model import Points, RuleSet
from scoring.vocabulary import FACTS, TIER_NAMES, Fact, Tier, Unit

Say = Callable[[str], str]
Number = int | Decimal | Fraction

WAN, YI = 10_000, 100_000_000
MILLION, BILLION = 1_000_000, 1_000_000_000

_LANGUAGE = N_("语言：zh")
_COMPARED = {
    ">=": N_("%(what)s不低于 %(value)s"),
    ">": N_("%(what)s高于 %(value)s"),
    "<=": N_("%(what)s不超过 %(value)s"),
    "<": N_("%(what)s低于 %(value)s"),
}
_YEARS = {1: N_("一"), 2: N_("二"), 3: N_("三"), 4: N_("四"), 5: N_("五")}
_COUNTED = {
    Unit.HEADS: N_("%(n)s 人"),
    Unit.COUNT: N_("%(n)s 项"),
    Unit.POINTS: N_("%(n)s 分"),
    Unit.DAYS: N_("%(n)s 天"),
    Unit.YEARS: N_("%(n)s 年"),
}
# Facts counted in items that are no items.
_NAMED = {"domestic_rank": N_("第 %(n)s 名"), "digital_level": N_("%(n)s 级")}
CODE_NAMES = {
    "national": N_("国家级"),
    "provincial": N_("省级"),
    "city": N_("市级"),
    "below_city": N_("市级以下"),
    "none": N_("无"),
    "gap_filled": N_("补短板、填空白"),
    "six_bases": N_("六基"),
}


def plain(pattern: str) -> str:
    """Leave the Chinese as it is."""
    return pattern


@dataclass(frozen=True)
class Speech:
    """Words in one language, and what the sentences of one rule set refer to."""

    say: Say = plain
    rule_set: RuleSet | None = None

    def __call__(self, pattern: str, **values: object) -> str:
        """Say a pattern with its values."""
        said = self.say(pattern)
        return said % values if values else said

    @property
    def is_english(self) -> bool:
        """Whether the patterns come out in English: the catalogue says so itself."""
        return self.say(_LANGUAGE).endswith("en")

    @property
    def points(self) -> Points | None:
        """The points system that the words ``points`` and ``points_part`` are about."""
        return self.rule_set.points if self.rule_set else None

    def own(self, thing: Any, name: str = "label") -> str:
        """A text that carries its English beside it."""
        return str(getattr(thing, f"{name}_en" if self.is_english else name))

    def fact(self, name: str) -> str:
        """A fact as it is called inside a sentence."""
        return self._inside(self.say(FACTS[name].label))

    def tier(self, tier: str) -> str:
        """A tier by its name, inside a sentence."""
        return self._inside(self.say(TIER_NAMES[Tier(tier)]))

    def code(self, value: str) -> str:
        """One of the answers of a coded fact."""
        return self(CODE_NAMES[value]) if value in CODE_NAMES else value

    def _inside(self, label: str) -> str:
        if not self.is_english or label[1:2].isupper() or label[1:2] == "&":
            return label
        return label[:1].lower() + label[1:]

    def either(self, parts: Iterable[str]) -> str:
        """A or B."""
        found = list(parts)
        join = self(N_("或"))
        return (f" {join} " if self.is_english else join).join(found)

    def listed(self, parts: Iterable[str]) -> str:
        """A, B, C."""
        return self(N_("、")).join(parts)

    def clauses(self, parts: Iterable[str]) -> str:
        """A; B; C."""
        return self(N_("；")).join(parts)

    def numbered(self, parts: Iterable[str]) -> str:
        """(1) A; (2) B."""
        return self.clauses(
            self(N_("（%(n)s）%(part)s"), n=place, part=part) for place, part in enumerate(parts, start=1)
        )

    def headed(self, head: str, rest: str) -> str:
        """A heading and what belongs to it."""
        return self(N_("%(head)s：%(rest)s"), head=head, rest=rest)

    def compared(self, what: str, operator: str, value: str) -> str:
        """What has to be at least, above, at most or below a value."""
        return self(_COMPARED[operator], what=what, value=value)

    def years(self, count: int) -> str:
        """A number of years as a word."""
        return self(_YEARS[count]) if count in _YEARS else str(count)

    def money(self, value_cny: Number) -> str:
        """An amount of CNY, exact: 1500 万元, 2 亿元; CNY 15 million."""
        exact = Fraction(value_cny)
        if self.is_english:
            return self._english_money(exact)
        if exact >= YI and _decimals(exact / YI) <= 2:  # noqa: PLR2004 - 1.25 亿 reads well, 1.2345 does not
            return self(N_("%(n)s 亿元"), n=number_text(exact / YI))
        return self(N_("%(n)s 万元"), n=number_text(exact / WAN))

    def _english_money(self, exact: Fraction) -> str:
        if exact >= BILLION:
            return self(N_("%(n)s 十亿元"), n=number_text(exact / BILLION))
        if exact >= MILLION:
            return self(N_("%(n)s 百万元"), n=number_text(exact / MILLION))
        return self(N_("%(n)s 元"), n=number_text(exact))

    def amount(self, fact: Fact, value: Number) -> str:
        """A threshold in the unit of its fact."""
        if fact.unit is Unit.CNY:
            return self.money(value)
        if fact.unit is Unit.SHARE:
            return self.share(value)
        return self.counted(value, fact.unit, fact.name)

    def counted(self, value: Number, unit: Unit, name: str = "") -> str:
        """A whole number with its unit."""
        pattern = _NAMED.get(name) or _COUNTED.get(unit)
        return self(pattern, n=number_text(value)) if pattern else number_text(value)

    def share(self, value: Number) -> str:
        """A share in percent, exact."""
        return f"{number_text(Fraction(value) * 100)}%"

    def last_year(self, name: str) -> str:
        """A fact with its year: figures of a year are those of the last one."""
        label = self.fact(name)
        return self(N_("上一年度%(fact)s"), fact=label) if FACTS[name].yearly else label

    def finished(self, sentence: str) -> str:
        """A sentence as it stands on its own."""
        return sentence[:1].upper() + sentence[1:] if self.is_english else sentence


def number_text(value: Number) -> str:
    """A number exactly, without zeros that say nothing.

    >>> number_text(Decimal("5000.010"))
    '5000.01'
    >>> number_text(Fraction(1, 3))
    '1/3'
    """
    exact = Fraction(value)
    digits = _decimals(exact)
    if digits < 0:
        return f"{exact.numerator}/{exact.denominator}"
    whole, rest = divmod(abs(exact.numerator) * 10**digits // exact.denominator, 10**digits)
    sign = "−" if exact < 0 else ""
    return f"{sign}{whole}" + (f".{rest:0{digits}d}" if digits else "")


def _decimals(exact: Fraction) -> int:
    """How many decimals a number has; -1 where no number of them is enough."""
    rest = exact.denominator
    counts = {2: 0, 5: 0}
    for prime in counts:
        while rest % prime == 0:
            rest //= prime
            counts[prime] += 1
    return max(counts.values()) if rest == 1 else -1
