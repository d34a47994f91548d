"""Marking business secrets, their trail, and the history of a figure as each reader may have it."""

from dataclasses import replace

import pytest

from enterprise_pipeline.services.accounts.rights import Role
from enterprise_pipeline.services.accounts.scope import EVERYTHING, Scope
from enterprise_pipeline.services.audit_trail import erase_payload, verify_chain
from enterprise_pipeline.services.candidate_filter import BadFilter, CandidateFilter, Sort
from enterprise_pipeline.services.candidate_veil import refuse_ranking
from enterprise_pipeline.services.candidates import every_row, page
from enterprise_pipeline.services.errors import FieldConflict, NotFound
from enterprise_pipeline.services.figures import save_figures
from enterprise_pipeline.services.screening import run_full
from enterprise_pipeline.services.secret_marks import lift_secret, mark_secret, secrets_of
from models import AuditEvent, db
from scoring.vocabulary import YEARLY_FACTS, Tier
from tests.support.accounts import PLACE, add_account, main_text, signed_in
from tests.support.entry import post
from tests.support.figures import add_telling_enterprise
from tests.support.small_registry import AS_OF, GOOD_YEAR, add_enterprise, add_good_enterprise, add_report

REASON = "企业来函要求保密"
ELSEWHERE = "420583"


@pytest.fixture
def firm(app) -> int:
    with app.app_context():
        enterprise_id = add_telling_enterprise(db.session, jurisdiction=PLACE)
        db.session.commit()
    return enterprise_id


def save(enterprise_id: int, *, base: int, **told) -> None:
    unknown = {fact.column: None for fact in YEARLY_FACTS}
    save_figures(
        enterprise_id, year=2025, source="手工录入", received_on=AS_OF, values=unknown | told, base=base,
        actor="county", today=AS_OF,
    )  # fmt: skip


def test_a_mark_and_its_end_stand_in_the_trail_with_who_and_why(app, firm):
    with app.app_context():
        mark_secret(firm, column="revenue_fen", year=2025, reason=REASON, actor="wang")
        (mark,) = secrets_of(firm)
        lift_secret(firm, mark.id, reason="企业同意公开", actor="li")
        marked, lifted = db.session.query(AuditEvent).order_by(AuditEvent.id)

        assert (marked.action, marked.actor) == ("secret.marked", "wang")
        assert marked.after == {"fact": "revenue_fen", "year": 2025, "why": REASON}
        assert (lifted.action, lifted.actor) == ("secret.lifted", "li")
        assert lifted.before == marked.after
        assert lifted.after["why"] == "企业同意公开"
        assert secrets_of(firm) == ()
        assert verify_chain().findings == []


def test_the_reason_of_a_mark_is_read_by_those_who_see_secrets_only(app, firm):
    with app.app_context():
        add_account("lead", Role.CITY_LEAD)
        add_account("admin", Role.ADMINISTRATOR)
        mark_secret(firm, column="revenue_fen", year=2025, reason=REASON, actor="wang")
        number = db.session.query(AuditEvent.id).filter_by(action="secret.marked").scalar()

    assert REASON in signed_in(app, "lead").get(f"/audit/{number}").text
    page = signed_in(app, "admin").get(f"/audit/{number}")
    assert page.status_code == 200
    assert REASON not in page.text


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"column": "name"}, "column"),
        ({"column": "class1_ip"}, "column"),
        ({"column": "equity_raised_2y_fen"}, "year"),
        ({"reason": "三个字"}, "reason"),
        ({"reason": "    "}, "reason"),
        ({}, "column"),
    ],
)
def test_what_cannot_be_marked_is_said(app, firm, told, field):
    with app.app_context():
        mark_secret(firm, column="revenue_fen", year=2025, reason="四个字的", actor="x")
        wanted = {"column": "revenue_fen", "year": 2025, "reason": REASON} | told
        with pytest.raises(FieldConflict) as refused:
            mark_secret(firm, **wanted, actor="x")

        assert refused.value.field == field
        assert len(secrets_of(firm)) == 1


