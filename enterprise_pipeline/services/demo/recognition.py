"""Who applied for what, and who was recognised: rounds, renewals, lapses and the local reserves.

Whether the rules are met is asked of the screening engine with everything known, on the day of the
round and by the rules then in force; whether an enterprise tries is its own choice, which depends on
its ambition, its place and on what it held before.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from enterprise_pipeline.services.demo.decisions import DecidingBody
from enterprise_pipeline.services.demo.economy import History
from enterprise_pipeline.services.demo.population import NO_DAY, Days, Firms, Flags, Integers
from enterprise_pipeline.services.demo.world import FIRST_ROUND, KNOWN_UNTIL, PLACES
from scoring.vocabulary import Tier, Verdict

HNTE_BATCHES = ((10, 16), (11, 14), (12, 5), (12, 26))
TECH_SME_LISTS = ((7, 20), (8, 15), (9, 12), (10, 10))
TECH_SME_LIST_SHARES = (0.30, 0.35, 0.22, 0.13)
LAST_ROUND = KNOWN_UNTIL.year
RESERVE_YEARS = 3
RESERVES_SINCE = 2021
YEARS_VALID = 3
REVOKED_SHARE = 0.006
CLASS2_POINTS = ((5, 5), (3, 3), (1, 1))
"""Points for at least so many rights of class Ⅱ; the lower end of the band of 195号."""
GOOD = 0.5
"""Quality from which experts look kindly on results."""
LARGEST_FIND = 0.3
FINDING_SHARE = 0.5


@dataclass(frozen=True, kw_only=True)
class Awards:
    """Memberships of one pool; one element each.

    ``reason`` says why one ended before its term ("" when it did not), ``round`` is the year of the round.
    """

    pool: Tier
    firm: Integers
    valid_from: Days
    valid_to: Days
    round: Integers
    reason: np.ndarray[tuple[int], np.dtype[np.str_]]


@dataclass(frozen=True, kw_only=True)
class Opinions:
    """Expert points of one hnte round, granted or not."""

    firm: Integers
    told_on: Days
    intellectual_property: Integers
    transformation: Integers
    organisation: Integers


@dataclass
class Recognition:
    """Everything that was decided."""

    awards: list[Awards] = field(default_factory=list)
    opinions: list[Opinions] = field(default_factory=list)


class Rounds:
    """Holds the rounds of every year, in the order of the calendar."""

    def __init__(
        self, firms: Firms, history: History, body: DecidingBody, *, rng: np.random.Generator
    ) -> None:
        self._firms = firms
        self._history = history
        self._body = body
        self._rng = rng
        self._everyone = np.arange(len(firms), dtype=np.int64)
        rank = np.argsort(np.argsort([-entry.weight for entry in PLACES]))
        self._push = np.linspace(0.35, -0.4, len(PLACES))[rank][firms.place]
        self._organisation = np.clip(rng.normal(16.4, 1.9, len(firms)) + 1.3 * firms.quality, 4, 20)
        self._was_tech_sme = np.zeros(len(firms), bool)
        self._reserve_since = {
            tier: np.full(len(firms), NO_DAY)
            for tier in (Tier.HNTE_RESERVE, Tier.GAZELLE_RESERVE, Tier.LEADING_RESERVE)
        }
        self._made = Recognition()

    def hold(self) -> Recognition:
        """Go through all years and return what was decided."""
        for year in range(FIRST_ROUND, LAST_ROUND + 1):
            self._enter_reserve(Tier.HNTE_RESERVE, date(year, 7, 10), share=0.22)
            self._tech_sme(year)
            self._listed(Tier.GAZELLE, date(year, 9, 20), share=0.055)
            self._hnte(year)
            self._enter_reserve(Tier.GAZELLE_RESERVE, date(year, 11, 5), share=0.45)
            self._enter_reserve(Tier.LEADING_RESERVE, date(year, 11, 5), share=0.6)
            self._listed(Tier.LEADING, date(year, 11, 10), share=0.8)
            self._end_reserves(date(year, 12, 31))
        for tier, since in self._reserve_since.items():
            open_now = np.flatnonzero(~np.isnat(since))
            self._award(tier, open_now, since[open_now], np.full(len(open_now), NO_DAY), round_year=None)
        return self._made

    def _chance(self, base: float, *, more: NDArray[np.floating[Any]] | float = 0.0) -> Flags:
        """Who of all tries: likelier with ambition, in places that push, and by ``more`` (log odds)."""
        logit = base + 0.7 * self._firms.ambition + self._push + more
        return np.asarray(self._rng.random(len(self._firms)) < 1 / (1 + np.exp(-logit)))

    def _is_there(self, firm: Integers, day: Days) -> Flags:
        left = self._firms.left_on[firm]
        return np.asarray(np.isnat(left) | (left > day))

    def _select(self, mask: Flags) -> Integers:
        return self._everyone[mask]

    def _tech_sme(self, year: int) -> None:
        day = date(year, 6, 30)
        tries = self._select(
            self._body.existing(day) & self._chance(0.9, more=1.6 * self._was_tech_sme - 0.3)
        )
        passed = tries[self._body.verdicts(Tier.TECH_SME, day, who=tries) == Verdict.ELIGIBLE]
        lists = self._rng.choice(len(TECH_SME_LISTS), len(passed), p=TECH_SME_LIST_SHARES)
        listed_on = np.array([np.datetime64(date(year, *each)) for each in TECH_SME_LISTS])[lists]
        end = np.full(len(passed), np.datetime64(date(year, 12, 31)))
        self._was_tech_sme[:] = False
        self._was_tech_sme[passed] = True
        there = self._is_there(passed, listed_on)
        self._award(Tier.TECH_SME, passed[there], listed_on[there], end[there], round_year=year)

    def _hnte(self, year: int) -> None:
        """A firm applies when it holds nothing, or in the year in which its certificate ends."""
        filed_on, batches = date(year, 8, 15), [np.datetime64(date(year, *day)) for day in HNTE_BATCHES]
        until = self._body.held_until[Tier.HNTE]
        may = self._body.existing(filed_on) & (until < batches[-1])
        ending = until >= np.datetime64(f"{year}-01-01")
        tries = self._applicants(may, filed_on, more=2.4 * ending + 0.4 * self._was_tech_sme)
        self._find_research(tries, filed_on)
        opinion = self._opinion(tries, year)
        passes = self._body.verdicts(Tier.HNTE, filed_on, who=tries, more=opinion) == Verdict.ELIGIBLE
        passed = tries[passes]
        number = self._rng.choice(len(batches), len(passed), p=[0.2, 0.35, 0.3, 0.15])
        first_free = np.searchsorted(np.array(batches), until[passed], side="right")
        issued_on = np.array(batches)[np.maximum(number, first_free)]
        known = (issued_on <= np.datetime64(KNOWN_UNTIL)) & self._is_there(passed, issued_on)
        self._keep_opinions(tries, opinion, told_on=np.datetime64(date(year, 9, 28)))
        self._grant(Tier.HNTE, passed[known], issued_on[known], year=year)

    def _applicants(self, may: Flags, filed_on: date, *, more: NDArray[np.floating[Any]]) -> Integers:
        """Who files: mostly those who see no gate closed, but some try in vain."""
        open_gates = np.zeros(len(may), bool)
        who = self._select(may)
        open_gates[who] = self._body.verdicts(Tier.HNTE, filed_on, who=who) != Verdict.NOT_ELIGIBLE
        sales = self._history.of("revenue_fen", filed_on.year - 1)
        large = np.clip(np.log(np.maximum(sales, 1e8) / 1e9), -1.5, 2.0)
        return self._select(may & self._chance(-0.8, more=more + 2.6 * open_gates + 0.3 * large))

    def _find_research(self, firm: Integers, filed_on: date) -> None:
        """Some applicants just below the line find more R&D in their books, and so crowd just above it."""
        gap = self._body.research_gap(filed_on, who=firm)
        row = filed_on.year - 1 - self._history.first_year
        spent = self._history.figures["rd_expense_fen"][row]
        small = (gap > 0) & (gap < LARGEST_FIND * spent[firm]) & (self._rng.random(len(firm)) < FINDING_SHARE)
        found = np.ceil(gap * self._rng.uniform(1.0, 1.08, len(firm))).astype(np.int64)
        for name in ("rd_expense_fen", "rd_domestic_fen", "cost_expense_fen"):
            self._history.figures[name][row][firm[small]] += found[small]

    def _opinion(self, firm: Integers, year: int) -> dict[str, Integers]:
        """Expert points inside the bands that the countable facts allow."""
        rng, last = self._rng, year - 1
        class1, class2 = (self._history.of(name, last)[firm] for name in ("class1_ip", "class2_ip"))
        quality = self._firms.quality[firm]
        counted = np.select(
            [class1 >= 1, *(class2 >= least for least, _ in CLASS2_POINTS)],
            [7, *(points for _, points in CLASS2_POINTS)],
        )
        judged = np.clip(np.rint(rng.normal(19.4 + 1.4 * quality, 2.0)), 3, 22).astype(np.int64)
        yearly = np.minimum(self._history.of("transformations_3y", last)[firm] // 3, 5)
        placed = np.clip(rng.integers(2, 7, len(firm)) + (quality > GOOD), 1, 6)
        return {
            "expert_intellectual_property": np.where(counted > 0, np.minimum(counted + judged, 30), 0),
            "expert_transformation": np.where(yearly > 0, 6 * (yearly - 1) + placed, 0),
            "expert_organisation": np.rint(self._organisation[firm]).astype(np.int64),
        }

    def _keep_opinions(self, firm: Integers, points: dict[str, Integers], *, told_on: np.datetime64) -> None:
        self._made.opinions.append(
            Opinions(
                firm=firm,
                told_on=np.full(len(firm), told_on),
                intellectual_property=points["expert_intellectual_property"],
                transformation=points["expert_transformation"],
                organisation=points["expert_organisation"],
            )
        )

    def _listed(self, tier: Tier, day: date, *, share: float) -> None:
        """A provincial list: whoever meets the numbers, tries and convinces; it runs for three years."""
        may = self._body.existing(day) & ~self._body.holds(tier, day)
        keen = self._chance(
            float(np.log(share / (1 - share))), more=1.2 * self._body.holds(Tier.HNTE, day) - 0.8
        )
        tries = self._select(may & keen) if tier is Tier.GAZELLE else self._select(may)
        verdicts = self._body.verdicts(tier, day, who=tries)
        convinces = self._rng.random(len(tries)) < share
        passes = (verdicts == Verdict.ELIGIBLE) | ((verdicts == Verdict.NEEDS_JUDGEMENT) & convinces)
        passed = tries[passes]
        self._grant(tier, passed, np.full(len(passed), np.datetime64(day)), year=day.year)

    def _grant(self, tier: Tier, firm: Integers, issued_on: Days, *, year: int) -> None:
        """Record an award of three years, and the end of the reserve in front of it."""
        expires_on = years_later(issued_on, YEARS_VALID) - 1
        self._body.held_until[tier][firm] = expires_on
        reserve = Tier(f"{tier}_reserve")
        since = self._reserve_since[reserve][firm]
        waited = ~np.isnat(since)
        self._close(reserve, firm[waited], issued_on[waited] - 1, reason="certified")
        self._award(tier, firm, issued_on, expires_on, round_year=year, revocable=True)

    def _enter_reserve(self, tier: Tier, day: date, *, share: float) -> None:
        if day.year < RESERVES_SINCE:
            return
        may = self._body.existing(day) & np.isnat(self._reserve_since[tier])
        who = self._select(may & (self._rng.random(len(self._firms)) < share))
        passed = who[self._body.verdicts(tier, day, who=who) == Verdict.ELIGIBLE]
        self._reserve_since[tier][passed] = np.datetime64(day)

    def _end_reserves(self, day: date) -> None:
        """Nobody waits for more than three years."""
        for tier, since in self._reserve_since.items():
            term = years_later(since, RESERVE_YEARS) - 1
            over = self._select(np.asarray(term <= min(np.datetime64(day), np.datetime64(KNOWN_UNTIL))))
            self._close(tier, over, term[over], reason="term_ended")

    def _close(self, tier: Tier, firm: Integers, last_day: Days, *, reason: str) -> None:
        since = self._reserve_since[tier][firm]
        self._award(tier, firm, since, np.maximum(last_day, since), round_year=None, reason=reason)
        self._reserve_since[tier][firm] = NO_DAY

    def _award(
        self,
        tier: Tier,
        firm: Integers,
        valid_from: Days,
        valid_to: Days,
        *,
        round_year: int | None,
        reason: str = "",
        revocable: bool = False,
    ) -> None:
        """Record memberships; one that outlives its enterprise ends with it, and a few are revoked."""
        reasons = np.full(len(firm), reason, dtype="U40")
        left = self._firms.left_on[firm]
        gone = ~np.isnat(left) & (np.isnat(valid_to) | (valid_to > left))
        # The day on which something ends is the first without it.
        valid_to, reasons = np.where(gone, left - 1, valid_to), np.where(gone, "deregistered", reasons)
        if revocable:
            revoked_on = valid_from + self._rng.integers(200, 900, len(firm))
            known = (revoked_on < valid_to) & (revoked_on <= np.datetime64(KNOWN_UNTIL))
            revoked = known & ~gone & (self._rng.random(len(firm)) < REVOKED_SHARE)
            valid_to, reasons = (
                np.where(revoked, revoked_on - 1, valid_to),
                np.where(revoked, "revoked", reasons),
            )
            self._body.held_until[tier][firm] = valid_to
        year = valid_from.astype("datetime64[Y]").astype(np.int64) + 1970
        self._made.awards.append(
            Awards(
                pool=tier,
                firm=firm,
                valid_from=valid_from,
                valid_to=valid_to,
                round=year if round_year is None else np.full(len(firm), round_year),
                reason=reasons,
            )
        )


def years_later(days: Days, years: int) -> Days:
    """The same day of the month some years later; no round is held on a 29th of February."""
    months = days.astype("datetime64[M]")
    later: Days = (months + 12 * years).astype("datetime64[D]") + (days - months.astype("datetime64[D]"))
    return later
