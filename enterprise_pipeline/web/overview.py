"""The first page, and the certificates that end soon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services.endings import counts_of_endings, endings
from enterprise_pipeline.services.overview import Overview, overview
from enterprise_pipeline.web.access import current_scope, home, of_enterprises_alone
from enterprise_pipeline.web.context import current_as_of, has_page
from enterprise_pipeline.web.filters import jurisdiction, tier_name
from scoring.vocabulary import LINES, LOCAL_POOLS, Tier

ENDING_DAYS = 180
UNKNOWN = "unknown"
CANDIDATES = "candidates.index"
TIERS = {str(tier): tier for tier in Tier}

bp = Blueprint("overview", __name__)


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One way to count: a field of the counts, its words, and the same filter in the candidate list."""

    name: str
    word: Any
    hint: Any
    filter: Mapping[str, str]


MEASURES: dict[str, Measure] = {
    each.name: each
    for each in (
        Measure(name="holders", word=_l("现有"), hint=_l("目前持有这一层级的企业"), filter={"holds": "yes"}),
        Measure(
            name="eligible",
            word=_l("符合未持有"),
            hint=_l("各项条件都满足、但还没有这一层级的企业"),
            filter={"verdict": "eligible", "holds": "no"},
        ),
        Measure(
            name="near",
            word=_l("只差一项"),
            hint=_l("还没有这一层级、只有一项条件不满足的企业"),
            filter={"verdict": "not_eligible", "gaps": "1", "holds": "no"},
        ),
        Measure(
            name="judgement",
            word=_l("待研判"),
            hint=_l("可计算的条件都满足、还有条件要由人判断的企业"),
            filter={"verdict": "needs_judgement"},
        ),
        Measure(
            name="undetermined",
            word=_l("待补数据"),
            hint=_l("没有不满足的条件、但缺少数据而不能下结论的企业"),
            filter={"verdict": "undetermined"},
        ),
    )
}


def candidates_address(tier: Tier, measure: str, place: str | None = None, **changes: str) -> str | None:
    """The candidate list that one number counts; None while there is no such page."""
    if not has_page(CANDIDATES):
        return None
    where = {} if place is None else {"jurisdiction": place or UNKNOWN}
    words: dict[str, Any] = {"tier": str(tier), **MEASURES[measure].filter, **where, **changes}
    return url_for(CANDIDATES, **words)


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show at a glance what somebody may see; people of one enterprise are led to it."""
    if of_enterprises_alone(current_scope()):
        return redirect(home(), code=303)
    tier = _chosen("tier", TIERS, default=Tier.HNTE)
    measure = _chosen("show", MEASURES, default=MEASURES["holders"])
    found = overview(as_of=current_as_of(), tier=tier, ending_within=ENDING_DAYS, scope=current_scope())
    if not found.enterprises:
        return render_template("overview/empty.html", is_whole=found.is_whole)
    lines = [(name, [each for each in line if each in found.tiers or each == tier]) for name, line in LINES]
    shown = next(line for _name, line in lines if tier in line)
    return render_template(
        "overview/show.html",
        found=found,
        lines=[(name, line) for name, line in lines if line],
        shown=shown,
        tier=tier,
        measure=measure,
        measures=MEASURES.values(),
        chart=_chart(found, measure, tier, shown=shown),
        ending_days=ENDING_DAYS,
        local_pools=LOCAL_POOLS,
        above_scale=Tier.ABOVE_SCALE_INDUSTRY,
        candidates_address=candidates_address,
    )


@bp.get("/expiring")
def expiring() -> str:
    """List the certificates of a tier that end within half a year."""
    as_of = current_as_of()
    tier = _chosen("tier", TIERS, default=Tier.HNTE)
    counts = counts_of_endings(as_of=as_of, within=ENDING_DAYS, scope=current_scope())
    page = endings(as_of=as_of, within=ENDING_DAYS, tier=tier, scope=current_scope(), after=_cursor())
    return render_template(
        "overview/expiring.html",
        page=page,
        tier=tier,
        tiers=[each for each in Tier if each in counts or each == tier],
        counts=counts,
        last_day=as_of + timedelta(days=ENDING_DAYS),
        ending_days=ENDING_DAYS,
        after=page.after and f"{page.after[0].isoformat()}~{page.after[1]}",
    )


def _cursor() -> tuple[date, int] | None:
    """Where this page of the list starts, from the address."""
    given = request.args.get("cursor", "")
    if not given:
        return None
    day, _mark, number = given.partition("~")
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        abort(400, _("地址中的翻页位置不能用。请从列表的第一页重新开始。"))


def _chosen(parameter: str, known: Mapping[str, Any], *, default: Any) -> Any:
    given = request.args.get(parameter, "").strip()
    if given and given not in known:
        abort(400, _("地址中的“%(given)s”不认识。请从总览页重新选择。", given=given))
    return known.get(given, default)


def _chart(found: Overview, measure: Measure, tier: Tier, *, shown: Sequence[Tier]) -> dict[str, Any]:
    """One panel of bars for each tier of a line, over the same places."""
    places = [place for place in found.places if any(found.at(place, each).screened for each in shown)]
    return {
        "kind": "panels",
        "unit": _("家"),
        "chosen": shown.index(tier),
        "categories": [jurisdiction(place) for place in places],
        "panels": [
            {
                "name": tier_name(tier),
                "isLight": tier in LOCAL_POOLS,
                "values": [getattr(found.at(place, tier), measure.name) for place in places],
            }
            for tier in shown
        ],
    }
