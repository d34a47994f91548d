"""The page of one enterprise: what it is, where it stands, why, what is missing, what was known when."""

import re
from datetime import date

import pytest

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.criterion_views import Shape
from enterprise_pipeline.services.enterprise_page import enterprise_page
from models import Certificate, Contact, Membership, PoolCoverage, db
from scoring.rulebook import load_rulebook
from scoring.vocabulary import LINES, SCIENCE_LADDER, Tier, Verdict
from tests.support.enterprise_pages import card, criterion, shown, words
from tests.support.entry import code_of
from tests.support.registry_rows import LONGEST_NAME, add_enterprises
from tests.support.small_registry import (
    AS_OF,
    GOOD_FACTS,
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


def test_there_is_a_card_for_each_tier_in_the_order_of_the_lines(context):
    firm = add_good_enterprise(db.session)
    db.session.commit()

    page = enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING)

    in_force = {rules.tier for rules in load_rulebook().in_force(AS_OF)}
    order = [tier for _, line in LINES for tier in line if tier in in_force]
    assert [shown_card.tier for shown_card in page.cards] == order
    assert order[: len(SCIENCE_LADDER)] == list(SCIENCE_LADDER)
    assert [rung.tier for rung in page.rungs] == list(SCIENCE_LADDER)
    assert [group.name for group in page.groups][:1] == ["科技梯队"]


def test_each_criterion_is_told_with_value_standard_result_article_source_and_day(context, client):
    page = shown(client, add_good_enterprise(db.session))

    assert "职工总数 第六条（二） · 国科发政〔2017〕115号 100 人 test 2026-05-31 不超过500人 ✓ 满足" in page


def test_every_word_of_a_rule_comes_from_the_rule(context, client):
    page = shown(client, add_good_enterprise(db.session))

    for rule_set in load_rulebook().in_force(AS_OF):
        assert rule_set.label in page, rule_set.id
        for rule in rule_set.criteria if rule_set.is_default else ():
            assert words(rule.printed) in page, (rule_set.id, rule.id)
            assert words(rule.label) in page, (rule_set.id, rule.id)


def test_a_number_never_crosses_the_line_that_the_true_number_does_not(context, client):
    firm = add_enterprise(db.session)
    add_sheet(db.session, firm, **GOOD_FACTS)
    for year in (2023, 2024):
        add_report(db.session, firm, year, **GOOD_YEAR)
    # Three years of 60 million at 5%, one fen short: 4.99999…% must not be shown as 5.00%.
    last = GOOD_YEAR | {"rd_expense_fen": 3 * 100 * WAN - 2 * 120 * WAN - 1, "rd_domestic_fen": 60 * WAN - 1}
    add_report(db.session, firm, 2025, **last)

    page = shown(client, firm)
    view = criterion(firm, Tier.HNTE, "rd_ratio")
    assert view.outcome.gap == 1
    assert "4.99999998%" in page
    assert "研发费用还差 0.01 万元" in page


def test_an_amount_never_crosses_its_limit(context, client):
    firm = add_good_enterprise(db.session, years=(2023, 2024))
    add_report(db.session, firm, 2025, **GOOD_YEAR | {"revenue_fen": 20_000 * WAN + 1})

    page = shown(client, firm)

    assert "20,000.000001 万元" in page
    assert "超出 0.01 万元" in page


def test_a_staff_gap_is_told_in_heads(context, client):
    firm = add_good_enterprise(db.session, years=(2023, 2024))
    add_report(db.session, firm, 2025, **GOOD_YEAR | {"tech_staff": 9})

    page = shown(client, firm)

    assert "科技人员还差 1 人" in page
    assert "科技人员 9 人 ÷ 职工总数 100 人" in page


def test_the_sum_of_three_years_is_told_as_such(context, client):
    page = shown(client, add_good_enterprise(db.session))

    assert "研发费用 360.00 万元 ÷ 销售收入 6,000.00 万元 （2023–2025 年合计）" in page.replace(
        "（2023", " （2023"
    )


