"""What is true of the enterprises beside their figures: incidents, credit, research bodies, awards."""

from dataclasses import dataclass

import numpy as np

from enterprise_pipeline.services.demo.economy import YEARS, Flags, History
from enterprise_pipeline.services.demo.population import Firms, Integers
from enterprise_pipeline.services.demo.world import INDUSTRIES, LAST_YEAR

NEVER = 9999
INCIDENT_RATE = 0.004
BAD_CREDIT_RATE = 0.012
OWNING_SHARE = 0.96
"""Enterprises that own the rights they work with; the others only have a licence."""


@dataclass(frozen=True, kw_only=True)
class Conditions:
    """Flags by enterprise; what changes has a row per simulated year, or the year since which it holds."""

    is_resident: Flags
    is_industry_excluded: Flags
    hitech_field_listed: Flags
    owns_rights: Flags
    had_serious_incident: Flags
    has_bad_credit: Flags
    research_body_since: Integers
    standard_since: Integers
    award_since: Integers

    def at(self, year: int, history: History) -> dict[str, Flags]:
        """Every flag as it stood at the end of ``year``, under the names of the facts."""
        row = min(year, LAST_YEAR) - YEARS.start
        rights = history.of("class1_ip", year) + history.of("class2_ip", year) > 0
        return {
            "is_resident": self.is_resident,
            "is_industry_excluded": self.is_industry_excluded,
            "hitech_field_listed": self.hitech_field_listed,
            "owns_core_ip": self.owns_rights & rights,
            "had_serious_incident": self.had_serious_incident[row],
            "has_bad_credit": self.has_bad_credit[row],
            "has_provincial_rd_org": self.research_body_since <= year,
            "led_standard_5y": (self.standard_since <= year) & (self.standard_since > year - 5),
            "national_award_top3_5y": (self.award_since <= year) & (self.award_since > year - 5),
        }


def draw_conditions(firms: Firms, history: History, *, rng: np.random.Generator) -> Conditions:
    """Draw the conditions; research bodies and standards come to those who spend on R&D."""
    count = len(firms)
    has_field = np.array([entry.field != "" for entry in INDUSTRIES])[firms.industry]
    rd_million = history.of("rd_expense_fen", LAST_YEAR - 2) / 1e8
    keen = np.log1p(rd_million) + 0.3 * firms.quality
    years = (len(YEARS), count)
    return Conditions(
        is_resident=~firms.is_branch,
        is_industry_excluded=firms.trait("is_excluded") > 0,
        hitech_field_listed=rng.random(count) < np.where(has_field, 0.94, 0.05),
        owns_rights=rng.random(count) < OWNING_SHARE,
        had_serious_incident=rng.random(years) < INCIDENT_RATE,
        has_bad_credit=rng.random(years) < BAD_CREDIT_RATE * np.exp(-0.5 * firms.quality),
        research_body_since=_since(0.015 * np.maximum(keen, 0), rng=rng),
        standard_since=_since(0.008 * np.maximum(keen, 0), rng=rng),
        award_since=_since(0.0004 * np.maximum(keen, 0), rng=rng),
    )


def _since(
    yearly_chance: np.ndarray[tuple[int], np.dtype[np.float64]], *, rng: np.random.Generator
) -> Integers:
    """The year in which something first happened that has this chance each year, or `NEVER`."""
    happens = rng.random((len(YEARS), len(yearly_chance))) < yearly_chance
    first = np.argmax(happens, axis=0) + YEARS.start
    return np.where(happens.any(axis=0), first, NEVER).astype(np.int64)
