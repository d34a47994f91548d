"""A rehearsal says whom a changed rule would touch, and touches nothing itself."""

from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import rehearsal, rulebooks
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.demo.build import build_demo
from enterprise_pipeline.services.errors import BadFile, NotFound, ServiceError
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.rehearsal_columns import DECISIVE, Change
from enterprise_pipeline.services.rehearsal_heads import head, latest_rehearsals, rehearsals_of_pair
from enterprise_pipeline.services.rehearsal_list import (
    ChangedEnterprise,
    RehearsalFilter,
    changed_page,
    every_changed,
    parse_filter,
)
from enterprise_pipeline.services.rehearsal_rules import Pair, pair_of_file
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.services.secret_marks import mark_secret
from enterprise_pipeline.transaction import transaction
from models import AuditEvent, Enterprise, Rehearsal, db
from scoring.explain import Explanation, explain
from scoring.vocabulary import CriterionResult, Verdict
from tests.support.changed_rules import changed_file, fewer_employees
from tests.support.small_registry import (
    AS_OF,
    GOOD_YEAR,
    add_enterprise,
    add_good_enterprise,
    add_report,
    add_sheet,
    live_rows,
    stored_cube,
)

NAME = "tech_sme.toml"


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def rehearsed(content: bytes, *, name: str = NAME, chunk: int = 2, as_of: date = AS_OF) -> int:
    """Rehearse a rule file to the end."""
    rehearsal_id = rehearsal.start_for_file(name, content, actor="t", as_of=as_of, today=AS_OF)
    rehearsal.run(rehearsal_id, chunk=chunk)
    return rehearsal_id


def changed(rehearsal_id: int) -> dict[int, ChangedEnterprise]:
    """Every changed enterprise by its id."""
    return {
        row.enterprise_id: row
        for row in every_changed(head(rehearsal_id), RehearsalFilter(), scope=EVERYTHING)
    }


