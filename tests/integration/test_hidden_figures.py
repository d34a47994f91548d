"""Figures as a right, and business secrets: who sees which figure on the pages of an enterprise."""

import pytest
from sqlalchemy import select

from enterprise_pipeline.services.accounts.rights import ROLES, Reach, Right, Role
from enterprise_pipeline.services.accounts.scope import EVERYTHING, Scope
from enterprise_pipeline.services.business_secrets import FIGURES, hidden_figures
from enterprise_pipeline.services.contacts import ContactDetails, add_contact
from enterprise_pipeline.services.enterprise_page import enterprise_page
from enterprise_pipeline.services.secret_marks import mark_secret
from models import AuditEvent, db
from tests.support.accounts import PLACE, add_account, main_text, signed_in
from tests.support.figures import MONEY_FACTS, YEARS, add_telling_enterprise, figures_of, leaks
from tests.support.small_registry import AS_OF, add_enterprise

REASON = "企业来函要求保密"
CODE = "91420506MA00000017"


@pytest.fixture
def firm(app) -> int:
    """An enterprise of the county reviewer's place, and an account of each kind of reader."""
    with app.app_context():
        enterprise_id = add_telling_enterprise(
            db.session, jurisdiction=PLACE, credit_code="91420506MA00000017"
        )
        db.session.commit()
        for role in Role:
            add_account(f"a.{role.replace('_', '.')}", role, enterprise_id=enterprise_id)
        add_account("a.trusted", Role.EVALUATOR, has_figures=True)
    return enterprise_id


def every_figure() -> dict[str, int]:
    told = {f"{year}.{name}": value for year in YEARS for name, value in figures_of(year).items()}
    return told | MONEY_FACTS


def pages_of(firm: int) -> list[str]:
    """Every address that shows this enterprise, on several days."""
    page = f"/enterprises/{firm}"
    history = f"{page}/figures/2025/history"
    return [
        page, f"{page}?as_of=2026-02-01", f"{page}?as_of=2024-06-30", f"{page}?tier=hnte", f"{page}/facts",
        f"{page}/figures/2025", f"{page}/figures/2024?unit=yuan", f"{history}/revenue_fen",
        f"{history}/employees", f"{page}/secrets", f"{page}/edit",
        "/enterprises", "/enterprises?q=" + CODE, "/", "/search?q=" + CODE,
        "/candidates?tier=tech_sme", "/candidates?tier=hnte&cols=size.verdict.step.points.changes",
        "/questions", "/coverage",
    ]  # fmt: skip


@pytest.mark.parametrize("reader", ["a.evaluator", "a.administrator"])
def test_whoever_lacks_the_right_finds_no_figure_in_any_page(app, firm, reader):
    client = signed_in(app, reader)

    opened = 0
    for path in pages_of(firm):
        answer = client.get(path)
        assert answer.status_code in {200, 302, 403}, path
        assert leaks(answer.text, every_figure()) == {}, path
        opened += answer.status_code == 200
    assert opened >= 7


def test_the_same_search_finds_every_figure_for_whoever_may_see_them(app, firm):
    page = signed_in(app, "a.city.lead").get(f"/enterprises/{firm}").text

    assert set(leaks(page, every_figure())) == set(every_figure())


def test_a_page_without_figures_says_so_and_keeps_its_verdicts(app, firm):
    shown = main_text(signed_in(app, "a.evaluator").get(f"/enterprises/{firm}"))
    lead = main_text(signed_in(app, "a.city.lead").get(f"/enterprises/{firm}"))

    assert "无权查看" in shown
    assert "您的角色不含查看财务数据的权限" in shown
    assert "无权查看" not in lead
    for word in ("✓ 满足", "✕ 不满足"):
        assert shown.count(word) == lead.count(word)
    assert "录入年度数据" not in shown
    assert "补充企业情况" not in shown


def test_points_built_of_hidden_figures_show_neither_band_nor_sum(app, firm):
    with app.app_context():
        page = enterprise_page(firm, as_of=AS_OF, scope=Scope(
            jurisdictions=None, enterprise_ids=None, may_see_figures=False
        ))  # fmt: skip
        full = enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING)

    seen = 0
    for card, whole in zip(page.cards, full.cards, strict=True):
        assert card.explanation.verdict is whole.explanation.verdict
        for line, told in zip(card.points, whole.points, strict=True):
            assert (line.lo is None) is (line.hidden is not None)
            assert line.hidden or (line.lo, line.hi) == (told.lo, told.hi)
            seen += line.hidden is not None
        if any(line.hidden for line in card.points):
            assert card.explanation.points_lo is card.explanation.points_hi is None
            assert card.hides_points is not None
    assert seen > 5


def test_gaps_in_money_tell_only_that_there_is_one(app, firm):
    shown = main_text(signed_in(app, "a.evaluator").get(f"/enterprises/{firm}"))

    assert "有差距，数额无权查看" in shown
    assert "万元 ✕" not in shown


def test_a_secret_figure_shows_to_the_city_its_county_and_itself_and_to_no_evaluator(app, firm):
    secret = {"2025.revenue_fen": figures_of(2025)["revenue_fen"]}
    with app.app_context():
        mark_secret(firm, column="revenue_fen", year=2025, reason=REASON, actor="a.city.lead")

    sees = {}
    for name in ("city.lead", "city.reviewer", "county.reviewer", "enterprise.filer", "enterprise.head",
                 "trusted", "evaluator", "administrator"):  # fmt: skip
        page = signed_in(app, f"a.{name}").get(f"/enterprises/{firm}")
        assert page.status_code == 200
        sees[name] = bool(leaks(page.text, secret))

    assert sees == {
        "city.lead": True, "city.reviewer": True, "county.reviewer": True, "enterprise.filer": True,
        "enterprise.head": True, "trusted": False, "evaluator": False, "administrator": False,
    }  # fmt: skip


