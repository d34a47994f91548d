"""What counts as a complete catalogue."""

import pytest
from babel.messages.catalog import Catalog

from tools.check_translations import problems


def catalogue(*messages: tuple[str, str], fuzzy: bool = False) -> Catalog:
    made = Catalog(locale="en", fuzzy=False)
    for key, text in messages:
        made.add(key, text, flags=["fuzzy"] if fuzzy else [])
    return made


def test_a_complete_catalogue_has_no_problems():
    assert problems(catalogue(("企业", "")), catalogue(("企业", "Enterprise"))) == []


@pytest.mark.parametrize(
    ("extracted", "translated", "problem"),
    [
        ([("企业", "")], [], "not in the catalogue: 企业"),
        ([], [("企业", "Enterprise")], "no longer used: 企业"),
        ([("企业", "")], [("企业", "")], "not translated: 企业"),
        ([("企业", "")], [("企业", "企业 list")], "still Chinese: 企业"),
        (
            [("共%(n)s家", "")],
            [("共%(n)s家", "in all")],
            "other placeholders than the Chinese text: 共%(n)s家",
        ),
    ],
    ids=["missing", "stale", "empty", "copied", "placeholder"],
)
def test_a_gap_is_named(extracted, translated, problem):
    assert problems(catalogue(*extracted), catalogue(*translated)) == [problem]


def test_a_guess_is_not_a_translation():
    guessed = catalogue(("企业", "Enterprise"), fuzzy=True)

    assert problems(catalogue(("企业", "")), guessed) == ["only guessed (fuzzy): 企业"]


def test_a_catalogue_that_would_compile_to_nothing_is_told():
    catalogue = Catalog(locale="en", fuzzy=True)

    assert any("compile nothing" in problem for problem in problems(Catalog(), catalogue))
