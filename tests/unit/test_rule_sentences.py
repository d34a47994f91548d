"""Sentences about rules: from word and arguments alone, complete in both languages, and never ambiguous."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from enterprise_pipeline.services.points_said import TABLES
from enterprise_pipeline.services.rule_sentences import criterion_sentence, rule_text, word_sentence
from enterprise_pipeline.services.rule_speech import Speech, number_text, plain
from enterprise_pipeline.services.rule_words_said import SAYERS
from scoring.rule_points import KINDS
from scoring.rule_words import SPECS
from scoring.rulebook import load_rulebook
from scoring.vocabulary import FACTS, Tier

CATALOGUE = Path("enterprise_pipeline/translations/en/LC_MESSAGES/messages.po")
PLACEHOLDER = re.compile(r"%[(sd]|\{")
CHINESE = re.compile(r"[\u4e00-\u9fff]")

with CATALOGUE.open("rb") as file:
    ENGLISH = read_po(file)


def english(pattern: str) -> str:
    """The English of a pattern; a pattern without one stays Chinese, which the tests then find."""
    message = ENGLISH.get(pattern)
    return str(message.string) if message and message.string else pattern


CRITERIA = [
    pytest.param(rule_set, criterion, id=f"{rule_set.id}-{criterion.id}")
    for rule_set in load_rulebook().rule_sets
    for criterion in rule_set.criteria
]
RULE_SETS = [pytest.param(entry, id=entry.id) for entry in load_rulebook().rule_sets]


def test_every_word_of_the_engine_has_a_sentence():
    assert set(SPECS) <= set(SAYERS)


def test_every_kind_of_points_table_has_a_text():
    assert set(KINDS) <= set(TABLES)


@pytest.mark.parametrize(("rule_set", "criterion"), CRITERIA)
def test_every_criterion_is_a_whole_sentence_in_both_languages(rule_set, criterion):
    for say in (plain, english):
        sentence = criterion_sentence(criterion, say, rule_set=rule_set)
        assert len(sentence) > 5
        assert not PLACEHOLDER.search(sentence)
        assert bool(CHINESE.search(sentence)) == (say is plain)


@pytest.mark.parametrize("rule_set", RULE_SETS)
def test_points_and_scope_are_whole_in_both_languages(rule_set):
    for say in (plain, english):
        said = rule_text(rule_set, say)
        texts = [said.applies, said.direct]
        for part in said.points:
            texts += [part.label, part.combined, part.experts]
            for table in part.tables:
                texts += [table.label, table.measured, *(cell for row in table.rows for cell in row)]
        assert not any(PLACEHOLDER.search(text) for text in texts)
        assert say is plain or not any(CHINESE.search(text) for text in texts)
        assert [entry.id for entry in said.criteria] == [entry.id for entry in rule_set.criteria]


def changed(value: Any, key: str = "") -> Iterator[Any]:
    """The value with one thing in it different, in every way that the rule files could mean."""
    if isinstance(value, dict):
        for name, inner in value.items():
            for other in changed(inner, name):
                yield {**value, name: other}
    elif isinstance(value, list | tuple):
        yield from _changed_list(value, key)
    elif isinstance(value, str):
        yield from _changed_name(value, key)
    elif isinstance(value, bool):
        yield not value
    else:
        yield value + (timedelta(days=1) if isinstance(value, date) else 1)


def _changed_name(value: str, key: str) -> Iterator[Any]:
    if key == "operator":
        yield from (other for other in (">=", ">", "<=", "<") if other != value)
    if value in FACTS:
        yield from [name for name in FACTS if name != value and FACTS[name].unit is FACTS[value].unit][:1]
    if value in set(Tier):
        yield next(str(tier) for tier in Tier if tier != value)


def _changed_list(value: Any, key: str) -> Iterator[Any]:
    if len(value) > 1:
        yield value[:-1]
    for place, inner in enumerate(value):
        for other in changed(inner, key):
            yield [*value[:place], other, *value[place + 1 :]]


@pytest.mark.parametrize(("rule_set", "criterion"), CRITERIA)
def test_another_argument_makes_another_sentence(rule_set, criterion):
    for say in (plain, english):
        sentence = word_sentence(criterion.word, criterion.args, say, rule_set=rule_set)
        for args in changed(dict(criterion.args)):
            try:
                other = word_sentence(criterion.word, args, say, rule_set=rule_set)
            except KeyError:
                continue
            assert other != sentence, args


AMOUNT = {"fact": "revenue_cny", "operator": ">=", "value": 15_000_000}
SAID = [
    (
        "amount",
        AMOUNT,
        "上一年度销售收入不低于 1500 万元",
        "Sales revenue of last year: at least CNY 15 million",
    ),
    (
        "amount",
        {**AMOUNT, "value": Decimal("50000100.00")},
        "上一年度销售收入不低于 5000.01 万元",
        "Sales revenue of last year: at least CNY 50.0001 million",
    ),
    (
        "amount",
        {"fact": "market_share", "operator": ">=", "value": Decimal("0.10")},
        "主导产品细分市场占有率不低于 10%",
        "Market share of the main product in its niche: at least 10%",
    ),
    (
        "amount",
        {"fact": "domestic_rank", "operator": "<=", "value": 3},
        "主导产品全国排名不超过 第 3 名",
        "National rank of the main product: at most rank 3",
    ),
    (
        "share",
        {
            "numerator": "rd_expense_cny",
            "denominator": "revenue_cny",
            "years": 3,
            "operator": ">=",
            "ladder_fact": "revenue_cny",
            "ladder": [
                {"up_to": 50_000_000, "value": Decimal("0.05")},
                {"up_to": 200_000_000, "value": Decimal("0.04")},
                {"value": Decimal("0.03")},
            ],
        },
        (
            "近三年研发费用之和占同期销售收入之和的比例：上一年度销售收入不超过 5000 万元的，不低于 5%；"
            "超过 5000 万元、不超过 2 亿元的，不低于 4%；超过 2 亿元的，不低于 3%"
        ),
        (
            "R&D expense of the last three years together as a share of sales revenue of the same years: "
            "with sales revenue of last year of at most CNY 50 million: at least 5%; "
            "above CNY 50 million and at most CNY 200 million: at least 4%; "
            "above CNY 200 million: at least 3%"
        ),
    ),
    (
        "holds",
        {"tier": "hnte_reserve", "is": False},
        "未列入高企后备库",
        "Not listed in: high-tech reserve",
    ),
]


@pytest.mark.parametrize(("word", "args", "chinese", "said"), SAID)
def test_sentences_read_so(word, args, chinese, said):
    assert word_sentence(word, args) == chinese
    assert word_sentence(word, args, english) == said


@given(
    st.decimals(min_value=0, max_value=10**13, places=2), st.decimals(min_value=0, max_value=10**13, places=2)
)
def test_two_amounts_never_read_the_same(one, other):
    for speech in (Speech(plain), Speech(english)):
        assert (speech.money(one) == speech.money(other)) == (one == other)


@given(st.decimals(min_value=0, max_value=1, places=6), st.decimals(min_value=0, max_value=1, places=6))
def test_two_shares_never_read_the_same(one, other):
    speech = Speech(plain)
    assert (speech.share(one) == speech.share(other)) == (one == other)


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_number_is_written_exactly(value):
    assert Decimal(number_text(value).replace("−", "-")) == value


def test_the_four_comparisons_read_differently():
    for say in (plain, english):
        said = {word_sentence("amount", {**AMOUNT, "operator": op}, say) for op in (">=", ">", "<=", "<")}
        assert len(said) == 4


def test_criteria_of_one_rule_set_all_read_differently():
    for rule_set in load_rulebook().rule_sets:
        texts = [criterion_sentence(entry, rule_set=rule_set) for entry in rule_set.criteria]
        judged = [entry.word == "judgement" for entry in rule_set.criteria]
        for (one, is_judged), (other, _) in combinations(zip(texts, judged, strict=True), 2):
            assert is_judged or one != other
