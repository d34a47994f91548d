"""A few enterprises whose verdicts are known, to be changed by a test as it likes."""

from collections.abc import Iterable
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import ASSESSMENTS, AnnualReport, AssessmentCount, Enterprise, EnterpriseFacts, RegistryState

AS_OF = date(2026, 11, 22)
WAN = 1_000_000
_serials = count(1)

# Sales of 20 million at 6% R&D, 30 of 100 staff in science: tech_sme by 60 points and more.
GOOD_YEAR: dict[str, Any] = {
    "employees": 100,
    "tech_staff": 30,
    "rd_staff": 20,
    "revenue_fen": 2_000 * WAN,
    "main_revenue_fen": 2_000 * WAN,
    "rd_expense_fen": 120 * WAN,
    "rd_domestic_fen": 120 * WAN,
    "cost_expense_fen": 1_500 * WAN,
    "total_assets_fen": 3_000 * WAN,
    "total_liabilities_fen": 1_000 * WAN,
    "net_assets_fen": 2_000 * WAN,
    "total_income_fen": 2_000 * WAN,
    "hitech_income_fen": 1_800 * WAN,
}
GOOD_FACTS: dict[str, Any] = {
    "class1_ip": 3,
    "class2_ip": 10,
    "is_resident": True,
    "is_industry_excluded": False,
    "had_serious_incident": False,
    "has_bad_credit": False,
    "owns_core_ip": True,
    "hitech_field_listed": True,
    "transformations_3y": 15,
    "national_award_top3_5y": False,
    "has_provincial_rd_org": False,
    "led_standard_5y": False,
}


def add_enterprise(session: Session, **values: Any) -> int:
    """Register an enterprise about which nothing but its name is known."""
    serial = next(_serials)
    defaults = {
        "credit_code": f"91420500MA{serial:08d}",
        "name": f"测试企业{serial}有限公司",
        "jurisdiction": "420505",
        "industry_code": "C2614",
        "registered_on": date(2015, 3, 1),
    }
    enterprise = Enterprise(**(defaults | values))
    session.add(enterprise)
    session.flush()
    return enterprise.id


def add_report(session: Session, enterprise_id: int, year: int, **figures: Any) -> None:
    """Add a report; ``received_on``, ``source`` and ``version`` may be given like figures."""
    received_on = min(date(year + 1, 5, 31), AS_OF)
    defaults = {"received_on": received_on, "source": "test", "version": 1}
    session.add(AnnualReport(enterprise_id=enterprise_id, fiscal_year=year, **(defaults | figures)))
    session.flush()


def add_sheet(session: Session, enterprise_id: int, **facts: Any) -> None:
    """Add a sheet of facts; ``valid_from`` and the like may be given as well."""
    defaults = {
        "valid_from": date(2025, 1, 1),
        "received_on": date(2025, 1, 1),
        "source": "test",
        "version": 1,
    }
    session.add(EnterpriseFacts(enterprise_id=enterprise_id, **(defaults | facts)))
    session.flush()


def add_good_enterprise(session: Session, *, years: Iterable[int] = (2023, 2024, 2025), **values: Any) -> int:
    """Register an enterprise that is eligible for tech_sme on AS_OF."""
    enterprise_id = add_enterprise(session, **values)
    add_sheet(session, enterprise_id, **GOOD_FACTS)
    for year in years:
        add_report(session, enterprise_id, year, **GOOD_YEAR)
    return enterprise_id


def live_rows(session: Session, *columns: str, **where: Any) -> list[tuple[Any, ...]]:
    """Columns of the live assessments that match, in the order of their key."""
    session.rollback()
    table = ASSESSMENTS[session.scalars(select(RegistryState.live_slot)).one()]
    key = (table.c.enterprise_id, table.c.tier, table.c.standard, table.c.basis)
    chosen = [table.c[name] for name in columns] if columns else list(table.columns)
    query = select(*chosen).where(*(table.c[name] == value for name, value in where.items())).order_by(*key)
    return [tuple(row) for row in session.execute(query)]


def stored_cube(session: Session) -> dict[tuple[Any, ...], int]:
    """The cube as it is stored."""
    session.rollback()
    keys = [column for column in AssessmentCount.__table__.columns if column.name != "n"]
    return {tuple(row[:-1]): row[-1] for row in session.execute(select(*keys, AssessmentCount.n))}


def counted_cube(session: Session) -> dict[tuple[Any, ...], int]:
    """The cube as it has to be, counted from the live rows."""
    session.rollback()
    table = ASSESSMENTS[session.scalars(select(RegistryState.live_slot)).one()]
    keys = [
        func.coalesce(table.c.holds, -1) if column.name == "holds" else table.c[column.name]
        for column in AssessmentCount.__table__.columns
        if column.name != "n"
    ]
    return {tuple(row[:-1]): row[-1] for row in session.execute(select(*keys, func.count()).group_by(*keys))}
