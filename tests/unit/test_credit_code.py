"""The credit code is read the same alone and in columns, and says which rule fails."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enterprise_pipeline.services.credit_code import (
    ALPHABET,
    CreditCodeError,
    all_in_order,
    check_character,
    check_credit_code,
    normalise_credit_code,
    organisation_character,
)

XILING = "91420502MA00000151"


@pytest.mark.parametrize("code", ["914403001922038216", "9144030071526726XG", "91330100799655058B", XILING])
def test_accepts_codes_worked_out_in_the_criteria(code):
    assert check_credit_code(code).text == code
    assert check_credit_code(code).warnings == ()


def test_knows_the_office_that_registered_it():
    assert check_credit_code(XILING).registered_at == "420502"


@pytest.mark.parametrize(
    "given", [f" {XILING.lower()}\t", f'="{XILING}"', f"'{XILING}", "９１４２０５０２ＭＡ０００００１５１"]
)
def test_reads_the_usual_spellings_of_one_code(given):
    assert check_credit_code(given).text == XILING


@pytest.mark.parametrize(
    ("given", "rule", "says"),
    [
        pytest.param("", "empty", "没有统一社会信用代码", id="empty"),
        pytest.param(9.142050203e17, "damaged", "存成了数字", id="number"),
        pytest.param(914205020000000000, "damaged", "存成了数字", id="whole number"),
        pytest.param("9.1E+17", "damaged", "存成了数字", id="scientific"),
        pytest.param("914205823098048000", "damaged", "末尾的 000", id="zeros"),
        pytest.param("91420502MA0000015", "length", "有17位", id="short"),
        pytest.param("420500000012345", "length", "旧注册号", id="old number"),
        pytest.param("91420502MAO0000151", "alphabet", "第11位“O”", id="letter O"),
        pytest.param("91A20502MA00000151", "division", "第3至8位", id="letters in the division"),
        pytest.param("91420502MA00000152", "check", "应为“1”，实为“2”", id="check character"),
    ],
)
def test_names_the_rule_that_fails(given, rule, says):
    with pytest.raises(CreditCodeError) as refusal:
        check_credit_code(given)

    assert refusal.value.rule == rule
    assert says in refusal.value.message
    assert "请" in refusal.value.message


def test_accepts_letters_of_other_registrars_in_the_first_two_places():
    body = "Y1420500MA000001" + organisation_character("MA000001")

    assert check_credit_code(body + check_character(body)).text.startswith("Y1")


def test_a_wrong_organisation_part_is_only_a_warning():
    body = "91420502MA0000016"

    code = check_credit_code(body + check_character(body))

    assert len(code.warnings) == 1


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17), st.sampled_from(ALPHABET))
def test_columns_and_single_codes_agree(body, last):
    code = body + last
    try:
        alone = not check_credit_code(code).warnings
    except CreditCodeError:
        alone = False

    assert all_in_order([code])[0] == alone


@given(st.integers(100000, 999999), st.text(alphabet=ALPHABET, min_size=8, max_size=8))
def test_one_wrong_character_is_always_noticed(division, organisation):
    body = f"91{division}{organisation}{organisation_character(organisation)}"
    code = body + check_character(body)
    changed = code[:12] + ALPHABET[(ALPHABET.index(code[12]) + 1) % 31] + code[13:]

    with pytest.raises(CreditCodeError):
        check_credit_code(changed)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_columns_survive_any_text(texts):
    assert all_in_order([normalise_credit_code(text) for text in texts]).sum() == 0


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["dangyang_enterprises", "yichang_hnte_sample"])
def test_every_real_code_passes(real_data, name):
    with (real_data / "yichang_enterprises" / f"{name}.csv").open(encoding="utf-8-sig") as file:
        codes = [row["uscc"] for row in csv.DictReader(file)]

    assert all_in_order(codes).all()
    assert not any(check_credit_code(code).warnings for code in codes)
