"""The rows of the demo registry, before they meet a database."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from enterprise_pipeline.services.credit_code import all_in_order
from enterprise_pipeline.services.demo.build import demo_frames
from enterprise_pipeline.services.demo.codes import FIRST_SERIAL
from enterprise_pipeline.services.demo.columns import Clock
from enterprise_pipeline.services.demo.names import PAIRS, stem
from enterprise_pipeline.services.demo.world import INDUSTRIES, KNOWN_UNTIL
from enterprise_pipeline.services.naming import initials
from enterprise_pipeline.services.reference import divisions, hitech_fields, industry_names, jurisdictions
from scoring.rulebook import load_rulebook

ENTERPRISES = 3000
TODAY = date(2026, 11, 22)

Registry = dict[str, pl.DataFrame]


def build(*, enterprises: int, seed: int) -> Registry:
    parts: dict[str, list[pl.DataFrame]] = {}
    for table, frame in demo_frames(
        enterprises=enterprises, seed=seed, clock=Clock(suffix=""), rules=load_rulebook()
    ):
        parts.setdefault(table, []).append(frame)
    return {table: pl.concat(frames, how="diagonal_relaxed") for table, frames in parts.items()}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return build(enterprises=ENTERPRISES, seed=7)


def members_on(registry: Registry, day: date) -> dict[str, int]:
    now = registry["membership"].filter(
        pl.col("valid_from") <= day, pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)
    )
    return dict(now.group_by("pool_id").len().iter_rows())


def ages_at(rows: pl.DataFrame, registry: Registry, day: str) -> pl.Series:
    """Days between the registration of each row's enterprise and the given column."""
    born = registry["enterprise"].select(pl.col("id").alias("enterprise_id"), "registered_on")
    return rows.join(born, on="enterprise_id").select(
        (pl.col(day) - pl.col("registered_on")).dt.total_days()
    )[:, 0]


def overlaps(rows: pl.DataFrame, *, start: str, end: str) -> int:
    """How many rows begin before the row before them, of the same enterprise and pool, has ended."""
    count = 0
    for _, group in rows.sort(start).group_by("enterprise_id", "pool_id", maintain_order=True):
        spans = list(zip(group[start].to_list(), group[end].to_list(), strict=True))
        count += sum(1 for before, after in pairwise(spans) if before[1] is None or after[0] <= before[1])
    return count


def test_the_same_seed_gives_the_same_rows_and_another_seed_others() -> None:
    first, again, other = (build(enterprises=80, seed=seed) for seed in (3, 3, 4))
    assert first.keys() == again.keys()
    for table in first:
        assert first[table].equals(again[table]), table
    assert not first["annual_report"].equals(other["annual_report"])


def test_every_code_has_both_check_characters_right_and_is_unique(registry: Registry) -> None:
    codes = registry["enterprise"]["credit_code"].to_list()
    assert all_in_order(codes).all()
    assert len(set(codes)) == ENTERPRISES


def test_names_differ_and_some_are_very_long(registry: Registry) -> None:
    names = registry["enterprise"]["name"]
    assert names.n_unique() == ENTERPRISES
    assert names.str.len_chars().max() > 35
    assert names.str.contains("公司$").all()
    assert registry["enterprise"]["initials"].to_list() == [initials(name) for name in names.to_list()]


def test_stems_do_not_come_twice() -> None:
    assert len({stem(number) for number in range(3 * PAIRS)}) == 3 * PAIRS


def test_no_invented_name_is_that_of_a_real_enterprise(registry: Registry, real_data) -> None:
    real: set[str] = set()
    for file in sorted((real_data / "yichang_enterprises").glob("*.csv")):
        real |= set(pl.read_csv(file, infer_schema=False)["name"].to_list())
    assert real
    assert not real & set(registry["enterprise_name"]["name"].to_list())


