"""What every page knows of its request: the day, the language, who acts; and what templates may ask for."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import BadRequest

from enterprise_pipeline.config import Settings
from enterprise_pipeline.services import clock
from enterprise_pipeline.services.accounts.identity import LOCAL
from enterprise_pipeline.services.overview import registry_is_synthetic

EARLIEST_DAY = date(2000, 1, 1)
LOOK_AHEAD = timedelta(days=366)
# Until there are accounts, the server answers this machine only, so there is one person.
LOCAL_ACTOR = LOCAL.actor
AS_OF = "as_of"
# Addresses that mean the same on every day.
TIMELESS_ENDPOINTS = frozenset({"static", "health.health", "health.ready", "language.choose"})


@dataclass(frozen=True, kw_only=True)
class NavigationEntry:
    """One line of the main navigation; ``also`` names further page groups that belong to it.

    ``address`` leads elsewhere than the endpoint does by itself.
    """

    endpoint: str
    word: Any
    icon: str
    also: tuple[str, ...] = ()
    address: str = ""

    def leads_to(self, blueprint: str | None) -> bool:
        """Whether a page of that group is under this entry."""
        return blueprint in (self.endpoint.partition(".")[0], *self.also)


NAVIGATION: tuple[NavigationEntry, ...] = (
    NavigationEntry(endpoint="overview.show", word=_l("总览"), icon="layout-dashboard"),
    NavigationEntry(endpoint="candidates.index", word=_l("候选"), icon="stairs-up"),
    NavigationEntry(
        endpoint="enterprises.index",
        word=_l("企业"),
        icon="building-factory-2",
        also=("entry", "entry_data", "data_questions", "figure_history", "business_secrets"),
    ),
    NavigationEntry(endpoint="rules.index", word=_l("规则"), icon="scale", also=("standards",)),
    NavigationEntry(endpoint="imports.index", word=_l("导入"), icon="table-import"),
    NavigationEntry(endpoint="account_admin.index", word=_l("账号"), icon="users"),
    NavigationEntry(endpoint="audit.index", word=_l("操作记录"), icon="list-search"),
    NavigationEntry(endpoint="help.show", word=_l("帮助"), icon="help-circle"),
)
# Where people of an enterprise go instead of to the list of all.
OWN_ENTERPRISE = NavigationEntry(
    endpoint="enterprises.index",
    word=_l("我的企业"),
    icon="building-factory-2",
    also=("entry", "entry_data", "figure_history", "business_secrets"),
)


def settings() -> Settings:
    """The settings of this installation."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def local_zone() -> ZoneInfo:
    """The time zone in which a day begins and instants are shown."""
    return ZoneInfo(settings().timezone)


def today() -> date:
    """The present day where the bureau is, or the day that PIPELINE_TODAY pretends."""
    return clock.today(settings().timezone, pretended=settings().today)


def actor() -> str:
    """Who does what this request does."""
    return g.access.actor if "access" in g else LOCAL_ACTOR


def current_as_of() -> date:
    """The day this page is about: ``as_of`` in the address, else today; a 400 when it is no usable day."""
    given = request.args.get(AS_OF, "").strip()
    if not given:
        return today()
    try:
        chosen = date.fromisoformat(given)
    except ValueError as error:
        raise BadRequest(
            _("地址中的日期“%(given)s”不是日期。请写成 2026-11-22 这样的形式。", given=given)
        ) from error
    latest = today() + LOOK_AHEAD
    if not EARLIEST_DAY <= chosen <= latest:
        raise BadRequest(
            _(
                "日期 %(given)s 不在可查看的范围内：请选择 %(first)s 至 %(last)s 之间的一天。",
                given=given,
                first=EARLIEST_DAY.isoformat(),
                last=latest.isoformat(),
            )
        )
    return chosen


def frame_as_of() -> date:
    """The day for the frame around a page: like `current_as_of`, but today where the address is wrong."""
    try:
        return current_as_of()
    except BadRequest:
        return today()


def shows_synthetic_data() -> bool:
    """Whether the registry is invented; asked once a request, and "no" when the database does not answer."""
    if "shows_synthetic_data" not in g:
        g.shows_synthetic_data = registry_is_synthetic()
    return bool(g.shows_synthetic_data)


def is_of_url_for(name: str) -> bool:
    """Whether ``url_for`` takes a parameter of this name for its own, which no visitor may give."""
    return name.startswith("_") or name in {"endpoint", "self", "values"}


def address_with(**changes: Any) -> dict[str, Any]:
    """The query parameters of this page with some replaced (None removes), for ``url_for(endpoint, **…)``."""
    parameters: dict[str, Any] = {
        name: request.args.getlist(name) for name in request.args if not is_of_url_for(name)
    }
    parameters.update(request.view_args or {})
    parameters.update(changes)
    return parameters


def can_be_opened() -> bool:
    """Whether the address of this request can be opened again, and is not only for the button of a form."""
    rule = request.url_rule
    return rule is None or "GET" in (rule.methods or ())


def page_path() -> str:
    """The path to open for this page, without parameters."""
    return request.path if can_be_opened() else url_for("overview.show", as_of=None)


def page_address() -> str:
    """The address to open for this page, with its parameters."""
    return request.full_path if request.query_string and can_be_opened() else page_path()


def today_address() -> str:
    """Where the page leads when no day is chosen."""
    if request.endpoint is None or not can_be_opened():
        return page_path()
    return url_for(request.endpoint, **address_with(as_of=None, cursor=None))


def has_page(endpoint: str) -> bool:
    """Whether this installation has such a page."""
    return endpoint in current_app.view_functions


def navigation() -> list[NavigationEntry]:
    """The entries of the main navigation that exist in this installation."""
    return [entry for entry in NAVIGATION if has_page(entry.endpoint)]


def init_context(app: Flask) -> None:
    """Let templates ask for the day and the frame, and carry a chosen day from page to page."""

    @app.url_defaults
    def carry_the_day(endpoint: str, values: dict[str, Any]) -> None:
        if not has_request_context() or endpoint in TIMELESS_ENDPOINTS or AS_OF in values:
            return
        if AS_OF in request.args:
            values[AS_OF] = request.args[AS_OF]

    app.jinja_env.globals.update(
        today=today,
        as_of=frame_as_of,
        now=clock.now,
        shows_synthetic_data=shows_synthetic_data,
        address_with=address_with,
        page_path=page_path,
        page_address=page_address,
        today_address=today_address,
        navigation=navigation,
        has_page=has_page,
    )
