"""What a rule file says, after checking: plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from scoring.vocabulary import Tier, Unit


@dataclass(frozen=True, kw_only=True)
class Band:
    """One row of a points table: from this value on, so many points (lowest and highest).

    A band of a flag is at 1 (yes) or 0 (no); one of a code has ``names`` instead of a value.
    """

    at: Fraction
    is_strict: bool
    lo: int
    hi: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PointsTable:
    """Bands over one figure, best band first.

    ``is_upper`` says that the bands are upper limits: at most so large. ``every`` is how many a further
    point takes (kind ``each_years``); ``judges_base`` that growth over a base that is not positive is for
    a person. Of kind ``given`` the fact is the points, up to those of the only band.
    """

    kind: str
    label: str
    label_en: str
    bands: tuple[Band, ...]
    fact: str = ""
    numerator: str = ""
    denominator: str = ""
    per_years: int = 1
    is_upper: bool = False
    every: int = 0
    judges_base: bool = False


@dataclass(frozen=True, kw_only=True)
class PointsPart:
    """One indicator: its tables, what experts may add, and the fact that carries the experts' own points."""

    id: str
    label: str
    label_en: str
    maximum: int
    combine: str
    tables: tuple[PointsTable, ...]
    expert: str = ""
    judged: int = 0


@dataclass(frozen=True, kw_only=True)
class Points:
    """A points system."""

    maximum: int
    article: str
    parts: tuple[PointsPart, ...]


@dataclass(frozen=True, kw_only=True)
class DirectCondition:
    """One door of a direct route: a tier held, a flag, or a ``word`` with its arguments.

    ``columns`` are the facts-frame columns that answer.
    """

    label: str
    label_en: str
    holds: str = ""
    flag: str = ""
    word: str = ""
    args: dict[str, Any] = field(default_factory=dict, hash=False)
    columns: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column that answers by itself; empty for a word, which compares figures."""
        if self.word:
            return ""
        return f"holds_{self.holds}" if self.holds else self.flag


@dataclass(frozen=True, kw_only=True)
class DirectRoute:
    """Any of these conditions replaces the criteria it waives."""

    article: str
    printed: str
    printed_en: str
    waives: frozenset[str]
    any_of: tuple[DirectCondition, ...]


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """One test of a rule set: the word that decides it, its arguments, and where it is written.

    It is not applicable while any of the flags ``not_asked_when`` is true.
    """

    id: str
    label: str
    label_en: str
    printed: str
    printed_en: str
    article: str
    word: str
    args: dict[str, Any] = field(hash=False)
    unit: Unit
    operator: str
    document: str
    address: str
    source: str
    grade: str
    checked_on: date
    note: str = ""
    note_en: str = ""
    not_asked_when: tuple[str, ...] = ()


@dataclass(frozen=True)
class Industries:
    """The industries under any of ``within`` and none of ``outside``: prefixes of GB/T 4754 codes."""

    within: tuple[str, ...]
    outside: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> "Industries":
        """From a table of a rule file, with ``industry`` and perhaps ``except``."""
        return cls(tuple(table["industry"]), tuple(table.get("except", ())))


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """The dated criteria of one tier by one standard.

    ``effective_to`` is the first day on which it no longer holds. ``facts``
    are the facts-frame columns it may ask for, in the order of asking; the
    position is the bit in an assessment's ``missing``. Where ``applies`` is
    given, the tier does not concern enterprises of other industries.
    """

    id: str
    tier: Tier
    standard: str
    is_default: bool
    is_local: bool
    label: str
    label_en: str
    document: str
    title: str
    issuer: str
    effective_from: date
    effective_to: date | None
    address: str
    source: str
    grade: str
    checked_on: date
    criteria: tuple[Criterion, ...]
    facts: tuple[str, ...]
    points: Points | None = None
    direct: DirectRoute | None = None
    applies: Industries | None = None
    note: str = ""
    note_en: str = ""

    @property
    def key(self) -> str:
        """The prefix of its columns in an outcomes frame."""
        return str(self.tier) if self.is_default else f"{self.tier}@{self.standard}"

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on ``day``."""
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)

    def criterion(self, criterion_id: str) -> Criterion:
        """The criterion of that id; KeyError when there is none."""
        for criterion in self.criteria:
            if criterion.id == criterion_id:
                return criterion
        raise KeyError(criterion_id)


def fen(amount_cny: Decimal | int) -> int:
    """An amount in CNY as integer 分; ValueError when it is finer than a 分.

    >>> fen(Decimal("12.34"))
    1234
    """
    exact = Fraction(amount_cny) * 100
    if exact.denominator != 1:
        raise ValueError(f"{amount_cny} CNY is not a whole number of fen")
    return int(exact)
