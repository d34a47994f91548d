"""A rule file that cannot be meant is refused, naming file, key and reason; the real ones load."""

from datetime import date
from pathlib import Path

import pytest

from scoring.errors import ScoringError
from scoring.rulebook import NOT_TIERS, RULES, load_rulebook, read_rule_file
from scoring.vocabulary import LINES, SCIENCE_LADDER
from tests.unit.scoring.rule_files import CRITERION, DIRECT, PART, POINTS, file, read, refusal

BASE = file()
SCORED = file(POINTS, DIRECT)
RULE_SET, FIRST = "rule_sets[0]", "rule_sets[0].criteria[0]"
P = "points.parts[0]"
B = f"{P}.tables[0].bands"
SHARE = 'word = "share"\nnumerator = "rd_expense_cny"\ndenominator = "revenue_cny"'
AMOUNT = 'word = "amount"\nfact = "revenue_cny"'
AT_LEAST, BY_SALES = 'operator = ">="', 'ladder_fact = "revenue_cny"'
COUNT, UNMET, ANY_OF = (f'word = "{word}"' for word in ("count", "unmet_at_most", "any_of"))
LADDER = (
    BY_SALES
    + "\nladder = [{{ up_to = {0}, value = {1} }}, {{ up_to = {2}, value = {3} }}, {{ value = 0.01 }}]"
)
CLOSED_LADDER = BY_SALES + "\nladder = [{ up_to = 5, value = 1 }, { up_to = 9, value = 2 }]"
OTHER_LADDER = LADDER.format(10, 0.05, 20, 0.04).replace("revenue", "total_income")


