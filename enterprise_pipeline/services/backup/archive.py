"""The file of a backup: a compressed tar with the manifest first, written and read as a stream."""

import gzip
import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from enterprise_pipeline.services.backup.errors import BackupRefused
from enterprise_pipeline.services.backup.manifest import Manifest, Part

MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 * 2**20
BLOCK = 2**20
# Level 1 is three times as fast as the default and the file a tenth larger.
LEVEL = 1


def part_of(path: Path, name: str, *, columns: tuple[str, ...] = (), rows: int | None = None) -> Part:
    """Describe a file that is to become a part."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    size = path.stat().st_size
    return Part(name=name, bytes=size, sha256=digest.hexdigest(), columns=columns, rows=rows)


def write(target: Path, manifest: Manifest, sources: Mapping[str, Path]) -> None:
    """Write a whole backup and see that it is on the disk; ``sources`` says where each part lies."""
    with target.open("xb") as raw:
        with (
            gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=LEVEL, filename="", mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            content = manifest.to_json()
            tar.addfile(_member(MANIFEST, len(content)), io.BytesIO(content))
            for part in manifest.parts:
                with sources[part.name].open("rb") as file:
                    tar.addfile(_member(part.name, part.bytes), file)
        raw.flush()
        os.fsync(raw.fileno())


def read_manifest(path: Path) -> Manifest:
    """Read only what the backup says of itself."""
    with _opened(path) as (tar, _packed):
        return _manifest(tar)


def unpack(path: Path, into: Path | None = None) -> Manifest:
    """Check every byte against the manifest, and write the parts below ``into`` when it is given.

    Raises
    ------
    BackupRefused
        If anything is missing, cut off, changed or added.
    """
    with _opened(path) as (tar, packed):
        manifest = _manifest(tar)
        for part in manifest.parts:
            _read_part(tar, part, into)
        if tar.next() is not None:
            raise BackupRefused("备份中有清单之外的内容；文件被改动过，不能恢复。")
        while block := packed.read(BLOCK):
            if block.strip(b"\0"):
                raise BackupRefused("备份末尾有多余的内容；文件被改动过，不能恢复。")
    return manifest


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


@contextmanager
def _opened(path: Path) -> Iterator[tuple[tarfile.TarFile, IO[bytes]]]:
    if not path.is_file():
        raise BackupRefused(f"没有文件 {path}。")
    try:
        with gzip.open(path, "rb") as packed, tarfile.open(fileobj=packed, mode="r|") as tar:
            yield tar, packed  # type: ignore[misc]
    except (tarfile.TarError, zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise BackupRefused(f"{path.name} 已损坏或不完整（{error}）；不能使用，请换一份备份。") from error


def _manifest(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    if member is None or member.name != MANIFEST or member.size > LARGEST_MANIFEST:
        raise BackupRefused("文件开头没有清单；它不是本系统的备份。")
    content = tar.extractfile(member)
    if content is None:
        raise BackupRefused("文件开头没有清单；它不是本系统的备份。")
    return Manifest.from_json(content.read())


def _read_part(tar: tarfile.TarFile, part: Part, into: Path | None) -> None:
    member = tar.next()
    content = tar.extractfile(member) if member is not None and member.name == part.name else None
    if member is None or content is None or member.size != part.bytes:
        raise BackupRefused(f"备份中缺少 {part.name}，或大小与清单不符；文件已损坏，不能恢复。")
    digest = hashlib.sha256()
    with _sink(into, part) as sink:
        while block := content.read(BLOCK):
            digest.update(block)
            sink.write(block)
    if digest.hexdigest() != part.sha256:
        raise BackupRefused(f"{part.name} 与清单中的校验值不符；文件已损坏，不能恢复。")


@contextmanager
def _sink(into: Path | None, part: Part) -> Iterator[IO[bytes]]:
    path = Path(os.devnull) if into is None else into / part.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        yield file
        if into is not None:
            file.flush()
            os.fsync(file.fileno())
