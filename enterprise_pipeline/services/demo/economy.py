"""What the enterprises earn, spend and invent, year by year.

The manner follows what is known of firm growth: sizes with a heavy tail, growth shocks with fat tails
whose spread shrinks with size, hardly any autocorrelation, short spells of fast growth, persistent R&D
intensity, over-dispersed patents, and one bad year (2020).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enterprise_pipeline.services.demo.population import Firms
from enterprise_pipeline.services.demo.world import FIRST_YEAR, LAST_YEAR

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

YEARS = range(FIRST_YEAR, LAST_YEAR + 1)
MEDIAN_SALES = 1.1e7
SIZE_SPREAD = 1.15
GIANT_SALES = (3.4e9, 9.0e9)
CROWDED = 1.2e9
"""Sales in 元 above which growth slows: the market of an ordinary firm is finite."""
SHOCK = {2020: -0.12, 2021: 0.04}
SMALLEST_SHARE_OF_A_YEAR = 0.1
LARGE_SHARE = 0.07
"""Enterprises with an extra portion of size: the heavy upper tail."""
WAITING_SHARE = 0.2
"""Enterprises without sales in the year of their registration."""
LEAN_SHARE = 0.03
"""Enterprises that spend a quarter of their usual R&D in a year."""
ABROAD_SHARE = 0.06
"""Enterprises with R&D abroad in a year."""
KEENNESS = 1.17
"""A registry of technology firms spends more on R&D than its trades do on average."""
MONEY = (
    "revenue_fen",
    "rd_expense_fen",
    "cost_expense_fen",
    "total_assets_fen",
    "total_liabilities_fen",
    "net_assets_fen",
    "total_income_fen",
    "hitech_income_fen",
    "rd_domestic_fen",
    "main_revenue_fen",
    "total_profit_fen",
    "net_profit_fen",
)
HEADS = ("employees", "tech_staff", "rd_staff")
STOCKS = ("class1_ip", "class2_ip", "transformations_3y")


@dataclass(frozen=True)
class History:
    """Every figure by year and enterprise (years × enterprises), 0 while the enterprise did not exist."""

    figures: dict[str, Integers]
    is_active: Flags
    first_year: int = FIRST_YEAR

    def of(self, name: str, year: int) -> Integers:
        """One figure of one year; before the simulation everything is 0."""
        values = self.figures[name]
        return values[year - FIRST_YEAR] if year >= FIRST_YEAR else np.zeros_like(values[0])


@dataclass
class _State:
    """The hidden state that moves from year to year; sizes are natural logarithms of 元."""

    sales: Floats
    growth: Floats
    rd: Floats
    staff: Floats
    hitech: Floats
    margin: Floats
    debt: Floats
    assets: Floats
    heads: Floats
    conversion: Floats
    in_spell: Flags
    inventiveness: Floats
    class1: Integers
    class2: Integers


def simulate(firms: Firms, *, rng: np.random.Generator) -> History:
    """Let every enterprise live through every year."""
    names = (*MONEY, *HEADS, *STOCKS)
    history = History(
        {name: np.zeros((len(YEARS), len(firms)), dtype=np.int64) for name in names},
        np.stack([(firms.start_year <= year) & (firms.last_year >= year) for year in YEARS]),
    )
    state = _begin(firms, rng=rng)
    precision = rng.choice([1, 10_000, 100_000], len(firms), p=[0.62, 0.28, 0.10])
    conversions = [np.zeros(len(firms), dtype=np.int64)] * 2
    for row, year in enumerate(YEARS):
        active = history.is_active[row]
        _grow(state, firms, year=year, active=active, rng=rng)
        conversions.append(_invent(state, firms, active=active, rng=rng))
        told = _figures(state, firms, year=year, rng=rng)
        for name, values in told.items():
            step = precision if name in MONEY else 1
            history.figures[name][row] = np.where(active, np.rint(values).astype(np.int64) // step * step, 0)
        history.figures["class1_ip"][row] = np.where(active, state.class1, 0)
        history.figures["class2_ip"][row] = np.where(active, state.class2, 0)
        history.figures["transformations_3y"][row] = np.where(active, sum(conversions[-3:]), 0)
    _derive(history)
    return history


def _begin(firms: Firms, *, rng: np.random.Generator) -> _State:
    count = len(firms)
    age = np.clip(FIRST_YEAR - firms.start_year, 0, 25)
    sales = rng.normal(np.log(MEDIAN_SALES), SIZE_SPREAD, count) + 0.25 * firms.quality + 0.04 * age
    sales += np.where(rng.random(count) < LARGE_SHARE, rng.exponential(1.3, count), 0)
    sales = np.where(firms.is_giant, np.log(rng.uniform(*GIANT_SALES, count)), sales)
    rd = np.log(firms.trait("rd") * KEENNESS) + rng.normal(0, 0.42, count) + 0.22 * firms.quality
    staff, hitech = firms.trait("staff"), firms.trait("hitech")
    heads = sales - np.log(firms.trait("per_head")) + rng.normal(0, 0.35, count)
    inventiveness = rng.gamma(1.2, 1 / 1.2, count)
    return _State(
        sales=sales,
        growth=np.zeros(count),
        rd=np.where(firms.is_giant, np.log(0.036), rd),
        staff=np.log(staff / (1 - staff)) + rng.normal(0, 0.5, count),
        hitech=np.log(hitech / (1 - hitech)) + rng.normal(0, 0.8, count) + 0.25 * firms.quality,
        margin=rng.normal(0.05, 0.06, count) + 0.015 * firms.quality,
        debt=np.clip(rng.beta(4, 5, count), 0.05, 0.95),
        assets=sales + rng.normal(0.05, 0.4, count),
        heads=heads,
        conversion=np.clip(rng.gamma(5, 1.0, count) + 0.4 * firms.quality, 0, 8),
        in_spell=np.zeros(count, bool),
        inventiveness=inventiveness,
        class1=np.where(firms.is_giant, 70, rng.poisson(0.05 * age * inventiveness * firms.trait("patents"))),
        class2=np.where(firms.is_giant, 120, rng.poisson(0.25 * age * inventiveness)),
    )


def _grow(state: _State, firms: Firms, *, year: int, active: Flags, rng: np.random.Generator) -> None:
    count = len(firms)
    million = np.exp(state.sales) / 1e7
    pull = np.clip(-0.22 + 0.06 * np.log(np.maximum(million, 0.03)), -0.28, 0.12)
    spread = np.clip(0.15 * np.maximum(million, 0.03) ** -0.12, 0.06, 0.32)
    chance = 1 / (
        1 + np.exp(-(-3.2 + 0.7 * firms.quality + 9 * np.clip(np.exp(state.rd) - 0.05, -0.04, 0.12)))
    )
    state.in_spell = rng.random(count) < np.where(state.in_spell, 0.48, chance)
    mean = firms.trait("growth")
    growth = mean + 0.022 * firms.quality + pull * (state.growth - mean) + SHOCK.get(year, 0.0)
    growth += np.where(state.in_spell, 0.24 + rng.exponential(0.12, count), 0) + rng.laplace(0, spread)
    growth -= 0.35 * np.maximum(state.sales - np.log(CROWDED), 0)
    calm = rng.normal(0.05 + SHOCK.get(year, 0.0) / 2, 0.05, count)
    growth = np.where(firms.is_giant, calm, np.clip(growth, -1.4, 1.6))
    growth = np.where(active & (firms.start_year < year), growth, 0.0)
    state.sales += growth
    state.growth = growth
    _drift(state, firms, growth=growth, rng=rng)


def _drift(state: _State, firms: Firms, *, growth: Floats, rng: np.random.Generator) -> None:
    """Let the shares wander back towards what is usual in the sector, with noise."""
    count = len(firms)
    usual_rd = np.where(
        firms.is_giant, np.log(0.036), np.log(firms.trait("rd") * KEENNESS) + 0.22 * firms.quality
    )
    wobble = np.where(firms.is_giant, 0.04, 0.17)
    state.rd += (
        0.12 * (usual_rd - state.rd) + rng.normal(0, 1, count) * wobble - 0.15 * np.clip(growth, -0.5, 0.5)
    )
    for name, rate, noise in (("staff", 0.08, 0.14), ("hitech", 0.10, 0.26)):
        usual = firms.trait(name)
        value = getattr(state, name)
        target = np.log(usual / (1 - usual)) + 0.25 * firms.quality
        setattr(state, name, value + rate * (target - value) + rng.normal(0, noise, count))
    state.margin = 0.6 * state.margin + 0.4 * (0.05 + 0.02 * firms.quality) + rng.normal(0, 0.045, count)
    state.margin += 0.03 * np.clip(growth, -0.5, 0.5)
    state.debt = 0.88 * state.debt + 0.055 + rng.normal(0, 0.05, count) - 0.12 * state.margin
    state.debt = np.clip(state.debt, 0.03, 1.25)
    state.assets += 0.45 * growth + 0.5 * np.clip(state.margin, -0.2, 0.25) + rng.normal(0, 0.09, count)
    state.assets += 0.12 * (state.sales + 0.1 - state.assets)
    state.heads += 0.3 * (state.sales - np.log(firms.trait("per_head")) - state.heads) + rng.normal(
        0, 0.05, count
    )


def _invent(state: _State, firms: Firms, *, active: Flags, rng: np.random.Generator) -> Integers:
    """Add the year's granted rights; returns the results put to use this year."""
    count = len(firms)
    rd_spent = np.exp(state.sales + state.rd)
    rate = 0.34 * state.inventiveness * (rd_spent / 6e5) ** 0.62 * np.exp(0.3 * firms.quality)
    class1 = rng.poisson(np.minimum(rate * 0.40 * firms.trait("patents"), 25))
    class2 = rng.poisson(np.minimum(rate * (firms.trait("patents") + firms.trait("copyrights")), 40))
    state.class1 += np.where(active, class1, 0)
    state.class2 = np.where(active, rng.binomial(state.class2, 0.95) + class2, state.class2)
    usual = 5.0 + 0.8 * firms.quality + 9 * (np.exp(state.rd) - 0.04)
    state.conversion = np.clip(0.7 * state.conversion + 0.3 * usual + rng.normal(0, 0.5, count), 0, 9)
    return np.where(active, rng.poisson(state.conversion), 0).astype(np.int64)


