"""Figures that do not go together: asked as questions, listed by jurisdiction, and shown to staff only."""

from datetime import date

import pytest

from enterprise_pipeline.services import data_questions
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.data_questions import QuestionFilter, question_page
from enterprise_pipeline.services.enterprise_page import enterprise_page
from models import db
from scoring.plausibility import Kind
from tests.support.enterprise_pages import shown, words
from tests.support.entry import code_of
from tests.support.small_registry import (
    AS_OF,
    GOOD_YEAR,
    WAN,
    add_enterprise,
    add_good_enterprise,
    add_report,
    add_sheet,
)


@pytest.fixture
def context(app):
    with app.app_context():
        yield app


def add_odd(number: int = 1, jurisdiction: str = "420506", **changes: int) -> int:
    """A firm with more technical staff than staff, unless told otherwise."""
    firm = add_enterprise(
        db.session, credit_code=code_of(number), name=f"宜昌第{number}家", jurisdiction=jurisdiction
    )
    add_report(db.session, firm, 2025, **(changes or {"employees": 100, "tech_staff": 120}))
    db.session.commit()
    return firm


def questions(firm: int):
    return enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING).questions.open


def test_a_firm_whose_figures_go_together_has_no_panel(context, client):
    page = shown(client, add_good_enterprise(db.session))

    assert "请核实" not in page


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (
            {"employees": 100, "tech_staff": 120},
            "科技人员（2025 年） 120 人，多于职工总数（2025 年） 100 人。哪个数字对？",
        ),
        (
            {"total_assets_fen": 100 * WAN, "total_liabilities_fen": 40 * WAN, "net_assets_fen": 70 * WAN},
            "2025 年净资产填报 70.00 万元，资产总额减负债总额为 60.00 万元。两处数字不一致，哪个对？",
        ),
        (
            {"revenue_fen": 20_000 * WAN, "employees": 1},
            "2025 年销售收入 20,000.00 万元，职工总数 1 人，人均 20,000.00 万元。金额单位和人数对吗？",
        ),
    ],
)
def test_the_question_names_both_numbers_and_accuses_nobody(context, client, figures, sentence):
    page = shown(client, add_odd(**figures))

    assert sentence in page
    assert not [word for word in ("造假", "虚报", "违规", "弄虚") if word in page.split("缺的数据")[0]]


def test_figures_of_one_year_in_another_unit_are_one_question(context, client):
    firm = add_good_enterprise(db.session, years=(2023, 2024))
    small = {name: value // 10_000 if name.endswith("_fen") else value for name, value in GOOD_YEAR.items()}
    add_report(db.session, firm, 2025, **small)

    page = shown(client, firm)
    units = [each for each in questions(firm) if each.kind is Kind.UNIT]

    assert [each.year for each in units] == [2025]
    assert len(units[0].pairs) > 3
    assert "相差约一万倍，是否有一年把万元当成了元？" in page


def test_expert_points_that_the_facts_do_not_allow_are_asked_about(context, client):
    firm = add_good_enterprise(db.session)
    told = {"expert_intellectual_property": 3, "class1_ip": 1}
    add_sheet(db.session, firm, valid_from=date(2026, 6, 1), version=2, **told)

    page = shown(client, firm)

    assert (
        "专家评分：知识产权 3 分，按现在的数据应在 7–30 分之间。是评分早于现在的数据，还是有一处需要更正？"
        in page
    )


def test_a_share_that_just_passed_its_line_is_told_with_both_years(context, client):
    firm = add_enterprise(db.session)
    add_report(db.session, firm, 2024, employees=1_000, tech_staff=50)
    add_report(db.session, firm, 2025, employees=1_000, tech_staff=101)

    assert "科技人员占职工总数由 5.00% 升到 10.10%，刚过 10.00%" in shown(client, firm)


def test_the_list_links_to_the_figures_in_question(context, client):
    firm = add_odd()

    answer = client.get("/questions")

    assert answer.status_code == 200
    assert f'href="/enterprises/{firm}/figures/2025"' in answer.text
    assert "查看了 1 家企业，其中 1 家有要核实的数字" in words(answer.text)


def names(**wanted: str) -> list[str]:
    return [
        line.name for line in question_page(QuestionFilter(**wanted), as_of=AS_OF, scope=EVERYTHING).lines
    ]


def test_the_list_is_by_jurisdiction_and_by_kind(context, client):
    add_odd(1, "420506")
    add_odd(2, "420502", revenue_fen=20_000 * WAN, employees=1)

    assert names(jurisdiction="420502") == ["宜昌第2家"]
    assert names(kind="part") == ["宜昌第1家"]
    assert "宜昌第1家" in client.get("/questions?kind=part&jurisdiction=420506").text
    assert "没有要核实的数字" in client.get("/questions?kind=part&jurisdiction=420502").text


def test_an_empty_registry_says_what_will_happen(context, client):
    assert "录入或导入新数据后会重新查看" in client.get("/questions").text


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("kind=crime", "没有“crime”这一类问题"),
        ("after=-1", "“-1”不是名单中的位置"),
        ("after=99999999999999999999", "不是名单中的位置"),
        ("jurisdiction=1", "归口"),
    ],
)
def test_an_address_that_asks_for_nothing_we_have_is_named(context, client, query, told):
    answer = client.get(f"/questions?{query}")

    assert answer.status_code == 400
    assert told in answer.text


def test_every_enterprise_is_met_once_when_paging_through(context, client, monkeypatch):
    monkeypatch.setattr(data_questions, "PAGE", 2)
    monkeypatch.setattr(data_questions, "LOOKED_AT", 3)
    monkeypatch.setattr(data_questions, "_PART", 2)
    odd = [add_odd(number) for number in (1, 2, 3)]
    for number in range(4, 9):
        add_enterprise(db.session, credit_code=code_of(number))
    odd.append(add_odd(9))

    met, looked_at, after = [], 0, 0
    for _ in range(9):
        page = question_page(QuestionFilter(after=after), as_of=AS_OF, scope=EVERYTHING)
        met += [line.id for line in page.lines]
        looked_at += page.looked_at
        if page.next is None:
            break
        after = page.next

    assert met == odd
    assert looked_at == 9


def test_the_list_speaks_of_the_day_it_is_asked_about(context, client):
    add_odd()

    assert question_page(QuestionFilter(), as_of=date(2025, 6, 1), scope=EVERYTHING).lines == ()
    assert "宜昌第1家" not in client.get("/questions?as_of=2025-06-01").text


def test_it_is_complete_in_english(context, client):
    add_odd()
    client.set_cookie("language", "en")

    page = words(client.get("/questions").text)

    assert (
        "Technical staff (2025): 120 people, more than Employees (2025): 100 people. Which is right?" in page
    )
