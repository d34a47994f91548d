"""The cells of a candidate list, as text: for the page and for a spreadsheet alike."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from enterprise_pipeline.services import reference
from enterprise_pipeline.services.candidate_rows import CandidateRow
from enterprise_pipeline.services.candidates import CandidatePage
from enterprise_pipeline.web import candidate_words as words
from enterprise_pipeline.web.filters import unknown, verdict_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A row of the table: where it leads and its cells by column."""

    row: CandidateRow
    href: str
    cells: list[tuple[str, str]]


def lines(shown: CandidatePage, columns: Sequence[str], address: Callable[[int, str], str]) -> Iterator[Line]:
    """The rows of a page with the chosen columns."""
    cells = [(name, CELLS[name]) for name in columns]
    for row, cursor in zip(shown.rows, shown.cursors, strict=True):
        yield Line(
            row=row,
            href=address(row.enterprise_id, cursor),
            cells=[(name, cell(row)) for name, cell in cells],
        )


def texts(row: CandidateRow, columns: Sequence[str]) -> list[str]:
    """The cells of a row as text, the verdict in words."""
    return [
        verdict_text(row.verdict, row.n_failed, row.n_missing) if name == "verdict" else CELLS[name](row)
        for name in columns
    ]


def _jurisdiction(row: CandidateRow) -> str:
    return reference.jurisdiction_name(row.jurisdiction, english=words.is_english()) or unknown()


def _industry(row: CandidateRow) -> str:
    if row.industry_code is None:
        return unknown()
    return f"{row.industry_code} {reference.industry_name(row.industry_code)}"


def _field(row: CandidateRow) -> str:
    if row.hitech_field is None:
        return unknown()
    return f"{row.hitech_field} {reference.hitech_field_name(row.hitech_field)}"


def _holds(row: CandidateRow) -> str:
    return str(words.HOLDS_WORDS[words.HOLDS_BY_NUMBER[row.holds]])


CELLS: dict[str, Callable[[CandidateRow], str]] = {
    "code": lambda row: row.credit_code,
    "jurisdiction": _jurisdiction,
    "industry": _industry,
    "field": _field,
    "registered": lambda row: row.registered_on.isoformat() if row.registered_on else unknown(),
    "verdict": lambda row: "",  # noqa: ARG005 -- drawn as a chip
    "step": words.next_step,
    "points": words.points_text,
    "holds": _holds,
    "changes": lambda row: row.changes_on.isoformat() if row.changes_on else "",
}
