"""Whom a rehearsed rule would touch: the enterprises by filter, page by page or all of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.reference import jurisdictions
from enterprise_pipeline.services.rehearsal_columns import Change
from enterprise_pipeline.services.rehearsal_heads import Head, ToldCriterion
from enterprise_pipeline.services.rehearsal_veil import GapVeil, gap_veil
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import REHEARSAL_CHANGES, Enterprise
from scoring.vocabulary import Verdict

PAGE = 50
EXPORTED_AT_ONCE = 2_000
UNKNOWN = "unknown"
_CHANGE = REHEARSAL_CHANGES.c
Key = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class RehearsalFilter:
    """Which of the enterprises; everything None is all of them."""

    kind: Change | None = None
    place: str | None = None
    before: Verdict | None = None
    after: Verdict | None = None
    criterion: str | None = None

    def address(self, **changes: str | None) -> dict[str, str]:
        """The parameters of an address; ``changes`` replace or (None) remove some."""
        words = {
            "kind": self.kind.name.lower() if self.kind else None,
            "place": self.place if self.place != "" else UNKNOWN,
            "before": self.before.word if self.before is not None else None,
            "after": self.after.word if self.after is not None else None,
            "criterion": self.criterion,
        }
        return {name: word for name, word in (words | changes).items() if word}

    def without(self, name: str) -> "RehearsalFilter":
        """The filter with one part less."""
        return replace(self, **{name: None})

    @property
    def parts(self) -> list[str]:
        """The names of what narrows the list."""
        return [each.name for each in fields(self) if getattr(self, each.name) is not None]


@dataclass(frozen=True, kw_only=True)
class ChangedEnterprise:
    """One enterprise of which the change makes something else."""

    enterprise_id: int
    name: str
    credit_code: str
    jurisdiction: str
    kind: Change
    before: Verdict
    after: Verdict
    eased: tuple[ToldCriterion, ...]
    tightened: tuple[ToldCriterion, ...]
    gap_before: tuple[ToldCriterion, int | None] | None
    gap_after: tuple[ToldCriterion, int | None] | None


@dataclass(frozen=True, kw_only=True)
class ChangePage:
    """A page of enterprises, with the place where the next one begins."""

    rows: tuple[ChangedEnterprise, ...]
    n: int
    next: str | None


def parse_filter(shown: Head, given: Mapping[str, str]) -> RehearsalFilter:
    """Read the parameters of an address; ServiceError names one that nothing can match."""
    place = given.get("place") or None
    if place is not None and place != UNKNOWN and place not in {each.code for each in jurisdictions()}:
        raise _unknown_word("place", place)
    criterion = given.get("criterion") or None
    if criterion is not None and criterion not in {each.id for each in shown.criteria}:
        raise _unknown_word("criterion", criterion)
    return RehearsalFilter(
        kind=_member(Change, "kind", given),
        place="" if place == UNKNOWN else place,
        before=_member(Verdict, "before", given),
        after=_member(Verdict, "after", given),
        criterion=criterion,
    )


def _member(words: Any, name: str, given: Mapping[str, str]) -> Any:
    word = given.get(name, "")
    if not word:
        return None
    found = {each.name.lower(): each for each in words}
    if word not in found:
        raise _unknown_word(name, word)
    return found[word]


def _unknown_word(name: str, word: str) -> ServiceError:
    return ServiceError(
        Text(N_("地址中的 %(name)s=%(word)s 无法识别。请去掉这个条件再试。"), name=name, word=word)
    )


def changed_page(shown: Head, wanted: RehearsalFilter, *, scope: Scope, after: str = "") -> ChangePage:
    """One page of the enterprises that the filter names, from behind a place."""
    rows = _rows(shown, wanted, after=_cursor(after), limit=PAGE + 1, scope=scope)
    more = len(rows) > PAGE
    rows = rows[:PAGE]
    return ChangePage(
        rows=tuple(rows),
        n=_count(shown, wanted, scope=scope),
        next=f"{int(rows[-1].kind)}-{rows[-1].enterprise_id}" if more else None,
    )


def every_changed(shown: Head, wanted: RehearsalFilter, *, scope: Scope) -> Iterator[ChangedEnterprise]:
    """All of them, read in parts, for a file: no amount of a business secret is among them."""
    after: Key | None = None
    while rows := _rows(shown, wanted, after=after, limit=EXPORTED_AT_ONCE, scope=scope, in_file=True):
        yield from rows
        after = (int(rows[-1].kind), rows[-1].enterprise_id)


def _cursor(text: str) -> Key | None:
    if not text:
        return None
    kind, _, enterprise_id = text.partition("-")
    if not (kind.isdecimal() and enterprise_id.isdecimal() and len(text) <= 20):  # noqa: PLR2004 - fits a key
        raise _unknown_word("after", text)
    return int(kind), int(enterprise_id)


def _rows(
    shown: Head,
    wanted: RehearsalFilter,
    *,
    after: Key | None,
    limit: int,
    scope: Scope,
    in_file: bool = False,
) -> list[ChangedEnterprise]:
    query: Select[Any] = (
        select(REHEARSAL_CHANGES, Enterprise.name, Enterprise.credit_code)
        .join(Enterprise, Enterprise.id == _CHANGE.enterprise_id)
        .where(*_conditions(shown, wanted))
        .order_by(_CHANGE.kind, _CHANGE.enterprise_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(_CHANGE.kind, _CHANGE.enterprise_id) > after)
    session = reading()
    rows = session.execute(scope.apply(query)).all()
    ids = [row.enterprise_id for row in rows]
    veil = gap_veil(session, shown.id, ids, scope=scope, in_file=in_file)
    return [_changed(shown, row, veil) for row in rows]


def _conditions(shown: Head, wanted: RehearsalFilter) -> list[ColumnElement[bool]]:
    found = [_CHANGE.rehearsal_id == shown.id]
    for column, value in (
        (_CHANGE.kind, wanted.kind),
        (_CHANGE.jurisdiction, wanted.place),
        (_CHANGE.before, wanted.before),
        (_CHANGE.after, wanted.after),
    ):
        if value is not None:
            found.append(column == (value if isinstance(value, str) else int(value)))
    if wanted.criterion is not None:
        bit = 1 << [each.id for each in shown.criteria].index(wanted.criterion)
        found.append((_CHANGE.eased + _CHANGE.tightened).bitwise_and(bit) != 0)
    return found


def _count(shown: Head, wanted: RehearsalFilter, *, scope: Scope) -> int:
    """From what was counted, or by looking where a criterion is asked for."""
    if wanted.criterion is not None or not scope.is_everything:
        query: Select[Any] = select(func.count()).select_from(REHEARSAL_CHANGES)
        query = query.where(*_conditions(shown, wanted))
        if not scope.is_everything:
            query = scope.apply(query.join(Enterprise, Enterprise.id == _CHANGE.enterprise_id))
        return reading().scalar(query) or 0
    return sum(
        n
        for place, before, after, kind, n in shown.cells
        if kind
        and wanted.kind in (None, kind)
        and wanted.place in (None, place)
        and wanted.before in (None, before)
        and wanted.after in (None, after)
    )


def _changed(shown: Head, row: Any, veil: GapVeil) -> ChangedEnterprise:
    return ChangedEnterprise(
        enterprise_id=row.enterprise_id,
        name=row.name,
        credit_code=row.credit_code,
        jurisdiction=row.jurisdiction,
        kind=Change(row.kind),
        before=Verdict(row.before),
        after=Verdict(row.after),
        eased=_named(shown, row.eased),
        tightened=_named(shown, row.tightened),
        gap_before=_gap(shown, "old", row, veil),
        gap_after=_gap(shown, "new", row, veil),
    )


def _named(shown: Head, bits: int) -> tuple[ToldCriterion, ...]:
    return tuple(each for place, each in enumerate(shown.criteria) if bits >> place & 1)


def _gap(shown: Head, side: str, row: Any, veil: GapVeil) -> tuple[ToldCriterion, int | None] | None:
    """The nearest gap by a rule set; of one that may not be shown only the criterion."""
    index, amount = (
        (row.nearest_before, row.gap_before) if side == "old" else (row.nearest_after, row.gap_after)
    )
    found = next((each for each in shown.criteria if getattr(each, side) == index), None)
    if index is None or found is None:
        return None
    is_hidden = veil.hides(row.enterprise_id, side=side, criterion=found.id)
    return found, None if is_hidden else amount
