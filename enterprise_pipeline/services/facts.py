"""The only door from rows to the core: what was true on a day, as far as it was known on a day."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import polars as pl
from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from enterprise_pipeline.services.bulk import Scope, chosen, everybody, read_frame
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.holdings import covered_pools, holdings_as_of, with_holdings
from models import AnnualReport, Enterprise, EnterpriseFacts
from scoring.facts import split_year
from scoring.vocabulary import ENTERPRISE_FACTS, IDENTITY_FACTS, YEARLY_FACTS, YEARS_CARRIED

Basis = Literal["reported", "forecast"]

FIGURES = tuple(fact.column for fact in YEARLY_FACTS)
SHEET_FACTS = tuple(fact.column for fact in ENTERPRISE_FACTS if fact.name not in IDENTITY_FACTS)
# 财税〔2015〕119号: tobacco, wholesale and retail, hotels and catering, property, leasing and
# business services, entertainment; by the main activity code of GB/T 4754-2017.
EXCLUDED_INDUSTRIES = r"^(C16|F|H|K|L|R90)"
# Positions 1-8 of a credit code: an enterprise (91) entered by a register of a mainland division.
DOMESTIC_ENTERPRISE = r"^91(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5])\d{4}"


def facts_as_of(
    session: Session,
    as_of: date,
    *,
    known_on: date | None = None,
    enterprise_ids: Iterable[int] | None = None,
    basis: Basis = "reported",
) -> pl.DataFrame:
    """Return the facts frame, one row per enterprise in the order of ids.

    Parameters
    ----------
    as_of
        The day it speaks of: ``y1`` is the calendar year before, sheets of facts
        count from ``valid_from``, holdings must be valid on it.
    known_on
        Nothing received after this day is used; default ``as_of``.
    basis
        ``forecast`` puts the newest reported year in the place of last year for
        those who have not reported last year, and the years before it likewise.

    Returns
    -------
    ``enterprise_id, jurisdiction, report_year`` (the newest fiscal year with a
    report), ``registered_on, industry_code``, every fact and every figure with
    ``_y1`` to ``_y5`` in 分, heads and millionths, ``holds_<tier>``, ``holds_<tier>_until``.
    """
    known_on = known_on or as_of
    if enterprise_ids is None:
        return read_facts(session, as_of, known_on=known_on, among=everybody).frame(basis)
    ids = sorted(set(enterprise_ids))
    scopes = [chosen(part) for part in in_parts(ids)] or [chosen([])]
    parts = [read_facts(session, as_of, known_on=known_on, among=among) for among in scopes]
    return pl.concat([part.frame(basis) for part in parts])


@dataclass(frozen=True, kw_only=True)
class FactsRead:
    """What one reading of the database gives; both bases are made from it."""

    as_of: date
    enterprises: pl.DataFrame
    reports: pl.DataFrame
    sheets: pl.DataFrame
    holdings: pl.DataFrame
    covered: frozenset[str]

    def frame(self, basis: Basis = "reported") -> pl.DataFrame:
        """Assemble the facts frame of one basis."""
        newest = self._newest_year()
        reports = self.reports if basis == "reported" else self._moved_forward(newest)
        frame = self.enterprises.join(newest, on="enterprise_id", how="left", maintain_order="left")
        frame = frame.join(self.sheets, on="enterprise_id", how="left", maintain_order="left")
        frame = frame.with_columns(_derived_flags(frame.columns)).drop("credit_code")
        for number in range(1, YEARS_CARRIED + 1):
            year = reports.filter(pl.col("fiscal_year") == self.as_of.year - number)
            year = year.select(
                "enterprise_id", pl.exclude("enterprise_id", "fiscal_year").name.suffix(f"_y{number}")
            )
            frame = frame.join(year, on="enterprise_id", how="left", maintain_order="left")
        return with_holdings(frame, self.holdings, self.covered)

    def awaiting_report(self) -> pl.DataFrame:
        """The forecast frame of those alone who have an earlier report but not last year's."""
        waiting = self.frame("forecast").filter(pl.col("report_year") < self.as_of.year - 1)
        return waiting.filter(pl.col("report_year") >= self.as_of.year - YEARS_CARRIED)

    def _newest_year(self) -> pl.DataFrame:
        return self.reports.group_by("enterprise_id").agg(report_year=pl.col("fiscal_year").max())

    def _moved_forward(self, newest: pl.DataFrame) -> pl.DataFrame:
        behind = self.as_of.year - 1 - pl.col("report_year")
        moved = pl.when(behind < YEARS_CARRIED).then(pl.col("fiscal_year") + behind).otherwise("fiscal_year")
        # An empty row for last year must not stand beside the year moved into its place.
        past = pl.col("fiscal_year") <= pl.col("report_year")
        reports = self.reports.join(newest, on="enterprise_id").filter(past)
        return reports.with_columns(fiscal_year=moved).drop("report_year")


def read_facts(
    session: Session, as_of: date, *, known_on: date, among: Scope, columns: Collection[str] | None = None
) -> FactsRead:
    """Read what the facts frames of these enterprises are made of; of ``columns`` alone if given."""
    wanted = None if columns is None else {split_year(column)[0] for column in columns}
    if wanted is not None and "net_assets_fen" in wanted:
        wanted |= {"total_assets_fen", "total_liabilities_fen"}
    figures, facts = (
        tuple(name for name in names if wanted is None or name in wanted) for names in (FIGURES, SHEET_FACTS)
    )
    days = {"as_of": as_of, "known_on": known_on}
    return FactsRead(
        as_of=as_of,
        enterprises=_enterprises(session, among),
        reports=_reports(session, figures, among, **days),
        sheets=_sheets(session, facts, among, **days),
        holdings=holdings_as_of(session, as_of, known_on=known_on, among=among),
        covered=covered_pools(session, as_of, known_on=known_on),
    )


