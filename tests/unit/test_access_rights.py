"""What roles let do where: each right only as far as the role that gives it."""

from datetime import date

import pytest

from enterprise_pipeline.services.accounts.devices import address_block, browser_of, system_of
from enterprise_pipeline.services.accounts.identity import ANONYMOUS, LOCAL, Access, Grant
from enterprise_pipeline.services.accounts.rights import RIGHT_NAMES, ROLES, Reach, Right, Role
from enterprise_pipeline.services.accounts.scope import EVERYTHING, NOTHING

DAY = date(2026, 11, 22)


def grant(role: Role, **values) -> Grant:
    defaults = {
        "id": 1, "jurisdiction": None, "enterprise_id": None, "has_figures": False,
        "valid_from": DAY, "valid_to": None,
    }  # fmt: skip
    return Grant(role=role, **(defaults | values))


def access(*grants: Grant, **values) -> Access:
    return Access(actor="somebody", account_id=1, grants=grants, **values)


def test_every_role_and_right_has_its_words():
    assert set(ROLES) == set(Role)
    assert set(RIGHT_NAMES) == set(Right)


def test_only_administrators_manage_accounts_and_they_neither_decide_nor_see_figures():
    managing = {role for role, rule in ROLES.items() if Right.MANAGE_ACCOUNTS in rule.rights}

    assert managing == {Role.ADMINISTRATOR}
    assert not ROLES[Role.ADMINISTRATOR].rights & {Right.FIGURES, Right.EDIT, Right.DECIDE, Right.CONFIRM}
    assert ROLES[Role.ADMINISTRATOR].needs_second_factor


def test_an_evaluator_only_reads_and_must_end():
    assert ROLES[Role.EVALUATOR].rights == {Right.VIEW}
    assert ROLES[Role.EVALUATOR].must_end
    assert grant(Role.EVALUATOR, has_figures=True).rights == {Right.VIEW, Right.FIGURES}
    assert Right.FIGURES not in grant(Role.ADMINISTRATOR, has_figures=True).rights


def test_whoever_reaches_a_part_never_has_a_right_over_the_whole():
    whole = {Right.IMPORT, Right.MANAGE_ACCOUNTS, Right.MANAGE_RULES, Right.VIEW_AUDIT, Right.CONFIRM}
    for rule in ROLES.values():
        if rule.reach is not Reach.EVERYWHERE:
            assert not rule.rights & whole, rule.name


@pytest.mark.parametrize(
    ("values", "day", "counts"),
    [
        ({"valid_from": date(2026, 11, 23)}, DAY, False),
        ({"valid_from": DAY}, DAY, True),
        ({"valid_to": DAY}, DAY, True),
        ({"valid_to": DAY}, date(2026, 11, 23), False),
        ({}, date(2099, 1, 1), True),
    ],
)
def test_a_role_counts_from_its_first_to_its_last_day(values, day, counts):
    assert grant(Role.CITY_LEAD, **values).is_valid(day) is counts


def test_nobody_may_do_nothing_and_the_local_person_everything():
    assert ANONYMOUS.rights == frozenset()
    assert not ANONYMOUS.has(Right.VIEW)
    assert ANONYMOUS.scope(Right.VIEW) == NOTHING
    assert LOCAL.rights == frozenset(Right)
    assert LOCAL.scope(Right.EDIT) == EVERYTHING


def test_a_right_reaches_as_far_as_the_role_that_gives_it():
    both = access(
        grant(Role.EVALUATOR), grant(Role.COUNTY_REVIEWER, jurisdiction="420506"),
        grant(Role.COUNTY_REVIEWER, jurisdiction="gaoxin"),
    )  # fmt: skip

    assert both.scope(Right.VIEW).is_everything
    assert both.scope(Right.EDIT).jurisdictions == {"420506", "gaoxin"}
    assert both.scope(Right.IMPORT) == NOTHING


def test_figures_are_seen_only_where_every_part_of_the_area_has_them():
    county = grant(Role.COUNTY_REVIEWER, jurisdiction="420506")

    assert access(county).scope(Right.VIEW).may_see_figures
    assert not access(grant(Role.EVALUATOR), county).scope(Right.VIEW).may_see_figures
    assert access(grant(Role.EVALUATOR), county).scope(Right.VIEW, Right.FIGURES).jurisdictions == {"420506"}
    assert access(grant(Role.EVALUATOR, has_figures=True), county).scope(Right.VIEW).may_see_figures


def test_two_roles_do_not_add_up_to_a_right_that_neither_gives():
    both = access(grant(Role.ADMINISTRATOR), grant(Role.COUNTY_REVIEWER, jurisdiction="420506"))

    assert both.has(Right.MANAGE_ACCOUNTS)
    assert both.has(Right.EDIT)
    assert not both.has(Right.MANAGE_ACCOUNTS, Right.EDIT)


def test_a_role_of_one_enterprise_reaches_only_that():
    mine = access(grant(Role.ENTERPRISE_HEAD, enterprise_id=7)).scope(Right.VIEW)

    assert mine.covers(enterprise_id=7, jurisdiction=None)
    assert not mine.covers(enterprise_id=8, jurisdiction=None)
    assert not NOTHING.covers(enterprise_id=7, jurisdiction=None)


def test_only_a_missing_second_factor_that_a_role_needs_must_be_set_up():
    administrator = grant(Role.ADMINISTRATOR)

    assert access(administrator).must_enrol
    assert not access(administrator, has_second_factor=True).must_enrol
    assert not access(grant(Role.CITY_LEAD)).must_enrol


@pytest.mark.parametrize(
    ("words", "browser", "system"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/131.0 Safari/537.36 Edg/131.0", "Edge", "Windows"),
        (
            "Mozilla/5.0 (iPhone; like Mac OS X) Version/18 Safari/604.1",
            "Safari",
            "iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Firefox/133.0", "Firefox", "Linux"),
        ("curl/8.0", "", ""),
        ("", "", ""),
    ],
)
def test_a_device_is_told_in_two_words(words, browser, system):
    assert (browser_of(words), system_of(words)) == (browser, system)


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "unknown"),
        ("no address", "unknown"),
    ],
)
def test_tries_are_counted_by_the_address_that_one_home_or_office_has(address, block):
    assert address_block(address) == block
