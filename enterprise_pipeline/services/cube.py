"""The cube of counts in memory: exact counts, facets and the order of a list, without touching a row.

A list is ordered by cells (verdict, holding, number of gaps, jurisdiction,
industry), within a cell by enterprise. The cube knows how many enterprises
each cell has, so it can say where in the order a filter's enterprises lie.
"""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from enterprise_pipeline.services.candidate_filter import (
    GAP_COUNTS,
    GAP_SIZES,
    NO,
    UNKNOWN,
    YES,
    CandidateFilter,
)
from scoring.vocabulary import Verdict

VERDICT_ORDER = (
    Verdict.ELIGIBLE,
    Verdict.NEEDS_JUDGEMENT,
    Verdict.UNDETERMINED,
    Verdict.NOT_ELIGIBLE,
    Verdict.NOT_APPLICABLE,
)
# Who does not hold the tier yet comes first: that is whom a list of candidates is for.
HOLDS_ORDER = (0, -1, 1)
HOLDS_WORDS = {0: NO, -1: UNKNOWN, 1: YES}
HOLDS_UNKNOWN = -1
MOST_GAPS_TOLD = 3
DIMENSIONS = ("verdict", "jurisdiction", "industry", "holds", "gaps")

_VERDICT_RANKS = np.array([VERDICT_ORDER.index(Verdict(value)) for value in range(len(VERDICT_ORDER))])
_HOLDS_RANKS = np.array([HOLDS_ORDER.index(value) for value in (-1, 0, 1)])
# (verdict, holds, n_failed, jurisdiction, industry, n)
CubeRow = Sequence[Any]
Mask = npt.NDArray[np.bool_]
Cell = tuple[int, str, str]


@dataclass(frozen=True, kw_only=True)
class Range:
    """A stretch of the list's order in which every enterprise matches.

    ``first`` and ``last`` are cells (number of gaps, jurisdiction, industry)
    of one verdict and holding; ``offset`` enterprises match before it.
    """

    verdict: int
    holds: int
    first: Cell
    last: Cell
    count: int
    offset: int

    @property
    def rank(self) -> tuple[int, int]:
        """Where its verdict and holding stand in the order."""
        return group_rank(self.verdict, self.holds)


def group_rank(verdict: int, holds: int) -> tuple[int, int]:
    """Where a verdict and a holding stand in the order of a list."""
    return VERDICT_ORDER.index(Verdict(verdict)), HOLDS_ORDER.index(holds)


def known_holds(holds: int | None) -> int:
    """A holding with unknown as a number, as the cube has it."""
    return HOLDS_UNKNOWN if holds is None or holds not in (0, 1) else int(holds)


def fits(wanted: CandidateFilter, row: Any) -> bool:
    """Whether one row matches the dimensions that the cube knows."""
    return (
        (wanted.verdict is None or row.verdict == wanted.verdict)
        and (not wanted.holds or HOLDS_WORDS[known_holds(row.holds)] == wanted.holds)
        and (not wanted.gaps or GAP_COUNTS[min(row.n_failed, MOST_GAPS_TOLD)] == wanted.gaps)
        and _begins(row.jurisdiction, wanted.jurisdiction)
        and _begins(row.industry, wanted.industry)
    )