def told_as_of(session: Session, as_of: date, *, among: Scope, columns: tuple[str, ...]) -> pl.DataFrame:
    """What the sheets of facts tell on a day, one row an enterprise that told anything."""
    return _sheets(session, columns, among, as_of=as_of, known_on=as_of)


def _enterprises(session: Session, among: Scope) -> pl.DataFrame:
    statement = select(
        Enterprise.id.label("enterprise_id"),
        Enterprise.credit_code,
        Enterprise.jurisdiction,
        Enterprise.registered_on,
        Enterprise.industry_code,
    ).where(among(Enterprise.id))
    return read_frame(session, statement).sort("enterprise_id")


def _reports(
    session: Session, figures: tuple[str, ...], among: Scope, *, as_of: date, known_on: date
) -> pl.DataFrame:
    """One row per enterprise and fiscal year, each figure from the newest received report that has it."""
    last_year = as_of.year - 1
    # A forecast looks as many years back from a report that may itself be that old.
    first_year = last_year - 2 * (YEARS_CARRIED - 1)
    columns = [getattr(AnnualReport, name) for name in figures]
    statement = select(
        AnnualReport.enterprise_id,
        AnnualReport.fiscal_year,
        AnnualReport.received_on,
        AnnualReport.version,
        AnnualReport.id,
        *columns,
    ).where(
        AnnualReport.fiscal_year.between(first_year, last_year),
        AnnualReport.received_on <= known_on,
        among(AnnualReport.enterprise_id),
    )
    rows, replaced = read_frame(session, statement), _replaced_reports(session, among, known_on=known_on)
    told = _newest_told(
        rows.join(replaced, on="id", how="anti") if replaced.height else rows,
        keys=("enterprise_id", "fiscal_year"),
        order=("received_on", "version", "id"),
        values=figures,
    )
    return told.with_columns(_net_assets()) if "net_assets_fen" in figures else told


def _net_assets() -> pl.Expr:
    """As reported, else assets less liabilities, which is how 195号 defines them."""
    return pl.coalesce("net_assets_fen", pl.col("total_assets_fen") - pl.col("total_liabilities_fen"))


def _replaced_reports(session: Session, among: Scope, *, known_on: date) -> pl.DataFrame:
    """Reports that a newer version of their source replaced as a whole: a figure cleared in it is unknown.

    Few reports are revised, so these are found from the revisions rather than by reading every source.
    """
    newer = aliased(AnnualReport)
    replaces = and_(
        AnnualReport.enterprise_id == newer.enterprise_id,
        AnnualReport.fiscal_year == newer.fiscal_year,
        AnnualReport.source == newer.source,
        AnnualReport.version < newer.version,
    )
    revised = newer.version > 1, newer.received_on <= known_on, among(newer.enterprise_id)
    return read_frame(session, select(AnnualReport.id).join(newer, replaces).where(*revised).distinct())


def _sheets(
    session: Session, facts: tuple[str, ...], among: Scope, *, as_of: date, known_on: date
) -> pl.DataFrame:
    """One row per enterprise, each fact from the newest sheet in force that tells it."""
    columns = [getattr(EnterpriseFacts, name) for name in facts]
    statement = select(
        EnterpriseFacts.enterprise_id,
        EnterpriseFacts.valid_from,
        EnterpriseFacts.received_on,
        EnterpriseFacts.id,
        *columns,
    ).where(
        EnterpriseFacts.valid_from <= as_of,
        EnterpriseFacts.received_on <= known_on,
        among(EnterpriseFacts.enterprise_id),
    )
    return _newest_told(
        read_frame(session, statement),
        keys=("enterprise_id",),
        order=("valid_from", "received_on", "id"),
        values=facts,
    )


def _newest_told(
    rows: pl.DataFrame, *, keys: tuple[str, ...], order: tuple[str, ...], values: tuple[str, ...]
) -> pl.DataFrame:
    """Keep one row per key, with the last told value of each column in that order."""
    is_repeated = pl.struct(keys).is_duplicated()
    told_once = rows.filter(~is_repeated).select(*keys, *values)
    repeated = rows.filter(is_repeated).sort(order)
    merged = repeated.group_by(keys).agg(pl.col(values).drop_nulls().last())
    return pl.concat([told_once, merged])


def _derived_flags(columns: Collection[str]) -> list[pl.Expr]:
    """Flags that nobody told, where the register itself answers; they can only become true.

    An industry on the list of 119号 is excluded; any other still needs the
    catalogue of industries. An enterprise entered by a mainland register is
    resident (企业所得税法 art. 2).
    """
    listed = pl.col("industry_code").str.contains(EXCLUDED_INDUSTRIES)
    domestic = pl.col("credit_code").str.contains(DOMESTIC_ENTERPRISE)
    return [
        pl.coalesce(name, pl.when(is_true).then(pl.lit(value=True))).alias(name)
        for name, is_true in (("is_industry_excluded", listed), ("is_resident", domestic))
        if name in columns
    ]
