"""The pages of rehearsals: start, watch, filter, export, and every way in which that can go wrong."""

import io
from collections.abc import Iterator

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from enterprise_pipeline.transaction import transaction
from enterprise_pipeline.web.rehearsals import running_rehearsals
from models import AuditEvent, Rehearsal, db
from tests.support.changed_rules import fewer_employees
from tests.support.entry import hidden
from tests.support.small_registry import AS_OF, add_good_enterprise

DAY = AS_OF.isoformat()


@pytest.fixture
def app(database_url, make_app) -> Iterator[Flask]:
    built = make_app(database_url, today=AS_OF)
    with built.app_context(), transaction() as session:
        for number, place in enumerate(("420505", "420505", "420583", None)):
            add_good_enterprise(session, name=f"受影响企业{number}有限公司", jurisdiction=place)
    yield built
    for thread in running_rehearsals():
        thread.join(timeout=60)


def token_of(client: FlaskClient, address: str) -> str:
    """The token that a page's forms carry."""
    return hidden(client.get(address).get_data(as_text=True), "csrf_token")


def start(client: FlaskClient, content: bytes, **fields: str) -> TestResponse:
    """Hand a rule file in, as the form does."""
    data = {"as_of": DAY, "file": (io.BytesIO(content), "tech_sme.toml"), **fields}
    data["csrf_token"] = token_of(client, "/rules/rehearsals")
    return client.post("/rules/rehearsals", data=data)


def finished(client: FlaskClient, content: bytes) -> str:
    """The address of a rehearsal that has come to its end."""
    answer = start(client, content)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    for thread in running_rehearsals():
        thread.join(timeout=60)
    return answer.location


def test_from_a_file_to_whom_it_touches(client):
    address = finished(client, fewer_employees(99))
    page = client.get(address)
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Refresh" not in page.headers
    assert "已完成" in text
    assert "受影响企业0有限公司" in text
    assert "职工总数超出 1 人" in text
    assert "收紧：职工总数" in text
    only = client.get(f"{address}?place=420583&kind=loses").get_data(as_text=True)
    assert "受影响企业2有限公司" in only
    assert "受影响企业0有限公司" not in only
    assert "受影响企业3有限公司" in client.get(f"{address}?place=unknown").get_data(as_text=True)


def test_the_export_holds_exactly_the_filtered_rows_and_says_what_it_is(client, app):
    address = finished(client, fewer_employees(99))
    with client.get(f"{address}/export.xlsx?place=420505") as answer:
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
    listed, about = book.worksheets
    rows = list(listed.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == ["受影响企业0有限公司", "受影响企业1有限公司"]
    assert rows[1][3:7] == ("不再符合", "符合", "不符合", "收紧：职工总数")
    told = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    assert told["按哪一天的情况"] == DAY
    assert "归口" in str(told["筛选"])
    assert "TSME-2017" in str(told["新标准"])
    assert told["导出人"] == "local"
    with app.app_context():
        actions = db.session.scalars(select(AuditEvent.action)).all()
    assert "rehearsal.exported" in actions


def test_a_running_rehearsal_shows_how_far_it_is_and_refreshes(client, app):
    address = finished(client, fewer_employees(99))
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Rehearsal)).one()
        row.status, row.done = "running", 2
    page = client.get(address)
    assert page.headers["Refresh"] == "2"
    assert "已比较 2 家，共 4 家" in page.get_data(as_text=True)
    token = token_of(client, address)
    stopped = client.post(f"{address}/cancel", data={"csrf_token": token}, follow_redirects=True)
    assert "已停止" in stopped.get_data(as_text=True)
    with app.app_context(), transaction() as session:
        row = session.scalars(select(Rehearsal)).one()
        row.done, row.cursor = 4, 2**40
    client.post(f"{address}/resume", data={"csrf_token": token})
    for thread in running_rehearsals():
        thread.join(timeout=60)
    assert "已完成" in client.get(address).get_data(as_text=True)
    deleted = client.post(f"{address}/delete", data={"csrf_token": token}, follow_redirects=True)
    assert "还没有预演过" in deleted.get_data(as_text=True)


