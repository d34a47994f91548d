"""What the form of a criterion offers by name where a rule file holds codes and ids."""

from collections.abc import Mapping
from typing import Any

from enterprise_pipeline.services.rule_speech import CODE_NAMES, Say
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.standards.drafts import Version
from enterprise_pipeline.services.standards.editing import criteria_of
from scoring.vocabulary import FACTS, TIER_NAMES, Tier, Unit

Offer = list[tuple[str, str]]


def offers(version: Version, fact: str, tier: str, say: Say) -> dict[str, Offer]:
    """Codes with names for each kind of argument; ``fact`` and ``tier`` are what the form is about."""
    parts = (version.table.get("points") or {}).get("parts", [])
    indicators = [(str(part.get("id")), str(part.get("label") or part.get("id"))) for part in parts]
    return {
        "part": indicators,
        "indicators": indicators,
        "values": _codes(fact, say),
        "names": _criteria(version, tier, say),
    }


def own_criteria(rule_set: Mapping[str, Any]) -> Offer:
    """The criteria of a draft by name."""
    return [(str(entry["id"]), str(entry.get("label") or entry["id"])) for entry in criteria_of(rule_set)]


def _codes(fact: str, say: Say) -> Offer:
    """The codes of a fact; those of every fact while none is chosen, and none where any text may stand."""
    asked = [FACTS[fact]] if fact in FACTS else [one for one in FACTS.values() if one.unit is Unit.CODE]
    return [
        (code, say(CODE_NAMES.get(code, code)))
        for code in dict.fromkeys(code for one in asked for code in one.choices)
    ]


def _criteria(version: Version, tier: str, say: Say) -> Offer:
    """The criteria of the other tier; of every tier, with its name, while none is chosen."""
    found: dict[str, str] = {}
    for entry in current_rulebook().in_force(version.effective_from):
        if tier and entry.tier != tier:
            continue
        before = "" if tier else f"{say(TIER_NAMES[Tier(entry.tier)])}："
        for criterion in entry.criteria:
            found.setdefault(criterion.id, f"{before}{say(criterion.label)}")
    return list(found.items())
