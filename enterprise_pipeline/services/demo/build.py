"""Builds the demo registry: draws the enterprises, holds the rounds, writes the rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit
from enterprise_pipeline.services.bulk import is_postgresql, write_frame
from enterprise_pipeline.services.demo.columns import Clock
from enterprise_pipeline.services.demo.conditions import draw_conditions
from enterprise_pipeline.services.demo.decisions import DecidingBody
from enterprise_pipeline.services.demo.economy import simulate
from enterprise_pipeline.services.demo.fact_rows import fact_frames
from enterprise_pipeline.services.demo.identity_rows import enterprise_frames
from enterprise_pipeline.services.demo.lines import LineRounds, ListedBody
from enterprise_pipeline.services.demo.pool_rows import pool_frames
from enterprise_pipeline.services.demo.population import draw_firms
from enterprise_pipeline.services.demo.profiles import draw_profiles, profile_frame
from enterprise_pipeline.services.demo.recognition import Rounds
from enterprise_pipeline.services.demo.report_rows import report_frames
from enterprise_pipeline.services.errors import ServiceError
from enterprise_pipeline.services.history import REGISTRY_EMPTIED, REGISTRY_SUBJECT
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.transaction import transaction
from models import (
    Account,
    AuditEvent,
    AuditHead,
    AuditPayload,
    Base,
    Enterprise,
    LoginAttempt,
    LoginSession,
    Membership,
    Pool,
    RecoveryCode,
    RegistryState,
    ResetLink,
    RoleGrant,
)
from scoring.rulebook import Rulebook

ACCOUNT_TABLES = (Account, LoginAttempt, LoginSession, RecoveryCode, ResetLink, RoleGrant)
KEPT_TABLES = frozenset(
    {
        table.__tablename__
        for table in (Pool, RegistryState, AuditEvent, AuditPayload, AuditHead, *ACCOUNT_TABLES)
    }
)
"""Filled by the migrations, only growing, or of people; everything else is emptied before a rebuild.

Without its accounts a registry would be open to whoever sits at the machine, so a rebuild keeps them.
"""

ACTOR = "demo"
CACHE_KIB = 256 * 1024


@dataclass(frozen=True, kw_only=True)
class DemoSummary:
    """What was written: rows by table, and memberships by pool."""

    rows: dict[str, int]
    memberships: dict[str, int]


def build_demo(*, enterprises: int, seed: int, replace: bool = False) -> DemoSummary:
    """Fill the database of this application with invented enterprises, in one transaction.

    Raises
    ------
    ServiceError
        If the database holds real enterprises, or any at all and ``replace`` is not set.
    """
    with transaction() as session:
        _make_room(session, replace=replace)
        _widen_cache(session)
        clock = Clock(suffix="+00" if is_postgresql(session) else "")
        rows: Counter[str] = Counter()
        for name, frame in demo_frames(
            enterprises=enterprises, seed=seed, clock=clock, rules=current_rulebook(session)
        ):
            write_frame(session, Base.metadata.tables[name], frame)
            rows[name] += frame.height
        session.execute(update(RegistryState).values(is_synthetic=True))
        if is_postgresql(session):
            _advance_sequences(session, list(rows))
        by_pool = (
            select(Membership.pool_id, func.count().label("members"))
            .group_by(Membership.pool_id)
            .order_by(Membership.pool_id)
        )
        return DemoSummary(
            rows=dict(rows), memberships={row.pool_id: row.members for row in session.execute(by_pool)}
        )


def demo_frames(
    *, enterprises: int, seed: int, clock: Clock, rules: Rulebook
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every row of the demo registry as (table, frame); the same arguments give the same rows."""
    # One stream of chance per part, so that a change of one part leaves the others as they were.
    people, money, fates, rounds, *writing, traits, reviews, sheets = np.random.SeedSequence(seed).spawn(11)
    firms = draw_firms(enterprises, rng=np.random.default_rng(people))
    history = simulate(firms, rng=np.random.default_rng(money))
    conditions = draw_conditions(firms, history, rng=np.random.default_rng(fates))
    body = DecidingBody(firms, history, conditions, rules=rules)
    decided = Rounds(firms, history, body, rng=np.random.default_rng(rounds)).hold()
    profiles = draw_profiles(firms, history, rng=np.random.default_rng(traits))
    listed = ListedBody(
        firms, history, conditions, rules=rules, profiles=profiles, awards=list(decided.awards)
    )
    awards = LineRounds(firms, listed, profiles, rng=np.random.default_rng(reviews)).hold()
    chance = [np.random.default_rng(sequence) for sequence in writing]
    yield from enterprise_frames(firms, clock, rng=chance[0])
    yield from report_frames(firms, history, clock, rng=chance[1])
    next_id = 1
    for name, frame in fact_frames(firms, history, conditions, decided.opinions, clock, rng=chance[2]):
        next_id += frame.height
        yield name, frame
    own_chance = np.random.default_rng(sheets)
    frame = profile_frame(profiles, firms, history, conditions, first_id=next_id, clock=clock, rng=own_chance)
    yield "enterprise_facts", frame
    yield from pool_frames(firms, awards, clock, rng=chance[3])


def _make_room(session: Session, *, replace: bool) -> None:
    """Refuse to touch real enterprises; empty an earlier demo registry when told to."""
    held = session.scalar(select(func.count()).select_from(Enterprise)) or 0
    real = session.scalar(select(func.count()).where(Enterprise.is_synthetic.is_(other=False))) or 0
    if real:
        raise ServiceError(
            f"数据库中有 {real} 家真实企业，演示数据不会写入其中。请用 --database-url 指定另一个数据库。"
        )
    if held and not replace:
        raise ServiceError(f"数据库中已有 {held} 家演示企业。要清空重建，请加 --force。")
    if not held:
        return
    audit.record(
        session,
        actor=ACTOR,
        action=REGISTRY_EMPTIED,
        subject_type=REGISTRY_SUBJECT,
        subject_id=1,
        before={"enterprises": held},
    )
    session.execute(update(RegistryState).values(live_run_id=None))
    # Numbers are given anew: a role for one enterprise would be one for another.
    session.execute(delete(RoleGrant).where(RoleGrant.enterprise_id.is_not(None)))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in KEPT_TABLES:
            session.execute(delete(table))


def _widen_cache(session: Session) -> None:
    """Let SQLite keep its indexes in memory while millions of rows arrive; for this connection only."""
    if not is_postgresql(session):
        session.connection().exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KIB}")


def _advance_sequences(session: Session, tables: list[str]) -> None:
    """We number the rows ourselves; PostgreSQL must go on behind the last one."""
    for table in tables:
        last = select(func.max(Base.metadata.tables[table].c.id)).scalar_subquery()
        session.execute(select(func.setval(func.pg_get_serial_sequence(table, "id"), last)))
