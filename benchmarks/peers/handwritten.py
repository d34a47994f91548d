"""The three tiers as Polars expressions written by hand: no rule files, the same exact answers.

Staged as one would by hand, growth in 128-bit integers, nothing computed that
the five summary columns of a tier do not need.
"""

from datetime import date

import polars as pl

from benchmarks.peers.handwritten_gaps import gaps, least, outputs
from benchmarks.peers.handwritten_words import (
    SUMMED,
    C,
    best,
    chain,
    growth_band,
    known,
    leg,
    points,
    positive,
    share_points,
    total,
)

STAFF = ((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
RD_SALES = ((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
RD_COSTS = ((30, 50), (25, 40), (20, 30), (15, 20), (10, 10))


def screen(facts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Verdict, points and nearest gap of tech_sme, hnte and gazelle."""
    years = (pl.lit(as_of.year) - C("registered_on").dt.year()).alias("years")
    unborn = [
        pl.when(C(f"{name}_y{back}").is_null() & (C("years") < back))
        .then(0)
        .otherwise(C(f"{name}_y{back}"))
        .alias(f"{name}_y{back}")
        for name in SUMMED
        for back in (2, 3)
        if f"{name}_y{back}" in facts.columns
    ]
    day = pl.lit(as_of)
    return (
        facts.lazy()
        .with_columns(years)
        .with_columns(unborn)
        .with_columns(_first(day))
        .with_columns(_second())
        .with_columns(_third())
        .with_columns(gaps())
        .with_columns(least())
        .select(outputs())
        .collect()
    )


def _first(day: pl.Expr) -> list[pl.Expr]:
    staff, sales = (
        share_points("tech_staff_y1", "employees_y1", STAFF),
        share_points("rd_expense_fen_y1", "revenue_fen_y1", RD_SALES),
    )
    costs = share_points("rd_expense_fen_y1", "cost_expense_fen_y1", RD_COSTS)
    class2 = chain([(C("class2_ip") >= count, value) for count, value in ((4, 24), (3, 18), (2, 12), (1, 6))])
    class1 = chain([(C("class1_ip") >= 1, 30)])
    return [
        *_shared(day),
        (
            C("holds_hnte") | C("national_award_top3_5y") | C("has_provincial_rd_org") | C("led_standard_5y")
        ).alias("t_direct"),
        staff.alias("t_staff"),
        best(staff, positive("tech_staff_y1", "employees_y1"), 20).alias("t_staff_hi"),
        sales.alias("t_sales"),
        best(sales, positive("rd_expense_fen_y1", "revenue_fen_y1"), 50).alias("t_sales_hi"),
        costs.alias("t_costs"),
        best(costs, positive("rd_expense_fen_y1", "cost_expense_fen_y1"), 50).alias("t_costs_hi"),
        pl.max_horizontal(class1, class2).alias("t_ip"),
        pl.max_horizontal(
            best(class1, C("class1_ip").is_null(), 30), best(class2, C("class2_ip").is_null(), 24)
        ).alias("t_ip_hi"),
    ]


def _shared(day: pl.Expr) -> list[pl.Expr]:
    size = C("revenue_fen_y1")
    return [
        total("revenue_fen").alias("sales"),
        known("revenue_fen").alias("sales_known"),
        total("rd_expense_fen").alias("rd"),
        known("rd_expense_fen").alias("rd_known"),
        total("rd_domestic_fen").alias("domestic"),
        known("rd_domestic_fen").alias("domestic_known"),
        pl.when(size <= 5_000_000_000)
        .then(5)
        .when(size <= 20_000_000_000)
        .then(4)
        .otherwise(3)
        .alias("asked"),
        (day - C("registered_on")).dt.total_days().alias("age"),
        (C("registered_on").dt.offset_by("15y")).alias("fifteen"),
        growth_band("net_assets_fen").alias("g_assets"),
        growth_band("revenue_fen").alias("g_sales"),
        leg("revenue_fen").alias("leg_sales"),
        leg("total_profit_fen").alias("leg_profit"),
        day.alias("day"),
    ]


Ends = tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]
RANGES = (
    ((C("class1_ip") >= 1), 7, 8),
    (C("class2_ip") >= 5, 5, 6),
    (C("class2_ip") >= 3, 3, 4),
    (C("class2_ip") >= 1, 1, 2),
)
TRANSFORMED = ((15, 25, 30), (12, 19, 24), (9, 13, 18), (6, 7, 12), (3, 1, 6))


def _rights() -> Ends:
    """Points for the number of rights: (lowest, highest) at worst, then at best; experts add 24."""
    low, high = (chain([(row[0], row[place]) for row in RANGES]) for place in (1, 2))
    open1, open2 = C("class1_ip").is_null(), (C("class1_ip") < 1) & C("class2_ip").is_null()
    better = pl.when(open1).then(points(7)).when(open2).then(points(5)).otherwise(low)
    best_of = pl.when(open1).then(points(8)).when(open2).then(points(6)).otherwise(high)
    capped = [pl.min_horizontal(end + 24, points(30)) for end in (high, best_of)]
    return low, capped[0], better, capped[1]


def _transformed() -> Ends:
    count = C("transformations_3y")
    low, high = (chain([(count >= row[0], row[place]) for row in TRANSFORMED]) for place in (1, 2))
    return low, high, best(low, count.is_null(), 25), best(high, count.is_null(), 30)


def _grown() -> Ends:
    """Growth points of net assets and sales together."""
    ends = [points(0)] * 4
    for name in ("g_assets", "g_sales"):
        band, is_open = C(name).cast(pl.Int16) * 2, C(name).is_null()
        low = pl.when(C(name) >= 1).then(band - 1).otherwise(points(0))
        high = pl.when(C(name) == -1).then(points(10)).when(C(name) >= 0).then(band).otherwise(points(0))
        own = (low, high, best(low, is_open, 9), best(high, is_open, 10))
        ends = [end + more for end, more in zip(ends, own, strict=True)]
    return ends[0], ends[1], ends[2], ends[3]


def _innovation() -> list[pl.Expr]:
    """The four ends of the innovation points, experts' own points first."""
    computed = {
        "intellectual_property": _rights(),
        "transformation": _transformed(),
        "organisation": (points(0), points(20), points(0), points(20)),
        "growth": _grown(),
    }
    ends = []
    for place, name in enumerate(("h_lo", "h_worst_hi", "h_best_lo", "h_hi")):
        terms = [
            pl.coalesce(C(f"expert_{block}").cast(pl.Int16), own[place]) for block, own in computed.items()
        ]
        ends.append((terms[0] + terms[1] + terms[2] + terms[3]).alias(name))
    return ends


def _second() -> list[pl.Expr]:
    return [
        *_innovation(),
        (C("t_staff") + pl.max_horizontal("t_sales", "t_costs") + C("t_ip")).alias("t_lo"),
        (C("t_staff_hi") + pl.max_horizontal("t_sales_hi", "t_costs_hi") + C("t_ip_hi")).alias("t_hi"),
        (
            pl.when(C("leg_sales") >= 0).then(C("leg_sales") == 1)
            | pl.when(C("leg_profit") >= 0).then(C("leg_profit") == 1)
        ).alias("grows"),
        (C("revenue_fen_y1") < 10_000_000_000).alias("small"),
    ]


def _ratio(top: str, bottom: str, least: pl.Expr, percent: pl.Expr | int) -> pl.Expr:
    never = (C(bottom) <= 0) | (C(top) <= 0) | (C(top) * 100 < least)
    sure = C(f"{top}_known") * 100 >= C(bottom) * percent
    return pl.when(never).then(statement=False).when(sure).then(statement=True)


def _simple(top: str, bottom: str, percent: int) -> pl.Expr:
    return (C(top) > 0) & (C(bottom) > 0) & (C(top) * 100 >= C(bottom) * percent)


def _third() -> list[pl.Expr]:
    floor = C("sales_known")
    least_open = pl.min_horizontal(floor * 5, (floor + 5_000_000_001) * 4, (floor + 20_000_000_001) * 3)
    least = pl.when(C("revenue_fen_y1").is_null()).then(least_open).otherwise(floor * C("asked"))
    count = C("class1_ip").fill_null(0) + C("class2_ip").fill_null(0)
    any_right = (
        pl.when(count >= 1)
        .then(statement=True)
        .when((C("class1_ip") + C("class2_ip")) < 1)
        .then(statement=False)
    )
    judged = (C("h_lo") <= 70) & (C("h_hi") > 70) & (C("h_worst_hi") > 70) & (C("h_best_lo") <= 70)
    return [
        *_gazelle_results(),
        (C("employees_y1") <= 500).alias("t1"),
        (C("revenue_fen_y1") <= 20_000_000_000).alias("t2"),
        (C("total_assets_fen_y1") <= 20_000_000_000).alias("t3"),
        (
            C("t_direct")
            | pl.when(C("t_lo") >= 60).then(statement=True).when(C("t_hi") < 60).then(statement=False)
        ).alias("t6"),
        (
            C("t_direct")
            | pl.when(C("t_staff") > 0).then(statement=True).when(C("t_staff_hi") == 0).then(statement=False)
        ).alias("t7"),
        (C("age") >= 365).alias("h0"),
        any_right.alias("any_right"),
        (C("owns_core_ip") & any_right).alias("h1"),
        _simple("tech_staff_y1", "employees_y1", 10).alias("h3"),
        _ratio("rd", "sales", least, C("asked")).alias("h4"),
        _ratio("domestic", "rd", C("rd_known") * 60, 60).alias("h5"),
        _simple("hitech_income_fen_y1", "total_income_fen_y1", 60).alias("h6"),
        judged.alias("h_judged"),
        (
            pl.when(C("h_lo") > 70).then(statement=True).when(C("h_hi") <= 70).then(statement=False) | judged
        ).alias("h8"),
    ]


def _gazelle_results() -> list[pl.Expr]:
    leg_open = C("leg_sales").is_null() | C("leg_profit").is_null()
    return [
        (C("day") <= C("fifteen")).alias("g0"),
        (C("revenue_fen_y1") < 50_000_000_000).alias("g1"),
        (C("grows").is_null() & ~leg_open).alias("g_judged"),
        pl.when(C("small"))
        .then(_simple("rd_expense_fen_y1", "revenue_fen_y1", 4))
        .when(~C("small"))
        .then(statement=True)
        .alias("g3"),
    ]