def firm_with(session: Session, employees: int | None, **values: object) -> int:
    """A firm that meets everything but has so many employees; of them 30 in a hundred in science."""
    firm = add_enterprise(session, **values)
    known = add_good_facts(session, firm)
    for year in (2023, 2024, 2025):
        staff = {} if employees is None else {"employees": employees, "tech_staff": -(-employees * 3 // 10)}
        add_report(session, firm, year, **(known | {"employees": None, "tech_staff": None} | staff))
    return firm


def add_good_facts(session: Session, firm: int) -> dict[str, object]:
    add_sheet(session, firm, **GOOD_SHEET)
    return dict(GOOD_YEAR)


GOOD_SHEET = {
    "class1_ip": 3,
    "class2_ip": 10,
    "is_resident": True,
    "is_industry_excluded": False,
    "had_serious_incident": False,
    "has_bad_credit": False,
    "transformations_3y": 15,
    "national_award_top3_5y": False,
    "has_provincial_rd_org": False,
    "led_standard_5y": False,
}


def test_who_loses_is_told_at_and_just_above_the_new_limit(session):
    with transaction() as writing:
        below, at, above, unknown = (firm_with(writing, n) for n in (99, 100, 101, None))
    found = changed(rehearsed(fewer_employees(100)))
    assert set(found) == {above}
    row = found[above]
    assert (row.kind, row.before, row.after) == (Change.LOSES, Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE)
    assert [each.id for each in row.tightened] == ["employees_max"]
    assert row.eased == ()
    assert row.gap_after is not None
    assert (row.gap_after[0].id, row.gap_after[1]) == ("employees_max", 1)
    assert not {below, at, unknown} & set(found)


def test_who_gains_is_told_at_and_just_above_the_new_limit(session):
    with transaction() as writing:
        at, above = (firm_with(writing, n) for n in (600, 601))
    rehearsal_id = rehearsed(fewer_employees(600))
    found = changed(rehearsal_id)
    assert set(found) == {at}
    assert (found[at].kind, found[at].before, found[at].after) == (
        Change.GAINS,
        Verdict.NOT_ELIGIBLE,
        Verdict.ELIGIBLE,
    )
    assert [each.id for each in found[at].eased] == ["employees_max"]
    assert found[at].gap_before is not None
    assert found[at].gap_before[1] == 100
    assert above not in found


def test_no_gap_made_of_a_business_secret_leaves_in_a_file(session):
    with transaction() as writing:
        secret, other = (firm_with(writing, 602) for _ in range(2))
        beside = firm_with(writing, 602)
    mark_secret(secret, column="employees", year=2025, reason="合同约定保密", actor="t")
    mark_secret(beside, column="revenue_fen", year=None, reason="合同约定保密", actor="t")
    rehearsal_id = rehearsed(fewer_employees(602))

    in_file = changed(rehearsal_id)
    on_page = changed_page(head(rehearsal_id), RehearsalFilter(), scope=EVERYTHING).rows

    def amounts(rows: Iterable[ChangedEnterprise]) -> dict[int, object]:
        return {
            row.enterprise_id: row.gap_before and (row.gap_before[0].id, row.gap_before[1]) for row in rows
        }

    told = ("employees_max", 102)
    assert amounts(in_file.values()) == {secret: ("employees_max", None), other: told, beside: told}
    assert amounts(on_page) == dict.fromkeys((secret, other, beside), told)

    with transaction() as writing:
        writing.get_one(Rehearsal, rehearsal_id).rules_hash = "0" * 64
    in_file = changed(rehearsal_id)
    assert amounts(in_file.values()) == {
        secret: ("employees_max", None), other: told, beside: ("employees_max", None)
    }, "of rules that are others by now nothing of a marked enterprise is told"  # fmt: skip


def test_totals_by_place_and_by_criterion_are_those_of_the_rows(session):
    with transaction() as writing:
        for place in ("420505", "420505", "420583", None):
            firm_with(writing, 101, jurisdiction=place)
        firm_with(writing, 99)
    shown = head(rehearsed(fewer_employees(100)))
    assert shown.n(Change.LOSES) == 4
    assert shown.unchanged == 1
    assert (shown.done, shown.total) == (5, 5)
    assert {place: counts.get(Change.LOSES, 0) for place, counts in shown.places().items()} == {
        "420505": 2,
        "420583": 1,
        "": 1,
    }
    [(criterion, eased, tightened)] = shown.by_criterion()
    assert (criterion.id, eased, tightened) == ("employees_max", 0, 4)
    assert shown.moved(Verdict.ELIGIBLE, Verdict.NOT_ELIGIBLE) == 4


def test_a_rehearsal_leaves_lists_and_counts_as_they_are(session):
    with transaction() as writing:
        for n in (99, 101):
            firm_with(writing, n)
    run_full(as_of=AS_OF)
    before, cube = live_rows(session), stored_cube(session)
    rehearsed(fewer_employees(100))
    assert live_rows(session) == before
    assert stored_cube(session) == cube


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (NAME, (("value = 500\n", "value = 90\n"), ("value = 60\n", "value = 75\n"))),
        ("gazelle.toml", (("value = 0.15\n", "value = 0.25\n"), ("500_000_000", "900_000_000"))),
        ("leading.toml", (("5_000_000_000", "50_000_000"), ("value = 0.10\n", "value = 0.02\n"))),
    ],
    ids=["tech_sme", "gazelle", "leading"],
)
def test_everybody_comes_out_as_two_separate_explanations_say(session, name, changes):
    """An evaluator in plain Python, from two rule sets explained one by one, finds the same changes."""
    build_demo(enterprises=50, seed=5, replace=False)
    content = changed_file(name, *changes)
    found = changed(rehearsed(content, name=name, chunk=20))
    pair = pair_of_file(rulebooks.current_rulebook(), name, content, as_of=AS_OF)
    firms = session.scalars(select(Enterprise.id)).all()
    expected = {firm: kind for firm in firms if (kind := plainly(session, firm, pair)) is not None}
    assert {firm: row.kind for firm, row in found.items()} == expected
    assert len(set(expected.values())) >= 2, "This change tries too little."


