"""The three tiers for OpenFisca-core: one variable a criterion, vectorised formulas, NaN for unknown.

OpenFisca keeps floats in 32 bits, so money near a threshold can fall on the
wrong side; the benchmark counts how often. Results of criteria are floats:
1 met, 0 not met, NaN unknown, so that unknown survives arithmetic.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit, period
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.peers.openfisca_words import (
    NAN,
    Array,
    Ends,
    Get,
    banded,
    bounded,
    every,
    graded,
    growth,
    line,
    nearest,
    open_share,
    rights,
    share_gap,
    simple,
    some,
    test,
    transformed,
    unborn,
    years_sum,
)

FIRM = build_entity(key="firm", plural="firms", label="An enterprise", is_person=True)
STAFF = ((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
RD_SALES = ((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
RD_COSTS = ((30, 50), (25, 40), (20, 30), (15, 20), (10, 10))
FORMULAS: dict[str, Callable[[Get], Array]] = {}


def formula(function: Callable[[Get], Array]) -> Callable[[Get], Array]:
    """Register a variable under the function's name."""
    FORMULAS[function.__name__] = function
    return function


for _name in ("revenue_fen", "rd_expense_fen", "rd_domestic_fen", "net_assets_fen", "total_profit_fen"):
    for _back in range(3):
        FORMULAS[f"{_name}_b{_back + 1}"] = lambda get, name=_name, back=_back: unborn(get, name)[back]


@formula
def direct(get: Get) -> Array:
    """Whether a direct door is open."""
    return some(
        get("holds_hnte"), get("national_award_top3_5y"), get("has_provincial_rd_org"), get("led_standard_5y")
    )


@formula
def staff_points(get: Get) -> Array:
    """Points for technical staff."""
    return banded(get("tech_staff_y1"), get("employees_y1"), STAFF)


@formula
def staff_best(get: Get) -> Array:
    """The same if what is missing turns out best."""
    return np.where(open_share(get("tech_staff_y1"), get("employees_y1")), 20, get("staff_points")).astype(
        np.float32
    )


@formula
def rd_points(get: Get) -> Array:
    """Points for R&D."""
    rd = get("rd_expense_fen_y1")
    return np.maximum(
        banded(rd, get("revenue_fen_y1"), RD_SALES), banded(rd, get("cost_expense_fen_y1"), RD_COSTS)
    )


@formula
def rd_best(get: Get) -> Array:
    """The same at best."""
    rd = get("rd_expense_fen_y1")
    missing = open_share(rd, get("revenue_fen_y1")) | open_share(rd, get("cost_expense_fen_y1"))
    return np.where(missing, 50, get("rd_points")).astype(np.float32)


@formula
def ip_points(get: Get) -> Array:
    """Points for rights."""
    class2 = get("class2_ip")
    lower = np.select([class2 >= 4, class2 >= 3, class2 >= 2, class2 >= 1], [24, 18, 12, 6], 0)
    return np.where(get("class1_ip") >= 1, 30, lower).astype(np.float32)


@formula
def ip_best(get: Get) -> Array:
    """The same at best."""
    class1 = get("class1_ip")
    without = np.where(np.isnan(get("class2_ip")) & ~(class1 >= 1), 24, get("ip_points"))
    return np.where(np.isnan(class1), 30, without).astype(np.float32)


@formula
def tech_lo(get: Get) -> Array:
    """Lowest total."""
    return get("staff_points") + get("rd_points") + get("ip_points")


@formula
def tech_hi(get: Get) -> Array:
    """Highest total."""
    return get("staff_best") + get("rd_best") + get("ip_best")


@formula
def tech_verdict(get: Get) -> Array:
    """科技型中小企业."""
    staff, revenue, assets = get("employees_y1"), get("revenue_fen_y1"), get("total_assets_fen_y1")
    met = every(
        get("is_resident"),
        test(staff <= 500, staff),
        test(revenue <= 2e10, revenue),
        test(assets <= 2e10, assets),
        1 - get("is_industry_excluded"),
        1 - some(get("had_serious_incident"), get("has_bad_credit")),
        some(get("direct"), line(get("tech_lo"), get("tech_hi"), 60)),
        some(get("direct"), line(get("staff_points"), get("staff_best"), 1)),
    )
    return graded(met, np.zeros_like(met, bool))


@formula
def tech_gap(get: Get) -> Array:
    """The nearest gap."""
    staff, revenue, assets = get("employees_y1"), get("revenue_fen_y1"), get("total_assets_fen_y1")
    full = np.full_like(staff, 1)
    heads, needed = share_gap(get("tech_staff_y1"), staff, 10)
    return nearest(
        (test(staff <= 500, staff), staff - 500, full * 500),
        (test(revenue <= 2e10, revenue), revenue - np.float32(2e10), full * 2e10),
        (test(assets <= 2e10, assets), assets - np.float32(2e10), full * 2e10),
        (some(get("direct"), line(get("tech_lo"), get("tech_hi"), 60)), 60 - get("tech_hi"), full * 60),
        (some(get("direct"), line(get("staff_points"), get("staff_best"), 1)), heads, needed),
    )[1]


