"""Golden cases of a version: worked enterprises with the verdict each must get, in the exchange format."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.errors import BadFile, FieldConflict, NotFound
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.rulebooks import CurrentRulebook, read_version
from enterprise_pipeline.services.search import by_code, find
from enterprise_pipeline.services.standards.drafts import SUBJECT, Version, locked_draft, table_of
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import LocalStandardCase
from scoring.cases import check_cases, facts_of, parse_cases
from scoring.errors import CaseFileError, RuleFileError
from scoring.facts import year_column
from scoring.rulebook import Rulebook, check_together
from scoring.rules_model import RuleSet
from scoring.vocabulary import ENTERPRISE_FACTS, YEARLY_FACTS, YEARS_CARRIED, Fact, Tier, Unit, Verdict

MOST_CASES = 200
LONGEST_NAME = 80
_EXPERT = "expert_"
VERDICTS = frozenset(verdict.word for verdict in Verdict)


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """One value that came out differently; ``key`` is as in a cases file."""

    key: str
    expected: str
    got: str


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """A case with what came of it; ``broken`` says why it could not be tried."""

    id: int
    name: str
    as_of: str
    why: str
    expected: str
    mismatches: tuple[Mismatch, ...]
    broken: str = ""

    @property
    def is_right(self) -> bool:
        """Whether everything came out as expected."""
        return not self.mismatches and not self.broken


def run_cases(version: Version, rulebook: CurrentRulebook) -> list[CaseResult]:
    """Try every case of a version; the draft decides on any day, whatever day it takes effect."""
    return tried(cases_of(reading(), version.id), version, rulebook)


def cases_of(session: Session, version_id: int) -> list[LocalStandardCase]:
    """The stored cases of a version, in the order they were added."""
    query = select(LocalStandardCase).filter_by(version_id=version_id).order_by(LocalStandardCase.id)
    return list(session.scalars(query))


def tried(rows: Sequence[LocalStandardCase], version: Version, rulebook: CurrentRulebook) -> list[CaseResult]:
    """What comes of these cases."""
    try:
        draft = read_version(version.tier, version.content)
    except RuleFileError:
        said = Text(N_("标准还有没有填写完整的地方，先看“检查”。"))
        return [_result(row, broken=said) for row in rows]
    read = [_read(row, str(draft.tier)) for row in rows]
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for case in read:
        if isinstance(case, dict):
            groups.setdefault(_borrowed_on(draft, rulebook, case["as_of"]), []).append(case)
    told: dict[str, tuple[Mismatch, ...] | str] = {}
    for names, cases in groups.items():
        told |= _compared(cases, draft, [rulebook.get(name) for name in names])
    results = []
    for row, case in zip(rows, read, strict=True):
        found = case if isinstance(case, str) else told[row.name]
        if isinstance(found, str):
            results.append(_result(row, broken=found))
        else:
            results.append(_result(row, mismatches=found))
    return results


def _read(row: LocalStandardCase, tier: str) -> dict[str, Any] | str:
    """A stored case, or why it cannot be read."""
    try:
        case = parse_cases(f'{{"cases": [{row.content}]}}')[0]
        facts_of(case, date.fromisoformat(case["as_of"]))
    except (CaseFileError, ValueError) as error:
        return str(error)
    return {**case, "expect": {tier: next(iter(case["expect"].values()))}}


def _borrowed_on(draft: RuleSet, rulebook: CurrentRulebook, as_of: str) -> tuple[str, ...]:
    """The rule sets of that day whose criteria the draft counts."""
    tiers = {entry.args["tier"] for entry in draft.criteria if entry.word == "unmet_at_most"}
    day = date.fromisoformat(as_of)
    return tuple(
        entry.id
        for entry in rulebook.in_force(day)
        if entry.tier in tiers and entry.tier is not draft.tier and entry.is_default
    )


def _compared(
    cases: Sequence[Mapping[str, Any]], draft: RuleSet, others: Sequence[RuleSet]
) -> dict[str, tuple[Mismatch, ...] | str]:
    """What came out differently, by the name of the case; or why none of them can be tried."""
    always: dict[str, Any] = {"effective_from": date.min, "effective_to": None, "is_default": True}
    rule_sets = [replace(entry, **always) for entry in (*others, draft)]
    try:
        report = check_cases(cases, Rulebook(check_together(rule_sets), ""))
    except RuleFileError as error:
        return {case["id"]: str(error) for case in cases}
    found: dict[str, list[Mismatch]] = {case["id"]: [] for case in cases}
    for miss in report.differences:
        told = Mismatch(key=miss.key, expected=_told(miss.expected), got=_told(miss.got))
        found[miss.case].append(told)
    return {name: tuple(misses) for name, misses in found.items()}


def _told(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "、".join(map(str, value)) or "—"
    return "—" if value is None else str(value)


def _result(row: LocalStandardCase, *, mismatches: tuple[Mismatch, ...] = (), broken: str = "") -> CaseResult:
    case = json.loads(row.content)
    return CaseResult(
        id=row.id,
        name=row.name,
        as_of=str(case.get("as_of", "")),
        why=str(case.get("why", "")),
        expected=row.expected,
        mismatches=mismatches,
        broken=broken,
    )


def add_enterprise(version_id: int, wanted: str, *, as_of: date, expected: str, why: str, actor: str) -> str:
    """Freeze what is known of an enterprise on a day as a case; returns the enterprise's name.

    Raises
    ------
    FieldConflict
        If no or several enterprises are meant.
    """
    enterprise_id, name = _meant(wanted)
    row = facts_as_of(reading(), as_of, enterprise_ids=[enterprise_id]).row(0, named=True)
    case = exchange_case(row, as_of) | {"why": why}
    with transaction() as session:
        _add(session, version_id, [(f"{name} {as_of.isoformat()}", {"verdict": expected}, case)], actor=actor)
    return name


def _meant(wanted: str) -> tuple[int, str]:
    known = by_code(wanted, scope=EVERYTHING)
    hits = find(wanted, scope=EVERYTHING).hits
    exact = [hit for hit in hits if hit.id == known or hit.name == wanted.strip()] or list(hits)
    if not exact:
        raise FieldConflict("enterprise", Text(N_("没有找到“%(q)s”；请输入全名或信用代码。"), q=wanted))
    if len(exact) > 1:
        names = "、".join(hit.name for hit in exact[:5])
        message = Text(N_("“%(q)s”对应多家企业：%(names)s 等；请输入全名或信用代码。"), q=wanted, names=names)
        raise FieldConflict("enterprise", message)
    return exact[0].id, exact[0].name


def exchange_case(row: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    """One row of the facts frame in the exchange format; what is unknown is left out."""
    enterprise: dict[str, Any] = {}
    experts: dict[str, Any] = {}
    for fact in ENTERPRISE_FACTS:
        value = row.get(fact.column)
        if value is not None and fact.name.startswith(_EXPERT):
            experts[fact.name.removeprefix(_EXPERT)] = value
        elif value is not None:
            enterprise[fact.name] = _exchanged(fact, value)
    if experts:
        enterprise["expert_points"] = experts
    reports: dict[str, dict[str, Any]] = {}
    for back in range(1, YEARS_CARRIED + 1):
        told = {fact: row.get(year_column(fact.column, back)) for fact in YEARLY_FACTS}
        known = {fact.name: _exchanged(fact, value) for fact, value in told.items() if value is not None}
        if known:
            reports[str(as_of.year - back)] = known
    held = [str(tier) for tier in Tier if row.get(f"holds_{tier}")]
    return {"as_of": as_of.isoformat(), "enterprise": enterprise, "holds": held, "reports": reports}


def _exchanged(fact: Fact, value: Any) -> Any:
    if fact.unit is Unit.DATE:
        return value.isoformat()
    scale = {Unit.CNY: 100, Unit.SHARE: 1_000_000}.get(fact.unit)
    if scale is None:
        return value
    exact = Decimal(value) / scale
    return int(exact) if exact == exact.to_integral_value() else exact


def add_json(version_id: int, text: str, *, actor: str) -> int:
    """Add cases in the format of a cases file, each with its expectation; returns how many.

    Raises
    ------
    BadFile
        Naming the case and what is wrong; nothing was added.
    """
    with transaction() as session:
        _, standard = locked_draft(session, version_id, None)
        try:
            cases = parse_cases(text if text.lstrip().startswith(("{", "[")) else "{}")
            added = [_checked(case, standard.tier, standard.standard) for case in cases]
        except CaseFileError as error:
            remedy = Text(N_("请按案例格式改正后再提交；一个案例也没有添加。"))
            raise BadFile(Text(N_("案例无法使用。")), str(error), remedy) from error
        _add(session, version_id, added, actor=actor)
        return len(added)


def _checked(case: dict[str, Any], tier: str, standard: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Name, expectation and content of a case, whose facts can be read."""
    try:
        as_of = date.fromisoformat(str(case["as_of"]))
    except ValueError as error:
        reason = f"{case['as_of']!r} is not a date such as 2026-11-22"
        raise CaseFileError(f"Case {case['id']}: {reason}.") from error
    facts_of(case, as_of)
    found = [case["expect"][key] for key in (f"{tier}@{standard}", tier) if key in case["expect"]]
    if not found or found[0].get("verdict") not in VERDICTS:
        known = ", ".join(sorted(VERDICTS))
        raise CaseFileError(f"Case {case['id']}: expect.{tier}.verdict has to be one of {known}.")
    return str(case["id"]), found[0], {key: case[key] for key in case if key not in ("id", "expect")}


