"""Changes of a draft's rule set, as plain tables: criteria and their parts by their address.

An address is the id of a criterion, or that and the positions of parts inside
it: ``growth`` or ``growth/0/1``. Every function returns a new rule set.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from enterprise_pipeline.services.errors import NotFound, ServiceError
from enterprise_pipeline.services.standards.toml_text import Table
from enterprise_pipeline.services.texts import N_, Text


def criteria_of(rule_set: Mapping[str, Any]) -> list[Table]:
    """The criteria as tables."""
    found = rule_set.get("criteria", [])
    return found if isinstance(found, list) else []


def find(rule_set: Mapping[str, Any], where: str) -> Table:
    """The criterion, or the part of one, at an address; NotFound when there is none (any more)."""
    siblings, index = _place(rule_set, where)
    return siblings[index]


def put(rule_set: Table, where: str, entry: Table) -> Table:
    """Replace what is at an address; a criterion that has gone meanwhile is added at the end."""
    changed = deepcopy(rule_set)
    try:
        siblings, index = _place(changed, where)
    except NotFound:
        if "/" in where:
            raise
        return add(rule_set, entry)
    if "/" not in where:
        _refuse_double(changed, entry, but=index)
    siblings[index] = entry
    return changed


def add(rule_set: Table, entry: Table, *, inside: str = "") -> Table:
    """Add a criterion at the end, or a part at the end of what is at ``inside``."""
    changed = deepcopy(rule_set)
    if inside:
        find(changed, inside).setdefault("parts", []).append(entry)
        return changed
    _refuse_double(changed, entry, but=None)
    changed["criteria"] = [*criteria_of(changed), entry]
    return changed


def remove(rule_set: Table, where: str) -> Table:
    """Take out what is at an address."""
    changed = deepcopy(rule_set)
    siblings, index = _place(changed, where)
    gone = siblings.pop(index)
    direct = changed.get("direct")
    if "/" not in where and isinstance(direct, dict):
        direct["waives"] = [name for name in direct.get("waives", []) if name != gone.get("id")]
    return changed


def move(rule_set: Table, where: str, *, by: int) -> Table:
    """Move what is at an address up (-1) or down (1); at an end it stays."""
    changed = deepcopy(rule_set)
    siblings, index = _place(changed, where)
    target = min(max(index + by, 0), len(siblings) - 1)
    siblings.insert(target, siblings.pop(index))
    return changed


def with_key(rule_set: Table, key: str, value: Any) -> Table:
    """Set a key of the rule set, or drop it (None)."""
    changed = deepcopy(rule_set)
    if value is None:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed


def free_id(rule_set: Mapping[str, Any], wished: str) -> str:
    """The wished id, or it with the first number that is free."""
    taken = {entry.get("id") for entry in criteria_of(rule_set)}
    names = [wished, *(f"{wished}_{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _refuse_double(rule_set: Mapping[str, Any], entry: Mapping[str, Any], *, but: int | None) -> None:
    for index, other in enumerate(criteria_of(rule_set)):
        if index != but and other.get("id") == entry.get("id"):
            raise ServiceError(
                Text(N_("编号“%(name)s”已有另一条条件使用；请换一个。"), name=str(entry.get("id")))
            )


def _place(rule_set: Mapping[str, Any], where: str) -> tuple[list[Table], int]:
    name, *positions = where.split("/")
    siblings: list[Table] = criteria_of(rule_set)
    index = next((i for i, entry in enumerate(siblings) if entry.get("id") == name), -1)
    if index < 0:
        raise NotFound(Text(N_("草稿里没有（或已不再有）条件“%(name)s”。"), name=name))
    for position in positions:
        parts = siblings[index].get("parts")
        if not isinstance(parts, list) or not position.isdecimal() or int(position) >= len(parts):
            raise NotFound(Text(N_("条件“%(name)s”里没有（或已不再有）这一项。"), name=name))
        siblings, index = parts, int(position)
    return siblings, index
