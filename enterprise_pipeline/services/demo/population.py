"""Who exists: the trade, place, age and temper of every invented enterprise."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from enterprise_pipeline.services.demo.world import (
    CITY_OFFICE,
    FIRST_REPORTED,
    FIRST_YEAR,
    INDUSTRIES,
    KNOWN_UNTIL,
    LAST_YEAR,
    PLACES,
    PROVINCE_OFFICE,
    SECTORS,
    STRONG_FACTOR,
    Sector,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]

INCUMBENT_SHARE = 0.62
MEAN_AGE = 6.5
OLDEST = 30
BRANCH_SHARE = 0.006
GIANT_SHARE = 0.003
FEWEST_GIANTS = 4
RENAMED_SHARE = 0.09
NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True, kw_only=True)
class Firms:
    """One array per property, one element per enterprise; the order is the order of their ids.

    ``quality`` and ``ambition`` are hidden: they steer what the enterprise does and are stored nowhere.
    """

    industry: Integers
    place: Integers
    division: NDArray[np.str_]
    office: NDArray[np.str_]
    registered_on: Days
    left_on: Days
    is_branch: Flags
    is_giant: Flags
    is_renamed: Flags
    quality: Floats
    ambition: Floats

    def __len__(self) -> int:
        return len(self.industry)

    @cached_property
    def start_year(self) -> Integers:
        """Calendar year of registration."""
        return self.registered_on.astype("datetime64[Y]").astype(np.int64) + 1970

    @cached_property
    def last_year(self) -> Integers:
        """Last fiscal year that the enterprise lives through to its end."""
        years = self.left_on.astype("datetime64[Y]").astype(np.int64) + 1970 - 1
        return np.where(np.isnat(self.left_on), LAST_YEAR + 1, years)

    def trait(self, name: str) -> Floats:
        """A number of the sector table, for every enterprise."""
        table = np.array([float(getattr(sector_of(index), name)) for index in range(len(INDUSTRIES))])
        return table[self.industry]


def sector_of(industry: int) -> Sector:
    """The sector of an industry, by its place in the table."""
    return SECTORS[INDUSTRIES[industry].sector]


def draw_firms(count: int, *, rng: np.random.Generator) -> Firms:
    """Draw the enterprises: places an order of magnitude apart, trades by place, ages with a long tail."""
    place = rng.choice(len(PLACES), count, p=_normal([entry.weight for entry in PLACES]))
    is_giant = np.zeros(count, bool)
    is_giant[rng.choice(count, min(count, max(FEWEST_GIANTS, round(GIANT_SHARE * count))), replace=False)] = (
        True
    )
    industry = _draw_industries(place, rng=rng)
    chemists = [index for index, entry in enumerate(INDUSTRIES) if entry.sector in {"chemistry", "energy"}]
    industry[is_giant] = rng.choice(chemists, int(is_giant.sum()))
    registered_on = _draw_registration(count, rng=rng)
    registered_on[is_giant] = np.datetime64("2003-05-20") + rng.integers(0, 3000, int(is_giant.sum()))
    quality = rng.normal(size=count)
    division = _draw_divisions(place, rng=rng)
    offices = rng.choice(3, count, p=[0.80, 0.17, 0.03])
    return Firms(
        industry=industry,
        place=place,
        division=division,
        office=np.select(
            [offices == 0, offices == 1], [division, np.full(count, CITY_OFFICE)], PROVINCE_OFFICE
        ),
        registered_on=registered_on,
        left_on=_draw_exits(registered_on, quality=quality, is_giant=is_giant, rng=rng),
        is_branch=(rng.random(count) < BRANCH_SHARE) & ~is_giant,
        is_giant=is_giant,
        is_renamed=rng.random(count) < RENAMED_SHARE,
        quality=quality,
        ambition=rng.normal(size=count) + 0.25 * quality,
    )


def _normal(weights: list[float]) -> Floats:
    array = np.array(weights, dtype=np.float64)
    shares: Floats = array / array.sum()
    return shares


def _draw_industries(place: Integers, *, rng: np.random.Generator) -> Integers:
    industry = np.zeros(len(place), dtype=np.int64)
    classes = {name: sum(entry.sector == name for entry in INDUSTRIES) for name in SECTORS}
    for number, entry in enumerate(PLACES):
        here = np.flatnonzero(place == number)
        weights = [
            SECTORS[kind.sector].weight
            / classes[kind.sector]
            * (STRONG_FACTOR if kind.sector in entry.strong else 1)
            for kind in INDUSTRIES
        ]
        industry[here] = rng.choice(len(INDUSTRIES), len(here), p=_normal(weights))
    return industry


def _draw_divisions(place: Integers, *, rng: np.random.Generator) -> NDArray[np.str_]:
    division = np.full(len(place), "      ")
    for number, entry in enumerate(PLACES):
        here = np.flatnonzero(place == number)
        codes, weights = zip(*entry.divisions, strict=True)
        division[here] = rng.choice(codes, len(here), p=_normal(list(weights)))
    return division


def _draw_registration(count: int, *, rng: np.random.Generator) -> Days:
    """Most were there before the first report; the others came since, the last of them this autumn."""
    age = (rng.exponential(MEAN_AGE, count) % OLDEST * 365.25).astype(np.int64)
    old = np.datetime64(f"{FIRST_REPORTED}-01-01") - 1 - age
    window = (
        int((np.datetime64(KNOWN_UNTIL) - np.datetime64(f"{FIRST_REPORTED}-01-01")).astype(np.int64)) - 30
    )
    new = np.datetime64(f"{FIRST_REPORTED}-01-01") + rng.integers(0, window, count)
    return np.where(rng.random(count) < INCUMBENT_SHARE, old, new)


def _draw_exits(registered_on: Days, *, quality: Floats, is_giant: Flags, rng: np.random.Generator) -> Days:
    """A weak enterprise is struck off sooner; about one in twelve leaves before the demo's present day."""
    years = rng.exponential(90 * np.exp(0.45 * quality))
    first = np.maximum(registered_on, np.datetime64(f"{FIRST_YEAR + 4}-06-30")) + 500
    left = first + (np.minimum(years, 200) * 365.25).astype(np.int64)
    stays = is_giant | (left > np.datetime64(KNOWN_UNTIL))
    return np.where(stays, NO_DAY, left)
