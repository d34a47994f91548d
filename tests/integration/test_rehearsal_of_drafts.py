"""A version of a local standard is rehearsed against what holds, whatever its own first day is."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from enterprise_pipeline.services import rehearsal
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.errors import NotFound, ServiceError
from enterprise_pipeline.services.rehearsal_columns import Change
from enterprise_pipeline.services.rehearsal_heads import Head, head, rehearsals_of_version
from enterprise_pipeline.services.rehearsal_list import RehearsalFilter, every_changed
from enterprise_pipeline.transaction import transaction
from models import LocalStandardVersion, db
from scoring.vocabulary import Tier
from tests.support import standards
from tests.support.small_registry import AS_OF, add_enterprise, add_report

FEN = 100


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def firm_with_sales(session: Session, cny: int) -> int:
    firm = add_enterprise(session)
    add_report(session, firm, 2025, revenue_fen=cny * FEN)
    return firm


def rehearsed(version_id: int, *, as_of: date = AS_OF) -> Head:
    rehearsal_id = rehearsal.start_for_draft(version_id, actor="t", as_of=as_of, today=AS_OF)
    rehearsal.run(rehearsal_id)
    db.session.rollback()
    return head(rehearsal_id)


def test_the_first_draft_of_a_standard_is_compared_with_the_tiers_default(session):
    with transaction() as writing:
        poor, rich = firm_with_sales(writing, 1), firm_with_sales(writing, 900_000_000)
    version_id = standards.sound(tier=Tier.GAZELLE, standard="yichang")
    shown = rehearsed(version_id)
    assert shown.old is not None
    assert shown.old.standard == "hubei2021"
    assert shown.new.standard == "yichang"
    assert (shown.origin, shown.done) == ("draft", 2)
    assert [each.id for each in rehearsals_of_version(version_id)] == [shown.id]
    found = {row.enterprise_id: row for row in every_changed(shown, RehearsalFilter(), scope=EVERYTHING)}
    assert {firm: row.kind for firm, row in found.items()} == {poor: Change.SHUT, rich: Change.OPENS}
    assert "revenue_min" in {each.id for each in found[poor].tightened}
    assert "revenue_max" in {each.id for each in found[rich].eased}


def test_a_second_version_is_compared_with_the_first_also_once_it_is_published(session):
    standards.published(tier=Tier.GAZELLE, standard="yichang", effective_from=date(2026, 11, 23))
    second = standards.sound(tier=Tier.GAZELLE, standard="yichang", effective_from=date(2027, 6, 1))
    day = date(2027, 6, 2)
    shown = rehearsed(second, as_of=day)
    assert shown.old is not None
    assert shown.old.id != shown.new.id
    assert shown.old.standard == shown.new.standard == "yichang"
    standards.decide(second, effective_from=date(2027, 6, 1))
    again = rehearsed(second, as_of=day)
    assert again.old is not None
    assert again.old.id == shown.old.id


def test_a_version_that_is_not_there_and_a_text_that_cannot_be_read_are_refused(session):
    with pytest.raises(NotFound, match="没有这个版本"):
        rehearsal.start_for_draft(999, actor="t", as_of=AS_OF)
    version_id = standards.begin(tier=Tier.GAZELLE, standard="yichang")
    with transaction() as writing:
        writing.execute(
            update(LocalStandardVersion)
            .where(LocalStandardVersion.id == version_id)
            .values(content='tier = "gazelle"\n')
        )
    with pytest.raises(ServiceError, match="there is no rule set"):
        rehearsal.start_for_draft(version_id, actor="t", as_of=AS_OF)