def test_the_small_files_themselves_are_in_order(tmp_path: Path):
    assert refusal(tmp_path, text=BASE) == ""
    assert refusal(tmp_path, text=SCORED) == ""
    shared = BASE.replace(AMOUNT, SHARE).replace("value = 5", LADDER.format(10, 0.05, 20, 0.04))
    assert refusal(tmp_path, text=shared) == ""


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        # Words of the vocabulary
        ('"revenue_cny"', '"revenu_cny"', f"{FIRST}.fact", "did you mean 'revenue_cny'?"),
        ('"revenue_cny"', '"is_resident"', f"{FIRST}.fact", "is in flag"),
        ('">="', '"=="', f"{FIRST}.operator", "the operator '==' is not one of >=, >, <=, <"),
        ('operator = ">="', "", f"{FIRST}.operator", "the operator None is not one of"),
        ('"amount"', '"amout"', f"{FIRST}.word", "'amout' is not known (did you mean 'amount'?)"),
        ('word = "amount"', "", f"{FIRST}.word", "the word None is not known"),
        ("value = 5", "value = 5\nvalu = 6", f"{FIRST}.valu", "the word 'amount' does not take it"),
        ("value = 5", "", f"{FIRST}.value", "the word 'amount' needs it"),
        ("effective_from", "effective_form", f"{RULE_SET}.effective_form", "did you mean 'effective_from'?"),
        ('tier = "gazelle"', 'tier = "gazele"', "tier", "'gazele' is not known (did you mean 'gazelle'?)"),
        ('tier = "gazelle"', 'tier = "hnte"', "tier", "has to be called hnte.toml"),
        ('tier = "gazelle"', 'tier = "gazelle"\nrules = 1', "rules", "this key is not known here"),
        # Sources
        ('document = "文"', "", f"{RULE_SET}.document", "a text is missing here"),
        ('source = "criteria.md 5"', "", f"{RULE_SET}.source", "a text is missing here"),
        ('source = "criteria.md 5"', 'source = " "', f"{RULE_SET}.source", "a text is missing here"),
        ('address = "https://example.org/"', "", f"{RULE_SET}.address", "a text is missing here"),
        ('grade = "B"', "", f"{RULE_SET}.grade", "a text is missing here"),
        ('article = "第一条"', "", f"{FIRST}.article", "a text is missing here"),
        ('printed = "不低于5元"', "", f"{FIRST}.printed", "a text is missing here"),
        ("checked_on = 2026-11-22", "", f"{RULE_SET}.checked_on", "is not a date"),
        ("checked_on = 2026-11-22", 'checked_on = "2026"', f"{RULE_SET}.checked_on", "write it bare"),
        ("2021-01-01", "2021-01-01T00:00:00", f"{RULE_SET}.effective_from", "is not a date"),
        # Validity and default
        ("checked_on", "effective_to = 2021-01-01\nchecked_on", f"{RULE_SET}.effective_to", "is not after"),
        ("default = true", "default = false", "rule_sets.default", "exactly one standard is the default"),
        ("default = true", 'default = "yes"', f"{RULE_SET}.default", "is neither true nor false"),
        # Numbers
        ("value = 5", "value = 5.005", f"{FIRST}.value", "5.005 CNY is not a whole number of fen"),
        ("value = 5", "value = -5", f"{FIRST}.value", "-5 is not an amount in CNY"),
        ("value = 5", 'value = "5"', f"{FIRST}.value", "'5' is not an amount in CNY"),
        ("value = 5", "value = nan", f"{FIRST}.value", "is not an amount in CNY"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused(tmp_path, old, new, key, reason):
    text = BASE.replace(old, new)
    assert text != BASE

    message = refusal(tmp_path, text=text)

    assert message.startswith(f"gazelle.toml: {key}: ")
    assert reason in message


def with_word(*lines: str) -> str:
    """The criterion decided by other words."""
    return BASE.replace('word = "amount"\nfact = "revenue_cny"\noperator = ">="\nvalue = 5', "\n".join(lines))


@pytest.mark.parametrize(
    ("lines", "key", "reason"),
    [
        ((SHARE, AT_LEAST, "value = 11"), "value", "write 5% as 0.05"),
        ((SHARE, AT_LEAST, "value = 0"), "value", "0 is not a share"),
        ((SHARE, AT_LEAST, "value = inf"), "value", "is not a share"),
        ((SHARE, 'operator = "=="', "value = 0.05"), "operator", "'==' is not one of >=, >, <=, <"),
        ((SHARE, 'operator = "<="', LADDER.format(10, 0.05, 20, 0.04)), "operator", "takes one value"),
        ((SHARE, AT_LEAST), "", "a value or a ladder"),
        ((SHARE, AT_LEAST, "value = 0.05", "years = 2"), "years", "2 years cannot be summed"),
        ((SHARE, AT_LEAST, LADDER.format(20, 0.05, 10, 0.04)), "ladder[1].up_to", "10 does not rise"),
        ((SHARE, AT_LEAST, LADDER.format(10, 0.02, 20, 0.04)), "ladder", "not monotone: 0.02, 0.04, 0.01"),
        ((SHARE, AT_LEAST, BY_SALES, "ladder = [{ value = 0.05 }]"), "ladder", "at least two rungs"),
        ((SHARE, AT_LEAST, CLOSED_LADDER), "ladder[1]", "every rung but the last"),
        ((SHARE, AT_LEAST, OTHER_LADDER), "ladder_fact", "the size of the denominator"),
        ((SHARE, AT_LEAST, "value = 1", "asked_below = { valu = 5 }"), "asked_below.valu", "not known here"),
        (('word = "age"', AT_LEAST, "years = 1", "days = 365"), "", "in days or in years"),
        (('word = "age"', 'operator = "<="', "days = 365"), "operator", "can only be asked with >="),
        (('word = "age"', AT_LEAST, "years = 15"), "operator", "can only be asked with <="),
        (('word = "flag"', 'fact = "is_resident"', 'is = "yes"'), "is", "'yes' is neither true nor false"),
        (('word = "flag"', 'fact = "employees"', "is = true"), "fact", "flag is needed here"),
        (('word = "flags"', "facts = []", "is = true"), "facts", "a list of facts is needed here"),
        ((COUNT, 'facts = ["class1_ip", "class3_ip"]', AT_LEAST, "value = 1"), "facts[1]", "not known"),
        ((COUNT, 'facts = ["class1_ip"]', AT_LEAST, "value = 1.5"), "value", "not a whole number"),
        (('word = "holds"', 'tier = "htne"', "is = true"), "tier", "did you mean 'hnte'?"),
        (('word = "points"', AT_LEAST, "value = 60"), "", "needs a points system"),
        ((UNMET, 'tier = "htne"', 'criteria = ["rd_ratio"]', "value = 2"), "tier", "did you mean 'hnte'?"),
        ((UNMET, 'tier = "hnte"', 'criteria = "rd_ratio"', "value = 2"), "criteria", "a list of criteria"),
        ((ANY_OF, 'parts = [{ word = "judgement", iss = 1 }]'), "parts[0].iss", "not known here"),
        ((ANY_OF, 'parts = [{ word = "flg" }]'), "parts[0].word", "did you mean 'flag'?"),
        ((ANY_OF, "parts = 3"), "parts", "a list of tables is needed here"),
    ],
)  # fmt: skip
def test_arguments_of_a_word_are_checked(tmp_path, lines, key, reason):
    message = refusal(tmp_path, text=with_word(*lines))

    assert message.startswith(f"gazelle.toml: {FIRST}.{key}".rstrip(".") + ": ")
    assert reason in message


def test_counting_failures_of_criteria_that_another_tier_lacks_is_refused(tmp_path):
    text = with_word(UNMET, 'tier = "hnte"', 'criteria = ["rd_ratio"]', "value = 2")

    assert refusal(tmp_path, text=text) == (
        "gazelle.toml: rule_sets(X-1).criteria(revenue_min).criteria: hnte has no criterion 'rd_ratio'"
    )


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("maximum = 30", "maximum = 19", "points.maximum", "the parts add up to 20 points, above"),
        ("maximum = 20", "maximum = 19", P + ".maximum", "20 points can be reached, above"),
        ("maximum = 20", "", P + ".maximum", "None is not a whole number"),
        ("maximum = 20", "maximum = 20\njudged = 21", P + ".maximum", "21 points can be reached"),
        ("at_least = 0.10", "at_least = 0.25", B, "not monotone: 0.2 gives 20 to 20"),
        ("points = [5, 10]", "points = [5, 20]", B, "the table is not monotone"),
        ("points = [5, 10]", "points = [10, 5]", B + "[1].points", "the lowest points 10 are above"),
        ("points = 20", "points = 2.5", B + "[0].points", "is not a whole number"),
        ("at_least = 0.10", "more_than = 0.10", B + "[1].more_than", "only a growth table"),
        ("at_least = 0.10", "from = 0.10", B + "[1].from", "not known here"),
        ('kind = "share"', 'kind = "ratio"', P + ".tables[0].kind", "'ratio' is not one of share, count"),
        ('"tech_staff"', '"tec_staff"', P + ".tables[0].numerator", "did you mean 'tech_staff'?"),
        ('combine = "best"', 'combine = "most"', P + ".combine", "neither 'best' nor 'sum'"),
        ('combine = "best"', 'combine = "best"\nexpert = "employees"', P + ".expert", "points is needed"),
        ("value = 10", "value = 31", "criteria[0].value", "31 points are needed and 30"),
        ('waives = ["points_min"]', 'waives = ["points"]', "direct.waives", "no criterion 'points' to waive"),
        ('holds = "hnte"', 'holds = "htne"', "direct.any_of[0].holds", "did you mean 'hnte'?"),
        ('holds = "hnte"', 'flag = "employees"', "direct.any_of[0].flag", "flag is needed here"),
        ('holds = "hnte", ', "", "direct.any_of[0]", "a tier held or a flag, one of them"),
    ],
)  # fmt: skip
def test_points_and_the_direct_route_are_checked(tmp_path, old, new, key, reason):
    text = SCORED.replace(old, new)
    assert text != SCORED

    message = refusal(tmp_path, text=text)

    assert message.startswith(f"gazelle.toml: {RULE_SET}.{key}: ")
    assert reason in message


