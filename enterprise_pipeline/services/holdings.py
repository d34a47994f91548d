"""Who holds what on a day: yes, no, or not known.

A certificate or a membership valid on the day proves a holding. One whose dates
are only partly known proves it when every possible date does, refutes itself
when none does, and leaves it open otherwise. Without any of these an enterprise
is known not to hold a tier only where our lists of it are said to be complete.

A title is public from its first day, whenever our copy of the list came: a list
received today also tells who held what in 2020. Figures are not; they count
from the day they were received.
"""

from datetime import date

import polars as pl
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import AnySelect, Scope, read_frame
from models import Certificate, Membership, PoolCoverage
from scoring.vocabulary import Tier

THREE_YEARS: tuple[Tier, ...] = (Tier.HNTE, Tier.INNOVATIVE_SME, Tier.SRDI_SME, Tier.LITTLE_GIANT)
# The year printed in a certificate number: GR201942001291, and 202542050508001234.
_YEAR_IN_NUMBER = {Tier.HNTE: r"^GR(20\d\d)", Tier.TECH_SME: r"^(20\d\d)"}
_OPEN_END = date(9999, 12, 31)
_NO, _UNKNOWN, _YES = 0, 1, 2


def holdings_as_of(session: Session, as_of: date, *, known_on: date, among: Scope) -> pl.DataFrame:
    """Return what is claimed for each enterprise that has a claim.

    Returns
    -------
    Columns ``enterprise_id``, ``pool_id``, ``state`` (0 no, 1 unknown, 2 yes) and
    ``until``, the last valid day where it is certain; one row per enterprise and pool.
    """
    claims = pl.concat(
        [
            _certificate_claims(read_frame(session, _certificates(known_on, among))),
            _membership_claims(read_frame(session, _memberships(known_on, among))),
        ]
    )
    day = pl.lit(as_of)
    certain = (pl.col("start_hi") <= day) & (pl.col("end_lo") >= day)
    possible = (pl.col("start_lo").fill_null(day) <= day) & (pl.col("end_hi").fill_null(day) >= day)
    exact = (pl.col("end_lo") == pl.col("end_hi")) & (pl.col("end_hi") < _OPEN_END)
    yes = pl.col("state") == _YES
    return (
        claims.with_columns(
            state=pl.when(certain.fill_null(value=False))
            .then(_YES)
            .when(possible)
            .then(_UNKNOWN)
            .otherwise(_NO)
            .cast(pl.Int8),
            last=pl.when(exact).then("end_hi"),
        )
        .group_by("enterprise_id", "pool_id")
        .agg(
            pl.col("state").max(),
            until=pl.when(pl.col("last").filter(yes).null_count() == 0).then(
                pl.col("last").filter(yes).max()
            ),
        )
    )


def covered_pools(session: Session, as_of: date, *, known_on: date) -> frozenset[str]:
    """The pools whose lists are said to be complete on that day."""
    return frozenset(
        session.scalars(
            select(PoolCoverage.pool_id).where(
                PoolCoverage.covers_from <= as_of,
                PoolCoverage.covers_to >= as_of,
                PoolCoverage.received_on <= known_on,
            )
        )
    )


def with_holdings(frame: pl.DataFrame, holdings: pl.DataFrame, covered: frozenset[str]) -> pl.DataFrame:
    """Add ``holds_<tier>`` and ``holds_<tier>_until`` for every tier."""
    claimed = set(holdings["pool_id"].unique())
    for tier in Tier:
        if tier not in claimed:
            known = None if tier not in covered else False
            frame = frame.with_columns(
                pl.lit(known, dtype=pl.Boolean).alias(f"holds_{tier}"),
                pl.lit(None, dtype=pl.Date).alias(f"holds_{tier}_until"),
            )
            continue
        held = holdings.filter(pl.col("pool_id") == tier).select(
            "enterprise_id", pl.col("state"), pl.col("until").alias(f"holds_{tier}_until")
        )
        frame = (
            frame.join(held, on="enterprise_id", how="left", maintain_order="left")
            .with_columns(_three_valued(is_covered=tier in covered).alias(f"holds_{tier}"))
            .drop("state")
        )
    return frame


def _three_valued(*, is_covered: bool) -> pl.Expr:
    state = pl.col("state").fill_null(_NO)
    if is_covered:
        return pl.when(state != _UNKNOWN).then(state == _YES)
    return pl.when(state == _YES).then(pl.lit(value=True))


