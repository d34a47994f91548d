"""What the hand-written tiers are written with."""

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
    first = C(f"{name}_y1")
    newest = pl.when(first.is_null() & (C("years") < 1)).then(0).otherwise(first)
    return newest + C(f"{name}_y2") + C(f"{name}_y3")


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