def test_a_points_part_line_above_its_maximum_is_refused(tmp_path):
    text = SCORED.replace('word = "points"', 'word = "points_part"\npart = "staff"').replace(
        "value = 10", "value = 21"
    )

    assert "21 points are needed and 20 is the maximum" in refusal(tmp_path, text=text)
    assert "'stuff' is not in this rule set (did you mean 'staff'?)" in refusal(
        tmp_path, text=text.replace('part = "staff"', 'part = "stuff"')
    )


def test_two_criteria_of_one_name_are_refused(tmp_path):
    assert "criteria[1].id: the id 'revenue_min' is used twice" in refusal(
        tmp_path, text=file(CRITERION, CRITERION)
    )


def test_a_rule_set_without_criteria_is_refused(tmp_path):
    assert "criteria: a rule set needs at least one criterion" in refusal(tmp_path, text=file("\n"))


def test_two_rule_sets_of_one_name_are_refused(tmp_path):
    text = file(end="2022-01-01") + file(start="2022-01-01").replace('tier = "gazelle"', "")

    assert "gazelle.toml: rule_sets.id: the id 'X-1' is used twice" in refusal(tmp_path, text=text)


def follow(first_until: str, second_from: str) -> str:
    """Two rule sets of one standard, one after the other."""
    return file(end=first_until) + file(name="X-2", start=second_from).replace('tier = "gazelle"', "")


def test_a_rule_set_may_follow_another_to_the_day(tmp_path):
    rulebook = read(tmp_path, text=follow("2022-01-01", "2022-01-01"))

    assert [entry.id for entry in rulebook.in_force(date(2020, 12, 31))] == []
    assert [entry.id for entry in rulebook.in_force(date(2021, 1, 1))] == ["X-1"]
    assert [entry.id for entry in rulebook.in_force(date(2021, 12, 31))] == ["X-1"]
    assert [entry.id for entry in rulebook.in_force(date(2022, 1, 1))] == ["X-2"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (follow("2022-01-02", "2022-01-01"), "it overlaps X-2, in force from 2022-01-01"),
        (follow("", "2022-01-01"), "it overlaps X-2, in force from 2022-01-01"),
        (follow("2021-12-31", "2022-01-01"), "there is a gap until X-2, in force from 2022-01-01"),
    ],
)
def test_validity_without_overlap_and_without_gap(tmp_path, text, reason):
    message = refusal(tmp_path, text=text)

    assert message == f"gazelle.toml: rule_sets(X-1).effective_to: {reason}"


