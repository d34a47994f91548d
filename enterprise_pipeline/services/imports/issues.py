"""What is wrong or odd about a cell or a row: a pattern and its values, so that every language can say it."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from enterprise_pipeline.services.texts import Text


class Severity(IntEnum):
    """What follows for the row: nothing, a decision by a person, or that it stays out."""

    NOTE = 0
    DOUBT = 1
    CLASH = 2
    REFUSED = 3


class CellIssue(Exception):
    """Raised while a cell is read; a note still has a ``value``."""

    def __init__(
        self, pattern: str, *, severity: Severity = Severity.REFUSED, value: object = None, **values: Any
    ) -> None:
        super().__init__(pattern)
        self.severity = severity
        self.pattern = pattern
        self.value = value
        self.values = values


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One finding; ``row`` counts the rows of the plan, ``column`` those of the sheet (-1: the whole row)."""

    row: int
    column: int
    severity: Severity
    pattern: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """The finding as a sentence."""
        return Text(self.pattern, **self.values)
