"""What a criterion asks of each measure, as intervals: enough to see that criteria exclude each other.

A criterion is a list of alternatives; an alternative maps measures to the
interval in which they have to lie. What an alternative leaves out is asked as
well, so it may be weaker than the criterion; ``is_exact`` says that it is not.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from scoring.vocabulary import FACTS, Unit

Measure = tuple[Any, ...]
Alternative = Mapping[Measure, "Interval"]
MOST_ALTERNATIVES = 256
_Reader = Callable[[Mapping[str, Any]], "Asked"]
_WHOLE = frozenset({Unit.HEADS, Unit.COUNT, Unit.POINTS, Unit.YEARS})
_DAYS_OF_FOUR_YEARS = 4


@dataclass(frozen=True)
class Interval:
    """From ``lo`` to ``hi``; None is without end; an end may belong to it or not."""

    lo: Fraction | None = None
    hi: Fraction | None = None
    is_above_lo: bool = False
    is_below_hi: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no number lies in it."""
        if self.lo is None or self.hi is None:
            return False
        return self.lo > self.hi or (self.lo == self.hi and (self.is_above_lo or self.is_below_hi))

    def met_with(self, other: "Interval") -> "Interval":
        """The numbers in both."""
        lo, hi = self.lo, self.hi
        above, below = self.is_above_lo, self.is_below_hi
        if other.lo is not None and (lo is None or (other.lo, other.is_above_lo) > (lo, above)):
            lo, above = other.lo, other.is_above_lo
        if other.hi is not None and (hi is None or (-other.hi, other.is_below_hi) > (-hi, below)):
            hi, below = other.hi, other.is_below_hi
        return Interval(lo, hi, above, below)

    def lies_in(self, other: "Interval") -> bool:
        """Whether every number in it is also in the other."""
        return self.met_with(other) == self


@dataclass(frozen=True)
class Asked:
    """What a criterion asks: any of these alternatives, which are all of it where ``is_exact``."""

    alternatives: tuple[Alternative, ...]
    is_exact: bool


NOTHING_KNOWN = Asked(({},), is_exact=False)
_YES, _NO = Interval(Fraction(1), Fraction(1)), Interval(Fraction(0), Fraction(0))


def asked(word: str, args: Mapping[str, Any]) -> Asked:
    """What a word with its arguments asks."""
    if word in ("all_of", "any_of"):
        inner = [asked(part["word"], part) for part in args["parts"]]
        is_exact = all(part.is_exact for part in inner)
        if word == "all_of":
            return Asked(together(part.alternatives for part in inner), is_exact=is_exact)
        return Asked(tuple(one for part in inner for one in part.alternatives), is_exact=is_exact)
    read = _READERS.get(word)
    return NOTHING_KNOWN if read is None else read(args)


def together(asks: Iterable[Sequence[Alternative]]) -> tuple[Alternative, ...]:
    """All ways to do all of it; too many of them say nothing."""
    lists = list(asks)
    count = 1
    for alternatives in lists:
        count *= max(len(alternatives), 1)
    if count > MOST_ALTERNATIVES:
        return ({},)
    return tuple(_merged(chosen) for chosen in product(*lists))


def _merged(chosen: Iterable[Alternative]) -> Alternative:
    found: dict[Measure, Interval] = {}
    for alternative in chosen:
        for measure, interval in alternative.items():
            found[measure] = found.get(measure, domain(measure)).met_with(interval)
    return found


def is_possible(alternative: Alternative) -> bool:
    """Whether every measure can lie in its interval."""
    return not any(interval.met_with(domain(measure)).is_empty for measure, interval in alternative.items())


def implies(stronger: Alternative, weaker: Alternative) -> bool:
    """Whether whoever does the first does the second as well."""
    return all(
        stronger.get(measure, domain(measure)).met_with(domain(measure)).lies_in(interval)
        or interval.met_with(domain(measure)) == domain(measure)
        for measure, interval in weaker.items()
    )


def domain(measure: Measure) -> Interval:
    """Where a measure always lies: figures that carry no sign are not negative, shares are at most 1."""
    kind, *rest = measure
    if kind in ("figure", "sum", "age", "share", "points"):
        facts = [FACTS[name] for name in rest if isinstance(name, str) and name in FACTS]
        if any(fact.signed for fact in facts):
            return Interval()
        is_share = kind == "figure" and facts[0].unit is Unit.SHARE
        return Interval(Fraction(0), Fraction(1) if is_share else None)
    return Interval(Fraction(0), Fraction(1)) if kind in ("flag", "holds") else Interval()


