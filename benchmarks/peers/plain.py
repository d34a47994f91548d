"""The three tiers in plain Python: one dict per enterprise, integers, None for unknown.

Written as a careful programmer would for one enterprise at a time: no
framework, early exits where they are free, the same outputs as our summary
projection (verdict, points, nearest gap) for tech_sme, hnte and gazelle.
"""

from datetime import date
from typing import Any

Firm = dict[str, Any]
NOT_ELIGIBLE, UNDETERMINED, NEEDS_JUDGEMENT, ELIGIBLE = 0, 1, 2, 3
STAFF = ((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
RD_SALES = ((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
RD_COSTS = ((30, 50), (25, 40), (20, 30), (15, 20), (10, 10))
CLASS2 = ((4, 24), (3, 18), (2, 12), (1, 6))
CLASS2_RANGE = ((5, 5, 6), (3, 3, 4), (1, 1, 2))
TRANSFORMED = ((15, 25, 30), (12, 19, 24), (9, 13, 18), (6, 7, 12), (3, 1, 6))
# Twice (1 + rate), in hundredths, with the points of the band.
GROWTH = ((270, 9, 10), (250, 7, 8), (230, 5, 6), (210, 3, 4))
SUMMED = ("revenue_fen", "rd_expense_fen", "rd_domestic_fen", "net_assets_fen", "total_profit_fen")
LADDER = ((0, 5), (5_000_000_001, 4), (20_000_000_001, 3))


def evaluate(firm: Firm, as_of: date) -> tuple[Any, ...]:
    """(verdict, points_lo, points_hi, nearest_criterion, nearest_gap) of each tier, one after the other."""
    registered = firm["registered_on"]
    years = None if registered is None else as_of.year - registered.year
    firm["founded_since"] = years is not None and years < 1
    if years is not None:
        for back in (2, 3):
            if years < back:
                for name in SUMMED:
                    key = f"{name}_y{back}"
                    if firm[key] is None:
                        firm[key] = 0
    return (*tech_sme(firm), *hnte(firm, as_of), *gazelle(firm, as_of))


def share_met(top: int | None, bottom: int | None, percent: int) -> bool | None:
    """Whether top / bottom reaches a share; a share of nothing is not met."""
    if top == 0 or bottom == 0:
        return False
    if top is None or bottom is None:
        return None
    return top * 100 >= bottom * percent


def share_gap(top: int, bottom: int, percent: int) -> int:
    """What is missing from the numerator."""
    return (bottom * percent + 99) // 100 - top


def share_points(top: int | None, bottom: int | None, bands: tuple[tuple[int, int], ...]) -> tuple[int, int]:
    """(lowest, highest) points."""
    if top == 0 or bottom == 0:
        return 0, 0
    if top is None or bottom is None:
        return 0, bands[0][1]
    for percent, points in bands:
        if top * 100 >= bottom * percent:
            return points, points
    return 0, 0


def verdict(results: list[bool | None], *, judged: bool) -> int:
    """False decides, then unknown, then judgement."""
    if False in results:
        return NOT_ELIGIBLE
    if None in results:
        return UNDETERMINED
    return NEEDS_JUDGEMENT if judged else ELIGIBLE


def nearest(gaps: list[tuple[float, int, int]]) -> tuple[int | None, int | None]:
    """Of (relative gap, criterion, gap) the smallest."""
    if not gaps:
        return None, None
    _, criterion, gap = min(gaps)
    return criterion, gap


def no(value: bool | None) -> bool | None:  # noqa: FBT001 - the one value it is about
    """Not, and unknown stays unknown."""
    return None if value is None else not value


def either(values: list[bool | None]) -> bool | None:
    """True decides, then unknown."""
    if True in values:
        return True
    return None if None in values else False


def tech_sme(firm: Firm) -> tuple[int, int, int, int | None, int | None]:
    """科技型中小企业."""
    staff, employees = firm["tech_staff_y1"], firm["employees_y1"]
    revenue, rd, assets = firm["revenue_fen_y1"], firm["rd_expense_fen_y1"], firm["total_assets_fen_y1"]
    direct = either(
        [
            firm["holds_hnte"],
            firm["national_award_top3_5y"],
            firm["has_provincial_rd_org"],
            firm["led_standard_5y"],
        ]
    )
    staff_lo, staff_hi = share_points(staff, employees, STAFF)
    sales_lo, sales_hi = share_points(rd, revenue, RD_SALES)
    costs_lo, costs_hi = share_points(rd, firm["cost_expense_fen_y1"], RD_COSTS)
    ip_lo, ip_hi = achievements(firm["class1_ip"], firm["class2_ip"])
    lo, hi = staff_lo + max(sales_lo, costs_lo) + ip_lo, staff_hi + max(sales_hi, costs_hi) + ip_hi
    gaps: list[tuple[float, int, int]] = []
    results = [
        firm["is_resident"],
        None if employees is None else employees <= 500,
        None if revenue is None else revenue <= 20_000_000_000,
        None if assets is None else assets <= 20_000_000_000,
        no(firm["is_industry_excluded"]),
        no(either([firm["had_serious_incident"], firm["has_bad_credit"]])),
        either([direct, True if lo >= 60 else False if hi < 60 else None]),
        either([direct, True if staff_lo > 0 else False if staff_hi == 0 else None]),
    ]
    for index, value, limit in (
        (1, employees, 500),
        (2, revenue, 20_000_000_000),
        (3, assets, 20_000_000_000),
    ):
        if results[index] is False:
            gaps.append(((value - limit) / limit, index, value - limit))
    if results[6] is False:
        gaps.append(((60 - hi) / 60, 6, 60 - hi))
    if results[7] is False and employees and staff is not None:
        gaps.append((share_gap(staff, employees, 10) / (employees / 10), 7, share_gap(staff, employees, 10)))
    return (verdict(results, judged=False), lo, hi, *nearest(gaps))


def achievements(class1: int | None, class2: int | None) -> tuple[int, int]:
    """Points for intellectual property."""
    if class1 is not None and class1 >= 1:
        return 30, 30
    lo, hi = 0, 24
    if class2 is not None:
        lo = hi = next((points for count, points in CLASS2 if class2 >= count), 0)
    return lo, 30 if class1 is None else hi


def total(firm: Firm, name: str) -> tuple[int | None, int]:
    """(sum of three years or None, sum of the known years)."""
    values = [firm[f"{name}_y{back}"] for back in (1, 2, 3)]
    if values[0] is None and firm["founded_since"]:
        values[0] = 0
    known = sum(value for value in values if value is not None)
    return (None if None in values else known), known


def ratio_of_years(
    top: tuple[int | None, int], bottom: tuple[int | None, int], least: int, percent: int | None
) -> bool | None:
    """A ratio of three-year sums; ``least`` is 100 times what is surely needed."""
    if bottom[0] == 0 or top[0] == 0:
        return False
    if top[0] is not None and top[0] * 100 < least:
        return False
    if bottom[0] is not None and percent is not None and top[1] * 100 >= bottom[0] * percent:
        return True
    return None


def growth_points(firm: Firm, name: str) -> tuple[int, int, int, int]:
    """Growth points: (lowest, highest) with what is missing at worst, then at best."""
    newest, middle, oldest = (firm[f"{name}_y{back}"] for back in (1, 2, 3))
    if middle == 0:
        return 0, 0, 0, 0
    if middle is not None and (middle < 0 or (oldest is not None and oldest < 0)):
        return 0, 10, 0, 10
    if newest is None or middle is None or oldest is None:
        return 0, 0, 9, 10
    left, right = (
        (2 * newest, middle) if oldest == 0 else (middle * middle + oldest * newest, oldest * middle)
    )
    for line, lo, hi in GROWTH:
        if left * 100 >= right * line:
            return lo, hi, lo, hi
    return (1, 2, 1, 2) if left > 2 * right else (0, 0, 0, 0)


def hnte(firm: Firm, as_of: date) -> tuple[int, int, int, int | None, int | None]:
    """高新技术企业."""
    registered, revenue = firm["registered_on"], firm["revenue_fen_y1"]
    staff, employees = firm["tech_staff_y1"], firm["employees_y1"]
    sales, rd = total(firm, "revenue_fen"), total(firm, "rd_expense_fen")
    domestic = total(firm, "rd_domestic_fen")
    income, hitech = firm["total_income_fen_y1"], firm["hitech_income_fen_y1"]
    lo, worst_hi, best_lo, hi = innovation(firm)
    age = None if registered is None else (as_of - registered).days
    if revenue is None:
        percent, least = None, min((sales[1] + floor) * share for floor, share in LADDER)
    else:
        percent = 5 if revenue <= 5_000_000_000 else 4 if revenue <= 20_000_000_000 else 3
        least = sales[1] * percent
    count, owns = count_at_least_one(firm["class1_ip"], firm["class2_ip"]), firm["owns_core_ip"]
    judged = lo <= 70 < hi and worst_hi > 70 >= best_lo
    results = [
        None if age is None else age >= 365,
        False if owns is False or count is False else None if owns is None or count is None else True,
        firm["hitech_field_listed"],
        share_met(staff, employees, 10),
        ratio_of_years(rd, sales, least, percent),
        ratio_of_years(domestic, rd, rd[1] * 60, 60),
        share_met(hitech, income, 60),
        no(firm["had_serious_incident"]),
        True if lo > 70 or judged else False if hi <= 70 else None,
    ]
    pairs = (
        (3, staff, employees, 10),
        (4, rd[0], sales[0], percent),
        (5, domestic[0], rd[0], 60),
        (6, hitech, income, 60),
    )
    gaps = share_gaps(results, pairs)
    if results[0] is False and age is not None:
        gaps.append(((365 - age) / 365, 0, 365 - age))
    if count is False and owns is not False:
        gaps.append((1.0, 1, 1))
    if results[8] is False:
        gaps.append(((71 - hi) / 71, 8, 71 - hi))
    return (verdict(results, judged=judged), lo, hi, *nearest(gaps))


Pairs = tuple[tuple[int, int | None, int | None, int | None], ...]


def share_gaps(results: list[bool | None], pairs: Pairs) -> list[tuple[float, int, int]]:
    """The gaps of failing shares; a pair is (criterion, numerator, denominator, percentage)."""
    gaps = []
    for index, top, bottom, asked in pairs:
        if results[index] is False and bottom and top is not None and asked is not None:
            gap = share_gap(top, bottom, asked)
            gaps.append((gap / (bottom * asked / 100), index, gap))
    return gaps


def count_at_least_one(class1: int | None, class2: int | None) -> bool | None:
    """Whether there is any right at all."""
    if (class1 or 0) + (class2 or 0) >= 1:
        return True
    return None if class1 is None or class2 is None else False


def innovation(firm: Firm) -> tuple[int, int, int, int]:
    """Innovation points: lowest, highest at worst, lowest at best, highest."""
    blocks = []
    given = firm["expert_intellectual_property"]
    low, worst, better, best = rights(firm["class1_ip"], firm["class2_ip"])
    ranges = (low, min(30, worst + 24), better, min(30, best + 24))
    blocks.append(ranges if given is None else (given,) * 4)
    given, count = firm["expert_transformation"], firm["transformations_3y"]
    if given is not None:
        blocks.append((given,) * 4)
    elif count is None:
        blocks.append((0, 0, 25, 30))
    else:
        part = next(((low, high) for least, low, high in TRANSFORMED if count >= least), (0, 0))
        blocks.append(part * 2)
    given = firm["expert_organisation"]
    blocks.append((0, 20, 0, 20) if given is None else (given,) * 4)
    given = firm["expert_growth"]
    if given is not None:
        blocks.append((given,) * 4)
    else:
        blocks += [growth_points(firm, name) for name in ("net_assets_fen", "revenue_fen")]
    lo, worst_hi, best_lo, hi = (sum(block[place] for block in blocks) for place in range(4))
    return lo, worst_hi, best_lo, hi


def rights(class1: int | None, class2: int | None) -> tuple[int, int, int, int]:
    """Points for the number of rights: (lowest, highest) with what is missing at worst, then at best."""
    if class1 is not None and class1 >= 1:
        return 7, 8, 7, 8
    low, high = next(((lo, hi) for least, lo, hi in CLASS2_RANGE if (class2 or 0) >= least), (0, 0))
    better, best = (7, 8) if class1 is None else (5, 6) if class2 is None else (low, high)
    return low, high, better, best


def gazelle(firm: Firm, as_of: date) -> tuple[int, None, None, int | None, int | None]:
    """瞪羚企业（湖北2021）."""
    registered, revenue, rd = firm["registered_on"], firm["revenue_fen_y1"], firm["rd_expense_fen_y1"]
    legs = [mean_growth(firm, name) for name in ("revenue_fen", "total_profit_fen")]
    growth = either([leg[0] for leg in legs])
    growth_judged = growth is None and not any(leg[1] for leg in legs)
    below = None if revenue is None else revenue < 10_000_000_000
    met = share_met(rd, revenue, 4)
    last_day = None if registered is None else fifteen_years_after(registered)
    results = [
        None if last_day is None else as_of <= last_day,
        None if revenue is None else revenue < 50_000_000_000,
        True if growth_judged else growth,
        None if below is None else True if not below else met,
    ]
    gaps: list[tuple[float, int, int]] = []
    if results[0] is False and last_day is not None and registered is not None:
        relative = ((as_of - registered).days - 5478.75) / 5478.75
        gaps.append((relative, 0, (as_of - last_day).days))
    if results[1] is False:
        gaps.append(((revenue - 50_000_000_000 + 1) / 50_000_000_000, 1, revenue - 50_000_000_000 + 1))
    if results[2] is False:
        short = min((leg[2] for leg in legs), default=0.0)
        amounts = [leg[3] for leg in legs if leg[3] > 0]
        gaps.append((short, 2, min(amounts)))
    if results[3] is False and revenue and rd is not None:
        gap = share_gap(rd, revenue, 4)
        gaps.append((gap / (revenue * 4 / 100), 3, gap))
    return (verdict(results, judged=growth_judged or below is False), None, None, *nearest(gaps))


def mean_growth(firm: Firm, name: str) -> tuple[bool | None, bool, float, int]:
    """(reaches 15%, is unknown, relative gap, gap in 分) of one leg; a base at or below zero is judged."""
    newest, middle, oldest = (firm[f"{name}_y{back}"] for back in (1, 2, 3))
    if (oldest is not None and oldest <= 0) or (middle is not None and middle <= 0):
        return None, False, 0.0, 0
    if newest is None or middle is None or oldest is None:
        return None, True, 0.0, 0
    if (middle * middle + oldest * newest) * 100 >= oldest * middle * 230:
        return True, False, 0.0, 0
    short = (2.3 - (middle / oldest + newest / middle)) / 2.3
    needed = -(-middle * (oldest * 230 - middle * 100) // (oldest * 100))
    return False, False, short, needed - newest


def fifteen_years_after(day: date) -> date:
    """The anniversary; of 29 February it is the 28th."""
    try:
        return day.replace(year=day.year + 15)
    except ValueError:
        return date(day.year + 15, 2, 28)
