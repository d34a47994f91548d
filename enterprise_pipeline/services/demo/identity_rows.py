"""Rows of the enterprises, their names and their contacts."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from enterprise_pipeline.services.demo.codes import credit_codes
from enterprise_pipeline.services.demo.columns import Clock, where
from enterprise_pipeline.services.demo.names import FORM_SHARES, FORMS, Parts, compose
from enterprise_pipeline.services.demo.population import Firms
from enterprise_pipeline.services.demo.world import INDUSTRIES, KNOWN_UNTIL, PLACES
from enterprise_pipeline.services.naming import initials

NAME_SOURCE = "合成：登记信息"
UNIFIED_CODES_SINCE = np.datetime64("2015-10-01")
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN_NAMES = ("示例甲", "示例乙", "示例丙", "示例丁", "示例戊")
ROLES = ("科技工作联系人", "财务负责人")
ROLE_SHARES = (0.92, 0.35)
PROVINCIAL_SHARE = 0.22
"""Enterprises that bear the name of the province instead of the place."""
FIELD_SHARE = 0.95
"""Enterprises whose high-tech field is known."""
EMAIL_SHARE = 0.8
CONSENT_SHARE = 0.7


def enterprise_frames(
    firms: Firms, clock: Clock, *, rng: np.random.Generator
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of ``enterprise``, ``enterprise_name`` and ``contact``."""
    count = len(firms)
    trades = [INDUSTRIES[index].trades for index in firms.industry.tolist()]
    parts = Parts(
        prefixes=_prefixes(firms, rng=rng),
        trades=[
            words[pick % len(words)]
            for words, pick in zip(trades, rng.integers(6, size=count).tolist(), strict=True)
        ],
        forms=rng.choice(FORMS, count, p=FORM_SHARES).tolist(),
        is_branch=firms.is_branch,
        is_renamed=firms.is_renamed,
    )
    names = compose(parts, rng=rng)
    yield "enterprise", _enterprises(firms, names.current, clock, rng=rng)
    yield "enterprise_name", _names(firms, names.current, names.former, clock, rng=rng)
    yield "contact", _contacts(count, clock, rng=rng)


def _prefixes(firms: Firms, *, rng: np.random.Generator) -> list[str]:
    local = np.array([entry.prefix for entry in PLACES])[firms.place]
    provincial = (rng.random(len(firms)) < PROVINCIAL_SHARE) | firms.is_giant
    prefixes: list[str] = np.where(provincial, "湖北", local).tolist()
    return prefixes


def _enterprises(firms: Firms, names: list[str], clock: Clock, *, rng: np.random.Generator) -> pl.DataFrame:
    count = len(firms)
    fields = np.array([entry.field for entry in INDUSTRIES])[firms.industry]
    known = (rng.random(count) < FIELD_SHARE) & (fields != "")
    recorded = clock.at(KNOWN_UNTIL)
    return pl.DataFrame(
        {
            "id": np.arange(1, count + 1),
            "credit_code": credit_codes(
                offices=firms.office, is_new=firms.registered_on >= UNIFIED_CODES_SINCE, rng=rng
            ).tolist(),
            "name": names,
            "initials": [initials(name) for name in names],
            "division_code": firms.division.tolist(),
            "jurisdiction": np.array([entry.code for entry in PLACES])[firms.place].tolist(),
            "industry_code": np.array([entry.code for entry in INDUSTRIES])[firms.industry].tolist(),
            "hitech_field": where(known, pl.Series(fields.tolist())),
            "registered_on": firms.registered_on,
            "address": [f"湖北省宜昌市演示大道{number}号（合成数据）" for number in range(1, count + 1)],
        }
    ).with_columns(
        pl.lit(value=True).alias("is_synthetic"),
        pl.lit(1).alias("version"),
        *(pl.lit(recorded).alias(column) for column in ("changed_at", "created_at", "updated_at")),
    )


def _names(
    firms: Firms, current: list[str], former: list[str], clock: Clock, *, rng: np.random.Generator
) -> pl.DataFrame:
    """The name borne today, and before it the former one of those that were renamed."""
    days_old = (np.datetime64(KNOWN_UNTIL) - firms.registered_on).astype(np.int64)
    renamed_on = firms.registered_on + np.maximum(
        (days_old * rng.uniform(0.2, 0.9, len(firms))).astype(np.int64), 2
    )
    had = np.array([name != "" for name in former])
    ids = np.arange(1, len(firms) + 1)
    today = pl.DataFrame(
        {"enterprise_id": ids, "name": current, "valid_from": np.where(had, renamed_on, firms.registered_on)}
    ).with_columns(pl.lit(None, dtype=pl.Date).alias("valid_to"))
    before = pl.DataFrame(
        {
            "enterprise_id": ids[had],
            "name": [name for name in former if name],
            "valid_from": firms.registered_on[had],
            "valid_to": renamed_on[had] - 1,
        }
    )
    rows = pl.concat([before, today]).sort("enterprise_id", "valid_from", maintain_order=True)
    return rows.with_columns(
        pl.Series("initials", [initials(name) for name in rows["name"].to_list()]),
        pl.lit(NAME_SOURCE).alias("source"),
        pl.lit(clock.at(KNOWN_UNTIL)).alias("recorded_at"),
    ).with_row_index("id", offset=1)


def _contacts(count: int, clock: Clock, *, rng: np.random.Generator) -> pl.DataFrame:
    """People who cannot exist: numbers nobody gives out, addresses in a domain kept for examples."""
    having = [np.flatnonzero(rng.random(count) < share) + 1 for share in ROLE_SHARES]
    roles = np.repeat(np.arange(len(ROLES)), [len(ids) for ids in having])
    ids = np.concatenate(having)
    picks = rng.integers(len(SURNAMES) * len(GIVEN_NAMES), size=len(ids)).tolist()
    pairs = list(zip(roles.tolist(), ids.tolist(), strict=True))
    return (
        pl.DataFrame(
            {
                "enterprise_id": ids,
                "role": np.array(ROLES)[roles].tolist(),
                "name": [
                    SURNAMES[pick % len(SURNAMES)] + GIVEN_NAMES[pick // len(SURNAMES)] for pick in picks
                ],
                "phone": [f"100{role}{firm:07d}" for role, firm in pairs],
                "email": where(
                    rng.random(len(ids)) < EMAIL_SHARE,
                    pl.Series([f"contact{role}.{firm}@example.com" for role, firm in pairs], dtype=pl.String),
                ),
                "has_consent": rng.random(len(ids)) < CONSENT_SHARE,
            }
        )
        .with_columns(pl.lit(clock.at(KNOWN_UNTIL)).alias(column) for column in ("created_at", "updated_at"))
        .with_row_index("id", offset=1)
    )
