"""What measures have to do with each other: a year with a sum of years, a part with its whole."""

from collections.abc import Iterator
from fractions import Fraction

from enterprise_pipeline.services.standards.intervals import (
    Alternative,
    Interval,
    Measure,
    domain,
    figure,
    is_possible_alone,
)
from scoring.vocabulary import FACTS, YEARS_CARRIED

# No part is more than its whole.
WHOLES = {
    "tech_staff": "employees",
    "rd_staff": "employees",
    "hitech_income_cny": "total_income_cny",
    "main_revenue_cny": "revenue_cny",
    "rd_domestic_cny": "rd_expense_cny",
}
_ALL = Interval(Fraction(1), Fraction(1))


def is_possible(alternative: Alternative) -> bool:
    """Whether every measure can lie in its interval, also together with the others."""
    if not is_possible_alone(alternative):
        return False
    pairs = (*_parts(alternative), *_sums(alternative))
    return not any(_is_above(smaller, larger) for smaller, larger in pairs)


def _is_above(smaller: Interval, larger: Interval) -> bool:
    """Whether what is never more than the other is asked to be more."""
    return Interval(smaller.lo, larger.hi, smaller.is_above_lo, larger.is_below_hi).is_empty


def _parts(alternative: Alternative) -> Iterator[tuple[Interval, Interval]]:
    """Each part of a whole with the whole, as amounts or as a share."""
    for measure, interval in alternative.items():
        kind, name, *rest = (*measure, "")[:4]
        if kind == "share" and WHOLES.get(name) == rest[0]:
            yield interval, _ALL
        elif kind in ("figure", "total") and name in WHOLES:
            yield interval, _asked(alternative, (kind, WHOLES[name], *measure[2:]))


def _asked(alternative: Alternative, measure: Measure) -> Interval:
    return alternative.get(measure, Interval()).met_with(domain(measure))


def _sums(alternative: Alternative) -> Iterator[tuple[Interval, Interval]]:
    """Each sum of years with what is inside it, where nothing is negative, and with the sum of its years."""
    for measure, interval in alternative.items():
        if measure[0] != "total":
            continue
        _, fact, years = measure
        if not FACTS[fact].signed:
            for year in range(1, years + 1):
                yield _asked(alternative, figure(fact, year)), interval
            for more in range(years + 1, YEARS_CARRIED + 1):
                yield interval, _asked(alternative, ("total", fact, more))
        each = [_asked(alternative, figure(fact, year)) for year in range(1, years + 1)]
        ends = [one.hi for one in each if one.hi is not None]
        if len(ends) == years:
            most = Interval(hi=sum(ends, Fraction(0)), is_below_hi=any(one.is_below_hi for one in each))
            yield interval, most
