"""Who may open what: every address, for every role, inside and outside its area."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from enterprise_pipeline.config import Settings
from enterprise_pipeline.factory import create_app
from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Right, Role
from enterprise_pipeline.web.access import UndeclaredPage, declared, public, require_declarations, rule_of
from enterprise_pipeline.web.access_rules import DECLARED, UNASKED, Audience, Cut
from enterprise_pipeline.web.blueprints import BLUEPRINTS
from models import AuditEvent, db
from tests.support.accounts import add_account, main_text, signed_in
from tests.support.entry import post
from tests.support.registry_rows import add_enterprises

INSIDE, OUTSIDE = 0, 1
ANY_NUMBER = 999_999
KNOWN = ("总览", "候选", "企业", "我的企业", "规则", "导入", "账号", "帮助")


@pytest.fixture
def enterprises(app) -> list[int]:
    """The first enterprise is in the area of every limited role, the others are not."""
    with app.app_context():
        ids = add_enterprises(db.session)
        db.session.commit()
        for role in Role:
            add_account(f"a.{role.replace('_', '.')}", role, enterprise_id=ids[INSIDE])
    return ids


def addresses(app: Flask, enterprise_id: int) -> list[tuple[str, str, str]]:
    """Every endpoint with a method and a path: of this enterprise, and otherwise of nothing that exists."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if rule.endpoint == "static":
                continue
            values: dict[str, Any] = dict.fromkeys(rule.arguments, ANY_NUMBER)
            values |= {"enterprise_id": enterprise_id} if "enterprise_id" in rule.arguments else {}
            values |= {"year": 2025} if "year" in rule.arguments else {}
            path = app.url_for(rule.endpoint, **values)
            found += [(rule.endpoint, method, path) for method in sorted(rule.methods & {"GET", "POST"})]
    return sorted(found)


def only_the_gate(app: Flask) -> None:
    """Put an empty page behind every gate, with the same declaration: the walk must not start screenings."""
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        rules = {endpoint: rule_of(endpoint) for endpoint in app.view_functions}
    for endpoint, rule in rules.items():
        view = declared(rule)(lambda **_values: "opened")
        app.view_functions[endpoint] = view


def expected(app: Flask, endpoint: str, role: Role, *, is_inside: bool) -> str:
    """What the declarations promise; worked out here from the table of roles, not by the code under test."""
    with app.app_context():
        rule = rule_of(endpoint)
    assert rule is not None
    if rule.audience is not Audience.ENTITLED:
        return "passes"
    held = ROLES[role]
    if not rule.rights <= held.rights or (rule.cut is Cut.WHOLE and held.reach is not Reach.EVERYWHERE):
        return "refused"
    is_outside = rule.cut is Cut.ENTERPRISE and held.reach is not Reach.EVERYWHERE and not is_inside
    return "hidden" if is_outside else "passes"


@pytest.mark.parametrize("role", Role)
def test_every_address_opens_for_exactly_those_it_says(app, enterprises, role):
    client = signed_in(app, f"a.{role.replace('_', '.')}")
    only_the_gate(app)
    opened = 0
    for place in (INSIDE, OUTSIDE):
        for endpoint, method, path in addresses(app, enterprises[place]):
            answer = client.open(path, method=method)
            promised = expected(app, endpoint, role, is_inside=place == INSIDE)

            told = (role, method, path, answer.status_code)
            assert answer.status_code == {"passes": 200, "refused": 403, "hidden": 404}[promised], told
            assert (answer.text == "opened") is (promised == "passes"), told
            opened += promised == "passes"
    assert opened > 0


def test_without_signing_in_only_what_is_public_opens(app, client, enterprises):
    only_the_gate(app)
    opened = set()
    for endpoint, method, path in addresses(app, enterprises[INSIDE]):
        answer = client.open(path, method=method)
        if answer.text == "opened":
            opened.add(endpoint)
        else:
            assert answer.status_code == (303 if method == "GET" else 401), (method, path)

    assert {endpoint for endpoint in opened if not endpoint.startswith("check.")} == {
        "health.health", "health.ready", "help.show", "language.choose",
        "accounts.login", "accounts.code", "accounts.set_password",
    }  # fmt: skip


def test_strangers_get_no_session_from_the_quick_check(client, enterprises):
    answer = client.get("/check")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_an_account_without_a_role_opens_only_its_own_pages(app, enterprises):
    with app.app_context():
        add_account("nobody.yet")
    client = signed_in(app, "nobody.yet")

    assert client.get("/begin").location == "/account"
    assert "现在没有有效的角色" in client.get("/account").text
    for path in (
        "/",
        "/candidates",
        "/enterprises",
        f"/enterprises/{enterprises[0]}",
        "/imports",
        "/accounts",
    ):
        assert client.get(path).status_code == 403, path


@pytest.mark.parametrize(
    ("role", "begins", "entries"),
    [
        (Role.CITY_LEAD, "/", ["总览", "候选", "企业", "规则", "导入", "帮助"]),
        (Role.ADMINISTRATOR, "/", ["总览", "候选", "企业", "规则", "账号", "帮助"]),
        (Role.COUNTY_REVIEWER, "/", ["总览", "候选", "企业", "规则", "帮助"]),
        (Role.ENTERPRISE_FILER, "/enterprises/{inside}", ["我的企业", "规则", "帮助"]),
    ],
)
def test_everybody_begins_where_they_may_be_and_sees_only_ways_that_open(
    app, enterprises, role, begins, entries
):
    client = signed_in(app, f"a.{role.replace('_', '.')}")

    assert client.get("/begin").location == begins.format(inside=enterprises[INSIDE])
    page = client.get("/account").text
    listed = page[page.index("<nav") : page.index("</nav>")]
    assert [word for word in re.findall(r"<span>([^<]+)</span>", listed) if word in KNOWN] == entries


