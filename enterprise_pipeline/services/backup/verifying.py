"""Verify a backup: every byte, the database inside it, and the audit trail inside that."""

import tempfile
from pathlib import Path

from sqlalchemy import create_engine

from enterprise_pipeline.services.audit_chain import Head, Verification
from enterprise_pipeline.services.audit_trail import verify_connection
from enterprise_pipeline.services.backup import archive, postgresql, sqlite
from enterprise_pipeline.services.backup.errors import BackupRefused, told_when_full
from enterprise_pipeline.services.backup.manifest import SQLITE_PART, Manifest, RegistryFacts
from enterprise_pipeline.services.backup.registry import facts_of

SHOWN_FINDINGS = 5


def verify_backup(path: Path) -> Manifest:
    """Check everything that can be checked without restoring.

    Raises
    ------
    BackupRefused
        With the reason for which the file cannot be trusted.
    """
    with told_when_full(tempfile.gettempdir()), tempfile.TemporaryDirectory() as staging:
        return unpack_and_check(path, Path(staging))


def unpack_and_check(path: Path, staging: Path) -> Manifest:
    """Unpack a backup into a folder and check what came out of it."""
    manifest = archive.unpack(path, staging)
    if manifest.facts.database == "sqlite":
        _check_sqlite(manifest, staging / SQLITE_PART)
    else:
        _refuse_other(postgresql.facts_inside(manifest, staging), manifest)
        chain = Verification(anchors=(manifest.facts.audit_head,))
        chain.walk(postgresql.entries(manifest, staging))
        chain.expect_end(manifest.facts.audit_head)
        refuse_damaged(chain)
    return manifest


def refuse_damaged(chain: Verification) -> None:
    """Raise `BackupRefused` with the first findings when the audit trail is not whole."""
    found = chain.summed_up()
    if found:
        listed = "；".join(str(finding) for finding in found[:SHOWN_FINDINGS])
        raise BackupRefused(f"备份中的审计记录不完整：{listed}。")


def _check_sqlite(manifest: Manifest, database: Path) -> None:
    sqlite.check(database)
    engine = create_engine(f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            _refuse_other(facts_of(connection), manifest)
            refuse_damaged(verify_connection(connection, anchors=_anchors(manifest.facts.audit_head)))
    finally:
        engine.dispose()


def _refuse_other(inside: RegistryFacts, manifest: Manifest) -> None:
    """Refuse a manifest that says something else than what it stands in front of."""
    if inside != manifest.facts:
        raise BackupRefused("备份清单与其中的数据库不符；文件被改动过，不能恢复。")


def _anchors(head: Head) -> tuple[Head, ...]:
    return (head,) if head.sequence else ()
