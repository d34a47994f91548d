"""Read a points system from a rule file, refusing what cannot be meant."""

from collections.abc import Mapping
from typing import Any

from scoring import rule_checks as checks
from scoring.rule_checks import Place
from scoring.rule_tables import KINDS, read_table
from scoring.rules_model import Points, PointsPart
from scoring.vocabulary import Unit

__all__ = ["KINDS", "read_points"]

_PART_KEYS = ("id", "label", "label_en", "maximum", "combine", "tables", "expert", "judged")


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
        read_table(entry, place.at("tables").at(index))
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
