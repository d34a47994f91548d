"""规上企业研发机构覆盖: which above-scale enterprises have an R&D institution, and who has none."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import BinaryIO

import polars as pl
from sqlalchemy import select, union
from sqlalchemy.orm import Session

from enterprise_pipeline.services.accounts.scope import Scope
from enterprise_pipeline.services.bulk import chosen, read_frame
from enterprise_pipeline.services.candidate_conditions import certified_on, member_on
from enterprise_pipeline.services.candidate_keys import BadCursor, Cursor, read_parts
from enterprise_pipeline.services.changes import in_parts
from enterprise_pipeline.services.export_receipts import Export, export_receipt
from enterprise_pipeline.services.exports import Cell, Sheet, write_workbook
from enterprise_pipeline.services.facts import told_as_of
from enterprise_pipeline.services.sizes import sizes_of
from enterprise_pipeline.transaction import reading
from models import Certificate, Enterprise, Membership
from scoring.vocabulary import SizeClass, Tier

PAGE = 50
ABOVE_SCALE: tuple[Tier, ...] = (Tier.ABOVE_SCALE_INDUSTRY, Tier.ABOVE_SCALE_SERVICE)
NO_JURISDICTION = ""
_READ = ("rd_org_level", "has_provincial_rd_org")
_EVERYONE: dict[str, pl.DataType | type[pl.DataType]] = {
    "enterprise_id": pl.Int64,
    "pool_id": pl.List(pl.String),
    "industry_code": pl.String,
    "jurisdiction": pl.String,
    "status": pl.String,
    "level": pl.String,
    "name": pl.String,
    "initials": pl.String,
    "credit_code": pl.String,
}


class Status(StrEnum):
    """Whether an enterprise has an R&D institution, as far as anybody told."""

    WITHOUT = "without"
    UNKNOWN = "unknown"
    WITH = "with"


@dataclass(frozen=True, kw_only=True)
class CoverageFilter:
    """One list; the fields are the parameters of the address, empty means "all"."""

    status: Status | None = Status.WITHOUT
    tier: Tier | None = None
    jurisdiction: str = ""

    def address(self) -> dict[str, str]:
        """The parameters of this list, shortest form; ``all`` stands for no status."""
        given = {"tier": str(self.tier or ""), "jurisdiction": self.jurisdiction}
        if self.status is not Status.WITHOUT:
            given["status"] = str(self.status or "all")
        return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, kw_only=True)
class Covered:
    """How many above-scale enterprises there are, with, without and of unknown R&D institution."""

    with_one: int = 0
    without: int = 0
    unknown: int = 0

    @property
    def known(self) -> int:
        """Those of which it is known: what the share is a share of."""
        return self.with_one + self.without

    @property
    def total(self) -> int:
        """All of them."""
        return self.known + self.unknown

    @property
    def share(self) -> float | None:
        """With one among those known; None where nothing is known."""
        return self.with_one / self.known if self.known else None

    def __add__(self, other: "Covered") -> "Covered":
        """Add two places up."""
        return Covered(
            with_one=self.with_one + other.with_one,
            without=self.without + other.without,
            unknown=self.unknown + other.unknown,
        )


@dataclass(frozen=True, kw_only=True)
class CoveredEnterprise:
    """One above-scale enterprise."""

    id: int
    name: str
    initials: str
    credit_code: str
    jurisdiction: str | None
    industry_code: str | None
    tiers: tuple[Tier, ...]
    status: Status
    level: str | None
    size: SizeClass | None


@dataclass(frozen=True, kw_only=True)
class CoveragePage:
    """One page of the list, and the sums of its tier over all places."""

    wanted: CoverageFilter
    lines: tuple[CoveredEnterprise, ...]
    total: int
    first: int
    places: Mapping[str, Covered]
    next: str | None

    @property
    def city(self) -> Covered:
        """All places together."""
        return sum(self.places.values(), Covered())


def coverage(
    wanted: CoverageFilter, *, as_of: date, scope: Scope, after: str = "", size: int = PAGE
) -> CoveragePage:
    """The sums by place on a day, and one page of the list, by name, from behind ``after``.

    Raises
    ------
    BadCursor
        If ``after`` is no place in this list.
    """
    place = _read(after) if after else None
    everyone = _above_scale(reading(), as_of, wanted.tier, scope=scope)
    listed = _wanted(everyone, wanted)
    rest = listed if place is None else listed.filter(_behind(*place.key))
    lines = tuple(_lines(rest.head(size), as_of))
    before = listed.height - rest.height
    end = Cursor(before + len(lines), (lines[-1].initials, lines[-1].id)) if rest.height > size else None
    return CoveragePage(
        wanted=wanted,
        lines=lines,
        total=listed.height,
        first=before + 1,
        places=_places(everyone),
        next=None if end is None else end.text(),
    )


def _read(text: str) -> Cursor:
    position, parts = read_parts(text)
    if [type(part) for part in parts] != [str, int]:
        raise BadCursor
    return Cursor(position, tuple(parts))


def every_line(wanted: CoverageFilter, *, as_of: date, scope: Scope) -> Iterator[CoveredEnterprise]:
    """The whole list within ``scope``, by name."""
    return _lines(_wanted(_above_scale(reading(), as_of, wanted.tier, scope=scope), wanted), as_of)


def _above_scale(session: Session, as_of: date, tier: Tier | None, *, scope: Scope) -> pl.DataFrame:
    """Who holds an above-scale title on the day, with name, place, titles and what is told of R&D."""
    holders = _holders(session, as_of, (tier,) if tier else ABOVE_SCALE, scope=scope)
    ids = holders["enterprise_id"].to_list()
    parts = [_facts(session, as_of, part) for part in in_parts(ids)]
    if not parts:
        return pl.DataFrame(schema=_EVERYONE)
    return holders.join(pl.concat(parts), on="enterprise_id").sort("initials", "enterprise_id")


def _holders(session: Session, as_of: date, tiers: Sequence[Tier], *, scope: Scope) -> pl.DataFrame:
    """One row an enterprise, with its titles; certainly valid on the day."""
    names = [str(tier) for tier in tiers]
    member, certificate = Membership, Certificate
    query = union(
        select(member.enterprise_id, member.pool_id).where(member.pool_id.in_(names), member_on(as_of)),
        select(certificate.enterprise_id, certificate.pool_id).where(
            certificate.pool_id.in_(names), certified_on(as_of)
        ),
    ).subquery()
    titles = select(query.c.enterprise_id, query.c.pool_id)
    if not scope.is_everything:
        titles = scope.apply(titles.join(Enterprise, Enterprise.id == query.c.enterprise_id))
    rows = read_frame(session, titles)
    return rows.group_by("enterprise_id").agg(pl.col("pool_id").sort()).sort("enterprise_id")


def _facts(session: Session, as_of: date, ids: Sequence[int]) -> pl.DataFrame:
    """What the list says of these enterprises."""
    among = chosen(ids)
    own = (Enterprise.name, Enterprise.initials, Enterprise.credit_code, Enterprise.industry_code)
    identity = select(Enterprise.id.label("enterprise_id"), Enterprise.jurisdiction, *own)
    known = read_frame(session, identity.where(among(Enterprise.id)))
    told = told_as_of(session, as_of, among=among, columns=_READ)
    return known.join(told, on="enterprise_id", how="left").select(
        *("enterprise_id", "name", "initials", "credit_code", "industry_code"),
        pl.col("jurisdiction").fill_null(NO_JURISDICTION),
        status=_status(),
        level=pl.col("rd_org_level"),
    )


def _status() -> pl.Expr:
    """With a level named or a provincial one confirmed; without only where "none" was told."""
    level, provincial = pl.col("rd_org_level"), pl.col("has_provincial_rd_org")
    return (
        pl.when((level != "none") | provincial)
        .then(pl.lit(str(Status.WITH)))
        .when(level == "none")
        .then(pl.lit(str(Status.WITHOUT)))
        .otherwise(pl.lit(str(Status.UNKNOWN)))
    )


def _places(everyone: pl.DataFrame) -> dict[str, Covered]:
    counts: dict[str, dict[str, int]] = {}
    for place, status, n in everyone.group_by("jurisdiction", "status").len().iter_rows():
        counts.setdefault(place, {})[status] = n
    return {
        place: Covered(
            with_one=found.get(Status.WITH, 0),
            without=found.get(Status.WITHOUT, 0),
            unknown=found.get(Status.UNKNOWN, 0),
        )
        for place, found in counts.items()
    }


def _wanted(everyone: pl.DataFrame, wanted: CoverageFilter) -> pl.DataFrame:
    listed = everyone
    if wanted.status is not None:
        listed = listed.filter(pl.col("status") == str(wanted.status))
    if wanted.jurisdiction:
        place = NO_JURISDICTION if wanted.jurisdiction == "unknown" else wanted.jurisdiction
        listed = listed.filter(pl.col("jurisdiction") == place)
    return listed


def _behind(initials: str, number: int) -> pl.Expr:
    own = pl.col("initials")
    return (own > initials) | ((own == initials) & (pl.col("enterprise_id") > number))


def _lines(shown: pl.DataFrame, as_of: date) -> Iterator[CoveredEnterprise]:
    sizes = sizes_of(reading(), shown["enterprise_id"].to_list(), as_of=as_of)
    for row in shown.iter_rows(named=True):
        yield CoveredEnterprise(
            id=row["enterprise_id"],
            name=row["name"],
            initials=row["initials"],
            credit_code=row["credit_code"],
            jurisdiction=row["jurisdiction"] or None,
            industry_code=row["industry_code"],
            tiers=tuple(tier for tier in ABOVE_SCALE if tier in row["pool_id"]),
            status=Status(row["status"]),
            level=row["level"],
            size=sizes.get(row["enterprise_id"]),
        )


def export_coverage(
    wanted: CoverageFilter,
    file: BinaryIO,
    *,
    as_of: date,
    sheet: Sheet,
    cells: Callable[[CoveredEnterprise], Sequence[Cell]],
    export: Export,
) -> int:
    """Write the whole list as a workbook and record who takes it; returns the number of rows."""
    n = write_workbook(
        file, sheet, (cells(line) for line in every_line(wanted, as_of=as_of, scope=export.scope))
    )
    export_receipt(export, rows=n)
    return n