def test_a_renamed_enterprise_bore_its_former_name_until_the_day_before(registry: Registry) -> None:
    names = registry["enterprise_name"]
    former, current = (
        names.filter(pl.col("valid_to").is_not_null()),
        names.filter(pl.col("valid_to").is_null()),
    )
    assert current["enterprise_id"].n_unique() == current.height == ENTERPRISES
    assert former.height > ENTERPRISES / 20
    both = former.join(current, on="enterprise_id", suffix="_now")
    assert (both["valid_to"].dt.offset_by("1d") == both["valid_from_now"]).all()
    assert (both["valid_from"] <= both["valid_to"]).all()
    assert (both["name"] != both["name_now"]).all()


def test_places_and_trades_are_those_of_the_reference_tables(registry: Registry) -> None:
    firms = registry["enterprise"]
    assert set(firms["jurisdiction"]) == {place.code for place in jurisdictions()}
    assert set(firms["division_code"]) <= {place.code for place in divisions()}
    assert {entry.code for entry in INDUSTRIES} <= set(industry_names())
    assert {entry.field for entry in INDUSTRIES} - {""} <= {field.code for field in hitech_fields()}


def test_the_zone_is_larger_by_an_order_of_magnitude_and_has_no_division_of_its_own(
    registry: Registry,
) -> None:
    firms = registry["enterprise"]
    sizes = dict(firms.group_by("jurisdiction").len().iter_rows())
    assert sizes["gaoxin"] > 10 * sizes["420529"] > 0
    zone = firms.filter(pl.col("jurisdiction") == "gaoxin")
    assert {"420502", "420503", "420505"} <= set(zone["division_code"])


def test_everything_is_marked_as_synthetic(registry: Registry) -> None:
    assert registry["enterprise"]["is_synthetic"].all()
    assert registry["contact"]["email"].drop_nulls().str.ends_with("@example.com").all()
    assert registry["contact"]["phone"].str.starts_with("100").all()
    for table in ("annual_report", "enterprise_facts", "certificate", "membership", "pool_coverage"):
        assert registry[table]["source"].str.starts_with("合成").all(), table


def test_a_report_agrees_with_itself(registry: Registry) -> None:
    reports = registry["annual_report"]
    parts = {
        "hitech_income_fen": "total_income_fen",
        "main_revenue_fen": "revenue_fen",
        "revenue_fen": "total_income_fen",
        "rd_domestic_fen": "rd_expense_fen",
        "tech_staff": "employees",
        "rd_staff": "tech_staff",
    }
    for part, whole in parts.items():
        assert reports.filter(pl.col(part) > pl.col(whole)).is_empty(), part
    difference = pl.col("total_assets_fen") - pl.col("total_liabilities_fen")
    assert reports.filter(pl.col("net_assets_fen") != difference).is_empty()
    assert reports["net_assets_fen"].null_count() < reports.height / 5


def test_reports_arrive_after_their_year_some_late_some_never_some_twice(registry: Registry) -> None:
    reports = registry["annual_report"]
    first, second = reports.filter(pl.col("version") == 1), reports.filter(pl.col("version") == 2)
    assert (first["received_on"].dt.year() > first["fiscal_year"]).all()
    assert first["received_on"].max() <= KNOWN_UNTIL
    late = first.filter(pl.col("received_on") > pl.date(pl.col("fiscal_year") + 1, 6, 30)).height
    assert 0.05 < late / first.height < 0.15
    assert 0.03 < second.height / first.height < 0.08
    both = first.join(second, on=["enterprise_id", "fiscal_year"], suffix="_2")
    assert both.height == second.height
    assert (both["received_on"] < both["received_on_2"]).all()


def test_about_one_report_in_fourteen_is_missing(registry: Registry) -> None:
    born = registry["enterprise"].filter(pl.col("registered_on") < date(2018, 1, 1))["id"]
    reports = registry["annual_report"].filter(
        pl.col("version") == 1, pl.col("enterprise_id").is_in(born.implode()), pl.col("fiscal_year") == 2019
    )
    assert 0.03 < 1 - reports.height / len(born) < 0.14


