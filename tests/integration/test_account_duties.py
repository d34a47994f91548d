"""Who runs the accounts does no other work, and two of them cannot leave a registry without anybody."""

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest

from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts import administration, duties
from enterprise_pipeline.services.accounts.administration import NewGrant
from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.errors import FieldConflict, ServiceError
from enterprise_pipeline.transaction import reading
from models import AuditEvent, RoleGrant, db
from tests.support.accounts import PASSWORD, PLACE, add_account, sign_in, signed_in
from tests.support.entry import post

TODAY = date(2026, 11, 22)


def give(account_id: int, role: Role, *, actor: str = "admin.wang", **more) -> None:
    more = {"valid_from": TODAY} | more
    administration.give_role(account_id, NewGrant(role=role, **more), actor=actor, now=clock.now())


def grant_of(account_id: int) -> RoleGrant:
    return db.session.query(RoleGrant).filter_by(account_id=account_id).one()


def test_an_administrator_cannot_make_themselves_city_lead(app):
    with app.app_context():
        number = add_account("admin.wang", Role.ADMINISTRATOR)
    admin = signed_in(app, "admin.wang")

    wanted = {"role": "evaluator", "valid_from": "2026-01-01", "valid_to": "2099-01-01"}
    refused = post(admin, f"/accounts/{number}/roles", **wanted)
    assert refused.status_code == 422
    assert "不能给自己分配角色" in refused.text
    with app.app_context():
        assert grant_of(number).role == Role.ADMINISTRATOR


@pytest.mark.parametrize(
    ("role", "more"),
    [
        (Role.CITY_LEAD, {}),
        (Role.CITY_REVIEWER, {}),
        (Role.COUNTY_REVIEWER, {"jurisdiction": PLACE}),
        (Role.EVALUATOR, {"valid_to": TODAY + timedelta(days=9), "has_figures": True}),
    ],
)
def test_one_account_never_both_runs_the_accounts_and_sees_figures_or_decides(app, role, more):
    with app.app_context():
        runs, works = add_account("admin.zhao", Role.ADMINISTRATOR), add_account("li.hua")
        give(works, role, **more)
        for account_id, added, values in ((runs, role, more), (works, Role.ADMINISTRATOR, {})):
            with pytest.raises(FieldConflict, match="不能同时看财务数据或审核"):
                give(account_id, added, **values)


def test_roles_that_follow_each_other_or_see_no_figures_go_with_running_the_accounts(app):
    with app.app_context():
        runs, works = add_account("admin.zhao", Role.ADMINISTRATOR), add_account("li.hua")
        give(runs, Role.EVALUATOR, valid_to=TODAY)
        give(works, Role.CITY_LEAD, valid_to=TODAY)
        with pytest.raises(FieldConflict):
            give(works, Role.ADMINISTRATOR, valid_from=TODAY)
        give(works, Role.ADMINISTRATOR, valid_from=TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    ("password", "days", "is_enough"), [(True, 31, True), (True, 30, False), (False, 31, False)]
)
def test_an_administrator_who_leaves_within_30_days_or_has_no_password_is_not_left_alone(
    app, password, days, is_enough
):
    with app.app_context():
        first = add_account("admin.wang", Role.ADMINISTRATOR)
        more = {} if password else {"password_hash": None}
        other = add_account("admin.zhao", Role.ADMINISTRATOR, **more)
        grant_of(other).valid_to = TODAY + timedelta(days=days)
        db.session.commit()
        if is_enough:
            administration.lock(first, actor="admin.zhao", today=TODAY, now=clock.now())
            assert duties.strength(reading(), TODAY) == 2
        else:
            with pytest.raises(ServiceError, match="最后一位系统管理员"):
                administration.lock(first, actor="admin.zhao", today=TODAY, now=clock.now())


def test_an_administrator_who_leaves_soon_still_locks_others(app):
    with app.app_context():
        leaves, other = add_account("admin.wang", Role.ADMINISTRATOR), add_account("li.hua", Role.CITY_LEAD)
        grant_of(leaves).valid_to = TODAY
        db.session.commit()
        administration.lock(other, actor="admin.wang", today=TODAY, now=clock.now())
        with pytest.raises(ServiceError, match="最后一位系统管理员"):
            administration.lock(leaves, actor="admin.wang", today=TODAY, now=clock.now())


def test_two_administrators_cannot_remove_each_other(app):
    """Both at once: exactly one of them succeeds."""
    with app.app_context():
        pair = [add_account(name, Role.ADMINISTRATOR) for name in ("admin.wang", "admin.zhao")]
        grants = [grant_of(number).id for number in pair]
    for _round in range(3):
        start, refused = Barrier(2), []

        def remove(place: int, start: Barrier = start, refused: list[int] = refused) -> None:
            with app.app_context():
                start.wait()
                try:
                    administration.end_role(
                        pair[place], grants[place], actor="other", today=TODAY, now=clock.now()
                    )
                except ServiceError:
                    refused.append(place)

        threads = [Thread(target=remove, args=(place,)) for place in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        with app.app_context():
            assert duties.strength(reading(), TODAY) == 2
            db.session.query(RoleGrant).update({"revoked_at": None})
            db.session.commit()


def test_a_wait_after_wrong_tries_leaves_one_entry_and_a_single_wrong_try_none(app, client):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD)
    counted = []
    for _try in range(7):
        sign_in(client, "li.hua", "wrong password")
        sign_in(client, "nobody", "wrong password")
        with app.app_context():
            counted.append(db.session.query(AuditEvent).filter_by(action="account.wait_began").count())

    assert counted == [0, 0, 0, 0, 1, 1, 1], "the tries that are refused meanwhile leave nothing"
    with app.app_context():
        (noted,) = db.session.query(AuditEvent).filter_by(action="account.wait_began")
        assert (noted.subject_type, noted.subject_id, noted.actor) == ("account", str(number), "system")
        assert noted.after["address"] == "127.0.0.1"


def test_a_wait_after_wrong_codes_leaves_an_entry(app, client):
    with app.app_context():
        add_account("admin.wang", Role.ADMINISTRATOR)
    post(client, "/login", username="admin.wang", password=PASSWORD)
    for _try in range(5):
        post(client, "/login/code", code="not a code")
    with app.app_context():
        (noted,) = db.session.query(AuditEvent).filter_by(action="account.wait_began")
        assert noted.after["tried"] == "second_factor"
