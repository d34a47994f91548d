from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.assessments import live_table
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.screening import run_changed, run_chosen, run_full
from enterprise_pipeline.services.whats_changed import count_changes, whats_changed
from enterprise_pipeline.transaction import transaction
from models import Candidate, Enterprise, Membership, PoolCoverage, RegistryState, ScreeningRun, db
from scoring.rulebook import load_rulebook
from scoring.screening import screen
from scoring.vocabulary import Verdict
from tests.support.small_registry import (
    AS_OF,
    GOOD_YEAR,
    add_enterprise,
    add_good_enterprise,
    add_report,
    add_sheet,
    counted_cube,
    live_rows,
    stored_cube,
)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def verdict_of(
    session: Session, firm: int, tier: str = "tech_sme", basis: str = "reported"
) -> Verdict | None:
    rows = live_rows(session, "verdict", enterprise_id=firm, tier="tech_sme", basis=basis)
    return Verdict(rows[0][0]) if rows else None


def candidates(session: Session, tier: str = "tech_sme", **where: object) -> list[Candidate]:
    session.rollback()
    query = select(Candidate).filter_by(tier=tier, **where).order_by(Candidate.id)
    return list(session.scalars(query))


def lose_the_staff(firm: int) -> None:
    """Revise last year's report so that the firm fails tech_sme."""
    with transaction() as session:
        add_report(session, firm, 2025, **(GOOD_YEAR | {"employees": 501, "version": 2}))
        mark_changed(session, [firm])


def test_a_full_run_stores_what_the_core_says_of_everybody(session):
    with transaction() as writing:
        firms = [add_good_enterprise(writing), add_enterprise(writing), add_good_enterprise(writing)]
    summary = run_full(as_of=AS_OF, chunk=2)

    rule_sets = load_rulebook().in_force(AS_OF)
    outcomes = screen(facts_as_of(session, AS_OF), rule_sets, AS_OF, projection="stored")
    names = ("verdict", "points_lo", "points_hi", "route", "n_failed", "n_missing", "results", "missing")
    for entry in rule_sets:
        stored = live_rows(session, *names, tier=entry.tier, standard=entry.standard, basis="reported")
        assert stored == outcomes.select(f"{entry.key}.{name}" for name in names).rows()
    assert (summary.enterprises, summary.assessments) == (3, 3 * len(rule_sets))
    assert {row[0] for row in live_rows(session, "enterprise_id")} == set(firms)
    assert verdict_of(session, firms[0]) is Verdict.ELIGIBLE
    assert verdict_of(session, firms[1]) is Verdict.UNDETERMINED


def test_rows_carry_what_lists_filter_by(session):
    with transaction() as writing:
        add_good_enterprise(writing, jurisdiction="gaoxin", industry_code="C3963")
        add_enterprise(writing, jurisdiction=None, industry_code=None)
    run = run_full(as_of=AS_OF)

    columns = ("jurisdiction", "industry", "holds", "as_of", "run_id", "rule_set")
    rule_set = next(e.id for e in load_rulebook().in_force(AS_OF) if e.key == "hnte")
    assert live_rows(session, *columns, tier="hnte") == [
        ("gaoxin", "C39", None, AS_OF, run.run_id, rule_set),
        ("", "", None, AS_OF, run.run_id, rule_set),
    ]


def test_an_empty_registry_is_screened_too(session):
    summary = run_full(as_of=AS_OF)
    assert (summary.enterprises, summary.assessments) == (0, 0)
    assert live_rows(session) == []
    assert run_changed(as_of=AS_OF).scope == "changed"


