"""Facts of an enterprise that are not yearly, as dated sheets."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Key, now_utc
from scoring.vocabulary import ENTERPRISE_FACTS, IDENTITY_FACTS, Unit

_COUNTED = tuple(
    fact.column
    for fact in ENTERPRISE_FACTS
    if fact.name not in IDENTITY_FACTS and fact.unit not in (Unit.FLAG, Unit.CODE, Unit.DATE)
)


class EnterpriseFacts(Base):
    """What somebody told us on ``received_on`` to hold from ``valid_from``.

    A sheet may be partial: for each fact the newest sheet that tells it wins
    (by ``valid_from``, then ``received_on``, then ``id``). None is not told.
    Shares are in millionths, money in 分.
    """

    __tablename__ = "enterprise_facts"
    __table_args__ = (
        UniqueConstraint("enterprise_id", "valid_from", "source", "version"),
        CheckConstraint("version >= 1", name="version_positive"),
        *(CheckConstraint(f"{column} >= 0", name=f"{column}_not_negative") for column in _COUNTED),
        CheckConstraint("market_share_ppm <= 1000000", name="market_share_at_most_one"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    enterprise_id: Mapped[int] = mapped_column(ForeignKey("enterprise.id"))
    valid_from: Mapped[date]
    received_on: Mapped[date]
    source: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(Integer, default=1)
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)

    class1_ip: Mapped[int | None] = mapped_column(Integer)
    class2_ip: Mapped[int | None] = mapped_column(Integer)
    is_resident: Mapped[bool | None] = mapped_column(Boolean)
    is_industry_excluded: Mapped[bool | None] = mapped_column(Boolean)
    had_serious_incident: Mapped[bool | None] = mapped_column(Boolean)
    has_bad_credit: Mapped[bool | None] = mapped_column(Boolean)
    owns_core_ip: Mapped[bool | None] = mapped_column(Boolean)
    hitech_field_listed: Mapped[bool | None] = mapped_column(Boolean)
    transformations_3y: Mapped[int | None] = mapped_column(Integer)
    national_award_top3_5y: Mapped[bool | None] = mapped_column(Boolean)
    has_provincial_rd_org: Mapped[bool | None] = mapped_column(Boolean)
    led_standard_5y: Mapped[bool | None] = mapped_column(Boolean)
    core_ip_total: Mapped[int | None] = mapped_column(Integer)
    class1_ip_self_developed: Mapped[int | None] = mapped_column(Integer)
    class1_ip_high_value: Mapped[int | None] = mapped_column(Integer)
    class1_ip_transferred_in: Mapped[int | None] = mapped_column(Integer)
    class1_ip_rank_below_3: Mapped[int | None] = mapped_column(Integer)
    equity_raised_2y_fen: Mapped[int | None] = mapped_column(BigInteger)
    equity_raised_3y_fen: Mapped[int | None] = mapped_column(BigInteger)
    niche_years: Mapped[int | None] = mapped_column(Integer)
    market_share_ppm: Mapped[int | None] = mapped_column(Integer)
    domestic_rank: Mapped[int | None] = mapped_column(Integer)
    development_points: Mapped[int | None] = mapped_column(Integer)
    digital_level: Mapped[int | None] = mapped_column(Integer)
    quality_items: Mapped[int | None] = mapped_column(Integer)
    local_special_points: Mapped[int | None] = mapped_column(Integer)
    rd_org_level: Mapped[str | None] = mapped_column(String(20))
    niche_field: Mapped[str | None] = mapped_column(String(20))
    is_strategic_emerging: Mapped[bool | None] = mapped_column(Boolean)
    national_award_top3_3y: Mapped[bool | None] = mapped_column(Boolean)
    science_award_3y: Mapped[bool | None] = mapped_column(Boolean)
    provincial_award_top3_3y: Mapped[bool | None] = mapped_column(Boolean)
    market_position_ok: Mapped[bool | None] = mapped_column(Boolean)
    is_key_link: Mapped[bool | None] = mapped_column(Boolean)
    is_recheck: Mapped[bool | None] = mapped_column(Boolean)
    srdi_direct_route: Mapped[bool | None] = mapped_column(Boolean)
    expert_intellectual_property: Mapped[int | None] = mapped_column(Integer)
    expert_transformation: Mapped[int | None] = mapped_column(Integer)
    expert_organisation: Mapped[int | None] = mapped_column(Integer)
    expert_growth: Mapped[int | None] = mapped_column(Integer)