def test_sizes_have_a_heavy_tail(registry: Registry) -> None:
    sales = registry["annual_report"].filter(pl.col("fiscal_year") == 2024)["revenue_fen"].drop_nulls()
    assert sales.quantile(0.99) > 40 * sales.median()
    assert sales.max() > 5 * 10**11
    assert sales.median() < 5 * 10**9


def test_the_current_year_has_the_intended_shares_of_holders(registry: Registry) -> None:
    held = members_on(registry, TODAY)
    assert 0.40 < held["tech_sme"] / ENTERPRISES < 0.50
    assert 0.29 < held["hnte"] / ENTERPRISES < 0.40
    assert 0.03 < held["gazelle"] / ENTERPRISES < 0.06
    assert 2 <= held["leading"] <= 12
    assert min(held[f"{pool}_reserve"] for pool in ("hnte", "gazelle", "leading")) > 10


def test_no_high_tech_certificate_comes_before_a_year_is_over(registry: Registry) -> None:
    certificates = registry["certificate"].filter(
        pl.col("pool_id") == "hnte", pl.col("issued_on").is_not_null()
    )
    assert ages_at(certificates, registry, "issued_on").min() >= 365


def test_nothing_is_held_twice_at_once(registry: Registry) -> None:
    hnte = registry["certificate"].filter(pl.col("pool_id") == "hnte", pl.col("issued_on").is_not_null())
    last = pl.min_horizontal("expires_on", pl.col("revoked_on").dt.offset_by("-1d"))
    assert overlaps(hnte.with_columns(last.alias("last")), start="issued_on", end="last") == 0
    assert overlaps(registry["membership"], start="valid_from", end="valid_to") == 0


def test_terms_are_those_of_the_rules(registry: Registry) -> None:
    dated = registry["certificate"].filter(pl.col("issued_on").is_not_null())
    numbers, papers = dated.filter(pl.col("pool_id") == "tech_sme"), dated.filter(pl.col("pool_id") == "hnte")
    assert (numbers["expires_on"] == numbers.select(pl.date(pl.col("issued_year"), 12, 31))[:, 0]).all()
    assert (papers["expires_on"].dt.offset_by("1d") == papers["issued_on"].dt.offset_by("3y")).all()
    gazelles = registry["membership"].filter(pl.col("pool_id") == "gazelle", pl.col("end_reason").is_null())
    assert (gazelles["valid_to"].dt.offset_by("1d") == gazelles["valid_from"].dt.offset_by("3y")).all()


def test_certificate_numbers_have_their_form_and_lie_beyond_real_ones(registry: Registry) -> None:
    certificates = registry["certificate"]
    assert not certificates.select("pool_id", "number").is_duplicated().any()
    forms = {"hnte": r"^GR20\d\d42\d{6}$", "tech_sme": r"^20\d\d4205\d\d08\d{6}$"}
    for pool, form in forms.items():
        numbers = certificates.filter(pl.col("pool_id") == pool)["number"]
        assert numbers.str.contains(form).all()
        assert numbers.str.slice(-6).cast(pl.Int64).min() >= FIRST_SERIAL


def test_a_membership_says_what_its_certificate_says(registry: Registry) -> None:
    both = registry["membership"].join(
        registry["certificate"], left_on="certificate_id", right_on="id", suffix="_paper"
    )
    assert both.height > ENTERPRISES
    assert (both["enterprise_id"] == both["enterprise_id_paper"]).all()
    assert (both["valid_from"] == both["issued_on"]).all()
    last = both.select(pl.min_horizontal("expires_on", pl.col("revoked_on").dt.offset_by("-1d")))[:, 0]
    assert (both["valid_to"] == last).all()