def test_marks_of_another_enterprise_cannot_be_lifted(app, firm):
    with app.app_context():
        other = add_enterprise(db.session)
        db.session.commit()
        mark_secret(firm, column="revenue_fen", year=None, reason=REASON, actor="x")
        (mark,) = secrets_of(firm)
        with pytest.raises(NotFound):
            lift_secret(other, mark.id, reason=REASON, actor="x")
        assert secrets_of(firm) == (mark,)


def test_a_county_marks_from_the_history_and_lifts_again(app, firm):
    with app.app_context():
        add_account("county", Role.COUNTY_REVIEWER)
    client = signed_in(app, "county")
    history = f"/enterprises/{firm}/figures/2025/history/revenue_fen"
    secrets = f"/enterprises/{firm}/secrets"

    assert f"{secrets}?column=revenue_fen" in client.get(history).text
    offered = client.get(f"{secrets}?column=revenue_fen&year=2025").text
    assert '<option selected value="revenue_fen">' in offered
    assert post(client, secrets, column="revenue_fen", year="2025", reason="").status_code == 422
    assert post(client, secrets, column="revenue_fen", year="1800", reason=REASON).status_code == 422
    assert post(client, secrets, column="revenue_fen", year="2025", reason=REASON).status_code == 303
    assert REASON in main_text(client.get(history))
    with app.app_context():
        (mark,) = secrets_of(firm)
    assert post(client, f"{secrets}/{mark.id}/lift", reason="").status_code == 422
    assert post(client, f"{secrets}/{mark.id}/lift", reason="企业同意公开").status_code == 303
    assert client.get(f"{secrets}/{mark.id}/lift").status_code == 404
    told = main_text(client.get(f"/enterprises/{firm}"))
    assert "标记商业秘密" in told
    assert "取消商业秘密标记" in told


def test_who_reads_and_who_restores_a_figure(app, firm):
    with app.app_context():
        save(firm, base=0, revenue_fen=100)
        save(firm, base=1, revenue_fen=200)
        add_account("county", Role.COUNTY_REVIEWER)
        add_account("other", Role.COUNTY_REVIEWER, place=ELSEWHERE)
        add_account("trusted", Role.EVALUATOR, has_figures=True)
        add_account("blind", Role.EVALUATOR)
        add_account("filer", Role.ENTERPRISE_FILER, enterprise_id=firm)
    history = f"/enterprises/{firm}/figures/2025/history/revenue_fen"

    reads = {}
    for name in ("county", "other", "trusted", "blind", "filer"):
        answer = signed_in(app, name).get(history)
        reads[name] = (answer.status_code, "恢复此值" in answer.text)

    assert reads == {
        "county": (200, True), "other": (404, False), "trusted": (200, False), "blind": (403, False),
        "filer": (200, False),
    }  # fmt: skip


def test_what_the_law_took_out_is_said_instead_of_an_empty_change(app, firm):
    with app.app_context():
        save(firm, base=0, revenue_fen=100)
        event = db.session.query(AuditEvent).filter_by(action="figures.saved").one()
        erase_payload(event.id, reason="个人信息保护法第四十七条", actor="lead")
        add_account("lead", Role.CITY_LEAD)
    client = signed_in(app, "lead")

    assert "内容已依法删除" in main_text(client.get(f"/enterprises/{firm}"))
    history = main_text(client.get(f"/enterprises/{firm}/figures/2025/history/revenue_fen"))
    assert "有 1 条年度数据的操作记录内容已依法删除" in history


