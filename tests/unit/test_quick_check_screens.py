"""Which screen comes next, and what cannot be true together."""

from datetime import date
from itertools import pairwise

import pytest

from enterprise_pipeline.services.quick_check.answers import Answers, read_answers
from enterprise_pipeline.services.quick_check.contradictions import contradictions
from enterprise_pipeline.services.quick_check.screens import (
    BY_ID,
    SCREENS,
    asked_on,
    next_screen,
    screen_of,
)
from scoring.facts import SCHEMA
from scoring.questions import Question
from scoring.vocabulary import COLUMNS, Tier

TODAY = date(2026, 11, 22)


def question(column: str, weight: float = 1) -> Question:
    return Question(column=column, tiers=(Tier.HNTE,), weight=weight, settles=())


def test_every_fact_has_a_screen_except_what_experts_score():
    without = {name for name in COLUMNS if screen_of(name) is None}

    assert without == {
        f"expert_{part}" for part in ("intellectual_property", "transformation", "organisation", "growth")
    }


def test_there_are_five_to_ten_screens_and_no_fact_stands_on_two():
    stems = [stem for screen in SCREENS for stem in screen.stems]

    assert 5 <= len(SCREENS) <= 10
    assert len(set(stems)) == len(stems)


def test_the_screen_that_can_change_most_comes_first():
    asked = next_screen([question("class1_ip", 1), question("employees_y1", 3)], Answers())

    assert asked is not None
    assert (asked.screen.id, asked.number, asked.left) == ("people", 1, 1)


def test_who_they_are_comes_before_everything_else():
    asked = next_screen([question("employees_y1", 9), question("registered_on", 0.1)], Answers())

    assert asked is not None
    assert asked.screen.id == "basics"


def test_what_is_not_known_leaves_no_question():
    assert next_screen([question("employees_y1")], Answers(unknown=frozenset({"employees_y1"}))) is None


def test_years_are_asked_from_the_oldest():
    asked = next_screen([question(f"revenue_fen_y{back}") for back in (1, 3, 2)], Answers())

    assert asked is not None
    assert asked.columns == ("revenue_fen_y3", "revenue_fen_y2", "revenue_fen_y1")


def test_a_screen_seen_again_asks_what_it_asked_before():
    answers = Answers(
        told={"employees_y1": 5}, unknown=frozenset({"tech_staff_y1"}), path=("basics", "people")
    )

    asked = asked_on(BY_ID["people"], [], answers)

    assert asked.columns == ("employees_y1", "tech_staff_y1")
    assert asked.number == 2


def test_answers_survive_the_journey_through_a_form():
    told = {
        "registered_on": date(2016, 2, 29),
        "revenue_fen_y1": 10**14,
        "total_profit_fen_y1": -1,
        "is_resident": False,
        "market_share_ppm": 1_000_000,
        "rd_org_level": "below_city",
        "holds_hnte": True,
    }
    answers = Answers(told=told, unknown=frozenset({"employees_y1"}), path=("basics",))

    assert read_answers(answers.as_text()) == answers
    assert answers.frame().schema == SCHEMA


PARTS = [
    ({"tech_staff_y1": 10, "employees_y1": 10}, 0),
    ({"tech_staff_y1": 11, "employees_y1": 10}, 1),
    ({"tech_staff_y1": 11}, 0),
    ({"tech_staff_y1": 11, "employees_y2": 10}, 0),
    ({"rd_domestic_fen_y3": 2, "rd_expense_fen_y3": 1}, 1),
    ({"class1_ip_high_value": 3, "class1_ip": 2}, 1),
    ({"registered_on": TODAY}, 0),
    ({"registered_on": date(2026, 11, 23)}, 1),
    ({"registered_on": date(2020, 1, 1), "niche_years": 7}, 0),
    ({"registered_on": date(2020, 1, 1), "niche_years": 8}, 1),
]


@pytest.mark.parametrize(("told", "clashes"), PARTS)
def test_only_what_cannot_be_is_a_contradiction(told, clashes):
    assert len(contradictions(told, as_of=TODAY)) == clashes


def test_a_contradiction_in_money_is_told_in_yuan():
    told = {"hitech_income_fen_y1": 1_234_567_89, "total_income_fen_y1": 100_00}

    (clash,) = contradictions(told, as_of=TODAY)

    assert "¥1,234,567.89" in clash.message
    assert "¥100；" in clash.message


def test_screens_stand_in_a_fixed_order():
    places = {screen.id: place for place, screen in enumerate(SCREENS)}
    tied = [
        question(
            screen.stems[0]
            + ("_y1" if COLUMNS.get(screen.stems[0]) and COLUMNS[screen.stems[0]].yearly else "")
        )
        for screen in SCREENS
    ]
    answers, seen = Answers(), []
    while asked := next_screen(tied, answers):
        seen.append(places[asked.screen.id])
        answers = answers.with_screen(asked.screen.id, dict.fromkeys(asked.columns))

    assert all(one < other for one, other in pairwise(seen))
