"""Evidence with a clock: until when what met a criterion still counts."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from scoring.evidence import MOVING, STANDING, Clock, Evidence, anniversary, earliest, evidence_of, lasting
from scoring.explain import Explanation, Outcome, explain
from scoring.facts import SCHEMA
from scoring.rulebook import load_rulebook
from scoring.screening import screen
from scoring.vocabulary import CriterionResult
from tests.unit.scoring.test_explain import PLAIN, TODAY

YEAR_END = date(2026, 12, 31)


def explained(key: str, *, as_of: date = TODAY, **changes: Any) -> Explanation:
    row = pl.DataFrame([{**PLAIN, **changes}], schema=SCHEMA)
    found = explain(row, load_rulebook().in_force(as_of), as_of)
    return next(one for one in found if one.rule_set.key == key)


def outcome(explanation: Explanation, criterion: str) -> Outcome:
    return next(one for one in explanation.outcomes if one.criterion.id == criterion)


@pytest.mark.parametrize(
    ("as_of", "until"),
    [
        (date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
@pytest.mark.parametrize("criterion", ["tech_staff_ratio", "rd_ratio"])
def test_figures_of_last_year_and_of_three_years_count_until_the_year_ends(criterion, as_of, until):
    found = outcome(explained("hnte", as_of=as_of), criterion)

    assert found.result is CriterionResult.MET
    assert (found.valid_until, found.evidence.clock) == (until, Clock.FISCAL_YEAR)


def test_a_certificate_counts_until_its_last_day():
    told = explained("gazelle_reserve", holds_hnte=True, holds_hnte_until=date(2027, 3, 1))

    found = outcome(told, "holds_hnte")
    assert (found.valid_until, found.evidence.clock) == (date(2027, 3, 1), Clock.CERTIFICATE)


def test_a_certificate_without_a_known_end_has_no_last_day_and_says_why():
    found = outcome(explained("gazelle_reserve", holds_hnte=True, holds_hnte_until=None), "holds_hnte")

    assert found.result is CriterionResult.MET
    assert found.valid_until is None
    assert found.evidence.clock is Clock.CERTIFICATE


def test_not_to_hold_a_title_is_not_evidence_that_lapses():
    assert outcome(explained("hnte_reserve"), "not_holding").evidence == STANDING


@pytest.mark.parametrize(
    ("registered", "last_day"),
    [
        (date(2011, 11, 22), date(2026, 11, 22)),
        (date(2011, 11, 23), date(2026, 11, 23)),
        (date(2012, 2, 29), date(2027, 2, 28)),
        (date(2024, 2, 29), date(2039, 2, 28)),
    ],
)
def test_an_age_counts_until_the_anniversary(registered, last_day):
    found = outcome(explained("gazelle", registered_on=registered), "age_max")

    assert found.result is CriterionResult.MET
    assert (found.valid_until, found.evidence.clock) == (last_day, Clock.AGE)
    assert found.changes_on == last_day + timedelta(days=1)


def test_being_old_enough_never_lapses():
    assert outcome(explained("hnte"), "age").evidence == STANDING


def test_the_leap_day_comes_back_only_in_leap_years():
    assert anniversary(date(2012, 2, 29), 4) == date(2016, 2, 29)
    assert anniversary(date(2012, 2, 29), 3) == date(2015, 2, 28)


def test_what_is_not_met_or_unknown_has_no_evidence():
    told = explained("hnte", tech_staff_y1=9, hitech_income_fen_y1=None)

    assert outcome(told, "tech_staff_ratio").evidence is None
    assert outcome(told, "hitech_income_share").evidence is None


def test_points_lapse_with_their_figures_and_move_with_their_windows():
    found = outcome(
        explained("hnte", expert_intellectual_property=20, expert_organisation=20), "innovation_points"
    )

    assert found.result is CriterionResult.MET
    assert (found.valid_until, found.evidence.moves) == (YEAR_END, True)


def test_a_window_has_an_end_that_nobody_told():
    told = explained("tech_sme", national_award_top3_5y=True)

    found = outcome(told, "points_min")
    assert found.result is CriterionResult.NOT_APPLICABLE
    assert found.evidence == MOVING


def test_the_direct_route_lasts_as_long_as_its_longest_door():
    told = explained(
        "tech_sme", holds_hnte=True, holds_hnte_until=date(2027, 3, 1), national_award_top3_5y=True
    )

    assert outcome(told, "points_min").valid_until == date(2027, 3, 1)
    lasting_door = explained(
        "tech_sme", holds_hnte=True, holds_hnte_until=date(2027, 3, 1), has_provincial_rd_org=True
    )
    assert outcome(lasting_door, "points_min").evidence == STANDING


def test_either_of_two_is_enough_and_lasts_with_the_one_that_is_met():
    assert outcome(explained("hnte_reserve"), "ip_count").evidence == STANDING


def test_a_tier_lapses_with_its_first_evidence():
    told = explained("gazelle_reserve", holds_hnte=True, holds_hnte_until=date(2026, 12, 30))
    assert (told.valid_until, told.lapses_first.criterion.id) == (date(2026, 12, 30), "holds_hnte")

    later = explained("gazelle_reserve", holds_hnte=True, holds_hnte_until=date(2027, 1, 1))
    assert later.valid_until == YEAR_END


def test_several_inputs_lapse_with_the_earliest_and_alternatives_with_the_latest():
    soon = Evidence(clock=Clock.CERTIFICATE, until=date(2026, 12, 30))
    late = Evidence(clock=Clock.FISCAL_YEAR, until=YEAR_END)

    assert earliest([late, soon, STANDING]) == soon
    assert earliest([late, MOVING]) == Evidence(clock=Clock.FISCAL_YEAR, until=YEAR_END, moves=True)
    assert earliest([STANDING, MOVING]) == MOVING
    assert earliest([]) == STANDING
    assert lasting([soon, late]) == late
    assert lasting([soon, STANDING]) == STANDING
    assert lasting([soon, MOVING]) == soon
    assert lasting([MOVING]) == MOVING


def test_evidence_of_a_year_is_gone_the_day_after_its_last_day():
    """The clock says what screening says: a year later the same figures are not last year's any more."""
    after = YEAR_END + timedelta(days=1)
    frame = pl.DataFrame([{**PLAIN, "tech_staff_y1": None, "employees_y1": None}], schema=SCHEMA)

    row = screen(frame, load_rulebook().in_force(after), after, projection="detail").row(0, named=True)

    assert row["hnte.tech_staff_ratio.result"] == CriterionResult.UNKNOWN


@pytest.mark.parametrize("rule_set", load_rulebook().rule_sets, ids=lambda entry: entry.id)
def test_every_word_of_every_rule_file_has_a_clock(rule_set):
    """Also for an enterprise of which everything is known, and for one of which nothing is."""
    full = {name: _some(dtype) for name, dtype in SCHEMA.items()}
    for row in (full, dict.fromkeys(SCHEMA)):
        for criterion in rule_set.criteria:
            found = evidence_of(rule_set, criterion, row, TODAY)
            assert found.clock in Clock
            assert found.until is None or found.clock in (Clock.FISCAL_YEAR, Clock.CERTIFICATE, Clock.AGE)


def _some(dtype: Any) -> Any:
    return {pl.Int64: 7, pl.Boolean: True, pl.Date: date(2026, 12, 1), pl.String: "C2614"}[dtype]
