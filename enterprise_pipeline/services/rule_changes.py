"""What changed between two rule sets: criteria added, removed and changed, field by field, old and new.

Everything is said by the rules themselves (services/rule_sentences.py), in one
language: ``say`` translates a Chinese pattern.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from enterprise_pipeline.services.points_said import PartText
from enterprise_pipeline.services.rule_arguments import argument, argument_text
from enterprise_pipeline.services.rule_sentences import criterion_sentence, rule_text
from enterprise_pipeline.services.rule_speech import Say, Speech, plain
from enterprise_pipeline.services.texts import N_
from scoring.rules_model import Criterion, RuleSet

FIELDS: dict[str, str] = {
    "word": N_("判断方式"),
    "fact": N_("数据"),
    "facts": N_("数据"),
    "minus": N_("减去的数据"),
    "total": N_("合计数据"),
    "numerator": N_("分子"),
    "denominator": N_("分母"),
    "operator": N_("比较"),
    "is": N_("要求"),
    "value": N_("门槛"),
    "ladder": N_("分档门槛"),
    "years": N_("年数"),
    "days": N_("天数"),
    "asked_below": N_("适用上限"),
    "base_at_least": N_("基期下限"),
    "part": N_("指标"),
    "tier": N_("层级"),
    "tiers": N_("层级"),
    "from": N_("起始日"),
    "to": N_("截止日"),
    "criteria": N_("计数的条件"),
    "not_asked_when": N_("免除情形"),
    "article": N_("条款"),
    "document": N_("文件"),
    "address": N_("网址"),
    "grade": N_("出处等级"),
    "checked_on": N_("核对日期"),
    "printed": N_("原文"),
    "note": N_("说明"),
}
HEAD_FIELDS = ("document", "address", "grade", "checked_on", "note")
HEADS: dict[str, str] = {
    "effective_from": N_("生效日"),
    "effective_to": N_("失效日"),
    "applies": N_("适用范围"),
    "direct": N_("直通条件"),
}
SOURCE_FIELDS = ("article", "document", "address", "grade")


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field, old and new; empty is: not there."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class CriterionChange:
    """One criterion, as it was and as it is; None where it was not or is no more."""

    id: str
    old: Criterion | None
    new: Criterion | None
    old_sentence: str
    new_sentence: str
    fields: tuple[FieldChange, ...]

    @property
    def criterion(self) -> Criterion:
        """The criterion to name it by: the new one, where there is one."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a change has at least one side
        return found


