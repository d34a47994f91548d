"""What staff found out about a question: kept with a reason, hidden until the figures change, asked again."""

from datetime import date

import pytest
from sqlalchemy import select

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.data_questions import QuestionFilter, question_page, questions_of
from models import AuditEvent, QuestionAnswer, db
from tests.support.enterprise_pages import shown, words
from tests.support.entry import code_of, post
from tests.support.small_registry import AS_OF, add_enterprise, add_report

REASON = "与企业财务核对，外聘人员未计入职工总数。"


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


@pytest.fixture
def odd(context) -> int:
    """A firm with more technical staff than staff."""
    firm = add_enterprise(db.session, credit_code=code_of(1), name="宜昌第1家")
    add_report(db.session, firm, 2025, employees=100, tech_staff=120)
    db.session.commit()
    return firm


def address(firm: int) -> str:
    (question,) = questions_of(firm, as_of=AS_OF).open
    db.session.rollback()
    return f"/questions/{firm}/{question.key}"


def answered(client, firm: int, reason: str = REASON):
    return post(client, address(firm), reason=reason)


def test_a_checked_question_is_not_asked_again_and_says_what_came_out(odd, client):
    answer = answered(client, odd)

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/enterprises/{odd}#questions")
    page = shown(client, odd)
    assert "另有 1 项已经核实" in page
    assert REASON in page
    assert "核对数据" not in page
    assert question_page(QuestionFilter(), as_of=AS_OF, scope=EVERYTHING).lines == ()


def test_it_is_asked_again_when_a_figure_changes(odd, client):
    answered(client, odd)
    add_report(db.session, odd, 2025, version=2, received_on=date(2026, 9, 1), employees=100, tech_staff=130)
    db.session.commit()

    assert len(questions_of(odd, as_of=AS_OF).open) == 1
    assert [line.id for line in question_page(QuestionFilter(), as_of=AS_OF, scope=EVERYTHING).lines] == [odd]


def test_the_same_figures_are_the_same_question_a_year_later(odd, client):
    answered(client, odd)

    assert not questions_of(odd, as_of=date(2027, 3, 1)).open
    assert len(questions_of(odd, as_of=date(2027, 3, 1)).checked) == 1


def test_it_can_be_asked_again(odd, client):
    place = address(odd)
    post(client, place, reason=REASON)

    assert post(client, f"{place}/reopen").status_code == 303
    assert post(client, f"{place}/reopen").status_code == 303
    assert len(questions_of(odd, as_of=AS_OF).open) == 1


def test_both_are_recorded_with_what_was_there_before(odd, client):
    place = address(odd)
    post(client, place, reason=REASON)
    post(client, place, reason="再次核对。")
    post(client, f"{place}/reopen")

    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    told = [(event.action, event.before, event.after) for event in events]
    assert told == [
        ("question.answered", None, {"reason": REASON}),
        ("question.answered", {"reason": REASON}, {"reason": "再次核对。"}),
        ("question.reopened", {"reason": "再次核对。"}, None),
    ]
    page = shown(client, odd)
    assert "核实数据" in page
    assert "重新提出要核实的问题" in page


@pytest.mark.parametrize("reason", ["", "   ", "长" * 201])
def test_without_a_fitting_reason_nothing_is_stored_and_nothing_typed_is_lost(odd, client, reason):
    answer = answered(client, odd, reason)

    assert answer.status_code == 422
    assert reason.strip() in answer.text
    assert db.session.scalar(select(QuestionAnswer)) is None


def test_a_question_that_is_gone_is_named(odd, client):
    place = address(odd)
    add_report(db.session, odd, 2025, version=2, received_on=date(2026, 9, 1), employees=200, tech_staff=120)
    db.session.commit()

    answer = post(client, place, reason=REASON)

    assert answer.status_code == 404
    assert "有关的数字可能已经改过" in answer.text
    assert db.session.scalar(select(QuestionAnswer)) is None


def test_the_form_shows_the_question(odd, client):
    page = words(client.get(address(odd)).text)

    assert "多于职工总数（2025 年） 100 人。哪个数字对？" in page
