"""What the OpenFisca rules are written with: three-valued results as floats, NaN for unknown."""

from collections.abc import Callable
from datetime import date

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Get = Callable[[str], Array]
AS_OF = date(2026, 11, 22)
NAN = np.float32(np.nan)


def test(condition: npt.NDArray[np.bool_], *known: Array) -> Array:
    """1 or 0, NaN where an input is."""
    result = condition.astype(np.float32)
    for values in known:
        result = np.where(np.isnan(values), NAN, result)
    return result


def every(*results: Array) -> Array:
    """Kleene and."""
    stacked = np.stack(results)
    least = np.nanmin(np.where(np.isnan(stacked), 1, stacked), axis=0)
    return np.where(least == 0, 0, np.where(np.isnan(stacked).any(axis=0), NAN, 1)).astype(np.float32)


def some(*results: Array) -> Array:
    """Kleene or."""
    return 1 - every(*(1 - result for result in results))


def banded(top: Array, bottom: Array, bands: tuple[tuple[int, int], ...]) -> Array:
    """Points as the figures stand."""
    with np.errstate(invalid="ignore"):
        conditions = [top * 100 >= bottom * percent for percent, _ in bands]
        found = np.select(conditions, [points for _, points in bands], 0)
        return np.where(bottom > 0, found, 0).astype(np.float32)


def open_share(top: Array, bottom: Array) -> npt.NDArray[np.bool_]:
    """Whether a missing figure matters."""
    return np.isnan(every(test(top > 0, top), test(bottom > 0, bottom)))


def simple(top: Array, bottom: Array, percent: float) -> Array:
    """A share of last year."""
    reached = test(top * 100 >= bottom * percent, top, bottom)
    return every(test(top > 0, top), test(bottom > 0, bottom), reached)


def year(get: Get, name: str) -> list[Array]:
    """The three years."""
    return [get(f"{name}_y{back}") for back in (1, 2, 3)]


def unborn(get: Get, name: str) -> list[Array]:
    """The three years, those before registration as zero."""
    born = get("registered_year")
    return [
        np.where(np.isnan(values) & (born > AS_OF.year - back), np.float32(0), values)
        for back, values in zip((1, 2, 3), year(get, name), strict=True)
    ]


def line(lo: Array, hi: Array, wanted: float) -> Array:
    """A pass mark against a range."""
    return np.where(lo >= wanted, 1, np.where(hi < wanted, 0, NAN)).astype(np.float32)


def graded(met: Array, judged: npt.NDArray[np.bool_]) -> Array:
    """The verdict's number."""
    return np.where(met == 0, 0, np.where(np.isnan(met), 1, np.where(judged, 2, 3))).astype(np.float32)


def nearest(*terms: tuple[Array, Array, Array]) -> tuple[Array, Array]:
    """Which failing criterion has the least relative gap, and the gap."""
    shorts = np.stack(
        [np.where((ok == 0) & ~np.isnan(gap), gap / needed, np.inf) for ok, gap, needed in terms]
    )
    which = shorts.argmin(axis=0)
    gaps = np.take_along_axis(np.stack([gap for _, gap, _ in terms]), which[None], axis=0)[0]
    none = np.isinf(shorts.min(axis=0))
    return np.where(none, NAN, which).astype(np.float32), np.where(none, NAN, gaps).astype(np.float32)


def share_gap(top: Array, bottom: Array, percent: Array | float) -> tuple[Array, Array]:
    """What is missing from the numerator, and what it would have to be."""
    needed = bottom * percent / 100
    return np.where(bottom > 0, np.ceil(needed) - top, NAN), needed


def years_sum(get: Get, name: str) -> tuple[Array, Array]:
    """(sum, sum of the known) over three years."""
    values = [get(f"{name}_b{back}") for back in (1, 2, 3)]
    return values[0] + values[1] + values[2], sum(np.nan_to_num(one) for one in values)


def bounded(
    top: tuple[Array, Array], bottom: tuple[Array, Array], least: Array, percent: Array | float
) -> Array:
    """A ratio of three-year sums."""
    never = (bottom[0] <= 0) | (top[0] <= 0) | (top[0] * 100 < least)
    sure = top[1] * 100 >= bottom[0] * percent
    return np.where(never, 0, np.where(sure, 1, NAN)).astype(np.float32)


Ends = tuple[Array, Array, Array, Array]


def growth(get: Get, name: str) -> Ends:
    """Growth points: (lowest, highest) at worst, (lowest, highest) at best."""
    oldest, middle = get(f"{name}_b3"), get(f"{name}_b2")
    newest = get(f"{name}_y1")
    with np.errstate(all="ignore"):
        rate = np.where(oldest == 0, 2 * newest / middle, middle / oldest + newest / middle)
    band = np.select([rate >= 2.7, rate >= 2.5, rate >= 2.3, rate >= 2.1, rate > 2], [5, 4, 3, 2, 1], 0)
    judged = (middle < 0) | ((oldest < 0) & ~np.isnan(middle))
    none = middle == 0
    is_open = np.isnan(newest + middle + oldest) & ~judged & ~none
    low = np.where((band > 0) & ~judged & ~is_open & ~none, band * 2 - 1, 0)
    high = np.where(judged, 10, np.where(none | is_open, 0, band * 2))
    return low, high, np.where(is_open, 9, low), np.where(is_open, 10, high)


def rights(get: Get) -> Ends:
    """Points for the number of rights; experts add 24."""
    class1, class2 = get("class1_ip"), get("class2_ip")
    low = np.select([class1 >= 1, class2 >= 5, class2 >= 3, class2 >= 1], [7, 5, 3, 1], 0)
    high = np.select([class1 >= 1, class2 >= 5, class2 >= 3, class2 >= 1], [8, 6, 4, 2], 0)
    is_open = [np.isnan(class1), (class1 < 1) & np.isnan(class2)]
    better, best = np.select(is_open, [7, 5], low), np.select(is_open, [8, 6], high)
    return low, np.minimum(high + 24, 30), better, np.minimum(best + 24, 30)


def transformed(get: Get) -> Ends:
    """Points for transformations."""
    count = get("transformations_3y")
    steps = [count >= 15, count >= 12, count >= 9, count >= 6, count >= 3]
    low, high = np.select(steps, [25, 19, 13, 7, 1], 0), np.select(steps, [30, 24, 18, 12, 6], 0)
    return low, high, np.where(np.isnan(count), 25, low), np.where(np.isnan(count), 30, high)
