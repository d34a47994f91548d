"""The view of a deciding body: every fact of every enterprise, put to the same engine as everywhere else."""

from datetime import date

import numpy as np
import polars as pl

from enterprise_pipeline.services.demo.conditions import Conditions
from enterprise_pipeline.services.demo.economy import HEADS, MONEY, STOCKS, History
from enterprise_pipeline.services.demo.population import Days, Firms, Flags, Integers
from enterprise_pipeline.services.demo.world import INDUSTRIES
from scoring.facts import split_year
from scoring.rulebook import Rulebook
from scoring.rules_model import RuleSet
from scoring.screening import required_columns, screen
from scoring.vocabulary import Tier, Verdict

BORROWS = {Tier.HNTE_RESERVE: (Tier.HNTE,)}
"""The high-tech reserve counts how many gates of the high-tech rules are unmet."""
HOLDABLE = (Tier.HNTE, Tier.GAZELLE, Tier.LEADING)


class DecidingBody:
    """Screens the invented enterprises with all facts known, by the rules in force on the day."""

    def __init__(self, firms: Firms, history: History, conditions: Conditions, *, rules: Rulebook) -> None:
        self._firms = firms
        self._history = history
        self._conditions = conditions
        self._rules = rules
        self.held_until: dict[Tier, Days] = {
            tier: np.full(len(firms), np.datetime64("1900-01-01")) for tier in HOLDABLE
        }

    def holds(self, tier: Tier, day: date) -> Flags:
        """Who holds a tier on a day."""
        return np.asarray(self.held_until[tier] >= np.datetime64(day))

    def existing(self, day: date) -> Flags:
        """Who is registered and not struck off, branches left out, because they are no legal persons."""
        moment = np.datetime64(day)
        stays = np.isnat(self._firms.left_on) | (self._firms.left_on > moment)
        return np.asarray((self._firms.registered_on <= moment) & stays & ~self._firms.is_branch)

    def verdicts(
        self, tier: Tier, day: date, *, who: Integers, more: dict[str, Integers] | None = None
    ) -> Integers:
        """The verdict of the chosen enterprises, as stored; not applicable before the rules exist."""
        chosen = self._in_force(tier, day)
        if not chosen or not len(who):
            return np.full(len(who), int(Verdict.NOT_APPLICABLE), dtype=np.int64)
        frame = self._frame(required_columns(chosen), day, who=who, more=more or {})
        result = screen(frame, chosen, None, projection="summary")
        return result[f"{tier}.verdict"].cast(pl.Int64).to_numpy()

    def research_gap(self, day: date, *, who: Integers) -> Integers:
        """By how many 分 the R&D of the last year falls short of the high-tech line; 0 where it does not."""
        chosen = self._in_force(Tier.HNTE, day)
        frame = self._frame(required_columns(chosen), day, who=who, more={})
        result = screen(frame, chosen, None, projection="detail")
        return result[f"{Tier.HNTE}.rd_ratio.gap"].fill_null(0).cast(pl.Int64).to_numpy()

    def _in_force(self, tier: Tier, day: date) -> list[RuleSet]:
        needed = {tier, *BORROWS.get(tier, ())}
        chosen = [rules for rules in self._rules.in_force(day) if rules.tier in needed and rules.is_default]
        return chosen if any(rules.tier == tier for rules in chosen) else []

    def _frame(
        self, columns: list[str], day: date, *, who: Integers, more: dict[str, Integers]
    ) -> pl.DataFrame:
        flags = self._conditions.at(day.year - 1, self._history)
        # With the day as a column the rules are compiled once, not once a round.
        series = {"as_of": pl.repeat(day, len(who), dtype=pl.Date, eager=True)}
        for column in columns:
            values = self._column(column, day, flags=flags, more=more, who=who)
            if values is not None:
                series[column] = values
        return pl.DataFrame(series)

    def _column(
        self, column: str, day: date, *, flags: dict[str, Flags], more: dict[str, Integers], who: Integers
    ) -> pl.Series | None:
        name, years_back = split_year(column)
        if column in more:
            return pl.Series(more[column])
        if column == "registered_on":
            return pl.Series(self._firms.registered_on[who])
        if column == "industry_code":
            return pl.Series(np.array([entry.code for entry in INDUSTRIES])[self._firms.industry[who]])
        if column in flags:
            return pl.Series(flags[column][who])
        if name in STOCKS:
            return pl.Series(self._history.of(name, day.year - 1)[who])
        if name in MONEY + HEADS and years_back is not None:
            return self._yearly(name, day.year - years_back, who=who)
        if column.startswith("holds_") and not column.endswith("_until"):
            tier = Tier(column.removeprefix("holds_"))
            return pl.Series(self.holds(tier, day)[who]) if tier in self.held_until else None
        return None

    def _yearly(self, name: str, year: int, *, who: Integers) -> pl.Series:
        """A figure; null for a year in which the enterprise was not yet registered."""
        values = pl.Series(self._history.of(name, year)[who])
        existed = pl.Series(self._firms.start_year[who] <= year)
        return pl.select(pl.when(existed).then(values)).to_series()
