"""The form of one criterion, made from the word it uses; and of what else stands in a local standard."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from wtforms import HiddenField, StringField
from wtforms.validators import Regexp

from forms.base import N_, AtMost, BaseForm, ChoiceField, Required, TextField, strip
from forms.rule_cells import Cell, CellField, RowsField
from scoring.vocabulary import FACTS, TIER_NAMES, Unit

PREFIX = "a_"
OPERATORS = {
    ">=": N_("不低于（≥）"),
    ">": N_("高于（>）"),
    "<=": N_("不超过（≤）"),
    "<": N_("低于（<）"),
}
GRADES = {"A": N_("A 主管机关网页"), "B": N_("B 转载"), "C": N_("C 单一来源"), "local": N_("本地")}
_CHOICES = {
    "bool": (("true", N_("是")), ("false", N_("否"))),
    "missing": (("unknown", N_("算作未知，先补数据")), ("judgement", N_("由人研判"))),
    "when_zero": (("not_met", N_("算作未达到")), ("judgement", N_("由人研判"))),
}
_CHOSEN = {"true": True, "false": False}
_INDUSTRIES = (
    Cell(key="industry", label=N_("行业代码"), kind="codes"),
    Cell(key="except", label=N_("其中除外"), kind="codes", is_required=False),
)


class Argument(Protocol):
    """What the form needs to know of an argument of a word."""

    name: str
    kind: str
    is_required: bool
    label: str
    hint: str


class ArgumentsForm(BaseForm):
    """The arguments of a word alone: a part of another criterion. ``seen`` is the draft's revision."""

    seen = HiddenField(default="")
    arguments: Sequence[Argument] = ()

    def steering(self) -> tuple[str, ...]:
        """Name what only steers the form."""
        return ("seen",)

    def told(self, word: str) -> dict[str, Any]:
        """The word with its arguments as a rule file has them; what is blank is left out."""
        table: dict[str, Any] = {"word": word}
        if "operator" in self:
            table["operator"] = self["operator"].data
        for argument in self.arguments:
            field = self[PREFIX + argument.name]
            value = _CHOSEN.get(field.data, field.data) if argument.kind == "bool" else field.data
            if value is not None and value != "":
                table[argument.name] = value
        return table


class CriterionForm(ArgumentsForm):
    """A criterion: what it is called, its arguments, and where it is written."""

    label = StringField(N_("名称"), filters=[strip], validators=[Required(N_("请填写名称。")), AtMost(80)])
    article = StringField(
        N_("条款"),
        description=N_("文件中的第几条，例如 第三条第（二）项。"),
        filters=[strip],
        validators=[Required(N_("请填写条款。")), AtMost(120)],
    )
    printed = TextField(
        N_("门槛原文"),
        description=N_("文件中的原话；不填时用系统生成的句子。"),
        validators=[AtMost(300)],
    )
    id = TextField(
        N_("编号"),
        description=N_("小写字母、数字和下划线；不填时自动编号。"),
        validators=[AtMost(40)],
    )
    label_en = TextField(N_("英文名称"), validators=[AtMost(120)])
    printed_en = TextField(N_("门槛原文（英文）"), validators=[AtMost(300)])
    document = TextField(
        N_("文件（文号）"), description=N_("与整个标准的文件不同时填写。"), validators=[AtMost(200)]
    )
    grade = ChoiceField(N_("出处等级"), unknown=N_("同整个标准"), choices=list(GRADES.items()))
    note = TextField(N_("说明"), validators=[AtMost(500)])
    not_asked_when = CellField(
        N_("在此情形下不要求"),
        description=N_("一项是或否的事实；为“是”时本条不适用。可不填。"),
        cell=Cell(key="not_asked_when", label=N_("事实"), kind="fact-flag", is_required=False),
    )

    def validate_id(self, field: Any) -> None:
        """Ask for an id that can stand in an address."""
        if field.data:
            message = field.gettext("编号只能用小写字母、数字和下划线，并以字母开头。")
            Regexp(r"^[a-z][a-z0-9_]*$", message=message)(self, field)

    def entry(self, word: str, *, name: str, sentence: str) -> dict[str, Any]:
        """The criterion as a rule file has it; ``name`` and ``sentence`` stand in for what was left out."""
        label, printed = self.label.data, self.printed.data or sentence
        texts = {
            "id": self.id.data or name,
            "label": label,
            "label_en": self.label_en.data or label,
            "printed": printed,
            "printed_en": self.printed_en.data or printed,
            "article": self.article.data,
        }
        more = {key: self[key].data for key in ("document", "grade", "note", "not_asked_when")}
        return texts | self.told(word) | {key: value for key, value in more.items() if value}