@dataclass(frozen=True, kw_only=True)
class TableChange:
    """A points table, or the head of an indicator, old and new as rows of (band, points)."""

    part: str
    table: str
    old: tuple[tuple[str, str], ...]
    new: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class RuleSetChange:
    """Everything that is different between two rule sets of one tier and standard."""

    old: RuleSet | None
    new: RuleSet | None
    head: tuple[FieldChange, ...]
    added: tuple[CriterionChange, ...]
    removed: tuple[CriterionChange, ...]
    changed: tuple[CriterionChange, ...]
    points: tuple[TableChange, ...]
    unchanged: int

    @property
    def rule_set(self) -> RuleSet:
        """The rule set to name the change by."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a change has at least one side
        return found

    @property
    def is_same(self) -> bool:
        """Whether nothing that decides or documents a verdict is different."""
        return not (self.head or self.added or self.removed or self.changed or self.points)


def rule_set_change(old: RuleSet | None, new: RuleSet | None, say: Say = plain) -> RuleSetChange:
    """Compare two rule sets; one of them may be missing."""
    if old is not None and old == new:
        nothing: dict[str, tuple[()]] = dict.fromkeys(("head", "added", "removed", "changed", "points"), ())
        return RuleSetChange(old=old, new=new, unchanged=len(old.criteria), **nothing)
    before = {entry.id: entry for entry in (old.criteria if old else ())}
    after = {entry.id: entry for entry in (new.criteria if new else ())}
    compare = _Comparison(old, new, say)
    both = [compare.criterion(name) for name in after if name in before]
    changed = tuple(change for change in both if change.fields)
    return RuleSetChange(
        old=old,
        new=new,
        head=compare.head(),
        added=tuple(compare.criterion(name) for name in after if name not in before),
        removed=tuple(compare.criterion(name) for name in before if name not in after),
        changed=changed,
        points=compare.points(),
        unchanged=len(both) - len(changed),
    )


def changes_between(
    rule_sets: Sequence[RuleSet], *, start: date, end: date, say: Say = plain
) -> list[RuleSetChange]:
    """What holds on one day against what holds on another, standard by standard, in the order of tiers."""
    before, after = (
        {(entry.tier, entry.standard): entry for entry in rule_sets if entry.holds_on(day)}
        for day in (start, end)
    )
    lines = dict.fromkeys((entry.tier, entry.standard) for entry in rule_sets)
    return [
        rule_set_change(before.get(line), after.get(line), say)
        for line in lines
        if line in before or line in after
    ]


class _Comparison:
    """Says both sides in one language."""

    def __init__(self, old: RuleSet | None, new: RuleSet | None, say: Say) -> None:
        self._old, self._new = old, new
        self._speech = {"old": Speech(say, old), "new": Speech(say, new)}
        self._say = Speech(say)

    def criterion(self, criterion_id: str) -> CriterionChange:
        """One criterion on both sides."""
        old, new = (_find(entry, criterion_id) for entry in (self._old, self._new))
        told = {
            side: criterion_sentence(entry, self._say.say, rule_set=rule_set) if entry else ""
            for side, entry, rule_set in (("old", old, self._old), ("new", new, self._new))
        }
        return CriterionChange(
            id=criterion_id,
            old=old,
            new=new,
            old_sentence=told["old"],
            new_sentence=told["new"],
            fields=self._fields(old, new) if old and new else (),
        )

    def _fields(self, old: Criterion, new: Criterion) -> tuple[FieldChange, ...]:
        names = dict.fromkeys(("word", *old.args, *new.args))
        fields = [
            self._field(
                name,
                argument_text(old, name, self._speech["old"]),
                argument_text(new, name, self._speech["new"]),
            )
            for name in names
            if argument(old, name) != argument(new, name)
        ]
        fields += [
            self._field(name, str(getattr(old, name)), str(getattr(new, name)))
            for name in SOURCE_FIELDS
            if getattr(old, name) != getattr(new, name)
        ]
        if old.printed != new.printed:
            fields.append(
                self._field("printed", self._say.own(old, "printed"), self._say.own(new, "printed"))
            )
        return tuple(fields)

    def _field(self, name: str, old: str, new: str) -> FieldChange:
        label = FIELDS.get(name) or HEADS.get(name, name)
        return FieldChange(field=name, label=self._say(label), old=old, new=new)

    def head(self) -> tuple[FieldChange, ...]:
        """What the rule sets say of themselves."""
        names = ("effective_from", "effective_to", "applies", *HEAD_FIELDS[:3], "direct")
        sides = [_head_texts(entry, self._say) for entry in (self._old, self._new)]
        return tuple(
            self._field(name, sides[0][name], sides[1][name])
            for name in names
            if sides[0][name] != sides[1][name]
        )

    def points(self) -> tuple[TableChange, ...]:
        """Tables of points that are not the same on both sides."""
        old, new = (_tables(entry, self._say) for entry in (self._old, self._new))
        names = dict.fromkeys([*new, *old])
        return tuple(
            TableChange(
                part=part, table=table, old=old.get((part, table), ()), new=new.get((part, table), ())
            )
            for part, table in names
            if old.get((part, table)) != new.get((part, table))
        )


def _find(entry: RuleSet | None, criterion_id: str) -> Criterion | None:
    found = (each for each in (entry.criteria if entry else ()) if each.id == criterion_id)
    return next(found, None)


def _head_texts(entry: RuleSet | None, speech: Speech) -> dict[str, str]:
    if entry is None:
        return dict.fromkeys((*HEADS, *HEAD_FIELDS), "")
    text = rule_text(entry, speech.say)
    return {
        "effective_from": entry.effective_from.isoformat(),
        "effective_to": entry.effective_to.isoformat() if entry.effective_to else "",
        "applies": text.applies,
        "document": entry.document,
        "address": entry.address,
        "grade": entry.grade,
        "checked_on": entry.checked_on.isoformat(),
        "note": speech.own(entry, "note"),
        "direct": text.direct,
    }


Rows = tuple[tuple[str, str], ...]


def _tables(entry: RuleSet | None, speech: Speech) -> dict[tuple[str, str], Rows]:
    """Every table under the labels of its part and its own; a part's own terms stand under an empty one."""
    parts = rule_text(entry, speech.say).points if entry else ()
    found: dict[tuple[str, str], Rows] = {}
    for part in parts:
        found[part.label, ""] = _terms(part, speech)
        found |= {
            (part.label, f"{table.label} · {table.measured}"): tuple(table.rows) for table in part.tables
        }
    return found


def _terms(part: PartText, speech: Speech) -> Rows:
    rows = [(speech(N_("最高分")), str(part.maximum)), (part.combined, ""), (part.experts, "")]
    return tuple(row for row in rows if row[0])