def test_looking_outside_ones_area_is_noted_for_the_lead_to_see(app, enterprises):
    county = signed_in(app, "a.county.reviewer")
    for _look in range(3):
        county.get(f"/enterprises/{enterprises[OUTSIDE]}")
    county.get(f"/enterprises/{ANY_NUMBER}")
    county.get(f"/enterprises/{enterprises[INSIDE]}")

    with app.app_context():
        (noted,) = db.session.query(AuditEvent).filter_by(action="access.outside")
        assert (noted.actor, noted.subject_id) == ("a.county.reviewer", str(enterprises[OUTSIDE]))
        assert noted.after == {"asked_for": "enterprises.show"}
    page = main_text(signed_in(app, "a.city.lead").get("/accounts/outside-views"))
    assert "a.county.reviewer" in page
    assert "宜昌兴盛生物技术股份有限公司" in page
    assert "按人和日期汇总 谁 日期 次数 a.county.reviewer" in page
    refused = county.get("/accounts/outside-views")
    assert refused.status_code == 403
    assert "没有做任何改动" not in refused.text, "nobody feared it"
    assert "没有做任何改动" in post(county, "/accounts/1/unlock").text
    assert "近 30 天有 1 次辖区外查看" in main_text(signed_in(app, "a.city.lead").get("/"))
    assert "辖区外查看" not in main_text(county.get("/"))


def test_an_enterprise_outside_looks_exactly_like_one_that_never_was(app, enterprises):
    county = signed_in(app, "a.county.reviewer")
    outside = main_text(county.get(f"/enterprises/{enterprises[OUTSIDE]}"))
    never = main_text(county.get(f"/enterprises/{ANY_NUMBER}"))

    assert outside.replace(str(enterprises[OUTSIDE]), "N") == never.replace(str(ANY_NUMBER), "N")


def test_nobody_writes_outside_their_area(app, enterprises):
    county = signed_in(app, "a.county.reviewer")
    contact = {"role": "申报联系人", "name": "某人", "phone": "0717-1234567"}

    assert post(county, f"/enterprises/{enterprises[OUTSIDE]}/contacts/new", **contact).status_code == 404
    assert post(county, f"/enterprises/{enterprises[INSIDE]}/contacts/new", **contact).status_code == 303


def test_a_page_that_says_nothing_keeps_the_application_from_starting(tmp_path):
    settings = Settings(instance=tmp_path, database_url="sqlite://", secret_key="k" * 64)
    app = create_app(settings)
    app.add_url_rule("/new", "new.page", lambda: "secret")

    with pytest.raises(UndeclaredPage, match=r"new\.page.*@access"):
        require_declarations(app)


def test_a_page_added_later_that_says_nothing_opens_for_nobody(app, client):
    app.add_url_rule("/new", "new.page", lambda: "secret")
    app.add_url_rule("/open", "open.page", public(lambda: "for everybody"))

    assert client.get("/new").status_code == 403
    assert client.get("/open").text == "for everybody"


def test_the_table_names_only_pages_that_exist_and_do_not_declare_themselves(app):
    endpoints = set(app.view_functions)

    assert set(DECLARED) <= endpoints
    assert set(DECLARED) >= UNASKED
    assert {bp.name for bp in BLUEPRINTS} == {name.partition(".")[0] for name in endpoints if "." in name}


def test_every_right_that_a_page_asks_for_is_one_that_somebody_has(app):
    with app.app_context():
        asked = {right for endpoint in app.view_functions for right in rule_of(endpoint).rights}

    given = {right for rule in ROLES.values() for right in rule.rights}
    assert asked <= given
    assert Right.MANAGE_ACCOUNTS in asked


def test_whoever_has_no_account_yet_works_here_with_every_right(app, client):
    with app.app_context():
        add_enterprises(db.session)
        db.session.commit()

    for path in ("/", "/enterprises", "/imports", "/accounts"):
        assert client.get(path).status_code == 200, path
    assert "create-administrator" in client.get("/accounts").text
    assert client.get("/accounts/new").location == "/accounts"
    assert client.get("/login").location == "/"
    assert client.get("/account").status_code == 403


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "192.0.2.7"},
        {"REMOTE_ADDR": ""},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.7"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=192.0.2.7"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_without_accounts_nobody_gets_in_from_elsewhere(client, environ):
    refused = client.get("/", environ_overrides=environ)

    assert refused.status_code == 403
    assert "no accounts yet" in refused.text
    assert "create-administrator" in refused.text


def test_from_the_first_account_on_everybody_signs_in(app, client):
    assert client.get("/").status_code == 200
    with app.app_context():
        add_account("wang.min", Role.ADMINISTRATOR, locked_at=datetime(2026, 11, 22, tzinfo=UTC))

    assert client.get("/").location == "/login?next=/"
    assert client.get("/login").status_code == 200
