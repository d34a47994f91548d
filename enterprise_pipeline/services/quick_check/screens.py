"""The questions as they are asked: a screen a subject, and which screen comes next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from enterprise_pipeline.services.quick_check.answers import Answers
from enterprise_pipeline.services.texts import N_
from scoring.facts import split_year
from scoring.questions import Question
from scoring.vocabulary import Tier

HOLDINGS = "holdings"


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One subject that somebody answers in one go; ``stems`` are fact columns without their year."""

    id: str
    title: str
    lead: str
    stems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A screen with the columns it asks now, oldest year first; ``number`` and ``left`` tell how far."""

    screen: Screen
    columns: tuple[str, ...]
    number: int
    left: int


SCREENS: tuple[Screen, ...] = (
    Screen(
        id="basics",
        title=N_("企业是做什么的，哪一天成立？"),
        lead=N_("营业执照上的成立日期，和主营业务所属的行业。"),
        stems=("registered_on", "industry_code", "is_resident", "is_industry_excluded"),
    ),
    Screen(
        id="operations",
        title=N_("收入、研发和利润是多少？"),
        lead=N_("取自年度审计报告或企业所得税年报。"),
        stems=("revenue_fen", "rd_expense_fen", "main_revenue_fen", "total_profit_fen", "net_profit_fen"),
    ),
    Screen(
        id=HOLDINGS,
        title=N_("已经有哪些资格，现在仍然有效？"),
        lead=N_("勾选仍在有效期内的；一项都没有，请选“都没有”。"),
        stems=tuple(f"holds_{tier}" for tier in Tier),
    ),
    Screen(
        id="people",
        title=N_("有多少人？"),
        lead=N_("全年月平均人数，含在职、兼职和临时聘用。"),
        stems=("employees", "tech_staff", "rd_staff"),
    ),
    Screen(
        id="conduct",
        title=N_("有没有下面这些情况？"),
        lead=N_("这些情况单独一条就可能决定能否申报。"),
        stems=("had_serious_incident", "has_bad_credit", "hitech_field_listed", "is_strategic_emerging"),
    ),
    Screen(
        id="rights",
        title=N_("有多少知识产权和成果转化？"),
        lead=N_("只计已授权、权属在本企业名下的。"),
        stems=(
            "owns_core_ip",
            "class1_ip",
            "class2_ip",
            "core_ip_total",
            "class1_ip_self_developed",
            "class1_ip_high_value",
            "class1_ip_transferred_in",
            "class1_ip_rank_below_3",
            "transformations_3y",
        ),
    ),
    Screen(
        id="balance",
        title=N_("资产、成本和收入的构成"),
        lead=N_("取自资产负债表、利润表和研发费用辅助账。"),
        stems=(
            "total_assets_fen",
            "total_liabilities_fen",
            "net_assets_fen",
            "cost_expense_fen",
            "total_income_fen",
            "hitech_income_fen",
            "rd_domestic_fen",
        ),
    ),
    Screen(
        id="awards",
        title=N_("奖励、研发机构和标准"),
        lead=N_("有其中一项，有的层级可以直接通过。"),
        stems=(
            "has_provincial_rd_org",
            "led_standard_5y",
            "national_award_top3_5y",
            "national_award_top3_3y",
            "provincial_award_top3_3y",
            "science_award_3y",
            "srdi_direct_route",
            "rd_org_level",
        ),
    ),
    Screen(
        id="market",
        title=N_("主导产品的市场"),
        lead=N_("主导产品是销售收入占比最大的那一类产品。"),
        stems=(
            "niche_years",
            "market_share_ppm",
            "domestic_rank",
            "niche_field",
            "market_position_ok",
            "is_key_link",
            "is_recheck",
        ),
    ),
    Screen(
        id="growth",
        title=N_("融资、评价和管理"),
        lead=N_("没有做过的评价留空即可。"),
        stems=(
            "equity_raised_2y_fen",
            "equity_raised_3y_fen",
            "development_points",
            "digital_level",
            "quality_items",
            "local_special_points",
        ),
    ),
)
BY_ID: dict[str, Screen] = {screen.id: screen for screen in SCREENS}
_SCREEN_OF: dict[str, Screen] = {stem: screen for screen in SCREENS for stem in screen.stems}


def screen_of(column: str) -> Screen | None:
    """The screen that asks a column; None for what only experts can tell."""
    return _SCREEN_OF.get(split_year(column)[0])


def next_screen(questions: Sequence[Question], answers: Answers) -> Asked | None:
    """The screen to ask now: who they are, then whatever can change most verdicts; None when all is said."""
    weights: dict[str, float] = {}
    for question in questions:
        screen = screen_of(question.column)
        if screen is not None and question.column not in answers.given:
            weights[screen.id] = weights.get(screen.id, 0.0) + question.weight
    if not weights:
        return None
    places = {screen.id: place for place, screen in enumerate(SCREENS)}
    first = SCREENS[0].id
    best = first if first in weights else max(weights, key=lambda name: (weights[name], -places[name]))
    return asked_on(BY_ID[best], questions, answers, left=len(weights) - 1)


def asked_on(screen: Screen, questions: Sequence[Question], answers: Answers, *, left: int = 0) -> Asked:
    """A screen with what it asks: what is still open, and what was asked on it before."""
    is_revisited = screen.id in answers.path
    open_columns = {question.column for question in questions if question.column not in answers.given}
    columns = open_columns | (answers.given if is_revisited else frozenset())
    number = answers.path.index(screen.id) + 1 if is_revisited else len(answers.path) + 1
    return Asked(screen=screen, columns=columns_on(screen, columns), number=number, left=left)


def columns_on(screen: Screen, columns: Collection[str]) -> tuple[str, ...]:
    """Those of the columns that belong to a screen, in its order, oldest year first."""

    def place(column: str) -> tuple[int, int]:
        stem, years_back = split_year(column)
        return screen.stems.index(stem), -(years_back or 0)

    return tuple(sorted((name for name in columns if screen_of(name) is screen), key=place))
