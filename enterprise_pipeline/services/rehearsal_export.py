"""Whom a rehearsed rule would touch, as a spreadsheet of exactly one filter."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.exports import Cell, Sheet, write_workbook
from enterprise_pipeline.services.rehearsal import SUBJECT
from enterprise_pipeline.services.rehearsal_heads import Head
from enterprise_pipeline.services.rehearsal_list import ChangedEnterprise, RehearsalFilter, every_changed
from enterprise_pipeline.transaction import transaction


def export_rehearsal(
    shown: Head,
    wanted: RehearsalFilter,
    file: BinaryIO,
    *,
    sheet: Sheet,
    cells: Callable[[ChangedEnterprise], Sequence[Cell]],
    actor: str,
) -> int:
    """Write every enterprise that the filter names and record who took it; returns how many."""
    n = write_workbook(file, sheet, (cells(row) for row in every_changed(shown, wanted)))
    with transaction() as session:
        audit.record(
            session,
            actor=actor,
            action="rehearsal.exported",
            subject_type=SUBJECT,
            subject_id=shown.id,
            after={"filter": wanted.address(), "rows": n},
        )
    return n
