"""Enterprises and their contacts entered by hand: registered, edited, renamed, and nobody's edit lost."""

from dataclasses import replace
from datetime import date
from threading import Thread

import pytest

from enterprise_pipeline.services import contacts, enterprises
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.contacts import ContactDetails
from enterprise_pipeline.services.credit_code import check_character
from enterprise_pipeline.services.enterprises import Registration
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.history import history
from enterprise_pipeline.services.similar import similar_enterprises
from models import AuditEvent, Enterprise, db
from tests.support.entry import code_of, hidden, post

TODAY = date(2026, 11, 22)
XINGYUE = Registration(
    credit_code="91420500309804832J",
    name="宜昌兴越新材料有限公司",
    division_code="420505",
    jurisdiction="420505",
    industry_code="C2614",
    hitech_field="405",
    registered_on=date(2014, 7, 1),
)


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


def register(registration: Registration = XINGYUE) -> int:
    return enterprises.register_enterprise(registration, scope=EVERYTHING, actor="tester", today=TODAY)


def edit(enterprise_id: int, registration: Registration, **how) -> None:
    how = {"version": enterprises.get_enterprise(enterprise_id).version} | how
    enterprises.edit_enterprise(
        enterprise_id, registration, scope=EVERYTHING, actor="tester", today=TODAY, **how
    )


def test_a_registration_is_stored_with_its_name_and_who_did_it(context):
    enterprise_id = register()

    record = enterprises.get_enterprise(enterprise_id)
    assert record.registration == XINGYUE
    assert record.former_names == ()
    assert db.session.get(Enterprise, enterprise_id).initials == "ycxyxclyxgs"
    event = db.session.scalars(db.select(AuditEvent)).one()
    assert (event.actor, event.action, event.after["name"]) == (
        "tester",
        "enterprise.registered",
        XINGYUE.name,
    )


