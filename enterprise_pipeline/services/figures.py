"""Use cases around a year's figures: a new version for every change, and every version kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.changes import mark_changed
from enterprise_pipeline.services.enterprises import SUBJECT, locked
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import AnnualReport
from scoring.vocabulary import YEARLY_FACTS

COLUMNS: tuple[str, ...] = tuple(fact.column for fact in YEARLY_FACTS)
LABELS: dict[str, str] = {fact.column: fact.label for fact in YEARLY_FACTS}
EARLIEST_YEAR = 1990
SUSPICIOUS_MULTIPLE = 10
Values = Mapping[str, int | None]


@dataclass(frozen=True, kw_only=True)
class ReportVersion:
    """One version of one year's figures from one source; money is in 分, None is unknown."""

    id: int
    fiscal_year: int
    source: str
    version: int
    received_on: date
    recorded_at: datetime
    is_newest: bool
    values: dict[str, int | None]


@dataclass(frozen=True, kw_only=True)
class FigureWarning:
    """Figures that contradict each other without being impossible."""

    columns: tuple[str, ...]
    message: Text


def save_figures(
    enterprise_id: int,
    *,
    year: int,
    source: str,
    received_on: date,
    values: Values,
    base: int,
    actor: str,
    today: date,
) -> int:
    """Store a year's figures as the next version of their source and return that version.

    ``base`` is the version of this source that the person had before them (0:
    none). Values equal to that version store nothing new.

    Raises
    ------
    StaleVersion
        If that source has a newer version by now; nothing is saved.
    FieldConflict
        If the year or the day of receipt cannot be, or there is nothing to save.
    """
    _refuse_impossible(year=year, received_on=received_on, values=values, today=today)
    with transaction() as session:
        locked(session, enterprise_id)
        newest = newest_report(session, enterprise_id, year=year, source=source)
        if (newest.version if newest else 0) != base:
            raise StaleVersion
        return add_version(
            session,
            newest=newest,
            report=AnnualReport(
                enterprise_id=enterprise_id,
                fiscal_year=year,
                source=source,
                received_on=received_on,
                **values,
            ),
            actor=actor,
            action="figures.saved",
        )


def add_answers(
    session: Session,
    enterprise_id: int,
    *,
    year: int,
    source: str,
    received_on: date,
    values: Values,
    actor: str,
    today: date,
) -> int:
    """Add a few figures of a year to what this source told already, in the caller's transaction."""
    _refuse_impossible(year=year, received_on=received_on, values=values, today=today)
    newest = newest_report(session, enterprise_id, year=year, source=source)
    known = values_of(newest) if newest else {}
    report = AnnualReport(
        enterprise_id=enterprise_id,
        fiscal_year=year,
        source=source,
        received_on=received_on,
        **known | dict(values),
    )
    return add_version(session, newest=newest, report=report, actor=actor, action="figures.answered")


def restore_version(enterprise_id: int, report_id: int, *, actor: str, today: date) -> int:
    """Make an earlier version the newest again, as a new version received today, and return the new version.

    Raises
    ------
    NotFound
        If the enterprise has no such version.
    FieldConflict
        If nothing would change.
    """
    with transaction() as session:
        locked(session, enterprise_id)
        old = report_of(session, enterprise_id, report_id)
        newest = newest_report(session, enterprise_id, year=old.fiscal_year, source=old.source)
        report = AnnualReport(
            enterprise_id=enterprise_id,
            fiscal_year=old.fiscal_year,
            source=old.source,
            received_on=today,
            **values_of(old),
        )
        return add_version(
            session,
            newest=newest,
            report=report,
            actor=actor,
            action="figures.restored",
            restored=old.version,
        )


def report_of(session: Session, enterprise_id: int, report_id: int) -> AnnualReport:
    """One stored version of an enterprise's figures; NotFound when it has no such version."""
    found = session.get(AnnualReport, report_id)
    if found is None or found.enterprise_id != enterprise_id:
        raise NotFound(Text(N_("这家企业没有编号为 %(id)s 的数据版本。"), id=report_id))
    return found


def figure_versions(enterprise_id: int, *, year: int | None = None) -> list[ReportVersion]:
    """Every version of every source, newest year first, then in the order in which they were received."""
    query = select(AnnualReport).where(AnnualReport.enterprise_id == enterprise_id)
    if year is not None:
        query = query.where(AnnualReport.fiscal_year == year)
    query = query.order_by(
        AnnualReport.fiscal_year.desc(), AnnualReport.received_on.desc(), AnnualReport.id.desc()
    )
    rows = list(reading().scalars(query))
    newest: dict[tuple[int, str], int] = {}
    for row in rows:
        key = (row.fiscal_year, row.source)
        newest[key] = max(newest.get(key, 0), row.version)
    return [
        ReportVersion(
            id=row.id,
            fiscal_year=row.fiscal_year,
            source=row.source,
            version=row.version,
            received_on=row.received_on,
            recorded_at=row.recorded_at,
            is_newest=row.version == newest[row.fiscal_year, row.source],
            values=values_of(row),
        )
        for row in rows
    ]


