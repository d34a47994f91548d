"""Who opens which address, written by hand from issue 4 and not from the application's own declarations.

One line an address: endpoint, methods, who opens it, and ``one`` where the address names an enterprise, so
that it opens only inside one's area. Who: a letter each of `PEOPLE`; ``signed`` is everybody who is signed
in, ``all`` everybody; ``enrolling`` also somebody who has to set up a second factor first.
"""

from dataclasses import dataclass

PEOPLE = "ALRCTEFPH"
"""Administrator, city Lead, city Reviewer, County reviewer, reviewer of Two jurisdictions, Evaluator,
evaluator who sees Figures, enterprise Filer (P), enterprise Head."""

LINES = """
static                            GET       all
health.health                     GET       all
health.ready                      GET       all
help.show                         GET       all
language.choose                   POST      all
accounts.login                    GET,POST  all
accounts.code                     GET,POST  all
accounts.set_password             GET,POST  all
check.start                       GET       all
check.restart                     GET       all
check.step                        POST      all
check.keep_answers                POST      all
check.saved                       GET       all
check.confirm_deletion            GET       all
check.delete                      POST      all
check.language                    POST      all
check.nothing_here                GET,POST  all

accounts.begin                    GET       signed
accounts.logout                   POST      signed enrolling
my_account.enrol                  GET,POST  signed enrolling
my_account.show                   GET       signed
my_account.password               GET,POST  signed
my_account.recovery_codes         GET,POST  signed
my_account.remove_second_factor   GET,POST  signed
my_account.end_session            POST      signed
my_account.end_other_sessions     POST      signed

account_admin.index               GET       A
account_admin.roles               GET       A
account_admin.invite              GET,POST  A
account_admin.show                GET       A
account_admin.give_role           POST      A
account_admin.end_role            GET,POST  A
account_admin.make_link           POST      A
account_admin.lock                GET,POST  A
account_admin.unlock              POST      A
account_admin.remove_second_factor GET,POST A
account_admin.end_sessions        GET,POST  A
account_admin.outside_views       GET       AL

audit.index                       GET       AL
audit.show                        GET       AL
audit.exports                     GET       AL
audit.export_xlsx                 GET       AL
audit.verify_page                 GET       AL
audit.verify                      POST      AL

overview.show                     GET       ALRCTEFPH
overview.expiring                 GET       ALRCTEFPH
search.show                       GET       ALRCTEFPH
enterprises.index                 GET       ALRCTEFPH
candidates.index                  GET       ALRCTEFPH
candidates.save_columns           POST      ALRCTEFPH
candidates.export_csv             GET       LRCT
candidates.export_xlsx            GET       LRCT
candidates.missing_sheet          GET       LRCT
coverage.index                    GET       LRCTFPH
coverage.export_xlsx              GET       LRCT

enterprises.show                  GET       ALRCTEFPH one
figure_history.show               GET       LRCTFPH   one
figure_history.confirm            GET       LRCT      one
figure_history.restore            POST      LRCT      one
business_secrets.show             GET,POST  LRCTPH    one
business_secrets.lift             GET,POST  LRCTPH    one
data_questions.index              GET       LRCT
data_questions.answer             GET,POST  LRCT      one
data_questions.reopen             POST      LRCT      one

entry.register                    GET,POST  LRCT
entry.similar                     GET       LRCT
entry.edit                        GET,POST  LRCT      one
entry.add_contact                 GET,POST  LRCT      one
entry.edit_contact                GET,POST  LRCT      one
entry.remove_contact              POST      LRCT      one
entry_data.answer                 POST      LRCT      one
entry_data.edit_facts             GET,POST  LRCT      one
entry_data.edit_figures           GET,POST  LRCT      one
entry_data.restore_figures        POST      LRCT      one
entry_data.add_certificate        GET,POST  LRCT      one
entry_data.edit_certificate       GET,POST  LRCT      one

imports.index                     GET       LR
imports.upload                    POST      LR
imports.template                  GET       LR
imports.show                      GET       LR
imports.plan                      POST      LR
imports.commit                    POST      LR
imports.discard                   POST      LR
imports.result                    GET       LR
imports.refused                   GET       LR
imports.screen                    POST      LR

rules.index                       GET       ALRCTEFPH
rules.tier                        GET       ALRCTEFPH
rules.compare                     GET       ALRCTEFPH
rules.stale                       GET       ALRCTEFPH
rules.rehearsals                  GET       L
rules.rehearsal                   GET       L
rules.export_rehearsal            GET       L
rules.start_rehearsal             POST      L
rules.cancel_rehearsal            POST      L
rules.resume_rehearsal            POST      L
rules.delete_rehearsal            POST      L

standards.index                   GET       ALRCTEFPH
standards.show                    GET       ALRCTEFPH
standards.download                GET       ALRCTEFPH
standards.new                     GET,POST  L
standards.add                     GET,POST  L
standards.edit                    GET,POST  L
standards.head                    GET,POST  L
standards.move                    POST      L
standards.remove                  POST      L
standards.undo                    POST      L
standards.discard                 POST      L
standards.upload                  POST      L
standards.direct                  GET,POST  L
standards.remove_direct           POST      L
standards.points                  GET,POST  L
standards.remove_points           POST      L
standards.part                    GET,POST  L
standards.table                   GET,POST  L
standards.screen                  POST      L
standards.publish_page            GET,POST  L
standards.withdraw_version        POST      L
standards.cases                   GET,POST  L
standards.cases_text              POST      L
standards.remove_case             POST      L
"""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What one address does."""

    methods: frozenset[str]
    who: str
    is_of_one: bool
    is_open_while_enrolling: bool


def _read(line: str) -> tuple[str, Expected]:
    endpoint, methods, who, *more = line.split()
    assert who in ("all", "signed") or not set(who) - set(PEOPLE), line
    assert set(more) <= {"one", "enrolling"}, line
    return endpoint, Expected(
        methods=frozenset(methods.split(",")),
        who=who,
        is_of_one="one" in more,
        is_open_while_enrolling="enrolling" in more or who == "all",
    )


EXPECTED = dict(_read(line) for line in LINES.splitlines() if line)
