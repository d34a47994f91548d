"""Making, changing and restoring backups through the commands that an administrator types."""

import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import select

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.audit_trail import chain_head, verify_chain
from enterprise_pipeline.services.backup.manifest import Manifest
from enterprise_pipeline.transaction import transaction
from models import Enterprise, db
from tests.support.auditing import event
from tests.support.small_registry import add_enterprise


def flask(app: Flask, *words: Any) -> Result:
    """Run ``flask WORDS`` on this application."""
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def make(app: Flask) -> Path:
    """Back the registry up, and return the file."""
    done = flask(app, "backup", "create")
    assert done.exit_code == 0, done.output
    return Path(done.output.split("  ")[0])


def restore(app: Flask, file: Path, *options: str) -> Result:
    """Restore without being asked."""
    return flask(app, "backup", "restore", file, "--yes", *options)


def add(app: Flask, **values: Any) -> str:
    """Register an enterprise with its audit event, and return its name."""
    with app.app_context(), transaction() as session:
        enterprise_id = add_enterprise(session, **values)
        audit.record_many(session, [event(enterprise_id)])
        return session.get_one(Enterprise, enterprise_id).name


def names(app: Flask) -> set[str]:
    """The enterprises of the registry."""
    with app.app_context():
        return set(db.session.scalars(select(Enterprise.name)))


def events(app: Flask) -> int:
    """How many events the trail has, which must be whole."""
    with app.app_context():
        assert verify_chain().findings == []
        return chain_head().sequence


def repack(file: Path, *, manifest: Callable[[dict[str, Any]], None]) -> Path:
    """The same backup with another manifest, as somebody makes it who knows the format."""
    changed = file.with_name(f"pipeline-changed-{file.name}")
    with tarfile.open(file) as old, tarfile.open(changed, "w:gz", compresslevel=1) as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name == "manifest.json":
                told = json.loads(data)
                manifest(told)
                data = json.dumps(told).encode()
                member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    return changed


def manifest_of(file: Path) -> Manifest:
    """What a backup says of itself."""
    with tarfile.open(file) as tar:
        content = tar.extractfile("manifest.json")
        assert content is not None
        return Manifest.from_json(content.read())
