"""A synthetic registry of any size, written in bulk: for speed only, its figures mean nothing."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import write_frame
from enterprise_pipeline.services.reference import industry_names, jurisdictions
from models import AnnualReport, Certificate, Enterprise, EnterpriseFacts, Membership, PoolCoverage
from models.base import Base
from scoring.vocabulary import ENTERPRISE_FACTS, IDENTITY_FACTS, YEARLY_FACTS, Unit

RECORDED_AT = datetime(2026, 1, 5, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(1995, 1, 1), date(2025, 12, 31)
# What a figure is likely to be, as a share of sales.
SHARES = {
    "revenue_fen": (1.0, 1.0), "rd_expense_fen": (0.0, 0.12), "cost_expense_fen": (0.7, 1.1),
    "total_assets_fen": (0.3, 3.0), "total_liabilities_fen": (0.1, 1.2), "net_assets_fen": (-0.1, 1.5),
    "total_income_fen": (1.0, 1.1), "hitech_income_fen": (0.2, 1.0), "rd_domestic_fen": (0.0, 0.1),
    "main_revenue_fen": (0.7, 1.0), "total_profit_fen": (-0.1, 0.2), "net_profit_fen": (-0.1, 0.16),
}  # fmt: skip


def fill_registry(session: Session, *, enterprises: int, years: tuple[int, ...], seed: int = 7) -> None:
    """Write enterprises 1..n with a report a year, a sheet of facts each, and some holdings."""
    rng = np.random.default_rng(seed)
    ids = np.arange(1, enterprises + 1)
    _write(session, Enterprise, _enterprises(rng, ids))
    _write(session, EnterpriseFacts, _sheets(rng, ids))
    for number, year in enumerate(years):
        _write(
            session,
            AnnualReport,
            _reports(rng, ids, year).with_columns(id=pl.lit(ids) + number * enterprises),
        )
    _write(session, Certificate, _certificates(rng, ids))
    _write(session, Membership, _memberships(rng, ids))
    coverage = {
        "id": [1],
        "pool_id": ["hnte"],
        "covers_from": [date(2015, 1, 1)],
        "covers_to": [date(2030, 1, 1)],
    }
    _write(
        session,
        PoolCoverage,
        pl.DataFrame(coverage).with_columns(source=pl.lit("bench"), received_on=FIRST_DAY),
    )


def _write(session: Session, model: type[Base], frame: pl.DataFrame) -> None:
    write_frame(session, model.__table__, frame)  # type: ignore[arg-type]


def _instants(*names: str) -> list[pl.Expr]:
    return [pl.lit(RECORDED_AT.strftime("%Y-%m-%d %H:%M:%S")).alias(name) for name in names]


def _days(rng: np.random.Generator, n: int) -> pl.Series:
    span = (LAST_DAY - FIRST_DAY).days
    return pl.Series(np.datetime64(FIRST_DAY) + rng.integers(0, span, n)).cast(pl.Date)


def _enterprises(rng: np.random.Generator, ids: np.ndarray) -> pl.DataFrame:
    industries = [code for code in industry_names() if len(code) == 5]
    places = [place.code for place in jurisdictions()]
    return pl.DataFrame(
        {
            "id": ids,
            "credit_code": [f"91420500MA{number:08d}" for number in ids],
            "name": [f"合成企业{number}号有限公司" for number in ids],
            "jurisdiction": rng.choice(places, ids.size),
            "industry_code": rng.choice(industries, ids.size),
            "registered_on": _days(rng, ids.size),
        }
    ).with_columns(
        *_instants("created_at", "updated_at", "changed_at"),
        initials=pl.lit(""),
        division_code=pl.lit("420505"),
        is_synthetic=pl.lit(value=True),
        version=pl.lit(1),
    )


def _reports(rng: np.random.Generator, ids: np.ndarray, year: int) -> pl.DataFrame:
    n = ids.size
    sales = np.exp(rng.normal(22.0, 1.6, n))
    employees = rng.integers(3, 900, n)
    figures = {name: (sales * rng.uniform(lo, hi, n)).astype(np.int64) for name, (lo, hi) in SHARES.items()}
    heads = {"employees": employees, "tech_staff": employees // 6, "rd_staff": employees // 9}
    told = [
        pl.when(pl.lit(rng.random(n) > 0.04)).then(pl.col(fact.column)).alias(fact.column)
        for fact in YEARLY_FACTS
    ]
    return pl.DataFrame({"enterprise_id": ids, **figures, **heads}).select(
        "enterprise_id",
        *told,
        *_instants("recorded_at"),
        fiscal_year=pl.lit(year),
        source=pl.lit("bench"),
        version=pl.lit(1),
        received_on=pl.lit(date(year + 1, 5, 31)),
    )


def _sheets(rng: np.random.Generator, ids: np.ndarray) -> pl.DataFrame:
    columns: dict[str, object] = {"id": ids, "enterprise_id": ids}
    for fact in ENTERPRISE_FACTS:
        if fact.name in IDENTITY_FACTS:
            continue
        if fact.unit is Unit.FLAG:
            columns[fact.column] = rng.random(ids.size) < 0.5
        elif fact.choices:
            columns[fact.column] = rng.choice(fact.choices, ids.size)
        else:
            columns[fact.column] = rng.integers(0, 20, ids.size)
    sheet = pl.DataFrame(columns)
    facts = [
        pl.when(pl.lit(rng.random(ids.size) > 0.1)).then(pl.col(name)).alias(name)
        for name in sheet.columns[2:]
    ]
    return sheet.select(
        "id",
        "enterprise_id",
        *facts,
        *_instants("recorded_at"),
        valid_from=pl.lit(date(2025, 1, 1)),
        received_on=pl.lit(date(2025, 1, 1)),
        source=pl.lit("bench"),
        version=pl.lit(1),
    )


def _certificates(rng: np.random.Generator, ids: np.ndarray) -> pl.DataFrame:
    holders = ids[rng.random(ids.size) < 0.1]
    return pl.DataFrame({"id": np.arange(1, holders.size + 1), "enterprise_id": holders}).select(
        "id",
        "enterprise_id",
        *_instants("created_at", "updated_at"),
        pool_id=pl.lit("hnte"),
        number=pl.concat_str(pl.lit("GR202442"), pl.col("id").cast(pl.String).str.zfill(6)),
        issued_on=_days(rng, holders.size),
        received_on=pl.lit(date(2026, 1, 5)),
        source=pl.lit("bench"),
    )


def _memberships(rng: np.random.Generator, ids: np.ndarray) -> pl.DataFrame:
    members = ids[rng.random(ids.size) < 0.2]
    return pl.DataFrame({"id": np.arange(1, members.size + 1), "enterprise_id": members}).select(
        "id",
        "enterprise_id",
        *_instants("recorded_at"),
        pool_id=pl.lit("tech_sme"),
        valid_from=pl.lit(date(2026, 3, 1)),
        valid_to=pl.lit(date(2026, 12, 31)),
        basis=pl.lit("import"),
        received_on=pl.lit(date(2026, 3, 5)),
        source=pl.lit("bench"),
    )
