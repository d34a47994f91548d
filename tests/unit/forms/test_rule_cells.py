from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict

from enterprise_pipeline.services.standards.words import key_label, word_view, words
from forms.criterion import (
    _CELLS,
    _CHOICES,
    _ROWS,
    PREFIX,
    ArgumentsForm,
    CriterionForm,
    unit_typed,
    with_arguments,
)
from forms.rule_cells import Cell, CellError
from scoring.rule_words import SPECS
from scoring.rulebook import raw_rule_sets
from scoring.vocabulary import Unit

HANDLED = {*_CELLS, *_CHOICES, *_ROWS, "tier", "part", "parts"}


def said(text: str) -> str:
    return text


def read(kind: str, text: str, unit: Unit = Unit.CNY):
    return Cell(key="x", label="x", kind=kind, unit=unit).read(text, said)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("fact-number", "销售收入", "revenue_cny"),
        ("fact-number", "revenue_cny", "revenue_cny"),
        ("fact-number", "境内研发", "rd_domestic_cny"),
        ("fact-flag", "拥有核心知识产权所有权", "owns_core_ip"),
        ("amount", "2000", 20_000_000),
        ("amount", "2000万元", 20_000_000),
        ("amount", "0.5亿元", 50_000_000),
        ("amount", "５，０００．０１", Decimal(50000100)),
        ("amount", "0.01元", Decimal("0.01")),
        ("percent", "3", Decimal("0.03")),
        ("percent", "12.5%", Decimal("0.125")),
        ("percent", "100", 1),
        ("whole", "35人", 35),
        ("tier", "高新技术企业", "hnte"),
        ("codes", "C，D44、e", ["C", "D44", "E"]),
        ("codes", "national, provincial", ["national", "provincial"]),
        ("sense", "≥", "at_least"),
        ("yes_or_no", "否", False),
        ("text", " ", None),
    ],
)
def test_what_is_typed_becomes_the_value_of_a_rule_file(kind, typed, value):
    found = read(kind, typed)
    assert found == value
    assert type(found) is type(value) or isinstance(found, int)


@pytest.mark.parametrize(
    ("kind", "typed", "said_"),
    [
        ("fact-number", "营业外收入", "没有“%(typed)s”这个事实"),
        ("fact-flag", "销售收入", "没有“%(typed)s”这个事实"),
        ("amount", "-5", "不能为负数"),
        ("amount", "约三千万", "不是数字"),
        ("amount", "3000美元", "不认识“%(typed)s”的单位"),
        ("amount", "0.001元", "比分还细"),
        ("percent", "NaN", "不是数字"),
        ("whole", "1.5", "不是整数"),
        ("tier", "独角鲸", "没有“%(typed)s”这个层级"),
        ("sense", "=", "不是 ≥、> 或 ≤"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_was_typed(kind, typed, said_):
    with pytest.raises(CellError) as refused:
        read(kind, typed)
    assert said_ in refused.value.pattern
    assert refused.value.values["typed"] == typed


def test_amounts_follow_the_unit_of_the_chosen_fact():
    assert read("amount", "35", Unit.HEADS) == 35
    assert read("amount", "10", Unit.SHARE) == Decimal("0.1")
    sent = MultiDict({"a_fact": "职工总数"})
    assert unit_typed(sent, {}, said) is Unit.HEADS
    assert unit_typed(sent, {"fact": "revenue_cny"}, said) is Unit.HEADS
    assert unit_typed(None, {"facts": ["market_share"]}, said) is Unit.SHARE
    assert unit_typed(MultiDict({"a_fact": "不存在"}), {}, said) is Unit.CNY


def test_every_word_and_argument_has_a_name_and_a_field():
    for view in words():
        assert view.label != view.word, view.word
        for key in view.keys:
            assert key.label != key.name, (view.word, key.name)
            assert key.kind in HANDLED, (view.word, key.name, key.kind)
    assert {view.word for view in words()} == set(SPECS)
    assert key_label("rows", "share") == "rows"


def criteria():
    for name, table in raw_rule_sets().items():
        for entry in table["criteria"]:
            yield pytest.param(entry, id=f"{name}.{entry['id']}")


@pytest.mark.parametrize("entry", list(criteria()))
def test_every_criterion_of_the_law_survives_its_form(entry):
    """What the form shows of a stored criterion says the same when it is sent back unchanged."""
    view = word_view(entry["word"])
    unit = unit_typed(None, entry, said)
    parts = [(entry["part"], "x")] if "part" in entry else []
    base = CriterionForm if "label" in entry else ArgumentsForm
    made = with_arguments(base, view.keys, operators=view.operators, unit=unit, parts=parts)
    data = dict(entry) | {
        PREFIX + key: str(value).lower() if isinstance(value, bool) else value for key, value in entry.items()
    }
    sent: MultiDict[str, str] = MultiDict()
    for field in made(data=data):
        for row in getattr(field, "rows", ()):
            for cell, text in zip(field.cells, row, strict=True):
                sent.add(f"{field.name}-{cell.key}", text)
        if not hasattr(field, "rows"):
            sent.add(field.name, field._value() if hasattr(field, "_value") else field.data or "")
    form = made(sent)
    told = {key: entry[key] for key in ("word", "operator", *SPECS[entry["word"]].keys) if key in entry}
    told.pop("parts", None)
    needs_zero = "when_zero" in SPECS[entry["word"]].keys and "when_zero" not in entry
    assert form.validate() is not needs_zero, form.errors
    assert set(form.errors) == ({"a_when_zero"} if needs_zero else set())
    assert form.told(entry["word"]) == told
    if isinstance(form, CriterionForm):
        assert form.entry(entry["word"], name="x", sentence="").get("not_asked_when") == entry.get(
            "not_asked_when"
        )
