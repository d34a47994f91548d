"""A threshold is written once, in its rule file: no page, form, message or help text repeats it.

What people read about a rule is generated from the rule (services/rule_sentences.py), so a changed law
changes it everywhere. A number with its unit that stands in a text of the interface and in a rule file is
such a repetition, or an example that will be taken for one.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from babel.messages.pofile import read_po

from enterprise_pipeline.config import ROOT
from enterprise_pipeline.services.rule_speech import number_text
from scoring.rulebook import load_rulebook
from scoring.rules_model import Criterion, RuleSet
from scoring.vocabulary import FACTS, Unit

TEMPLATES = ROOT / "enterprise_pipeline" / "templates"
CATALOGUE = ROOT / "enterprise_pipeline" / "translations" / "en" / "LC_MESSAGES" / "messages.po"
WAN, YI, MILLION, BILLION = 10_000, 100_000_000, 1_000_000, 1_000_000_000
# Smaller counts are in every second sentence: three items, five years.
LEAST_COUNT = 10
CODE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
# How an amount is typed, and words of units: they say nothing about any rule.
HOW_TO_TYPE = frozenset(
    {
        "这不是金额或比例；请只填数字，例如 3,000 或 3000万。",
        "金额按万元填写，也可写明单位，如 5000万元、0.5亿元、300元；比例按百分数；人数、项数填整数。",
        "“%(typed)s”不是数字；例如填 3000 或 0.5亿元。",
        "按百分数填写，例如 3 表示 3%。与“按规模分档”二选一。",
        "按百分数填写，例如 15 表示 15%。",
        "%(n)s 亿元",
    }
)
COUNTED = {
    Unit.HEADS: r"(人|名|people|employees|heads)",
    Unit.COUNT: r"(项|件|items|rights)",
    Unit.POINTS: r"(分(?!钟)|points)",
    Unit.DAYS: r"(天|日历天|days)",
    Unit.YEARS: r"(年(?!度|\d)|周年|years)",
}


def patterns(criterion: Criterion) -> Iterator[str]:
    """How the thresholds of a criterion would be written by hand, as regular expressions."""
    for word, args in parts_of(criterion):
        for value in numbers(args):
            unit = unit_of(word, args)
            if unit is Unit.CNY and value >= WAN:
                yield from money(Fraction(value))
            elif unit is Unit.SHARE:
                yield rf"{exactly(Fraction(value) * 100)}\s*[%％]"
            elif unit in COUNTED and value >= LEAST_COUNT:
                yield rf"{exactly(Fraction(value))}\s*个?{COUNTED[unit]}"


def parts_of(criterion: Criterion) -> Iterator[tuple[str, dict[str, Any]]]:
    pending: list[tuple[str, dict[str, Any]]] = [(criterion.word, criterion.args)]
    while pending:
        word, args = pending.pop()
        yield word, args
        pending += [(part["word"], part) for part in args.get("parts", [])]


def numbers(args: dict[str, Any]) -> Iterator[Decimal | int]:
    """The thresholds, also those of ladders and classes."""
    for key in ("value", "days"):
        if isinstance(args.get(key), int | Decimal) and not isinstance(args[key], bool):
            yield args[key]
    for key in ("ladder", "classes"):
        yield from (entry["value"] for entry in args.get(key, []))
    if isinstance(args.get("asked_below"), dict):
        yield args["asked_below"]["value"]
    if "days" not in args and "operator" in args and "years" in args and "value" not in args:
        yield args["years"]


def unit_of(word: str, args: dict[str, Any]) -> Unit:
    if word in ("share", "share_each_year", "mean_growth", "cagr"):
        return Unit.SHARE
    if word in ("points", "points_part"):
        return Unit.POINTS
    if word == "age":
        return Unit.DAYS if "days" in args else Unit.YEARS
    fact = args.get("fact") or next(iter(args.get("facts", [])), None)
    return FACTS[fact].unit if fact in FACTS else Unit.COUNT


def exactly(value: Fraction) -> str:
    """A number that is no part of a longer one, with or without thousands separated."""
    text = re.escape(number_text(value))
    grouped = re.escape(f"{int(value):,}") if value.denominator == 1 else text
    return rf"(?<![\d.,])({text}|{grouped})(\.0+)?"


def money(value: Fraction) -> Iterator[str]:
    yield rf"{exactly(value / WAN)}\s*万"
    yield rf"{exactly(value / YI)}\s*亿"
    yield rf"{exactly(value / MILLION)}\s*million"
    yield rf"{exactly(value / BILLION)}\s*billion"


def interface_texts() -> dict[str, str]:
    """Every text that people read: the catalogue in both languages, and what templates say besides."""
    found = {}
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            if message.id and message.id not in HOW_TO_TYPE:
                for text in (message.id, message.string):
                    for each in text if isinstance(text, list | tuple) else (text,):
                        found[f"text {each}"] = str(each).replace("%%", "%")
    for path in sorted(TEMPLATES.rglob("*.html")):
        found[str(path.relative_to(TEMPLATES))] = CODE.sub(" ", path.read_text(encoding="utf-8"))
    return found


def repeated(rule_sets: Iterable[RuleSet], texts: dict[str, str]) -> list[str]:
    """Each threshold that a text repeats, with the rule it belongs to."""
    wanted = {
        pattern: f"{entry.id}.{criterion.id}"
        for entry in rule_sets
        for criterion in entry.criteria
        for pattern in patterns(criterion)
    }
    return [
        f"{rule}: {match.group()} in {name}"
        for pattern, rule in wanted.items()
        for name, text in texts.items()
        if (match := re.search(pattern, text))
    ]


def test_no_text_of_the_interface_repeats_a_threshold():
    assert repeated(load_rulebook().rule_sets, interface_texts()) == []


@pytest.mark.parametrize(
    "text",
    [
        "研发费用占比不低于 60%。",
        "职工不超过500人",
        "年收入不超过 2 亿元",
        "年收入不超过 20,000 万元",
        "at most CNY 200 million",
        "成立满 365 天",
        "70 分以上",
    ],
)
def test_a_repeated_threshold_is_found(text):
    assert repeated(load_rulebook().rule_sets, {"text": text})


@pytest.mark.parametrize("text", ["1500 人的企业", "2026 年", "共 %(n)s 家", "12.5%", "160%", "0.5 亿"])
def test_other_numbers_are_left_alone(text):
    ladder = [load_rulebook().get(name) for name in ("HNTE-2016", "TSME-2017")]
    assert repeated(ladder, {"text": text}) == []


def test_every_exception_is_still_a_text():
    with CATALOGUE.open("rb") as file:
        texts = {message.id for message in read_po(file) if message.id}
    assert texts >= HOW_TO_TYPE
