"""Read one points table of a rule file, refusing what cannot be meant."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from scoring import rule_checks as checks
from scoring.rule_checks import MEASURED, Place
from scoring.rules_model import Band, PointsTable, fen
from scoring.vocabulary import FACTS, Unit

# Which keys a kind takes besides its labels, and the units of the facts that it measures.
_KEYS: dict[str, tuple[str, ...]] = {
    "share": ("numerator", "denominator", "bands"),
    "count": ("fact", "bands", "per_years"),
    "mean_growth": ("fact", "bands", "bad_base"),
    "year_growth": ("fact", "bands"),
    "amount": ("fact", "bands"),
    "flag": ("fact", "bands"),
    "code": ("fact", "bands"),
    "each_years": ("fact", "every", "points", "most"),
    "given": ("fact", "most"),
}
KINDS = tuple(_KEYS)
_UNITS: dict[str, tuple[Unit, ...]] = {
    "amount": (Unit.CNY,),
    "flag": (Unit.FLAG,),
    "code": (Unit.CODE,),
    "given": (Unit.POINTS,),
}
_GROWTH = ("mean_growth", "year_growth")
_NAMED = ("flag", "code")


def read_table(table: Mapping[str, Any], place: Place) -> PointsTable:
    """One table of an indicator, its bands best first."""
    kind = table.get("kind")
    if kind not in _KEYS:
        raise place.at("kind").refuse(f"{kind!r} is not one of {', '.join(KINDS)}")
    keys = _KEYS[kind]
    checks.only(table, ("kind", "label", "label_en", *keys), place)
    named = [key for key in ("numerator", "denominator", "fact") if key in keys]
    for key in named:
        checks.fact(table.get(key), place.at(key), units=_UNITS.get(kind, MEASURED))
    if kind in _GROWTH and not FACTS[table["fact"]].yearly:
        raise place.at("fact").refuse(f"the fact {table['fact']!r} is not one of a fiscal year")
    bands = _BANDS.get(kind, _read_bands)(table, place)
    return PointsTable(
        kind=kind,
        label=checks.text(table, "label", place),
        label_en=checks.text(table, "label_en", place),
        bands=bands,
        per_years=_positive(table, "per_years", place),
        every=_positive(table, "every", place) if kind == "each_years" else 0,
        is_upper=kind == "share" and "at_most" in table["bands"][0],
        judges_base=_judges_base(table, place),
        **{key: table[key] for key in named},
    )


def _positive(table: Mapping[str, Any], key: str, place: Place) -> int:
    value: int = table.get(key, 1)
    checks.whole(value, place.at(key))
    if value < 1:
        raise place.at(key).refuse(f"{value} is not a number of years; at least 1 is")
    return value


def _judges_base(table: Mapping[str, Any], place: Place) -> bool:
    """Whether a base that is not positive is for a person; otherwise it is read as 195号 does."""
    value = table.get("bad_base", "195")
    if value not in ("195", "judgement"):
        raise place.at("bad_base").refuse(f"{value!r} is neither '195' nor 'judgement'")
    return bool(value == "judgement")


def _read_bands(table: Mapping[str, Any], place: Place) -> tuple[Band, ...]:
    kind, here = table["kind"], place.at("bands")
    rows = checks.tables(table.get("bands"), here)
    if not rows:
        raise here.refuse("a points table needs bands")
    read = _read_named if kind in _NAMED else _read_band
    bands = tuple(read(row, here.at(index), table) for index, row in enumerate(rows))
    if kind in _NAMED:
        _check_named(bands, here)
        return bands
    is_upper = "at_most" in rows[0]
    if any(("at_most" in row) != is_upper for row in rows):
        raise here.refuse("bands are all at_least or all at_most")
    _check_monotone(bands, here, is_upper=is_upper)
    return bands


def _check_monotone(bands: Sequence[Band], place: Place, *, is_upper: bool) -> None:
    for better, worse in pairwise(bands):
        in_order = better.at < worse.at if is_upper else better.at > worse.at
        if not (in_order and better.lo > worse.hi):
            raise place.refuse(
                f"the table is not monotone: {float(better.at):g} gives {better.lo} to {better.hi} points "
                f"and {float(worse.at):g} gives {worse.lo} to {worse.hi}; list the best band first"
            )


def _check_named(bands: Sequence[Band], place: Place) -> None:
    seen: set[object] = set()
    for index, band in enumerate(bands):
        own: set[object] = {*band.names} if band.names else {band.at}
        if own & seen:
            raise place.at(index).at("is").refuse("this value has points already")
        seen |= own
        if index and not bands[index - 1].lo > band.hi:
            raise place.refuse("the table is not monotone; list the best band first")


def _read_band(band: Mapping[str, Any], place: Place, table: Mapping[str, Any]) -> Band:
    kind = table["kind"]
    checks.only(band, ("at_least", "more_than", "at_most", "points"), place)
    said = [key for key in ("at_least", "more_than", "at_most") if key in band]
    if len(said) != 1:
        raise place.refuse("a band says at_least, more_than or at_most, one of them")
    key = said[0]
    if key == "more_than" and kind != "mean_growth":
        raise place.at(key).refuse("only a growth table can say more_than")
    if key == "at_most" and kind != "share":
        raise place.at(key).refuse("only a table of shares can say at_most")
    lo, hi = _read_points(band.get("points"), place.at("points"))
    at = _line(band[key], place.at(key), kind)
    return Band(at=at, is_strict=key == "more_than", lo=lo, hi=hi)


def _line(value: Any, place: Place, kind: str) -> Fraction:
    if kind == "count":
        checks.whole(value, place)
        return Fraction(value)
    if kind == "amount":
        checks.amount(value, place, unit=Unit.CNY)
        return Fraction(fen(value))
    checks.share(value, place, allow_zero=kind in _GROWTH)
    return Fraction(Decimal(value))


def _read_named(band: Mapping[str, Any], place: Place, table: Mapping[str, Any]) -> Band:
    checks.only(band, ("is", "points"), place)
    lo, hi = _read_points(band.get("points"), place.at("points"))
    value, here = band.get("is"), place.at("is")
    if table["kind"] == "flag":
        if not isinstance(value, bool):
            raise here.refuse(f"{value!r} is neither true nor false")
        return Band(at=Fraction(int(value)), is_strict=False, lo=lo, hi=hi)
    names = tuple(value) if isinstance(value, list) else (value,)
    choices = FACTS[table["fact"]].choices
    for name in names:
        if name not in choices:
            known = ", ".join(choices) or "nothing: this code has no list of values"
            raise here.refuse(f"{name!r} is not one of {known}{checks.suggestion(str(name), choices)}")
    return Band(at=Fraction(0), is_strict=False, lo=lo, hi=hi, names=names)


def _read_points(points: Any, place: Place) -> tuple[int, int]:
    pair: list[Any] = points if isinstance(points, list) and len(points) == 2 else [points, points]
    lo, hi = pair
    checks.whole(lo, place)
    checks.whole(hi, place)
    if lo > hi:
        raise place.refuse(f"the lowest points {lo} are above the highest {hi}")
    return lo, hi


def _each_years(table: Mapping[str, Any], place: Place) -> tuple[Band, ...]:
    """So many points for each full number of years, written out as bands."""
    for key in ("every", "points", "most"):
        checks.whole(table.get(key), place.at(key))
        if table[key] < 1:
            raise place.at(key).refuse(f"{table[key]} gives nothing; at least 1 is needed")
    every, points, most = (table[key] for key in ("every", "points", "most"))
    steps = range(-(-most // points), 0, -1)
    return tuple(
        Band(
            at=Fraction(every * step),
            is_strict=False,
            lo=min(points * step, most),
            hi=min(points * step, most),
        )
        for step in steps
    )


def _given(table: Mapping[str, Any], place: Place) -> tuple[Band, ...]:
    most = table.get("most")
    checks.whole(most, place.at("most"))
    return (Band(at=Fraction(int(table["most"])), is_strict=False, lo=table["most"], hi=table["most"]),)


_BANDS: dict[str, Callable[[Mapping[str, Any], Place], tuple[Band, ...]]] = {
    "each_years": _each_years,
    "given": _given,
}
