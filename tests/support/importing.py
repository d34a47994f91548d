"""Short words for tests of imports: plan rows, look at the plan, commit it."""

from datetime import date
from typing import Any

from sqlalchemy import func, select

from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.imports.batches import Preview, RowView, preview
from enterprise_pipeline.services.imports.committing import Committed, commit_import
from enterprise_pipeline.services.imports.plan import Action, Options
from enterprise_pipeline.services.imports.planning import plan_import
from enterprise_pipeline.transaction import reading
from models import Enterprise, db
from models.base import Base
from tests.support.workbooks import Rows, code, xlsx

TODAY = date(2026, 11, 22)
ACTOR = "tester"
HEAD = ["统一社会信用代码", "企业名称", "2025年营业收入（万元）", "2025年研发费用（万元）"]
NAMES = ["统一社会信用代码", "企业名称", "地址"]
A, B, C = code(1), code(2), code(3)


def plan(rows: Rows | bytes, filename: str = "表.xlsx", **options: Any) -> int:
    """Plan the import of these rows (or of this file), and return its number."""
    content = rows if isinstance(rows, bytes) else xlsx(rows)
    return plan_import(content, filename, Options(**({"received_on": TODAY} | options)), actor=ACTOR)


def look(batch_id: int, **which: Any) -> Preview:
    """The plan as the page shows it."""
    reading().rollback()
    return preview(batch_id, limit=1000, **which)


def planned(rows: Rows | bytes, **options: Any) -> tuple[RowView, ...]:
    """The rows of the plan of this file."""
    return look(plan(rows, **options)).rows


def words(row: RowView) -> str:
    """All findings of a row in one text."""
    return "；".join(f"{finding.letter}:{finding.text}" for finding in row.findings)


def commit(batch_id: int, **how: Any) -> Committed:
    """Commit a plan."""
    done = commit_import(batch_id, actor=ACTOR, **how)
    reading().rollback()
    return done


def bring_in(rows: Rows | bytes, **options: Any) -> Committed:
    """Plan and commit at once; every row has to go in."""
    batch_id = plan(rows, **options)
    found = look(batch_id)
    assert not found.problems, found.problems
    stuck = [words(row) for row in found.rows if row.action in (Action.REFUSED, Action.CONFLICT)]
    assert not stuck, stuck
    return commit(batch_id)


def count(model: type[Base]) -> int:
    """How many rows there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def enterprise(credit_code: str) -> Enterprise:
    """The enterprise of this code."""
    db.session.rollback()
    return db.session.scalars(select(Enterprise).where(Enterprise.credit_code == credit_code)).one()


def facts(credit_code: str, day: date = TODAY) -> dict[str, Any]:
    """What is known of it on a day."""
    return facts_as_of(db.session(), day, enterprise_ids=[enterprise(credit_code).id]).row(0, named=True)