def warnings_for(values: Values) -> list[FigureWarning]:
    """Say which figures contradict each other, most likely a slip or a wrong unit."""
    found: list[FigureWarning] = []
    assets, liabilities, net = (
        values.get(name) for name in ("total_assets_fen", "total_liabilities_fen", "net_assets_fen")
    )
    if assets is not None and liabilities is not None and net is not None and net != assets - liabilities:
        message = Text(
            N_("净资产与“资产总额减负债总额”不一致，相差 %(difference)s 元。"),
            difference=yuan(abs(net - assets + liabilities)),
        )
        columns = ("net_assets_fen", "total_assets_fen", "total_liabilities_fen")
        found.append(FigureWarning(columns=columns, message=message))
    revenue, spent = values.get("revenue_fen"), values.get("rd_expense_fen")
    if revenue is not None and spent is not None and 0 < revenue * SUSPICIOUS_MULTIPLE <= spent:
        message = Text(N_("研发费用达到销售收入的十倍以上，很可能是单位填错（元或万元）。"))
        found.append(FigureWarning(columns=("rd_expense_fen", "revenue_fen"), message=message))
    doubtful = (_part_above_whole(values, part=part, whole=whole) for part, whole in PARTS)
    return [*found, *(warning for warning in doubtful if warning)]


# A part cannot be larger than the whole.
PARTS: tuple[tuple[str, str], ...] = (
    ("tech_staff", "employees"),
    ("rd_staff", "employees"),
    ("rd_domestic_fen", "rd_expense_fen"),
    ("main_revenue_fen", "revenue_fen"),
    ("hitech_income_fen", "total_income_fen"),
)


def yuan(fen: int) -> str:
    """Money in 元 with its 分, thousands separated."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def _part_above_whole(values: Values, *, part: str, whole: str) -> FigureWarning | None:
    inner, outer = values.get(part), values.get(whole)
    if inner is None or outer is None or inner <= outer:
        return None
    message = Text(N_("%(part)s大于%(whole)s。"), part=LABELS[part], whole=LABELS[whole])
    return FigureWarning(columns=(part, whole), message=message)


def _refuse_impossible(*, year: int, received_on: date, values: Values, today: date) -> None:
    if not EARLIEST_YEAR <= year <= today.year:
        message = Text(N_("年度须在 %(first)s 至 %(last)s 之间。"), first=EARLIEST_YEAR, last=today.year)
        raise FieldConflict("year", message)
    if received_on > today:
        raise FieldConflict("received_on", Text(N_("收到日期不能晚于今天。")))
    if received_on < date(year, 1, 1):
        raise FieldConflict("received_on", Text(N_("收到日期早于该年度开始；请核对日期或年度。")))
    if all(value is None for value in values.values()):
        raise FieldConflict("", Text(N_("没有填写任何数据；请至少填一项。")))


def newest_report(session: Session, enterprise_id: int, *, year: int, source: str) -> AnnualReport | None:
    """The newest version of what a source told of a year."""
    return session.scalar(
        select(AnnualReport)
        .where(
            AnnualReport.enterprise_id == enterprise_id,
            AnnualReport.fiscal_year == year,
            AnnualReport.source == source,
        )
        .order_by(AnnualReport.version.desc())
        .limit(1)
    )


def add_version(
    session: Session,
    *,
    newest: AnnualReport | None,
    report: AnnualReport,
    actor: str,
    action: str,
    restored: int | None = None,
) -> int:
    """Store a report behind ``newest`` with its event, in the caller's transaction; return its version."""
    before, after = values_of(newest) if newest else {}, values_of(report)
    if newest is not None and before == after and newest.received_on == report.received_on:
        raise FieldConflict("", Text(N_("与现有版本完全相同，没有需要保存的内容。")))
    report.version = newest.version + 1 if newest else 1
    session.add(report)
    session.flush()
    mark_changed(session, [report.enterprise_id])
    changed = [name for name in COLUMNS if before.get(name) != after[name]]
    place = {"year": report.fiscal_year, "source": report.source, "version": report.version}
    audit.record(
        session,
        actor=actor,
        action=action,
        subject_type=SUBJECT,
        subject_id=report.enterprise_id,
        before={name: before.get(name) for name in changed} if newest else None,
        after=place
        | {"received_on": report.received_on.isoformat()}
        | ({"restored": restored} if restored else {})
        | {name: after[name] for name in changed},
    )
    return report.version


def values_of(report: AnnualReport) -> dict[str, int | None]:
    """All figures of a report, the unknown ones as None."""
    return {name: getattr(report, name) for name in COLUMNS}


def newest_version(enterprise_id: int, *, year: int, source: str) -> int:
    """The number of the newest version of a source for a year; 0 when there is none."""
    query = select(func.max(AnnualReport.version)).where(
        AnnualReport.enterprise_id == enterprise_id,
        AnnualReport.fiscal_year == year,
        AnnualReport.source == source,
    )
    return reading().scalar(query) or 0
