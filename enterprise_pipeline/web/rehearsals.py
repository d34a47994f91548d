"""Rehearsals of a changed rule: start one, watch it, stop it, and see whom the change would touch."""

from threading import Thread
from threading import enumerate as enumerate_threads
from typing import Any

from flask import Flask, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict

from enterprise_pipeline.services import rehearsal as service
from enterprise_pipeline.services import rehearsal_heads as heads
from enterprise_pipeline.services.errors import BadFile, NotFound, ServiceError
from enterprise_pipeline.services.rehearsal_columns import Change
from enterprise_pipeline.services.rehearsal_list import changed_page, parse_filter
from enterprise_pipeline.services.rule_compare import rule_set_of
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.web import rehearsal_export, rules
from enterprise_pipeline.web import rehearsal_words as words
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.context import actor, current_as_of, today
from enterprise_pipeline.web.entry_forms import ID, form_meta
from enterprise_pipeline.web.filters import translated
from forms.rules import RehearsalFileForm, RehearsalForm

# Rehearsals are pages about rules, too; only their file is another one.
bp = rules.bp

THREAD = "rehearsal-"
SECONDS_TO_REFRESH = "2"
# A longer number is the key of no row.
MOST_DIGITS = 19


@bp.context_processor
def rehearsal_words() -> dict[str, Any]:
    """The words of rehearsals, for their templates."""
    return {
        "changes_of": words.CHANGES,
        "change_hints": words.CHANGE_HINTS,
        "rehearsal_states": words.STATES,
        "bases": words.BASES,
        "origins": words.ORIGINS,
        "change_word": words.change_word,
        "criteria_words": words.criteria_words,
        "gap_words": words.gap_words,
        "place_word": words.place_word,
        "duration": words.duration,
        "rule_set_words": rehearsal_export.rule_set_words,
    }


@bp.get("/rehearsals")
def rehearsals() -> ResponseReturnValue:
    """List the rehearsals, and offer to start one: of a file, of two rule sets, or of a version."""
    kind = RehearsalForm if _subject() else RehearsalFileForm
    return _start_page(kind(as_of=current_as_of(), meta=form_meta()))


@bp.post("/rehearsals")
def start_rehearsal() -> ResponseReturnValue:
    """Start a rehearsal in a thread of its own and lead to its page."""
    kind = RehearsalForm if _subject() else RehearsalFileForm
    form = kind(CombinedMultiDict([request.files, request.form]), meta=form_meta())
    if not form.validate():
        return _start_page(form), 422
    try:
        rehearsal_id = _started(form)
    except BadFile as problem:
        return _start_page(form, problem=problem), 422
    except ServiceError as error:
        form.form_errors.append(translated(error.message))
        return _start_page(form), 422
    run_behind(rehearsal_id)
    return redirect(url_for(".rehearsal", rehearsal_id=rehearsal_id), code=303)


def _subject() -> dict[str, str]:
    """What the address or the form asks to rehearse, other than a file."""
    found = {name: request.values.get(name, "") for name in ("old", "new", "version")}
    return {name: value for name, value in found.items() if value}


def _started(form: RehearsalForm) -> int:
    subject, basis = _subject(), form.basis.data
    told = {"actor": actor(), "as_of": form.as_of.data, "basis": basis, "today": today()}
    if version := subject.get("version"):
        return service.start_for_draft(_key(version), **told)
    if subject:
        return service.start_for_pair(subject.get("old", ""), subject.get("new", ""), **told)
    file, standard = form.file.data, form.standard.data or ""
    return service.start_for_file(file.filename, file.stream.read(), standard=standard, **told)


def _key(text: str) -> int:
    """A number that can be the key of a row, else 0, which is none."""
    return int(text) if text.isdecimal() and text.isascii() and len(text) < MOST_DIGITS else 0