def test_growth_is_told_as_a_mean_with_the_compound_rate_beside_it(context, client):
    firm = add_enterprise(db.session)
    for year, revenue in ((2023, 1000), (2024, 1000), (2025, 3000)):
        add_report(db.session, firm, year, revenue_fen=revenue * WAN, total_profit_fen=-5)

    page = shown(client, firm)

    assert "销售收入：平均 100.00%，复合 73.21%" in page
    assert "利润总额：基数为零或负，需研判" in page


def test_with_nothing_known_the_verdicts_are_open_and_the_questions_are_asked(context, client):
    firm = add_enterprises(db.session)[2]
    page = shown(client, firm)

    assert LONGEST_NAME in page
    assert page.count("待补数据") >= 5
    assert "未知" in page
    assert "还没有年度数据" in page
    assert card(firm, Tier.TECH_SME).explanation.verdict is Verdict.UNDETERMINED
    first = enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING).missing[0]
    assert first.is_first
    assert "先问" in page
    assert re.search(r"关系到 \d+ 个层级", page)


def test_only_what_can_change_a_verdict_is_asked_for(context):
    firm = add_good_enterprise(db.session)
    db.session.commit()

    page = enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING)
    by_tier = {one.tier: set(one.explanation.missing) for one in page.cards}
    assert {fact.column for fact in page.missing} == set().union(*by_tier.values())


def test_a_certificate_without_a_day_of_issue_is_asked_about(context, client):
    firm = add_enterprises(db.session)[0]
    db.session.add(
        Certificate(
            enterprise_id=firm, pool_id="hnte", number="GR202342000218", issued_year=2023,
            received_on=date(2026, 1, 1), source="名单",
        )
    )  # fmt: skip
    page = shown(client, firm)

    assert "2023 年（日期未知） 至 未知" in page
    assert "证书 GR202342000218" in page
    missing = {fact.column: fact for fact in enterprise_page(firm, as_of=AS_OF, scope=EVERYTHING).missing}
    assert missing["holds_hnte"].issue_days == (("issued_on_1", "GR202342000218"),)


def add_valid_certificate(firm: int) -> None:
    db.session.add(
        Certificate(
            enterprise_id=firm, pool_id="hnte", number="GR201942001291", issued_on=date(2019, 11, 15),
            issued_year=2019, expires_on=date(2022, 11, 14), received_on=date(2019, 12, 1), source="名单",
        )
    )  # fmt: skip
    db.session.flush()


def test_an_earlier_day_shows_what_was_known_then(context, client):
    firm = add_good_enterprise(db.session, years=(2019, 2025))
    add_sheet(
        db.session, firm, valid_from=date(2019, 1, 1), received_on=date(2019, 1, 1), version=2, **GOOD_FACTS
    )
    add_valid_certificate(firm)

    then = card(firm, Tier.TECH_SME, date(2020, 6, 1))
    assert (then.explanation.verdict, [door.holds for door in then.doors]) == (Verdict.ELIGIBLE, ["hnte"])
    in_2020 = shown(client, firm, "?as_of=2020-06-01")
    assert "2019-11-15 起 至 2022-11-14" in in_2020
    assert "直通条件已满足（第八条）：持有有效期内高新技术企业证书" in in_2020
    assert "2025 年" not in in_2020.split("年度数据 金额单位")[1].split("企业情况 不按")[0]
    today = shown(client, firm)
    assert "已到期" in today
    assert "直通条件已满足" not in today


def test_what_turns_with_time_is_told_with_its_day(context, client):
    young = add_good_enterprise(db.session, registered_on=date(2026, 1, 10), years=(2025,))

    page = shown(client, young)

    assert "还差 49 天" in page
    assert "2027-01-10 起满足" in page
    assert "结论可能在 2027-01-10 变化" in page


def test_while_last_year_is_missing_a_forecast_is_shown_as_such(context, client):
    firm = add_good_enterprise(db.session, years=(2022, 2023, 2024))

    page = shown(client, firm)

    assert "预测 上一年度（2025 年）尚未报送。如果与最近报送的 2024 年相同： ✓ 符合" in page
    assert card(firm, Tier.TECH_SME).explanation.verdict is Verdict.UNDETERMINED


