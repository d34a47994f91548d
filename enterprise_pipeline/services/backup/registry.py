"""What a registry says of itself, asked without the table classes, so that an older schema can answer."""

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from enterprise_pipeline.services.audit_chain import GENESIS, Head
from enterprise_pipeline.services.backup.errors import BackupRefused
from enterprise_pipeline.services.backup.manifest import RegistryFacts

PACKAGE = Path(__file__).resolve().parents[2]
MIGRATIONS = PACKAGE / "migrations"
CHANGELOG = PACKAGE.parent / "CHANGELOG.md"
FIRST_SCHEMA = "0011_audit_chain"
"""The first one with an audit head; backups begin here."""


def facts_of(connection: Connection) -> RegistryFacts:
    """Read kind, schema and audit head; `BackupRefused` when there is no registry in this database."""
    tables = set(inspect(connection).get_table_names())
    if not {"alembic_version", "registry_state", "audit_head"} <= tables:
        raise BackupRefused("数据库中没有登记库，或版本太旧；请先运行 flask --app app db upgrade。")
    schema = connection.scalar(text("SELECT version_num FROM alembic_version"))
    is_demo = connection.scalar(text("SELECT is_synthetic FROM registry_state WHERE id = 1"))
    head = connection.execute(text("SELECT sequence, digest FROM audit_head WHERE id = 1")).one()
    return RegistryFacts(
        database=connection.dialect.name,
        kind="demo" if is_demo else "real",
        schema=str(schema),
        audit_head=Head(sequence=head.sequence, digest=head.digest),
    )


def digest_at(connection: Connection, place: int) -> str | None:
    """The digest of one entry of the audit trail."""
    if place == 0:
        return GENESIS
    found = connection.execute(text("SELECT digest FROM audit_event WHERE id = :id"), {"id": place})
    return found.scalar()


def events_in_common(one: Connection, other: Connection) -> int:
    """How many entries two trails share; a digest stands for all before it, so halving finds it."""
    low, high = 0, min(facts_of(one).audit_head.sequence, facts_of(other).audit_head.sequence)
    while low < high:
        middle = (low + high + 1) // 2
        if digest_at(one, middle) == digest_at(other, middle):
            low = middle
        else:
            high = middle - 1
    return low


def known_schemas() -> set[str]:
    """The schemas that this program can migrate from."""
    return {script.revision for script in _scripts().walk_revisions()}


def current_schema() -> str:
    """The schema that this program works with."""
    return str(_scripts().get_current_head())


def application() -> str:
    """The version of this program: the newest heading of its changelog."""
    for line in CHANGELOG.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            return line.removeprefix("## ").strip()
    return ""


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS))