def test_only_views_outside_an_area_are_noted_whatever_the_address(app, firm):
    with app.app_context():
        unplaced = add_enterprise(db.session, jurisdiction=None)
        far = add_enterprise(db.session, jurisdiction="429999")
        db.session.commit()
        add_account("county", Role.COUNTY_REVIEWER, place=ELSEWHERE)
        add_account("city", Role.CITY_REVIEWER)
    county, city = signed_in(app, "county"), signed_in(app, "city")
    paths = ["", "/edit", "/facts", "/secrets", "/figures/2025", "/figures/2025/history/revenue_fen"]

    for path in paths:
        assert county.get(f"/enterprises/{firm}{path}").status_code == 404, path
    assert county.get(f"/questions/{firm}/abc").status_code == 404
    assert county.get(f"/enterprises/{unplaced}").status_code == 404
    for enterprise_id in (firm, unplaced, far):
        assert city.get(f"/enterprises/{enterprise_id}").status_code == 200

    with app.app_context():
        noted = db.session.query(AuditEvent).filter_by(action="access.outside").all()
        assert {event.actor for event in noted} == {"county"}
        # The same enterprise is noted once an hour, through whatever address somebody tries.
        assert [event.subject_id for event in noted] == [str(firm), str(unplaced)]


def test_files_carry_no_secret_and_lists_no_amount_of_it_for_evaluators(app, firm):
    with app.app_context():
        for column in ("revenue_fen", "rd_expense_fen", "employees"):
            mark_secret(firm, column=column, year=None, reason=REASON, actor="x")
        run_full(as_of=AS_OF)
        wanted = CandidateFilter(tier=Tier.TECH_SME)
        (listed,) = page(wanted, scope=EVERYTHING).rows
        (in_file,) = next(every_row(wanted, scope=EVERYTHING))

    assert listed.hides_points is None
    assert listed.points_lo is not None
    assert in_file.hides_points == "marked"
    assert in_file.points_lo is in_file.points_hi is in_file.shortfall is None


def test_neither_the_order_nor_the_size_of_gaps_in_a_file_tells_a_secret_one(app):
    """Three have too many employees; those with the smallest excess come to keep their number secret."""
    with app.app_context():
        firms = {}
        for name, people in (("甲公司", 550), ("丙公司", 510), ("乙公司", 520)):
            number = add_good_enterprise(db.session, name=name)
            more = GOOD_YEAR | {"employees": people, "tech_staff": 300}
            add_report(db.session, number, 2025, version=2, **more)
            firms[name] = number
        db.session.commit()
        run_full(as_of=AS_OF)
        wanted = CandidateFilter(tier=Tier.TECH_SME)

        def listed(at_once: int = 2000, **values) -> list[str]:
            parts = every_row(replace(wanted, **values), scope=EVERYTHING, size=at_once)
            return [row.name for part in parts for row in part]

        assert listed(sort=Sort.SHORTFALL) == ["丙公司", "乙公司", "甲公司"]
        assert set(listed(size="5")) == {"丙公司", "乙公司"}
        mark_secret(firms["丙公司"], column="employees", year=2025, reason=REASON, actor="x")
        assert listed(sort=Sort.SHORTFALL) == listed(1, sort=Sort.SHORTFALL) == ["乙公司", "甲公司", "丙公司"]
        assert listed(size="5") == ["乙公司"]
        mark_secret(firms["乙公司"], column="employees", year=2025, reason=REASON, actor="x")
        assert listed(sort=Sort.SHORTFALL) == ["甲公司", "丙公司", "乙公司"]
        assert set(listed()) == set(firms)


def test_whoever_may_not_see_every_figure_does_not_rank_by_gaps(app):
    with app.app_context():
        add_account("trusted", Role.EVALUATOR, has_figures=True)
        add_account("county", Role.COUNTY_REVIEWER)
    evaluator, county = signed_in(app, "trusted"), signed_in(app, "county")

    for query in ("sort=shortfall", "size=5"):
        assert evaluator.get(f"/candidates?{query}").status_code == 400, query
        assert county.get(f"/candidates?{query}").status_code == 200, query
    assert "差距最小" not in evaluator.get("/candidates").text
    assert "差距最小" in county.get("/candidates").text
    with pytest.raises(BadFilter) as refused:
        refuse_ranking(
            CandidateFilter(sort=Sort.SHORTFALL, size="5"), scope=Scope(
                jurisdictions=None, enterprise_ids=None, may_see_figures=True
            ),
        )  # fmt: skip
    assert set(refused.value.errors) == {"sort", "size"}
