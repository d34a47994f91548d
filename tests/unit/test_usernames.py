"""User names: one spelling, one script, and nothing that looks like somebody else."""

import pytest

from enterprise_pipeline.services.accounts.usernames import LONGEST, check, fold, lookalike_key
from enterprise_pipeline.services.errors import FieldConflict


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("wang.min", "wang.min"),
        ("  Wang.Min ", "wang.min"),
        ("ｗａｎｇ．ｍｉｎ", "wang.min"),
        ("王敏2", "王敏2"),
        ("⼯程", "工程"),  # a radical that looks like the character
        ("ab", "ab"),
        ("a" * LONGEST, "a" * LONGEST),
    ],
)
def test_a_name_is_stored_in_one_spelling(typed, stored):
    assert check(typed) == stored


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("a", "至"),
        ("a" * (LONGEST + 1), "至"),
        ("", "至"),
        ("wаng", "U+0430"),  # a Cyrillic letter
        ("ωang", "U+03C9"),
        ("wang min", "U+0020"),
        ("wang\u200bmin", "U+200B"),  # a space without width
        ("wang\u202emin", "U+202E"),  # turns the reading direction
        ("wàng", "U+00E0"),
        ("wang٣", "U+0663"),  # a digit of another script
        ("<b>", "U+003C"),
        ("王min", "混用"),
        ("12345", "混用"),
        ("..--", "混用"),
        ("local", "保留"),
        ("LOCAL", "保留"),
        ("1ocal", "保留"),
        ("sys-tem", "保留"),
    ],
)
def test_a_name_that_others_could_take_for_another_is_refused(typed, word):
    with pytest.raises(FieldConflict) as refused:
        check(typed)

    assert refused.value.field == "username"
    assert word in refused.value.message


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhang1", "zhangl"), ("li.ming", "liming"), ("li-ming", "li_ming"), ("wang0", "wango"), ("li", "ll")],
)
def test_names_that_look_the_same_share_a_key(one, other):
    assert lookalike_key(one) == lookalike_key(other)


@pytest.mark.parametrize(("one", "other"), [("zhang", "zhong"), ("王敏", "王民"), ("wang1", "wang3")])
def test_names_that_look_different_do_not(one, other):
    assert lookalike_key(one) != lookalike_key(other)


def test_folding_twice_changes_nothing():
    for typed in ("ﬁle", "İstanbul", "ＡＢＣ", "Straße", "王敏"):
        assert fold(fold(typed)) == fold(typed)
