"""Certificates entered by hand: how long they last, what stays unknown, and nobody's correction lost."""

from dataclasses import replace
from datetime import date

import pytest

from enterprise_pipeline.services import certificates
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.certificates import CertificateDetails, expiry_of, year_in
from enterprise_pipeline.services.enterprises import get_enterprise
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.holdings_timeline import timeline
from models import Membership, db
from tests.support.accounts import PLACE, add_account, main_text, signed_in
from tests.support.entry import hidden, post
from tests.support.registry_rows import add_enterprises
from tests.support.small_registry import AS_OF

XINGYUE = CertificateDetails(
    pool_id="hnte",
    number="GR201942001291",
    issued_on=date(2019, 11, 15),
    received_on=date(2020, 1, 10),
    source="证书原件",
)


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


@pytest.fixture
def firm(context):
    ids = add_enterprises(db.session)
    db.session.commit()
    return ids[0]


def record(enterprise_id: int, details: CertificateDetails = XINGYUE) -> int:
    return certificates.record_certificate(
        enterprise_id, details, scope=EVERYTHING, actor="tester", today=AS_OF
    )


def states(enterprise_id: int, day: date = AS_OF) -> list[tuple[str, date | None, date | None]]:
    return [(str(held.state), held.starts_on, held.ends_on) for held in timeline(enterprise_id, as_of=day)]


@pytest.mark.parametrize(
    ("pool", "number", "issued_on", "last_day"),
    [
        ("hnte", "GR201942001291", date(2019, 11, 15), date(2022, 11, 14)),
        ("hnte", "GR202442000001", date(2024, 2, 29), date(2027, 2, 28)),
        ("srdi_sme", "123", date(2023, 1, 1), date(2025, 12, 31)),
        ("hnte", "GR201942001291", None, None),
        ("tech_sme", "202542050508000123", None, date(2025, 12, 31)),
        ("tech_sme", "旧编号", date(2025, 6, 1), date(2025, 12, 31)),
        ("tech_sme", "旧编号", None, None),
        ("gazelle", "1", date(2023, 1, 1), None),
    ],
)
def test_a_certificate_lasts_as_long_as_its_rule_says(pool, number, issued_on, last_day):
    assert expiry_of(pool, number=number, issued_on=issued_on) == last_day


@pytest.mark.parametrize(
    ("number", "year"), [("GR201942001291", 2019), ("202542050508000123", 2025), ("鄂科123", None)]
)
def test_a_number_carries_its_year(number, year):
    assert year_in(number) == year


def test_the_end_of_a_certificate_is_filled_in_and_holds_by_the_same_rule_as_screening(firm):
    record(firm)

    assert states(firm) == [("ended", date(2019, 11, 15), date(2022, 11, 14))]
    assert states(firm, date(2020, 6, 1)) == [("valid", date(2019, 11, 15), date(2022, 11, 14))]
    row = facts_as_of(db.session(), date(2020, 6, 1), enterprise_ids=[firm]).row(0, named=True)
    assert (row["holds_hnte"], row["holds_hnte_until"]) == (True, date(2022, 11, 14))


@pytest.mark.parametrize(
    ("day", "state"),
    [
        pytest.param(date(2025, 6, 1), "valid", id="valid whenever in 2023 it was issued"),
        pytest.param(date(2025, 12, 31), "valid", id="the last day that is certain"),
        pytest.param(date(2026, 1, 1), "unknown", id="depends on the day of issue"),
        pytest.param(date(2026, 12, 30), "unknown", id="still valid if issued on the last day"),
        pytest.param(date(2026, 12, 31), "ended", id="ended whenever in 2023 it was issued"),
    ],
)
def test_without_a_day_of_issue_the_end_is_unknown_but_what_is_certain_is_said(firm, day, state):
    told = replace(XINGYUE, issued_on=None, number="GR202342001291", received_on=date(2025, 1, 1))
    record(firm, told)

    (held,) = timeline(firm, as_of=day)
    assert (str(held.state), held.starts_on, held.start_year, held.ends_on) == (state, None, 2023, None)
    holds = facts_as_of(db.session(), day, enterprise_ids=[firm]).row(0, named=True)["holds_hnte"]
    assert holds is (True if state == "valid" else None)


def test_nothing_is_shown_before_it_was_issued(firm):
    record(firm)

    assert timeline(firm, as_of=date(2019, 11, 14)) == []


def test_a_revoked_certificate_ends_on_that_day(firm):
    record(
        firm,
        replace(XINGYUE, issued_on=date(2025, 1, 1), number="GR202542001291", revoked_on=date(2026, 1, 1)),
    )

    assert states(firm) == [("revoked", date(2025, 1, 1), date(2026, 1, 1))]
    assert states(firm, date(2025, 6, 1)) == [("valid", date(2025, 1, 1), date(2027, 12, 31))]


