"""Growth by both readings, the mean of the yearly rates and the compound rate, and what each would say."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

from scoring.vocabulary import Fact

ROOT_DIGITS = 40


@dataclass(frozen=True, kw_only=True)
class Growth:
    """Mean yearly growth with the compound rate beside it; None where there is none.

    ``mean_reaches`` and ``compound_reaches`` say whether each reading reaches
    the criterion's line, exactly; the shown compound rate is rounded.
    """

    fact: Fact
    mean: Fraction | None
    compound: Fraction | None
    has_bad_base: bool
    mean_reaches: bool | None = None
    compound_reaches: bool | None = None

    @property
    def readings_differ(self) -> bool:
        """Whether it matters which of the two readings is meant."""
        known = self.mean_reaches is not None and self.compound_reaches is not None
        return known and self.mean_reaches is not self.compound_reaches


def growth_of(
    fact: Fact,
    newest_first: Sequence[int | None],
    *,
    line: tuple[Fraction, str] | None = None,
    is_compound: bool = False,
) -> Growth:
    """Mean and compound growth over years, newest first; a base that is not positive gives none.

    ``line`` is a rate and its operator. A compound rate needs only the first and the last year, so
    where it decides (``is_compound``) the years between may be missing.
    """
    newest, oldest = newest_first[0], newest_first[-1]
    known = [year for year in newest_first if year is not None]
    is_complete = len(known) == len(newest_first)
    if newest is None or oldest is None or not (is_complete or is_compound):
        return Growth(fact=fact, mean=None, compound=None, has_bad_base=False)
    if oldest <= 0 or (not is_compound and min(known[1:]) <= 0):
        return Growth(fact=fact, mean=None, compound=None, has_bad_base=True)
    count = len(newest_first) - 1
    mean = _mean(known) if is_complete else None
    return Growth(
        fact=fact,
        mean=mean,
        compound=_compound(newest, oldest, count),
        has_bad_base=False,
        mean_reaches=None if mean is None else _reaches(1 + mean, line, 1),
        compound_reaches=None if newest < 0 else _reaches(Fraction(newest, oldest), line, count),
    )


def _mean(newest_first: Sequence[int]) -> Fraction | None:
    """The arithmetic mean of the yearly rates."""
    if min(newest_first[1:]) <= 0:
        return None
    rates = [Fraction(new, base) - 1 for new, base in pairwise(newest_first)]
    return sum(rates, Fraction(0)) / len(rates)


def _compound(newest: int, oldest: int, years: int) -> Fraction | None:
    """The root, to forty digits: only shown, never compared."""
    if newest < 0:
        return None
    with localcontext() as context:
        context.prec = ROOT_DIGITS
        ratio = Decimal(newest) / Decimal(oldest)
        root = ratio.sqrt() if years == 2 else ratio ** (Decimal(1) / years)  # noqa: PLR2004 - a square root
        return Fraction(root) - 1


def _reaches(factor: Fraction, line: tuple[Fraction, str] | None, years: int) -> bool | None:
    """Whether a growth factor over so many years reaches the yearly rate of the line."""
    if line is None:
        return None
    rate, operator = line
    needed = (1 + rate) ** years
    return factor > needed if operator == ">" else factor >= needed