def test_there_is_no_forecast_once_last_year_is_reported(context, client):
    assert "尚未报送" not in shown(client, add_good_enterprise(db.session))


def test_local_standards_are_marked(context, client):
    firm = add_good_enterprise(db.session)
    db.session.commit()
    heads = re.findall(r"<summary.*?</summary>", client.get(f"/enterprises/{firm}").text, re.DOTALL)

    marked = [words(head).split()[0] for head in heads if "本地标准" in head]
    assert marked == ["高企后备库", "瞪羚后备库", "科技领军培育库", "规上工业后备库", "规上服务业后备库"]


def test_every_link_of_a_rule_leads_to_its_document(context, client):
    firm = add_good_enterprise(db.session)
    db.session.commit()
    page = client.get(f"/enterprises/{firm}").text

    links = set(re.findall(r'<a[^>]*href="([^"]*)" rel="external', page))
    assert links == {rules.address for rules in load_rulebook().in_force(AS_OF) if not rules.is_local}


def test_two_sources_that_differ_are_marked_in_the_table_and_at_the_criterion(context, client):
    firm = add_good_enterprise(db.session)
    add_report(db.session, firm, 2025, source="税务", received_on=date(2026, 8, 1), employees=90)

    page = shown(client, firm)

    assert "! 来源不一致" in page
    assert "! 不一致 test：100" in page


def test_what_is_held_is_on_the_ladder_with_since_and_until(context, client):
    firm = add_enterprises(db.session)[0]
    db.session.add_all(
        [
            PoolCoverage(
                pool_id="gazelle", covers_from=date(2020, 1, 1), covers_to=date(2027, 1, 1), source="名单",
                received_on=date(2020, 1, 1),
            ),
            Membership(
                enterprise_id=firm, pool_id="tech_sme", valid_from=date(2026, 7, 1),
                valid_to=date(2026, 12, 31), basis="import", received_on=date(2026, 7, 5), source="名单",
            ),
        ]
    )  # fmt: skip
    page = shown(client, firm)

    assert "科小 2026-07-01 起 至 2026-12-31" in page
    assert "瞪羚 未持有" in page
    assert "高企 是否持有未知" in page


def test_a_derived_flag_says_that_it_is_concluded(context, client):
    firm = add_enterprise(db.session, credit_code=code_of(7), industry_code="F5171")

    page = shown(client, firm)
    view = criterion(firm, Tier.TECH_SME, "industry_allowed")
    assert view.shape is Shape.FACTS
    assert view.values[0].is_concluded
    assert "由登记信息推定" in page


def test_people_and_the_record_are_on_the_page(context, client):
    firm = add_enterprise(db.session)
    db.session.add(Contact(enterprise_id=firm, role="财务负责人", name="李四", phone="0717 6256000"))

    page = shown(client, firm)

    assert "李四 财务负责人 0717 6256000 未同意接收提醒" in page
    assert "还没有手工修改的记录" in page


def test_the_page_is_complete_in_english(context, client):
    firm = add_good_enterprise(db.session, years=(2023, 2024))
    db.session.commit()
    client.set_cookie("language", "en")
    page = shown(client, firm)

    assert "Employees" in page
    assert "at most 500" in page
    assert "Project-Id-Version" not in page


def test_the_card_asked_for_in_the_list_is_open(context, client):
    firm = add_good_enterprise(db.session)
    db.session.commit()

    opened = client.get(f"/enterprises/{firm}?list=tier%3Dgazelle").text

    assert re.search(r'id="tier-gazelle"\s+open', opened)
    assert not re.search(r'id="tier-tech_sme"\s+open', opened)


def test_else_the_next_step_above_what_is_held_is_open(context, client):
    firm = add_good_enterprise(db.session)
    add_enterprises(db.session)
    add_valid_certificate(firm)
    db.session.commit()

    opened = client.get(f"/enterprises/{firm}?as_of=2020-06-01").text

    assert re.search(r'id="tier-gazelle_reserve"\s+open', opened)
