"""The real enterprises of the city come in and are screened; what nobody knows stays unknown."""

from datetime import date

import pytest
from sqlalchemy import select

from enterprise_pipeline.services.facts import facts_as_of
from enterprise_pipeline.services.imports.outcome import outcome, screen_import
from models import Certificate, Enterprise, db
from scoring.vocabulary import Verdict
from tests.support.importing import TODAY, commit, look, plan

pytestmark = pytest.mark.real_data


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


def bring(real_data, name: str, **options) -> int:
    path = real_data / "yichang_enterprises" / f"{name}.csv"
    batch_id = plan(path.read_bytes(), filename=path.name, **options)
    found = look(batch_id)
    assert not found.problems
    assert found.head.counts["refused"] == 0
    commit(batch_id)
    screen_import(batch_id, as_of=TODAY)
    return batch_id


def test_all_come_in_once_and_the_same_again_changes_nothing(real_data):
    bring(real_data, "dangyang_enterprises")
    bring(real_data, "yichang_hnte_sample")

    divisions = db.session.scalars(select(Enterprise.division_code)).all()
    assert len(divisions) == 118
    # 13 of Dangyang and all 5 of the sample were registered by an office that is no county of the city.
    assert (divisions.count("420582"), divisions.count(None)) == (99, 18)
    path = real_data / "yichang_enterprises" / "dangyang_enterprises.csv"
    again = look(plan(path.read_bytes(), filename=path.name))
    assert again.head.counts["unchanged"] == 113


def test_with_no_figures_known_every_verdict_waits_for_data(real_data):
    batch_id = bring(real_data, "dangyang_enterprises")

    found = outcome(batch_id)

    after = {(one.tier, one.after): one.n for one in found.counts}
    assert after[("tech_sme", Verdict.UNDETERMINED)] == 113


def test_certificates_are_what_they_say_and_nothing_more(real_data):
    bring(real_data, "yichang_hnte_sample", received_on=date(2020, 1, 15))

    found = {one.number: one for one in db.session.scalars(select(Certificate))}
    known = found["GR201942001291"]
    assert (known.issued_on, known.expires_on) == (date(2019, 11, 15), date(2022, 11, 14))
    unknown = found["GR201642000218"]
    assert (unknown.issued_on, unknown.issued_year, unknown.expires_on) == (None, 2016, None)


def test_all_certificates_have_ended_today_and_one_was_held_in_2020(real_data):
    bring(real_data, "yichang_hnte_sample", received_on=date(2020, 1, 15))
    xingyue = db.session.scalars(select(Enterprise).where(Enterprise.name == "宜昌兴越新材料有限公司")).one()

    today = facts_as_of(db.session(), TODAY)
    then = facts_as_of(db.session(), date(2020, 6, 1), enterprise_ids=[xingyue.id])

    assert today["holds_hnte"].to_list().count(True) == 0
    assert then["holds_hnte"].to_list() == [True]
    assert xingyue.jurisdiction == "420505"
    assert xingyue.industry_code == "C"