def _figures(state: _State, firms: Firms, *, year: int, rng: np.random.Generator) -> dict[str, Floats]:
    """The year's figures in 分 and heads, before rounding; a first year is only as long as it was."""
    count = len(firms)
    days = (np.datetime64(f"{year + 1}-01-01") - firms.registered_on).astype(np.int64)
    part = np.clip(days / 365.0, SMALLEST_SHARE_OF_A_YEAR, 1.0)
    waits = (firms.start_year == year) & (rng.random(count) < WAITING_SHARE)
    revenue = np.where(waits, 0.0, np.exp(state.sales) * part * 100)
    rd = np.exp(state.sales + np.minimum(state.rd, np.log(0.9))) * part * 100
    rd *= np.where(rng.random(count) < LEAN_SHARE, 0.25, 1.0)
    heads = np.maximum(np.rint(np.exp(state.heads)), 2)
    tech = np.rint(heads / (1 + np.exp(-state.staff)))
    profit = revenue * np.clip(state.margin, -0.6, 0.4) - np.where(waits, rd, 0)
    income = revenue * (1 + rng.exponential(0.012, count))
    abroad = np.where(rng.random(count) < ABROAD_SHARE, rng.uniform(0.2, 1.0, count), 1.0)
    return {
        "employees": heads,
        "tech_staff": np.where(firms.is_giant, np.maximum(tech, heads * 0.16), tech),
        "rd_staff": np.where(
            firms.is_giant, heads * rng.uniform(0.098, 0.14, count), tech * rng.uniform(0.5, 0.95, count)
        ),
        "revenue_fen": revenue,
        "rd_expense_fen": rd,
        "cost_expense_fen": np.maximum(revenue - profit, rd * 1.05),
        "total_assets_fen": np.exp(state.assets) * 100,
        "total_liabilities_fen": np.exp(state.assets) * state.debt * 100,
        "total_income_fen": income,
        "hitech_income_fen": income / (1 + np.exp(-state.hitech)),
        "rd_domestic_fen": rd * abroad,
        "main_revenue_fen": revenue * (1 - rng.beta(1, 14, count)),
        "total_profit_fen": profit,
        "net_profit_fen": np.where(profit > 0, profit * 0.86, profit),
    }


def _derive(history: History) -> None:
    """What follows from rounded figures is computed from them, so that a report agrees with itself."""
    figures = history.figures
    figures["net_assets_fen"][:] = figures["total_assets_fen"] - figures["total_liabilities_fen"]
    figures["rd_staff"][:] = np.minimum(figures["rd_staff"], figures["tech_staff"])