def test_an_evaluator_with_figures_sees_all_but_what_is_secret(app, firm):
    with app.app_context():
        mark_secret(firm, column="revenue_fen", year=None, reason=REASON, actor="a.city.lead")
        mark_secret(firm, column="equity_raised_2y_fen", year=None, reason=REASON, actor="a.city.lead")
        mark_secret(firm, column="employees", year=2024, reason=REASON, actor="a.city.lead")
    secret = {f"{year}.revenue_fen" for year in YEARS} | {"equity_raised_2y_fen", "2024.employees"}
    client = signed_in(app, "a.trusted")

    page = client.get(f"/enterprises/{firm}").text
    assert set(leaks(page, every_figure())) == set(every_figure()) - secret
    assert "商业秘密" in page
    assert REASON not in page
    for path in pages_of(firm):
        assert not secret & set(leaks(client.get(path).text, every_figure())), path


def test_the_year_beside_a_secret_one_still_shows(app, firm):
    with app.app_context():
        mark_secret(firm, column="revenue_fen", year=2024, reason=REASON, actor="a.city.lead")
    history = f"/enterprises/{firm}/figures/%d/history/revenue_fen"
    client = signed_in(app, "a.trusted")

    hidden = client.get(history % 2024)
    assert leaks(hidden.text, every_figure()) == {}
    assert "这一项是商业秘密，不显示数值" in hidden.text
    assert set(leaks(client.get(history % 2025).text, every_figure())) == {"2025.revenue_fen"}
    assert set(leaks(client.get(history % 2023).text, every_figure())) == {"2023.revenue_fen"}


def test_hidden_facts_are_named_for_lists_and_files(app, firm):
    nobody = Scope(jurisdictions=None, enterprise_ids=None, may_see_figures=False)
    reader = Scope(jurisdictions=None, enterprise_ids=None, may_see_figures=True)
    with app.app_context():
        other = add_enterprise(db.session)
        db.session.commit()
        mark_secret(firm, column="revenue_fen", year=2023, reason=REASON, actor="x")
        session = db.session
        assert hidden_figures(session, [firm, other], scope=EVERYTHING) == {}
        assert hidden_figures(session, [firm, other], scope=EVERYTHING, in_file=True) == {
            firm: {"revenue_fen"}
        }
        assert hidden_figures(session, [firm, other], scope=reader) == {firm: {"revenue_fen"}}
        assert hidden_figures(session, [firm, other], scope=nobody) == {firm: FIGURES, other: FIGURES}
        assert hidden_figures(session, [], scope=nobody) == {}


def test_two_roles_show_figures_only_where_the_one_that_has_them_reaches(app, firm):
    with app.app_context():
        other = add_telling_enterprise(db.session, jurisdiction="420583")
        db.session.commit()
        add_account("a.both", Role.EVALUATOR, Role.COUNTY_REVIEWER)
        mark_secret(firm, column="revenue_fen", year=None, reason=REASON, actor="x")
    client = signed_in(app, "a.both")

    assert set(leaks(client.get(f"/enterprises/{firm}").text, every_figure())) == set(every_figure())
    assert leaks(client.get(f"/enterprises/{other}").text, every_figure()) == {}


def test_what_a_right_to_figures_covers():
    assert {"revenue_fen", "employees", "equity_raised_3y_fen"} <= FIGURES
    assert not {"class1_ip", "registered_on", "industry_code", "market_share_ppm"} & FIGURES


def test_whoever_may_change_figures_may_see_secret_ones():
    for role, rule in ROLES.items():
        if {Right.EDIT, Right.FIGURES} <= rule.rights:
            assert Right.SECRETS in rule.rights, role
    assert Right.SECRETS not in ROLES[Role.EVALUATOR].rights | ROLES[Role.ADMINISTRATOR].rights


@pytest.mark.parametrize("role", Role)
def test_people_to_call_show_to_those_who_work_on_the_enterprise_and_to_itself(app, firm, role):
    person = ContactDetails(role="申报联系人", name="李思齐", phone="0717 6256123", email="lsq@example.org")
    with app.app_context():
        add_contact(firm, person, actor="test")
    client = signed_in(app, f"a.{role.replace('_', '.')}")
    concerned = Right.EDIT in ROLES[role].rights or ROLES[role].reach is Reach.ENTERPRISE

    page = client.get(f"/enterprises/{firm}").text
    told = page + page_of_entry(client, app)

    for word in ("李思齐", "6256123", "lsq@example.org", 'href="#contacts"'):
        assert (word in page) is concerned, word
        assert concerned or word not in told, word
    assert "添加联系人" in page


def test_an_evaluator_with_figures_sees_no_people_to_call(app, firm):
    with app.app_context():
        add_contact(firm, ContactDetails(role="申报联系人", name="李思齐", phone="1"), actor="test")

    assert "李思齐" not in signed_in(app, "a.trusted").get(f"/enterprises/{firm}").text


def page_of_entry(client, app) -> str:
    with app.app_context():
        number = db.session.scalar(select(AuditEvent.id).where(AuditEvent.action == "contact.added"))
    return client.get(f"/audit/{number}").text
