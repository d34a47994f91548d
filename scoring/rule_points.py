"""Read a points system and a direct route from a rule file, refusing what cannot be meant."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from scoring import rule_checks as checks
from scoring.rule_checks import MEASURED, Place
from scoring.rules_model import Band, Points, PointsPart, PointsTable
from scoring.vocabulary import Unit

KINDS = ("share", "count", "mean_growth")
_PART_KEYS = ("id", "label", "label_en", "maximum", "combine", "tables", "expert", "judged")
_TABLE_KEYS = ("kind", "label", "label_en", "bands", "per_years")


def read_points(table: Mapping[str, Any], place: Place) -> Points:
    """A points system; its parts may not exceed its maximum."""
    checks.only(table, ("maximum", "article", "parts"), place)
    checks.whole(table.get("maximum"), place.at("maximum"))
    listed = checks.tables(table.get("parts"), place.at("parts"))
    parts = tuple(_read_part(part, place.at("parts").at(index)) for index, part in enumerate(listed))
    if not parts:
        raise place.at("parts").refuse("a points system needs at least one part")
    total = sum(part.maximum for part in parts)
    if total > table["maximum"]:
        raise place.at("maximum").refuse(
            f"the parts add up to {total} points, above the maximum {table['maximum']}"
        )
    return Points(maximum=table["maximum"], article=checks.text(table, "article", place), parts=parts)


def _read_part(table: Mapping[str, Any], place: Place) -> PointsPart:
    checks.only(table, _PART_KEYS, place)
    checks.whole(table.get("maximum"), place.at("maximum"))
    checks.whole(table.get("judged", 0), place.at("judged"))
    if table.get("combine") not in ("best", "sum"):
        raise place.at("combine").refuse(f"{table.get('combine')!r} is neither 'best' nor 'sum'")
    if "expert" in table:
        checks.fact(table["expert"], place.at("expert"), units=(Unit.POINTS,))
    tables = tuple(
        _read_table(entry, place.at("tables").at(index))
        for index, entry in enumerate(checks.tables(table.get("tables"), place.at("tables")))
    )
    part = PointsPart(
        id=checks.text(table, "id", place),
        label=checks.text(table, "label", place),
        label_en=checks.text(table, "label_en", place),
        maximum=table["maximum"],
        combine=table["combine"],
        tables=tables,
        expert=table.get("expert", ""),
        judged=table.get("judged", 0),
    )
    _check_maximum(part, place)
    return part


def _check_maximum(part: PointsPart, place: Place) -> None:
    tops = [entry.bands[0].hi for entry in part.tables]
    most = (sum(tops) if part.combine == "sum" else max(tops, default=0)) if tops else 0
    if most > part.maximum or part.judged > part.maximum:
        raise place.at("maximum").refuse(
            f"{max(most, part.judged)} points can be reached, above the maximum {part.maximum}"
        )


def _read_table(table: Mapping[str, Any], place: Place) -> PointsTable:
    kind = table.get("kind")
    if kind not in KINDS:
        raise place.at("kind").refuse(f"{kind!r} is not one of {', '.join(KINDS)}")
    named = ("numerator", "denominator") if kind == "share" else ("fact",)
    checks.only(table, (*_TABLE_KEYS, *named), place)
    for key in named:
        checks.fact(table.get(key), place.at(key), units=MEASURED)
    bands = tuple(
        _read_band(band, place.at("bands").at(index), kind)
        for index, band in enumerate(checks.tables(table.get("bands"), place.at("bands")))
    )
    if not bands:
        raise place.at("bands").refuse("a points table needs bands")
    for better, worse in pairwise(bands):
        if not (better.at > worse.at and better.lo > worse.hi):
            raise place.at("bands").refuse(
                f"the table is not monotone: {float(better.at):g} gives {better.lo} to {better.hi} points "
                f"and {float(worse.at):g} gives {worse.lo} to {worse.hi}; list the best band first"
            )
    per_years = table.get("per_years", 1)
    checks.whole(per_years, place.at("per_years"))
    if per_years < 1:
        raise place.at("per_years").refuse("a yearly average is over at least one year")
    return PointsTable(
        kind=kind,
        label=checks.text(table, "label", place),
        label_en=checks.text(table, "label_en", place),
        bands=bands,
        per_years=per_years,
        **{key: table[key] for key in named},
    )


def _read_band(band: Mapping[str, Any], place: Place, kind: str) -> Band:
    checks.only(band, ("at_least", "more_than", "points"), place)
    is_strict = "more_than" in band
    if is_strict == ("at_least" in band):
        raise place.refuse("a band says at_least or more_than, one of them")
    if is_strict and kind != "mean_growth":
        raise place.at("more_than").refuse("only a growth table can say more_than")
    key = "more_than" if is_strict else "at_least"
    if kind == "count":
        checks.whole(band[key], place.at(key))
    else:
        checks.share(band[key], place.at(key), allow_zero=is_strict)
    points: Any = band.get("points")
    pair: list[Any] = points if isinstance(points, list) and len(points) == 2 else [points, points]
    lo, hi = pair
    checks.whole(lo, place.at("points"))
    checks.whole(hi, place.at("points"))
    if lo > hi:
        raise place.at("points").refuse(f"the lowest points {lo} are above the highest {hi}")
    return Band(at=Fraction(Decimal(band[key])), is_strict=is_strict, lo=lo, hi=hi)
