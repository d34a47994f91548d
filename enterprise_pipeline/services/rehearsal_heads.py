"""Rehearsals without their enterprises: what each tries, how far it is, and what it has counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.reference import jurisdictions
from enterprise_pipeline.services.rehearsal import is_silent
from enterprise_pipeline.services.rehearsal_columns import Change
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import Rehearsal
from scoring.vocabulary import Unit, Verdict

LATEST = 50


@dataclass(frozen=True, kw_only=True)
class ToldCriterion:
    """A criterion of either rule set, with its place in each; at a limit a gap is an excess."""

    id: str
    label: str
    label_en: str
    unit: Unit
    is_limit: bool
    old: int | None
    new: int | None


@dataclass(frozen=True, kw_only=True)
class ToldRuleSet:
    """A rule set as it was called when the rehearsal began."""

    id: str
    standard: str
    label: str
    label_en: str
    document: str
    effective_from: date
    is_local: bool


@dataclass(frozen=True, kw_only=True)
class Head:
    """A rehearsal without its enterprises. ``state`` is its status, or ``interrupted``."""

    id: int
    origin: str
    name: str
    version_id: int | None
    tier: str
    old: ToldRuleSet | None
    new: ToldRuleSet
    criteria: tuple[ToldCriterion, ...]
    as_of: date
    basis: str
    state: str
    total: int
    done: int
    seconds: float
    actor: str
    created_at: datetime
    finished_at: datetime | None
    error: str | None
    cells: tuple[tuple[str, Verdict, Verdict, int, int], ...]
    turned: tuple[tuple[int, int, int, int], ...]

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the present pace; None while there is none."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None

    def n(self, change: Change) -> int:
        """How many enterprises this becomes of."""
        return sum(n for *_, kind, n in self.cells if kind == change)

    @property
    def unchanged(self) -> int:
        """How many enterprises keep their verdict for the same reasons."""
        return sum(n for *_, kind, n in self.cells if not kind)

    def moved(self, before: Verdict, after: Verdict) -> int:
        """How many go from one verdict to another."""
        return sum(n for _, one, other, _kind, n in self.cells if (one, other) == (before, after))

    @property
    def verdicts(self) -> tuple[list[Verdict], list[Verdict]]:
        """The verdicts that occur by the old rule set, and by the new one."""
        before, after = ({cell[side] for cell in self.cells} for side in (1, 2))
        return [each for each in Verdict if each in before], [each for each in Verdict if each in after]

    def places(self) -> dict[str, dict[int, int]]:
        """For each jurisdiction how many enterprises which change concerns; 0 is none."""
        found: dict[str, dict[int, int]] = {}
        for place, _before, _after, kind, n in self.cells:
            counts = found.setdefault(place, {})
            counts[kind] = counts.get(kind, 0) + n
        order = [each.code for each in jurisdictions()]
        return dict(sorted(found.items(), key=lambda item: (item[0] not in order, _place(order, item[0]))))

    def by_criterion(self) -> list[tuple[ToldCriterion, int, int]]:
        """For each criterion that turned: for how many it was eased and tightened, most first."""
        sums: dict[int, list[int]] = {}
        for _kind, bit, eased, tightened in self.turned:
            known = sums.setdefault(bit, [0, 0])
            known[0] += eased
            known[1] += tightened
        found = [(self.criteria[bit], eased, tightened) for bit, (eased, tightened) in sums.items()]
        return sorted(found, key=lambda each: -(each[1] + each[2]))


def _place(order: list[str], code: str) -> int:
    return order.index(code) if code in order else 0


def latest_rehearsals() -> list[Head]:
    """The newest rehearsals, newest first."""
    query = select(Rehearsal).order_by(Rehearsal.id.desc()).limit(LATEST)
    return [_head(row) for row in reading().scalars(query)]


def rehearsals_of_pair(old_id: str, new_id: str) -> list[Head]:
    """The rehearsals of exactly these two rule sets, newest first."""
    query = select(Rehearsal).where(Rehearsal.old_id == old_id, Rehearsal.new_id == new_id)
    return [_head(row) for row in reading().scalars(query.order_by(Rehearsal.id.desc()).limit(LATEST))]


def rehearsals_of_version(version_id: int) -> list[Head]:
    """The rehearsals of a version of a local standard, newest first."""
    query = select(Rehearsal).where(Rehearsal.version_id == version_id).order_by(Rehearsal.id.desc())
    return [_head(row) for row in reading().scalars(query.limit(LATEST))]


def head(rehearsal_id: int) -> Head:
    """One rehearsal; NotFound when there is none."""
    row = reading().get(Rehearsal, rehearsal_id)
    if row is None:
        raise NotFound(Text(N_("没有这次预演。")))
    return _head(row)


def _head(row: Rehearsal) -> Head:
    is_dead = row.status == "running" and is_silent(row)
    return Head(
        id=row.id,
        origin=row.origin,
        name=row.name,
        version_id=row.version_id,
        tier=row.tier,
        old=_told_rule_set(row.told["old"]) if row.told["old"] else None,
        new=_told_rule_set(row.told["new"]),
        criteria=tuple(
            ToldCriterion(**{**each, "unit": Unit(each["unit"])}) for each in row.told["criteria"]
        ),
        as_of=row.as_of,
        basis=row.basis,
        state="interrupted" if is_dead else row.status,
        total=row.total,
        done=row.done,
        seconds=row.seconds,
        actor=row.actor,
        created_at=row.created_at,
        finished_at=row.finished_at,
        error=row.error,
        cells=tuple(
            (place, Verdict(before), Verdict(after), kind, n)
            for place, before, after, kind, n in row.counts.get("cells", [])
        ),
        turned=tuple(tuple(each) for each in row.counts.get("criteria", [])),
    )


def _told_rule_set(values: Mapping[str, Any]) -> ToldRuleSet:
    return ToldRuleSet(**{**values, "effective_from": date.fromisoformat(values["effective_from"])})
