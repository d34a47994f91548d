"""What the stored verdicts of one enterprise are, and how they change when it is screened again."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from enterprise_pipeline.services.live import live
from enterprise_pipeline.services.screening import run_chosen
from enterprise_pipeline.transaction import reading
from scoring.vocabulary import SCIENCE_LADDER, Verdict

_ORDER = {str(tier): place for place, tier in enumerate(SCIENCE_LADDER)}


@dataclass(frozen=True, kw_only=True)
class VerdictChange:
    """A tier whose verdict differs after a change; None is not screened yet."""

    tier: str
    standard: str
    before: Verdict | None
    after: Verdict


def stored_verdicts(enterprise_id: int) -> dict[tuple[str, str], Verdict]:
    """The verdicts of the live screening by tier and standard, from what was reported."""
    session = reading()
    table = live(session).table
    rows = session.execute(
        select(table.c.tier, table.c.standard, table.c.verdict).where(
            table.c.enterprise_id == enterprise_id, table.c.basis == "reported"
        )
    )
    return {(tier, standard): Verdict(verdict) for tier, standard, verdict in rows}


def rescreen(enterprise_id: int, *, as_of: date) -> list[VerdictChange]:
    """Screen an enterprise after a change was committed; returns what differs, lowest tier first."""
    before = stored_verdicts(enterprise_id)
    run_chosen([enterprise_id], as_of=as_of)
    reading().rollback()  # The next look must see what the screening has just committed.
    changes = [
        VerdictChange(tier=tier, standard=standard, before=before.get((tier, standard)), after=after)
        for (tier, standard), after in stored_verdicts(enterprise_id).items()
        if before.get((tier, standard)) != after
    ]
    return sorted(changes, key=lambda change: (_ORDER.get(change.tier, len(_ORDER)), change.standard))
