"""Administrators open accounts, give and end roles, hand over links, lock and unlock."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from enterprise_pipeline.services.accounts.rights import Role
from models import Account, AuditEvent, Enterprise, RoleGrant, db
from tests.support.accounts import PASSWORD, add_account, code_at, main_text, sign_in, signed_in
from tests.support.entry import post, token_of
from tests.support.registry_rows import add_enterprises

TODAY = {"valid_from": "2026-01-01"}


@pytest.fixture
def admin(app):
    """A browser in which an administrator is signed in."""
    with app.app_context():
        add_enterprises(db.session)
        add_account("admin.wang", Role.ADMINISTRATOR)
    return signed_in(app, "admin.wang")


def invite(client, username: str = "li.hua", role: Role = Role.CITY_LEAD, **more):
    values = {"username": username, "display_name": "李华", "role": str(role)} | TODAY | more
    return post(client, "/accounts/new", **values)


def account(app, username: str) -> Account:
    with app.app_context():
        return db.session.query(Account).filter_by(username=username).one()


def grants(app, username: str) -> list[RoleGrant]:
    with app.app_context():
        return list(
            db.session.query(RoleGrant).filter_by(account_id=account(app, username).id).order_by(RoleGrant.id)
        )


def test_an_account_is_opened_and_its_owner_sets_the_password_with_the_printed_link(app, admin):
    made = invite(admin)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    link = re.search(r'class="link-text">http://localhost(/password/[^<]+)<', made.text)[1]
    assert "尚未设置密码" in main_text(admin.get("/accounts"))

    owner = app.test_client()
    assert sign_in(owner, "li.hua").status_code == 422
    assert post(owner, link, password=PASSWORD, again=PASSWORD).status_code == 303
    assert sign_in(owner, "li.hua").status_code == 303
    assert owner.get("/candidates").status_code == 200


def test_a_link_made_under_a_name_that_others_can_open_has_no_warning(app):
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], hosts=("pipeline.example",))
    with app.app_context():
        add_account("admin.wang", Role.ADMINISTRATOR)
    client, there = app.test_client(), "http://pipeline.example"

    def send(path: str, **typed: str):
        token = token_of(client.get("/help", base_url=there).text)
        return client.post(path, data=typed | {"csrf_token": token}, base_url=there)

    send("/login", username="admin.wang", password=PASSWORD)
    send("/login/code", code=code_at())
    made = send("/accounts/new", username="li.hua", display_name="李华", role="city_lead", **TODAY)
    assert "http://pipeline.example/password/" in made.text
    assert "只能在本机打开" not in made.text


def test_a_link_that_leads_to_this_machine_only_is_said_to(admin):
    assert "只能在本机打开" in invite(admin).text


@pytest.mark.parametrize(
    ("values", "field", "word"),
    [
        ({"username": "admin_wang"}, "username", "看起来太像"),
        ({"username": "ADMIN.WANG"}, "username", "已有人使用"),
        ({"username": "аdmin"}, "username", "U+0430"),
        ({"role": ""}, "role", "请选择角色"),
        ({"role": "emperor"}, "role", "没有“emperor”这个选项"),
        ({"role": "county_reviewer"}, "jurisdiction", "请选择这个角色管哪个县市区或园区"),
        ({"role": "county_reviewer", "jurisdiction": "110000"}, "jurisdiction", "没有“110000”这个选项"),
        ({"role": "enterprise_filer"}, "credit_code", "请填写企业的统一社会信用代码"),
        ({"role": "enterprise_head", "credit_code": "91420500MA00000000"}, "credit_code", "登记册里没有"),
        ({"role": "evaluator"}, "valid_to", "必须有截止日期"),
        ({"valid_to": "2025-12-31"}, "valid_to", "早于起始日期"),
        ({"valid_from": ""}, "valid_from", "请填写起始日期"),
        ({"valid_from": "soon"}, "valid_from", "日期无法识别"),
        ({"display_name": ""}, "display_name", "请填写姓名"),
    ],
)
def test_what_cannot_be_opened_is_refused_at_its_field_and_keeps_what_was_typed(
    app, admin, values, field, word
):
    refused = invite(admin, **values)

    assert refused.status_code == 422
    found = re.search(rf'id="{field}-error">(.*?)</p>', refused.text, re.DOTALL)
    assert found is not None
    assert word in found[1]
    typed = {"username": "li.hua", "display_name": "李华"} | values
    assert not typed["display_name"] or f'value="{typed["display_name"]}"' in refused.text
    with app.app_context():
        assert db.session.query(Account).count() == 1


def test_a_role_is_kept_to_its_place_and_days(app, admin):
    invite(admin, "li.hua", Role.COUNTY_REVIEWER, jurisdiction="gaoxin", valid_to="2027-01-31")
    invite(admin, "zhao", Role.EVALUATOR, valid_to="2027-01-31", has_figures="y", jurisdiction="gaoxin")
    with app.app_context():
        code, number = db.session.execute(select(Enterprise.credit_code, Enterprise.id)).first()
    invite(admin, "qian", Role.ENTERPRISE_FILER, credit_code=f" {code.lower()} ", has_figures="y")

    (county,), (evaluator,), (filer,) = (grants(app, name) for name in ("li.hua", "zhao", "qian"))
    assert (county.jurisdiction, county.valid_to, county.has_figures) == ("gaoxin", date(2027, 1, 31), False)
    assert (evaluator.jurisdiction, evaluator.has_figures) == (None, True)
    assert (filer.enterprise_id, filer.jurisdiction, filer.has_figures) == (number, None, False)


def test_a_further_role_is_given_and_the_same_one_twice_is_refused(app, admin):
    invite(admin, "li.hua", Role.COUNTY_REVIEWER, jurisdiction="gaoxin")
    page = f"/accounts/{account(app, 'li.hua').id}"

    more = TODAY | {"role": "county_reviewer", "jurisdiction": "420506"}
    assert post(admin, f"{page}/roles", **more).status_code == 303
    twice = post(admin, f"{page}/roles", **more)
    assert twice.status_code == 422
    assert "已有同样的角色" in twice.text
    assert "夷陵区" in main_text(admin.get(page))
    assert {grant.jurisdiction for grant in grants(app, "li.hua")} == {"gaoxin", "420506"}


def test_taking_a_role_away_ends_the_holders_sessions_while_they_work(app, admin):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD)
    holder = signed_in(app, "li.hua")
    (given,) = grants(app, "li.hua")

    assert post(admin, f"/accounts/{number}/roles/{given.id}/end").status_code == 303
    assert holder.get("/candidates").status_code == 303
    assert sign_in(holder, "li.hua").status_code == 303
    assert holder.get("/candidates").status_code == 403
    assert "收回" in main_text(admin.get(f"/accounts/{number}")), "what was given stays on record"
    assert post(admin, f"/accounts/{number}/roles/{given.id}/end").status_code == 404


def test_what_hits_somebody_at_once_is_asked_first_and_its_reason_kept(app, admin):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD, display_name="李华", second_factor=True)
    (given,) = grants(app, "li.hua")
    page = f"/accounts/{number}"

    def reasons() -> list[str]:
        with app.app_context():
            events = db.session.query(AuditEvent).filter_by(actor="admin.wang").order_by(AuditEvent.id)
            return [event.after["reason"] for event in events if event.after and "reason" in event.after]

    with_reason = ["second-factor/remove", "lock", f"roles/{given.id}/end"]
    for act in ("sessions/end", *with_reason):
        asked = main_text(admin.get(f"{page}/{act}"))
        assert all(word in asked for word in ("李华", "li.hua", "市级负责人", "立即生效")), act
    assert reasons() == []
    for act in with_reason:
        assert f'href="{page}/{act}"' in admin.get(page).text
        assert post(admin, f"{page}/{act}", reason=act).status_code == 303
    assert reasons() == with_reason
    assert admin.get(f"{page}/roles/{given.id}/end").status_code == 404
    assert post(admin, f"{page}/lock", reason="x" * 201).status_code == 422


def test_a_role_is_only_taken_from_the_account_that_has_it(app, admin):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD)
        other = add_account("zhao", Role.CITY_LEAD)
    (given,) = grants(app, "li.hua")

    assert post(admin, f"/accounts/{other}/roles/{given.id}/end").status_code == 404
    assert grants(app, "li.hua")[0].revoked_at is None


def test_a_locked_account_is_out_and_its_link_dead_until_it_is_unlocked(app, admin):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD)
    holder = signed_in(app, "li.hua")
    post(admin, f"/accounts/{number}/link")

    assert post(admin, f"/accounts/{number}/lock").status_code == 303
    assert holder.get("/account").status_code == 303
    assert sign_in(holder, "li.hua").status_code == 422
    assert "已锁定" in main_text(admin.get(f"/accounts/{number}"))
    assert "有效至" not in main_text(admin.get(f"/accounts/{number}"))
    assert post(admin, f"/accounts/{number}/unlock").status_code == 303
    assert sign_in(holder, "li.hua").status_code == 303


def test_somebody_who_tried_too_often_is_let_in_by_an_administrator(app, admin):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD)
    client = app.test_client()
    for _try in range(5):
        sign_in(client, "li.hua", "wrong password")

    assert "尝试次数过多" in main_text(admin.get(f"/accounts/{number}"))
    post(admin, f"/accounts/{number}/unlock")
    assert "尝试次数过多" not in main_text(admin.get(f"/accounts/{number}"))
    assert sign_in(client, "li.hua").status_code == 303


def test_the_last_administrator_stays(app, admin):
    number, (given,) = account(app, "admin.wang").id, grants(app, "admin.wang")

    for path in (f"/accounts/{number}/roles/{given.id}/end", f"/accounts/{number}/lock"):
        refused = post(admin, path)
        assert refused.status_code == 422
        assert "最后一位系统管理员" in refused.text
    assert admin.get("/accounts").status_code == 200
    with app.app_context():
        add_account("admin.zhao", Role.ADMINISTRATOR)
    assert post(admin, f"/accounts/{number}/lock").status_code == 303


def test_a_lost_telephone_is_replaced_through_an_administrator(app, admin):
    with app.app_context():
        number = add_account("li.hua", Role.CITY_LEAD, second_factor=True)
    holder = signed_in(app, "li.hua")

    assert post(admin, f"/accounts/{number}/second-factor/remove").status_code == 303
    assert holder.get("/account").status_code == 303
    assert sign_in(holder, "li.hua").location == "/begin"


def test_accounts_are_found_by_name(app, admin):
    with app.app_context():
        add_account("li.hua", Role.CITY_LEAD, display_name="李华")
        add_account("zhao", Role.CITY_LEAD, display_name="赵%强")

    assert "赵%强" not in main_text(admin.get("/accounts?q=李"))
    assert "李华" in main_text(admin.get("/accounts?q=LI.H"))
    assert "李华" not in main_text(admin.get("/accounts?q=%25"))
    assert "没有这样的账号" in admin.get("/accounts?q=nobody").text


def test_what_administrators_do_is_kept_with_name_before_and_after(app, admin):
    invite(admin, "li.hua", Role.COUNTY_REVIEWER, jurisdiction="gaoxin")
    number, (given,) = account(app, "li.hua").id, grants(app, "li.hua")
    post(admin, f"/accounts/{number}/roles/{given.id}/end")

    with app.app_context():
        events = db.session.query(AuditEvent).filter_by(subject_type="account", subject_id=str(number))
        kept = {event.action: event for event in events}
    assert {event.actor for event in kept.values()} == {"admin.wang"}
    assert kept["role.given"].after["jurisdiction"] == "宜昌高新区"
    assert kept["role.ended"].before["role"] == "county_reviewer"
    assert {"account.created", "reset_link.made"} <= set(kept)


def test_an_account_that_is_not_there_is_said_in_words(admin):
    assert "没有编号为 999 的账号" in admin.get("/accounts/999").text
    for path in ("link", "lock", "unlock", "roles/1/end", "second-factor/remove", "sessions/end"):
        assert post(admin, f"/accounts/999/{path}").status_code == 404, path


def test_the_table_of_roles_tells_every_right(admin):
    page = main_text(admin.get("/accounts/roles"))

    for word in ("系统管理员", "企业负责人", "查看财务数据", "逐个指定"):
        assert word in page


def test_nobody_is_offered_to_turn_off_what_their_role_needs(app, admin):
    with app.app_context():
        add_account("zhao", Role.CITY_REVIEWER, second_factor=True)

    assert "您的角色必须启用动态验证码" in main_text(admin.get("/account"))
    assert "/account/second-factor/remove" not in admin.get("/account").text
    assert "/account/second-factor/remove" in signed_in(app, "zhao").get("/account").text
    codes = post(admin, "/account/recovery-codes", current=PASSWORD).text
    assert "data-print" in codes
    assert 'class="letter-foot"' in codes
