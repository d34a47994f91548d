"""Who drafts and who approves are the accounts that do it, whatever a form says."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.transaction import reading, transaction
from models import LocalStandardVersion
from tests.support.accounts import add_accounts, signed_in
from tests.support.entry import hidden
from tests.support.standards import sound

LEADS = (("lead.wang", Role.CITY_LEAD), ("lead.zhao", Role.CITY_LEAD))
DAY = "2027-01-01"


def send(client: FlaskClient, address: str, **fields: str):
    page = client.get(address).text
    found = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    told = {"csrf_token": hidden(page, "csrf_token")} | ({"seen": found[1]} if found else {})
    return client.post(address, data=told | fields, content_type="multipart/form-data")


def stored(app: Flask) -> LocalStandardVersion:
    with app.app_context():
        return reading().scalars(select(LocalStandardVersion)).one()


@pytest.fixture
def draft(app: Flask) -> int:
    """A sound draft of lead.wang."""
    add_accounts(app, LEADS)
    with app.app_context():
        number = sound()
        with transaction() as session:
            session.execute(update(LocalStandardVersion).values(editor="lead.wang"))
    return number


def test_a_draft_bears_the_account_that_begins_it(app: Flask) -> None:
    add_accounts(app, LEADS)
    wang = signed_in(app, "lead.wang")
    begun = send(
        wang, "/standards/new", tier="hnte_reserve", label="高企后备库标准", copy_of="LOCAL-HNTE-RESERVE",
        effective_from=DAY, editor="别人",
    )  # fmt: skip
    assert begun.status_code == 303
    assert stored(app).editor == "lead.wang"
    page = wang.get("/standards/new").text
    assert re.search(r'<input[^>]*id="editor"[^>]*readonly[^>]*value="lead.wang"', page)


def test_the_approver_is_who_is_signed_in_not_who_is_typed(app: Flask, draft: int) -> None:
    zhao = signed_in(app, "lead.zhao")
    done = send(zhao, f"/standards/{draft}/publish", effective_from=DAY, editor="甲", approver="乙")
    assert done.status_code == 303, done.text
    version = stored(app)
    assert (version.editor, version.approver) == ("lead.wang", "lead.zhao")


def test_nobody_approves_their_own_draft_under_another_name(app: Flask, draft: int) -> None:
    wang = signed_in(app, "lead.wang")
    refused = send(wang, f"/standards/{draft}/publish", effective_from=DAY, approver="lead.zhao")
    assert refused.status_code == 422
    assert "审批人不能是起草人本人" in refused.text
    assert stored(app).state == "draft"


def test_who_changed_a_draft_of_somebody_else_does_not_approve_it(app: Flask, draft: int) -> None:
    zhao = signed_in(app, "lead.zhao")
    head = {"label": "改过的名字", "document": "宜科发〔2026〕12号", "title": "改过的标题"}
    page = zhao.get(f"/standards/{draft}/head").text
    values = dict(re.findall(r'<input[^>]*name="([a-z_]+)"[^>]*value="([^"]*)"', page))
    changed = zhao.post(f"/standards/{draft}/head", data=values | head, content_type="multipart/form-data")
    assert changed.status_code == 303, changed.text
    refused = send(zhao, f"/standards/{draft}/publish", effective_from=DAY)
    assert refused.status_code == 422
    assert "您起草或修改过这份草稿" in refused.text


def test_the_database_refuses_one_account_for_both(app: Flask, draft: int) -> None:
    with app.app_context(), pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(LocalStandardVersion).values(approver="lead.wang"))


def test_who_withdraws_is_who_is_signed_in(app: Flask, draft: int) -> None:
    zhao = signed_in(app, "lead.zhao")
    send(zhao, f"/standards/{draft}/publish", effective_from=DAY)
    page = zhao.get(f"/standards/{draft}").text
    told = {"csrf_token": hidden(page, "csrf_token"), "by": "别人", "reason": "条件写错了"}
    assert zhao.post(f"/standards/{draft}/withdraw", data=told).status_code == 303
    assert stored(app).withdrawn_by == "lead.zhao"


def test_a_draft_shows_to_those_who_write_standards_only(app: Flask, draft: int) -> None:
    add_accounts(app, (("county.li", Role.COUNTY_REVIEWER),))
    lead, county = signed_in(app, "lead.wang"), signed_in(app, "county.li")
    for address in (f"/standards/{draft}", f"/standards/{draft}/rule.toml"):
        assert (lead.get(address).status_code, county.get(address).status_code) == (200, 404)
    assert f"/standards/{draft}" in lead.get("/standards").text
    assert f"/standards/{draft}" not in county.get("/standards").text

    send(signed_in(app, "lead.zhao"), f"/standards/{draft}/publish", effective_from=DAY)
    assert county.get(f"/standards/{draft}").status_code == 200
