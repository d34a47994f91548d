"""The words every layer shares: tiers, verdicts, facts and their units."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Verdict(IntEnum):
    """What a rule set says of an enterprise on a date; the number is what is stored."""

    NOT_ELIGIBLE = 0
    UNDETERMINED = 1
    NEEDS_JUDGEMENT = 2
    ELIGIBLE = 3
    NOT_APPLICABLE = 4

    @property
    def word(self) -> str:
        """The exchange spelling, such as ``not_eligible``."""
        return self.name.lower()


class CriterionResult(IntEnum):
    """What one criterion says; the number is what is stored, in three bits."""

    NOT_MET = 0
    UNKNOWN = 1
    JUDGEMENT = 2
    MET = 3
    NOT_APPLICABLE = 4

    @property
    def word(self) -> str:
        """The exchange spelling, such as ``not_met``."""
        return self.name.lower()


class Route(IntEnum):
    """How a tier with two doors was entered."""

    POINTS = 0
    DIRECT = 1

    @property
    def word(self) -> str:
        """The exchange spelling, such as ``direct``."""
        return self.name.lower()


class Tier(StrEnum):
    """A recognition or a local reserve; also the id of the pool of its holders. In the order of all lists."""

    TECH_SME = "tech_sme"
    HNTE_RESERVE = "hnte_reserve"
    HNTE = "hnte"
    GAZELLE_RESERVE = "gazelle_reserve"
    GAZELLE = "gazelle"
    LEADING_RESERVE = "leading_reserve"
    LEADING = "leading"
    INNOVATIVE_SME = "innovative_sme"
    SRDI_SME = "srdi_sme"
    LITTLE_GIANT = "little_giant"
    CHAMPION = "champion"
    UNICORN = "unicorn"
    INDUSTRY_RESERVE = "industry_reserve"
    ABOVE_SCALE_INDUSTRY = "above_scale_industry"
    SERVICE_RESERVE = "service_reserve"
    ABOVE_SCALE_SERVICE = "above_scale_service"


TIER_NAMES: dict[Tier, str] = {
    Tier.TECH_SME: "科技型中小企业",
    Tier.HNTE_RESERVE: "高企后备库",
    Tier.HNTE: "高新技术企业",
    Tier.GAZELLE_RESERVE: "瞪羚后备库",
    Tier.GAZELLE: "瞪羚企业",
    Tier.LEADING_RESERVE: "科技领军培育库",
    Tier.LEADING: "科技领军企业",
    Tier.INNOVATIVE_SME: "创新型中小企业",
    Tier.SRDI_SME: "专精特新中小企业",
    Tier.LITTLE_GIANT: "专精特新“小巨人”",
    Tier.CHAMPION: "制造业单项冠军",
    Tier.UNICORN: "独角兽（种子、潜在）",
    Tier.INDUSTRY_RESERVE: "规上工业后备库",
    Tier.ABOVE_SCALE_INDUSTRY: "规上工业",
    Tier.SERVICE_RESERVE: "规上服务业后备库",
    Tier.ABOVE_SCALE_SERVICE: "规上服务业",
}

SCIENCE_LADDER: tuple[Tier, ...] = (
    Tier.TECH_SME,
    Tier.HNTE_RESERVE,
    Tier.HNTE,
    Tier.GAZELLE_RESERVE,
    Tier.GAZELLE,
    Tier.LEADING_RESERVE,
    Tier.LEADING,
)

SPECIALISED_LINE: tuple[Tier, ...] = (
    Tier.INNOVATIVE_SME,
    Tier.SRDI_SME,
    Tier.LITTLE_GIANT,
    Tier.CHAMPION,
)

# Each reserve stands in front of what it leads to, as on the science ladder.
SCALE_LINE: tuple[Tier, ...] = (
    Tier.INDUSTRY_RESERVE,
    Tier.ABOVE_SCALE_INDUSTRY,
    Tier.SERVICE_RESERVE,
    Tier.ABOVE_SCALE_SERVICE,
)

# The lines side by side, each with its Chinese name; a tier stands in exactly one.
LINES: tuple[tuple[str, tuple[Tier, ...]], ...] = (
    ("科技梯队", SCIENCE_LADDER),
    ("专精特新", SPECIALISED_LINE),
    ("高成长", (Tier.UNICORN,)),
    ("规模以上", SCALE_LINE),
)

LOCAL_POOLS: frozenset[Tier] = frozenset(
    {
        Tier.HNTE_RESERVE,
        Tier.GAZELLE_RESERVE,
        Tier.LEADING_RESERVE,
        Tier.INDUSTRY_RESERVE,
        Tier.SERVICE_RESERVE,
    }
)


class SizeClass(StrEnum):
    """The size of an enterprise by 工信部联企业〔2011〕300号, from the largest down."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"


