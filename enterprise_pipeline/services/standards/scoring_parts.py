"""Changes of a draft's points system: the whole, its indicators, and their tables."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.standards.toml_text import Table
from enterprise_pipeline.services.texts import N_, Text


def points_of(rule_set: Mapping[str, Any]) -> Table:
    """The points system; empty while there is none."""
    return rule_set.get("points") or {}


def part_at(rule_set: Mapping[str, Any], index: int) -> Table:
    """An indicator by its position; NotFound when there is none (any more)."""
    parts = points_of(rule_set).get("parts", [])
    if index >= len(parts):
        raise NotFound(Text(N_("评分里没有（或已不再有）这一项指标。")))
    found: Table = parts[index]
    return found


def table_at(rule_set: Mapping[str, Any], index: int, number: int) -> Table:
    """A table of an indicator by its position; NotFound when there is none (any more)."""
    tables = part_at(rule_set, index).get("tables", [])
    if number >= len(tables):
        raise NotFound(Text(N_("这项指标里没有（或已不再有）这张评分表。")))
    found: Table = tables[number]
    return found


def with_points(rule_set: Table, told: Table) -> Table:
    """Set what is said of the points system as a whole."""
    return {**rule_set, "points": {"parts": [], **points_of(rule_set), **told}}


def with_part(rule_set: Table, index: int | None, told: Table) -> Table:
    """Replace an indicator, or add one (None); its tables stay."""
    changed = deepcopy(rule_set)
    points = changed.setdefault("points", {"maximum": told["maximum"], "article": "", "parts": []})
    parts = points.setdefault("parts", [])
    if index is None:
        parts.append({**told, "tables": []})
    else:
        parts[index] = {**told, "tables": part_at(changed, index).get("tables", [])}
    return changed


def with_table(rule_set: Table, index: int, number: int | None, told: Table) -> Table:
    """Replace a table of an indicator, or add one (None)."""
    changed = deepcopy(rule_set)
    part = part_at(changed, index)
    tables = part.setdefault("tables", [])
    if number is None:
        tables.append(told)
    else:
        table_at(changed, index, number)
        tables[number] = told
    return changed


def without(rule_set: Table, index: int | None, number: int | None) -> Table:
    """Take out a table, an indicator, or (both None) the points system."""
    changed = deepcopy(rule_set)
    if index is None:
        changed.pop("points", None)
    elif number is None:
        part_at(changed, index)
        del changed["points"]["parts"][index]
    else:
        table_at(changed, index, number)
        del part_at(changed, index)["tables"][number]
    return changed


def free_part_id(rule_set: Mapping[str, Any]) -> str:
    """An id that no indicator has."""
    taken = {part.get("id") for part in points_of(rule_set).get("parts", [])}
    return next(name for number in range(1, len(taken) + 2) if (name := f"part_{number}") not in taken)
