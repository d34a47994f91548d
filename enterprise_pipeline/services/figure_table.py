"""Yearly figures as a page shows them: per cell the value that counts, who told it, and who tells otherwise.

Of one source only its newest version counts; between sources, the newest
received report that tells a figure. `services.facts` reads by the same rule,
and a test holds the two together.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from enterprise_pipeline.services.business_secrets import SecretMark, Why
from enterprise_pipeline.services.figures import ReportVersion, figure_versions
from scoring.vocabulary import YEARLY_FACTS, YEARS_CARRIED, Fact

FEWEST_YEARS = 3
MOST_YEARS = 8


@dataclass(frozen=True, kw_only=True)
class Told:
    """A value as one source tells it; None only where it may not be shown."""

    value: int | None
    source: str
    received_on: date
    version: int


@dataclass(frozen=True, kw_only=True)
class FigureCell:
    """The value that counts, and other sources that tell another one.

    ``mark`` says that it is a business secret, ``hidden`` why its values do not show.
    """

    year: int
    told: Told
    others: tuple[Told, ...] = ()
    mark: SecretMark | None = None
    hidden: Why | None = None

    @property
    def is_conflict(self) -> bool:
        """Whether two sources differ."""
        return bool(self.others)


@dataclass(frozen=True, kw_only=True)
class FigureRow:
    """One fact over the years of the table, newest first; None is unknown."""

    fact: Fact
    cells: tuple[FigureCell | None, ...]

    @property
    def values(self) -> tuple[int | None, ...]:
        """The values that count, newest first."""
        return tuple(cell.told.value if cell else None for cell in self.cells)


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """All figures by year, newest first; ``usual`` is where, and when, most figures of a year are from."""

    years: tuple[int, ...]
    rows: tuple[FigureRow, ...]
    versions: dict[int, int]
    usual: dict[int, tuple[str, date]]

    def cell(self, column: str, year: int) -> FigureCell | None:
        """The cell of a fact in a year, if it is known."""
        if year not in self.years:
            return None
        row = next((row for row in self.rows if row.fact.column == column), None)
        return row.cells[self.years.index(year)] if row else None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of any year."""
        return not any(cell for row in self.rows for cell in row.cells)

    @property
    def conflicts(self) -> int:
        """How many cells two sources disagree about."""
        return sum(1 for row in self.rows for cell in row.cells if cell and cell.is_conflict)


def figure_table(enterprise_id: int, *, as_of: date) -> FigureTable:
    """The figures known on ``as_of`` of the years before it; at least three years, at most eight."""
    versions = [version for version in figure_versions(enterprise_id) if version.received_on <= as_of]
    last_year = as_of.year - 1
    # The page must reach as far back as the facts frame does, or a value would have no source.
    oldest = min((version.fiscal_year for version in versions), default=last_year)
    count = min(max(last_year - oldest + 1, FEWEST_YEARS), max(MOST_YEARS, YEARS_CARRIED))
    years = tuple(range(last_year, last_year - count, -1))
    counting = {year: counting_versions(v for v in versions if v.fiscal_year == year) for year in years}
    number: dict[int, int] = defaultdict(int)
    for version in versions:
        number[version.fiscal_year] += 1
    rows = tuple(
        FigureRow(fact=fact, cells=tuple(_cell(counting[year], fact.column, year) for year in years))
        for fact in YEARLY_FACTS
    )
    return FigureTable(years=years, rows=rows, versions=dict(number), usual=_usual(rows))


def _usual(rows: Iterable[FigureRow]) -> dict[int, tuple[str, date]]:
    origins: dict[int, Counter[tuple[str, date]]] = defaultdict(Counter)
    for cell in (cell for row in rows for cell in row.cells if cell):
        origins[cell.year][cell.told.source, cell.told.received_on] += 1
    return {year: counter.most_common(1)[0][0] for year, counter in origins.items()}


def counting_versions(versions: Iterable[ReportVersion]) -> list[ReportVersion]:
    """The newest version of each source, the newest received first."""
    newest: dict[str, ReportVersion] = {}
    for version in versions:
        known = newest.get(version.source)
        if known is None or version.version > known.version:
            newest[version.source] = version
    return sorted(newest.values(), key=lambda one: (one.received_on, one.version, one.id), reverse=True)


def _cell(versions: Sequence[ReportVersion], column: str, year: int) -> FigureCell | None:
    told = [
        Told(value=value, source=version.source, received_on=version.received_on, version=version.version)
        for version in versions
        if (value := version.values[column]) is not None
    ]
    if not told:
        return None
    first, *rest = told
    return FigureCell(
        year=year, told=first, others=tuple(other for other in rest if other.value != first.value)
    )