def test_a_few_certificates_are_known_by_their_year_only(registry: Registry) -> None:
    undated = registry["certificate"].filter(pl.col("issued_on").is_null())
    assert 3 < undated.height < 100
    assert undated["expires_on"].null_count() == undated.height
    assert undated["issued_year"].null_count() == 0
    assert not set(undated["id"]) & set(registry["membership"]["certificate_id"].drop_nulls())


def test_certificates_expire_in_the_coming_months(registry: Registry) -> None:
    ending = registry["certificate"].filter(
        pl.col("pool_id") == "hnte", pl.col("expires_on").is_between(TODAY, date(2028, 5, 22))
    )
    assert ending.height > 200


def test_not_every_holder_renews_and_most_do(registry: Registry) -> None:
    papers = registry["membership"].filter(pl.col("pool_id") == "hnte", pl.col("end_reason").is_null())
    ended = papers.filter(pl.col("valid_to").dt.year() == 2024)
    again = papers.filter(pl.col("valid_from").dt.year().is_between(2024, 2025))["enterprise_id"]
    share = ended["enterprise_id"].is_in(again.implode()).mean()
    assert 0.4 < share < 0.95


def test_reserves_end_when_their_members_are_recognised(registry: Registry) -> None:
    rows = registry["membership"]
    hnte = rows.filter(pl.col("pool_id") == "hnte").select("enterprise_id", "valid_from")
    certified = rows.filter(pl.col("pool_id") == "hnte_reserve", pl.col("end_reason") == "certified")
    assert certified.height > 20
    # A certificate known by its year only leaves no membership behind, so a few have no partner.
    met = certified.with_columns(pl.col("valid_to").dt.offset_by("1d")).join(
        hnte, left_on=["enterprise_id", "valid_to"], right_on=["enterprise_id", "valid_from"]
    )
    assert met.height > 0.9 * certified.height


def test_nobody_is_recognised_after_leaving_or_before_the_rules(registry: Registry) -> None:
    rows = registry["membership"]
    assert ages_at(rows, registry, "valid_from").min() > 0
    assert rows.filter(pl.col("pool_id") == "gazelle")["valid_from"].min() >= date(2021, 9, 1)
    assert rows.filter(pl.col("pool_id") == "leading")["valid_from"].min() >= date(2021, 1, 1)
    assert rows.filter(pl.col("pool_id") == "tech_sme")["valid_from"].min() >= date(2017, 5, 3)
    assert rows["valid_from"].max() <= KNOWN_UNTIL
    assert (rows["received_on"] >= rows["valid_from"]).all()


def test_lists_are_said_to_be_complete_from_2018_to_2026(registry: Registry) -> None:
    coverage = (
        registry["pool_coverage"]
        .group_by("pool_id")
        .agg(pl.col("covers_from").min(), pl.col("covers_to").max(), pl.len())
    )
    assert coverage.height == len(Tier)
    assert set(coverage["covers_from"]) == {date(2018, 1, 1)}
    assert set(coverage["covers_to"]) == {date(2026, 12, 31)}
    assert set(coverage["len"]) == {9}


def test_applicants_crowd_just_above_the_research_line(registry: Registry) -> None:
    """Some find more R&D in their books: a band just above 5% is fuller than the one just below it."""
    holders = registry["certificate"].filter(pl.col("pool_id") == "hnte")["enterprise_id"].unique()
    reports = registry["annual_report"].filter(
        pl.col("version") == 1, pl.col("enterprise_id").is_in(holders.implode()), pl.col("revenue_fen") > 0
    )
    years = reports.sort("fiscal_year").with_columns(
        pl.col("rd_expense_fen", "revenue_fen").rolling_sum(3).over("enterprise_id").name.suffix("_3"),
    )
    small = years.filter(pl.col("revenue_fen") <= 5 * 10**9)
    ratio = small["rd_expense_fen_3"] / small["revenue_fen_3"]
    above, below = ratio.is_between(0.05, 0.0525).sum(), ratio.is_between(0.0475, 0.05, closed="left").sum()
    assert above > 1.1 * below
