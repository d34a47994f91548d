from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from enterprise_pipeline.services import clock, rulebooks
from enterprise_pipeline.services.accounts.scope import EVERYTHING
from enterprise_pipeline.services.candidate_filter import CandidateFilter
from enterprise_pipeline.services.candidates import built_tiers, page
from enterprise_pipeline.services.errors import FieldConflict, NotFound, ServiceError
from enterprise_pipeline.services.rulebooks import current_rulebook
from enterprise_pipeline.services.screening import run_changed, run_full
from enterprise_pipeline.services.standards import drafts, golden, publication
from enterprise_pipeline.services.standards.drafts import DraftChanged, get_version
from enterprise_pipeline.services.standards.listing import Phase, list_versions, version_line
from enterprise_pipeline.services.standards.meanwhile import changed_since
from enterprise_pipeline.services.standards.pages import changes_of
from enterprise_pipeline.services.standards.publication import (
    Decision,
    NotReady,
    publish,
    readiness,
    withdraw,
)
from enterprise_pipeline.transaction import transaction
from models import AuditEvent, Candidate, Enterprise, LocalStandardCase, LocalStandardVersion, db
from scoring.rulebook import load_rulebook
from scoring.vocabulary import Tier
from tests.support.small_registry import add_enterprise, add_good_enterprise, live_rows
from tests.support.standards import (
    CASES,
    NEXT_YEAR,
    TODAY,
    adding,
    begin,
    change,
    criterion,
    decide,
    published,
    setting,
    share,
    sound,
)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        yield db.session()


def ids_on(day: date, tier: Tier) -> list[str]:
    return [entry.id for entry in current_rulebook().in_force(day) if entry.tier is tier]


def test_without_local_standards_the_rules_are_those_of_the_files(session):
    assert current_rulebook().rule_sets == load_rulebook().rule_sets
    assert current_rulebook().hash_on(TODAY) == load_rulebook().content_hash


def test_a_draft_decides_nothing(session):
    before = current_rulebook().content_hash
    sound()
    assert current_rulebook().content_hash == before


def test_a_published_standard_stands_beside_the_files_from_its_first_day_on(session):
    published()
    before = ids_on(NEXT_YEAR - timedelta(days=1), Tier.GAZELLE)
    assert ids_on(NEXT_YEAR, Tier.GAZELLE) == [*before, "GAZELLE-YICHANG-1"]
    assert "yichang" in {entry.standard for entry in built_tiers()[Tier.GAZELLE]}


def test_a_standard_of_a_pool_takes_the_place_of_the_one_in_the_file(session):
    published(tier=Tier.HNTE_RESERVE, standard="local")
    assert ids_on(NEXT_YEAR - timedelta(days=1), Tier.HNTE_RESERVE) == ["LOCAL-HNTE-RESERVE"]
    assert ids_on(NEXT_YEAR, Tier.HNTE_RESERVE) == ["HNTE-RESERVE-LOCAL-1"]
    assert current_rulebook().get("HNTE-RESERVE-LOCAL-1").is_default


def test_a_later_version_ends_the_earlier_one_and_both_stay(session):
    first = published()
    published(effective_from=date(2028, 1, 1), copy_of="GAZELLE-YICHANG-1")
    days = (date(2027, 12, 31), date(2028, 1, 1))
    assert [ids_on(day, Tier.GAZELLE)[-1] for day in days] == ["GAZELLE-YICHANG-1", "GAZELLE-YICHANG-2"]
    assert version_line(first, as_of=date(2028, 1, 1)).phase is Phase.ENDED
    assert version_line(first, as_of=date(2028, 1, 1)).effective_to == date(2028, 1, 1)


@pytest.mark.parametrize("day", [date(2026, 12, 31), NEXT_YEAR])
def test_two_versions_of_one_standard_never_overlap(session, day):
    published()
    second = sound(effective_from=day)
    found = readiness(get_version(second)).errors
    assert ["重叠" in problem.message for problem in found] == [True]
    with pytest.raises(NotReady):
        decide(second, effective_from=day)
    assert get_version(second).state == "draft"


