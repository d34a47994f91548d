"""Rounds beside the science ladder: the specialised line, unicorns, 规上 and its reserves."""

from datetime import date

import numpy as np

from enterprise_pipeline.services.demo.conditions import Conditions
from enterprise_pipeline.services.demo.decisions import DecidingBody
from enterprise_pipeline.services.demo.economy import History
from enterprise_pipeline.services.demo.population import NO_DAY, Days, Firms, Flags, Integers
from enterprise_pipeline.services.demo.profiles import Profiles
from enterprise_pipeline.services.demo.recognition import Awards, years_later
from enterprise_pipeline.services.demo.world import KNOWN_UNTIL
from scoring.rulebook import Rulebook
from scoring.vocabulary import Tier, Verdict

FIRST_LISTED = 2019
RESERVE_SINCE = 2021
RESERVE_YEARS = 3
TERM = 3
ENTERS, LEAVES = 0.85, 0.7
"""How many of those above the line the yearly review takes in, and of those fallen below it lets go."""
TRIES: dict[Tier, tuple[int, tuple[int, int], tuple[int, int], float]] = {
    # First round, day of the rules, first day of validity, and how many of those able are recognised.
    Tier.INNOVATIVE_SME: (2022, (10, 20), (1, 1), 0.45),
    Tier.SRDI_SME: (2022, (9, 15), (11, 1), 0.6),
    Tier.LITTLE_GIANT: (2022, (8, 10), (10, 1), 0.7),
    Tier.CHAMPION: (2023, (9, 20), (11, 10), 0.1),
}
LEAST_AMBITION = -0.4
"""Below it an enterprise applies for nothing."""
UNICORN_SINCE = 2024
UNICORN_EQUITY_FEN = 1_500_000_000
UNICORN_SHARE = 0.5
LINES = {Tier.INDUSTRY_RESERVE: Tier.ABOVE_SCALE_INDUSTRY, Tier.SERVICE_RESERVE: Tier.ABOVE_SCALE_SERVICE}


class ListedBody(DecidingBody):
    """A deciding body that knows every list, those of the ladder and those made so far."""

    def __init__(
        self,
        firms: Firms,
        history: History,
        conditions: Conditions,
        *,
        rules: Rulebook,
        profiles: Profiles,
        awards: list[Awards],
    ) -> None:
        super().__init__(firms, history, conditions, rules=rules)
        self._all = (firms, history, conditions)
        self._profiles = profiles
        self.awards = awards
        self.held_until = {tier: np.full(len(firms), NO_DAY) for tier in Tier}

    def holds(self, tier: Tier, day: date) -> Flags:
        """Who is on a list of the tier on a day."""
        moment, held = np.datetime64(day), np.zeros(len(self._all[0]), bool)
        for award in self.awards:
            if award.pool == tier:
                inside = (award.valid_from <= moment) & (
                    np.isnat(award.valid_to) | (award.valid_to >= moment)
                )
                held[award.firm[inside]] = True
        return held

    def says(self, tier: Tier, day: date, *, who: Integers) -> Integers:
        """The verdicts with the facts of the specialised line known, too."""
        _firms, history, conditions = self._all
        facts = self._profiles.at(day.year - 1, history, conditions)
        more = {name: values[who] for name, values in facts.items()}
        more["is_recheck"] = self.holds(tier, day)[who]
        return self.verdicts(tier, day, who=who, more=more)  # type: ignore[arg-type]