def with_arguments(
    base: type[ArgumentsForm],
    arguments: Sequence[Argument],
    *,
    operators: Sequence[str],
    unit: Unit,
    parts: Sequence[tuple[str, str]] = (),
) -> type[ArgumentsForm]:
    """A form class with a field for each argument; amounts are typed in ``unit``."""
    shown = [argument for argument in arguments if argument.kind != "parts"]
    fields: dict[str, Any] = {}
    if operators:
        named = [(operator, OPERATORS[operator]) for operator in operators]
        fields["operator"] = ChoiceField(
            N_("比较"), unknown=N_("请选择"), choices=named, validators=[Required(N_("请选择。"))]
        )
    for argument in shown:
        fields[PREFIX + argument.name] = _field(argument, unit, parts)
    return type("WordForm", (base,), {**fields, "arguments": tuple(shown)})


def unit_typed(sent: Mapping[str, Any] | None, stored: Mapping[str, Any], say: Any) -> Unit:
    """The unit in which amounts are typed: that of the first fact that was sent, or is stored."""
    for key in ("fact", "facts", "numerator"):
        name = stored.get(key)
        if sent is not None:
            typed = sent.get(PREFIX + key) or sent.get(f"{PREFIX}{key}-fact") or ""
            found = Cell(key=key, label="", kind="fact-any")
            try:
                name = found.read(typed, say)
            except ValueError:
                name = None
        name = name[0] if isinstance(name, list) and name else name
        if isinstance(name, str) and name in FACTS:
            return FACTS[name].unit
    return Unit.CNY


def _field(argument: Argument, unit: Unit, parts: Sequence[tuple[str, str]]) -> Any:
    kind, must = argument.kind, argument.is_required
    told = {"description": argument.hint}
    if kind in _CHOICES or kind in ("tier", "part"):
        tiers = [(str(tier), name) for tier, name in TIER_NAMES.items()]
        choices = {"tier": tiers, "part": list(parts)}.get(kind) or list(_CHOICES.get(kind, ()))
        validators = [Required(N_("请选择。"))] if must or kind == "when_zero" else []
        unknown = N_("请选择") if validators else N_("不填")
        return ChoiceField(argument.label, unknown=unknown, choices=choices, validators=validators, **told)
    if kind in _ROWS:
        cells, shape = _ROWS[kind]
        sized = [_sized(cell, unit, kind) for cell in cells]
        return RowsField(argument.label, cells=sized, shape=shape, must=must, **told)
    simple = _CELLS.get(kind, "toml")
    cell = Cell(key=argument.name, label=argument.label, kind=simple, unit=unit, is_required=must)
    return CellField(argument.label, cell=cell, **told)


def _sized(cell: Cell, unit: Unit, kind: str) -> Cell:
    """Classes by industry are in the unit of the fact; ladders and sizes are money."""
    if kind != "classes" or cell.kind != "amount":
        return cell
    return Cell(key=cell.key, label=cell.label, kind=cell.kind, unit=unit)


_CELLS = {
    "flag": "fact-flag",
    "number": "fact-number",
    "figure": "fact-figure",
    "amount": "amount",
    "judged_to": "amount_or_any",
    "share": "percent",
    "whole": "whole",
    "years": "whole",
    "day": "day",
}
_ROWS: Mapping[str, tuple[tuple[Cell, ...], str]] = {
    "flags": ((Cell(key="fact", label=N_("事实"), kind="fact-flag"),), "flat"),
    "numbers": ((Cell(key="fact", label=N_("事实"), kind="fact-number"),), "flat"),
    "tiers": ((Cell(key="tier", label=N_("层级"), kind="tier"),), "flat"),
    "names": ((Cell(key="name", label=N_("条件编号"), kind="text"),), "flat"),
    "ladder": (
        (
            Cell(key="up_to", label=N_("规模上限（含）"), kind="amount", is_required=False),
            Cell(key="value", label=N_("门槛"), kind="percent"),
        ),
        "tables",
    ),
    "asked_below": (
        (
            Cell(key="fact", label=N_("事实"), kind="fact-number"),
            Cell(key="value", label=N_("规模"), kind="amount"),
        ),
        "one",
    ),
    "classes": ((*_INDUSTRIES, Cell(key="value", label=N_("门槛"), kind="amount")), "tables"),
}
