"""Entry by hand: register, edit and rename an enterprise, and the people to call there."""

import json
from datetime import date, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from enterprise_pipeline.services import contacts, enterprises, reference
from enterprise_pipeline.services.contacts import ContactDetails
from enterprise_pipeline.services.credit_code import CreditCodeError, check_credit_code
from enterprise_pipeline.services.enterprises import EnterpriseRecord, Registration
from enterprise_pipeline.services.errors import FieldConflict, StaleVersion
from enterprise_pipeline.services.similar import similar_enterprises
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.candidate_options import offered_places
from enterprise_pipeline.web.context import actor, today
from enterprise_pipeline.web.entry_forms import ID, after_change, form_meta, page, pin, shown_value, unit_word
from enterprise_pipeline.web.filters import jurisdiction, translated
from forms.contact import ROLES, ContactForm
from forms.enterprise import EnterpriseEditForm, EnterpriseForm

bp = Blueprint("entry", __name__, url_prefix="/enterprises")

bp.add_app_template_global(unit_word)
bp.add_app_template_global(shown_value)

SHORTEST_NAME = 4


@bp.route("/new", methods=["GET", "POST"])
def register() -> ResponseReturnValue:
    """Register an enterprise; unusual values and likely duplicates are shown before they are saved."""
    form = EnterpriseForm(request.form, meta=form_meta())
    offer_codes(form)
    doubts: dict[str, Any] = {}
    if request.method == "POST" and form.validate():
        registration = Registration(**form.cleaned())
        doubts = doubts_about(registration)
        if not doubts or form.confirmed.data:
            try:
                enterprise_id = enterprises.register_enterprise(
                    registration, scope=current_scope(), actor=actor(), today=today()
                )
            except FieldConflict as conflict:
                pin(form, conflict)
            else:
                after_change(enterprise_id, saved=_("已登记“%(name)s”。", name=registration.name))
                return redirect(url_for("enterprises.show", enterprise_id=enterprise_id), code=303)
    return page("enterprises/new.html", form=form, doubts=doubts, industries=industries())


@bp.route(f"/<{ID}:enterprise_id>/edit", methods=["GET", "POST"])
def edit(enterprise_id: int) -> ResponseReturnValue:
    """Edit the registration; what somebody else changed meanwhile is shown, not passed over."""
    record = enterprises.get_enterprise(enterprise_id)
    form = EnterpriseEditForm(request.form, obj=record.registration, meta=form_meta())
    offer_codes(form, besides=record.registration.jurisdiction)
    doubts: dict[str, Any] = {}
    if request.method == "GET":
        form.version.data, form.seen.data = str(record.version), _pack(record.registration)
    elif form.validate():
        registration = Registration(**form.cleaned())
        doubts = doubts_about(registration, besides=enterprise_id, known=record.registration)
        if not doubts or form.confirmed.data:
            try:
                _save(record, form, registration)
            except FieldConflict as conflict:
                pin(form, conflict)
            except StaleVersion:
                return _stale(record, form, registration)
            else:
                after_change(enterprise_id, saved=_("已保存“%(name)s”的登记信息。", name=registration.name))
                return redirect(url_for("enterprises.show", enterprise_id=enterprise_id), code=303)
    return page("enterprises/edit.html", form=form, record=record, doubts=doubts, industries=industries())


@bp.get("/similar")
def similar() -> str:
    """Tell, while somebody types, what is wrong with the code and which enterprises look the same."""
    code, name = (request.args.get(field, "").strip() for field in ("credit_code", "name"))
    problem, checked = None, ""
    if code:
        try:
            checked = check_credit_code(code).text
        except CreditCodeError as error:
            problem = str(error)
    found = similar_enterprises(
        credit_code=checked,
        name=name if len(name) >= SHORTEST_NAME else "",
        scope=current_scope(),
        besides=request.args.get("besides", type=int),
    )
    return render_template("enterprises/_similar.html", problem=problem, found=found)


@bp.route(f"/<{ID}:enterprise_id>/contacts/new", methods=["GET", "POST"])
def add_contact(enterprise_id: int) -> ResponseReturnValue:
    """Record a person to call."""
    record = enterprises.get_enterprise(enterprise_id)
    form = ContactForm(request.form, meta=form_meta())
    if request.method == "POST" and form.validate():
        try:
            contacts.add_contact(enterprise_id, ContactDetails(**form.cleaned()), actor=actor())
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            return redirect(_contacts_of(enterprise_id), code=303)
    return page("enterprises/contact.html", form=form, record=record, contact=None, roles=ROLES)


