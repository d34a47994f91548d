"""Which backups there are, and which of them may go."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from enterprise_pipeline.services.backup import archive
from enterprise_pipeline.services.backup.creating import PREFIX, SUFFIX, working_in
from enterprise_pipeline.services.backup.errors import BackupRefused, told_when_full
from enterprise_pipeline.services.backup.manifest import Manifest


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A file of the backup folder; ``problem`` says why it cannot be read, where it cannot."""

    path: Path
    manifest: Manifest | None
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Keep:
    """Of how many days, weeks and months the newest backup is kept."""

    daily: int
    weekly: int
    monthly: int


def stored_backups(folder: Path) -> list[Stored]:
    """The backups of a folder, newest first; files that cannot be read come last."""
    found = [_stored(path) for path in sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))]
    return sorted(found, key=_age, reverse=True)


def prune(folder: Path, keep: Keep, *, timezone: str) -> list[Path]:
    """Delete what the rule does not keep, of each kind by itself; unreadable files are left alone.

    The newest backup of a kind always stays.
    """
    with told_when_full(folder), working_in(folder):
        readable = [entry for entry in stored_backups(folder) if entry.manifest]
        gone = []
        for kind in ("real", "demo"):
            of_kind = [entry for entry in readable if entry.manifest and entry.manifest.facts.kind == kind]
            gone += superfluous(
                [(entry.path, entry.manifest.created_at) for entry in of_kind if entry.manifest],
                keep,
                timezone=timezone,
            )
        for path in gone:
            path.unlink()
    return gone


def superfluous(backups: Iterable[tuple[Path, datetime]], keep: Keep, *, timezone: str) -> list[Path]:
    """Which of these files no day, week or month needs."""
    newest_first = sorted(backups, key=lambda entry: entry[1], reverse=True)
    days = [(path, instant.astimezone(ZoneInfo(timezone)).date()) for path, instant in newest_first]
    kept = {days[0][0]} if days else set()
    kept |= _newest_of(days, keep.daily, lambda day: day.toordinal())
    kept |= _newest_of(days, keep.weekly, lambda day: day.isocalendar()[:2])
    kept |= _newest_of(days, keep.monthly, lambda day: (day.year, day.month))
    return [path for path, _ in days if path not in kept]


def _newest_of(days: list[tuple[Path, date]], count: int, period: Callable[[date], object]) -> set[Path]:
    """The newest file of each of the last ``count`` periods that have any."""
    newest: dict[object, Path] = {}
    for path, day in days:
        newest.setdefault(period(day), path)
    return set(list(newest.values())[:count])


def _stored(path: Path) -> Stored:
    try:
        return Stored(path=path, manifest=archive.read_manifest(path))
    except BackupRefused as error:
        return Stored(path=path, manifest=None, problem=error.message)
    except OSError as error:
        return Stored(path=path, manifest=None, problem=str(error))


def _age(entry: Stored) -> tuple[bool, float]:
    return (entry.manifest is not None, entry.manifest.created_at.timestamp() if entry.manifest else 0)
