"""The door to the rules: rule files together with the local standards that the bureau has published."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from threading import Lock

from sqlalchemy import Row, inspect, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from enterprise_pipeline.transaction import reading
from models import LocalStandard, LocalStandardVersion
from scoring.errors import RuleFileError, ScoringError
from scoring.rulebook import Rulebook, check_together, file_digests, load_rulebook, read_rule_file
from scoring.rules_model import RuleSet

MOST_REMEMBERED = 8
_Key = tuple[str, tuple[tuple[int, str, str], ...]]


@dataclass(frozen=True, kw_only=True)
class RefusedVersion:
    """A published version that is not used, because it is not what was published or cannot be read."""

    version_id: int
    tier: str
    standard: str
    number: int
    reason: str


@dataclass(frozen=True)
class CurrentRulebook(Rulebook):
    """Rule files and published local standards.

    ``local`` gives the digest of each local rule set by its id; ``retired``
    are withdrawn ones, which stored assessments may still name; ``refused``
    are the versions that were left out.
    """

    local: Mapping[str, str] = field(default_factory=dict)
    retired: tuple[RuleSet, ...] = ()
    refused: tuple[RefusedVersion, ...] = ()

    def get(self, rule_set_id: str) -> RuleSet:
        """A rule set by its id, a withdrawn one as well; ScoringError when there is none."""
        found = self.find(rule_set_id)
        if found is None:
            raise ScoringError(f"There is no rule set {rule_set_id!r}.")
        return found

    def find(self, rule_set_id: str) -> RuleSet | None:
        """A rule set by its id, or None: a version that is refused today may have decided before."""
        for entry in (*self.rule_sets, *self.retired):
            if entry.id == rule_set_id:
                return entry
        return None

    def hash_on(self, day: date) -> str:
        """The digest of what decides on a day: a standard published for later does not change it."""
        local = [
            f"{entry.id}={self.local[entry.id]}" for entry in self.in_force(day) if entry.id in self.local
        ]
        files = load_rulebook().content_hash
        return files if not local else _digest("\n".join([files, *local]))


def current_rulebook(session: Session | None = None) -> CurrentRulebook:
    """The rules as they stand now; remembered until another local standard is published or withdrawn."""
    session = session or reading()
    files = load_rulebook()
    rows = _published(session)
    key: _Key = (files.content_hash, tuple((row.id, row.content_hash, row.state) for row in rows))
    with _lock:
        found = _remembered.get(key)
    if found is None:
        found = _build(session, files, [row.id for row in rows])
        with _lock:
            while len(_remembered) >= MOST_REMEMBERED:
                del _remembered[next(iter(_remembered))]
            _remembered[key] = found
    return found


def _published(session: Session) -> Sequence[Row[int, str, str]]:
    """The versions that are no drafts; none in a database that has not been set up."""
    version = LocalStandardVersion
    query = select(version.id, version.content_hash, version.state).where(version.state != "draft")
    try:
        return session.execute(query.order_by(version.id)).all()
    except DatabaseError:
        # Rules can be read before there is a registry; an error of any other kind stands.
        session.rollback()
        if inspect(session.connection()).has_table(version.__tablename__):
            raise
        return ()


_lock = Lock()
_remembered: dict[_Key, CurrentRulebook] = {}


def files_changed() -> tuple[str, ...]:
    """The rule files that are not on disk as this process has loaded them; it goes on with what it loaded."""
    loaded, present = dict(load_rulebook().files), dict(file_digests())
    return tuple(sorted(name for name in loaded | present if loaded.get(name) != present.get(name)))


def content_digest(content: str) -> str:
    """The digest by which a version is known."""
    return _digest(content)


def read_version(tier: str, content: str) -> RuleSet:
    """The one rule set of a version's text.

    Raises
    ------
    RuleFileError
        If it cannot be read, or holds none or several.
    """
    name = f"{tier}.toml"
    rule_sets = read_rule_file(name, content.encode())
    if len(rule_sets) != 1:
        raise RuleFileError(name, "rule_sets", "a local standard is exactly one rule set")
    return rule_sets[0]


def with_version(rule_sets: Sequence[RuleSet], added: RuleSet) -> tuple[RuleSet, ...]:
    """These rule sets with one more, which ends the one of its tier and standard that it follows.

    Raises
    ------
    RuleFileError
        If an id is used twice, or validity overlaps or has a gap.
    """
    return check_together([*(_ended_by(entry, added) for entry in rule_sets), added])


def _ended_by(entry: RuleSet, later: RuleSet) -> RuleSet:
    is_earlier = entry.effective_from < later.effective_from
    if (entry.tier, entry.standard) != (later.tier, later.standard) or not is_earlier:
        return entry
    if entry.effective_to is not None and entry.effective_to <= later.effective_from:
        return entry
    return replace(entry, effective_to=later.effective_from)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _build(session: Session, files: Rulebook, ids: Sequence[int]) -> CurrentRulebook:
    """Add version after version; one that cannot be used is left out and named, and the rest goes on."""
    version, standard = LocalStandardVersion, LocalStandard
    rule_sets, retired = files.rule_sets, list[RuleSet]()
    local, refused = dict[str, str](), list[RefusedVersion]()
    query = (
        select(version, standard.tier, standard.standard)
        .join(standard, standard.id == version.standard_id)
        .where(version.id.in_(ids))
        .order_by(version.effective_from, version.id)
    )
    for row, tier, name in session.execute(query) if ids else ():
        try:
            entry = checked(row, tier, name)
            if row.state == "published":
                rule_sets = with_version(rule_sets, entry)
                local[entry.id] = row.content_hash
            else:
                retired.append(entry)
        except RuleFileError as error:
            if row.state == "published":
                refused.append(
                    RefusedVersion(
                        version_id=row.id, tier=tier, standard=name, number=row.number, reason=error.reason
                    )
                )
    return CurrentRulebook(
        rule_sets=rule_sets,
        content_hash=_digest("\n".join([files.content_hash, *sorted(local.values())]))
        if local
        else files.content_hash,
        files=files.files,
        local=local,
        retired=tuple(retired),
        refused=tuple(refused),
    )


def checked(row: LocalStandardVersion, tier: str, standard: str) -> RuleSet:
    """The rule set of a version that is no draft, if its text still has the digest it was published with.

    Raises
    ------
    RuleFileError
        If text, digest, tier, standard or day do not belong together.
    """
    file, key = f"{tier}.toml", f"{standard} {row.number}"
    if content_digest(row.content) != row.content_hash:
        raise RuleFileError(file, key, "the text is not the one that was published: its digest differs")
    entry = read_version(tier, row.content)
    if (entry.standard, entry.effective_from) != (standard, row.effective_from):
        raise RuleFileError(file, key, "the text names another standard or another day than its record")
    return entry
