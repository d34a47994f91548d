"""What leaves the registry as a file: numbered, recorded before it is sent, and marked with who took it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.transaction import transaction
from models.base import JsonObject

SUBJECT = "export"
# Crockford's letters: none that is taken for another when somebody reads the number from paper.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LETTERS = 6
LONGEST_HEAD = 200  # Excel keeps 255 characters of a head line, codes included.
LONGEST_PROPERTY = 250


class ExportKind(StrEnum):
    """What was taken; the action of its event is ``<kind>.exported``."""

    CANDIDATES = "candidates"
    MISSING_SHEET = "missing_sheet"
    COVERAGE = "coverage"
    REHEARSAL = "rehearsal"
    REFUSED_ROWS = "refused_rows"
    STANDARD = "standard"
    AUDIT = "audit"


@dataclass(frozen=True, kw_only=True)
class Export:
    """One file that somebody takes: who, which rows of what, and how far this person may see."""

    number: str
    kind: ExportKind
    actor: str
    scope: Scope
    filter: str
    """The filter in words, as the file itself says it."""
    form: str = "xlsx"
    of: str = ""
    """What it is a part of: a tier, a rehearsal, an import, a version."""
    address: Mapping[str, str] = field(default_factory=dict)
    columns: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class Watermark:
    """What a file says of itself, in the language of whoever takes it."""

    number: str
    line: str
    """One line with mark, number, who and when; printed on every sheet of paper."""
    title: str
    who: str
    filter: str


def new_number(day: date) -> str:
    """A number for a file: the day, and letters that nobody can guess or meet twice."""
    return f"{day:%Y%m%d}-" + "".join(secrets.choice(LETTERS) for _ in range(RANDOM_LETTERS))


def export_receipt(export: Export, *, rows: int) -> None:
    """Record a file that is written and not sent yet: when this raises, nobody gets the file."""
    with transaction() as session:
        audit.record(
            session,
            actor=export.actor,
            action=f"{export.kind}.exported",
            subject_type=SUBJECT,
            subject_id=export.number,
            after={
                "of": export.of,
                "filter": dict(export.address),
                "filter_in_words": export.filter,
                "rows": rows,
                "columns": list(export.columns),
                "form": export.form,
                "scope": _told(export.scope),
            },
        )


def stamp(book: Any, sheets: Sequence[Any], mark: Watermark) -> None:
    """Put the mark into a workbook that is being made: its properties, and the print of every sheet."""
    book.set_properties(
        {
            "title": mark.title[:LONGEST_PROPERTY],
            "author": mark.who[:LONGEST_PROPERTY],
            "keywords": mark.number,
            "comments": f"{mark.line}\n{mark.filter}"[:LONGEST_PROPERTY],
        }
    )
    for sheet in sheets:
        # An ampersand begins a code there, unless it stands twice.
        sheet.set_header("&C" + mark.line[:LONGEST_HEAD].replace("&", "&&"))
        sheet.set_footer(f"&L{mark.number}&C&P / &N")


def _told(scope: Scope) -> JsonObject:
    """Which area and whether figures; codes only, because names may change."""
    return {
        "is_everything": scope.is_everything,
        "jurisdictions": sorted(scope.jurisdictions or ()),
        "enterprises": sorted(scope.enterprise_ids or ()),
        "figures": scope.may_see_figures,
    }