def _start_page(form: RehearsalForm, problem: BadFile | None = None) -> str:
    subject = _subject()
    version_name = service.version_name(_key(subject.get("version", "")))
    if request.method == "GET" and subject.get("version") and not version_name:
        raise NotFound(Text(N_("没有编号为“%(id)s”的标准版本。"), id=subject["version"]))
    pair = [rule_set_of(subject[name]) for name in ("old", "new") if subject.get(name)]
    return render_template(
        "rules/rehearsals.html",
        form=form,
        problem=problem,
        subject=subject,
        pair=pair,
        version_name=version_name,
        found=heads.latest_rehearsals(),
    )


@bp.get(f"/rehearsals/<{ID}:rehearsal_id>")
def rehearsal(rehearsal_id: int) -> ResponseReturnValue:
    """Show how far a rehearsal is, or whom the change would touch."""
    shown = heads.head(rehearsal_id)
    wanted = parse_filter(shown, request.args)
    after = request.args.get("cursor", "")
    chips = words.chips(shown, wanted)
    page = render_template(
        "rules/rehearsal.html",
        shown=shown,
        wanted=wanted,
        page=changed_page(shown, wanted, scope=current_scope(), after=after),
        is_first=not after,
        here=wanted.address(),
        chips=[(chip, _address(shown.id, wanted.address(**{chip.name: None}))) for chip in chips],
        kinds=[change for change in Change if shown.n(change)],
    )
    return page, 200, {"Refresh": SECONDS_TO_REFRESH} if shown.state == "running" else {}


def _address(rehearsal_id: int, parameters: dict[str, str]) -> str:
    values: dict[str, Any] = {"rehearsal_id": rehearsal_id, **parameters}
    return url_for(".rehearsal", _anchor="changed", **values)


@bp.post(f"/rehearsals/<{ID}:rehearsal_id>/cancel")
def cancel_rehearsal(rehearsal_id: int) -> ResponseReturnValue:
    """Stop a rehearsal."""
    service.cancel(rehearsal_id, actor=actor())
    flash(_("已停止预演；已有的结果保留，可以接着做。"), "info")
    return redirect(url_for(".rehearsal", rehearsal_id=rehearsal_id), code=303)


@bp.post(f"/rehearsals/<{ID}:rehearsal_id>/resume")
def resume_rehearsal(rehearsal_id: int) -> ResponseReturnValue:
    """Go on with a rehearsal that was interrupted or stopped."""
    service.reopen(rehearsal_id, actor=actor())
    run_behind(rehearsal_id)
    flash(_("接着上次的地方继续预演。"), "success")
    return redirect(url_for(".rehearsal", rehearsal_id=rehearsal_id), code=303)


@bp.post(f"/rehearsals/<{ID}:rehearsal_id>/delete")
def delete_rehearsal(rehearsal_id: int) -> ResponseReturnValue:
    """Throw the results of a rehearsal away."""
    service.delete(rehearsal_id, actor=actor())
    flash(_("已删除这次预演的结果。"), "info")
    return redirect(url_for(".rehearsals"), code=303)


@bp.get(f"/rehearsals/<{ID}:rehearsal_id>/export.xlsx")
def export_rehearsal(rehearsal_id: int) -> ResponseReturnValue:
    """Send the enterprises that the address asks for as a workbook."""
    shown = heads.head(rehearsal_id)
    return rehearsal_export.answer(shown, parse_filter(shown, request.args))


def run_behind(rehearsal_id: int) -> Thread:
    """Run a rehearsal in a thread of its own; its page asks the database how far it is.

    The thread does not keep a server alive that is told to stop: what it has
    written stays, and the rehearsal can be gone on with.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined] # noqa: SLF001 - the proxy ends with the request

    def work() -> None:
        with app.app_context():
            try:
                service.run(rehearsal_id)
            except ServiceError:
                app.logger.info("The rehearsal %s did not go on.", rehearsal_id, exc_info=True)

    thread = Thread(target=work, name=f"{THREAD}{rehearsal_id}", daemon=True)
    thread.start()
    return thread


def running_rehearsals() -> list[Thread]:
    """The threads of this process that run a rehearsal."""
    return [thread for thread in enumerate_threads() if thread.name.startswith(THREAD)]