def test_a_bad_file_is_refused_with_place_and_reason_and_the_form_is_kept(client):
    bad = fewer_employees(99).replace(b'fact = "employees"', b'fact = "staff"')
    answer = start(client, bad, standard="national")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "rule_sets[0].criteria[1].fact" in text
    assert "staff" in text
    assert 'value="national"' in text
    assert "还没有预演过" in text


@pytest.mark.parametrize(
    ("fields", "told"),
    [({"as_of": ""}, "请填写日期"), ({"as_of": "soon"}, "日期无法识别"), ({"basis": "guess"}, "guess")],
)
def test_a_form_that_cannot_be_used_is_kept_with_the_reason(client, fields, told):
    answer = start(client, fewer_employees(99), **fields)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_no_file_and_an_unchanged_file_are_refused(client):
    token = token_of(client, "/rules/rehearsals")
    answer = client.post("/rules/rehearsals", data={"as_of": DAY, "csrf_token": token})
    assert answer.status_code == 422
    assert "请选择要预演的规则文件" in answer.get_data(as_text=True)
    same = start(client, fewer_employees(500))
    assert same.status_code == 422
    assert "没有任何改动" in same.get_data(as_text=True)


def test_two_rule_sets_are_rehearsed_from_the_page_that_compares_them(client):
    offer = client.get("/rules/rehearsals?old=LEAD-HB-2021&new=LEAD-HB-2021-INCL").get_data(as_text=True)
    assert 'name="old" value="LEAD-HB-2021"' in offer
    token = token_of(client, "/rules/rehearsals")
    data = {"old": "LEAD-HB-2021", "new": "LEAD-HB-2021-INCL", "as_of": DAY, "csrf_token": token}
    answer = client.post("/rules/rehearsals", data=data)
    assert answer.status_code == 303
    for thread in running_rehearsals():
        thread.join(timeout=60)
    compared = client.get("/rules/compare?old=LEAD-HB-2021&new=LEAD-HB-2021-INCL").get_data(as_text=True)
    assert f"{DAY} 的预演" in compared
    assert client.get("/rules/rehearsals?old=NOPE&new=TSME-2017").status_code == 404
    unknown = client.post("/rules/rehearsals", data={**data, "old": "TSME-2017"})
    assert unknown.status_code == 422
    assert "同一层级" in unknown.get_data(as_text=True)


def test_a_version_that_is_not_there_is_told_in_the_form(client):
    token = token_of(client, "/rules/rehearsals")
    answer = client.post("/rules/rehearsals", data={"version": "77", "as_of": DAY, "csrf_token": token})
    assert answer.status_code == 422
    assert "没有这个版本" in answer.get_data(as_text=True)


def test_addresses_that_mean_nothing_are_refused_in_words(client):
    address = finished(client, fewer_employees(99))
    for query in ("kind=wins", "place=110000", "after=sure", "criterion=none", "cursor=x-y", "cursor=1"):
        answer = client.get(f"{address}?{query}")
        assert answer.status_code == 422, query
        assert query.partition("=")[2] in answer.get_data(as_text=True)
    assert client.get("/rules/rehearsals/999").status_code == 404
    assert client.post(f"{address}/cancel").status_code == 400, "without a token"


def test_a_file_with_a_hostile_name_is_only_shown(client):
    data = {
        "as_of": DAY,
        "file": (io.BytesIO(fewer_employees(99)), "<script>alert(1)</script>" + "长" * 300 + ".toml"),
        "csrf_token": token_of(client, "/rules/rehearsals"),
    }
    answer = client.post("/rules/rehearsals", data=data)
    for thread in running_rehearsals():
        thread.join(timeout=60)
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in client.get("/rules/rehearsals").get_data(as_text=True)
