"""Forms check shape, say what is wrong, and hand over values that services can use as they are."""

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from forms.certificate import CertificateForm
from forms.contact import ContactForm
from forms.enterprise import EnterpriseEditForm, EnterpriseForm
from forms.fact_fields import CHOICE_NAMES, show_money_in
from forms.facts import GROUPS as SHEET_GROUPS
from forms.facts import SHEET_FACTS, SheetForm, answer_form
from forms.figures import GROUPS as FIGURE_GROUPS
from forms.figures import FiguresForm
from scoring.vocabulary import FACTS, YEARLY_FACTS

GOOD = {"received_on": "2026-11-22", "source": "企业自报", "unit": "wan"}


def figures(**typed: str) -> FiguresForm:
    return FiguresForm(MultiDict(GOOD | typed))


@pytest.mark.parametrize(
    ("groups", "facts"),
    [(FIGURE_GROUPS, YEARLY_FACTS), (SHEET_GROUPS, SHEET_FACTS)],
    ids=["figures", "sheet"],
)
def test_every_fact_has_one_place_on_its_sheet(groups, facts):
    placed = [column for _title, columns in groups for column in columns]

    assert sorted(placed) == sorted(fact.column for fact in facts)


def test_every_code_of_the_vocabulary_has_a_name():
    assert {code for fact in FACTS.values() for code in fact.choices} <= CHOICE_NAMES.keys()


def test_a_sheet_of_figures_becomes_columns_in_fen_with_blank_as_unknown():
    form = figures(revenue_fen="1,234.56", employees="35", rd_expense_fen="")

    assert form.validate(), form.errors
    values = form.cleaned()
    assert values["revenue_fen"] == 1_234_560_000
    assert values["employees"] == 35
    assert values["rd_expense_fen"] is None
    assert values.keys() == {fact.column for fact in YEARLY_FACTS}


def test_the_unit_of_the_sheet_decides_what_a_number_means():
    assert figures(unit="yuan", revenue_fen="100").validate()
    in_yuan = figures(unit="yuan", revenue_fen="100")
    in_yuan.validate()

    assert in_yuan.revenue_fen.data == 10_000


def test_an_unknown_unit_is_refused():
    form = figures(unit="dollars", revenue_fen="1")

    assert not form.validate()
    assert "dollars" in form.unit.errors[0]


def test_only_signed_facts_may_be_negative():
    form = figures(net_profit_fen="-5", revenue_fen="-5")

    assert not form.validate()
    assert form.net_profit_fen.data == -5_000_000
    assert "不能为负数" in form.revenue_fen.errors[0]
    assert form.errors.keys() == {"revenue_fen"}


def test_what_was_typed_stays_in_the_field_when_it_cannot_be_read():
    form = figures(revenue_fen="三千")
    form.validate()

    assert 'value="三千"' in form.revenue_fen()


@pytest.mark.parametrize(("unit", "shown"), [("wan", "123.456789"), ("yuan", "1234567.89")])
def test_stored_money_is_shown_in_the_unit_of_the_sheet_without_loss(unit, shown):
    form = FiguresForm(data={"revenue_fen": 123_456_789})
    show_money_in(form, unit)

    assert f'value="{shown}"' in form.revenue_fen()


def test_a_day_of_receipt_must_be_told():
    form = figures(received_on="")

    assert not form.validate()
    assert form.received_on.errors == ["请填写收到这份数据的日期，例如 2026-11-22。"]


def test_messages_can_be_said_in_another_language():
    class Loud:
        def gettext(self, string: str) -> str:
            return f"<{string}>"

    form = FiguresForm(MultiDict(GOOD | {"source": "x" * 81}), meta={"translations": Loud()})

    form.validate()
    assert form.source.errors[0].startswith("<最多 80")


@pytest.mark.parametrize(("typed", "value"), [("yes", True), ("no", False), ("", None)])
def test_a_flag_is_yes_no_or_unknown(typed, value):
    form = SheetForm(MultiDict(GOOD | {"valid_from": "2026-01-01", "is_resident": typed}))

    assert form.validate(), form.errors
    assert form.is_resident.data is value
    assert f'<option selected value="{typed}">' in form.is_resident()


def test_a_flag_that_is_neither_is_refused_by_name():
    form = SheetForm(MultiDict(GOOD | {"valid_from": "2026-01-01", "is_resident": "maybe"}))

    assert not form.validate()
    assert "maybe" in form.is_resident.errors[0]


@pytest.mark.parametrize(("stored", "option"), [(True, "yes"), (False, "no"), (None, "")])
def test_a_stored_flag_is_shown_as_its_choice(stored, option):
    assert f'<option selected value="{option}">' in SheetForm(data={"is_resident": stored}).is_resident()


