"""Read and check rule files, and pick the rule sets in force on a date."""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from scoring import rule_checks as checks
from scoring.errors import RuleFileError, ScoringError
from scoring.facts import split_year
from scoring.industry_specs import CODE, read_industries
from scoring.rule_checks import Place
from scoring.rule_direct import read_direct
from scoring.rule_points import read_points
from scoring.rule_words import SPECS
from scoring.rules_model import Criterion, DirectRoute, Industries, Points, RuleSet
from scoring.vocabulary import ENTERPRISE_FACTS, YEARLY_FACTS, Tier, Unit

RULES = Path(__file__).with_name("rules")
NOT_TIERS = frozenset({"links", "benefits", "size_classes"})
# No rule set, but what the word sme_size goes by.
SIZE_TABLE = "size_classes.toml"
# Three bits a criterion and one bit a fact have to fit a signed 64-bit column.
MOST_CRITERIA = 21
MOST_FACTS = 62
_COMMON_KEYS = frozenset(
    {"id", "label", "label_en", "printed", "printed_en", "article", "word", "operator", "note", "note_en"}
    | {"document", "address", "source", "grade", "checked_on", "not_asked_when"}
)


@dataclass(frozen=True)
class Rulebook:
    """All rule sets that were read, the digest of the files they came from, and that of each file."""

    rule_sets: tuple[RuleSet, ...]
    content_hash: str
    files: tuple[tuple[str, str], ...] = ()

    def in_force(self, as_of: date) -> tuple[RuleSet, ...]:
        """The rule sets that hold on a day: at most one per tier and standard, in the order of the ladder."""
        return tuple(entry for entry in self.rule_sets if entry.holds_on(as_of))

    def get(self, rule_set_id: str) -> RuleSet:
        """A rule set by its id; ScoringError when there is none."""
        for entry in self.rule_sets:
            if entry.id == rule_set_id:
                return entry
        raise ScoringError(f"There is no rule set {rule_set_id!r}.")


@lru_cache(maxsize=8)
def load_rulebook(directory: Path = RULES) -> Rulebook:
    """Read every rule file of ``directory``.

    Raises
    ------
    RuleFileError
        Naming file, key and reason: an unknown fact or operator, overlapping
        or gapped validity, a missing source, points above their maximum, a
        table that is not monotone.
    """
    digest = hashlib.sha256()
    rule_sets: list[RuleSet] = []
    for path in sorted(directory.glob("*.toml")):
        content = path.read_bytes()
        if path.stem not in NOT_TIERS or path.name == SIZE_TABLE:
            digest.update(path.name.encode() + b"\0" + content)
        if path.stem in NOT_TIERS:
            continue
        rule_sets += read_rule_file(path.name, content)
    return Rulebook(check_together(rule_sets), digest.hexdigest(), file_digests(directory))


