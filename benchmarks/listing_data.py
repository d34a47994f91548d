"""A registry of any size with stored assessments, for measuring and testing lists.

Every enterprise is invented; the assessments are drawn, not screened, because
a list only reads what is stored.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import islice, product

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from enterprise_pipeline.services.bulk import write_frame
from enterprise_pipeline.services.naming import initials
from enterprise_pipeline.services.reference import hitech_fields, industry_names, jurisdictions
from models import ASSESSMENTS, AssessmentCount, Enterprise, RegistryState, ScreeningRun
from scoring.rulebook import load_rulebook
from scoring.vocabulary import Verdict

AS_OF = date(2026, 11, 22)
SYLLABLES = "兴安华瑞宏远达诚泰和新创智联科源东方海星光明天成永信恒力金石云山江峡清和盛世博雅"
TRADES = ("新材料", "生物科技", "精密机械", "电子", "化工", "食品", "环保", "软件", "医药", "装备制造")
SECTIONS = "CIMFEAGL"
NO_ENTERPRISE_TIER_UNKNOWN = 0.2


def fill(session: Session, *, enterprises: int, seed: int = 7, keys: Sequence[str] | None = None) -> None:
    """Write ``enterprises`` enterprises and their assessments for every built tier (or the given keys)."""
    random = np.random.default_rng(seed)
    session.execute(
        insert(ScreeningRun),
        [
            {
                "id": 1,
                "scope": "full",
                "status": "done",
                "as_of": AS_OF,
                "started_at": datetime(2026, 11, 22, 1, tzinfo=UTC),
                "finished_at": datetime(2026, 11, 22, 1, 5, tzinfo=UTC),
                "snapshot_at": datetime(2026, 11, 22, 1, tzinfo=UTC),
                "enterprises": enterprises,
                "rules_hash": load_rulebook().content_hash,
                "rule_sets": {},
            }
        ],
    )
    session.execute(update(RegistryState).values(live_slot=0, live_run_id=1, is_synthetic=True))
    people = enterprise_frame(enterprises, random)
    write_frame(session, Enterprise.__table__, people)  # type: ignore[arg-type]
    slot = ASSESSMENTS[0]
    for index in slot.indexes:  # As a full screening does: filled first, indexed afterwards.
        index.drop(session.connection(), checkfirst=True)
    for rule_set in load_rulebook().in_force(AS_OF):
        if keys is None or rule_set.key in keys:
            rows = assessment_frame(
                people, random, tier=str(rule_set.tier), standard=rule_set.standard, rule_set=rule_set.id
            )
            write_frame(session, ASSESSMENTS[0], rows)
    for index in slot.indexes:
        index.create(session.connection(), checkfirst=True)
    recount(session)
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT setval(pg_get_serial_sequence('enterprise', 'id'), :n)"), {"n": enterprises + 1}
        )


def recount(session: Session) -> None:
    """Make the cube anew from the assessments."""
    session.execute(AssessmentCount.__table__.delete())  # type: ignore[attr-defined]
    session.execute(
        text(
            "INSERT INTO assessment_count"
            " (tier, standard, basis, verdict, jurisdiction, industry, holds, n_failed, n)"
            " SELECT tier, standard, basis, verdict, jurisdiction, industry,"
            " coalesce(holds, -1), n_failed, count(*)"
            " FROM assessment_0 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8"
        )
    )


def enterprise_frame(n: int, random: np.random.Generator) -> pl.DataFrame:
    """Invented enterprises, numbered from 1."""
    places = [place for place in jurisdictions() if place.code]
    weights = random.dirichlet(np.ones(len(places)) * 2)
    place = random.choice(len(places), n, p=weights)
    names = invented_names([places[index].name for index in place], random)
    divisions = [code for code in industry_names() if len(code) == 3 and code[0] in SECTIONS]
    industry = random.choice(divisions, n)
    fields = [field.code for field in hitech_fields()]
    field = np.where(random.random(n) < 0.6, random.choice(fields, n), None)
    return pl.DataFrame(
        {
            "id": np.arange(1, n + 1),
            "credit_code": [f"9142050{number:011d}" for number in range(1, n + 1)],
            "name": names,
            "initials": [initials(name) for name in names],
            "jurisdiction": [
                places[index].code if known else None
                for index, known in zip(place, random.random(n) < 0.98, strict=True)
            ],
            "industry_code": [
                str(code) + "1" if known else None
                for code, known in zip(industry, random.random(n) < 0.98, strict=True)
            ],
            "hitech_field": field.tolist(),
            "is_synthetic": np.ones(n, dtype=np.int64),
            "version": np.ones(n, dtype=np.int64),
            "changed_at": ["2026-11-22 01:00:00.000000"] * n,
            "created_at": ["2026-11-22 01:00:00.000000"] * n,
            "updated_at": ["2026-11-22 01:00:00.000000"] * n,
        }
    )


def invented_names(places: Sequence[str], random: np.random.Generator) -> list[str]:
    """A different name for each enterprise."""
    words = ["".join(pair) for pair in islice(product(SYLLABLES, repeat=3), len(places) + 1)]
    random.shuffle(words)
    trades = random.choice(TRADES, len(places))
    heads = random.choice(("宜昌", "湖北", "{}"), len(places))
    return [
        f"{head.replace('{}', place)}{words[number % len(words)]}{trade}有限公司"
        for number, (head, place, trade) in enumerate(zip(heads, places, trades, strict=True))
    ]


def assessment_frame(
    people: pl.DataFrame, random: np.random.Generator, *, tier: str, standard: str, rule_set: str
) -> pl.DataFrame:
    """Drawn outcomes of one rule set."""
    n = people.height
    verdict = random.choice(4, n, p=(0.6, 0.25, 0.1, 0.05))
    failed = np.where(verdict == Verdict.NOT_ELIGIBLE, random.geometric(0.5, n).clip(1, 6), 0)
    missing = np.where(verdict == Verdict.UNDETERMINED, random.geometric(0.3, n).clip(1, 12), 0)
    near = verdict == Verdict.NOT_ELIGIBLE
    holds = random.choice((0, 1, -1), n, p=(0.72, 0.08, 0.2))
    soon = random.random(n) < 0.1
    days = random.integers(1, 700, n)
    return pl.DataFrame(
        {
            "enterprise_id": people["id"],
            "tier": [tier] * n,
            "standard": [standard] * n,
            "basis": ["reported"] * n,
            "verdict": verdict,
            "n_failed": failed,
            "n_missing": missing,
            "nearest_criterion": _where(near, random.integers(3, 5, n)),
            "nearest_gap": _where(near, random.integers(1, 5_000_000, n)),
            "shortfall": [
                round(float(x), 4) if y else None for x, y in zip(random.random(n), near, strict=True)
            ],
            "results": np.zeros(n, dtype=np.int64),
            "missing": _masks(missing),
            "changes_on": pl.Series([AS_OF] * n)
            .dt.offset_by(pl.Series([f"{day}d" for day in days]))
            .to_frame("d")
            .select(pl.when(pl.Series(soon)).then(pl.col("d")))
            .to_series(),
            "holds": _where(holds >= 0, holds),
            "jurisdiction": people["jurisdiction"].fill_null(""),
            "industry": people["industry_code"].str.slice(0, 3).fill_null(""),
            "rule_set": [rule_set] * n,
            "as_of": [AS_OF] * n,
            "run_id": np.ones(n, dtype=np.int64),
        }
    )


def _where(known: npt.NDArray[np.bool_], values: npt.NDArray[np.int64]) -> list[int | None]:
    return [int(value) if told else None for value, told in zip(values, known, strict=True)]


def _masks(missing: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """As many low bits as facts are missing."""
    masks: npt.NDArray[np.int64] = (1 << missing) - 1
    return masks
