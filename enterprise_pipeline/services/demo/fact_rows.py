"""Rows of the sheets of facts that are not yearly, and of the experts' points."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from enterprise_pipeline.services.demo.columns import NEWEST, Clock, where
from enterprise_pipeline.services.demo.conditions import Conditions
from enterprise_pipeline.services.demo.economy import STOCKS, History
from enterprise_pipeline.services.demo.population import Firms, Flags, Integers
from enterprise_pipeline.services.demo.recognition import Opinions
from enterprise_pipeline.services.demo.world import FIRST_REPORTED, LAST_YEAR

SHEET_SOURCE = "合成：企业信息填报"
OPINION_SOURCE = "合成：专家评审"
FIRST_SHEET_SHARE = 0.94
LATER_SHEET_SHARE = 0.5
LAST_SHEET_SHARE = 0.8
NEVER_TOLD = {
    "class1_ip": 0.05,
    "class2_ip": 0.06,
    "transformations_3y": 0.12,
    "is_resident": 0.01,
    "is_industry_excluded": 0.05,
    "hitech_field_listed": 0.10,
    "owns_core_ip": 0.07,
    "had_serious_incident": 0.06,
    "has_bad_credit": 0.06,
    "has_provincial_rd_org": 0.12,
    "led_standard_5y": 0.15,
    "national_award_top3_5y": 0.15,
}
"""Share of the enterprises that never tell a fact; of those that ever applied, a quarter of it."""
SHEET_FACTS = tuple(NEVER_TOLD)


def fact_frames(
    firms: Firms,
    history: History,
    conditions: Conditions,
    opinions: list[Opinions],
    clock: Clock,
    *,
    rng: np.random.Generator,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of ``enterprise_facts``: partial sheets as of year ends, then one per expert opinion."""
    applied = np.zeros(len(firms), bool)
    for opinion in opinions:
        applied[opinion.firm] = True
    silence = np.where(applied, 0.25, 1.0)
    told = {name: rng.random(len(firms)) >= share * silence for name, share in NEVER_TOLD.items()}
    started = np.zeros(len(firms), bool)
    next_id = 1
    for year in range(FIRST_REPORTED, LAST_YEAR + 1):
        frame = _sheets(firms, history, conditions, year, told=told, started=started, rng=rng)
        yield "enterprise_facts", _finished(frame, clock, next_id)
        next_id += frame.height
    for opinion in opinions:
        frame = _opinions(opinion)
        yield "enterprise_facts", _finished(frame, clock, next_id)
        next_id += frame.height


def _finished(frame: pl.DataFrame, clock: Clock, next_id: int) -> pl.DataFrame:
    return frame.with_columns(
        pl.lit(1).alias("version"), clock.on("received_on").alias("recorded_at")
    ).with_row_index("id", offset=next_id)


def _sheets(
    firms: Firms,
    history: History,
    conditions: Conditions,
    year: int,
    *,
    told: dict[str, Flags],
    started: Flags,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """The sheets of one year end; a first sheet nearly always comes, an update every other year."""
    count = len(firms)
    active = history.is_active[year - history.first_year]
    share = np.where(started, LAST_SHEET_SHARE if year == LAST_YEAR else LATER_SHEET_SHARE, FIRST_SHEET_SHARE)
    received_on = np.datetime64(f"{year + 1}-03-10") + rng.integers(0, 100, count)
    who = np.flatnonzero(active & (rng.random(count) < share))
    started[who] = True
    facts: dict[str, Integers | Flags] = {name: history.of(name, year) for name in STOCKS}
    facts |= conditions.at(year, history)
    return pl.DataFrame(
        {"enterprise_id": who + 1, "received_on": received_on[who]}
        | {name: where(told[name][who], pl.Series(facts[name][who])) for name in SHEET_FACTS}
    ).with_columns(
        pl.lit(np.datetime64(f"{year}-12-31")).cast(pl.Date).alias("valid_from"),
        pl.lit(SHEET_SOURCE).alias("source"),
    )


def _opinions(opinion: Opinions) -> pl.DataFrame:
    return (
        pl.DataFrame(
            {
                "enterprise_id": opinion.firm + 1,
                "valid_from": opinion.told_on,
                "received_on": np.minimum(opinion.told_on + 20, NEWEST),
                "expert_intellectual_property": opinion.intellectual_property,
                "expert_transformation": opinion.transformation,
                "expert_organisation": opinion.organisation,
            }
        )
        .filter(pl.col("valid_from").dt.year() >= FIRST_REPORTED)
        .with_columns(pl.lit(OPINION_SOURCE).alias("source"))
    )