def file_digests(directory: Path = RULES) -> tuple[tuple[str, str], ...]:
    """Name and digest of every file of ``directory`` as it is on disk now."""
    return tuple(
        (path.name, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(directory.glob("*.toml"))
    )


def read_table(name: str, directory: Path = RULES) -> dict[str, Any]:
    """A file beside the rule files that holds no rule sets, numbers as decimals."""
    return tomllib.loads((directory / name).read_bytes().decode("utf-8"), parse_float=Decimal)


def raw_rule_sets(directory: Path = RULES) -> dict[str, dict[str, Any]]:
    """Every rule set of the files by its id, as the table that is written there, to copy from."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(directory.glob("*.toml")):
        if path.stem not in NOT_TIERS:
            found |= {table["id"]: table for table in read_table(path.name, directory)["rule_sets"]}
    return found


def read_rule_file(name: str, content: bytes) -> list[RuleSet]:
    """The rule sets of one file; the file is named after its tier."""
    place = Place(name, "")
    try:
        data = tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RuleFileError(name, "(file)", f"it is not valid TOML in UTF-8: {error}") from error
    checks.tier(data.get("tier"), place.at("tier"))
    if data["tier"] != name.removesuffix(".toml"):
        raise place.at("tier").refuse(f"the file of {data['tier']!r} has to be called {data['tier']}.toml")
    checks.only(data, ("tier", "rule_sets"), place)
    tables = checks.tables(data.get("rule_sets"), place.at("rule_sets"))
    if not tables:
        raise place.at("rule_sets").refuse("there is no rule set")
    return [
        _read_rule_set(Tier(data["tier"]), table, place.at("rule_sets").at(index))
        for index, table in enumerate(tables)
    ]


def _read_rule_set(tier: Tier, table: Mapping[str, Any], place: Place) -> RuleSet:
    checks.only(table, _RULE_SET_KEYS, place)
    points = read_points(table["points"], place.at("points")) if "points" in table else None
    direct = read_direct(table["direct"], place.at("direct")) if "direct" in table else None
    applies = read_industries(table["applies"], place.at("applies")) if "applies" in table else None
    starts = checks.day(table, "effective_from", place)
    ends = checks.day(table, "effective_to", place) if "effective_to" in table else None
    if ends is not None and ends <= starts:
        raise place.at("effective_to").refuse(f"{ends} is not after effective_from {starts}")
    texts = {key: checks.text(table, key, place) for key in _RULE_SET_TEXTS}
    checked_on = checks.day(table, "checked_on", place)
    criteria = tuple(
        _read_criterion(entry, place.at("criteria").at(index), table, points)
        for index, entry in enumerate(checks.tables(table.get("criteria"), place.at("criteria")))
    )
    _check_criteria(criteria, direct, place)
    return RuleSet(
        tier=tier,
        is_default=checks.yes_or_no(table, "default", place),
        is_local=checks.yes_or_no(table, "local", place),
        effective_from=starts,
        effective_to=ends,
        checked_on=checked_on,
        criteria=criteria,
        facts=_facts_asked(criteria, points, direct, applies),
        points=points,
        direct=direct,
        applies=applies,
        note=table.get("note", ""),
        note_en=table.get("note_en", ""),
        **texts,
    )


_RULE_SET_TEXTS = (
    "id",
    "standard",
    "label",
    "label_en",
    "document",
    "title",
    "issuer",
    "address",
    "source",
    "grade",
)
_RULE_SET_KEYS = frozenset(
    {*_RULE_SET_TEXTS, "default", "local", "effective_from", "effective_to", "checked_on", "note", "note_en"}
    | {"points", "direct", "criteria", "applies"}
)


def _read_criterion(
    table: Mapping[str, Any], place: Place, rule_set: Mapping[str, Any], points: Points | None
) -> Criterion:
    part_ids = [part.id for part in points.parts] if points else []
    checks.check_word(table, place, parts=part_ids)
    spec = SPECS[table["word"]]
    for key in table:
        if key not in _COMMON_KEYS and key not in spec.keys:
            raise place.at(key).refuse(f"the word {table['word']!r} does not take it")
    _check_points_line(table, place, points)
    args = {key: value for key, value in table.items() if key in spec.keys or key == "operator"}
    sourced = {**{key: rule_set.get(key) for key in _SOURCE_TEXTS}, **table}
    return Criterion(
        **{
            key: checks.text(table, key, place)
            for key in ("id", "label", "label_en", "printed", "printed_en", "article")
        },
        **{key: checks.text(sourced, key, place) for key in _SOURCE_TEXTS},
        checked_on=checks.day({**rule_set, **table}, "checked_on", place),
        word=table["word"],
        args=args,
        unit=spec.unit(args),
        operator=table.get("operator", ""),
        note=table.get("note", ""),
        note_en=table.get("note_en", ""),
        not_asked_when=_read_not_asked(table, place.at("not_asked_when")),
    )


def _read_not_asked(table: Mapping[str, Any], place: Place) -> tuple[str, ...]:
    """The flags of which any one takes the criterion away: one name, or a list."""
    value = table.get("not_asked_when", [])
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list):
        raise place.refuse("a flag or a list of flags is needed here")
    for name in names:
        checks.fact(name, place, units=(Unit.FLAG,))
    return tuple(names)


def _check_points_line(table: Mapping[str, Any], place: Place, points: Points | None) -> None:
    """A line of points has to be one that can be reached."""
    if table["word"] not in ("points", "points_part", "points_sum"):
        return
    if points is None:
        raise place.refuse(f"the word {table['word']!r} needs a points system in its rule set")
    parts = {part.id: part.maximum for part in points.parts}
    named = table["indicators"] if table["word"] == "points_sum" else [table.get("part")]
    most = points.maximum if table["word"] == "points" else sum(parts[str(name)] for name in named)
    least = table["value"] + (1 if table["operator"] == ">" else 0)
    if least > most:
        raise place.at("value").refuse(f"{least} points are needed and {most} is the maximum")


_SOURCE_TEXTS = ("document", "address", "source", "grade")


def _check_criteria(criteria: Sequence[Criterion], direct: DirectRoute | None, place: Place) -> None:
    if not criteria:
        raise place.at("criteria").refuse("a rule set needs at least one criterion")
    if len(criteria) > MOST_CRITERIA:
        raise place.at("criteria").refuse(
            f"there are {len(criteria)} criteria; at most {MOST_CRITERIA} can be stored"
        )
    ids = [criterion.id for criterion in criteria]
    for index, name in enumerate(ids):
        if name in ids[:index]:
            raise place.at("criteria").at(index).at("id").refuse(f"the id {name!r} is used twice")
    for name in sorted(direct.waives if direct else ()):
        if name not in ids:
            raise place.at("direct").at("waives").refuse(f"there is no criterion {name!r} to waive")


def _facts_asked(
    criteria: Iterable[Criterion],
    points: Points | None,
    direct: DirectRoute | None,
    applies: Industries | None,
) -> tuple[str, ...]:
    asked = {CODE} if applies else set()
    asked |= {column for entry in criteria for column in SPECS[entry.word].columns(entry.args, points)}
    asked |= {column for door in (direct.any_of if direct else ()) for column in door.columns}
    asked |= {flag for entry in criteria for flag in entry.not_asked_when}
    return in_order_of_asking(asked)


def in_order_of_asking(columns: Iterable[str]) -> tuple[str, ...]:
    """What one answer settles comes first: holdings, then last year's figures, facts, earlier years."""
    yearly = [fact.column for fact in YEARLY_FACTS]
    plain = [fact.column for fact in ENTERPRISE_FACTS]

    def position(column: str) -> tuple[int, int]:
        stem, years_back = split_year(column)
        if column.startswith("holds_"):
            return (0, list(Tier).index(Tier(column.removeprefix("holds_"))))
        if years_back is None:
            return (2 if column != "registered_on" else 0, plain.index(column))
        return (1 if years_back == 1 else 2 + years_back, yearly.index(stem))

    return tuple(sorted(set(columns), key=position))


def check_together(rule_sets: Sequence[RuleSet]) -> tuple[RuleSet, ...]:
    """Check what one rule set cannot know of itself, complete borrowed questions, and sort."""
    _check_unique_ids(rule_sets)
    lines: dict[tuple[Tier, str], list[RuleSet]] = {}
    for entry in rule_sets:
        lines.setdefault((entry.tier, entry.standard), []).append(entry)
    for line in lines.values():
        _check_validity(sorted(line, key=lambda entry: entry.effective_from))
    for tier in {entry.tier for entry in rule_sets}:
        _check_one_default(tier, [entry for entry in rule_sets if entry.tier is tier])
    completed = [_with_borrowed_facts(entry, rule_sets) for entry in rule_sets]
    order = list(Tier)
    return tuple(
        sorted(completed, key=lambda e: (order.index(e.tier), not e.is_default, e.standard, e.effective_from))
    )


def _check_unique_ids(rule_sets: Sequence[RuleSet]) -> None:
    seen: set[str] = set()
    for entry in rule_sets:
        if entry.id in seen:
            raise RuleFileError(f"{entry.tier}.toml", "rule_sets.id", f"the id {entry.id!r} is used twice")
        seen.add(entry.id)


def _check_validity(line: Sequence[RuleSet]) -> None:
    """One standard's rule sets follow each other without overlap and without a gap."""
    for earlier, later in pairwise(line):
        file, key = f"{earlier.tier}.toml", f"rule_sets({earlier.id}).effective_to"
        if earlier.effective_to is None or earlier.effective_to > later.effective_from:
            raise RuleFileError(file, key, f"it overlaps {later.id}, in force from {later.effective_from}")
        if earlier.effective_to < later.effective_from:
            raise RuleFileError(
                file, key, f"there is a gap until {later.id}, in force from {later.effective_from}"
            )


def _check_one_default(tier: Tier, entries: Sequence[RuleSet]) -> None:
    defaults = {entry.standard for entry in entries if entry.is_default}
    if len(defaults) != 1:
        names = ", ".join(sorted(defaults)) or "none"
        raise RuleFileError(
            f"{tier}.toml", "rule_sets.default", f"exactly one standard is the default; found {names}"
        )


def _with_borrowed_facts(entry: RuleSet, rule_sets: Sequence[RuleSet]) -> RuleSet:
    """A criterion that counts another tier's failures also asks what those criteria ask."""
    borrowed = {
        column
        for criterion in entry.criteria
        if criterion.word == "unmet_at_most"
        for column in _borrowed_columns(entry, criterion, rule_sets)
    }
    facts = in_order_of_asking({*entry.facts, *borrowed})
    if len(facts) > MOST_FACTS:
        raise RuleFileError(f"{entry.tier}.toml", f"rule_sets({entry.id})", f"it asks for {len(facts)} facts")
    return replace(entry, facts=facts)


def _borrowed_columns(entry: RuleSet, criterion: Criterion, rule_sets: Sequence[RuleSet]) -> set[str]:
    others = [other for other in rule_sets if other.tier == criterion.args["tier"] and other.is_default]
    columns: set[str] = set()
    for name in criterion.args["criteria"]:
        found = [theirs for other in others for theirs in other.criteria if theirs.id == name]
        if not found:
            key = f"rule_sets({entry.id}).criteria({criterion.id}).criteria"
            raise RuleFileError(
                f"{entry.tier}.toml", key, f"{criterion.args['tier']} has no criterion {name!r}"
            )
        columns |= {column for theirs in found for column in SPECS[theirs.word].columns(theirs.args, None)}
    return columns