def _add(
    session: Session,
    version_id: int,
    added: Sequence[tuple[str, dict[str, Any], dict[str, Any]]],
    *,
    actor: str,
) -> None:
    row, _ = locked_draft(session, version_id, None)
    taken = set(session.scalars(select(LocalStandardCase.name).filter_by(version_id=version_id)))
    if len(taken) + len(added) > MOST_CASES:
        raise BadFile(Text(N_("一个标准最多有 %(most)s 个案例。"), most=MOST_CASES))
    tier = table_of(row.content)["standard"]
    for wished, expect, case in added:
        name = _free(wished[: LONGEST_NAME - 4], taken)
        taken.add(name)
        content = {"id": name, **case, "expect": {tier: expect}}
        session.add(
            LocalStandardCase(
                version_id=version_id,
                name=name,
                expected=expect["verdict"],
                content=exact_json(content),
            )
        )
    _audit(session, version_id, "standard.cases_added", actor, names=[name for name, _, _ in added])


def exact_json(value: Any) -> str:
    """JSON in which a decimal stands as it is, to the last digit.

    >>> exact_json({"market_share": Decimal("0.10"), "holds": []})
    '{"market_share": 0.10, "holds": []}'
    """
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (
            f"{json.dumps(key, ensure_ascii=False)}: {exact_json(inner)}" for key, inner in value.items()
        )
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(exact_json, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _free(wished: str, taken: set[str]) -> str:
    names = [wished, *(f"{wished} {number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def remove_case(version_id: int, case_id: int, *, actor: str) -> None:
    """Take a case away."""
    with transaction() as session:
        locked_draft(session, version_id, None)
        row = session.scalars(select(LocalStandardCase).filter_by(id=case_id, version_id=version_id)).first()
        if row is None:
            raise NotFound(Text(N_("没有这个案例，或已被删除。")))
        _audit(session, version_id, "standard.case_removed", actor, content=row.content)
        session.delete(row)


def _audit(session: Session, version_id: int, action: str, actor: str, **after: Any) -> None:
    audit.record(
        session, actor=actor, action=action, subject_type=SUBJECT, subject_id=version_id, after=after
    )