class LineRounds:
    """Holds the rounds of every year in the order of the calendar."""

    def __init__(
        self, firms: Firms, body: ListedBody, profiles: Profiles, *, rng: np.random.Generator
    ) -> None:
        self._firms, self._body, self._profiles, self._rng = firms, body, profiles, rng
        self._since = {tier: np.full(len(firms), NO_DAY) for pair in LINES.items() for tier in pair}

    def hold(self) -> list[Awards]:
        """Go through all years; the lists of the ladder and these."""
        for year in range(FIRST_LISTED, KNOWN_UNTIL.year + 1):
            for reserve, tier in LINES.items():
                self._reserve(reserve, tier, year)
            for tier in (Tier.LITTLE_GIANT, Tier.SRDI_SME, Tier.CHAMPION, Tier.INNOVATIVE_SME):
                self._recognised(tier, year)
            if year >= UNICORN_SINCE:
                self._unicorns(year)
            for reserve, tier in LINES.items():
                self._reviewed(reserve, tier, year)
        for tier, since in self._since.items():
            there = np.flatnonzero(~np.isnat(since))
            self._award(tier, there, since[there], np.full(len(there), NO_DAY))
        return self._body.awards

    def _able(self, tier: Tier, day: date, mask: Flags, *, judged: bool = False) -> Integers:
        """Whom the rules of the day let in; where told so, also those whom a person judges."""
        who = np.flatnonzero(mask & self._body.existing(day))
        verdicts = self._body.says(tier, day, who=who)
        passes = (verdicts == Verdict.ELIGIBLE) | ((verdicts == Verdict.NEEDS_JUDGEMENT) & judged)
        return np.asarray(who[passes])

    def _some(self, who: Integers, share: float) -> Integers:
        return np.asarray(who[self._rng.random(len(who)) < share])

    def _recognised(self, tier: Tier, year: int) -> None:
        first, asked, begins, share = TRIES[tier]
        day = date(year, *asked)
        start = date(year + (begins < asked), *begins)
        if year < first or start > KNOWN_UNTIL:
            return
        free = ~self._body.holds(tier, start) & (self._firms.ambition > LEAST_AMBITION)
        passed = self._some(self._able(tier, day, free, judged=True), share)
        valid_from = np.full(len(passed), np.datetime64(start))
        self._award(tier, passed, valid_from, years_later(valid_from, TERM) - 1)

    def _unicorns(self, year: int) -> None:
        """A person saw the valuation; what we see is the money raised."""
        day = date(year, 7, 1)
        rich = self._profiles.equity_fen >= UNICORN_EQUITY_FEN
        free = rich & ~self._body.holds(Tier.UNICORN, day)
        passed = self._some(self._able(Tier.UNICORN, day, free, judged=True), UNICORN_SHARE)
        valid_from = np.full(len(passed), np.datetime64(day))
        self._award(Tier.UNICORN, passed, valid_from, years_later(valid_from, 2) - 1)

    def _reserve(self, reserve: Tier, tier: Tier, year: int) -> None:
        if year < RESERVE_SINCE:
            return
        day, since = date(year, 6, 30), self._since[reserve]
        over = np.flatnonzero(since <= np.datetime64(date(year - RESERVE_YEARS, 12, 31)))
        self._end(reserve, over, date(year, 6, 29), reason="term_ended")
        free = np.isnat(since) & np.isnat(self._since[tier])
        since[self._some(self._able(reserve, day, free), ENTERS / 2)] = np.datetime64(day)

    def _reviewed(self, reserve: Tier, tier: Tier, year: int) -> None:
        """The yearly review of the statistics bureau: in from December, out at the end of November."""
        day = date(year, 11, 20)
        if date(year, 12, 1) > KNOWN_UNTIL:
            return
        able = self._able(tier, day, np.ones(len(self._firms), bool))
        is_able = np.zeros(len(self._firms), bool)
        is_able[able] = True
        since = self._since[tier]
        below = self._some(np.flatnonzero(~np.isnat(since) & ~is_able), LEAVES)
        self._end(tier, below, date(year, 11, 30), reason="below_line")
        enters = self._some(np.flatnonzero(np.isnat(since) & is_able), ENTERS)
        since[enters] = np.datetime64(date(year, 12, 1))
        waited = enters[~np.isnat(self._since[reserve][enters])]
        self._end(reserve, waited, date(year, 11, 30), reason="certified")

    def _end(self, tier: Tier, firm: Integers, last_day: date, *, reason: str) -> None:
        since = self._since[tier][firm]
        self._award(tier, firm, since, np.maximum(np.datetime64(last_day), since), reason=reason)
        self._since[tier][firm] = NO_DAY

    def _award(
        self, tier: Tier, firm: Integers, valid_from: Days, valid_to: Days, *, reason: str = ""
    ) -> None:
        """Record memberships; one that outlives its enterprise ends with it."""
        left = self._firms.left_on[firm]
        gone = ~np.isnat(left) & (np.isnat(valid_to) | (valid_to > left))
        valid_to = np.where(gone, np.maximum(left - 1, valid_from), valid_to)
        reasons = np.where(gone, "deregistered", np.full(len(firm), reason, dtype="U40"))
        self._body.awards.append(
            Awards(
                pool=tier,
                firm=firm,
                valid_from=valid_from,
                valid_to=valid_to,
                round=valid_from.astype("datetime64[Y]").astype(np.int64) + 1970,
                reason=reasons,
            )
        )