def test_a_standard_that_ends_before_the_next_begins_leaves_a_gap_that_is_named(session):
    first = sound()
    change(first, setting(effective_to=date(2027, 6, 1)))
    decide(first)
    second = sound(effective_from=date(2027, 6, 2))
    assert "没有标准可用" in readiness(get_version(second)).errors[0].message
    assert readiness(get_version(sound(effective_from=date(2027, 6, 1)))).errors == ()


def test_a_copy_carries_the_criteria_of_the_law_but_not_its_name(session):
    version_id = begin(tier=Tier.LEADING, copy_of="HNTE-2016")
    table = get_version(version_id).table
    assert [entry["id"] for entry in table["criteria"]][:3] == ["age", "core_ip", "field"]
    assert (table["local"], table["default"], table["document"]) == (True, False, "")
    assert table["points"]["maximum"] == 100


def test_a_name_of_the_law_and_a_tier_of_others_are_refused(session):
    with pytest.raises(FieldConflict, match="上级标准"):
        begin(standard="hubei2021")
    with pytest.raises(FieldConflict, match="不由本市"):
        begin(tier=Tier.HNTE)
    with pytest.raises(FieldConflict, match="可供复制"):
        begin(copy_of="NO-SUCH")
    assert list_versions(as_of=TODAY) == []


def test_the_second_of_two_windows_is_told_and_nothing_is_overwritten(session):
    version_id = begin()
    seen = get_version(version_id).revision
    drafts.save(version_id, adding(criterion()), seen=seen, what="first", actor="local")
    with pytest.raises(DraftChanged):
        drafts.save(version_id, adding(share()), seen=seen, what="second", actor="local")
    now, changes = changed_since(version_id, seen, lambda pattern: pattern)
    assert [entry["id"] for entry in now.table["criteria"]] == ["revenue_min"]
    assert [(entry.id, entry.before) for entry in changes] == [("revenue_min", "")]


def test_undo_brings_back_what_was_removed_and_undoing_that_removes_it_again(session):
    version_id = sound()
    change(version_id, lambda table: table | {"criteria": table["criteria"][:1]})
    for expected in (2, 1):
        drafts.undo(version_id, seen=get_version(version_id).revision, actor="local")
        assert len(get_version(version_id).table["criteria"]) == expected


def test_every_save_leaves_an_audit_event_and_a_discarded_draft_its_trail(session):
    version_id = sound()
    drafts.discard(version_id, seen=get_version(version_id).revision, actor="local")
    actions = list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))
    assert actions == ["standard.drafted", *["standard.saved"] * 3, "standard.discarded"]
    with pytest.raises(NotFound):
        get_version(version_id)


def test_editor_and_approver_are_two_people(session):
    version_id = sound()
    for same in ("张三", "张 三", "\u3000张\u00a0三 ", "张\u200b三"):
        with pytest.raises(FieldConflict) as refused:
            decide(version_id, approver=same)
        assert refused.value.field == "approver"
    with pytest.raises(FieldConflict):
        decide(version_id, editor="ＬＩ Ｓi", approver="Li si")
    assert get_version(version_id).state == "draft"
    with pytest.raises(DBAPIError), transaction() as writing:
        writing.execute(
            text("UPDATE local_standard_version SET approver = editor WHERE id = :id"), {"id": version_id}
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE local_standard_version SET content = content || ' '",
        "UPDATE local_standard_version SET effective_from = '2030-01-01'",
        "UPDATE local_standard_version SET approver = '王五'",
        "UPDATE local_standard_version SET state = 'draft'",
        "UPDATE local_standard_version SET number = 7",
        "DELETE FROM local_standard_version",
        "DELETE FROM local_standard_case",
        "UPDATE local_standard_case SET expected = 'eligible'",
        "UPDATE local_standard_case SET version_id = version_id + 1",
    ],
)
def test_the_database_refuses_to_change_what_was_published(session, statement):
    version_id = sound()
    golden.add_json(version_id, CASES, actor="local")
    decide(version_id)
    sound(effective_from=date(2028, 1, 1))
    table = "local_standard_case" if "case" in statement else "local_standard_version"
    with pytest.raises(DBAPIError, match="published version"), transaction() as writing:
        writing.execute(text(f"{statement} WHERE id = (SELECT min(id) FROM {table})"))  # noqa: S608
    assert get_version(version_id).state == "published"


