"""What the specialised line and 规上 ask beyond the ladder: niches, shares of rights, R&D bodies, equity."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from enterprise_pipeline.services.demo.columns import NEWEST, Clock, where
from enterprise_pipeline.services.demo.conditions import Conditions
from enterprise_pipeline.services.demo.economy import Floats, History
from enterprise_pipeline.services.demo.population import Firms, Flags, Integers
from enterprise_pipeline.services.demo.world import LAST_YEAR

SOURCE = "合成：优质中小企业信息填报"
SHEET_SHARE = 0.9
NEVER_TOLD = 0.06
JUDGED_UNTOLD = 0.55
"""Share of the enterprises that say nothing of what a person would have to judge."""
BODY_WORDS = np.array(["none", "below_city", "city", "provincial", "national"])
CITY, PROVINCIAL = 2, 3
NATIONAL_SHARE = 0.004
FIELD_WORDS = np.array(["none", "six_bases", "gap_filled"])
FIRST_THREE = 0.8
"""Standing from which an enterprise is among the first three of its award."""
NOTED_SHARE = 0.02
TRANSFER_SHARE = 0.15
EMERGING_SHARE = 0.42
RAISING_SHARE = 0.09
MEDIAN_EQUITY = 6e6
AWARD_SHARE = 0.006
DIRECT_SHARE = 0.004


@dataclass(frozen=True, kw_only=True)
class Profiles:
    """Hidden traits, one element an enterprise, from which the facts of a year follow."""

    self_developed: Floats
    high_value: Floats
    transferred_in: Floats
    niche_since: Integers
    market: Floats
    standing: Floats
    body: Integers
    field: Integers
    is_emerging: Flags
    equity_fen: Integers
    awarded_on: Integers
    is_direct: Flags

    def at(
        self, year: int, history: History, conditions: Conditions
    ) -> dict[str, Integers | Flags | np.ndarray[tuple[int], np.dtype[np.str_]]]:
        """Every fact as it stood at the end of ``year``, under the columns of the facts."""
        rights = history.of("class1_ip", year)
        # A national or provincial award of the last three years, of which few are among the first three.
        awarded = (self.awarded_on <= year) & (self.awarded_on > year - 3)
        national = conditions.award_since
        national_3y = (national <= year) & (national > year - 3)
        body = np.where(
            conditions.research_body_since <= year, np.maximum(self.body, 3), np.minimum(self.body, 2)
        )
        share = np.clip(self.market, 0, 0.6)
        return {
            "class1_ip_self_developed": (rights * self.self_developed).astype(np.int64),
            "class1_ip_high_value": (rights * self.high_value).astype(np.int64),
            "class1_ip_transferred_in": (rights * self.transferred_in).astype(np.int64),
            "class1_ip_rank_below_3": np.zeros(len(rights), dtype=np.int64),
            "niche_years": np.maximum(year - self.niche_since + 1, 0),
            "market_share_ppm": (share * 100).astype(np.int64) * 10_000,
            "domestic_rank": np.maximum(1, np.rint(0.35 / np.maximum(share, 0.002))).astype(np.int64),
            "development_points": self._points(54, 9, most=100),
            "local_special_points": self._points(9, 2.5, most=15),
            "digital_level": self._points(1.4, 0.8, most=3),
            "quality_items": self._points(1.8, 1.1, most=5),
            "rd_org_level": BODY_WORDS[body],
            "niche_field": FIELD_WORDS[self.field],
            "is_strategic_emerging": self.is_emerging,
            "national_award_top3_3y": national_3y,
            "science_award_3y": awarded | national_3y,
            "provincial_award_top3_3y": (awarded & (self.standing > FIRST_THREE)) | national_3y,
            "market_position_ok": share >= NOTED_SHARE,
            "is_key_link": self.field > 0,
            "srdi_direct_route": self.is_direct,
            "equity_raised_3y_fen": self.equity_fen,
            "equity_raised_2y_fen": np.where(self.standing > 0, self.equity_fen, 0),
        }

    def _points(self, middle: float, spread: float, *, most: int) -> Integers:
        return np.clip(np.rint(middle + spread * self.standing), 0, most).astype(np.int64)


def draw_profiles(firms: Firms, history: History, *, rng: np.random.Generator) -> Profiles:
    """Draw the traits; who is good at its trade tends to be good at all of it."""
    count = len(firms)
    standing = 0.6 * firms.quality + 0.8 * rng.normal(0, 1, count)
    rd_million = history.of("rd_expense_fen", LAST_YEAR - 1) / 1e8
    keen = np.log1p(rd_million) + 0.4 * standing
    body = np.digitize(keen + rng.normal(0, 0.5, count), [0.9, 1.5, 2.2])
    raised = np.exp(rng.normal(np.log(MEDIAN_EQUITY), 1.2, count))
    raises = rng.random(count) < RAISING_SHARE * np.exp(0.4 * standing)
    transferred = np.where(rng.random(count) < TRANSFER_SHARE, rng.uniform(0.1, 0.6, count), 0.0)
    return Profiles(
        self_developed=(1 - transferred) * rng.beta(9, 1.2, count),
        high_value=(1 - transferred) * rng.beta(1.3, 4, count),
        transferred_in=transferred,
        niche_since=firms.start_year + np.minimum(rng.geometric(0.45, count) - 1, 6),
        market=np.exp(rng.normal(np.log(0.03), 1.1, count) + 0.6 * standing),
        standing=standing,
        body=np.minimum(body, CITY) + (rng.random(count) < NATIONAL_SHARE) * 2,
        field=rng.choice(3, count, p=[0.55, 0.35, 0.10]),
        is_emerging=rng.random(count) < EMERGING_SHARE,
        equity_fen=np.where(raises, np.rint(raised / 1e5) * 1e7, 0).astype(np.int64),
        awarded_on=np.where(rng.random(count) < AWARD_SHARE * np.exp(0.7 * standing), LAST_YEAR - 1, 9999),
        is_direct=rng.random(count) < DIRECT_SHARE,
    )


def profile_frame(
    profiles: Profiles,
    firms: Firms,
    history: History,
    conditions: Conditions,
    *,
    first_id: int,
    clock: Clock,
    rng: np.random.Generator,
) -> pl.DataFrame:
    """One sheet an enterprise as of the end of last year: rows of ``enterprise_facts``."""
    count = len(firms)
    active = history.is_active[LAST_YEAR - history.first_year] & ~firms.is_branch
    who = np.flatnonzero(active & (rng.random(count) < SHEET_SHARE))
    received_on = np.minimum(np.datetime64(f"{LAST_YEAR + 1}-03-15") + rng.integers(0, 100, count), NEWEST)
    columns = {}
    for name, values in profiles.at(LAST_YEAR, history, conditions).items():
        untold = JUDGED_UNTOLD if name in ("market_position_ok", "is_key_link") else NEVER_TOLD
        told = rng.random(count) >= untold
        columns[name] = where(told[who], pl.Series(values[who].tolist()))
    return (
        pl.DataFrame(
            {"enterprise_id": who + 1, "received_on": np.minimum(received_on, NEWEST)[who]} | columns
        )
        .with_columns(
            pl.lit(np.datetime64(f"{LAST_YEAR}-12-31")).cast(pl.Date).alias("valid_from"),
            pl.lit(SOURCE).alias("source"),
            pl.lit(False).alias("is_recheck"),  # noqa: FBT003 - a literal column
            pl.lit(1).alias("version"),
            clock.on("received_on").alias("recorded_at"),
        )
        .with_row_index("id", offset=first_id)
    )
