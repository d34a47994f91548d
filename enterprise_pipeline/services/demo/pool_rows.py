"""Rows of the certificates, the memberships and what the lists cover."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from enterprise_pipeline.services.demo.codes import serials
from enterprise_pipeline.services.demo.columns import NEWEST, Clock, where
from enterprise_pipeline.services.demo.population import NO_DAY, Firms
from enterprise_pipeline.services.demo.recognition import Awards
from enterprise_pipeline.services.demo.world import FIRST_REPORTED, KNOWN_UNTIL
from scoring.vocabulary import LOCAL_POOLS, TIER_NAMES, Tier

NUMBERED = (Tier.TECH_SME, Tier.HNTE)
PROVINCE = "42"
UNDATED_SHARE = 0.012
"""Share of the high-tech certificates of which only the year is known, so that no membership follows."""


def pool_frames(
    firms: Firms, awards: list[Awards], clock: Clock, *, rng: np.random.Generator
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of ``certificate``, ``membership`` and ``pool_coverage``, pool by pool."""
    next_certificate, next_membership = 1, 1
    for pool in Tier:
        own = [award for award in awards if award.pool == pool]
        if not own:
            continue
        members = _members(own, pool, clock, rng=rng)
        if pool in NUMBERED:
            members = members.with_row_index("certificate_id", offset=next_certificate)
            next_certificate += members.height
            undated = (rng.random(members.height) < UNDATED_SHARE) & (pool == Tier.HNTE)
            yield "certificate", _certificates(members, firms, pool, undated=pl.Series(undated))
            members = members.filter(~pl.Series(undated))
        memberships = members.drop("round", "revoked_on").with_row_index("id", offset=next_membership)
        next_membership += memberships.height
        yield "membership", memberships
    yield "pool_coverage", _coverage()


def _members(awards: list[Awards], pool: Tier, clock: Clock, *, rng: np.random.Generator) -> pl.DataFrame:
    """All memberships of a pool in the order of their beginning."""
    firm = np.concatenate([award.firm for award in awards])
    valid_from = np.concatenate([award.valid_from for award in awards])
    reason = np.concatenate([award.reason for award in awards])
    valid_to = np.concatenate([award.valid_to for award in awards])
    rounds = np.concatenate([award.round for award in awards])
    is_local = pool in LOCAL_POOLS
    frame = pl.DataFrame(
        {
            "enterprise_id": firm + 1,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "end_reason": where(reason != "", pl.Series(reason.tolist(), dtype=pl.String)),
            "round": rounds,
            "revoked_on": np.where(np.isin(reason, ("revoked", "deregistered")), valid_to + 1, NO_DAY),
            "received_on": np.minimum(valid_from + rng.integers(3, 25, len(firm)), NEWEST),
        }
    )
    return frame.sort("valid_from", "enterprise_id").with_columns(
        pl.lit(pool.value).alias("pool_id"),
        pl.lit("rule_set" if is_local else "import").alias("basis"),
        pl.format("合成公告〔{}〕", "round").alias("document_no"),
        pl.format("{}年度", "round").alias("batch"),
        pl.lit(_source(pool)).alias("source"),
        clock.on("received_on").alias("recorded_at"),
    )


def _source(pool: Tier) -> str:
    return f"合成：{TIER_NAMES[pool]}名单"


def _certificates(members: pl.DataFrame, firms: Firms, pool: Tier, *, undated: pl.Series) -> pl.DataFrame:
    """Certificates as printed: three years from the day, or to the end of the year."""
    years = members["valid_from"].dt.year()
    year = pl.col("valid_from").dt.year()
    division = pl.Series(firms.division[members["enterprise_id"].to_numpy() - 1].tolist(), dtype=pl.String)
    group = years.to_numpy() * 1_000_000 + (
        division.cast(pl.Int64).to_numpy() if pool is Tier.TECH_SME else 0
    )
    serial = pl.Series("serial", serials(group.astype(np.int64)))
    yearly, lasting = (
        pl.format("{}{}08{}", year, division, serial),
        pl.format(f"GR{{}}{PROVINCE}{{}}", year, serial),
    )
    printed_end = pl.date(year, 12, 31) if pool is Tier.TECH_SME else pl.col("valid_from").dt.offset_by("3y")
    return members.select(
        pl.col("certificate_id").alias("id"),
        "enterprise_id",
        "pool_id",
        (yearly if pool is Tier.TECH_SME else lasting).alias("number"),
        pl.when(~undated).then("valid_from").alias("issued_on"),
        year.alias("issued_year"),
        pl.when(~undated)
        .then(printed_end if pool is Tier.TECH_SME else printed_end.dt.offset_by("-1d"))
        .alias("expires_on"),
        "revoked_on",
        "received_on",
        "source",
        pl.col("recorded_at").alias("created_at"),
        pl.col("recorded_at").alias("updated_at"),
    )


def _coverage() -> pl.DataFrame:
    """One statement a year and pool: the list of that year is complete."""
    rows = [
        {
            "pool_id": pool.value,
            "covers_from": date(year, 1, 1),
            "covers_to": date(year, 12, 31),
            "source": _source(pool),
            "received_on": min(date(year + 1, 1, 15), KNOWN_UNTIL),
        }
        for pool in Tier
        for year in range(FIRST_REPORTED, KNOWN_UNTIL.year + 1)
    ]
    return pl.DataFrame(rows).with_row_index("id", offset=1)