@formula
def asked(get: Get) -> Array:
    """The percentage asked by size."""
    revenue = get("revenue_fen_y1")
    return np.select([revenue <= 5e9, revenue <= 2e10], [5, 4], 3).astype(np.float32)


@formula
def rd_ratio(get: Get) -> Array:
    """R&D of three years over sales."""
    sales, rd = years_sum(get, "revenue_fen"), years_sum(get, "rd_expense_fen")
    known = sales[1]
    either = np.minimum(known * 5, np.minimum((known + 5e9) * 4, (known + 2e10) * 3))
    least = np.where(np.isnan(get("revenue_fen_y1")), either, known * get("asked")).astype(np.float32)
    return bounded(rd, sales, least, get("asked"))


@formula
def domestic_share(get: Get) -> Array:
    """Domestic R&D over all R&D."""
    rd = years_sum(get, "rd_expense_fen")
    return bounded(years_sum(get, "rd_domestic_fen"), rd, rd[1] * 60, 60)


def innovation(get: Get) -> Ends:
    """The four ends of the innovation points, experts' own points first."""
    none, full = np.zeros_like(get("age")), np.full_like(get("age"), 20)
    assets, sales = growth(get, "net_assets_fen"), growth(get, "revenue_fen")
    computed = {
        "intellectual_property": rights(get),
        "transformation": transformed(get),
        "organisation": (none, full, none, full),
        "growth": tuple(one + other for one, other in zip(assets, sales, strict=True)),
    }
    ends = []
    for place in range(4):
        total = none
        for block, own in computed.items():
            given = get(f"expert_{block}")
            total = total + np.where(np.isnan(given), own[place], given).astype(np.float32)
        ends.append(total)
    return ends[0], ends[1], ends[2], ends[3]


@formula
def innovation_lo(get: Get) -> Array:
    """Lowest innovation points."""
    return innovation(get)[0]


@formula
def innovation_hi(get: Get) -> Array:
    """Highest innovation points."""
    return innovation(get)[3]


def any_right(get: Get) -> Array:
    """Whether there is any right at all."""
    class1, class2 = get("class1_ip"), get("class2_ip")
    known = np.nan_to_num(class1) + np.nan_to_num(class2)
    return np.where(known >= 1, 1, np.where(class1 + class2 < 1, 0, NAN)).astype(np.float32)


def hnte_results(get: Get) -> tuple[list[Array], npt.NDArray[np.bool_]]:
    """The nine criteria, and where a person decides."""
    lo, worst_hi, best_lo, hi = innovation(get)
    age = get("age")
    judged = (lo <= 70) & (hi > 70) & (worst_hi > 70) & (best_lo <= 70)
    points = np.where(judged, 1, line(lo, hi, 71)).astype(np.float32)
    return [
        test(age >= 365, age),
        every(get("owns_core_ip"), any_right(get)),
        get("hitech_field_listed"),
        simple(get("tech_staff_y1"), get("employees_y1"), 10),
        get("rd_ratio"),
        get("domestic_share"),
        simple(get("hitech_income_fen_y1"), get("total_income_fen_y1"), 60),
        1 - get("had_serious_incident"),
        points,
    ], judged


@formula
def hnte_verdict(get: Get) -> Array:
    """高新技术企业."""
    results, judged = hnte_results(get)
    return graded(every(*results), judged)


@formula
def hnte_gap(get: Get) -> Array:
    """The nearest gap."""
    results, _ = hnte_results(get)
    full = np.full_like(get("age"), 1)
    sums = {name: years_sum(get, name)[0] for name in ("revenue_fen", "rd_expense_fen", "rd_domestic_fen")}
    return nearest(
        (results[0], 365 - get("age"), full * 365),
        (
            np.where(get("owns_core_ip") == 0, NAN, any_right(get)),
            1 - get("class1_ip") - get("class2_ip"),
            full,
        ),
        (results[3], *share_gap(get("tech_staff_y1"), get("employees_y1"), 10)),
        (results[4], *share_gap(sums["rd_expense_fen"], sums["revenue_fen"], get("asked"))),
        (results[5], *share_gap(sums["rd_domestic_fen"], sums["rd_expense_fen"], 60)),
        (results[6], *share_gap(get("hitech_income_fen_y1"), get("total_income_fen_y1"), 60)),
        (results[8], 71 - get("innovation_hi"), full * 71),
    )[1]


