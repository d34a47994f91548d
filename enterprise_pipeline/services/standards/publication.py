"""Publishing a local standard, taking a publication back before it counts, and what it changes."""

import unicodedata
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from enterprise_pipeline.services import audit, clock
from enterprise_pipeline.services.errors import FieldConflict, ServiceError
from enterprise_pipeline.services.rulebooks import (
    CurrentRulebook,
    content_digest,
    current_rulebook,
    files_changed,
)
from enterprise_pipeline.services.runs import last_look
from enterprise_pipeline.services.standards.checks import problems
from enterprise_pipeline.services.standards.drafts import (
    SUBJECT,
    Version,
    locked_draft,
    table_of,
    version_of,
)
from enterprise_pipeline.services.standards.golden import CaseResult, cases_of, tried
from enterprise_pipeline.services.standards.problems import Problem, Severity
from enterprise_pipeline.services.standards.toml_text import rule_file_text
from enterprise_pipeline.services.texts import N_, Text
from enterprise_pipeline.transaction import reading, transaction
from models import AuditEvent, LocalStandard, LocalStandardVersion

# Who has done one of these to a draft has a part in it.
WRITING = ("standard.drafted", "standard.saved", "standard.cases_added", "standard.case_removed")


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Who decides what: editor and approver are two people; ``is_confirmed`` accepts the warnings."""

    effective_from: date
    editor: str
    approver: str
    is_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """What stands in the way of publishing a version, and what only warns."""

    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    cases: tuple[CaseResult, ...]
    changed_files: tuple[str, ...]

    @property
    def red_cases(self) -> tuple[CaseResult, ...]:
        """The cases that do not come out as expected."""
        return tuple(case for case in self.cases if not case.is_right)

    @property
    def is_ready(self) -> bool:
        """Whether nothing blocks publication."""
        return not self.errors and not self.red_cases and not self.changed_files


class NotReady(ServiceError):
    """Something blocks publication; nothing was published."""


def screened_on(session: Session | None = None) -> date | None:
    """The day that lists speak of; None while nothing was screened."""
    last = last_look(session or reading())
    return None if last is None else last.as_of


def lists_are_current(day: date) -> bool:
    """Whether lists are by the rules of a day; without any screening there is nothing to bring up."""
    session = reading()
    last = last_look(session)
    return last is None or last.same_rules(session, day, known_on=max(last.known_on, day))


def readiness(version: Version, *, session: Session | None = None) -> Readiness:
    """Check a version as it would be published."""
    session = session or reading()
    rulebook = current_rulebook(session)
    # What is published is past checking; its cases still show what it does.
    found = problems(version, rulebook, screened_on=screened_on(session)) if version.is_draft else ()
    return Readiness(
        errors=tuple(problem for problem in found if problem.severity is Severity.ERROR),
        warnings=tuple(problem for problem in found if problem.severity is Severity.WARNING),
        cases=tuple(tried(cases_of(session, version.id), version, rulebook)),
        changed_files=files_changed(),
    )


def with_day(version: Version, effective_from: date) -> Version:
    """The version as it would be if it took effect on another day."""
    table = {**version.table, "effective_from": effective_from}
    return replace(
        version,
        table=table,
        content=rule_file_text(version.tier, table),
        effective_from=effective_from,
    )


def publish(version_id: int, decision: Decision, *, seen: int, actor: str) -> None:
    """Publish a draft, all of it or nothing, in one transaction.

    Raises
    ------
    FieldConflict
        If editor and approver are the same person, or warnings are not confirmed.
    NotReady
        If the check, a case or a changed rule file stands in the way.
    DraftChanged
        If the draft was saved since the page was opened.
    """
    if _person(decision.approver) == _person(decision.editor):
        raise FieldConflict("approver", Text(N_("审批人不能是起草人本人；请填写另一人的姓名。")))
    with transaction() as session:
        _hold_line(session, version_id)
        row, standard = locked_draft(session, version_id, seen)
        _refuse_own_work(session, version_id, decision.approver)
        version = with_day(version_of(row, standard), decision.effective_from)
        _refuse_unready(readiness(version, session=session), is_confirmed=decision.is_confirmed)
        row.content, row.content_hash = version.content, content_digest(version.content)
        row.effective_from = decision.effective_from
        row.editor, row.approver = decision.editor, decision.approver
        row.state, row.published_at, row.undo = "published", clock.now(), None
        row.version += 1
        session.flush()
        _refuse_refused(current_rulebook(session), version_id)
        audit.record(
            session,
            actor=actor,
            action="standard.published",
            subject_type=SUBJECT,
            subject_id=version_id,
            after={
                "content_hash": row.content_hash,
                "effective_from": row.effective_from.isoformat(),
                "editor": row.editor,
                "approver": row.approver,
            },
        )


def _refuse_own_work(session: Session, version_id: int, approver: str) -> None:
    """Refuse an account that approves what it wrote itself; the names on a draft may not tell."""
    wrote = select(AuditEvent.id).where(
        AuditEvent.subject_type == SUBJECT,
        AuditEvent.subject_id == str(version_id),
        AuditEvent.action.in_(WRITING),
        AuditEvent.actor == approver,
    )
    if session.scalars(wrote.limit(1)).first() is not None:
        said = N_("您起草或修改过这份草稿，不能由您审批；请另一位有权限的人登录后发布。")
        raise FieldConflict("approver", Text(said))


def _person(name: str) -> str:
    """A name as it is compared: however wide its letters, whatever blanks are between them."""
    letters = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in letters if unicodedata.category(one)[0] not in "ZC")


def _hold_line(session: Session, version_id: int) -> None:
    """Let no other version of the same standard be published or withdrawn meanwhile."""
    of_version = select(LocalStandardVersion.standard_id).where(LocalStandardVersion.id == version_id)
    session.execute(select(LocalStandard.id).where(LocalStandard.id.in_(of_version)).with_for_update())


def _refuse_unready(found: Readiness, *, is_confirmed: bool) -> None:
    if found.changed_files:
        files = "、".join(found.changed_files)
        said = N_("服务器运行期间规则文件被改动（%(files)s），暂不能发布；请管理员重启服务后再试。")
        raise NotReady(Text(said, files=files))
    if found.errors:
        raise NotReady(Text(N_("检查发现 %(n)s 处问题，没有发布。请先逐一解决。"), n=len(found.errors)))
    if found.red_cases:
        names = "、".join(case.name for case in found.red_cases[:3])
        raise NotReady(Text(N_("有案例与预期不符（%(names)s），没有发布。请核对案例或标准。"), names=names))
    if found.warnings and not is_confirmed:
        raise FieldConflict("confirmed", Text(N_("有提醒尚未确认；请看过之后勾选。")))


def _refuse_refused(rulebook: CurrentRulebook, version_id: int | None = None) -> None:
    for refused in rulebook.refused:
        if version_id in (None, refused.version_id):
            raise NotReady(Text(N_("规则引擎不接受：%(reason)s"), reason=refused.reason))


def withdraw(version_id: int, *, reason: str, by: str, today: date, actor: str) -> None:
    """Take back a publication that does not count yet; the version stays on record.

    Raises
    ------
    ServiceError
        If it already counts, is no publication, or its later version would have a gap before it.
    """
    with transaction() as session:
        _hold_line(session, version_id)
        row = session.get(LocalStandardVersion, version_id, with_for_update=True)
        if row is None or row.state != "published":
            raise ServiceError(Text(N_("只有已发布的版本可以撤回。")))
        if row.effective_from <= today:
            said = N_("这个版本已从 %(day)s 起施行，不能撤回；请另起新版本代替它。")
            raise ServiceError(Text(said, day=row.effective_from.isoformat()))
        before = {refused.version_id for refused in current_rulebook(session).refused}
        row.state, row.withdrawn_at, row.withdrawn_by = "withdrawn", clock.now(), by
        row.withdrawn_reason = reason
        session.flush()
        for refused in current_rulebook(session).refused:
            if refused.version_id not in before:
                _refuse_refused(current_rulebook(session), refused.version_id)
        audit.record(
            session,
            actor=actor,
            action="standard.withdrawn",
            subject_type=SUBJECT,
            subject_id=version_id,
            after={"by": by, "reason": reason, "id": table_of(row.content)["id"]},
        )
