"""The history of one figure of one year, and bringing an earlier value of it back."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.business_secrets import SecretMark, Why, veil_of
from enterprise_pipeline.services.enterprises import SUBJECT, locked
from enterprise_pipeline.services.errors import FieldConflict, NotFound, StaleVersion
from enterprise_pipeline.services.figures import (
    LABELS,
    ReportVersion,
    add_version,
    figure_versions,
    newest_report,
    report_of,
    values_of,
)
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import AnnualReport, AuditEvent, AuditPayload

ACTION = "figures.value_restored"


@dataclass(frozen=True, kw_only=True)
class FigureValue:
    """What a source told of one figure, from the version in which it changed."""

    report_id: int
    source: str
    version: int
    received_on: date
    recorded_at: datetime
    actor: str | None
    value: int | None
    is_current: bool
    """Whether this is what the source tells now."""

    newest_version: int
    """The newest version of the source, which a restore goes on from."""


def figure_history(enterprise_id: int, *, year: int, column: str) -> list[FigureValue]:
    """Every value that each source ever told of a figure, newest first; NotFound when it is no figure."""
    _refuse_unknown(column)
    versions = sorted(figure_versions(enterprise_id, year=year), key=lambda one: (one.source, one.version))
    actors = _actors(enterprise_id, year)
    told = [
        value
        for source, group in groupby(versions, key=lambda one: one.source)
        for value in _changes(source, list(group), column, actors)
    ]
    return sorted(told, key=lambda one: (one.recorded_at, one.report_id), reverse=True)


@dataclass(frozen=True, kw_only=True)
class FigureHistory:
    """The history of a figure as somebody may see it.

    ``told`` are without values where ``hidden`` says why; ``erased`` entries of the audit trail about
    figures of this enterprise have lost their content by law, so that who entered a value may be unknown.
    """

    told: tuple[FigureValue, ...]
    mark: SecretMark | None
    hidden: Why | None
    erased: int


def shown_history(enterprise_id: int, *, year: int, column: str, scope: Scope) -> FigureHistory:
    """The history of a figure without what may not be seen; NotFound when it is no figure."""
    told = figure_history(enterprise_id, year=year, column=column)
    veil = veil_of(reading(), enterprise_id, scope=scope)
    hidden = veil.why(column, year)
    return FigureHistory(
        told=tuple(replace(one, value=None) for one in told) if hidden else tuple(told),
        mark=veil.mark_of(column, year),
        hidden=hidden,
        erased=_erased(enterprise_id),
    )


def restore_value(
    enterprise_id: int, report_id: int, *, column: str, base: int, actor: str, today: date
) -> int:
    """Bring back what an earlier version said of one figure, and return the new version of its source.

    Every other figure stays as the newest version of the same source has it.
    ``base`` is the newest version that the person had before them.

    Raises
    ------
    NotFound
        If the enterprise has no such version, or it is no figure.
    StaleVersion
        If that source has a newer version by now; nothing is saved.
    FieldConflict
        If nothing would change.
    """
    _refuse_unknown(column)
    with transaction() as session:
        locked(session, enterprise_id)
        old = report_of(session, enterprise_id, report_id)
        newest = newest_report(session, enterprise_id, year=old.fiscal_year, source=old.source)
        if newest is None or newest.version != base:
            raise StaleVersion
        value = getattr(old, column)
        if getattr(newest, column) == value:
            raise FieldConflict(column, Text(N_("现在就是这个值，没有需要恢复的内容。")))
        report = AnnualReport(
            enterprise_id=enterprise_id,
            fiscal_year=old.fiscal_year,
            source=old.source,
            received_on=today,
            **values_of(newest) | {column: value},
        )
        return add_version(
            session, newest=newest, report=report, actor=actor, action=ACTION, restored=old.version
        )


def _refuse_unknown(column: str) -> None:
    if column not in LABELS:
        raise NotFound(Text(N_("没有名为“%(column)s”的年度数据。"), column=column))


def _changes(
    source: str, versions: list[ReportVersion], column: str, actors: dict[tuple[str, int], str]
) -> Iterable[FigureValue]:
    """The versions in which a figure of one source changed; one that was never told has none."""
    before: int | None = None
    newest = versions[-1]
    found: list[ReportVersion] = []
    for version in versions:
        if version.values[column] != before:
            found.append(version)
            before = version.values[column]
    for version in found:
        yield FigureValue(
            report_id=version.id,
            source=source,
            version=version.version,
            received_on=version.received_on,
            recorded_at=version.recorded_at,
            actor=actors.get((source, version.version)),
            value=version.values[column],
            is_current=version is found[-1],
            newest_version=newest.version,
        )


def _erased(enterprise_id: int) -> int:
    query = (
        select(func.count())
        .select_from(AuditEvent)
        .outerjoin(AuditPayload, AuditPayload.event_id == AuditEvent.id)
        .where(
            AuditEvent.subject_type == SUBJECT,
            AuditEvent.subject_id == str(enterprise_id),
            AuditEvent.action.like("figures.%"),
            AuditPayload.event_id.is_(None),
        )
    )
    return reading().scalar(query) or 0


def _actors(enterprise_id: int, year: int) -> dict[tuple[str, int], str]:
    """Who saved which version of which source, as far as the audit trail tells; imports record no one."""
    events = reading().scalars(
        select(AuditEvent).where(
            AuditEvent.subject_type == SUBJECT,
            AuditEvent.subject_id == str(enterprise_id),
            AuditEvent.action.like("figures.%"),
        )
    )
    told = ((event.actor, event.after or {}) for event in events)
    return {
        (after["source"], after["version"]): actor
        for actor, after in told
        if after.get("year") == year and "source" in after and "version" in after
    }
