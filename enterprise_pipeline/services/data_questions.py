"""Questions to staff about figures that do not go together, of one enterprise and of a whole jurisdiction.

They are kept out of everything that an enterprise or the public sees.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import polars as pl
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.candidate_filter import UNKNOWN, BadFilter, check_words
from enterprise_pipeline.services.errors import NotFound
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.question_answers import Answered, answers_of, digest
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading
from models import Enterprise
from scoring.facts import split_year
from scoring.plausibility import Kind, Notch, find, find_expert_doubts, notches
from scoring.rules_model import RuleSet

PAGE = 30
# One page looks at no more enterprises than can be read in about half a second.
LOOKED_AT = 2_000
_PART = 500


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two values that do not go together: columns of the facts frame and what they say."""

    subject: str
    other: str
    value: int
    than: int
    most: int | None


@dataclass(frozen=True, kw_only=True)
class DataQuestion:
    """One question; ``pairs`` are several where figures of one year may all be in another unit.

    ``year`` is the fiscal year whose figures it is about, None where it is not about a year.
    """

    kind: Kind
    year: int | None
    pairs: tuple[Pair, ...]
    key: str
    notch: Notch | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedQuestion:
    """A question that was checked, and what came out."""

    question: DataQuestion
    answered: Answered


@dataclass(frozen=True, kw_only=True)
class QuestionsOfOne:
    """The questions about one enterprise: still open, and checked."""

    open: tuple[DataQuestion, ...] = ()
    checked: tuple[CheckedQuestion, ...] = ()

    def get(self, key: str) -> DataQuestion:
        """A question by its key; NotFound when the figures are different now."""
        for question in (*self.open, *(entry.question for entry in self.checked)):
            if question.key == key:
                return question
        raise NotFound(N_("这个问题已经不在了：有关的数字可能已经改过。请回到企业页面查看。"))


@dataclass(frozen=True, kw_only=True)
class QuestionFilter:
    """Which questions a list shows; empty means all."""

    jurisdiction: str = ""
    kind: str = ""
    after: int = 0


@dataclass(frozen=True, kw_only=True)
class QuestionLine:
    """An enterprise with its questions."""

    id: int
    name: str
    credit_code: str
    jurisdiction: str | None
    questions: tuple[DataQuestion, ...]


@dataclass(frozen=True, kw_only=True)
class QuestionPage:
    """One page: ``looked_at`` enterprises were read for it; ``next`` is where to go on, None at the end."""

    wanted: QuestionFilter
    lines: tuple[QuestionLine, ...]
    looked_at: int
    next: int | None


def questions_in(
    facts: pl.DataFrame, rule_sets: Sequence[RuleSet], as_of: date
) -> dict[int, tuple[DataQuestion, ...]]:
    """The questions about each row of a facts frame, by its position."""
    lines = notches(rule_sets)
    with_experts = [entry for entry in rule_sets if _has_experts(entry)]
    doubts = pl.concat([find(facts, lines), find_expert_doubts(facts, with_experts, as_of)])
    rows = doubts.sort("row", maintain_order=True).iter_rows(named=True)
    return {
        row: tuple(_questions(list(found), lines, as_of))
        for row, found in groupby(rows, key=lambda doubt: doubt["row"])
    }


def _has_experts(entry: RuleSet) -> bool:
    parts = entry.points.parts if entry.points else ()
    return entry.is_default and any(part.expert for part in parts)


def _questions(
    doubts: Sequence[Mapping[str, Any]], lines: Sequence[Notch], as_of: date
) -> Iterator[DataQuestion]:
    """One question a doubt; figures of one year in another unit make one together."""
    units: dict[int | None, list[Pair]] = {}
    for doubt in doubts:
        kind, pair = Kind(doubt["kind"]), _pair(doubt)
        year = _year(pair.subject, as_of)
        if kind is Kind.UNIT:
            units.setdefault(year, []).append(pair)
            continue
        notch = None if doubt["notch"] is None else lines[doubt["notch"]]
        line = () if notch is None else (notch.line, notch.years)
        key = _key(kind, [pair], as_of, line)
        yield DataQuestion(kind=kind, year=year, pairs=(pair,), key=key, notch=notch)
    for year, pairs in units.items():
        key = _key(Kind.UNIT, pairs, as_of)
        yield DataQuestion(kind=Kind.UNIT, year=year, pairs=tuple(pairs), key=key)


def _key(kind: Kind, pairs: Sequence[Pair], as_of: date, line: Sequence[object] = ()) -> str:
    """The same figures of the same years ask the same question on any day."""
    told: list[object] = [kind, *line]
    for pair in pairs:
        for column in (pair.subject, pair.other):
            told += [split_year(column)[0], _year(column, as_of)]
        told += [pair.value, pair.than, pair.most]
    return digest(told)


