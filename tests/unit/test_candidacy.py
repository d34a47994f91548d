"""Who is a candidate: able, not holding, by the default standard, and not merely left to a person."""

from datetime import date

import polars as pl

from enterprise_pipeline.services.candidacy import able_to_climb, rests_on_judgement
from scoring.rulebook import load_rulebook
from scoring.vocabulary import Tier, Verdict

RULES = load_rulebook().in_force(date(2026, 11, 22))


def candidates(tier: Tier, standard: str, verdict: Verdict, *, holds: int | None = 0) -> int:
    row = {"enterprise_id": 1, "tier": str(tier), "standard": standard, "basis": "reported"}
    schema = {"holds": pl.Int64, "verdict": pl.Int64}
    rows = pl.DataFrame([row | {"holds": holds, "verdict": int(verdict)}], schema_overrides=schema)
    return able_to_climb(rows, RULES).height


def test_an_industry_that_the_tier_does_not_concern_is_no_candidate():
    for tier in (Tier.ABOVE_SCALE_INDUSTRY, Tier.ABOVE_SCALE_SERVICE):
        assert candidates(tier, "statistics", Verdict.NOT_APPLICABLE) == 0
        assert candidates(tier, "statistics", Verdict.ELIGIBLE) == 1
        assert candidates(tier, "statistics", Verdict.ELIGIBLE, holds=1) == 0


def test_only_the_default_standard_makes_candidates():
    assert candidates(Tier.GAZELLE, "hubei2021", Verdict.ELIGIBLE) == 1
    assert candidates(Tier.GAZELLE, "oecd2007", Verdict.ELIGIBLE) == 0


def test_being_left_to_a_person_makes_no_candidate_where_a_person_decides_most():
    assert {entry.key for entry in RULES if rests_on_judgement(entry)} >= {"unicorn", "unicorn@seed"}
    assert candidates(Tier.UNICORN, "unicorn", Verdict.NEEDS_JUDGEMENT) == 0
    assert candidates(Tier.GAZELLE, "hubei2021", Verdict.NEEDS_JUDGEMENT) == 1
    assert candidates(Tier.LEADING, "hubei2021", Verdict.NEEDS_JUDGEMENT) == 1
