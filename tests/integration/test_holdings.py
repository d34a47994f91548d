from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.facts import facts_as_of
from models import Certificate, Membership, PoolCoverage, db
from tests.support.small_registry import AS_OF, add_enterprise

YES, NO, UNKNOWN = True, False, None


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def certify(session: Session, firm: int, pool: str = "hnte", **values: Any) -> None:
    defaults = {"number": "X1", "received_on": date(2020, 1, 1), "source": "test"}
    session.add(Certificate(enterprise_id=firm, pool_id=pool, **(defaults | values)))
    session.flush()


def cover(session: Session, pool: str = "hnte") -> None:
    days = {"covers_from": date(2010, 1, 1), "covers_to": date(2030, 1, 1)}
    session.add(PoolCoverage(pool_id=pool, source="test", received_on=date(2015, 1, 1), **days))
    session.flush()


def held(
    session: Session, as_of: date, tier: str = "hnte", **options: Any
) -> tuple[bool | None, date | None]:
    frame = facts_as_of(session, as_of, **options)
    return frame[f"holds_{tier}"][0], frame[f"holds_{tier}_until"][0]


def test_without_a_complete_list_nobody_is_known_not_to_hold(session):
    add_enterprise(session)
    assert held(session, AS_OF) == (UNKNOWN, None)


def test_a_complete_list_of_that_day_makes_the_absent_known(session):
    add_enterprise(session)
    cover(session)
    assert held(session, AS_OF) == (NO, None)
    assert held(session, date(2031, 1, 1)) == (UNKNOWN, None)
    assert held(session, date(2014, 1, 1)) == (UNKNOWN, None), "the list was not received yet"


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2019, 11, 14), NO),
        (date(2019, 11, 15), YES),
        (date(2022, 11, 14), YES),
        (date(2022, 11, 15), NO),
    ],
)
def test_a_certificate_lasts_until_the_day_before_its_third_anniversary(session, as_of, expected):
    certify(session, add_enterprise(session), issued_on=date(2019, 11, 15), received_on=date(2019, 1, 1))
    cover(session)
    until = date(2022, 11, 14) if expected else None
    assert held(session, as_of) == (expected, until)


@pytest.mark.parametrize(
    ("issued_on", "until"),
    [
        (date(2020, 2, 29), date(2023, 2, 28)),
        (date(2021, 3, 1), date(2024, 2, 29)),
        (date(2021, 1, 1), date(2023, 12, 31)),
    ],
)
def test_three_years_end_right_around_leap_days(session, issued_on, until):
    certify(session, add_enterprise(session), issued_on=issued_on)
    assert held(session, date(2022, 6, 1)) == (YES, until)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2017, 12, 31), NO),
        (date(2018, 6, 1), UNKNOWN),
        (date(2018, 12, 31), YES),
        (date(2020, 12, 31), YES),
        (date(2021, 1, 1), UNKNOWN),
        (date(2021, 12, 30), UNKNOWN),
        (date(2021, 12, 31), NO),
    ],
)
def test_a_certificate_of_which_only_the_year_is_known(session, as_of, expected):
    certify(session, add_enterprise(session), issued_year=2018)
    cover(session)
    assert held(session, as_of, known_on=AS_OF) == (expected, None)


def test_a_year_is_read_from_the_number_when_nothing_else_tells_it(session):
    certify(session, add_enterprise(session), number="GR201842001654")
    assert held(session, date(2020, 6, 1))[0] is YES
    assert held(session, date(2021, 6, 1))[0] is UNKNOWN


def test_what_was_received_had_been_issued_before(session):
    firm = add_enterprise(session)
    certify(session, firm, issued_year=2024, received_on=date(2024, 9, 1))
    assert held(session, date(2024, 10, 1))[0] is YES
    assert held(session, date(2027, 9, 1))[0] is UNKNOWN
    cover(session)
    assert held(session, date(2027, 9, 1))[0] is NO, "issued on 2024-09-01 at the latest"


def test_an_ended_certificate_alone_does_not_say_that_there_is_no_newer_one(session):
    certify(session, add_enterprise(session), issued_on=date(2019, 11, 15))
    assert held(session, AS_OF) == (UNKNOWN, None)


def test_a_printed_end_counts_more_than_the_rule(session):
    certify(session, add_enterprise(session), issued_on=date(2024, 1, 1), expires_on=date(2026, 12, 31))
    assert held(session, AS_OF, known_on=AS_OF) == (YES, date(2026, 12, 31))


