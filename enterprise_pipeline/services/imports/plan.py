"""The plan: what an import would do, exactly, stored before anybody commits it."""

import io
import json
import zipfile
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any

import polars as pl

from enterprise_pipeline.services.texts import Text

OLD = "old."
"""Prefix of the column that holds what the registry has for the column of the same name."""
FRAMES = ("rows", "enterprises", "reports", "facts", "certificates", "issues")
KEYS = frozenset(
    {"row_id", "credit_code", "enterprise_id", "fiscal_year", "pool_id", "number", "certificate_id"}
)

_DAYS = ("received_on", "valid_from", "complete_from", "complete_to")


class Action(IntEnum):
    """What happens to a row; the number is stored."""

    CREATE = 0
    UPDATE = 1
    UNCHANGED = 2
    CONFLICT = 3
    REFUSED = 4

    @property
    def word(self) -> str:
        """The spelling in addresses and summaries."""
        return self.name.lower()


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the person says about a file; everything else is read from it."""

    sender: str = ""
    kind: str = ""
    tier: str = ""
    year: int | None = None
    money_unit: str = ""
    received_on: date
    valid_from: date | None = None
    header_row: int | None = None
    mappings: dict[str, str] = field(default_factory=dict)
    complete_from: date | None = None
    complete_to: date | None = None

    def as_json(self) -> dict[str, Any]:
        """For storing; a day becomes its ISO text."""
        values = asdict(self)
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Options":
        """Read what `as_json` wrote."""
        days = {name: date.fromisoformat(values[name]) for name in _DAYS if values.get(name)}
        return cls(**(values | days))


@dataclass(frozen=True, kw_only=True)
class ColumnView:
    """One column of the file as the mapping panel shows it."""

    index: int
    letter: str
    header: str
    key: str = ""
    unit: str = ""
    by_hand: bool = False
    duplicate_of: str = ""
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SheetView:
    """One sheet of the file; ``year_from`` says where the year of its figures was found.

    The header lies in the rows ``header_top`` to ``header_row``, counted from 1.
    """

    name: str
    header_row: int
    header_top: int = 1
    rows: int
    skipped: int
    columns: tuple[ColumnView, ...]
    year: int | None = None
    year_from: str = ""
    error_cells: int = 0


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something about the whole file that must be settled before anything can be committed."""

    message: Text
    place: str
    remedy: Text


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Everything that commit needs, and everything that the preview shows."""

    sheets: tuple[SheetView, ...]
    problems: tuple[Problem, ...]
    source: str
    frames: dict[str, pl.DataFrame]

    @property
    def counts(self) -> dict[str, int]:
        """Rows by action."""
        found = dict(self.frames["rows"].group_by("action").len().iter_rows())
        return {action.word: found.get(action.value, 0) for action in Action}


def encode(plan: Plan, content: bytes, filename: str) -> bytes:
    """Pack the plan with the file it was made from."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        head = {
            "filename": filename,
            "source": plan.source,
            "sheets": [asdict(sheet) for sheet in plan.sheets],
            "problems": [
                [_text(problem.message), problem.place, _text(problem.remedy)] for problem in plan.problems
            ],
        }
        archive.writestr("plan.json", json.dumps(head, ensure_ascii=False), zipfile.ZIP_DEFLATED)
        _add_frames(archive, {name: plan.frames[name] for name in FRAMES})
        compression = zipfile.ZIP_STORED if content.startswith(b"PK") else zipfile.ZIP_DEFLATED
        archive.writestr("file", content, compression)
    return packed.getvalue()


def pack_frames(frames: dict[str, pl.DataFrame]) -> bytes:
    """Pack frames alone, to be read by `decode_frame`."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        _add_frames(archive, frames)
    return packed.getvalue()


def _add_frames(archive: zipfile.ZipFile, frames: dict[str, pl.DataFrame]) -> None:
    for name, frame in frames.items():
        bytes_of = io.BytesIO()
        frame.write_ipc(bytes_of, compression="zstd")
        archive.writestr(f"{name}.arrow", bytes_of.getvalue())


def decode(packed: bytes) -> Plan:
    """Unpack a plan."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        head = json.loads(archive.read("plan.json"))
        frames = {name: pl.read_ipc(io.BytesIO(archive.read(f"{name}.arrow"))) for name in FRAMES}
    return Plan(
        sheets=tuple(_sheet(values) for values in head["sheets"]),
        problems=tuple(
            Problem(message=Text(told[0], **told[1]), place=place, remedy=Text(then[0], **then[1]))
            for told, place, then in head["problems"]
        ),
        source=head["source"],
        frames=frames,
    )


def decode_frame(packed: bytes, name: str) -> pl.DataFrame:
    """Unpack one frame alone."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return pl.read_ipc(io.BytesIO(archive.read(f"{name}.arrow")))


def original_file(packed: bytes) -> bytes:
    """The file the plan was made from."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read("file")


def _text(text: Text) -> tuple[str, dict[str, Any]]:
    return text.pattern, text.values


def _sheet(values: dict[str, Any]) -> SheetView:
    columns = tuple(
        ColumnView(**(column | {"samples": tuple(column["samples"])})) for column in values["columns"]
    )
    return SheetView(**(values | {"columns": columns}))
