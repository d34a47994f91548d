from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from enterprise_pipeline.services.errors import BadFile
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.standards import golden
from enterprise_pipeline.services.standards.drafts import get_version
from enterprise_pipeline.services.standards.publication import NotReady
from enterprise_pipeline.services.standards.uploads import replace_text
from enterprise_pipeline.transaction import transaction
from models import db
from tests.support.small_registry import add_good_enterprise
from tests.support.standards import CASES, TODAY, begin, decide, sound


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def test_cases_are_tried_on_the_draft_on_their_own_day(session):
    version_id = sound()
    golden.add_json(version_id, CASES, actor="local")
    golden.add_json(version_id, CASES.replace("20000000", "19999999.99"), actor="local")
    right, wrong = golden.run_cases(get_version(version_id), current_rulebook())
    assert right.is_right
    assert [(miss.key, miss.expected, miss.got) for miss in wrong.mismatches] == [
        ("verdict", "eligible", "not_eligible"),
        ("failed", "—", "revenue_min"),
    ]
    with pytest.raises(NotReady, match="at the line 2"):
        decide(version_id)
    golden.remove_case(version_id, wrong.id, actor="local")
    decide(version_id)
    assert get_version(version_id).state == "published"


def test_an_enterprise_is_frozen_as_a_case_and_later_edits_do_not_matter(session):
    with transaction() as writing:
        firm = add_good_enterprise(writing, name="测试冻结有限公司")
    version_id = sound()
    golden.add_enterprise(
        version_id, "测试冻结有限公司", as_of=TODAY, expected="eligible", why="", actor="local"
    )
    with transaction() as writing:
        writing.execute(text(f"DELETE FROM annual_report WHERE enterprise_id = {firm}"))  # noqa: S608
    assert [case.is_right for case in golden.run_cases(get_version(version_id), current_rulebook())] == [True]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("nonsense", "no list 'cases'"),
        ('{"cases": [{"id": "a", "as_of": "2026-13-01", "expect": {}}]}', "not a date"),
        ('{"cases": [{"id": "a", "as_of": "2026-11-22", "expect": {}}]}', "verdict has to be one of"),
        (
            (
                '{"cases": [{"id": "a", "as_of": "2026-11-22", "enterprise": {"sales": 1}, '
                '"expect": {"gazelle": {"verdict": "eligible"}}}]}'
            ),
            "'sales' is not known",
        ),
    ],
)
def test_cases_that_cannot_be_read_are_refused_and_named(session, given, said):
    version_id = sound()
    with pytest.raises(BadFile) as refused:
        golden.add_json(version_id, given, actor="local")
    assert said in str(refused.value)
    assert golden.run_cases(get_version(version_id), current_rulebook()) == []


def test_a_new_version_of_a_standard_is_tried_with_the_cases_of_the_old(session):
    first = sound()
    golden.add_json(first, CASES, actor="local")
    decide(first)
    second = begin(copy_of="GAZELLE-YICHANG-1", effective_from=date(2028, 1, 1))
    assert [case.name for case in golden.run_cases(get_version(second), current_rulebook())] == [
        "at the line"
    ]


def test_a_file_takes_the_place_of_the_draft_but_not_of_its_name(session):
    source, version_id = sound(), begin()
    content = get_version(source).content.replace("GAZELLE-YICHANG-1", "HNTE-2016")
    replace_text(version_id, content.encode(), seen=get_version(version_id).revision, actor="local")
    table = get_version(version_id).table
    assert (table["id"], len(table["criteria"])) == ("GAZELLE-YICHANG-2", 2)


@pytest.mark.parametrize(
    "given", [b"\xff\xfe", b"tier = ", b'tier = "hnte"\n[[rule_sets]]\nid = "x"', b'tier = "gazelle"', b""]
)
def test_a_file_that_is_no_standard_of_this_tier_changes_nothing(session, given):
    version_id = sound()
    before = get_version(version_id)
    with pytest.raises(BadFile):
        replace_text(version_id, given, seen=before.revision, actor="local")
    assert get_version(version_id) == before
