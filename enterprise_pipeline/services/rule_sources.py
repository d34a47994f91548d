"""Which rule sets decide on a day, and where each is written."""

from dataclasses import dataclass
from datetime import date

from enterprise_pipeline.services.rulebooks import current_rulebook


@dataclass(frozen=True, kw_only=True)
class RuleSource:
    """One rule set in force, for a page that says where rules come from."""

    id: str
    tier: str
    label: str
    label_en: str
    document: str
    title: str
    issuer: str
    effective_from: date
    effective_to: date | None
    address: str
    checked_on: date
    grade: str
    is_default: bool
    is_local: bool


def rule_sources(*, as_of: date) -> tuple[RuleSource, ...]:
    """The rule sets in force on a day, in the order of the ladder."""
    return tuple(
        RuleSource(
            id=rules.id,
            tier=str(rules.tier),
            label=rules.label,
            label_en=rules.label_en,
            document=rules.document,
            title=rules.title,
            issuer=rules.issuer,
            effective_from=rules.effective_from,
            effective_to=rules.effective_to,
            address=rules.address,
            checked_on=rules.checked_on,
            grade=rules.grade,
            is_default=rules.is_default,
            is_local=rules.is_local,
        )
        for rules in current_rulebook().in_force(as_of)
    )
