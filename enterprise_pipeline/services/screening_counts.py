"""How many enterprises have which verdict, from the cube."""

from dataclasses import dataclass, field

from sqlalchemy import func, select

from enterprise_pipeline.transaction import reading
from models import AssessmentCount
from scoring.vocabulary import Tier, Verdict


@dataclass(frozen=True, kw_only=True)
class VerdictCount:
    """The verdicts of one tier by one standard, from what was reported."""

    tier: Tier
    standard: str
    verdicts: dict[Verdict, int] = field(default_factory=dict)


def verdict_counts() -> list[VerdictCount]:
    """The counts of every tier and standard, in the order of the ladder."""
    columns = (AssessmentCount.tier, AssessmentCount.standard, AssessmentCount.verdict)
    query = (
        select(*columns, func.sum(AssessmentCount.n))
        .where(AssessmentCount.basis == "reported")
        .group_by(*columns)
    )
    counts: dict[tuple[Tier, str], VerdictCount] = {}
    for tier, standard, verdict, n in reading().execute(query):
        key = (Tier(tier), standard)
        counts.setdefault(key, VerdictCount(tier=key[0], standard=standard)).verdicts[Verdict(verdict)] = n
    return [counts[key] for key in sorted(counts, key=lambda key: (list(Tier).index(key[0]), key[1]))]
