"""Golden cases: our own and the given ones come out right, and a wrong or broken file is told apart."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from enterprise_pipeline.cli.commands import COMMANDS
from enterprise_pipeline.cli.rules import rules
from enterprise_pipeline.config import ROOT
from scoring.cases import check_cases, parse_cases
from scoring.errors import CaseFileError
from scoring.rulebook import load_rulebook
from scoring.vocabulary import SCIENCE_LADDER

CASES = ROOT / "tests" / "cases"
FILES = sorted(CASES.glob("*.json"))


def checked(content: str | bytes, folder: Path) -> Result:
    """What the command says of a file with this content."""
    file = folder / "cases.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CliRunner().invoke(rules, ["check", str(file)])


def one_case(**changes: Any) -> str:
    """A file with one right case: 500 staff are not too many, 501 are."""
    case = {
        "id": "X1",
        "as_of": "2026-11-22",
        "enterprise": {"is_resident": True},
        "holds": [],
        "reports": {"2025": {"employees": 501, "revenue_cny": 200000000.01}},
        "expect": {
            "tech_sme": {"verdict": "not_eligible", "gaps": {"employees_max": 1, "revenue_max": 0.01}}
        },
    }
    return json.dumps({"format": 1, "cases": [case | changes]}, ensure_ascii=False)


def expecting(**expected: Any) -> str:
    return one_case(expect={"tech_sme": expected})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_golden_case_comes_out_right(file: Path):
    cases = parse_cases(file.read_text(encoding="utf-8"))

    report = check_cases(cases, load_rulebook())

    assert [str(difference) for difference in report.differences] == []
    assert report.cases == len(cases)
    assert report.values > report.cases


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_command_counts_and_ends_well(file: Path):
    result = CliRunner().invoke(rules, ["check", str(file)])

    assert result.exit_code == 0
    assert result.output.splitlines()[-1].endswith(" values, 0 differences")


def test_the_given_cases_are_those_of_the_domain(real_data: Path):
    given = real_data.parent / "domain" / "cases.json"

    assert (CASES / "shared.json").read_bytes() == given.read_bytes()


def test_our_own_cases_touch_every_criterion_from_both_sides():
    """Each criterion that can fail fails somewhere, and each tier is seen with every verdict it can have."""
    cases = parse_cases((CASES / "ladder.json").read_text(encoding="utf-8"))
    failed: dict[str, set[str]] = {str(tier): set() for tier in SCIENCE_LADDER}
    verdicts: dict[str, set[str]] = {str(tier): set() for tier in SCIENCE_LADDER}
    for case in cases:
        for tier, expected in case["expect"].items():
            failed[tier] |= set(expected.get("failed", ()))
            verdicts[tier].add(expected["verdict"])

    ladder = [entry for entry in load_rulebook().rule_sets if entry.tier in SCIENCE_LADDER]
    for entry in (entry for entry in ladder if not entry.key.startswith("gazelle@")):
        assert {criterion.id for criterion in entry.criteria} - failed[entry.tier] <= {"lead_role"}
        assert {"not_eligible", "undetermined", "not_applicable"} <= verdicts[entry.tier]
    assert all("eligible" in verdicts[tier] for tier in SCIENCE_LADDER if tier != "leading")
    assert all("needs_judgement" in verdicts[tier] for tier in ("hnte", "gazelle", "leading"))
    assert len({case["id"] for case in cases}) == len(cases) >= 120


@pytest.mark.databases("sqlite")
def test_the_command_hangs_on_the_application(runner):
    result = runner.invoke(args=["rules", "check", str(CASES / "shared.json")])

    assert result.exit_code == 0
    assert "not built: " in result.output
    assert rules in COMMANDS


def test_values_of_tiers_not_built_are_counted_apart(tmp_path):
    both = {"tech_sme": {"verdict": "not_eligible"}, "champion": {"verdict": "eligible", "failed": []}}

    result = checked(one_case(expect=both), tmp_path)

    assert result.exit_code == 0
    assert result.output == "not built: 2 values of champion\n1 cases, 1 values, 0 differences\n"


def test_a_tier_that_the_vocabulary_does_not_know_is_named(tmp_path):
    result = checked(one_case(expect={"hnta": {"verdict": "eligible"}}), tmp_path)

    assert "hnta (no tier of the vocabulary (did you mean 'hnte'?))" in result.output


@pytest.mark.parametrize(
    ("expected", "line"),
    [
        ({"verdict": "eligible"}, "verdict: expected eligible, got not_eligible"),
        (
            {"failed": ["employees_max"]},
            "failed: expected ['employees_max'], got ['employees_max', 'revenue_max']",
        ),
        ({"gaps": {"revenue_max": 0.02}}, "gaps.revenue_max: expected 0.02, got 0.01"),
        ({"gaps": {"assets_max": 1}}, "gaps.assets_max: expected 1, got nothing"),
        ({"gaps": {"employees_max": "one"}}, "gaps.employees_max: expected one, got 1"),
        ({"points_range": [0, 99]}, "points_range: expected [0, 99], got [0, 100]"),
        ({"points": 60}, "points: expected 60, got nothing"),
        ({"route": "direct"}, "route: expected direct, got nothing"),
        ({"document": "115号"}, "document: expected 115号, got 国科发政〔2017〕115号"),
        ({"verdct": "eligible"}, "verdct: expected eligible, got nothing"),
    ],
)
def test_a_difference_is_printed_and_ends_badly(tmp_path, expected, line):
    result = checked(expecting(**expected), tmp_path)

    assert result.exit_code == 1
    assert result.output == f"X1  tech_sme  {line}\n1 cases, 1 values, 1 differences\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "This is not JSON: line 1, column 2"),
        ("{}", "There is no list 'cases' in this file."),
        ('{"cases": [3]}', "cases[0] is not an object."),
        ('{"cases": [{"as_of": "2026-11-22", "expect": {}}]}', "cases[0] has no 'id'."),
        ('{"cases": [{"id": "X", "expect": {}}]}', "cases[0] has no 'as_of'."),
        ('{"cases": [{"id": "X", "as_of": "2026-11-22"}]}', "cases[0] has no 'expect'."),
        (one_case(as_of="22.11.2026"), "Case X1: '22.11.2026' is not a date such as 2026-11-22."),
        (one_case(as_of=20261122), "Case X1: 20261122 is not a date"),
        (one_case(enterprise=[]), "Case X1: 'enterprise' is not an object"),
        (one_case(reports={"2025": 3}), "Case X1: 'reports' is not an object"),
        (one_case(expect={"tech_sme": "eligible"}), "Case X1: 'expect' is not an object"),
        (one_case(enterprise={"employes": 3}), "'employes' is not known (did you mean 'employees'?)"),
        (one_case(reports={"2025": {"revenu_cny": 3}}), "(did you mean 'revenue_cny'?)"),
        (
            one_case(reports={"2025": {"revenue_cny": 0.005}}),
            "Case X1: revenue_cny: 0.005 is finer than a fen.",
        ),
        (one_case(reports={"2025": {"revenue_cny": "3万"}}), "Case X1: revenue_cny: '3万' is not a number."),
        (one_case(reports={"2025": {"employees": 9.5}}), "employees: 9.5 is finer than a whole number."),
        (one_case(reports={"last": {"employees": 9}}), "Case X1: reports: 'last' is not a year."),
        (one_case(enterprise={"is_resident": "yes"}), "Case X1: is_resident: 'yes' is not true or false."),
        (one_case(enterprise={"industry_code": 26}), "Case X1: industry_code: 26 is not a text."),
        (one_case(enterprise={"registered_on": "2020-02-30"}), "Case X1: '2020-02-30' is not a date"),
        (one_case(enterprise={"expert_points": 71}), "Case X1: 'expert_points' is not an object."),
        (one_case(enterprise={"expert_points": {"growht": 3}}), "(did you mean 'expert_growth'?)"),
        (one_case(holds=["htne"]), "Case X1: holds: the tier 'htne' is not known (did you mean 'hnte'?)."),
        ("甲".encode("gbk"), "cases.json: "),
    ],
)
def test_a_broken_file_is_refused_with_its_place(tmp_path, content, message):
    result = checked(content, tmp_path)

    assert result.exit_code == 1
    assert result.output.startswith("Error: cases.json: ")
    assert message in result.output


def test_a_file_that_is_not_there_is_a_usage_error():
    assert CliRunner().invoke(rules, ["check", "nowhere.json"]).exit_code == 2


def test_a_file_may_be_a_bare_list(tmp_path):
    bare = json.dumps(json.loads(one_case())["cases"])

    assert checked(bare, tmp_path).output == "1 cases, 3 values, 0 differences\n"


def test_values_stay_exact(tmp_path):
    """A float would turn 90071992547409.93 CNY into another number of fen."""
    text = one_case().replace("200000000.01", "90071992547409.93")

    assert checked(text.replace("0.01}", "90071792547409.93}"), tmp_path).exit_code == 0
    assert "got 90071792547409.93" in checked(text, tmp_path).output


def test_cases_of_days_without_any_rule_are_not_applicable(tmp_path):
    cases = [
        {"id": f"X{number}", "as_of": "2010-01-01", "expect": {"hnte": {"verdict": "not_applicable"}}}
        for number in range(3)
    ]

    assert checked(json.dumps(cases), tmp_path).output == "3 cases, 3 values, 0 differences\n"


def test_a_case_error_is_an_error_of_the_core():
    with pytest.raises(CaseFileError):
        parse_cases("[")