def plainly(session: Session, firm: int, pair: Pair) -> Change | None:
    """What becomes of one firm, from two explanations."""
    assert pair.old is not None
    facts = facts_as_of(session, AS_OF, enterprise_ids=[firm])
    [before], [after] = (explain(facts, [entry], AS_OF) for entry in (pair.old, pair.new))
    if before.verdict is after.verdict:
        return Change.REASONS if reasons(before) != reasons(after) else None
    if after.verdict is Verdict.ELIGIBLE:
        return Change.GAINS
    if before.verdict is Verdict.ELIGIBLE:
        return Change.LOSES
    return {
        Verdict.UNDETERMINED: Change.OPENS,
        Verdict.NEEDS_JUDGEMENT: Change.JUDGED,
        Verdict.NOT_ELIGIBLE: Change.SHUT,
        Verdict.NOT_APPLICABLE: Change.LEAVES,
    }[after.verdict]


def reasons(said: Explanation) -> set[str]:
    decisive: CriterionResult | None = DECISIVE.get(said.verdict)
    return {outcome.criterion.id for outcome in said.outcomes if outcome.result is decisive}


def test_a_pair_of_known_rule_sets_is_rehearsed_and_found_again(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    rehearsal_id = rehearsal.start_for_pair(
        "LEAD-HB-2021", "LEAD-HB-2021-INCL", actor="t", as_of=AS_OF, today=AS_OF
    )
    rehearsal.run(rehearsal_id)
    [found] = rehearsals_of_pair("LEAD-HB-2021", "LEAD-HB-2021-INCL")
    assert (found.id, found.state, found.done) == (rehearsal_id, "done", 1)
    assert rehearsals_of_pair("LEAD-HB-2021-INCL", "LEAD-HB-2021") == []
    with pytest.raises(ServiceError, match="同一层级"):
        rehearsal.start_for_pair("LEAD-HB-2021", "TSME-2017", actor="t", as_of=AS_OF)
    with pytest.raises(NotFound, match="NO-SUCH"):
        rehearsal.start_for_pair("LEAD-HB-2021", "NO-SUCH", actor="t", as_of=AS_OF)


def test_a_rule_that_counts_another_tiers_failures_is_rehearsed_with_that_tier(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    content = changed_file("hnte_reserve.toml", ("value = 2\n", "value = 0\n"))
    shown = head(rehearsed(content, name="hnte_reserve.toml"))
    assert (shown.state, shown.done) == ("done", 1)


def test_a_day_without_the_rule_compares_with_no_standard(session):
    with transaction() as writing:
        firm = firm_with(writing, 50)
    content = changed_file(NAME, ("effective_from = 2017-05-03", "effective_from = 2016-01-01"))
    shown = head(rehearsed(content, as_of=date(2016, 6, 1)))
    assert shown.old is None
    assert {before for _place, before, _after, _kind, _n in shown.cells} == {Verdict.NOT_APPLICABLE}
    assert firm in changed(shown.id)


def test_a_later_year_takes_the_newest_report_unless_told_otherwise(session):
    with transaction() as writing:
        firm = firm_with(writing, 101)
    later = date(2027, 2, 1)
    forecast = rehearsed(fewer_employees(100), as_of=later)
    assert head(forecast).basis == "forecast"
    assert changed(forecast)[firm].kind is Change.LOSES
    reported = rehearsal.start_for_file(
        NAME, fewer_employees(100), actor="t", as_of=later, basis="reported", today=AS_OF
    )
    rehearsal.run(reported)
    assert firm not in changed(reported)


@pytest.mark.parametrize(
    ("content", "place", "reason"),
    [
        (b"tier = ", "odd.toml", "TOML"),
        (b'tier = "gold"', "odd.toml: tier", "gold"),
        (changed_file(NAME, ('fact = "employees"', 'fact = "staff"')), "criteria[1].fact", "“staff”"),
        (changed_file(NAME, ('id = "TSME-2017"', 'id = "HNTE-2016"')), "rule_sets.id", "用了两次"),
        (changed_file(NAME, ("default = true", "default = false")), "default", "none"),
        (fewer_employees(500), "odd.toml", "没有任何改动"),
    ],
    ids=["no toml", "no tier", "unknown fact", "taken id", "no default", "nothing changed"],
)
def test_a_file_that_cannot_be_rehearsed_is_refused_with_file_key_and_reason(session, content, place, reason):
    with pytest.raises(BadFile) as refused:
        rehearsal.start_for_file("odd.toml", content, actor="t", as_of=AS_OF)
    assert "odd.toml" in refused.value.place
    assert place in refused.value.place
    assert reason in refused.value.message
    assert latest_rehearsals() == []


def test_a_standard_that_the_file_does_not_have_is_refused(session):
    with pytest.raises(BadFile, match="silver"):
        rehearsal.start_for_file(NAME, fewer_employees(9), actor="t", as_of=AS_OF, standard="silver")


def test_rows_are_filtered_and_paged_without_gap_or_repetition(session, monkeypatch):
    monkeypatch.setattr("enterprise_pipeline.services.rehearsal_list.PAGE", 2)
    with transaction() as writing:
        losing = [firm_with(writing, 101, jurisdiction="420505") for _ in range(5)]
        firm_with(writing, 101, jurisdiction="420583")
    shown = head(rehearsed(fewer_employees(100)))
    wanted = parse_filter(shown, {"kind": "loses", "place": "420505", "criterion": "employees_max"})
    seen, after = list[int](), ""
    while True:
        page = changed_page(shown, wanted, scope=EVERYTHING, after=after)
        assert page.n == 5
        seen += [row.enterprise_id for row in page.rows]
        if page.next is None:
            break
        after = page.next
    assert seen == losing
    assert wanted.address() == {"kind": "loses", "place": "420505", "criterion": "employees_max"}
    assert parse_filter(shown, wanted.address()) == wanted


@pytest.mark.parametrize(
    "given", [{"kind": "wins"}, {"place": "110000"}, {"before": "maybe"}, {"criterion": "sales"}]
)
def test_a_filter_that_nothing_can_match_is_named(session, given):
    shown = head(rehearsed(fewer_employees(100)))
    with pytest.raises(ServiceError, match=next(iter(given.values()))):
        parse_filter(shown, given)


def test_start_cancel_and_deletion_are_in_the_audit_trail(session):
    rehearsal_id = rehearsal.start_for_file(NAME, fewer_employees(100), actor="王", as_of=AS_OF)
    rehearsal.cancel(rehearsal_id, actor="李")
    rehearsal.delete(rehearsal_id, actor="赵")
    session.rollback()
    events = session.execute(select(AuditEvent.action, AuditEvent.actor).order_by(AuditEvent.id)).all()
    assert [tuple(event) for event in events] == [
        ("rehearsal.started", "王"),
        ("rehearsal.cancelled", "李"),
        ("rehearsal.deleted", "赵"),
    ]
    assert session.scalars(select(Rehearsal)).all() == []


def test_an_empty_registry_is_rehearsed_at_once(session):
    shown = head(rehearsed(fewer_employees(100)))
    assert (shown.state, shown.done, shown.total) == ("done", 0, 0)


def test_nothing_is_rehearsed_while_rule_files_differ_from_what_was_loaded(session, monkeypatch):
    present = rulebooks.file_digests()
    monkeypatch.setattr(rulebooks, "file_digests", lambda: (*present[1:], ("gazelle.toml", "0" * 64)))
    with pytest.raises(ServiceError, match=r"gazelle\.toml"):
        rehearsal.start_for_file(NAME, fewer_employees(100), actor="t", as_of=AS_OF)