def test_two_defaults_are_refused(tmp_path):
    other = file(name="X-2").replace('standard = "s"', 'standard = "t"').replace('tier = "gazelle"', "")

    assert refusal(tmp_path, text=BASE + other) == (
        "gazelle.toml: rule_sets.default: exactly one standard is the default; found s, t"
    )


def test_what_is_not_toml_or_not_utf8_is_refused(tmp_path):
    assert refusal(tmp_path, text="tier = ").startswith("gazelle.toml: (file): it is not valid TOML in UTF-8")
    assert refusal(tmp_path, text="甲".encode("gbk")).startswith(
        "gazelle.toml: (file): it is not valid TOML in UTF-8"
    )


@pytest.mark.parametrize(
    "text", ['tier = "gazelle"', 'tier = "gazelle"\nrule_sets = 3', 'tier = "gazelle"\nrule_sets = []']
)
def test_a_file_without_a_rule_set_is_refused(tmp_path, text):
    assert refusal(tmp_path, text=text).startswith("gazelle.toml: rule_sets: ")


def test_a_part_needs_its_tables_to_be_tables(tmp_path):
    text = SCORED.replace(f"{PART}\n", f"{PART}\ntables = 3\n").split("[[rule_sets.points.parts.tables]]")[0]

    assert "tables: a list of tables is needed here" in refusal(tmp_path, text=text)


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(RULES.glob("*.toml")) if path.stem not in NOT_TIERS],
    ids=lambda path: path.stem,
)
def test_every_rule_file_reads_alone(path: Path):
    assert read_rule_file(path.name, path.read_bytes())


def test_the_rulebook_holds_the_science_ladder_in_its_order():
    load_rulebook.cache_clear()
    in_force = load_rulebook().in_force(date(2026, 11, 22))
    keys = [entry.key for entry in in_force if entry.tier in SCIENCE_LADDER]

    assert keys == [
        "tech_sme", "hnte_reserve", "hnte", "gazelle_reserve", "gazelle", "gazelle@eurostat",
        "gazelle@eurostat_strict", "gazelle@gb41464", "gazelle@gb41464_4", "gazelle@oecd2007",
        "leading_reserve", "leading", "leading@inclusive",
    ]  # fmt: skip


def test_all_tiers_stand_in_the_order_of_the_lines():
    in_force = load_rulebook().in_force(date(2026, 11, 22))
    tiers = list(dict.fromkeys(entry.tier for entry in in_force))

    assert tiers == [tier for _, line in LINES for tier in line if tier in tiers]


EARLY = ("gazelle@oecd2007", "hnte_reserve", "gazelle_reserve", "leading_reserve")


@pytest.mark.parametrize(
    ("day", "keys"),
    [
        (date(2015, 12, 31), {"gazelle@oecd2007"}),
        (
            date(2016, 1, 1),
            {"hnte", *EARLY},
        ),
        (
            date(2017, 5, 2),
            {"hnte", *EARLY},
        ),
        (
            date(2017, 5, 3),
            {"tech_sme", "hnte", *EARLY},
        ),
    ],
)
def test_rule_sets_in_force_by_day(day, keys):
    in_force = load_rulebook().in_force(day)

    assert {entry.key for entry in in_force if entry.tier in SCIENCE_LADDER} == keys


def test_a_rule_set_is_found_by_its_name():
    assert load_rulebook().get("HNTE-2016").tier == "hnte"
    with pytest.raises(ScoringError, match="HNTE-2017"):
        load_rulebook().get("HNTE-2017")


def test_the_digest_changes_with_any_byte_of_any_file(tmp_path):
    before = read(tmp_path, text=BASE).content_hash
    after = read(tmp_path, text=BASE + "\n").content_hash

    assert before != after
    assert read(tmp_path, text=BASE).content_hash == before
    load_rulebook.cache_clear()


def test_what_is_local_says_so_and_what_is_not_names_where_it_was_seen():
    for entry in load_rulebook().rule_sets:
        assert entry.is_local == (entry.grade == "local") == entry.tier.endswith("_reserve")
        assert entry.is_local or entry.address.startswith("https://")
        assert entry.note if entry.is_local else entry.document