def questions_about(
    facts: pl.DataFrame, rule_sets: Sequence[RuleSet], *, enterprise_id: int, as_of: date
) -> QuestionsOfOne:
    """The questions about the one enterprise in ``facts``."""
    found = questions_in(facts, rule_sets, as_of).get(0, ())
    answers = answers_of(reading(), [enterprise_id]) if found else {}
    by_key = {key: answered for (_, key), answered in answers.items()}
    return QuestionsOfOne(
        open=tuple(each for each in found if each.key not in by_key),
        checked=tuple(
            CheckedQuestion(question=each, answered=by_key[each.key]) for each in found if each.key in by_key
        ),
    )


def questions_of(enterprise_id: int, *, as_of: date) -> QuestionsOfOne:
    """The questions about an enterprise as it was known on a day."""
    facts = facts_as_of(reading(), as_of, enterprise_ids=[enterprise_id])
    rule_sets = current_rulebook().in_force(as_of)
    return questions_about(facts, rule_sets, enterprise_id=enterprise_id, as_of=as_of)


def _pair(doubt: Mapping[str, Any]) -> Pair:
    return Pair(**{name: doubt[name] for name in ("subject", "other", "value", "than", "most")})


def _year(column: str, as_of: date) -> int | None:
    back = split_year(column)[1]
    return as_of.year - back if back else None


def parse_question_filter(query: Mapping[str, str]) -> QuestionFilter:
    """Read a list from an address; BadFilter naming each parameter that asks for what there is not."""
    jurisdiction = query.get("jurisdiction", "").strip()
    errors = check_words({"jurisdiction": jurisdiction})[1] if jurisdiction else {}
    kind, after = query.get("kind", "").strip(), query.get("after", "").strip()
    if kind and kind not in set(Kind):
        errors["kind"] = Text(N_("没有“%(value)s”这一类问题；请从列表中选择。"), value=kind)
    if after and not (after.isascii() and after.isdigit() and len(after) < len(str(2**63))):
        errors["after"] = Text(N_("“%(value)s”不是名单中的位置；请从第一页开始。"), value=after)
    if errors:
        raise BadFilter(errors)
    return QuestionFilter(jurisdiction=jurisdiction, kind=kind, after=int(after or 0))


def question_page(wanted: QuestionFilter, *, as_of: date, scope: Scope) -> QuestionPage:
    """Look through what ``scope`` shows from a place on until the page is full or enough was looked at."""
    session = reading()
    rule_sets = current_rulebook().in_force(as_of)
    lines: list[QuestionLine] = []
    looked_at, after = 0, wanted.after
    while looked_at < LOOKED_AT and len(lines) < PAGE:
        ids = _ids(session, wanted, after, scope=scope)
        if not ids:
            return QuestionPage(wanted=wanted, lines=tuple(lines), looked_at=looked_at, next=None)
        found = _found(session, wanted, ids, rule_sets, as_of=as_of)[: PAGE - len(lines)]
        lines += found
        is_full = len(lines) == PAGE
        last = found[-1].id if is_full else ids[-1]
        looked_at += ids.index(last) + 1
        after = last
    more = after if _ids(session, wanted, after, scope=scope, limit=1) else None
    return QuestionPage(wanted=wanted, lines=tuple(lines), looked_at=looked_at, next=more)


def _ids(
    session: Session, wanted: QuestionFilter, after: int, *, scope: Scope, limit: int = _PART
) -> list[int]:
    query = select(Enterprise.id).where(Enterprise.id > after).order_by(Enterprise.id).limit(limit)
    query = scope.apply(query)
    if wanted.jurisdiction:
        place = None if wanted.jurisdiction == UNKNOWN else wanted.jurisdiction
        query = query.where(Enterprise.jurisdiction == place)
    return list(session.scalars(query))


def _found(
    session: Session, wanted: QuestionFilter, ids: Sequence[int], rule_sets: Sequence[RuleSet], *, as_of: date
) -> list[QuestionLine]:
    facts = facts_as_of(session, as_of, enterprise_ids=ids)
    found = {
        int(facts["enterprise_id"][row]): questions
        for row, questions in questions_in(facts, rule_sets, as_of).items()
    }
    answers = answers_of(session, list(found))
    by_id = {
        enterprise_id: kept
        for enterprise_id, questions in found.items()
        if (
            kept := tuple(
                each
                for each in questions
                if wanted.kind in ("", each.kind) and (enterprise_id, each.key) not in answers
            )
        )
    }
    rows = session.scalars(select(Enterprise).where(Enterprise.id.in_(by_id)).order_by(Enterprise.id))
    return [
        QuestionLine(
            id=row.id,
            name=row.name,
            credit_code=row.credit_code,
            jurisdiction=row.jurisdiction,
            questions=by_id[row.id],
        )
        for row in rows
    ]
