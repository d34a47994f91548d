"""Candidates: enterprises that screening found able to climb to a tier they do not hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import Scope, read_frame, write_frame
from enterprise_pipeline.services.changes import in_parts
from models import Candidate
from scoring.rules_model import RuleSet
from scoring.vocabulary import Verdict

ABLE = (Verdict.ELIGIBLE, Verdict.NEEDS_JUDGEMENT)


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """How many candidates a screening opened, refreshed (another verdict) and closed."""

    opened: int = 0
    refreshed: int = 0
    closed: int = 0

    def __add__(self, other: "Turnover") -> "Turnover":
        """Add up the parts of a run."""
        return Turnover(
            opened=self.opened + other.opened,
            refreshed=self.refreshed + other.refreshed,
            closed=self.closed + other.closed,
        )


def able_to_climb(rows: pl.DataFrame, rule_sets: Sequence[RuleSet]) -> pl.DataFrame:
    """Who of these assessment rows is a candidate: ``enterprise_id, tier, verdict``.

    By the default standard of a tier, from what was reported, and unless the
    enterprise is known to hold the tier. Where a person decides most of a rule
    set, being left to a person says nothing of an enterprise.
    """
    defaults = [entry for entry in rule_sets if entry.is_default]
    judged = [entry for entry in defaults if rests_on_judgement(entry)]
    standard = pl.concat_str("tier", pl.lit("@"), "standard")
    needs_judgement = pl.col("verdict") == int(Verdict.NEEDS_JUDGEMENT)
    return rows.filter(
        pl.col("basis") == "reported",
        pl.col("verdict").is_in([int(verdict) for verdict in ABLE]),
        pl.col("holds").fill_null(0) != 1,
        standard.is_in(_names(defaults)),
        ~(needs_judgement & standard.is_in(_names(judged))),
    ).select("enterprise_id", "tier", pl.col("verdict").cast(pl.Int64))


def rests_on_judgement(entry: RuleSet) -> bool:
    """Whether a person decides at least half of the criteria, as with unicorns."""
    judged = sum(criterion.word == "judgement" for criterion in entry.criteria)
    return 2 * judged >= len(entry.criteria)


def _names(entries: Sequence[RuleSet]) -> list[str]:
    return [f"{entry.tier}@{entry.standard}" for entry in entries]


def update_candidates(
    session: Session, able: pl.DataFrame, *, among: Scope, causes: pl.DataFrame, run_id: int, as_of: date
) -> Turnover:
    """Open, refresh and close the candidates of the enterprises ``among`` so that they are those ``able``.

    ``causes`` says for each enterprise what moved it (``enterprise_id, cause``);
    it has to name every enterprise that can appear.
    """
    open_now = select(
        Candidate.id, Candidate.enterprise_id, Candidate.tier, Candidate.verdict.label("old")
    ).where(Candidate.status == "open", among(Candidate.enterprise_id))
    both = read_frame(session, open_now).join(able, on=("enterprise_id", "tier"), how="full", coalesce=True)
    both = both.join(causes, on="enterprise_id", how="left")
    opened = both.filter(pl.col("id").is_null())
    closed = both.filter(pl.col("verdict").is_null())
    refreshed = both.filter(pl.col("verdict") != pl.col("old"))
    _open(session, opened, run_id=run_id, as_of=as_of)
    for (cause,), group in closed.group_by("cause"):
        values = {"status": "closed", "closed_on": as_of, "cause": cause, "run_id": run_id}
        _update(session, group["id"].to_list(), values)
    for (verdict,), group in refreshed.group_by("verdict"):
        _update(session, group["id"].to_list(), {"verdict": verdict, "run_id": run_id})
    return Turnover(opened=opened.height, refreshed=refreshed.height, closed=closed.height)


def _open(session: Session, opened: pl.DataFrame, *, run_id: int, as_of: date) -> None:
    table = Candidate.__table__
    assert isinstance(table, Table)  # noqa: S101 - the declarative attribute is typed more widely
    rows = opened.sort("enterprise_id", "tier").select(
        "enterprise_id",
        "tier",
        "verdict",
        "cause",
        status=pl.lit("open"),
        opened_on=pl.lit(as_of),
        run_id=pl.lit(run_id),
    )
    write_frame(session, table, rows)


def _update(session: Session, ids: Sequence[int], values: dict[str, object]) -> None:
    for part in in_parts(ids):
        session.execute(
            update(Candidate).where(Candidate.id.in_(part)).values(**values),
            execution_options={"synchronize_session": False},
        )
