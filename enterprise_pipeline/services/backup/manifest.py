"""What a backup says of itself: the first thing in the file."""

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Literal

from enterprise_pipeline.services.audit_chain import Head
from enterprise_pipeline.services.backup.errors import BackupRefused

FORMAT = 1
Kind = Literal["demo", "real"]
KIND_WORDS = {"demo": "演示", "real": "正式"}
DATABASE_FOLDER = "database"
FILES_FOLDER = "files"
SQLITE_PART = f"{DATABASE_FOLDER}/registry.sqlite3"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One file inside; a table of PostgreSQL also tells its columns and rows."""

    name: str
    bytes: int
    sha256: str
    columns: tuple[str, ...] = ()
    rows: int | None = None

    def __post_init__(self) -> None:
        path = PurePosixPath(self.name)
        is_ours = path.parts[:1] in ((DATABASE_FOLDER,), (FILES_FOLDER,)) and len(path.parts) > 1
        if not is_ours or ".." in path.parts or not _SHA256.fullmatch(self.sha256) or self.bytes < 0:
            raise ValueError(f"{self.name!r} is no part of a backup")

    @property
    def table(self) -> str:
        """The table that this part holds, where it holds one."""
        return PurePosixPath(self.name).stem


@dataclass(frozen=True, kw_only=True)
class RegistryFacts:
    """What must agree before one registry may take the place of another."""

    database: str
    kind: Kind
    schema: str
    audit_head: Head


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything that can be known of a backup without unpacking it."""

    application: str
    created_at: datetime
    facts: RegistryFacts
    parts: tuple[Part, ...]
    sequences: dict[str, int] = field(default_factory=dict)
    """PostgreSQL's number generators with the last number each gave out."""

    @property
    def size(self) -> int:
        """Bytes of all parts, unpacked."""
        return sum(part.bytes for part in self.parts)

    def to_json(self) -> bytes:
        """As it is written into the file."""
        told = {
            "format": FORMAT,
            "application": self.application,
            "created_at": self.created_at.isoformat(),
            **asdict(self.facts),
            "parts": [asdict(part) for part in self.parts],
            "sequences": self.sequences,
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """Read it back; `BackupRefused` when it says nothing that we understand."""
        try:
            told: dict[str, Any] = json.loads(content)
            if told["format"] != FORMAT:
                raise BackupRefused(
                    f"备份的格式是第 {told['format']} 版，本程序只认识第 {FORMAT} 版；请升级程序后再恢复。"
                )
            return cls(
                application=str(told["application"]),
                created_at=datetime.fromisoformat(told["created_at"]),
                facts=RegistryFacts(
                    database=told["database"],
                    kind=told["kind"],
                    schema=told["schema"],
                    audit_head=Head(**told["audit_head"]),
                ),
                parts=tuple(Part(**part | {"columns": tuple(part["columns"])}) for part in told["parts"]),
                sequences={str(name): int(value) for name, value in told["sequences"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupRefused(f"备份的清单读不懂（{error}）；文件已损坏，或不是本系统的备份。") from error
