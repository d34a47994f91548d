"""What somebody with an area sees and may do in the browser, and what their typing does not tell them."""

import re
from datetime import date
from html import unescape

import pytest
from flask.testing import FlaskClient

from enterprise_pipeline.services.accounts.rights import Role
from models import Enterprise, RoleGrant, db
from tests.support.accounts import LONG_AGO, PLACE, add_account, main_text, signed_in
from tests.support.entry import code_of, post
from tests.support.registry_rows import LONGEST_NAME, NAMES, add_certificates, add_enterprises, add_screening

OWN, ZONE, ELSEWHERE = NAMES[0], NAMES[1], NAMES[3]
ZONE_CODE = code_of(777)


@pytest.fixture
def ids(app) -> list[int]:
    """Enterprises of 420506, gaoxin, 420505, 420583 and of nobody knows where."""
    with app.app_context():
        made = add_enterprises(db.session)
        add_certificates(db.session, made)
        db.session.get_one(Enterprise, made[1]).credit_code = ZONE_CODE
        db.session.commit()
    return made


@pytest.fixture
def county(app, ids) -> FlaskClient:
    with app.app_context():
        add_account("county", Role.COUNTY_REVIEWER)
    return signed_in(app, "county")


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return unescape(main_text(answer))


def give(app, account: str, **values) -> None:
    with app.app_context():
        number = add_account(account, second_factor=False)
        for each in values["grants"]:
            grant = {"has_figures": False, "valid_from": LONG_AGO, "granted_by": "test"} | each
            db.session.add(RoleGrant(account_id=number, **grant))
        db.session.commit()


def test_a_county_sees_its_own_numbers_and_no_word_of_others(county):
    shown = text_of(county, "/")

    assert "您的范围内登记有 1 家企业" in shown
    assert "夷陵区" in shown
    assert "夷陵区各层级：现有" in shown
    for word in ("合计", "地区 ", "全市", "枝江", "猇亭", "地区未知", "最近一次导入"):
        assert word not in shown


def test_the_registry_and_the_search_lead_to_ones_own_only(county, ids):
    assert OWN[1] in text_of(county, "/enterprises")
    for address in (
        "/enterprises",
        "/enterprises?sort=newest",
        "/search?q=9142",
        "/search?q=宜昌",
        "/expiring",
    ):
        shown = text_of(county, address)
        assert not [name for _code, name, *_rest in NAMES[1:] if name in shown], address
    assert county.get(f"/search?q={ZONE_CODE}").status_code == 200
    assert county.get(f"/search?q={OWN[0]}").location == f"/enterprises/{ids[0]}"


def test_another_place_in_the_address_is_empty_and_is_not_offered(county):
    for page in ("/enterprises", "/candidates", "/questions"):
        answer = county.get(f"{page}?jurisdiction=420583")
        assert answer.status_code == 200
        assert ELSEWHERE[1] not in answer.text
        offered = answer.text.partition('<select class="form-select" id="jurisdiction"')[2].partition(
            "</select>"
        )[0]
        assert offered, page
        assert 'value="420583"' not in offered
        assert 'value="unknown"' not in offered


def test_typing_a_foreign_name_or_code_tells_that_it_exists_and_nothing_else(county, ids):
    for asked in (f"credit_code={ZONE_CODE}", f"name={ELSEWHERE[1]}"):
        told = county.get(f"/enterprises/similar?{asked}").text
        assert "本市其他辖区已有同名或同代码的企业" in told
        assert ZONE[1] not in told
        assert ELSEWHERE[0] not in told
        assert "/enterprises/" not in told
    assert OWN[1] in county.get(f"/enterprises/similar?name={OWN[1]}").text
    assert "其他辖区" not in county.get("/enterprises/similar?name=枝江晚风机械有限公司").text


def registered(client: FlaskClient, code: str, place: str):
    values = {"credit_code": code, "name": "夷陵新来有限公司", "jurisdiction": place, "confirmed": "y"}
    return post(client, "/enterprises/new", **values)


def test_a_county_registers_in_its_own_area_only(app, county):
    code = code_of(778)
    for place in ("420583", ""):
        refused = registered(county, code, place)
        assert refused.status_code == 422
        assert "夷陵新来有限公司" in refused.text
    assert registered(county, code, PLACE).status_code == 303
    taken = registered(county, ZONE_CODE, PLACE)
    assert taken.status_code == 422
    assert "其他辖区已有同代码的企业" in taken.text
    assert ZONE[1] not in taken.text
    with app.app_context():
        assert db.session.query(Enterprise).filter_by(jurisdiction=PLACE).count() == 2


def test_two_counties_and_an_enterprise_are_seen_together(app, ids):
    reviewer, filer = Role.COUNTY_REVIEWER.value, Role.ENTERPRISE_FILER.value
    give(
        app,
        "several",
        grants=[
            {"role": reviewer, "jurisdiction": PLACE},
            {"role": reviewer, "jurisdiction": "gaoxin"},
            {"role": filer, "enterprise_id": ids[2]},
        ],
    )
    shown = text_of(signed_in(app, "several"), "/enterprises")

    assert [name in shown for _code, name, *_rest in NAMES] == [True, True, True, False, False]


def test_people_of_an_enterprise_begin_at_it_and_find_nothing_else(app, ids):
    with app.app_context():
        add_account("filer", Role.ENTERPRISE_FILER, enterprise_id=ids[2])
    client = signed_in(app, "filer")

    assert client.get("/").location == f"/enterprises/{ids[2]}"
    assert client.get("/questions").status_code == 403
    ways = client.get("/help").text.partition('class="nav-list"')[2].partition("</ul>")[0]
    assert re.findall(r"<span>(.+?)</span>", ways) == ["我的企业", "规则", "帮助"]
    assert f'href="/enterprises/{ids[2]}"' in ways
    for q in ("宜昌", "9142"):
        shown = text_of(client, f"/search?q={q}")
        assert [name in shown for _code, name, *_rest in NAMES] == [False, False, True, False, False]
    assert LONGEST_NAME in text_of(client, "/enterprises")


def test_people_of_several_enterprises_begin_at_the_list_of_them(app, ids):
    filer = Role.ENTERPRISE_FILER.value
    give(app, "group", grants=[{"role": filer, "enterprise_id": ids[number]} for number in (1, 2)])

    assert signed_in(app, "group").get("/").location == "/enterprises"


def test_a_role_that_ends_while_its_holder_works_counts_from_the_next_request(app, county):
    assert county.get("/enterprises").status_code == 200
    with app.app_context():
        db.session.query(RoleGrant).update({"valid_to": date(2021, 1, 1)})
        db.session.commit()

    for address in (
        "/",
        "/enterprises",
        "/candidates",
        "/candidates/export.csv",
        "/search?q=9142",
        "/coverage",
    ):
        assert county.get(address).status_code in (403, 303), address


def test_a_county_without_enterprises_is_told_why_its_lists_are_empty(app, ids):
    with app.app_context():
        add_screening(db.session)
        db.session.commit()
    give(app, "empty", grants=[{"role": Role.COUNTY_REVIEWER.value, "jurisdiction": "420527"}])
    client = signed_in(app, "empty")

    for address in ("/", "/candidates"):
        shown = text_of(client, address)
        assert "您的范围内还没有企业" in shown
        assert "去登记" in shown
