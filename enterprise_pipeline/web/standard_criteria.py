"""The criteria of a draft: choose a word, fill in its arguments, change, move, remove."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from enterprise_pipeline.services.standards import drafts, editing
from enterprise_pipeline.services.standards.drafts import Version, get_version
from enterprise_pipeline.services.standards.pages import sentence_of
from enterprise_pipeline.services.standards.toml_text import Table
from enterprise_pipeline.services.standards.words import WordView, inner_words, word_view, words
from enterprise_pipeline.web.context import actor
from enterprise_pipeline.web.entry_forms import form_meta
from enterprise_pipeline.web.standard_frame import at_once, form_page, save, saved, say
from forms.criterion import PREFIX, ArgumentsForm, CriterionForm, unit_typed, with_arguments

SHAPES = {"true": True, "false": False}


def add(version_id: int) -> ResponseReturnValue:
    """Add a criterion, or a part inside one: first choose the word, then fill in the form."""
    version = get_version(version_id)
    inside = request.values.get("inside", "")
    offered = inner_words() if inside else words()
    view = next((one for one in offered if one.word == request.values.get("word", "")), None)
    if inside:
        editing.find(version.table, inside)
    if view is None:
        return render_template("standards/words.html", version=version, words=offered, inside=inside)
    if not view.keys and inside:
        raise BadRequest(_("这种判断方式没有可填的内容，不能放在另一条里面。"))
    form = _form(version, view, {}, is_part=bool(inside))
    if request.method == "POST" and form.validate():
        entry = _told(version, view, form, {}, is_part=bool(inside))
        return save(
            version_id,
            form,
            lambda table: editing.add(table, entry, inside=inside),
            what=f"add {inside or entry['id']}",
            then=saved(version_id, _("已添加。"), anchor=(inside or str(entry["id"])).split("/")[0]),
            again=lambda **stale: _page(version, view, form, where="", inside=inside, **stale),
        )
    return _page(version, view, form, where="", inside=inside), 422 if form.errors else 200


def edit(version_id: int, where: str) -> ResponseReturnValue:
    """Change a criterion or a part of one."""
    version = get_version(version_id)
    is_part = "/" in where
    stored = _stored(version, where)
    wished = request.values.get("word") or str(stored.get("word", ""))
    view = _view(wished)
    form = _form(version, view, stored, is_part=is_part)
    if request.method == "POST" and form.validate():
        entry = _told(version, view, form, stored, is_part=is_part)
        return save(
            version_id,
            form,
            lambda table: editing.put(table, where, entry),
            what=f"edit {where}",
            then=saved(version_id, _("已保存。"), anchor=where.split("/", maxsplit=1)[0]),
            again=lambda **stale: _page(version, view, form, where=where, inside="", **stale),
        )
    return _page(version, view, form, where=where, inside=""), 422 if form.errors else 200


def remove(version_id: int) -> ResponseReturnValue:
    """Take a criterion or a part out; it can be brought back."""
    where, seen = request.form.get("where", ""), _seen()
    return at_once(
        version_id,
        lambda: drafts.save(
            version_id,
            lambda table: editing.remove(table, where),
            seen=seen,
            what=f"remove {where}",
            actor=actor(),
        ),
        done=_("已删除；可用“撤销”恢复。"),
    )


def move(version_id: int) -> ResponseReturnValue:
    """Move a criterion or a part up or down."""
    where, seen = request.form.get("where", ""), _seen()
    by = -1 if request.form.get("by") == "up" else 1
    return at_once(
        version_id,
        lambda: drafts.save(
            version_id,
            lambda table: editing.move(table, where, by=by),
            seen=seen,
            what=f"move {where}",
            actor=actor(),
        ),
        done=_("已移动。"),
        anchor=where.split("/")[0],
    )


def _seen() -> int:
    return request.form.get("seen", 0, type=int)


def _view(word: str) -> WordView:
    try:
        return word_view(word)
    except KeyError as error:
        raise BadRequest(_("没有“%(word)s”这种判断方式；请删去这一条后重新添加。", word=word)) from error


def _stored(version: Version, where: str) -> Table:
    """What is stored at an address; nothing of a criterion that has gone, so that a save adds it."""
    if request.method == "POST" and "/" not in where:
        return next((one for one in editing.criteria_of(version.table) if one.get("id") == where), {})
    return editing.find(version.table, where)


def _form(version: Version, view: WordView, stored: Table, *, is_part: bool) -> ArgumentsForm:
    sent = request.form if request.method == "POST" else None
    parts = (version.table.get("points") or {}).get("parts", [])
    made = with_arguments(
        ArgumentsForm if is_part else CriterionForm,
        view.keys,
        operators=view.operators,
        unit=unit_typed(sent, stored, say),
        parts=[(str(part.get("id")), str(part.get("label"))) for part in parts],
    )
    form = made(sent, data=_data(stored), meta=form_meta())
    if sent is None:
        form.seen.data = str(version.revision)
    return form


def _data(stored: Table) -> dict[str, Any]:
    """A stored criterion as the values of its form."""
    data = dict(stored)
    for key, value in stored.items():
        data[PREFIX + key] = str(value).lower() if isinstance(value, bool) else value
    if data.get("label_en") == data.get("label"):
        data["label_en"] = ""
    if data.get("printed_en") == data.get("printed"):
        data["printed_en"] = ""
    return data


def _told(version: Version, view: WordView, form: ArgumentsForm, stored: Table, *, is_part: bool) -> Table:
    """What the form says, with what it does not show as it was stored."""
    kept = {key: stored[key] for key in ("parts",) if key in stored and stored.get("word") == view.word}
    begun: Table = {"parts": []} if _takes_parts(view) else {}
    if is_part or not isinstance(form, CriterionForm):
        return form.told(view.word) | begun | kept
    arguments = form.told(view.word) | kept
    sentence = sentence_of(version.tier, arguments, version.table.get("points"), say_plain)
    name = str(stored.get("id") or editing.free_id(version.table, _wished_id(arguments)))
    entry = form.entry(view.word, name=name, sentence=sentence or str(form.label.data))
    hidden = ("address", "source", "checked_on", "note_en")
    kept |= {key: stored[key] for key in hidden if key in stored}
    return entry | begun | kept


def say_plain(pattern: str) -> str:
    """Printed texts are stored in Chinese, whatever the language of the page."""
    return pattern


def _takes_parts(view: WordView) -> bool:
    return any(key.kind == "parts" for key in view.keys)


def _wished_id(arguments: Table) -> str:
    """An id that says what the criterion is about."""
    told = [arguments.get(key) for key in ("fact", "numerator", "tier", "part", "facts", "tiers")]
    first = next((value[0] if isinstance(value, list) else value for value in told if value), "")
    stem = str(first or arguments["word"]).removesuffix("_cny")
    ending = {">=": "_min", ">": "_min", "<=": "_max", "<": "_max"}.get(str(arguments.get("operator")), "")
    return f"{stem[:30]}{'_ratio' if 'numerator' in arguments else ''}{ending}"


def _page(
    version: Version, view: WordView, form: ArgumentsForm, *, where: str, inside: str, **stale: Any
) -> str:
    return form_page(
        "standards/criterion.html",
        form=form,
        version=version,
        view=view,
        where=where,
        inside=inside,
        ordered=_ordered(form),
        **stale,
    )


def _ordered(form: ArgumentsForm) -> list[str]:
    """The arguments in their order, the comparison right before what it compares with."""
    names = [PREFIX + argument.name for argument in form.arguments]
    if "operator" in form:
        compared = [PREFIX + name for name in ("value", "days", "classes")]
        names.insert(next((names.index(name) for name in compared if name in names), len(names)), "operator")
    return names
