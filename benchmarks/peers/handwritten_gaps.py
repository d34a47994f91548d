"""The hand-written tiers, second half: gaps, the nearest of them, and the five columns of a tier."""

import polars as pl

from benchmarks.peers.handwritten_words import NOTHING, C, leg_gap, leg_short


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
        ("t1", C("employees_y1") - 500, 500.0),
        ("t2", C("revenue_fen_y1") - 20_000_000_000, 2e10),
        ("t3", C("total_assets_fen_y1") - 20_000_000_000, 2e10),
        ("t6", (60 - C("t_hi")).cast(pl.Int64), 60.0),
        ("t7", _gap("tech_staff_y1", "employees_y1", 10), C("employees_y1") * 10 / 100),
    ],
    "h": [
        ("h0", 365 - C("age"), 365.0),
        (
            "h1",
            pl.when(~C("any_right") & C("owns_core_ip").fill_null(value=True)).then(
                1 - C("class1_ip") - C("class2_ip")
            ),
            1.0,
        ),
        ("h3", _gap("tech_staff_y1", "employees_y1", 10), C("employees_y1") * 10 / 100),
        ("h4", _gap("rd", "sales", C("asked")), C("sales") * C("asked") / 100),
        ("h5", _gap("domestic", "rd", 60), C("rd") * 60 / 100),
        ("h6", _gap("hitech_income_fen_y1", "total_income_fen_y1", 60), C("total_income_fen_y1") * 60 / 100),
        ("h8", (71 - C("h_hi")).cast(pl.Int64), 71.0),
    ],
    "g": [
        ("g0", (C("day") - C("fifteen")).dt.total_days(), 0.0),
        ("g1", C("revenue_fen_y1") - 49_999_999_999, 5e10),
        ("g2", pl.lit(0), 0.0),
        (
            "g3",
            pl.when(C("small")).then(_gap("rd_expense_fen_y1", "revenue_fen_y1", 4)),
            C("revenue_fen_y1") * 4 / 100,
        ),
    ],
}


def gaps() -> list[pl.Expr]:
    """The relative gap of each measurable criterion, and the growth gap."""
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


def least() -> list[pl.Expr]:
    """The least of them in each tier."""
    return [
        pl.min_horizontal([f"{name}_short" for name, _, _ in tier]).alias(f"{key}_least")
        for key, tier in GAPS.items()
    ]


def outputs() -> list[pl.Expr]:
    """Verdict, points and nearest gap of each tier."""
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
    return [
        column
        for key, (tier, met, lo, hi) in names.items()
        for column in _columns(key, tier, met, judged[key], (lo, hi))
    ]


def _columns(key: str, tier: str, met: pl.Expr, judged: pl.Expr, ends: tuple[str, str]) -> list[pl.Expr]:
    """The five columns of one tier."""
    lo, hi = ends
    good = pl.when(judged).then(pl.lit(2, pl.UInt8)).otherwise(pl.lit(3, pl.UInt8))
    verdict = (
        pl.when(met).then(good).when(met.is_null()).then(pl.lit(1, pl.UInt8)).otherwise(pl.lit(0, pl.UInt8))
    )
    which, amount = pl.lit(None, pl.UInt8), pl.lit(None, pl.Int64)
    for name, gap, _ in reversed(GAPS[key]):
        is_it = (C(f"{name}_short") == C(f"{key}_least")) & (C(f"{key}_least") != NOTHING)
        which = pl.when(is_it).then(pl.lit(int(name[1:]), pl.UInt8)).otherwise(which)
        amount = pl.when(is_it).then(C("g2_gap") if name == "g2" else gap).otherwise(amount)
    nothing = pl.lit(None, pl.Int16)
    return [
        verdict.alias(f"{tier}.verdict"),
        (C(lo) if lo else nothing).alias(f"{tier}.points_lo"),
        (C(hi) if hi else nothing).alias(f"{tier}.points_hi"),
        which.alias(f"{tier}.nearest_criterion"),
        amount.alias(f"{tier}.nearest_gap"),
    ]
