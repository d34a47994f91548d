"""The points system and the direct route of a draft."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_pipeline.services.standards import drafts, editing, scoring_parts
from enterprise_pipeline.services.standards.drafts import Version, get_version
from enterprise_pipeline.services.standards.toml_text import Table
from enterprise_pipeline.web.context import actor
from enterprise_pipeline.web.entry_forms import form_meta
from enterprise_pipeline.web.standard_frame import at_once, form_page, save, saved
from forms.base import BaseForm
from forms.points_table import KINDS, stored_rows, table_form
from forms.standards import DirectForm, PointsForm, PointsPartForm

ANCHOR = "points"


def points(version_id: int) -> ResponseReturnValue:
    """Say what holds for the points system as a whole."""
    version = get_version(version_id)
    stored = scoring_parts.points_of(version.table)
    form = _bound(PointsForm, version, stored)
    return _step(
        version,
        form,
        lambda table: scoring_parts.with_points(table, form.cleaned()),
        title=_("评分"),
        what="points",
    )


def part(version_id: int, index: int | None = None) -> ResponseReturnValue:
    """Add or change an indicator."""
    version = get_version(version_id)
    stored = {} if index is None else scoring_parts.part_at(version.table, index)
    form = _bound(PointsPartForm, version, stored)

    def change(table: Table) -> Table:
        told = {key: value for key, value in form.cleaned().items() if value not in (None, "")}
        told["label_en"] = told.get("label_en") or told["label"]
        told["id"] = told.get("id") or scoring_parts.free_part_id(table)
        return scoring_parts.with_part(table, index, told)

    title = _("添加指标") if index is None else _("修改指标")
    return _step(version, form, change, title=title, what=f"points part {index}")


def table(version_id: int, index: int, number: int | None = None) -> ResponseReturnValue:
    """Add or change a table of an indicator; a new one first asks what it measures."""
    version = get_version(version_id)
    scoring_parts.part_at(version.table, index)
    stored = {} if number is None else scoring_parts.table_at(version.table, index, number)
    kind = request.values.get("kind") or str(stored.get("kind", ""))
    if kind not in KINDS:
        return render_template("standards/kinds.html", version=version, index=index, kinds=KINDS)
    form = _bound(table_form(kind), version, {**stored, "bands": stored_rows(stored)})
    return _step(
        version,
        form,
        lambda whole: scoring_parts.with_table(whole, index, number, form.table(kind)),
        title=_("评分表：%(kind)s", kind=_(KINDS[kind])),
        what=f"points table {index}.{number}",
        hidden={"kind": kind},
    )


def remove_points(version_id: int) -> ResponseReturnValue:
    """Take out a table, an indicator or all points; it can be brought back."""
    index, number = (request.form.get(name, type=int) for name in ("index", "number"))
    return _remove(version_id, lambda table: scoring_parts.without(table, index, number), "remove points")


def direct(version_id: int) -> ResponseReturnValue:
    """Write the direct route."""
    version = get_version(version_id)
    stored = version.table.get("direct") or {}
    form = _bound(DirectForm, version, stored)

    def change(table: Table) -> Table:
        told = form.cleaned()
        doors = [{"label_en": door["label"], **door} for door in told["any_of"]]
        printed_en = stored.get("printed_en") if stored.get("printed") == told["printed"] else None
        return editing.with_key(
            table,
            "direct",
            {
                "article": told["article"],
                "printed": told["printed"],
                "printed_en": printed_en or told["printed"],
                "waives": told["waives"] or [],
                "any_of": [*doors, *_measured(stored)],
            },
        )

    return _step(version, form, change, title=_("直通条件"), what="direct")


def _measured(stored: Table) -> list[Any]:
    """Doors that measure something are written in the file and stay as they are."""
    return [door for door in stored.get("any_of", []) if "word" in door]


def remove_direct(version_id: int) -> ResponseReturnValue:
    """Take out the direct route; it can be brought back."""
    return _remove(version_id, lambda table: editing.with_key(table, "direct", None), "remove direct")


def _remove(version_id: int, change: Any, what: str) -> ResponseReturnValue:
    seen = request.form.get("seen", 0, type=int)
    return at_once(
        version_id,
        lambda: drafts.save(version_id, change, seen=seen, what=what, actor=actor()),
        done=_("已删除；可用“撤销”恢复。"),
        anchor=ANCHOR,
    )


def _bound(kind: Any, version: Version, stored: Table) -> Any:
    sent = request.form if request.method == "POST" else None
    data = dict(stored)
    if kind is DirectForm:
        data["any_of"] = [door for door in stored.get("any_of", []) if "word" not in door]
    form = kind(sent, data=data, meta=form_meta())
    if sent is None:
        form.seen.data = str(version.revision)
    return form


def _step(
    version: Version, form: BaseForm, change: Any, *, title: str, what: str, hidden: Any = None
) -> ResponseReturnValue:
    def again(**stale: Any) -> str:
        return form_page(
            "standards/part.html", form=form, version=version, title=title, hidden=hidden or {}, **stale
        )

    if request.method == "POST" and form.validate():
        then = saved(version.id, _("已保存。"), anchor=ANCHOR)
        return save(version.id, form, change, what=what, then=then, again=again)
    return again(), 422 if form.errors else 200