def test_runs_take_turns_with_the_two_tables(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    for run_number in (1, 2, 3):
        run = run_full(as_of=AS_OF)
        session.rollback()
        state = session.scalars(select(RegistryState)).one()
        assert (state.live_slot, state.live_run_id) == (run_number % 2, run.run_id)
        assert {row[0] for row in live_rows(session, "run_id")} == {run.run_id}


def test_who_has_not_reported_last_year_gets_a_forecast_beside_it(session):
    with transaction() as writing:
        late = add_good_enterprise(writing, years=(2022, 2023, 2024))
        punctual = add_good_enterprise(writing)
        add_enterprise(writing)
    run_full(as_of=AS_OF)

    assert verdict_of(session, late) is Verdict.UNDETERMINED
    assert verdict_of(session, late, basis="forecast") is Verdict.ELIGIBLE
    assert {row[0] for row in live_rows(session, "enterprise_id", basis="forecast")} == {late}
    assert verdict_of(session, punctual, basis="forecast") is None
    assert candidates(session, status="open", enterprise_id=late) == []


def test_the_cube_is_exact_after_every_kind_of_run(session):
    with transaction() as writing:
        firms = [add_good_enterprise(writing) for _ in range(4)]
        add_enterprise(writing, jurisdiction=None)
    run_full(as_of=AS_OF, chunk=2)
    assert stored_cube(session) == counted_cube(session) != {}

    lose_the_staff(firms[0])
    run_chosen(firms[:1], as_of=AS_OF)
    assert stored_cube(session) == counted_cube(session)

    with transaction() as writing:
        writing.execute(update(Enterprise).where(Enterprise.id == firms[1]).values(jurisdiction="gaoxin"))
        mark_changed(writing, [firms[1]])
        add_good_enterprise(writing, years=(2024,))
    assert run_changed(as_of=AS_OF).enterprises >= 2
    assert stored_cube(session) == counted_cube(session)
    assert sum(stored_cube(session).values()) == len(live_rows(session))

    run_full(as_of=AS_OF)
    assert stored_cube(session) == counted_cube(session)


def test_a_run_of_changes_looks_only_at_changes(session):
    with transaction() as writing:
        first, second = add_good_enterprise(writing), add_good_enterprise(writing)
    full = run_full(as_of=AS_OF)
    # The overlap that protects late writers must not make this test depend on the clock.
    with transaction() as writing:
        day_before = full_started(writing, full.run_id) - timedelta(days=1)
        writing.execute(update(Enterprise).values(changed_at=day_before))
    lose_the_staff(first)
    changed = run_changed(as_of=AS_OF)

    assert (changed.scope, changed.enterprises) == ("changed", 1)
    assert {entry.enterprise_id for entry in whats_changed(changed.run_id, scope=EVERYTHING)} == {first}
    assert verdict_of(session, first) is Verdict.NOT_ELIGIBLE
    assert {row[0] for row in live_rows(session, "run_id", enterprise_id=second)} == {full.run_id}
    assert {row[0] for row in live_rows(session, "run_id", enterprise_id=first)} == {changed.run_id}


def full_started(session: Session, run_id: int):
    return session.get_one(ScreeningRun, run_id).snapshot_at


def test_time_alone_brings_an_enterprise_back_to_be_screened(session):
    with transaction() as writing:
        young = add_good_enterprise(writing, registered_on=date(2025, 12, 1))
        writing.execute(update(Enterprise).values(changed_at=Enterprise.created_at))
    run_full(as_of=AS_OF)
    before = live_rows(session, "changes_on", enterprise_id=young, tier="hnte")[0][0]
    assert AS_OF < before <= date(2026, 12, 2)

    assert run_changed(as_of=before - timedelta(days=1)).changed == 0
    run = run_changed(as_of=before)
    assert run.scope == "changed"
    assert live_rows(session, "as_of", enterprise_id=young, tier="hnte") == [(before,)]
    assert stored_cube(session) == counted_cube(session)


def test_a_holding_that_ends_is_noticed_on_its_day(session):
    with transaction() as writing:
        firm = add_good_enterprise(writing)
        days = {
            "valid_from": date(2026, 1, 1),
            "valid_to": date(2026, 11, 30),
            "received_on": date(2026, 1, 1),
        }
        writing.add(
            Membership(enterprise_id=firm, pool_id="tech_sme", basis="decision", source="test", **days)
        )
        writing.add(
            PoolCoverage(
                pool_id="tech_sme",
                covers_from=date(2026, 1, 1),
                covers_to=date(2026, 12, 31),
                source="test",
                received_on=date(2026, 1, 1),
            )
        )
    run_full(as_of=AS_OF)
    assert live_rows(session, "holds", tier="tech_sme") == [(1,)]
    assert candidates(session, status="open") == []

    run = run_changed(as_of=date(2026, 12, 1))
    assert (run.scope, run.candidates.opened >= 1) == ("changed", True)
    assert live_rows(session, "holds", tier="tech_sme") == [(0,)]
    assert [found.cause for found in candidates(session, status="open")] in (["time"], ["data"])


@pytest.mark.parametrize("reason", ["year", "earlier day", "rules", "lists"])
def test_everybody_is_screened_again_when_the_ground_moved(session, reason):
    with transaction() as writing:
        add_good_enterprise(writing)
    run = run_full(as_of=AS_OF)
    as_of = {"year": date(2027, 1, 1), "earlier day": date(2026, 11, 1)}.get(reason, AS_OF)
    with transaction() as writing:
        if reason == "rules":
            writing.execute(update(ScreeningRun).values(rules_hash="other"))
        if reason == "lists":
            days = {"covers_from": date(2026, 1, 1), "covers_to": AS_OF, "received_on": AS_OF}
            writing.add(PoolCoverage(pool_id="hnte", source="test", **days))
    again = run_changed(as_of=as_of)
    assert (again.scope, again.run_id > run.run_id) == ("full", True)


def test_before_the_first_full_run_changes_mean_everybody(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    assert run_changed(as_of=AS_OF).scope == "full"


def test_chosen_enterprises_can_be_screened_before_any_full_run(session):
    with transaction() as writing:
        firm = add_good_enterprise(writing)
    run_chosen([firm], as_of=AS_OF)
    assert verdict_of(session, firm) is Verdict.ELIGIBLE
    assert stored_cube(session) == counted_cube(session)


def test_candidates_open_refresh_and_close_with_their_cause(session):
    with transaction() as writing:
        firm = add_good_enterprise(writing)
    run_full(as_of=AS_OF)
    [found] = candidates(session)
    assert (found.status, found.cause, found.opened_on, found.verdict) == ("open", "first", AS_OF, 3)

    lose_the_staff(firm)
    later = AS_OF + timedelta(days=3)
    assert run_chosen([firm], as_of=later).candidates.closed >= 1
    [found] = candidates(session)
    assert (found.status, found.cause, found.closed_on) == ("closed", "data", later)

    with transaction() as writing:
        add_report(writing, firm, 2025, **(GOOD_YEAR | {"version": 3}))
        mark_changed(writing, [firm])
    run_chosen([firm], as_of=later)
    assert [(found.status, found.cause) for found in candidates(session)] == [
        ("closed", "data"),
        ("open", "data"),
    ]


def test_a_candidate_found_by_other_rules_says_so(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    run_full(as_of=AS_OF)
    with transaction() as writing:
        # As if the rules of the first run had found nobody.
        for found in writing.scalars(select(Candidate)):
            writing.delete(found)
        day_before = writing.scalars(select(ScreeningRun.snapshot_at)).one() - timedelta(days=1)
        writing.execute(update(ScreeningRun).values(rules_hash="other"))
        writing.execute(update(Enterprise).values(changed_at=day_before, created_at=day_before))
    run_full(as_of=AS_OF)
    assert [found.cause for found in candidates(session)] == ["rule"]


def test_a_holder_is_no_candidate(session):
    with transaction() as writing:
        firm = add_good_enterprise(writing)
        days = {"valid_from": date(2026, 1, 1), "received_on": date(2026, 1, 1)}
        writing.add(
            Membership(enterprise_id=firm, pool_id="tech_sme", basis="decision", source="test", **days)
        )
    run_full(as_of=AS_OF)
    assert verdict_of(session, firm) is Verdict.ELIGIBLE
    assert candidates(session) == []


def test_a_run_of_choice_tells_which_verdicts_it_moved(session):
    with transaction() as writing:
        firm, other = add_good_enterprise(writing), add_good_enterprise(writing)
    run_full(as_of=AS_OF)
    lose_the_staff(firm)
    run = run_chosen([firm, other], as_of=AS_OF)

    moved = whats_changed(run.run_id, scope=EVERYTHING)
    assert len(moved) == run.changed
    [change] = [entry for entry in moved if entry.tier == "tech_sme"]
    assert (change.enterprise_id, change.before, change.after) == (
        firm,
        Verdict.ELIGIBLE,
        Verdict.NOT_ELIGIBLE,
    )
    assert change.name == session.get_one(Enterprise, firm).name
    assert sum(count.n for count in count_changes(run.run_id, scope=EVERYTHING)) == run.changed
    rest = whats_changed(run.run_id, scope=EVERYTHING, limit=1, after=(firm, "", ""))
    assert rest == moved[:1]


def test_a_new_enterprise_was_not_assessed_before(session):
    run_full(as_of=AS_OF)
    with transaction() as writing:
        firm = add_good_enterprise(writing)
    run = run_chosen([firm], as_of=AS_OF)
    assert {entry.before for entry in whats_changed(run.run_id, scope=EVERYTHING)} == {None}
    assert [found.cause for found in candidates(session)] == ["first"]


def test_what_is_known_later_counts_only_when_asked(session):
    with transaction() as writing:
        firm = add_enterprise(writing)
        add_sheet(writing, firm, received_on=AS_OF, valid_from=date(2020, 1, 1), is_industry_excluded=True)
    day = date(2025, 6, 1)
    run_full(as_of=day)
    assert verdict_of(session, firm) is Verdict.UNDETERMINED
    run_full(as_of=day, known_on=AS_OF)
    assert verdict_of(session, firm) is Verdict.NOT_ELIGIBLE


def test_the_command_screens_and_prints_counts(app, runner):
    with app.app_context(), transaction() as writing:
        add_good_enterprise(writing)
    result = runner.invoke(args=["screen", "--as-of", "2026-11-22"])
    assert result.exit_code == 0
    assert "2026-11-22: 1 enterprises screened (full)" in result.output
    assert "tech_sme@national 科技型中小企业: not_eligible 0" in result.output
    assert "eligible 1" in result.output
    again = runner.invoke(args=["screen", "--as-of", "2026-11-22", "--changed"])
    assert "screened (changed)" in again.output


def test_the_command_refuses_what_is_no_day(runner):
    result = runner.invoke(args=["screen", "--as-of", "2026-13-01"])
    assert result.exit_code == 2
    assert "2026-13-01" in result.output


def counted_rows(session: Session) -> list[tuple[object, ...]]:
    """Every live row but for the run that wrote it and its day."""
    session.rollback()
    table = live_table(session)
    columns = [column for column in table.c if column.name not in ("run_id", "as_of")]
    return sorted(session.execute(select(*columns)).all(), key=repr)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        pytest.param(date(2026, 8, 1), date(2026, 11, 22), id="ages and day gaps move"),
        pytest.param(date(2021, 8, 30), date(2021, 9, 5), id="a rule set comes into force"),
        pytest.param(date(2025, 12, 20), date(2026, 1, 5), id="a fiscal year ends"),
    ],
)
def test_a_run_of_changes_on_a_later_day_comes_to_what_a_full_run_would(session, first, then):
    with transaction() as writing:
        add_good_enterprise(writing)
        young = add_good_enterprise(writing)
        writing.get_one(Enterprise, young).registered_on = then - timedelta(days=200)
        old = add_good_enterprise(writing)
        writing.get_one(Enterprise, old).registered_on = date(2001, 5, 5)
    run_full(as_of=first)
    run_changed(as_of=then)
    by_changes = counted_rows(session)
    run_full(as_of=then)
    assert by_changes == counted_rows(session)


def test_an_edit_after_a_dated_screening_leaves_no_list_of_two_days(session):
    with transaction() as writing:
        firms = [add_good_enterprise(writing), add_good_enterprise(writing)]
    run_full(as_of=date(2020, 6, 1))
    run_chosen(firms[:1], as_of=AS_OF)
    session.rollback()
    table = live_table(session)
    assert set(session.scalars(select(table.c.as_of))) == {AS_OF}
