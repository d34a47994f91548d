"""Whom a rehearsed rule would touch, as a spreadsheet of exactly one filter."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from enterprise_pipeline.services.export_receipts import Export, export_receipt
from enterprise_pipeline.services.exports import Cell, Sheet, write_workbook
from enterprise_pipeline.services.rehearsal_heads import Head
from enterprise_pipeline.services.rehearsal_list import ChangedEnterprise, RehearsalFilter, every_changed


def export_rehearsal(
    shown: Head,
    wanted: RehearsalFilter,
    file: BinaryIO,
    *,
    sheet: Sheet,
    cells: Callable[[ChangedEnterprise], Sequence[Cell]],
    export: Export,
) -> int:
    """Write every enterprise that the filter names and record who takes it; returns how many."""
    n = write_workbook(file, sheet, (cells(row) for row in every_changed(shown, wanted, scope=export.scope)))
    export_receipt(export, rows=n)
    return n
