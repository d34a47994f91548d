"""The cells of a candidate list: for the page, and as text for a spreadsheet."""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.candidate_rows import CandidateRow
from enterprise_pipeline.services.candidates import CandidatePage
from enterprise_pipeline.web import candidate_words as words
from enterprise_pipeline.web.filters import verdict_text
from enterprise_pipeline.web.said import Said, said
from scoring.vocabulary import SIZE_NAMES

NOTHING = "–"
ON_CARDS = frozenset({"verdict", "step"})
NEEDS_ESCAPE = re.compile("[&<>\"']")


class Line(NamedTuple):
    """A row of the table as pieces of HTML, escaped here: in the template fifty rows cost most of a page."""

    href: str
    name: str
    cells: str


def lines(
    shown: CandidatePage,
    columns: Sequence[str],
    *,
    address: Callable[[int, str], str],
    chip: Callable[[int, int, int], str],
) -> Iterator[Line]:
    """The rows of a page with the chosen columns; ``chip`` draws a verdict, each different one once."""
    says, drawn = said(), dict[tuple[int, int, int], str]()

    def verdict(row: CandidateRow) -> str:
        look = (row.verdict, row.n_failed, row.n_missing)
        if look not in drawn:
            drawn[look] = str(chip(*look))
        return drawn[look]

    starts = [cell_start(name) for name in columns]
    makers = [None if name == "verdict" else CELLS[name] for name in columns]
    for row, cursor in zip(shown.rows, shown.cursors, strict=True):
        words = (verdict(row) if make is None else escaped(make(row, says)) for make in makers)
        cells = "".join(f"{start}{word}</td>" for start, word in zip(starts, words, strict=True))
        yield Line(escaped(address(row.enterprise_id, cursor)), escaped(row.name), cells)


def cell_start(name: str) -> str:
    """The opening tag of a column's cells; on a phone a card shows the verdict and the next step alone."""
    return f'<td class="cell-{name}">' if name in ON_CARDS else f'<td class="cell-{name} phone-hidden">'


def escaped(text: str) -> str:
    """A text as HTML."""
    return html.escape(text) if NEEDS_ESCAPE.search(text) else text


def texts(row: CandidateRow, columns: Sequence[str], says: Said) -> list[str]:
    """The cells of a row as text."""
    return [CELLS[name](row, says) for name in columns]


def _verdict(row: CandidateRow, _says: Said) -> str:
    return verdict_text(row.verdict, row.n_failed, row.n_missing)


def _industry(row: CandidateRow, says: Said) -> str:
    if row.industry_code is None:
        return says.unknown
    return f"{row.industry_code} {reference.industry_name(row.industry_code)}"


def _field(row: CandidateRow, says: Said) -> str:
    if row.hitech_field is None:
        return says.unknown
    return f"{row.hitech_field} {reference.hitech_field_name(row.hitech_field)}"


def _registered(row: CandidateRow, says: Said) -> str:
    return row.registered_on.isoformat() if row.registered_on else says.unknown


CELLS: dict[str, Callable[[CandidateRow, Said], str]] = {
    "code": lambda row, _says: row.credit_code,
    "jurisdiction": lambda row, says: says.jurisdiction(row.jurisdiction),
    "industry": _industry,
    "size": lambda row, says: says.text(SIZE_NAMES[row.size]) if row.size else says.unknown,
    "field": _field,
    "registered": _registered,
    "verdict": _verdict,
    "step": words.next_step,
    "points": lambda row, _says: words.points_text(row),
    "holds": lambda row, says: says.holds[row.holds],
    "changes": lambda row, _says: row.changes_on.isoformat() if row.changes_on else NOTHING,
}