def test_a_number_that_is_recorded_already_is_refused_naming_its_owner(firm):
    record(firm)

    with pytest.raises(FieldConflict, match="宜昌某某磷化工有限公司") as caught:
        record(2)
    assert caught.value.field == "number"


@pytest.mark.parametrize("field", ["issued_on", "received_on"])
def test_a_day_in_the_future_is_refused(firm, field):
    with pytest.raises(FieldConflict) as caught:
        record(firm, replace(XINGYUE, **{field: date(2026, 11, 23)}))

    assert caught.value.field == field


def test_a_correction_takes_its_membership_along_and_is_guarded(firm):
    certificate_id = record(firm)
    db.session.add(
        Membership(
            enterprise_id=firm, pool_id="hnte", valid_from=date(2019, 11, 15), valid_to=date(2022, 11, 14),
            basis="import", certificate_id=certificate_id, received_on=date(2020, 1, 10), source="名单",
        )
    )  # fmt: skip
    db.session.commit()
    seen = certificates.get_certificate(firm, certificate_id).updated_at
    moved = replace(XINGYUE, issued_on=date(2019, 12, 1))
    certificates.edit_certificate(
        firm, certificate_id, moved, scope=EVERYTHING, seen=seen, actor="tester", today=AS_OF
    )

    assert states(firm) == [("ended", date(2019, 12, 1), date(2022, 11, 30))]
    assert db.session.scalar(db.select(Membership.valid_from)) == date(2019, 12, 1)
    with pytest.raises(StaleVersion):
        certificates.edit_certificate(
            firm, certificate_id, XINGYUE, scope=EVERYTHING, seen=seen, actor="x", today=AS_OF
        )


def test_a_certificate_of_another_enterprise_is_not_found(firm):
    certificate_id = record(firm)

    with pytest.raises(NotFound):
        certificates.get_certificate(2, certificate_id)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"number": "GR201842001291"}, ["2018"]),
        ({"number": "鄂高企123"}, ["GR 加 12 位"]),
        ({"expires_on": date(2023, 1, 1)}, ["2022-11-14"]),
    ],
)
def test_what_is_unusual_about_a_certificate_is_worth_a_word(changes, said):
    found = certificates.warnings_for(replace(XINGYUE, **changes))

    assert len(found) == len(said)
    assert all(word in warning for word, warning in zip(said, found, strict=True))


def test_the_pages_record_question_and_correct(client, firm):
    address = f"/enterprises/{firm}/certificates"
    typed = {"pool_id": "hnte", "number": "GR202342000218", "received_on": "2026-11-20", "source": "名单"}

    odd = post(client, f"{address}/new", **typed | {"number": "218"})
    assert odd.status_code == 422
    assert post(client, f"{address}/new", **typed).status_code == 303
    assert post(client, f"{address}/new", **typed).status_code == 422
    page = client.get(f"/enterprises/{firm}").text
    assert "有效期未知" in page
    assert 'name="issued_on_1"' in page

    form = client.get(f"{address}/1").text
    known = typed | {"issued_on": "2023-12-20", "stamp": hidden(form, "stamp")}
    assert post(client, f"{address}/1", **known).status_code == 303
    assert post(client, f"{address}/1", **known).status_code == 409
    assert "2026-12-19" in client.get(f"/enterprises/{firm}").text
    assert client.get(f"{address}/99").status_code == 404
    assert 'selected value="gazelle"' in client.get(f"{address}/new?tier=gazelle").text


def test_a_number_of_another_county_is_refused_without_naming_its_holder(app):
    """The first enterprise is of the county reviewer's place, the second of another."""
    with app.app_context():
        own, elsewhere = add_enterprises(db.session)[:2]
        db.session.commit()
        record(elsewhere)
        theirs, mine = get_enterprise(elsewhere).registration, get_enterprise(own).registration
        assert (mine.jurisdiction == PLACE) is not (theirs.jurisdiction == PLACE)
        add_account("county", Role.COUNTY_REVIEWER)
    client = signed_in(app, "county")
    told = {"pool_id": "hnte", "source": "证书原件", "received_on": "2026-03-01", "issued_on": "2019-11-15"}
    path = f"/enterprises/{own}/certificates/new"

    refused = post(client, path, **told, number=XINGYUE.number)
    assert refused.status_code == 422
    assert "本市其他辖区已有同编号的证书，请联系市局。" in main_text(refused)
    assert theirs.name not in refused.text

    assert post(client, path, **told, number="GR201942001299").status_code == 303
    with app.app_context():
        (mine_now,) = certificates.certificates_of(own, as_of=AS_OF)
    path = f"/enterprises/{own}/certificates/{mine_now.id}"
    stamp = hidden(client.get(path).text, "stamp")
    refused = post(client, path, **told, number=XINGYUE.number, stamp=stamp)
    assert "本市其他辖区已有同编号的证书，请联系市局。" in main_text(refused)
    assert theirs.name not in refused.text