SIZE_NAMES: dict[str, str] = {
    SizeClass.LARGE: "大型",
    SizeClass.MEDIUM: "中型",
    SizeClass.SMALL: "小型",
    SizeClass.MICRO: "微型",
}


class Unit(StrEnum):
    """The unit in which a fact is exchanged and a gap is told."""

    CNY = "cny"
    HEADS = "heads"
    COUNT = "count"
    POINTS = "points"
    DAYS = "days"
    YEARS = "years"
    SHARE = "share"
    FLAG = "flag"
    CODE = "code"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing the core may be told about an enterprise.

    ``name`` is the exchange name of vocabulary.md; ``column`` the name inside
    (database and facts frame), where money is integer 分 and a share is in
    millionths, so that both stay exact.
    """

    name: str
    label: str
    unit: Unit
    yearly: bool = False
    choices: tuple[str, ...] = ()
    signed: bool = False
    hint: str = ""

    @property
    def column(self) -> str:
        """The column inside, for example ``revenue_fen`` for ``revenue_cny``."""
        if self.unit is Unit.CNY:
            return self.name.removesuffix("_cny") + "_fen"
        return self.name + "_ppm" if self.unit is Unit.SHARE else self.name


def _money(name: str, label: str, *, signed: bool = False, hint: str = "") -> Fact:
    return Fact(name=name, label=label, unit=Unit.CNY, yearly=True, signed=signed, hint=hint)


def _heads(name: str, label: str, hint: str = "") -> Fact:
    return Fact(name=name, label=label, unit=Unit.HEADS, yearly=True, hint=hint)


def _flag(name: str, label: str, hint: str = "") -> Fact:
    return Fact(name=name, label=label, unit=Unit.FLAG, hint=hint)


def _count(name: str, label: str, hint: str = "", unit: Unit = Unit.COUNT) -> Fact:
    return Fact(name=name, label=label, unit=unit, hint=hint)


# The order is the order of asking: what a firm knows without looking it up comes first.
YEARLY_FACTS: tuple[Fact, ...] = (
    _heads("employees", "职工总数", "全年月平均，含在职、兼职和临时聘用"),
    _heads("tech_staff", "科技人员", "累计实际工作183天以上（科小口径为6个月以上）"),
    _money("revenue_cny", "销售收入", hint="主营业务收入与其他业务收入之和"),
    _money("rd_expense_cny", "研发费用"),
    _money("cost_expense_cny", "成本费用支出"),
    _money("total_assets_cny", "资产总额"),
    _money("total_liabilities_cny", "负债总额"),
    _money("net_assets_cny", "净资产", signed=True, hint="资产总额减负债总额"),
    _money("total_income_cny", "总收入", hint="收入总额减不征税收入"),
    _money("hitech_income_cny", "高新技术产品（服务）收入"),
    _money("rd_domestic_cny", "境内研发费用"),
    _money("main_revenue_cny", "主营业务收入"),
    _money("total_profit_cny", "利润总额", signed=True),
    _money("net_profit_cny", "净利润", signed=True),
    _heads("rd_staff", "研发人员"),
)

ENTERPRISE_FACTS: tuple[Fact, ...] = (
    Fact(name="registered_on", label="成立日期", unit=Unit.DATE),
    Fact(name="industry_code", label="行业代码", unit=Unit.CODE, hint="GB/T 4754—2017，如 C2614"),
    _count("class1_ip", "Ⅰ类知识产权", "发明专利、植物新品种、国家新药、集成电路布图设计等"),
    _count("class2_ip", "Ⅱ类知识产权", "实用新型、外观设计、软件著作权"),
    _flag("is_resident", "境内注册居民企业"),
    _flag("is_industry_excluded", "属于禁止、限制、淘汰类或研发加计扣除负面清单行业"),
    _flag("had_serious_incident", "申请前一年内有重大安全、质量事故或严重环境违法"),
    _flag("has_bad_credit", "列入经营异常名录或严重违法失信名单"),
    _flag("owns_core_ip", "拥有核心知识产权所有权"),
    _flag("hitech_field_listed", "技术属于《国家重点支持的高新技术领域》"),
    _count("transformations_3y", "近三年科技成果转化项数"),
    _flag("national_award_top3_5y", "近五年国家级科技奖励前三完成单位"),
    _flag("has_provincial_rd_org", "有省部级以上研发机构"),
    _flag("led_standard_5y", "近五年主导制定国际、国家或行业标准"),
    _count("core_ip_total", "核心知识产权合计", "不填时取Ⅰ类与Ⅱ类之和"),
    _count("class1_ip_self_developed", "自主研发Ⅰ类知识产权"),
    _count("class1_ip_high_value", "高价值Ⅰ类知识产权"),
    _count("class1_ip_transferred_in", "受让的Ⅰ类知识产权"),
    _count("class1_ip_rank_below_3", "权属排名三名以外的Ⅰ类知识产权"),
    Fact(name="equity_raised_2y_cny", label="近两年新增股权融资", unit=Unit.CNY),
    Fact(name="equity_raised_3y_cny", label="近三年新增股权融资", unit=Unit.CNY),
    _count("niche_years", "从事特定细分市场年限", unit=Unit.YEARS),
    Fact(name="market_share", label="主导产品细分市场占有率", unit=Unit.SHARE),
    _count("domestic_rank", "主导产品全国排名"),
    _count("development_points", "专精特新发展评价得分", unit=Unit.POINTS),
    _count("digital_level", "数字化水平等级"),
    _count("quality_items", "质量管理项数"),
    _count("local_special_points", "省级特色指标得分", unit=Unit.POINTS),
    Fact(
        name="rd_org_level",
        label="研发机构级别",
        unit=Unit.CODE,
        choices=("national", "provincial", "city", "below_city", "none"),
    ),
    Fact(name="niche_field", label="细分领域", unit=Unit.CODE, choices=("gap_filled", "six_bases", "none")),
    _flag("is_strategic_emerging", "属于战略性新兴产业"),
    _flag("national_award_top3_3y", "近三年国家级科技奖励前三"),
    _flag("science_award_3y", "近三年国家级或省级科技奖励"),
    _flag("provincial_award_top3_3y", "近三年省级以上科技奖励前三"),
    _flag("market_position_ok", "主导产品市场占有率靠前"),
    _flag("is_key_link", "处于产业链关键环节"),
    _flag("is_recheck", "属于复核"),
    _flag("srdi_direct_route", "符合专精特新直通条件（创客中国、国家奖前五）"),
    _count("expert_intellectual_property", "专家评分：知识产权", unit=Unit.POINTS),
    _count("expert_transformation", "专家评分：科技成果转化", unit=Unit.POINTS),
    _count("expert_organisation", "专家评分：研发组织管理", unit=Unit.POINTS),
    _count("expert_growth", "专家评分：成长性", unit=Unit.POINTS),
)

FACTS: dict[str, Fact] = {fact.name: fact for fact in (*ENTERPRISE_FACTS, *YEARLY_FACTS)}
COLUMNS: dict[str, Fact] = {fact.column: fact for fact in FACTS.values()}

# What an enterprise carries itself, not in a dated sheet of facts.
IDENTITY_FACTS: frozenset[str] = frozenset({"registered_on", "industry_code"})
# How many fiscal years before as_of the facts frame carries: y1 is last year.
YEARS_CARRIED = 5

SYNTHETIC_SOURCE = "synthetic"