def test_a_revoked_certificate_ends_on_the_day_before(session):
    certify(session, add_enterprise(session), issued_on=date(2024, 1, 1), revoked_on=date(2025, 5, 5))
    cover(session)
    assert held(session, date(2025, 5, 4)) == (YES, date(2025, 5, 4))
    assert held(session, date(2025, 5, 5)) == (NO, None)


def test_a_tech_sme_number_lives_until_the_end_of_its_year(session):
    certify(session, add_enterprise(session), "tech_sme", number="202642050508001234")
    assert held(session, AS_OF, "tech_sme") == (YES, date(2026, 12, 31))
    cover(session, "tech_sme")
    assert held(session, date(2027, 1, 1), "tech_sme") == (NO, None)


def test_of_two_certificates_the_valid_one_decides(session):
    firm = add_enterprise(session)
    certify(session, firm, number="A", issued_on=date(2019, 1, 1))
    certify(session, firm, number="B", issued_on=date(2025, 1, 1))
    assert held(session, AS_OF) == (YES, date(2027, 12, 31))


def test_an_unknown_certificate_keeps_a_complete_list_from_saying_no(session):
    certify(session, add_enterprise(session), issued_year=2023, received_on=date(2024, 1, 1))
    cover(session)
    assert held(session, date(2026, 6, 1)) == (UNKNOWN, None)


def test_a_membership_holds_from_its_first_to_its_last_day(session):
    firm = add_enterprise(session)
    days = {"valid_from": date(2024, 1, 1), "valid_to": date(2024, 12, 31), "received_on": date(2024, 1, 1)}
    session.add(Membership(enterprise_id=firm, pool_id="gazelle", basis="decision", source="test", **days))
    cover(session, "gazelle")
    assert held(session, date(2023, 12, 31), "gazelle", known_on=AS_OF) == (NO, None)
    assert held(session, date(2024, 1, 1), "gazelle") == (YES, date(2024, 12, 31))
    assert held(session, date(2024, 12, 31), "gazelle") == (YES, date(2024, 12, 31))
    assert held(session, date(2025, 1, 1), "gazelle") == (NO, None)


def test_a_membership_without_a_last_day_has_no_known_end(session):
    firm = add_enterprise(session)
    days = {"valid_from": date(2024, 1, 1), "received_on": date(2024, 1, 1)}
    session.add(Membership(enterprise_id=firm, pool_id="leading", basis="decision", source="test", **days))
    assert held(session, AS_OF, "leading") == (YES, None)


def test_a_title_is_public_from_its_first_day_whenever_our_list_came(session):
    firm = add_enterprise(session)
    certify(session, firm, issued_on=date(2019, 11, 15), received_on=AS_OF)
    assert held(session, date(2020, 6, 1)) == (YES, date(2022, 11, 14))
    assert held(session, date(2019, 11, 14)) == (UNKNOWN, None)
    assert held(session, date(2023, 1, 1), known_on=date(2019, 11, 14)) == (UNKNOWN, None)


def test_a_membership_given_by_a_certificate_ends_with_the_certificate(session):
    firm = add_enterprise(session)
    certify(session, firm, pool="gazelle", issued_on=date(2019, 3, 1))
    certificate = session.scalars(select(Certificate)).one()
    days = {"valid_from": date(2019, 3, 1), "received_on": date(2020, 1, 1), "certificate_id": certificate.id}
    session.add(Membership(enterprise_id=firm, pool_id="gazelle", basis="import", source="test", **days))
    session.flush()
    assert held(session, AS_OF, "gazelle") == (UNKNOWN, None), "nothing printed says when it ends"


def test_a_revoked_title_is_not_held_on_the_day_of_revocation(session):
    firm = add_enterprise(session)
    certify(session, firm, issued_on=date(2024, 11, 15), revoked_on=date(2026, 3, 10))
    certificate = session.scalars(select(Certificate)).one()
    days = {"valid_from": date(2024, 11, 15), "valid_to": date(2026, 3, 10), "received_on": date(2025, 1, 1)}
    given = {"enterprise_id": firm, "pool_id": "hnte", "certificate_id": certificate.id, "end_reason": "撤销"}
    session.add(Membership(basis="import", source="test", **given, **days))
    session.flush()
    assert held(session, date(2026, 3, 9))[0] is YES
    assert held(session, date(2026, 3, 10))[0] is not YES