def leg(get: Get, name: str) -> tuple[Array, npt.NDArray[np.bool_], Array, Array]:
    """(reaches 15%, judged, relative gap, gap) of one leg."""
    newest, middle, oldest = get(f"{name}_y1"), get(f"{name}_b2"), get(f"{name}_b3")
    judged = (oldest <= 0) | (middle <= 0)
    with np.errstate(all="ignore"):
        rate = middle / oldest + newest / middle
        gap = middle * (np.float32(2.3) - middle / oldest) - newest
    ok = np.where(judged, NAN, test(rate >= 2.3, rate))
    return ok, judged, np.where(ok == 0, (2.3 - rate) / 2.3, np.inf), np.where(ok == 0, gap, np.inf)


def gazelle_results(get: Get) -> tuple[list[Array], npt.NDArray[np.bool_]]:
    """The four criteria, and where a person decides."""
    revenue = get("revenue_fen_y1")
    sales, profit = leg(get, "revenue_fen"), leg(get, "total_profit_fen")
    grows = some(sales[0], profit[0])
    is_open = (np.isnan(sales[0]) & ~sales[1]) | (np.isnan(profit[0]) & ~profit[1])
    judged = np.isnan(grows) & ~is_open
    is_small = revenue < 1e10
    rd = np.where(np.isnan(revenue), NAN, np.where(is_small, simple(get("rd_expense_fen_y1"), revenue, 4), 1))
    results = [get("young"), test(revenue < 5e10, revenue), np.where(judged, 1, grows), rd]
    return results, judged | (revenue >= 1e10)


@formula
def gazelle_verdict(get: Get) -> Array:
    """瞪羚企业."""
    results, judged = gazelle_results(get)
    return graded(every(*results), judged)


@formula
def gazelle_gap(get: Get) -> Array:
    """The nearest gap."""
    results, _ = gazelle_results(get)
    revenue = get("revenue_fen_y1")
    sales, profit = leg(get, "revenue_fen"), leg(get, "total_profit_fen")
    gap = np.minimum(sales[3], profit[3])
    short = np.minimum(sales[2], profit[2])
    heads = share_gap(get("rd_expense_fen_y1"), revenue, 4)
    return nearest(
        (results[0], get("age") - 5479, np.full_like(gap, 5479)),
        (results[1], revenue - np.float32(5e10), np.full_like(gap, 5e10)),
        (results[2], np.where(np.isinf(gap), NAN, gap), np.where(short > 0, gap / short, NAN)),
        (results[3], *heads),
    )[1]


OUTPUTS = (
    "tech_verdict",
    "tech_lo",
    "tech_hi",
    "tech_gap",
    "hnte_verdict",
    "innovation_lo",
    "innovation_hi",
    "hnte_gap",
    "gazelle_verdict",
    "gazelle_gap",
)


def build_system(inputs: list[str]) -> TaxBenefitSystem:
    """One variable an input, one a formula."""
    system = TaxBenefitSystem([FIRM])
    common = {
        "value_type": float,
        "entity": FIRM,
        "definition_period": DateUnit.YEAR,
        "default_value": np.nan,
    }
    for name in inputs:
        system.add_variable(type(name, (Variable,), {**common, "label": name}))
    for name, function in FORMULAS.items():
        system.add_variable(type(name, (Variable,), {**common, "label": name, "formula": _bind(function)}))
    return system


def _bind(function: Callable[[Get], Array]) -> Callable[..., Array]:
    def run(firm: Any, at: Any) -> Array:
        with np.errstate(all="ignore"):
            return function(lambda name: firm(name, at))

    return run


def inputs_of(facts: pl.DataFrame, as_of: date) -> dict[str, Array]:
    """The facts as float arrays; dates as what the rules ask of them. Done outside the clock."""
    days = (pl.lit(as_of) - pl.col("registered_on")).dt.total_days()
    young = pl.col("registered_on").dt.offset_by("15y") >= pl.lit(as_of)
    frame = facts.with_columns(age=days, registered_year=pl.col("registered_on").dt.year(), young=young)
    return {
        name: frame[name].cast(pl.Float32).fill_null(np.nan).to_numpy()
        for name in frame.columns
        if name != "registered_on"
    }


def simulate(system: TaxBenefitSystem, inputs: dict[str, Array]) -> dict[str, Array]:
    """A fresh simulation on these inputs, every output calculated."""
    count = len(next(iter(inputs.values())))
    simulation = SimulationBuilder().build_default_simulation(system, count=count)
    at = period("2026")
    for name, values in inputs.items():
        simulation.set_input(name, at, values)
    return {name: simulation.calculate(name, at) for name in OUTPUTS}