def test_a_case_cannot_be_added_to_what_was_published(session):
    version_id = published()
    with pytest.raises(DBAPIError, match="published version"), transaction() as writing:
        writing.add(LocalStandardCase(version_id=version_id, name="x", expected="eligible", content="{}"))
    with pytest.raises(ServiceError, match="已经发布"):
        golden.add_json(version_id, CASES, actor="local")


def test_a_version_that_was_tampered_with_is_refused_and_named_and_the_rest_goes_on(session):
    good = published(tier=Tier.HNTE_RESERVE, standard="local")
    bad = published()
    unprotect(session)
    lowered = "UPDATE local_standard_version SET content = replace(content, '20000000', '1') WHERE id = :id"
    session.execute(text(lowered), {"id": bad})
    session.commit()
    forget_rulebooks()
    rulebook = current_rulebook()
    assert [(entry.version_id, "digest" in entry.reason) for entry in rulebook.refused] == [(bad, True)]
    assert rulebook.find("GAZELLE-YICHANG-1") is None
    assert rulebook.find("HNTE-RESERVE-LOCAL-1") is not None
    assert version_line(bad, as_of=NEXT_YEAR).phase is Phase.REFUSED
    assert version_line(good, as_of=NEXT_YEAR).phase is Phase.IN_FORCE


def unprotect(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("DROP TRIGGER local_standard_version_kept"))
    else:
        session.execute(text("DROP TRIGGER local_standard_version_kept ON local_standard_version"))


def forget_rulebooks() -> None:
    rulebooks._remembered.clear()


def test_a_publication_can_be_taken_back_before_it_counts_and_not_after(session):
    version_id = published()
    withdraw(version_id, reason="文号有误", by="李四", today=NEXT_YEAR - timedelta(days=1), actor="local")
    assert version_line(version_id, as_of=NEXT_YEAR).phase is Phase.WITHDRAWN
    assert "GAZELLE-YICHANG-1" not in ids_on(NEXT_YEAR, Tier.GAZELLE)
    assert current_rulebook().get("GAZELLE-YICHANG-1").id == "GAZELLE-YICHANG-1"
    second = published()
    with pytest.raises(ServiceError, match="已从 2027-01-01 起施行"):
        withdraw(second, reason="太晚", by="李四", today=NEXT_YEAR, actor="local")
    assert get_version(second).state == "published"


def test_taking_back_a_version_on_which_another_rests_is_refused(session):
    first = sound()
    change(first, setting(effective_to=date(2027, 6, 1)))
    decide(first)
    second = published(effective_from=date(2027, 6, 1))
    published(effective_from=date(2028, 1, 1))
    with pytest.raises(NotReady, match="gap"):
        withdraw(second, reason="x", by="李四", today=TODAY, actor="local")
    assert get_version(second).state == "published"


def test_nothing_is_half_published_when_the_process_dies_in_between(session, monkeypatch):
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    version_id = sound()
    monkeypatch.setattr(publication.audit, "record", die)
    with pytest.raises(KeyboardInterrupt):
        decide(version_id)
    monkeypatch.undo()
    session.rollback()
    assert get_version(version_id).state == "draft"
    assert get_version(version_id).approver == ""
    assert current_rulebook().find("GAZELLE-YICHANG-1") is None


def test_a_draft_saved_after_the_page_was_opened_is_not_published(session):
    version_id = sound()
    seen = get_version(version_id).revision
    change(version_id, setting(note="后来改的"))
    decision = Decision(effective_from=NEXT_YEAR, editor="张三", approver="李四")
    with pytest.raises(DraftChanged):
        publish(version_id, decision, seen=seen, actor="local")
    assert get_version(version_id).state == "draft"


