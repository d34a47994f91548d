"""The three tiers as Polars expressions written by hand: no rule files, the same exact answers.

Staged as one would by hand, growth in 128-bit integers, nothing computed that
the five summary columns of a tier do not need.
"""

from datetime import date

import polars as pl

C = pl.col
SUMMED = ("revenue_fen", "rd_expense_fen", "rd_domestic_fen", "net_assets_fen", "total_profit_fen")
NOTHING = float("inf")
STAFF = ((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
RD_SALES = ((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
RD_COSTS = ((30, 50), (25, 40), (20, 30), (15, 20), (10, 10))


def points(value: int) -> pl.Expr:
    """A literal number of points."""
    return pl.lit(value, pl.Int16)


def chain(conditions: list[tuple[pl.Expr, int]]) -> pl.Expr:
    """The first that holds gives its points."""
    expr = points(0)
    for condition, value in reversed(conditions):
        expr = pl.when(condition).then(points(value)).otherwise(expr)
    return expr


def share_points(top: str, bottom: str, bands: tuple[tuple[int, int], ...]) -> pl.Expr:
    """Points as the known figures stand."""
    found = chain([(C(top) * 100 >= C(bottom) * percent, value) for percent, value in bands])
    return pl.when(C(bottom) <= 0).then(points(0)).otherwise(found)


def best(lo: pl.Expr, missing: pl.Expr, top: int) -> pl.Expr:
    """Points if what is missing turns out best."""
    return pl.when(missing).then(points(top)).otherwise(lo)


def positive(top: str, bottom: str) -> pl.Expr:
    """Null when a figure is missing that matters."""
    return ((C(top) > 0) & (C(bottom) > 0)).is_null()


def total(name: str) -> pl.Expr:
    """Sum of three years."""
    return C(f"{name}_y1") + C(f"{name}_y2") + C(f"{name}_y3")


def known(name: str) -> pl.Expr:
    """Sum of the known years."""
    return C(f"{name}_y1").fill_null(0) + C(f"{name}_y2").fill_null(0) + C(f"{name}_y3").fill_null(0)


def growth_band(name: str) -> pl.Expr:
    """0 to 5 bands of 195号, -1 judged, null unknown."""
    newest, middle, oldest = (C(f"{name}_y{back}").cast(pl.Int128) for back in (1, 2, 3))
    left = pl.when(oldest == 0).then(newest * 2).otherwise(middle * middle + oldest * newest) * 100
    right = pl.when(oldest == 0).then(middle).otherwise(oldest * middle)
    lines = [left > right * 200, *(left >= right * line for line in (210, 230, 250, 270))]
    band = sum((line.cast(pl.Int8) for line in lines[1:]), lines[0].cast(pl.Int8))
    zero, judged = pl.lit(0, pl.Int8), pl.lit(-1, pl.Int8)
    negative = (middle < 0) | ((oldest < 0) & middle.is_not_null())
    return pl.when(middle == 0).then(zero).when(negative).then(judged).otherwise(band)


def leg(name: str) -> pl.Expr:
    """1 reaches 15%, 0 does not, -1 judged, null unknown."""
    newest, middle, oldest = (C(f"{name}_y{back}").cast(pl.Int128) for back in (1, 2, 3))
    reached = (middle * middle + oldest * newest) * 100 >= oldest * middle * 230
    return pl.when((oldest <= 0) | (middle <= 0)).then(pl.lit(-1, pl.Int8)).otherwise(reached.cast(pl.Int8))


def leg_gap(name: str) -> pl.Expr:
    """分 short of 15% mean growth."""
    newest, middle, oldest = (C(f"{name}_y{back}").cast(pl.Int128) for back in (1, 2, 3))
    top, bottom = middle * (oldest * 230 - middle * 100), oldest * 100
    return ((top + bottom - 1).floordiv(bottom) - newest).cast(pl.Int64)


def leg_short(name: str) -> pl.Expr:
    """The relative gap."""
    newest, middle, oldest = (C(f"{name}_y{back}").cast(pl.Float64) for back in (1, 2, 3))
    return ((2.3 - (middle / oldest + newest / middle)) / 2.3).cast(pl.Float32)


def screen(facts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Verdict, points and nearest gap of tech_sme, hnte and gazelle."""
    years = pl.lit(as_of.year) - C("registered_on").dt.year()
    unborn = [
        pl.when(C(f"{name}_y{back}").is_null() & (years < back))
        .then(0)
        .otherwise(C(f"{name}_y{back}"))
        .alias(f"{name}_y{back}")
        for name in SUMMED
        for back in (1, 2, 3)
        if f"{name}_y{back}" in facts.columns
    ]
    day = pl.lit(as_of)
    return (
        facts.lazy()
        .with_columns(unborn)
        .with_columns(_first(day))
        .with_columns(_second())
        .with_columns(_third())
        .with_columns(_gaps())
        .with_columns(_least())
        .select(_outputs())
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
    size = C("revenue_fen_y1")
    return [
        (C("holds_hnte") | C("national_award_top3_5y") | C("has_provincial_rd_org") | C("led_standard_5y")).alias("t_direct"),
        staff.alias("t_staff"), best(staff, positive("tech_staff_y1", "employees_y1"), 20).alias("t_staff_hi"),
        sales.alias("t_sales"), best(sales, positive("rd_expense_fen_y1", "revenue_fen_y1"), 50).alias("t_sales_hi"),
        costs.alias("t_costs"), best(costs, positive("rd_expense_fen_y1", "cost_expense_fen_y1"), 50).alias("t_costs_hi"),
        pl.max_horizontal(class1, class2).alias("t_ip"),
        pl.max_horizontal(best(class1, C("class1_ip").is_null(), 30), best(class2, C("class2_ip").is_null(), 24)).alias("t_ip_hi"),
        total("revenue_fen").alias("sales"), known("revenue_fen").alias("sales_known"),
        total("rd_expense_fen").alias("rd"), known("rd_expense_fen").alias("rd_known"),
        total("rd_domestic_fen").alias("domestic"), known("rd_domestic_fen").alias("domestic_known"),
        pl.when(size <= 5_000_000_000).then(5).when(size <= 20_000_000_000).then(4).otherwise(3).alias("asked"),
        (day - C("registered_on")).dt.total_days().alias("age"),
        (C("registered_on").dt.offset_by("15y")).alias("fifteen"),
        growth_band("net_assets_fen").alias("g_assets"), growth_band("revenue_fen").alias("g_sales"),
        leg("revenue_fen").alias("leg_sales"), leg("total_profit_fen").alias("leg_profit"),
        pl.lit(day).alias("day") if not isinstance(day, pl.Expr) else day.alias("day"),
    ]  # fmt: skip


def _second() -> list[pl.Expr]:
    low = chain(
        [
            (C("class1_ip") >= 1, 7),
            (C("class2_ip") >= 5, 5),
            (C("class2_ip") >= 3, 3),
            (C("class2_ip") >= 1, 1),
        ]
    )
    high = chain(
        [
            (C("class1_ip") >= 1, 8),
            (C("class2_ip") >= 5, 6),
            (C("class2_ip") >= 3, 4),
            (C("class2_ip") >= 1, 2),
        ]
    )
    top = (
        pl.when(C("class1_ip").is_null())
        .then(points(8))
        .when((C("class1_ip") < 1) & C("class2_ip").is_null())
        .then(points(6))
        .otherwise(high)
    )
    count = C("transformations_3y")
    t_lo = chain([(count >= 15, 25), (count >= 12, 19), (count >= 9, 13), (count >= 6, 7), (count >= 3, 1)])
    t_hi = chain(
        [
            (count.is_null(), 30),
            (count >= 15, 30),
            (count >= 12, 24),
            (count >= 9, 18),
            (count >= 6, 12),
            (count >= 3, 6),
        ]
    )
    experts = {
        name: C(f"expert_{name}").cast(pl.Int16)
        for name in ("intellectual_property", "transformation", "organisation", "growth")
    }
    lo = {"g_assets": 0, "g_sales": 0}
    g_lo = sum(
        (pl.when(C(name) >= 1).then(C(name).cast(pl.Int16) * 2 - 1).otherwise(points(0)) for name in lo),
        points(0),
    )
    g_hi = sum(
        (pl.when(C(name) >= 0).then(C(name).cast(pl.Int16) * 2).otherwise(points(10)) for name in lo),
        points(0),
    )
    given = experts["growth"]
    return [
        (C("t_staff") + pl.max_horizontal("t_sales", "t_costs") + C("t_ip")).alias("t_lo"),
        (C("t_staff_hi") + pl.max_horizontal("t_sales_hi", "t_costs_hi") + C("t_ip_hi")).alias("t_hi"),
        (pl.coalesce(experts["intellectual_property"], low) + pl.coalesce(experts["transformation"], t_lo)
         + pl.coalesce(experts["organisation"], points(0)) + pl.coalesce(given, g_lo)).alias("h_lo"),
        (pl.coalesce(experts["intellectual_property"], pl.min_horizontal(top + 24, points(30)))
         + pl.coalesce(experts["transformation"], t_hi) + pl.coalesce(experts["organisation"], points(20))
         + pl.coalesce(given, g_hi)).alias("h_hi"),
        (((top > high) & experts["intellectual_property"].is_null()) | (count.is_null() & experts["transformation"].is_null())
         | ((C("g_assets").is_null() | C("g_sales").is_null()) & given.is_null())).alias("h_open"),
        (pl.when(C("leg_sales") >= 0).then(C("leg_sales") == 1) | pl.when(C("leg_profit") >= 0).then(C("leg_profit") == 1)).alias("grows"),
        (C("revenue_fen_y1") < 10_000_000_000).alias("small"),
    ]  # fmt: skip


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
    judged = (C("h_lo") <= 70) & (C("h_hi") > 70) & ~C("h_open")
    leg_open = C("leg_sales").is_null() | C("leg_profit").is_null()
    return [
        (C("employees_y1") <= 500).alias("t1"), (C("revenue_fen_y1") <= 20_000_000_000).alias("t2"),
        (C("total_assets_fen_y1") <= 20_000_000_000).alias("t3"),
        (C("t_direct") | pl.when(C("t_lo") >= 60).then(statement=True).when(C("t_hi") < 60).then(statement=False)).alias("t6"),
        (C("t_direct") | pl.when(C("t_staff") > 0).then(statement=True).when(C("t_staff_hi") == 0).then(statement=False)).alias("t7"),
        (C("age") >= 365).alias("h0"), any_right.alias("any_right"), (C("owns_core_ip") & any_right).alias("h1"),
        _simple("tech_staff_y1", "employees_y1", 10).alias("h3"), _ratio("rd", "sales", least, C("asked")).alias("h4"),
        _ratio("domestic", "rd", C("rd_known") * 60, 60).alias("h5"),
        _simple("hitech_income_fen_y1", "total_income_fen_y1", 60).alias("h6"), judged.alias("h_judged"),
        (pl.when(C("h_lo") > 70).then(statement=True).when(C("h_hi") <= 70).then(statement=False) | judged).alias("h8"),
        (C("day") <= C("fifteen")).alias("g0"), (C("revenue_fen_y1") < 50_000_000_000).alias("g1"),
        (C("grows").is_null() & ~leg_open).alias("g_judged"),
        pl.when(C("small")).then(_simple("rd_expense_fen_y1", "revenue_fen_y1", 4)).when(~C("small")).then(statement=True).alias("g3"),
    ]  # fmt: skip


def _short(ok: pl.Expr, gap: pl.Expr, needed: pl.Expr | float) -> pl.Expr:
    return (
        pl.when(~ok)
        .then((gap / needed).cast(pl.Float32).fill_null(NOTHING))
        .otherwise(pl.lit(NOTHING, pl.Float32))
    )


def _gap(top: str, bottom: str, percent: pl.Expr | int) -> pl.Expr:
    return pl.when(C(bottom) > 0).then((C(bottom) * percent + 99).floordiv(100) - C(top))


GAPS: dict[str, list[tuple[str, pl.Expr, pl.Expr | float]]] = {
    "t": [
        ("t1", C("employees_y1") - 500, 500.0), ("t2", C("revenue_fen_y1") - 20_000_000_000, 2e10),
        ("t3", C("total_assets_fen_y1") - 20_000_000_000, 2e10), ("t6", (60 - C("t_hi")).cast(pl.Int64), 60.0),
        ("t7", _gap("tech_staff_y1", "employees_y1", 10), C("employees_y1") * 10 / 100),
    ],
    "h": [
        ("h0", 365 - C("age"), 365.0), ("h1", pl.when(~C("any_right")).then(1 - C("class1_ip") - C("class2_ip")), 1.0),
        ("h3", _gap("tech_staff_y1", "employees_y1", 10), C("employees_y1") * 10 / 100),
        ("h4", _gap("rd", "sales", C("asked")), C("sales") * C("asked") / 100),
        ("h5", _gap("domestic", "rd", 60), C("rd") * 60 / 100),
        ("h6", _gap("hitech_income_fen_y1", "total_income_fen_y1", 60), C("total_income_fen_y1") * 60 / 100),
        ("h8", (71 - C("h_hi")).cast(pl.Int64), 71.0),
    ],
    "g": [
        ("g0", (C("day") - C("fifteen")).dt.total_days(), 0.0), ("g1", C("revenue_fen_y1") - 49_999_999_999, 5e10),
        ("g2", pl.lit(0), 0.0), ("g3", pl.when(C("small")).then(_gap("rd_expense_fen_y1", "revenue_fen_y1", 4)), C("revenue_fen_y1") * 4 / 100),
    ],
}  # fmt: skip


def _gaps() -> list[pl.Expr]:
    shorts = []
    for tier in GAPS.values():
        for name, gap, needed in tier:
            if name == "g0":
                expr = (
                    pl.when(~C("g0"))
                    .then(((C("age") - 5478.75) / 5478.75).cast(pl.Float32))
                    .otherwise(pl.lit(NOTHING, pl.Float32))
                )
            elif name == "g2":
                legs = [
                    pl.when(C(one) == 0).then(leg_short(fact))
                    for one, fact in (("leg_sales", "revenue_fen"), ("leg_profit", "total_profit_fen"))
                ]
                expr = (
                    pl.when(~C("grows")).then(pl.min_horizontal(legs)).otherwise(pl.lit(NOTHING, pl.Float32))
                )
            else:
                expr = _short(C(name), gap, needed)
            shorts.append(expr.alias(f"{name}_short"))
    growth = [pl.when(leg_gap(fact) > 0).then(leg_gap(fact)) for fact in ("revenue_fen", "total_profit_fen")]
    return [*shorts, pl.when(~C("grows")).then(pl.min_horizontal(growth)).alias("g2_gap")]


def _least() -> list[pl.Expr]:
    return [
        pl.min_horizontal([f"{name}_short" for name, _, _ in tier]).alias(f"{key}_least")
        for key, tier in GAPS.items()
    ]


def _outputs() -> list[pl.Expr]:
    t = (
        C("is_resident")
        & C("t1")
        & C("t2")
        & C("t3")
        & ~C("is_industry_excluded")
        & ~(C("had_serious_incident") | C("has_bad_credit"))
        & C("t6")
        & C("t7")
    )
    h = (
        C("h0")
        & C("h1")
        & C("hitech_field_listed")
        & C("h3")
        & C("h4")
        & C("h5")
        & C("h6")
        & ~C("had_serious_incident")
        & C("h8")
    )
    g = C("g0") & C("g1") & (C("grows") | C("g_judged")) & C("g3")
    judged = {
        "t": pl.lit(value=False),
        "h": C("h_judged"),
        "g": C("g_judged") | (~C("small")).fill_null(value=False),
    }
    names = {
        "t": ("tech_sme", t, "t_lo", "t_hi"),
        "h": ("hnte", h, "h_lo", "h_hi"),
        "g": ("gazelle", g, "", ""),
    }
    outputs = []
    for key, (tier, met, lo, hi) in names.items():
        good = pl.when(judged[key]).then(pl.lit(2, pl.UInt8)).otherwise(pl.lit(3, pl.UInt8))
        verdict = (
            pl.when(met)
            .then(good)
            .when(met.is_null())
            .then(pl.lit(1, pl.UInt8))
            .otherwise(pl.lit(0, pl.UInt8))
        )
        which, amount = pl.lit(None, pl.UInt8), pl.lit(None, pl.Int64)
        for name, gap, _ in reversed(GAPS[key]):
            is_it = (C(f"{name}_short") == C(f"{key}_least")) & (C(f"{key}_least") != NOTHING)
            which = pl.when(is_it).then(pl.lit(int(name[1:]), pl.UInt8)).otherwise(which)
            amount = pl.when(is_it).then(C("g2_gap") if name == "g2" else gap).otherwise(amount)
        nothing = pl.lit(None, pl.Int16)
        outputs += [
            verdict.alias(f"{tier}.verdict"),
            (C(lo) if lo else nothing).alias(f"{tier}.points_lo"), (C(hi) if hi else nothing).alias(f"{tier}.points_hi"),
            which.alias(f"{tier}.nearest_criterion"), amount.alias(f"{tier}.nearest_gap"),
        ]  # fmt: skip
    return outputs