def test_a_choice_is_one_of_the_vocabulary_or_unknown():
    good = SheetForm(MultiDict(GOOD | {"valid_from": "2026-01-01", "rd_org_level": "city"}))
    bad = SheetForm(MultiDict(GOOD | {"valid_from": "2026-01-01", "rd_org_level": "galactic"}))

    assert good.validate()
    assert good.rd_org_level.data == "city"
    assert not bad.validate()


def test_answers_are_asked_for_known_columns_only():
    form = answer_form(
        ["revenue_fen_y1", "class1_ip", "holds_hnte", "issued_on_7", "__class__", "revenue_fen_y9"]
    )(MultiDict(GOOD | {"revenue_fen_y1": "5", "class1_ip": "", "issued_on_7": "2019-11-15"}))

    assert form.validate(), form.errors
    assert form.answers == ("revenue_fen_y1", "class1_ip")
    assert form.issue_days == {7: "issued_on_7"}
    assert form.cleaned() == {
        "revenue_fen_y1": 5_000_000,
        "class1_ip": None,
        "issued_on_7": date(2019, 11, 15),
    }


def enterprise(**typed: str) -> EnterpriseForm:
    form = EnterpriseForm(MultiDict({"credit_code": "91420500309804832J", "name": "甲有限公司"} | typed))
    form.division_code.offer([("420505", "猇亭区")])
    form.jurisdiction.offer([("gaoxin", "高新区")])
    form.hitech_field.offer([("405", "精细化学品")])
    return form


def test_a_registration_is_tidied():
    form = enterprise(
        credit_code=" ９１４２０５００ 309804832j ", name=" 甲有限公司 ", industry_code="c2614", address=" "
    )

    assert form.validate(), form.errors
    values = form.cleaned()
    assert (values["credit_code"], values["name"]) == ("91420500309804832J", "甲有限公司")
    assert (values["industry_code"], values["address"], values["division_code"]) == ("C2614", None, None)
    assert "confirmed" not in values


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("credit_code", ""),
        ("name", "  "),
        ("name", "甲\n公司"),
        ("name", "长" * 201),
        ("industry_code", "化工"),
        ("industry_code", "C26145"),
        ("division_code", "110000"),
        ("jurisdiction", "elsewhere"),
        ("registered_on", "去年"),
    ],
)
def test_a_registration_that_cannot_be_is_refused_at_its_field(field, typed):
    form = enterprise(**{field: typed})

    assert not form.validate()
    assert form.errors.keys() == {field}


def test_steering_fields_of_an_edit_are_no_facts():
    form = EnterpriseEditForm(MultiDict({"credit_code": "x", "name": "y", "version": "3", "seen": "{}"}))

    assert form.name_change.data == "renamed"
    assert not {"version", "seen", "renamed_on", "name_change", "confirmed"} & form.cleaned().keys()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"phone": "0717-6256000"}, set()),
        ({"email": "a@example.com"}, set()),
        ({}, {"phone"}),
        ({"phone": "打给我"}, {"phone"}),
        ({"phone": "0717", "email": "nowhere"}, {"phone", "email"}),
    ],
)
def test_a_contact_can_be_reached(typed, wrong):
    form = ContactForm(MultiDict({"role": "申报联系人", "name": "张三"} | typed))

    assert form.validate() is (not wrong)
    assert form.errors.keys() == wrong


def certificate(**typed: str) -> CertificateForm:
    known = {"pool_id": "hnte", "number": "gr201942001291", "received_on": "2026-11-22", "source": "证书原件"}
    return CertificateForm(MultiDict(known | typed))


def test_a_certificate_needs_no_day_of_issue():
    form = certificate()

    assert form.validate(), form.errors
    values = form.cleaned()
    assert (values["number"], values["issued_on"], values["issued_year"]) == ("GR201942001291", None, None)
    assert values.keys() >= {"pool_id", "expires_on", "revoked_on", "received_on", "source"}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"pool_id": ""}, "pool_id"),
        ({"pool_id": "hnte_reserve"}, "pool_id"),
        ({"number": " "}, "number"),
        ({"issued_year": "19"}, "issued_year"),
        ({"issued_on": "2019-11-15", "issued_year": "2020"}, "issued_year"),
        ({"issued_on": "2019-11-15", "expires_on": "2018-01-01"}, "expires_on"),
        ({"issued_on": "2019-11-15", "revoked_on": "2018-01-01"}, "revoked_on"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused_at_its_field(typed, wrong):
    form = certificate(**typed)

    assert not form.validate()
    assert form.errors.keys() == {wrong}
