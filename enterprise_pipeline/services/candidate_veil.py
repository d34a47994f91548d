"""Take out of a candidate list what its reader may not see: gaps and points made of hidden figures."""

from typing import Any

from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.business_secrets import Veil, Why, marks_of
from enterprise_pipeline.services.candidate_filter import BadFilter, CandidateFilter, Sort
from enterprise_pipeline.services.candidate_rows import CandidateRow
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.services.veiling import Lens
from scoring.rules_model import RuleSet


def veil_rows(
    session: Session, rows: list[CandidateRow], *, scope: Scope, in_file: bool = False
) -> list[CandidateRow]:
    """The same rows without the amounts that do not show; ``in_file`` no business secret shows to anybody."""
    marks = marks_of(session, [row.enterprise_id for row in rows])
    if not marks and scope.shows_every_figure:
        return rows
    rules, decided = current_rulebook(session), dict[Any, tuple[Why | None, Why | None]]()
    for row in rows:
        place: dict[str, Any] = {"enterprise_id": row.enterprise_id, "jurisdiction": row.jurisdiction}
        veil = Veil(
            has_figures=scope.shows_figures_of(**place),
            has_secrets=not in_file and scope.shows_secrets_of(**place),
            marks=marks.get(row.enterprise_id, ()),
        )
        rule_set = rules.find(row.rule_set_id)
        if veil.hides_nothing or rule_set is None:
            continue
        criterion = row.nearest.criterion.id if row.nearest else ""
        key = (
            row.rule_set_id,
            criterion,
            veil.has_figures,
            veil.has_secrets,
            frozenset(mark.column for mark in veil.marks),
        )
        if key not in decided:
            decided[key] = _hidden(rule_set, row, Lens(veil=veil, year=None))
        row.hides_gap, row.hides_points = decided[key]
        _empty(row)
    return rows


def refuse_ranking(wanted: CandidateFilter, *, scope: Scope) -> None:
    """Refuse to order or narrow by the size of gaps for whoever may not see every figure.

    The order, and who is left by a limit, would tell the amounts.
    """
    asked = {"sort": wanted.sort is Sort.SHORTFALL, "size": bool(wanted.size)}
    if scope.shows_every_figure or not any(asked.values()):
        return
    message = Text(N_("按差距大小排序或筛选要有查看全部财务数据的权限；请换一种方式。"))
    raise BadFilter({name: message for name, is_asked in asked.items() if is_asked})


def apart(rows: list[CandidateRow], wanted: CandidateFilter) -> tuple[list[CandidateRow], list[CandidateRow]]:
    """Veiled rows where they stand, and those that come last because their place would tell a hidden gap.

    Those are left out of both where the filter asks for gaps up to a size.
    """
    if not wanted.size and wanted.sort is not Sort.SHORTFALL:
        return rows, []
    shown = [row for row in rows if row.hides_gap is None]
    return shown, [] if wanted.size else [row for row in rows if row.hides_gap is not None]


def _hidden(rule_set: RuleSet, row: CandidateRow, lens: Lens) -> tuple[Why | None, Why | None]:
    """Why the nearest gap, and why the points of a row do not show."""
    gap = lens.why_criterion(rule_set, row.nearest.criterion) if row.nearest else None
    return gap, lens.why_points(rule_set)


def _empty(row: CandidateRow) -> None:
    if row.hides_points:
        row.points_lo = row.points_hi = None
    if row.hides_gap and row.nearest:
        row.nearest.amount = None
    if row.hides_gap or row.hides_points:
        row.shortfall = None