def certificate_known(day: date) -> ColumnElement[bool]:
    """Whether a certificate was received or public on a day; of its year alone, public when that ended."""
    return or_(
        Certificate.received_on <= day, Certificate.issued_on <= day, Certificate.issued_year < day.year
    )


def membership_known(day: date) -> ColumnElement[bool]:
    """Whether a membership was received or had begun on a day."""
    return or_(Membership.received_on <= day, Membership.valid_from <= day)


def _certificates(known_on: date, among: Scope) -> AnySelect:
    return select(
        Certificate.enterprise_id,
        Certificate.pool_id,
        Certificate.number,
        Certificate.issued_on,
        Certificate.issued_year,
        Certificate.expires_on,
        Certificate.revoked_on,
        Certificate.received_on,
    ).where(certificate_known(known_on), among(Certificate.enterprise_id))


def _memberships(known_on: date, among: Scope) -> AnySelect:
    """Memberships on their own; where a certificate gave one, the certificate tells when it ends."""
    return select(
        Membership.enterprise_id, Membership.pool_id, Membership.valid_from, Membership.valid_to
    ).where(membership_known(known_on), Membership.certificate_id.is_(None), among(Membership.enterprise_id))


def _membership_claims(rows: pl.DataFrame) -> pl.DataFrame:
    end = pl.col("valid_to").fill_null(_OPEN_END)
    return rows.select(
        "enterprise_id", "pool_id", start_lo="valid_from", start_hi="valid_from", end_lo=end, end_hi=end
    )


def _certificate_claims(rows: pl.DataFrame) -> pl.DataFrame:
    """Give each certificate the earliest and latest first and last valid day that its print allows.

    Three years from the day of issue, the last valid day being the day before
    the third anniversary; a tech_sme number lives until the end of its year.
    """
    three_years = pl.col("pool_id").is_in([*THREE_YEARS])
    lasting = pl.when(three_years).then(_three_years_before(pl.col("expires_on")))
    year = pl.coalesce("issued_year", _year_in_number())
    # What we received had been issued by then.
    latest = pl.min_horizontal(pl.date(year, 12, 31), pl.max_horizontal("received_on", pl.date(year, 1, 1)))
    whole_year = pl.when(pl.col("pool_id") == Tier.TECH_SME).then(
        pl.date(pl.coalesce(pl.col("issued_on").dt.year(), year), 12, 31)
    )
    return rows.with_columns(
        start_lo=pl.coalesce("issued_on", lasting, pl.date(year, 1, 1)),
        start_hi=pl.coalesce("issued_on", lasting, latest, "received_on"),
    ).select(
        "enterprise_id",
        "pool_id",
        "start_lo",
        "start_hi",
        end_lo=_end(three_years, whole_year, "start_lo"),
        end_hi=_end(
            three_years, whole_year, "start_hi", unless=year.is_null() & pl.col("issued_on").is_null()
        ),
    )


def _end(three_years: pl.Expr, whole_year: pl.Expr, start: str, *, unless: pl.Expr | None = None) -> pl.Expr:
    """The last valid day as printed, or counted from ``start``; a revocation ends it earlier."""
    counted = pl.when(three_years).then(_last_of_three_years(pl.col(start)))
    if unless is not None:
        # A start known only by the day we received the paper says nothing of the end.
        counted = pl.when(~unless).then(counted)
    end = pl.coalesce("expires_on", counted, whole_year)
    return pl.min_horizontal(end, pl.col("revoked_on").dt.offset_by("-1d"))


def _last_of_three_years(start: pl.Expr) -> pl.Expr:
    """The day before the third anniversary; for 29 February that anniversary is 1 March."""
    first_of_month = pl.date(start.dt.year() + 3, start.dt.month(), 1)
    return first_of_month + pl.duration(days=start.dt.day().cast(pl.Int64) - 2)


def _three_years_before(end: pl.Expr) -> pl.Expr:
    return end.dt.offset_by("1d").dt.offset_by("-3y")


def _year_in_number() -> pl.Expr:
    year = pl.lit(None, dtype=pl.Int64)
    for tier, pattern in _YEAR_IN_NUMBER.items():
        printed = pl.col("number").str.extract(pattern).cast(pl.Int64)
        year = pl.when(pl.col("pool_id") == tier).then(printed).otherwise(year)
    return year
