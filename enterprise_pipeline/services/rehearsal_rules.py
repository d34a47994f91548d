"""Which two rule sets a rehearsal compares, and from where the new one comes."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from enterprise_pipeline.services.errors import BadFile, ServiceError
from enterprise_pipeline.services.rulebooks import CurrentRulebook, with_version
from enterprise_pipeline.services.texts import N_, Text
from scoring.errors import RuleFileError
from scoring.rulebook import check_together, load_rulebook, read_rule_file
from scoring.rules_model import RuleSet
from scoring.vocabulary import TIER_NAMES, Tier

# The name under which the new rule set is screened beside the old one of the same tier and standard.
REHEARSED = "~new"
LONGEST_FILE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The rule set that holds (None: none does), the one that is tried, and those that either leans on."""

    old: RuleSet | None
    new: RuleSet
    helpers: tuple[RuleSet, ...]

    @property
    def tried(self) -> RuleSet:
        """The new rule set under a key of its own, so that one screening holds both."""
        return replace(self.new, is_default=False, standard=REHEARSED)

    @property
    def screened(self) -> tuple[RuleSet, ...]:
        """Every rule set that has to be screened."""
        return (*([self.old] if self.old else []), self.tried, *self.helpers)

    @property
    def criteria(self) -> tuple[str, ...]:
        """The ids of all criteria, the new rule set's first; their places are the bits of a change."""
        old = self.old.criteria if self.old else ()
        return tuple(dict.fromkeys(criterion.id for criterion in (*self.new.criteria, *old)))


def pair_of(rule_sets: Sequence[RuleSet], *, old: RuleSet | None, new: RuleSet, as_of: date) -> Pair:
    """Two rule sets with the default rule sets that their criteria borrow from."""
    held = {entry.tier: entry for entry in rule_sets if entry.is_default and entry.holds_on(as_of)}
    helpers: dict[Tier, RuleSet] = {}
    pending = [new, *([old] if old else [])]
    while pending:
        for tier in _borrowed_tiers(pending.pop()):
            if tier in helpers or (old is not None and old.is_default and old.tier is tier):
                continue
            if tier not in held:
                raise ServiceError(
                    Text(
                        N_("“%(label)s”要数“%(tier)s”的条件，而后者在 %(day)s 没有现行标准。请换一个日期。"),
                        label=new.label,
                        tier=TIER_NAMES[tier],
                        day=as_of.isoformat(),
                    )
                )
            helpers[tier] = held[tier]
            pending.append(held[tier])
    return Pair(old=old, new=new, helpers=tuple(helpers.values()))


def _borrowed_tiers(entry: RuleSet) -> list[Tier]:
    return [Tier(criterion.args["tier"]) for criterion in entry.criteria if criterion.word == "unmet_at_most"]


def in_force(rule_sets: Sequence[RuleSet], tier: Tier, standard: str, as_of: date) -> RuleSet | None:
    """The rule set of a standard on a day; where that standard has none, the default one of the tier."""
    held = [entry for entry in rule_sets if entry.tier is tier and entry.holds_on(as_of)]
    same = [entry for entry in held if entry.standard == standard]
    return next(iter(same or [entry for entry in held if entry.is_default]), None)


def pair_of_draft(rulebook: CurrentRulebook, draft: RuleSet, as_of: date) -> Pair:
    """A draft against what holds on the day; the draft is tried whatever its own first day is."""
    together = with_version(_without_later(rulebook.rule_sets, draft), draft)
    new = next(entry for entry in together if entry.id == draft.id)
    old = in_force(rulebook.rule_sets, draft.tier, draft.standard, as_of)
    return pair_of(rulebook.rule_sets, old=old, new=new, as_of=as_of)


def _without_later(rule_sets: Sequence[RuleSet], draft: RuleSet) -> list[RuleSet]:
    """The rule sets without those that the draft would overlap, which only publishing has to refuse."""
    return [
        entry
        for entry in rule_sets
        if entry.id != draft.id
        and (
            (entry.tier, entry.standard) != (draft.tier, draft.standard)
            or entry.effective_from < draft.effective_from
        )
    ]


