"""A plan is applied only to the registry it was made for, and only once."""

import pytest

from enterprise_pipeline.services import certificates
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.certificates import CertificateDetails
from enterprise_pipeline.services.enterprises import (
    Registration,
    register_enterprise,
)
from enterprise_pipeline.services.errors import ServiceError, StaleVersion
from enterprise_pipeline.services.figures import save_figures
from enterprise_pipeline.services.imports.committing import AlreadySettled, discard_import
from enterprise_pipeline.services.imports.mappings import plan_again
from enterprise_pipeline.services.imports.plan import Options
from models import (
    AnnualReport,
    Certificate,
    Enterprise,
)
from scoring.vocabulary import YEARLY_FACTS
from tests.support.importing import (
    ACTOR,
    HEAD,
    TODAY,
    A,
    B,
    C,
    bring_in,
    commit,
    count,
    enterprise,
    facts,
    look,
    plan,
)
from tests.support.workbooks import xlsx


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield app


def test_refuses_when_figures_changed_since_the_plan():
    bring_in([HEAD, [A, "宜昌甲公司", 100.0, None]], sender="统计局")
    batch_id = plan([HEAD, [A, "宜昌甲公司", None, 5.0], [B, "宜昌乙公司", 1.0, 0.1]], sender="统计局")
    unknown = {fact.column: None for fact in YEARLY_FACTS}
    save_figures(
        enterprise(A).id,
        year=2025,
        source="手工录入",
        received_on=TODAY,
        values=unknown | {"rd_expense_fen": 7},
        base=0,
        actor=ACTOR,
        today=TODAY,
    )

    with pytest.raises(StaleVersion, match="宜昌甲公司"):
        commit(batch_id)

    assert count(Enterprise) == 1
    assert count(AnnualReport) == 2
    assert look(batch_id).head.status == "planned"


def test_refuses_when_a_new_code_was_registered_since_the_plan():
    batch_id = plan([HEAD, [A, "宜昌甲公司", 100.0, 5.0], [B, "宜昌乙公司", 1.0, 0.1]])
    register_enterprise(
        Registration(credit_code=B, name="宜昌乙公司"), scope=EVERYTHING, actor=ACTOR, today=TODAY
    )

    with pytest.raises(StaleVersion, match="重新预览"):
        commit(batch_id)

    assert count(Enterprise) == 1
    assert count(AnnualReport) == 0


def test_a_certificate_number_taken_meanwhile_stops_everything():
    batch_id = plan(
        [
            ["信用代码", "企业名称", "高企证书编号"],
            [A, "宜昌甲公司", "GR202042001291"],
            [B, "宜昌乙公司", "GR202042001292"],
        ]
    )
    other = register_enterprise(
        Registration(credit_code=C, name="宜昌丙公司"), scope=EVERYTHING, actor=ACTOR, today=TODAY
    )
    details = CertificateDetails(
        pool_id="hnte", number="GR202042001292", received_on=TODAY, source="手工录入"
    )
    certificates.record_certificate(other, details, scope=EVERYTHING, actor=ACTOR, today=TODAY)

    with pytest.raises(StaleVersion):
        commit(batch_id)

    assert count(Enterprise) == 1
    assert count(Certificate) == 1


def test_refuses_another_file_than_the_one_that_was_planned():
    rows = [HEAD, [A, "宜昌甲公司", 100.0, 5.0]]
    content = xlsx(rows)
    batch_id = plan(content)

    with pytest.raises(StaleVersion, match="改动过"):
        commit(batch_id, content=xlsx([HEAD, [A, "宜昌甲公司", 999.0, 5.0]]))
    assert count(Enterprise) == 0

    assert commit(batch_id, content=content).created == 1


def test_a_plan_is_settled_once():
    batch_id = plan([HEAD, [A, "宜昌甲公司", 100.0, 5.0]])
    commit(batch_id)

    for again in (lambda: commit(batch_id), lambda: discard_import(batch_id, actor=ACTOR)):
        with pytest.raises(AlreadySettled):
            again()
    put_aside = plan([HEAD, [B, "宜昌乙公司", 100.0, 5.0]])
    discard_import(put_aside, actor=ACTOR)
    with pytest.raises(AlreadySettled, match="放弃"):
        commit(put_aside)
    assert count(Enterprise) == 1


def test_problems_of_the_file_must_be_settled_first():
    batch_id = plan([["信用代码", "企业名称", "2025年营业收入"], [A, "宜昌甲公司", 100.0]])

    with pytest.raises(ServiceError, match="单位"):
        commit(batch_id)

    plan_again(batch_id, Options(received_on=TODAY, money_unit="万元"), mappings={}, actor=ACTOR)
    commit(batch_id)
    assert facts(A)["revenue_fen_y1"] == 100_000_000


def test_nothing_to_do_is_said():
    rows = [HEAD, [A, "宜昌甲公司", 100.0, 5.0]]
    bring_in(rows, sender="统计局")

    with pytest.raises(ServiceError, match="没有可以导入的行"):
        commit(plan(rows, sender="统计局"))
