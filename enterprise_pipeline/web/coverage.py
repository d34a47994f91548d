"""规上企业研发机构覆盖: sums by place, the list of those without an R&D institution, and its workbook."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from enterprise_pipeline.services import coverage as service
from enterprise_pipeline.services import reference
from enterprise_pipeline.services.candidate_keys import BadCursor
from enterprise_pipeline.services.coverage import ABOVE_SCALE, CoverageFilter, CoveredEnterprise, Status
from enterprise_pipeline.services.export_receipts import Export, ExportKind
from enterprise_pipeline.services.exports import Cell, Column, Sheet
from enterprise_pipeline.services.overview import registry_is_synthetic
from enterprise_pipeline.web.access import current_scope
from enterprise_pipeline.web.candidate_export import XLSX
from enterprise_pipeline.web.candidate_options import Option, offered_places
from enterprise_pipeline.web.context import AS_OF, current_as_of
from enterprise_pipeline.web.export_words import about_export, new_export, spooled, watermark
from enterprise_pipeline.web.filters import industry, jurisdiction, number, tier_name, translated, unknown
from enterprise_pipeline.web.said import said
from scoring.vocabulary import SIZE_NAMES, Tier

bp = Blueprint("coverage", __name__, url_prefix="/coverage")

UNKNOWN = "unknown"
ALL = "all"
STATUS_WORDS: dict[Status, Any] = {
    Status.WITHOUT: _l("没有研发机构"),
    Status.UNKNOWN: _l("未知"),
    Status.WITH: _l("有研发机构"),
}
LEVEL_WORDS: dict[str, Any] = {
    "national": _l("国家级"),
    "provincial": _l("省级"),
    "city": _l("市级"),
    "below_city": _l("市级以下"),
    "none": _l("无"),
}
COLUMNS: tuple[tuple[Any, float], ...] = (
    (_l("企业"), 38),
    (_l("统一社会信用代码"), 22),
    (_l("归口"), 18),
    (_l("行业"), 30),
    (_l("规上类别"), 22),
    (_l("规模"), 10),
    (_l("研发机构"), 14),
    (_l("级别"), 10),
)


@bp.get("")
def index() -> str:
    """Show who has an R&D institution and who has none."""
    wanted = _filter()
    try:
        shown = service.coverage(
            wanted, as_of=current_as_of(), scope=current_scope(), after=request.args.get("after", "")
        )
    except BadCursor as error:
        abort(400, translated(error.message))
    own = dict(offered_places(current_scope()))
    known = [place.code for place in reference.jurisdictions() if place.code in own]
    others = sorted(set(shown.places) - set(known), key=lambda code: (not code, code))
    return render_template(
        "coverage/index.html",
        shown=shown,
        wanted=wanted,
        places=[*known, *others],
        tabs=[(tab, address(wanted, status=tab.value)) for tab in _tabs(shown)],
        tiers=[
            Option(value=str(tier), word=said().tier(tier), is_chosen=tier is wanted.tier)
            for tier in ABOVE_SCALE
        ],
        jurisdictions=_jurisdictions(wanted, shown.places),
        status_words=STATUS_WORDS,
        level_words=LEVEL_WORDS,
        size_names=SIZE_NAMES,
        address=address,
        here=wanted.address(),
        summary=_summary(shown),
        is_whole=current_scope().is_everything,
    )


@bp.get("/export.xlsx")
def export_xlsx() -> Response:
    """Send exactly this list as a workbook."""
    wanted, as_of = _filter(), current_as_of()
    is_synthetic = registry_is_synthetic()
    kind = _("规上企业研发机构覆盖")
    export = new_export(
        ExportKind.COVERAGE,
        filter_in_words=_in_words(wanted),
        of=str(wanted.tier or "all"),
        address={**wanted.address(), "as_of": as_of.isoformat()},
        columns=[str(title) for title, _width in COLUMNS],
    )
    sheet = Sheet(
        title=_("名单（合成数据）") if is_synthetic else _("名单"),
        about_title=_("导出说明"),
        columns=[Column(title=str(title), width=width) for title, width in COLUMNS],
        about=lambda n: _about(export, n, is_synthetic=is_synthetic),
        mark=watermark(export, title=kind),
    )
    with spooled() as file:
        service.export_coverage(wanted, file, as_of=as_of, sheet=sheet, cells=_cells, export=export)  # type: ignore[arg-type]
    name = f"{kind}-{export.number}.xlsx"
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name, max_age=0)


def _filter() -> CoverageFilter:
    """The list that the address asks for; a 400 naming what is not known."""
    places = {place.code for place in reference.jurisdictions()} | {UNKNOWN}
    status = _known("status", [*map(str, Status), ALL]) or str(Status.WITHOUT)
    tier = _known("tier", list(map(str, ABOVE_SCALE)))
    return CoverageFilter(
        status=None if status == ALL else Status(status),
        tier=Tier(tier) if tier else None,
        jurisdiction=_known("jurisdiction", places),
    )


def _known(parameter: str, known: Any) -> str:
    given = request.args.get(parameter, "").strip()
    if given and given not in known:
        abort(400, _("地址中的“%(given)s”不认识。请从规上企业研发机构覆盖页重新选择。", given=given))
    return given


def address(wanted: CoverageFilter, **changes: str) -> str:
    """The address of a list with some parameters replaced."""
    day = {AS_OF: request.args[AS_OF]} if AS_OF in request.args else {}
    words: dict[str, Any] = {
        name: word or None for name, word in {**wanted.address(), **changes, **day}.items()
    }
    return url_for("coverage.index", **words)


def _tabs(shown: service.CoveragePage) -> list[Option]:
    wanted = shown.wanted
    place = "" if wanted.jurisdiction == UNKNOWN else wanted.jurisdiction
    sums = shown.places.get(place, service.Covered()) if wanted.jurisdiction else shown.city
    counts = {Status.WITHOUT: sums.without, Status.UNKNOWN: sums.unknown, Status.WITH: sums.with_one}
    tabs = [
        Option(
            value="" if status is Status.WITHOUT else str(status),
            word=str(STATUS_WORDS[status]),
            is_chosen=wanted.status is status,
            n=n,
        )
        for status, n in counts.items()
    ]
    return [*tabs, Option(value=ALL, word=said().every, is_chosen=wanted.status is None, n=sums.total)]


def _jurisdictions(wanted: CoverageFilter, places: Any) -> list[Option]:
    return [
        Option(
            value=code,
            word=word,
            is_chosen=code == wanted.jurisdiction,
            n=places.get("" if code == UNKNOWN else code, service.Covered()).total,
        )
        for code, word in offered_places(current_scope())
    ]


def _summary(shown: service.CoveragePage) -> str:
    if not shown.lines:
        return str(_("共 %(total)s 家", total=number(shown.total)))
    last = shown.first + len(shown.lines) - 1
    return str(
        _(
            "第 %(first)s–%(last)s 家，共 %(total)s 家",
            first=number(shown.first),
            last=number(last),
            total=number(shown.total),
        )
    )


def _cells(line: CoveredEnterprise) -> Sequence[Cell]:
    return (
        line.name,
        line.credit_code,
        jurisdiction(line.jurisdiction),
        industry(line.industry_code),
        said().comma.join(tier_name(tier) for tier in line.tiers),
        translated(SIZE_NAMES[line.size]) if line.size else unknown(),
        str(STATUS_WORDS[line.status]),
        str(LEVEL_WORDS[line.level]) if line.level else unknown(),
    )


def _in_words(wanted: CoverageFilter) -> str:
    words = [str(STATUS_WORDS[wanted.status]) if wanted.status else said().every]
    words += [tier_name(wanted.tier)] if wanted.tier else []
    if wanted.jurisdiction:
        words.append(unknown() if wanted.jurisdiction == UNKNOWN else jurisdiction(wanted.jurisdiction))
    return str(_("规上企业研发机构覆盖")) + said().colon + said().comma.join(words)


def _about(export: Export, n: int, *, is_synthetic: bool) -> list[tuple[str, str]]:
    lines = [
        *about_export(export),
        (_("名单"), export.filter),
        (_("地址"), request.url),
        (_("截至日期"), current_as_of().isoformat()),
        (_("行数"), f"{n:,}"),
        (
            _("口径"),
            _(
                "规上企业指当日持有规上工业或规上服务业资格的企业；填报为“无”的才算没有研发机构，没有填报的为未知。"
            ),
        ),
    ]
    if is_synthetic:
        lines.append((_("合成数据"), _("这里的企业、数字和证书都是虚构的，不能用于工作。")))
    return lines
