from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from flask import Flask

from enterprise_pipeline.services.texts import Text
from enterprise_pipeline.web import filters, language
from scoring.vocabulary import FACTS, Unit, Verdict


@pytest.fixture(autouse=True)
def page():
    """A request of a page in Chinese, on a day that stays the same, without a database."""
    app = Flask("enterprise_pipeline")
    app.config["SETTINGS"] = SimpleNamespace(timezone="Asia/Shanghai", today=date(2026, 11, 22))
    app.add_url_rule("/", "overview.show", lambda: "")
    filters.init_filters(app)
    language.init_language(app)
    with app.test_request_context("/"):
        yield app


def test_what_nobody_told_is_unknown_and_never_zero_or_blank():
    for shown in (
        filters.wan(None),
        filters.wan_up(None),
        filters.yuan(None),
        filters.number(None),
        filters.percent(None, 5),
        filters.day(None),
        filters.day_prose(None),
        filters.instant(None),
        filters.amount(None, Unit.HEADS),
        filters.jurisdiction(None),
        filters.industry(""),
        filters.fact_value(None, FACTS["revenue_cny"]),
    ):
        assert shown == "未知"


def test_a_share_of_nothing_is_said_in_words():
    assert filters.percent(5, 0) == "无法计算（分母为 0）"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (25_000_005, Unit.CNY, "25.01 万元"),
        (1, Unit.HEADS, "1 人"),
        (1234, Unit.COUNT, "1,234 项"),
        (-3, Unit.POINTS, "−3 分"),
        (38, Unit.DAYS, "38 天"),
    ],
)
def test_a_gap_has_its_unit_and_is_rounded_up(value, unit, shown):
    assert filters.amount(value, unit, up=True) == shown


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("is_resident", True, "是"),
        ("is_resident", False, "否"),
        ("market_share", 123_456, "12.35%"),
        ("registered_on", date(2015, 3, 1), "2015-03-01"),
        ("industry_code", "C2614", "C2614"),
        ("employees", 0, "0 人"),
        ("revenue_cny", 0, "0.00 万元"),
    ],
)
def test_a_stored_fact_is_said_in_its_own_way(name, value, shown):
    assert filters.fact_value(value, FACTS[name]) == shown


def test_days_are_written_one_way_in_tables_and_another_in_sentences():
    assert filters.day(date(2026, 3, 1)) == "2026-03-01"
    assert filters.day_prose(date(2026, 3, 1)) == "2026年3月1日"


def test_instants_are_shown_where_the_bureau_is():
    assert filters.instant(datetime(2026, 11, 21, 16, 30, tzinfo=UTC)) == "2026-11-22 00:30"


@pytest.mark.parametrize(
    ("when", "shown"),
    [(date(2026, 12, 30), "还有 38 天"), (date(2026, 11, 22), "就是今天"), (date(2026, 11, 19), "已过 3 天")],
)
def test_a_countdown_starts_today(when, shown):
    assert filters.countdown(when) == shown


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.ELIGIBLE, "符合"),
        (Verdict.NOT_ELIGIBLE, "不符合 · 差 2 项"),
        (Verdict.UNDETERMINED, "待补数据 · 缺 3 项"),
        (Verdict.NEEDS_JUDGEMENT, "待研判"),
        (Verdict.NOT_APPLICABLE, "不适用"),
    ],
)
def test_a_verdict_says_how_much_is_short_or_missing(verdict, words):
    assert filters.verdict_text(int(verdict), 2, 3) == words


def test_every_verdict_and_result_has_a_sign_and_a_word_of_its_own():
    for marks in (filters.VERDICT_MARKS, filters.RESULT_MARKS):
        assert len({mark.sign for mark in marks.values()}) == len(marks)
        assert len({str(mark.word) for mark in marks.values()}) == len(marks)


def test_a_column_of_the_frame_is_named_with_its_year():
    assert filters.fact_label("revenue_fen_y1", date(2026, 11, 22)) == "销售收入（2025 年）"
    assert filters.fact_label("class1_ip") == "Ⅰ类知识产权"
    assert filters.fact_label("holds_hnte") == "是否持有：高新技术企业"


def test_a_message_of_a_service_keeps_its_values():
    assert filters.translated(Text("%(name)s 已登记。", name="甲公司")) == "甲公司 已登记。"
    assert filters.translated(Text("不低于 5%")) == "不低于 5%"