def test_a_publication_that_counts_is_a_rule_change_of_the_next_screening(session):
    with transaction() as writing:
        firm = add_good_enterprise(writing)
        # PostgreSQL looks again at what was stamped within seconds of the screening.
        long_ago = clock.now() - timedelta(days=1)
        writing.execute(update(Enterprise).values(created_at=long_ago, changed_at=long_ago))
    run_full(as_of=TODAY)
    published(tier=Tier.HNTE_RESERVE, standard="local")
    assert run_changed(as_of=TODAY).scope == "changed"  # published for later: nothing to do yet
    early = sound(tier=Tier.GAZELLE_RESERVE, standard="local", effective_from=TODAY)
    decide(early, effective_from=TODAY)
    assert run_changed(as_of=TODAY).scope == "full"
    session.rollback()
    assert live_rows(session, "rule_set", enterprise_id=firm, tier="gazelle_reserve", basis="reported") == [
        ("GAZELLE-RESERVE-LOCAL-1",)
    ]
    query = select(Candidate.cause).filter_by(enterprise_id=firm, tier="gazelle_reserve")
    assert session.scalars(query).all() == ["rule"]


def test_a_list_by_a_standard_that_was_taken_back_can_still_be_read(session):
    with transaction() as writing:
        add_enterprise(writing, registered_on=NEXT_YEAR)
    version_id = published(tier=Tier.HNTE_RESERVE, standard="local", copy_of="LOCAL-HNTE-RESERVE")
    run_full(as_of=NEXT_YEAR)
    withdraw(version_id, reason="x", by="李四", today=TODAY, actor="local")
    (row,) = page(CandidateFilter(tier=Tier.HNTE_RESERVE), scope=EVERYTHING).rows
    assert row.rule_set_id == "HNTE-RESERVE-LOCAL-1"
    assert row.nearest is not None
    assert row.nearest.criterion.id == "age"


def test_what_publication_would_change_is_told_in_sentences(session):
    published()
    second = begin(copy_of="GAZELLE-YICHANG-1", effective_from=date(2028, 1, 1))
    more = criterion(word="amount", fact="revenue_cny", operator=">=", value=30_000_000)
    change(second, setting(criteria=[more]))
    before, changes = changes_of(get_version(second), lambda pattern: pattern)
    assert before is not None
    assert before.id == "GAZELLE-YICHANG-1"
    assert [(entry.id, entry.before[-7:], entry.after[-7:]) for entry in changes] == [
        ("revenue_min", "2000 万元", "3000 万元"),
        ("rd_ratio", changes[1].before[-7:], ""),
    ]


def test_rule_files_changed_under_the_server_stop_publication(session, monkeypatch):
    monkeypatch.setattr(publication, "files_changed", lambda: ("hnte.toml",))
    version_id = sound()
    with pytest.raises(NotReady, match=r"hnte\.toml"):
        decide(version_id)
    assert get_version(version_id).state == "draft"


def test_a_standard_that_screening_would_break_on_is_not_published(session):
    """A share is wanted of an indicator whose table counts patents."""
    table = {"kind": "count", "label": "专利", "label_en": "x", "fact": "class1_ip",
             "bands": [{"at_least": 1, "points": 5}]}  # fmt: skip
    part = {"id": "ip", "label": "专利", "label_en": "x", "maximum": 5, "combine": "best", "tables": [table]}
    points = {"maximum": 5, "article": "附件", "parts": [part]}
    version_id = sound()
    wanted = criterion("staff", word="points_part", part="ip", operator=">=", value=5)
    change(version_id, setting(points=points), adding(wanted))

    with pytest.raises(NotReady):
        decide(version_id)

    assert [error.where for error in readiness(get_version(version_id)).errors] == ["staff"]
    assert get_version(version_id).is_draft


def test_publishing_into_days_already_screened_has_to_be_confirmed(session):
    with transaction() as writing:
        add_good_enterprise(writing)
    run_full(as_of=TODAY)
    version_id = sound(effective_from=TODAY)
    with pytest.raises(FieldConflict) as refused:
        decide(version_id, effective_from=TODAY, is_confirmed=False)
    assert refused.value.field == "confirmed"
    decide(version_id, effective_from=TODAY + timedelta(days=1), is_confirmed=False)
    assert get_version(version_id).effective_from == TODAY + timedelta(days=1)


def test_the_row_of_a_draft_may_be_deleted(session):
    version_id = sound()
    with transaction() as writing:
        writing.execute(delete(LocalStandardVersion).where(LocalStandardVersion.id == version_id))
    assert list_versions(as_of=TODAY) == []
