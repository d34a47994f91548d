"""Random enterprises crowded around the thresholds of the specialised line and of 规上."""

from datetime import date
from random import Random
from typing import Any

from tests.unit.scoring import population

WAN = 1_000_000
REVENUES = (0, 1_000, 1_500, 2_000, 5_000, 10_000, 500)
CODES = (
    "C2614",
    "C3441",
    "C2770",
    "C3990",
    "B0610",
    "D4411",
    "G5411",
    "I6513",
    "N7711",
    "Q8411",
    "Q8521",
    "L7211",
    "M7320",
    "P8341",
)
OTHER_CODES = ("K7010", "K7020", "O8051", "R8810", "F5111", "H6110", "A0111", "J6621", "S9111")
FLAGS = {
    "is_strategic_emerging": 0.5,
    "science_award_3y": 0.05,
    "national_award_top3_3y": 0.05,
    "provincial_award_top3_3y": 0.05,
    "has_provincial_rd_org": 0.05,
    "srdi_direct_route": 0.05,
    "is_recheck": 0.2,
}
TITLES = ("tech_sme", "innovative_sme", "srdi_sme", "above_scale_industry")
# The facts that a person judges where nobody told them.
JUDGED = ("market_position_ok", "is_key_link")


def firms(random: Random, as_of: date, count: int) -> list[dict[str, Any]]:
    """That many enterprises with complete facts for every tier of the specialised line and of 规上."""
    return [firm(random, as_of) for _ in range(count)]


def firm(random: Random, as_of: date) -> dict[str, Any]:
    """One enterprise; old enough that no year lies before its registration."""
    row = population.firm(random, as_of)
    row |= {"registered_on": date(2005, 6, 1), "industry_code": random.choice((*CODES, *CODES, *OTHER_CODES))}
    row |= {name: random.random() < share for name, share in FLAGS.items()}
    row |= {name: random.choice((True, True, False, None)) for name in JUDGED}
    row |= {"is_industry_excluded": False, "had_serious_incident": False, "has_bad_credit": False}
    row |= _counts(random)
    row |= _sales(random)
    row |= _balance(random)
    return row | {f"holds_{tier}": random.random() < 0.8 for tier in TITLES}


def _counts(random: Random) -> dict[str, Any]:
    rights = random.choice((0, 0, 1, 2, 4, 5))
    transferred = random.choice((0, 0, random.randint(0, rights)))
    return {
        "class1_ip": rights,
        "class2_ip": random.choice((0, 1, 3)),
        "class1_ip_high_value": random.choice((0, 0, min(rights, 1))),
        "class1_ip_self_developed": random.choice((0, rights)),
        "class1_ip_transferred_in": transferred,
        "class1_ip_rank_below_3": random.randint(0, rights - transferred) if random.random() < 0.3 else 0,
        "niche_years": random.choice((0, 1, 2, 3, 4, 5, 9, 10, 11, 30)),
        "market_share_ppm": random.choice((0, 99_999, 100_000, 100_001, 500_000)),
        "domestic_rank": random.choice((1, 3, 4, 99)),
        "development_points": random.choice((0, 49, 50, 51, 59, 60, 61, 100)),
        "digital_level": random.choice((0, 1, 2, 3, 4)),
        "quality_items": random.choice((0, 1, 2, 3)),
        "local_special_points": random.randint(0, 15),
        "rd_org_level": random.choice(("national", "provincial", "city", "below_city", "none")),
        "niche_field": random.choice(("gap_filled", "six_bases", "none")),
    }


def _near(random: Random, amount: int) -> int:
    return max(amount + random.choice((-1, 0, 0, 1)), 0)


def _of(random: Random, amount: int, *percents: int) -> int:
    """A share of an amount at one of these percents, rounded up, or a fen beside it."""
    return _near(random, -(-amount * random.choice(percents) // 100))


def _sales(random: Random) -> dict[str, int]:
    last = _near(random, random.choice(REVENUES) * WAN)
    if random.random() < 0.5:
        last = int(10 ** random.uniform(6, 13))
    is_champion = random.random() < 0.2
    if is_champion:
        last = _near(random, random.choice((20_000, 40_000)) * WAN)
    main = last if is_champion else min(_of(random, last, 50, 55, 60, 70, 80, 90, 100), last)
    before = random.choice((main, main * 100 // 105, main * 100 // 110, main * 100 // 115, last, 0))
    earlier = random.choice((0, before, before * 100 // 104, before * 100 // 110, before * 2))
    if is_champion:
        before, earlier = main, _near(random, main)
    oldest = random.choice((0, last, last * 10_000 // 11_025, last * 10_000 // 11_024, last * 2))
    middle = random.choice((last, last // 2, 0, 2_000 * WAN))
    amounts = (100, 200, 300, 400, 500, 600, 1_000, 3_000)
    research = _of(random, last, 1, 2, 3, 4, 5, 6, 8, 10)
    if random.random() < 0.5:
        research = _near(random, random.choice(amounts) * WAN)
    previous = random.choice((_of(random, middle, 3), _near(random, random.choice(amounts) * WAN)))
    return {
        "revenue_fen_y1": last,
        "revenue_fen_y2": middle,
        "revenue_fen_y3": oldest,
        "main_revenue_fen_y1": main,
        "main_revenue_fen_y2": before,
        "main_revenue_fen_y3": earlier,
        "rd_expense_fen_y1": research,
        "rd_expense_fen_y2": previous,
        "net_profit_fen_y1": random.choice((1, 1, 1, -1)) * _of(random, last, 0, 2, 4, 6, 8, 10),
        "equity_raised_2y_fen": _near(random, random.choice((0, 0, 2_000, 6_000, 8_000, 8_000)) * WAN),
        "equity_raised_3y_fen": _near(random, random.choice((0, 0, 0, 500)) * WAN),
    }


def _balance(random: Random) -> dict[str, int]:
    assets = random.choice((0, int(10 ** random.uniform(6, 13)), int(10 ** random.uniform(6, 13))))
    # With fewer than 200 people nobody is large, in any industry.
    employees = random.choice((0, 19, 20, 21, 100, 150, 199))
    return {
        "total_assets_fen_y1": assets,
        "total_liabilities_fen_y1": _of(random, assets, 50, 55, 60, 70, 75, 75, 80, 80, 20),
        "employees_y1": employees,
        "rd_staff_y1": _of(random, employees, 5, 10, 20, 0, 50, 50),
    }
