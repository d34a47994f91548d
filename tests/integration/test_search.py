"""Finding an enterprise by what somebody remembers of it."""

import pytest

from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.search import by_code, find
from models import Enterprise, db
from tests.support.registry_rows import NAMES, add_enterprises


@pytest.fixture
def filled(app):
    with app.app_context():
        add_enterprises(db.session)
        db.session.commit()
    return app


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("磷化工", [NAMES[0][1]]),
        ("枝江", [NAMES[3][1]]),
        ("旧名药业", [NAMES[1][1]]),
        ("jmyy", [NAMES[1][1]]),
        ("ZJWF", [NAMES[3][1]]),
        ("MA48888911", [NAMES[2][1]]),
        ("某某(宜昌)", [NAMES[4][1]]),
        ("100%", []),
        ("_", []),
    ],
)
def test_names_former_names_initials_and_codes_are_found(filled, q, names):
    with filled.app_context():
        assert [hit.name for hit in find(q, scope=EVERYTHING).hits] == names


def test_a_name_that_begins_with_the_words_comes_before_one_that_contains_them(filled):
    with filled.app_context():
        found = [hit.name for hit in find("宜昌", scope=EVERYTHING).hits]

    assert len(found) == 4
    assert all(name.startswith("宜昌") for name in found[:2])


def test_what_was_found_by_a_former_name_says_so(filled):
    with filled.app_context():
        hits = {hit.name: hit.former_name for hit in find("宜昌", scope=EVERYTHING).hits}
        by_former = find("旧名", scope=EVERYTHING).hits[0]

    assert by_former.former_name == "宜昌旧名药业有限公司"
    assert set(hits.values()) == {None}
    page = filled.test_client().get("/search?q=旧名").text
    assert "曾用名" in page


@pytest.mark.parametrize("q", ["91420500MA48888882", " 9142 0500 ma48 8888 82 "])
def test_a_whole_code_is_recognised_as_typed(filled, q):
    with filled.app_context():
        assert by_code(q, scope=EVERYTHING) == by_code("91420500MA48888882", scope=EVERYTHING) is not None
        assert by_code("91420500MA4888888", scope=EVERYTHING) is None


def test_more_than_is_shown_is_told(filled):
    with filled.app_context():
        found = find("宜昌", scope=EVERYTHING, limit=3)

    assert found.is_cut
    assert len(found.hits) == 3


def test_nothing_found_says_what_to_do(filled):
    page = filled.test_client().get("/search?q=没有的").text

    assert "没有找到“没有的”" in page
    assert "可以少输几个字再试" in page


def test_an_empty_search_says_how_to_search(client):
    assert "要找哪家企业？" in client.get("/search").text


def test_what_is_searched_for_is_text_and_never_markup(filled):
    page = filled.test_client().get("/search?q=<script>alert(1)</script>").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_whole_code_opens_the_page_of_the_enterprise(filled):
    if "enterprises.show" not in filled.view_functions:
        filled.add_url_rule("/enterprises/<int:enterprise_id>", "enterprises.show", str)
    with filled.app_context():
        wanted = db.session.query(Enterprise.id).filter_by(credit_code="91420500MA48888882").scalar()

    answer = filled.test_client().get("/search?q=91420500MA48888882")

    assert answer.status_code == 302
    assert answer.location.endswith(f"/enterprises/{wanted}")