def read_file(name: str, content: bytes) -> list[RuleSet]:
    """The rule sets of a file that somebody gives us, whatever it is called.

    Raises
    ------
    BadFile
        Naming file, key and reason.
    """
    if len(content) > LONGEST_FILE:
        raise BadFile(Text(N_("规则文件太大：最多 1 MB。")), place=name)
    try:
        tier = tomllib.loads(content.decode("utf-8")).get("tier", "")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(name, "(file)", str(error)) from error
    try:
        return read_rule_file(f"{tier}.toml", content)
    except RuleFileError as error:
        raise _refused(name, error.key, error.reason) from error


def pair_of_file(
    rulebook: CurrentRulebook, name: str, content: bytes, *, as_of: date, standard: str = ""
) -> Pair:
    """The rule set of a file that would hold on the day, against the one that does.

    ``standard`` chooses among several; else it is the one that differs, the
    default one first.

    Raises
    ------
    BadFile
        If the file cannot be used, or changes nothing on that day.
    """
    given = read_file(name, content)
    try:
        together = check_together([*_kept(rulebook, given[0].tier), *given])
    except RuleFileError as error:
        raise _refused(name, error.key, error.reason) from error
    ids = {entry.id for entry in given}
    tried = [entry for entry in together if entry.id in ids and entry.holds_on(as_of)]
    changed = [entry for entry in tried if entry != _same(rulebook, entry, as_of)]
    if standard:
        changed = [entry for entry in tried if entry.standard == standard]
    if not changed:
        raise _unchanged(name, tried, as_of, standard=standard)
    new = next((entry for entry in changed if entry.is_default), changed[0])
    old = in_force(rulebook.rule_sets, new.tier, new.standard, as_of)
    return pair_of(together, old=old, new=new, as_of=as_of)


def _kept(rulebook: CurrentRulebook, tier: Tier) -> list[RuleSet]:
    """What stays beside a rule file in the place of the present one: other tiers, and local standards."""
    files = {entry.id for entry in load_rulebook().rule_sets}
    return [entry for entry in rulebook.rule_sets if entry.tier is not tier or entry.id not in files]


def _same(rulebook: CurrentRulebook, entry: RuleSet, as_of: date) -> RuleSet | None:
    held = (other for other in rulebook.in_force(as_of) if other.tier is entry.tier)
    return next((other for other in held if other.standard == entry.standard), None)


def _refused(name: str, key: str, reason: str) -> BadFile:
    return BadFile(
        Text(N_("规则文件不能用：%(reason)s"), reason=reason),
        place=f"{name}: {key}",
        remedy=Text(N_("没有开始预演。请改正这一处后再试。")),
    )


def _unchanged(name: str, tried: Sequence[RuleSet], as_of: date, *, standard: str) -> BadFile:
    if standard or not tried:
        what = standard or name
        message = Text(N_("“%(what)s”在 %(day)s 没有规则。"), what=what, day=as_of.isoformat())
    else:
        message = Text(N_("与现行规则相比，这个文件在 %(day)s 没有任何改动。"), day=as_of.isoformat())
    return BadFile(message, place=name, remedy=Text(N_("请核对生效日期，或换一个日期；没有开始预演。")))


def told(pair: Pair) -> dict[str, Any]:
    """Both rule sets and their criteria as plain values, for pages that outlive the rules themselves."""
    places = {
        side: {criterion.id: index for index, criterion in enumerate(entry.criteria)} if entry else {}
        for side, entry in (("old", pair.old), ("new", pair.new))
    }
    known = {
        criterion.id: criterion
        for entry in (pair.old, pair.new)
        for criterion in (entry.criteria if entry else ())
    }
    return {
        "old": _named(pair.old) if pair.old else None,
        "new": _named(pair.new),
        "criteria": [
            {
                "id": name,
                "label": known[name].label,
                "label_en": known[name].label_en,
                "unit": str(known[name].unit),
                "is_limit": known[name].operator in ("<=", "<"),
                "old": places["old"].get(name),
                "new": places["new"].get(name),
            }
            for name in pair.criteria
        ],
    }


def _named(entry: RuleSet) -> dict[str, Any]:
    return {
        "id": entry.id,
        "standard": entry.standard,
        "label": entry.label,
        "label_en": entry.label_en,
        "document": entry.document,
        "effective_from": entry.effective_from.isoformat(),
        "is_local": entry.is_local,
    }