@bp.route(f"/<{ID}:enterprise_id>/contacts/<{ID}:contact_id>", methods=["GET", "POST"])
def edit_contact(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    """Change what is known of a person."""
    record = enterprises.get_enterprise(enterprise_id)
    contact = contacts.get_contact(enterprise_id, contact_id)
    form = ContactForm(request.form, obj=contact.details, meta=form_meta())
    if request.method == "GET":
        form.stamp.data = contact.updated_at.isoformat()
    elif form.validate():
        details = ContactDetails(**form.cleaned())
        try:
            seen = stamp(form.stamp.data)
            contacts.edit_contact(enterprise_id, contact_id, details, seen=seen, actor=actor())
        except FieldConflict as conflict:
            pin(form, conflict)
        else:
            return redirect(_contacts_of(enterprise_id), code=303)
    return page("enterprises/contact.html", form=form, record=record, contact=contact, roles=ROLES)


@bp.post(f"/<{ID}:enterprise_id>/contacts/<{ID}:contact_id>/remove")
def remove_contact(enterprise_id: int, contact_id: int) -> ResponseReturnValue:
    """Delete a person's details."""
    contacts.remove_contact(enterprise_id, contact_id, actor=actor())
    return redirect(_contacts_of(enterprise_id), code=303)


def offer_codes(form: EnterpriseForm, *, besides: str | None = None) -> None:
    """Fill the lists to choose from, in the page's language; of jurisdictions one's own and ``besides``."""
    own = {*dict(offered_places(current_scope())), besides}
    places = [place for place in reference.jurisdictions() if place.code in own]
    form.division_code.offer([(place.code, jurisdiction(place.code)) for place in reference.divisions()])
    form.jurisdiction.offer([(place.code, jurisdiction(place.code)) for place in places])
    fields = [
        (item.code, f"{item.code} {translated(item.name)}", translated(item.group))
        for item in reference.hitech_fields()
    ]
    form.hitech_field.offer(fields)


def industries() -> list[tuple[str, str]]:
    """The classes of industry to suggest while somebody types a code."""
    return [(code, name) for code, name in reference.industry_names().items() if len(code) > 1]


def doubts_about(
    registration: Registration, *, besides: int | None = None, known: Registration | None = None
) -> dict[str, Any]:
    """What a person should look at before saving; nothing where code and name are as they were."""
    warnings = enterprises.warnings_for(registration)
    if known is not None and warnings == enterprises.warnings_for(known):
        warnings = []
    alike = None
    if known is None or known.name != registration.name:
        alike = similar_enterprises(
            credit_code=registration.credit_code,
            name=registration.name,
            scope=current_scope(),
            besides=besides,
        )
    return {"warnings": warnings, "similar": alike} if warnings or alike else {}


def stamp(text: str | None) -> datetime:
    """The instant that a form carries; one that cannot be read never matches."""
    try:
        return datetime.fromisoformat(text or "")
    except ValueError as error:
        raise StaleVersion from error


def _save(record: EnterpriseRecord, form: EnterpriseEditForm, registration: Registration) -> None:
    version = form.version.data or ""
    enterprises.edit_enterprise(
        record.id,
        registration,
        scope=current_scope(),
        version=int(version) if version.isdecimal() else 0,
        seen=_unpack(form.seen.data or ""),
        name_change=form.name_change.data,
        renamed_on=form.renamed_on.data,
        actor=actor(),
        today=today(),
    )


def _stale(record: EnterpriseRecord, form: EnterpriseEditForm, mine: Registration) -> tuple[str, int]:
    """Show what changed meanwhile beside what was typed, so that one more press saves knowingly."""
    current = enterprises.get_enterprise(record.id)
    form.version.data, form.seen.raw_data = str(current.version), None
    seen, form.seen.data = _unpack(form.seen.data or ""), _pack(current.registration)
    names = [name for name in form.cleaned() if getattr(current.registration, name) != getattr(mine, name)]
    theirs = [
        name for name in form.cleaned() if seen and getattr(seen, name) != getattr(current.registration, name)
    ]
    body = render_template(
        "enterprises/stale.html", form=form, record=current, mine=mine, seen=seen, names=names, theirs=theirs
    )
    return body, 409


def _pack(registration: Registration) -> str:
    return json.dumps(enterprises.as_json(vars(registration)), ensure_ascii=False, sort_keys=True)


def _unpack(text: str) -> Registration | None:
    """What the person had before them; None when the page did not carry it, which is never equal."""
    try:
        values = json.loads(text)
        day = values.pop("registered_on")
        return Registration(**values, registered_on=date.fromisoformat(day) if day else None)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _contacts_of(enterprise_id: int) -> str:
    return url_for("enterprises.show", enterprise_id=enterprise_id, _anchor="contacts")
