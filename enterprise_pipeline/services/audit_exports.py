"""The audit trail as a workbook; taking it is recorded in it."""

from collections.abc import Callable, Sequence
from typing import BinaryIO

from enterprise_pipeline.services.audit_entries import AuditFilter, Line, every_entry
from enterprise_pipeline.services.export_receipts import Export, export_receipt
from enterprise_pipeline.services.exports import Cell, Sheet, write_workbook


def export_entries(
    wanted: AuditFilter,
    file: BinaryIO,
    *,
    sheet: Sheet,
    cells: Callable[[Line], Sequence[Cell]],
    export: Export,
) -> int:
    """Write every entry of the filter, without values, and record who takes them; returns how many."""
    n = write_workbook(file, sheet, (cells(line) for line in every_entry(wanted)))
    export_receipt(export, rows=n)
    return n