def test_a_code_that_is_taken_is_refused_naming_its_owner(context):
    register()

    with pytest.raises(FieldConflict, match="宜昌兴越新材料有限公司") as caught:
        register(replace(XINGYUE, name="另一家有限公司"))
    assert caught.value.field == "credit_code"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("credit_code", "91420500309804832A", "校验码"),
        ("credit_code", "9.1420500309804832E+17", "Excel"),
        ("credit_code", "914205003098048", "15位"),
        ("credit_code", "9142050030980483OX", "0"),
        ("registered_on", date(2026, 11, 23), "2026-11-22"),
        ("registered_on", date(1949, 9, 30), "1949-10-01"),
        ("industry_code", "C9999", "C9999"),
        ("division_code", "110101", "110101"),
        ("jurisdiction", "nowhere", "nowhere"),
        ("hitech_field", "999", "999"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_with_the_failing_rule(context, field, value, said):
    with pytest.raises(FieldConflict) as caught:
        register(replace(XINGYUE, **{field: value}))

    assert caught.value.field == field
    assert said in str(caught.value)
    assert db.session.scalar(db.select(db.func.count(Enterprise.id))) == 0


def test_codes_of_other_registrars_with_letters_in_front_are_accepted(context):
    body = "N2420583MF0000000"  # A farmers' cooperative of Zhijiang.
    code = body + check_character(body)

    enterprise_id = register(replace(XINGYUE, credit_code=code))

    assert enterprises.get_enterprise(enterprise_id).registration.credit_code == code


def test_a_new_name_keeps_the_old_one_with_its_days(context):
    enterprise_id = register()
    edit(enterprise_id, replace(XINGYUE, name="湖北兴越集团有限公司"), renamed_on=date(2025, 3, 1))
    edit(enterprise_id, replace(XINGYUE, name="湖北兴越股份有限公司"), renamed_on=date(2026, 3, 1))

    record = enterprises.get_enterprise(enterprise_id)
    assert record.name == "湖北兴越股份有限公司"
    assert [(former.name, former.valid_from, former.valid_to) for former in record.former_names] == [
        ("湖北兴越集团有限公司", date(2025, 3, 1), date(2026, 2, 28)),
        ("宜昌兴越新材料有限公司", None, date(2025, 2, 28)),
    ]


def test_a_correction_of_the_name_leaves_no_former_name(context):
    enterprise_id = register(replace(XINGYUE, name="宜昌兴越新才料有限公司"))
    edit(enterprise_id, XINGYUE, name_change="corrected")

    record = enterprises.get_enterprise(enterprise_id)
    assert (record.name, record.former_names) == (XINGYUE.name, ())


def test_a_day_of_renaming_before_the_present_name_began_is_refused(context):
    enterprise_id = register()
    edit(enterprise_id, replace(XINGYUE, name="乙有限公司"), renamed_on=date(2025, 3, 1))

    with pytest.raises(FieldConflict) as caught:
        edit(enterprise_id, replace(XINGYUE, name="丙有限公司"), renamed_on=date(2025, 3, 1))
    assert caught.value.field == "renamed_on"
    assert enterprises.get_enterprise(enterprise_id).name == "乙有限公司"


def test_an_edit_records_what_was_there_before_and_after(context):
    enterprise_id = register()
    edit(enterprise_id, replace(XINGYUE, address="猇亭区", industry_code=None))

    assert history(enterprise_id)[0].values == {"address": (None, "猇亭区"), "industry_code": ("C2614", None)}


def test_an_edit_that_changes_nothing_leaves_no_trace(context):
    enterprise_id = register()
    edit(enterprise_id, XINGYUE)

    assert [entry.action for entry in history(enterprise_id)] == ["enterprise.registered"]


def test_an_edit_on_top_of_anothers_is_refused(context):
    enterprise_id = register()
    version = enterprises.get_enterprise(enterprise_id).version
    edit(enterprise_id, replace(XINGYUE, address="先到"))

    with pytest.raises(StaleVersion):
        edit(enterprise_id, replace(XINGYUE, address="后到"), version=version, seen=XINGYUE)
    assert enterprises.get_enterprise(enterprise_id).registration.address == "先到"


def test_figures_that_came_in_meanwhile_do_not_stop_an_edit(context):
    enterprise_id = register()
    version = enterprises.get_enterprise(enterprise_id).version
    db.session.get(Enterprise, enterprise_id).version += 1
    db.session.commit()

    edit(enterprise_id, replace(XINGYUE, address="新"), version=version, seen=XINGYUE)

    assert enterprises.get_enterprise(enterprise_id).registration.address == "新"


def test_of_two_simultaneous_edits_exactly_one_wins(context):
    enterprise_id = register()
    version = enterprises.get_enterprise(enterprise_id).version
    db.session.remove()
    outcomes: list[str] = []

    def save(address: str) -> None:
        with context.app_context():
            try:
                edit(enterprise_id, replace(XINGYUE, address=address), version=version, seen=XINGYUE)
                outcomes.append(address)
            except StaleVersion:
                outcomes.append("stale")

    threads = [Thread(target=save, args=(address,)) for address in ("一", "二", "三")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes).count("stale") == 2
    assert enterprises.get_enterprise(enterprise_id).registration.address in outcomes


def test_an_unknown_enterprise_is_not_found(context):
    with pytest.raises(NotFound, match="7"):
        enterprises.get_enterprise(7)


@pytest.mark.parametrize(
    "name",
    ["宜昌市兴越新材料有限责任公司", "宜昌兴越新材料（集团）有限公司", "湖北兴越新材料股份有限公司"],
)
def test_a_name_much_like_another_is_found(context, name):
    enterprise_id = register()

    found = similar_enterprises(credit_code="", name=name, scope=EVERYTHING)

    assert [one.id for one in found.own] == [enterprise_id]


def test_a_former_name_is_found_and_told(context):
    enterprise_id = register()
    edit(enterprise_id, replace(XINGYUE, name="丰泽化学有限公司"))

    (found,) = similar_enterprises(credit_code="", name="宜昌兴越新材料有限公司", scope=EVERYTHING).own

    assert (found.name, found.matched_name) == ("丰泽化学有限公司", XINGYUE.name)


@pytest.mark.parametrize("name", ["宜昌人福药业有限责任公司", "有限公司", "", "宜昌", "100%_"])
def test_an_unlike_name_is_not_found(context, name):
    register()

    assert not similar_enterprises(credit_code="", name=name, scope=EVERYTHING)


def test_the_same_code_comes_first_whatever_the_name(context):
    register(replace(XINGYUE, credit_code=code_of(5), name="宜昌兴越新材料科技有限公司"))
    enterprise_id = register()

    found = similar_enterprises(
        credit_code=XINGYUE.credit_code, name="宜昌兴越新材料科技有限公司", scope=EVERYTHING
    )

    assert (found.own[0].id, found.own[0].is_same_code) == (enterprise_id, True)


def test_a_place_other_than_the_codes_is_worth_a_word(context):
    there = replace(XINGYUE, credit_code=code_of(1, division="420582"), division_code="420505")

    (warning,) = enterprises.warnings_for(there)

    assert "当阳市" in warning
    assert "猇亭区" in warning
    assert enterprises.warnings_for(XINGYUE) == []


def typed(registration: Registration = XINGYUE, **more: str) -> dict[str, str]:
    values = enterprises.as_json(vars(registration))
    return {name: value or "" for name, value in values.items()} | more


def test_the_page_registers_screens_and_shows_the_enterprise(app, client):
    answer = post(client, "/enterprises/new", **typed())

    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.status_code == 200
    assert XINGYUE.name in page.text
    assert "结论变化" in page.text


def test_the_page_names_the_failing_rule_and_keeps_what_was_typed(client):
    answer = post(client, "/enterprises/new", **typed(credit_code="91420500309804832A"))

    assert answer.status_code == 422
    assert "校验码应为“J”" in answer.text
    assert 'href="#credit_code"' in answer.text
    assert XINGYUE.name in answer.text


def test_a_likely_duplicate_is_shown_before_it_is_saved(client):
    post(client, "/enterprises/new", **typed())
    twin = typed(credit_code=code_of(9), name="宜昌市兴越新材料有限责任公司")

    asked = post(client, "/enterprises/new", **twin)
    saved = post(client, "/enterprises/new", **twin, confirmed="y")

    assert (asked.status_code, saved.status_code) == (422, 303)
    assert "名称相近的企业" in asked.text
    assert XINGYUE.credit_code in asked.text


def test_while_typing_the_code_is_checked_and_duplicates_are_named(client):
    post(client, "/enterprises/new", **typed())

    wrong = client.get("/enterprises/similar?credit_code=91420500309804832A&name=")
    same = client.get("/enterprises/similar?credit_code=91420500309804832J&name=别的")
    fine = client.get(f"/enterprises/similar?credit_code={code_of(3)}&name=毫不相干有限公司")

    assert "校验码" in wrong.text
    assert "同一信用代码已登记" in same.text
    assert fine.text.strip() == ""


def test_a_lost_update_gets_a_page_that_tells_what_changed_and_saves_knowingly(app, client):
    address = post(client, "/enterprises/new", **typed()).location
    opened = client.get(f"{address}/edit").text
    mine = typed(address="后到的地址", version=hidden(opened, "version"), seen=hidden(opened, "seen"))
    theirs = typed(address="先到的地址", version=mine["version"], seen=mine["seen"])
    assert post(client, f"{address}/edit", **theirs).status_code == 303

    refused = post(client, f"{address}/edit", **mine)
    assert refused.status_code == 409
    assert "先到的地址" in refused.text
    assert "后到的地址" in refused.text
    assert "他人已改" in refused.text
    again = mine | {"version": hidden(refused.text, "version"), "seen": hidden(refused.text, "seen")}
    assert post(client, f"{address}/edit", **again).status_code == 303
    assert "后到的地址" in client.get(address).text


@pytest.mark.parametrize("broken", ["", "x", "[]", "{}", '{"name": 3, "registered_on": 5}'])
def test_a_damaged_form_never_passes_over_an_edit(client, broken):
    address = post(client, "/enterprises/new", **typed()).location

    answer = post(client, f"{address}/edit", **typed(address="新", version="x", seen=broken))

    assert answer.status_code == 409


def test_contacts_are_added_edited_and_removed_with_a_trace(context):
    enterprise_id = register()
    zhang = ContactDetails(role="申报联系人", name="张三", phone="0717-6256000")
    contact_id = contacts.add_contact(enterprise_id, zhang, actor="tester")
    seen = contacts.get_contact(enterprise_id, contact_id).updated_at
    changed = replace(zhang, email="zhang@example.com", has_consent=True)
    contacts.edit_contact(enterprise_id, contact_id, changed, seen=seen, actor="tester")

    assert [record.details for record in contacts.contacts_of(enterprise_id)] == [changed]
    contacts.remove_contact(enterprise_id, contact_id, actor="tester")
    assert contacts.contacts_of(enterprise_id) == []
    assert [entry.action for entry in history(enterprise_id)] == [
        "contact.removed",
        "contact.edited",
        "contact.added",
        "enterprise.registered",
    ]


def test_the_same_person_in_the_same_role_is_refused_once(context):
    enterprise_id = register()
    zhang = ContactDetails(role="申报联系人", name="张三", phone="1234567")
    contacts.add_contact(enterprise_id, zhang, actor="tester")

    with pytest.raises(FieldConflict, match="张三") as caught:
        contacts.add_contact(enterprise_id, zhang, actor="tester")
    assert caught.value.field == "name"


def test_an_edit_of_a_contact_on_top_of_anothers_is_refused(context):
    enterprise_id = register()
    zhang = ContactDetails(role="申报联系人", name="张三", phone="1234567")
    contact_id = contacts.add_contact(enterprise_id, zhang, actor="tester")
    seen = contacts.get_contact(enterprise_id, contact_id).updated_at
    contacts.edit_contact(enterprise_id, contact_id, replace(zhang, phone="7654321"), seen=seen, actor="a")

    with pytest.raises(StaleVersion):
        contacts.edit_contact(enterprise_id, contact_id, zhang, seen=seen, actor="b")


def test_a_contact_of_another_enterprise_is_not_found(context):
    first, second = register(), register(replace(XINGYUE, credit_code=code_of(2)))
    zhang = ContactDetails(role="申报联系人", name="张三", phone="1234567")
    contact_id = contacts.add_contact(first, zhang, actor="tester")

    with pytest.raises(NotFound):
        contacts.remove_contact(second, contact_id, actor="tester")


def test_the_contact_pages_work_from_end_to_end(client):
    address = post(client, "/enterprises/new", **typed()).location
    person = {"role": "财务负责人", "name": "李四", "phone": "0717 6256000"}

    assert post(client, f"{address}/contacts/new", **person).status_code == 303
    assert post(client, f"{address}/contacts/new", **person).status_code == 422
    assert post(client, f"{address}/contacts/new", role="", name="", phone="").status_code == 422
    form = client.get(f"{address}/contacts/1").text
    changed = person | {"name": "李五", "stamp": hidden(form, "stamp")}
    assert post(client, f"{address}/contacts/1", **changed).status_code == 303
    assert post(client, f"{address}/contacts/1", **changed).status_code == 409
    assert "李五" in client.get(address).text
    assert post(client, f"{address}/contacts/1/remove").status_code == 303
    assert "李五" not in client.get(address).text.split('id="history"')[0]


@pytest.mark.parametrize(
    "path", ["", "/edit", "/figures/2025", "/facts", "/contacts/new", "/certificates/new"]
)
@pytest.mark.parametrize("number", ["77", "99999999999999999999"])
def test_pages_of_an_enterprise_that_is_not_there_say_so(client, path, number):
    assert client.get(f"/enterprises/{number}{path}").status_code == 404
