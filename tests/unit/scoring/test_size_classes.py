"""300号: each size needs both of its lines, the lower one decides, and a missing figure is not guessed."""

from datetime import date

import polars as pl
import pytest

from scoring.errors import RuleFileError
from scoring.facts import SCHEMA
from scoring.rule_checks import Place
from scoring.rules_model import Industries
from scoring.screening import screen
from scoring.size_classes import _row, size_class, size_rows
from scoring.vocabulary import SizeClass
from tests.unit.scoring.rule_files import file, read

WAN = 1_000_000
DAY = date(2026, 11, 22)
COLUMNS = ("industry_code", "employees_y1", "revenue_fen_y1", "total_assets_fen_y1")
SME = """
[[rule_sets.criteria]]
id = "sme_size"
label = "规模"
label_en = "Size"
printed = "中小企业"
printed_en = "an SME"
article = "300号"
word = "sme_size"
"""

Firm = tuple[str | None, int | None, int | None, int | None]


def frame(*firms: Firm) -> pl.DataFrame:
    return pl.DataFrame(firms, schema={name: SCHEMA[name] for name in COLUMNS}, orient="row")


def sizes(*firms: Firm) -> list[str | None]:
    return size_class(frame(*firms)).to_list()


@pytest.mark.parametrize(
    ("staff", "wan", "size"),
    [
        (1_000, 40_000, "large"), (999, 40_000, "medium"), (1_000, 39_999, "medium"),
        (300, 2_000, "medium"), (299, 2_000, "small"), (300, 1_999, "small"), (10_000, 1_999, "small"),
        (20, 300, "small"), (19, 300, "micro"), (20, 299, "micro"), (10_000, 299, "micro"), (0, 0, "micro"),
    ],
)  # fmt: skip
def test_industry_by_both_lines(staff, wan, size):
    assert sizes(("C2614", staff, wan * WAN, None)) == [size]


def test_the_line_itself_is_reached_and_a_fen_less_is_not():
    assert sizes(
        ("I6513", 300, 10_000 * WAN, None),
        ("I6513", 300, 10_000 * WAN - 1, None),
        ("I6513", 299, 10_000 * WAN, None),
    ) == ["large", "medium", "medium"]


@pytest.mark.parametrize("row", size_rows(), ids=lambda row: row.id)
def test_every_row_has_its_four_sizes(row):
    code = "G592" if row.industries.outside else row.industries.within[0]
    for index, size in enumerate((SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL)):
        reached = {name: lines[index] for name, lines in row.lines.items()}
        assert size_class(_one(code, reached)).to_list() == [size]
        for name, line in reached.items():
            below = size_class(_one(code, reached | {name: line - 1})).to_list()
            assert below == [list(SizeClass)[index + 1]]


def _one(code: str, figures: dict[str, int]) -> pl.DataFrame:
    return frame((code, *(figures.get(name) for name in COLUMNS[1:])))  # type: ignore[arg-type]


def test_a_missing_figure_leaves_the_size_open_unless_the_other_one_is_micro():
    assert sizes(
        ("C2614", 5_000, None, None), ("C2614", None, 10**12, None), ("C2614", 19, None, None),
        ("C2614", None, 299 * WAN, None), ("E4700", 9, 10**12, None), (None, 1, 1, 1),
    ) == [None, None, "micro", "micro", None, None]  # fmt: skip


def test_an_industry_that_is_not_listed_or_too_short_has_no_size():
    assert sizes(
        ("P8341", 1, 1, 1), ("K7040", 1, 1, 1), ("G5300", 1, 1, 1), ("J6610", 1, 1, 1),
        ("G", 1, 1, 1), ("Q", 1, 1, 1), ("C", 1, 1, 1), ("Q85", 5, 1, 1),
    ) == [None, None, None, None, None, None, "micro", "micro"]  # fmt: skip


def test_loading_and_unloading_goes_with_transport_and_not_with_storage():
    assert sizes(("G5910", 500, 20_000 * WAN, None), ("G5920", 500, 20_000 * WAN, None)) == ["medium"] * 2
    assert sizes(("G5910", 500, 30_000 * WAN, None), ("G5920", 500, 30_000 * WAN, None)) == [
        "medium",
        "large",
    ]


def test_no_code_is_in_two_rows():
    codes = [(row.id, code) for row in size_rows() for code in row.industries.within]
    for name, code in codes:
        others = [row for row in size_rows() if row.id != name]
        inside = [
            row.id
            for row in others
            if code.startswith(row.industries.within)
            and not code.startswith(row.industries.outside or ("-",))
        ]
        assert inside == [], code


def results(folder, *firms: Firm) -> list[tuple[int, int]]:
    entry = read(folder, text=file(SME)).rule_sets[0]
    rows = screen(frame(*firms), [entry], DAY, projection="detail").rows(named=True)
    return [(row["gazelle.verdict"], row["gazelle.sme_size.result"]) for row in rows]


NOT_MET, UNKNOWN, JUDGEMENT, MET = range(4)


@pytest.mark.parametrize(
    ("firm", "result"),
    [
        (("C2614", 999, None, None), MET),
        (("C2614", None, 40_000 * WAN - 1, None), MET),
        (("C2614", 1_000, 40_000 * WAN, None), NOT_MET),
        (("C2614", 1_000, None, None), UNKNOWN),
        (("C2614", None, None, None), UNKNOWN),
        (("A0111", None, 20_000 * WAN, None), NOT_MET),
        (("A0111", None, 20_000 * WAN - 1, None), MET),
        (("E4700", 5_000, 80_000 * WAN, 80_000 * WAN), NOT_MET),
        (("E4700", 5_000, 80_000 * WAN, 80_000 * WAN - 1), MET),
        (("P8341", 5_000, 10**13, 10**13), JUDGEMENT),
        ((None, 5_000, 10**13, 10**13), UNKNOWN),
        (("G", 900, 10**13, 10**13), UNKNOWN),
    ],
)
def test_at_most_medium(tmp_path, firm, result):
    assert results(tmp_path, firm)[0][1] == result


def test_small_whatever_the_industry_is_an_sme_also_with_the_industry_unknown(tmp_path):
    small: Firm = (None, 199, 5_000 * WAN - 1, 10_000 * WAN - 1)
    large_staff: Firm = (None, 300, 10_000 * WAN, 10_000 * WAN - 1)

    assert [result for _, result in results(tmp_path, small, ("P8341", *small[1:]), large_staff)] == [
        MET,
        MET,
        UNKNOWN,
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([{"fact": "net_profit_cny", "large": 3, "medium": 2, "small": 1}], "is not one of"),
        ([{"fact": "employees", "large": 3, "medium": 3, "small": 1}], "not monotone: 3, 3, 1"),
        ([{"fact": "employees", "large": 3, "medium": 2}], "is not a whole number"),
    ],
)
def test_a_broken_row_is_refused(lines, reason):
    table = {"id": "x", "label": "甲", "industry": ["C"], "grade": "C", "lines": lines}

    with pytest.raises(RuleFileError, match=reason):
        _row(table, Place("size_classes.toml", "classes[0]"))


def test_the_rows_name_their_industries_and_how_well_they_were_seen():
    graded = {row.id: row.grade for row in size_rows()}

    assert {name for name, grade in graded.items() if grade != "recall"} == {"industry", "software"}
    assert next(row for row in size_rows() if row.id == "storage").industries == Industries(
        ("G59",), ("G591",)
    )
