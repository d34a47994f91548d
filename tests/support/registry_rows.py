"""A few enterprises with a screening, for tests of pages that read what others wrote."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from enterprise_pipeline.services.naming import initials
from models import (
    AssessmentCount,
    Certificate,
    Enterprise,
    EnterpriseName,
    ImportBatch,
    Pool,
    RegistryState,
    ScreeningRun,
)
from scoring.vocabulary import LOCAL_POOLS, SCIENCE_LADDER, TIER_NAMES, Verdict

LONGEST_NAME = "湖北三峡新型建材股份有限公司宜昌市猇亭区分公司"
NAMES = (
    ("91420500MA48888882", "宜昌某某磷化工有限公司", "420506", "C2613"),
    ("91420500MA48888890", "宜昌兴盛生物技术股份有限公司", "gaoxin", "C2710"),
    ("91420500MA48888911", LONGEST_NAME, "420505", "C3041"),
    ("91420500MA4888892X", "枝江晚风装备制造有限公司", "420583", "C3511"),
    ("91420500MA48888938", "某某（宜昌）数据服务有限公司", None, None),
)
DAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 2, 32, tzinfo=UTC)
STANDARDS = {"leading": "hubei2021", "gazelle": "hubei2021", "tech_sme": "national", "hnte": "national"}


def add_enterprises(session: Session, *, is_synthetic: bool = False) -> list[int]:
    """Five enterprises, the second of which was called otherwise before; returns their ids."""
    state = session.get(RegistryState, 1) or RegistryState(id=1)
    state.is_synthetic = is_synthetic
    session.add(state)
    for position, tier in enumerate(SCIENCE_LADDER):
        if session.get(Pool, str(tier)) is None:
            kind = "reserve" if tier in LOCAL_POOLS else "tier"
            local = tier in LOCAL_POOLS
            session.add(
                Pool(id=str(tier), name=TIER_NAMES[tier], kind=kind, is_local=local, position=position)
            )
    rows = [
        Enterprise(
            credit_code=code,
            name=name,
            initials=initials(name),
            jurisdiction=place,
            division_code="420505" if place == "gaoxin" else place,
            industry_code=industry,
            is_synthetic=is_synthetic,
        )
        for code, name, place, industry in NAMES
    ]
    session.add_all(rows)
    session.flush()
    former = "宜昌旧名药业有限公司"
    session.add(
        EnterpriseName(
            enterprise_id=rows[1].id,
            name=former,
            initials=initials(former),
            valid_to=date(2020, 5, 1),
            source="手工录入",
        )
    )
    return [row.id for row in rows]


def add_screening(session: Session, *, as_of: date = DAY) -> None:
    """A finished run with counts of several places, verdicts and holdings."""
    run = ScreeningRun(
        scope="full", status="done", as_of=as_of, started_at=AT, finished_at=AT, snapshot_at=AT,
        enterprises=5, rules_hash="0" * 64, rule_sets={},
    )  # fmt: skip
    session.add(run)
    session.flush()
    state = session.get(RegistryState, 1)
    assert state is not None
    state.live_run_id = run.id
    for step, tier in enumerate(SCIENCE_LADDER):
        for place, weight in (("420506", 9), ("gaoxin", 23), ("420583", 5), ("", 1)):
            for verdict, holds, n_failed, share in (
                (Verdict.ELIGIBLE, 1, 0, 6),
                (Verdict.ELIGIBLE, 0, 0, 2),
                (Verdict.ELIGIBLE, -1, 0, 1),
                (Verdict.NOT_ELIGIBLE, 0, 1, 4),
                (Verdict.NOT_ELIGIBLE, 0, 3, 7),
                (Verdict.UNDETERMINED, 0, 0, 3),
                (Verdict.NEEDS_JUDGEMENT, 0, 0, 2),
            ):
                session.add(
                    AssessmentCount(
                        tier=str(tier),
                        standard=STANDARDS.get(str(tier), "local"),
                        basis="reported",
                        verdict=int(verdict),
                        jurisdiction=place,
                        industry="C26",
                        holds=holds,
                        n_failed=n_failed,
                        n=max(weight * share * (8 - step) // 7, 1),
                    )
                )


def add_certificates(session: Session, enterprise_ids: list[int]) -> None:
    """One that ends soon, one that was renewed, one revoked, one far off, one whose end nobody knows."""
    rows = (
        (0, "GR202342000001", date(2023, 12, 1), date(2026, 12, 1), None),
        (1, "GR202342000002", date(2023, 12, 8), date(2026, 12, 8), None),
        (1, "GR202642000003", date(2026, 10, 8), date(2029, 10, 8), None),
        (2, "GR202342000004", date(2023, 12, 9), date(2026, 12, 9), date(2025, 1, 1)),
        (3, "GR202542000005", date(2025, 12, 9), date(2028, 12, 9), None),
        (4, "GR202442000006", None, None, None),
    )
    for at, number, issued, expires, revoked in rows:
        session.add(
            Certificate(
                enterprise_id=enterprise_ids[at], pool_id="hnte", number=number, issued_on=issued,
                expires_on=expires, revoked_on=revoked, received_on=date(2026, 10, 20), source="名单",
            )
        )  # fmt: skip


def add_import(session: Session) -> None:
    """A spreadsheet that was taken in."""
    session.add(
        ImportBatch(
            filename="2025年高企年报.xlsx", sha256="0" * 64, kind="figures", status="committed",
            options={}, counts={"update": 3}, plan=b"", committed_at=AT,
        )
    )  # fmt: skip
