"""The form of one points table, by what it measures."""

from collections.abc import Mapping
from typing import Any

from wtforms import StringField

from forms.base import N_, AtMost, ChoiceField, Required, TextField, strip
from forms.rule_cells import Cell, CellField, RowsField
from forms.standards import SeenForm
from scoring.vocabulary import Unit

KINDS: Mapping[str, str] = {
    "share": N_("两项之比"),
    "count": N_("项数"),
    "amount": N_("金额"),
    "mean_growth": N_("近两年平均增长率"),
    "year_growth": N_("上一年增长率"),
    "flag": N_("是或否"),
    "code": N_("类别"),
    "each_years": N_("每满若干年得若干分"),
    "given": N_("事实本身就是得分"),
}
_LINES = {"share": "percent", "count": "whole", "amount": "amount", "mean_growth": "percent"}
_LINES["year_growth"] = "percent"
_FAMILIES = {"flag": "flag", "given": "points", "code": "code"}


class PointsTableForm(SeenForm):
    """What every points table has."""

    label = StringField(N_("名称"), filters=[strip], validators=[Required(N_("请填写名称。")), AtMost(80)])
    label_en = TextField(N_("英文名称"), validators=[AtMost(120)])

    def table(self, kind: str) -> dict[str, Any]:
        """The table as a rule file has it."""
        label = self.label.data
        told: dict[str, Any] = {"kind": kind, "label": label, "label_en": self.label_en.data or label}
        for key in ("numerator", "denominator", "fact", "per_years", "every", "points", "most", "bad_base"):
            if key in self and self[key].data:
                told[key] = self[key].data
        if "bands" in self:
            told["bands"] = [_band(row) for row in self["bands"].data]
        return told


def table_form(kind: str) -> type[PointsTableForm]:
    """The form of a table of this kind."""
    fields: dict[str, Any] = {}
    for key, label in _facts(kind):
        family = _FAMILIES.get(kind, "number")
        fields[key] = CellField(label, cell=Cell(key=key, label=label, kind=f"fact-{family}"))
    if kind == "count":
        fields["per_years"] = _whole("per_years", N_("按几年平均"), is_required=False)
    if kind == "mean_growth":
        choices = [("judgement", N_("由人研判"))]
        fields["bad_base"] = ChoiceField(
            N_("基数为零或负时"), unknown=N_("按国科发火〔2016〕195号"), choices=choices
        )
    if kind == "each_years":
        fields["every"] = _whole("every", N_("每满几年"))
        fields["points"] = _whole("points", N_("得几分"))
    if kind in ("each_years", "given"):
        fields["most"] = _whole("most", N_("最多几分"))
    else:
        fields["bands"] = RowsField(
            N_("分档"), description=N_("从最好的一档起，每行一档。"), cells=_cells(kind), must=True
        )
    return type("TableForm", (PointsTableForm,), fields)


def stored_rows(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The bands of a stored table as the rows of the form."""
    rows = []
    for band in table.get("bands", ()):
        sense = next((key for key in ("at_least", "more_than", "at_most") if key in band), "at_least")
        points = band.get("points")
        lo, hi = points if isinstance(points, list) else (points, None)
        rows.append({"sense": sense, "line": band.get(sense), "is": band.get("is"), "points": lo, "to": hi})
    return rows


def _facts(kind: str) -> tuple[tuple[str, str], ...]:
    if kind == "share":
        return (("numerator", N_("分子")), ("denominator", N_("分母")))
    return (("fact", N_("事实")),)


def _whole(key: str, label: str, *, is_required: bool = True) -> CellField:
    return CellField(label, cell=Cell(key=key, label=label, kind="whole", is_required=is_required))


def _cells(kind: str) -> tuple[Cell, ...]:
    points = Cell(key="points", label=N_("得分"), kind="whole")
    if kind in ("flag", "code"):
        reading = "yes_or_no" if kind == "flag" else "codes"
        return (Cell(key="is", label=N_("取值"), kind=reading), points)
    return (
        Cell(key="sense", label=N_("≥、> 或 ≤"), kind="sense", is_required=False),
        Cell(key="line", label=N_("门槛"), kind=_LINES[kind], unit=Unit.CNY),
        points,
        Cell(key="to", label=N_("至多（专家定）"), kind="whole", is_required=False),
    )


def _band(row: Mapping[str, Any]) -> dict[str, Any]:
    points = [row["points"], row["to"]] if row.get("to") is not None else row["points"]
    if "is" in row:
        return {"is": row["is"], "points": points}
    return {row.get("sense") or "at_least": row["line"], "points": points}