def compared(operator: str, value: Any, *, is_whole: bool = False) -> Interval:
    """The numbers that compare so."""
    exact = Fraction(value)
    if is_whole and operator in (">", "<"):
        exact, operator = (exact + 1, ">=") if operator == ">" else (exact - 1, "<=")
    if operator in (">=", ">"):
        return Interval(lo=exact, is_above_lo=operator == ">")
    return Interval(hi=exact, is_below_hi=operator == "<")


def _one(measure: Measure, interval: Interval, *, is_exact: bool = True) -> Asked:
    return Asked(({measure: interval},), is_exact=is_exact)


def _amount(args: Mapping[str, Any]) -> Asked:
    fact = args["fact"]
    if "judged_to" in args or "value" not in args:
        return NOTHING_KNOWN
    is_one_year = args.get("years", 1) == 1
    interval = compared(args["operator"], args["value"], is_whole=FACTS[fact].unit in _WHOLE)
    return _one(("figure", fact), interval, is_exact=is_one_year)


def _over_years(kind: str) -> _Reader:
    def read(args: Mapping[str, Any]) -> Asked:
        measure = (kind, args["fact"], args["years"])
        return _one(measure, compared(args["operator"], args["value"]))

    return read


def _count(args: Mapping[str, Any]) -> Asked:
    facts = tuple(sorted(args["facts"]))
    interval = compared(args["operator"], args["value"], is_whole=True)
    if args.get("total") or args.get("minus"):
        return _one(("count", facts, args.get("total"), tuple(args.get("minus") or ())), interval)
    return _one(("figure", facts[0]) if len(facts) == 1 else ("sum", *facts), interval)


def _age(args: Mapping[str, Any]) -> Asked:
    if "days" in args:
        return _one(("age",), compared(args["operator"], args["days"]))
    years = int(args["years"])
    # The anniversary itself counts, and a year in four is a day longer; never too few days.
    most = years * 365 + -(-years // _DAYS_OF_FOUR_YEARS) + 1
    return _one(("age",), compared("<=", most))


def _flags(args: Mapping[str, Any]) -> Asked:
    names = args.get("facts") or [args["fact"]]
    return Asked(({("flag", name): _YES if args["is"] else _NO for name in names},), is_exact=True)


def _holds(args: Mapping[str, Any]) -> Asked:
    tiers = args.get("tiers") or [args["tier"]]
    if args["is"]:
        return Asked(tuple({("holds", tier): _YES} for tier in tiers), is_exact=True)
    return Asked(({("holds", tier): _NO for tier in tiers},), is_exact=True)


def _share(args: Mapping[str, Any]) -> Asked:
    if "asked_below" in args:
        return NOTHING_KNOWN
    values = [args["value"]] if "value" in args else [rung["value"] for rung in args["ladder"]]
    operator = args["operator"]
    weakest = min(values) if operator in (">=", ">") else max(values)
    measure = ("share", args["numerator"], args["denominator"], args.get("years", 1))
    return _one(measure, compared(operator, weakest), is_exact="value" in args)


def _share_each_year(args: Mapping[str, Any]) -> Asked:
    measure = ("share", args["numerator"], args["denominator"], 1)
    return _one(measure, compared(args["operator"], args["value"]), is_exact=args["years"] == 1)


def _growth(kind: str) -> _Reader:
    def read(args: Mapping[str, Any]) -> Asked:
        interval = compared(args["operator"], args["value"])
        is_exact = "base_at_least" not in args
        ways = tuple({(kind, name, args.get("years", 2)): interval} for name in args["facts"])
        return Asked(ways, is_exact=is_exact)

    return read


def _registered(args: Mapping[str, Any]) -> Asked:
    lo, hi = (Fraction(args[key].toordinal()) if key in args else None for key in ("from", "to"))
    return _one(("registered",), Interval(lo, hi))


def _points(args: Mapping[str, Any]) -> Asked:
    return _one(("points", args.get("part", "")), compared(args["operator"], args["value"], is_whole=True))


_READERS: Mapping[str, _Reader] = {
    "amount": _amount,
    "amount_each_year": _amount,
    "amount_total": _over_years("total"),
    "amount_mean": _over_years("mean"),
    "count": _count,
    "age": _age,
    "flag": _flags,
    "flags": _flags,
    "holds": _holds,
    "holds_any": _holds,
    "share": _share,
    "share_each_year": _share_each_year,
    "mean_growth": _growth("mean_growth"),
    "cagr": _growth("cagr"),
    "registered": _registered,
    "points": _points,
    "points_part": _points,
}