class Cube:
    """The counts of one tier by one standard on one basis, in the order of the list."""

    def __init__(self, rows: Iterable[CubeRow]) -> None:
        columns = list(zip(*rows, strict=True)) or [()] * 6
        self._jurisdictions, jurisdiction = _coded(columns[3])
        self._industries, industry = _coded(columns[4])
        verdict, n_failed = (np.array(columns[number], dtype=np.int64) for number in (0, 2))
        holds = np.array([known_holds(value) for value in columns[1]], dtype=np.int64)
        keys = (industry, jurisdiction, n_failed, _HOLDS_RANKS[holds + 1], _VERDICT_RANKS[verdict])
        order = np.lexsort(keys)
        self._verdict, self._holds, self._n_failed = verdict[order], holds[order], n_failed[order]
        self._jurisdiction, self._industry = jurisdiction[order], industry[order]
        self._n = np.array(columns[5], dtype=np.int64)[order]
        self._dimensions = self._coded_dimensions()
        self._shown: Mask = self._n > 0
        self._ranges: dict[CandidateFilter, tuple[Range, ...]] = {}
        self._facets: dict[CandidateFilter, dict[str, dict[str, int]]] = {}
        self._areas: dict[frozenset[str], Cube] = {}

    def _coded_dimensions(self) -> dict[str, tuple[list[str], npt.NDArray[np.int64]]]:
        """For each dimension its words, and for each cell the number of its word."""
        sections, section = _coded(name[:1] for name in self._industries)
        return {
            "verdict": ([verdict.word for verdict in Verdict], self._verdict),
            "jurisdiction": ([name or UNKNOWN for name in self._jurisdictions], self._jurisdiction),
            "industry": ([name or UNKNOWN for name in sections], section[self._industry]),
            "holds": ([HOLDS_WORDS[value] for value in (-1, 0, 1)], self._holds + 1),
            "gaps": (list(GAP_COUNTS), np.minimum(self._n_failed, MOST_GAPS_TOLD)),
        }

    def within(self, jurisdictions: frozenset[str]) -> "Cube":
        """The same cube as those see it who may see these jurisdictions only.

        It keeps all cells in their order: a stretch of the list must not reach over cells of others.
        """
        if jurisdictions not in self._areas:
            part = copy(self)
            part._keep(jurisdictions)  # noqa: SLF001 -- our own copy
            _forget_some(self._areas)
            self._areas[jurisdictions] = part
        return self._areas[jurisdictions]

    def _keep(self, jurisdictions: frozenset[str]) -> None:
        """Show these only, and forget what was counted over all."""
        among = np.array([name in jurisdictions for name in self._jurisdictions], dtype=np.bool_)
        self._shown = self._shown & among[self._jurisdiction]
        self._ranges, self._facets, self._areas = {}, {}, {}
        self.__dict__.pop("total", None)

    @cached_property
    def total(self) -> int:
        """How many enterprises it counts."""
        return int(self._n[self._shown].sum())

    @cached_property
    def everywhere(self) -> int:
        """How many enterprises the whole city has, also where only some of them show."""
        return int(self._n.sum())

    def count(self, wanted: CandidateFilter) -> int:
        """How many enterprises match the dimensions that the cube knows."""
        ranges = self.ranges(wanted)
        return ranges[-1].offset + ranges[-1].count if ranges else 0

    def facets(self, wanted: CandidateFilter) -> dict[str, dict[str, int]]:
        """How many enterprises each word of each dimension would leave, the others staying as they are."""
        key = _of_the_cube(wanted)
        if key not in self._facets:
            _forget_some(self._facets)
            self._facets[key] = {name: self._facet(name, self._mask(key, but=name)) for name in DIMENSIONS}
        return self._facets[key]

    def ranges(self, wanted: CandidateFilter) -> tuple[Range, ...]:
        """The stretches of the order that match, in order."""
        key = _of_the_cube(wanted)
        if key not in self._ranges:
            _forget_some(self._ranges)
            self._ranges[key] = tuple(self._found_ranges(self._mask(key)))
        return self._ranges[key]

    def _mask(self, wanted: CandidateFilter, *, but: str = "") -> Mask:
        mask = self._shown.copy()
        if wanted.verdict is not None and but != "verdict":
            mask &= self._verdict == wanted.verdict
        if wanted.holds and but != "holds":
            mask &= self._holds == {word: value for value, word in HOLDS_WORDS.items()}[wanted.holds]
        if wanted.gaps and but != "gaps":
            told = np.minimum(self._n_failed, MOST_GAPS_TOLD)
            mask &= told == GAP_COUNTS.index(wanted.gaps)
        if wanted.size:  # Where nothing fails there is no gap to have a size.
            mask &= self._n_failed > 0
        if wanted.jurisdiction and but != "jurisdiction":
            mask &= _has_prefix(self._jurisdictions, wanted.jurisdiction)[self._jurisdiction]
        if wanted.industry and but != "industry":
            mask &= _has_prefix(self._industries, wanted.industry)[self._industry]
        return mask

    def _facet(self, name: str, mask: Mask) -> dict[str, int]:
        words, codes = self._dimensions[name]
        sums = np.bincount(codes[mask], weights=self._n[mask], minlength=len(words))
        return {word: int(n) for word, n in zip(words, sums, strict=True) if n}

    def _found_ranges(self, mask: Mask) -> Iterable[Range]:
        """Join matching cells that follow each other within one verdict and holding."""
        chosen = np.flatnonzero(mask)
        if not len(chosen):
            return
        group = _VERDICT_RANKS[self._verdict] * len(HOLDS_ORDER) + _HOLDS_RANKS[self._holds + 1]
        breaks = (np.diff(chosen) > 1) | (np.diff(group[chosen]) != 0)
        starts = np.concatenate(([0], np.flatnonzero(breaks) + 1))
        ends = np.concatenate((starts[1:], [len(chosen)]))
        sums = np.concatenate(([0], np.cumsum(self._n[chosen])))
        for start, end in zip(starts, ends, strict=True):
            first, last = chosen[start], chosen[end - 1]
            yield Range(
                verdict=int(self._verdict[first]),
                holds=int(self._holds[first]),
                first=self._cell(first),
                last=self._cell(last),
                count=int(sums[end] - sums[start]),
                offset=int(sums[start]),
            )

    def _cell(self, position: np.intp) -> Cell:
        return (
            int(self._n_failed[position]),
            self._jurisdictions[self._jurisdiction[position]],
            self._industries[self._industry[position]],
        )


def _of_the_cube(wanted: CandidateFilter) -> CandidateFilter:
    """The part of a filter that the cube can answer."""
    return CandidateFilter(
        tier=wanted.tier,
        verdict=wanted.verdict,
        holds=wanted.holds,
        gaps=wanted.gaps,
        jurisdiction=wanted.jurisdiction,
        industry=wanted.industry,
        size=GAP_SIZES[0] if wanted.size else "",
    )


def _coded(values: Iterable[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Replace texts by their position among the sorted different ones."""
    values = list(values)
    names = sorted(set(values))
    positions = {name: position for position, name in enumerate(names)}
    return names, np.array([positions[value] for value in values], dtype=np.int64)


def _begins(code: str, wanted: str) -> bool:
    return code == "" if wanted == UNKNOWN else code.startswith(wanted)


def _has_prefix(names: Sequence[str], wanted: str) -> Mask:
    return np.array([_begins(name, wanted) for name in names], dtype=np.bool_)


MOST_REMEMBERED = 512


def _forget_some(memory: dict[Any, Any]) -> None:
    """Keep a memory of answers small; the oldest go first."""
    while len(memory) >= MOST_REMEMBERED:
        memory.pop(next(iter(memory)), None)
