"""The area of a person, cut in the query: the same on both databases, and the same as asked for one."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from enterprise_pipeline.services.accounts.scope import EVERYTHING, NOTHING, Scope
from models import Certificate, Enterprise, db
from tests.support.registry_rows import add_certificates, add_enterprises


@pytest.fixture
def ids(app) -> list[int]:
    """Enterprises of 420506, gaoxin, 420505, 420583, and one whose jurisdiction nobody has told."""
    with app.app_context():
        made = add_enterprises(db.session)
        add_certificates(db.session, made)
        db.session.commit()
    return made


def area(*jurisdictions: str, only: tuple[int, ...] | None = None) -> Scope:
    places = frozenset(jurisdictions) if jurisdictions else None
    numbers = frozenset(only) if only is not None else None
    return Scope(jurisdictions=places, enterprise_ids=numbers, may_see_figures=True)


def seen(app, scope: Scope) -> set[int]:
    with app.app_context():
        return set(db.session.scalars(scope.apply(select(Enterprise.id))))


def test_everything_and_nothing_are_what_they_say(app, ids):
    assert seen(app, EVERYTHING) == set(ids)
    assert seen(app, NOTHING) == set()


def test_an_area_is_its_jurisdictions_and_single_enterprises_together(app, ids):
    assert seen(app, area("420506")) == {ids[0]}
    assert seen(app, area("420506", "gaoxin")) == {ids[0], ids[1]}
    assert seen(app, area("420506", only=(ids[2],))) == {ids[0], ids[2]}
    assert seen(app, area(only=(ids[3],))) == {ids[3]}
    assert seen(app, area("999999")) == set()


def test_an_enterprise_of_no_known_jurisdiction_belongs_to_the_city_alone(app, ids):
    everywhere = area(*("420506", "gaoxin", "420505", "420583"))

    assert ids[4] not in seen(app, everywhere)
    assert ids[4] in seen(app, EVERYTHING)


def test_a_list_is_cut_through_a_join_and_an_alias(app, ids):
    holder = aliased(Enterprise)
    joined: Any = (
        select(func.count()).select_from(Certificate).join(holder, holder.id == Certificate.enterprise_id)
    )
    with app.app_context():
        whole = db.session.scalar(joined)
        parts = sum(
            db.session.scalar(area(only=(enterprise_id,)).apply(joined, holder)) for enterprise_id in ids
        )
        none = db.session.scalar(NOTHING.apply(joined, holder))

    assert whole == parts > 0
    assert none == 0


def test_one_enterprise_is_inside_exactly_when_the_list_shows_it(app, ids):
    scopes = [EVERYTHING, NOTHING, area("420506"), area("gaoxin", only=(ids[2],)), area(only=(ids[4],))]
    with app.app_context():
        places = dict(db.session.execute(select(Enterprise.id, Enterprise.jurisdiction)).all())
    for scope in scopes:
        shown = seen(app, scope)
        for enterprise_id, place in places.items():
            assert scope.covers(enterprise_id=enterprise_id, jurisdiction=place) is (enterprise_id in shown)
