"""What each address asks for: the pages that do not declare it beside their view, in one table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from enterprise_pipeline.services.accounts.rights import Right

# Answers that need nobody: who asks is not even looked up, so that they work while the database does not.
UNASKED = frozenset({"static", "health.health", "health.ready"})
# Page groups for strangers, who get no session.
UNASKED_GROUPS = frozenset({"check"})
# What somebody may still do who has to set up a second factor first.
WHILE_ENROLLING = frozenset({"my_account.enrol", "accounts.logout", "language.choose", "help.show"})


class Cut(StrEnum):
    """How a page is kept to the area of whoever looks at it.

    ``NOTHING``: it shows no enterprise. ``ENTERPRISE``: its address names one, and the gate looks whether
    that one is inside. ``QUERY``: its service is handed `access.current_scope`. ``WHOLE``: it is not cut, so
    only those who may see every enterprise may open it.
    """

    NOTHING = "nothing"
    ENTERPRISE = "enterprise"
    QUERY = "query"
    WHOLE = "whole"


class Audience(StrEnum):
    """Everybody, whoever is signed in, or those with certain rights."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed_in"
    ENTITLED = "entitled"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What an address asks for."""

    audience: Audience
    rights: frozenset[Right] = frozenset()
    cut: Cut = Cut.NOTHING


PUBLIC = Rule(audience=Audience.EVERYBODY)
SIGNED_IN = Rule(audience=Audience.SIGNED_IN)


def entitled(*rights: Right, cut: Cut = Cut.WHOLE) -> Rule:
    """For those who have all of these rights."""
    return Rule(audience=Audience.ENTITLED, rights=frozenset(rights), cut=cut)


def _pages(group: str, views: Iterable[str], rule: Rule) -> dict[str, Rule]:
    return {f"{group}.{view}": rule for view in views}


_LOOK = entitled(Right.VIEW, cut=Cut.QUERY)
_LOOK_AT_FIGURES = entitled(Right.VIEW, Right.FIGURES, cut=Cut.QUERY)
_READ = entitled(Right.VIEW, cut=Cut.NOTHING)
_TAKE_OUT = entitled(Right.EXPORT, Right.FIGURES, cut=Cut.QUERY)
# Forms show what is stored, also what is a business secret.
_EDIT_FIGURES = entitled(Right.EDIT, Right.FIGURES, Right.SECRETS, cut=Cut.ENTERPRISE)
_RULES = entitled(Right.MANAGE_RULES)
_REHEARSE = entitled(Right.MANAGE_RULES, Right.FIGURES)
DECLARED: Mapping[str, Rule] = {
    "static": PUBLIC,
    **_pages("health", ("health", "ready"), PUBLIC),
    "language.choose": PUBLIC,
    "help.show": PUBLIC,
    **_pages(
        "check",
        (
            "start",
            "restart",
            "step",
            "keep_answers",
            "saved",
            "confirm_deletion",
            "delete",
            "language",
            "nothing_here",
        ),
        PUBLIC,
    ),
    **_pages("overview", ("show", "expiring"), _LOOK),
    "search.show": _LOOK,
    **_pages("candidates", ("index", "save_columns"), _LOOK),
    **_pages("candidates", ("export_csv", "export_xlsx", "missing_sheet"), _TAKE_OUT),
    "coverage.index": _LOOK_AT_FIGURES,
    "coverage.export_xlsx": _TAKE_OUT,
    # Questions are for staff: an enterprise does not see what makes staff wonder.
    "data_questions.index": entitled(Right.EDIT, Right.FIGURES, cut=Cut.QUERY),
    **_pages("data_questions", ("answer", "reopen"), _EDIT_FIGURES),
    "enterprises.index": _LOOK,
    "enterprises.show": entitled(Right.VIEW, cut=Cut.ENTERPRISE),
    **_pages("entry", ("register", "similar"), entitled(Right.EDIT, cut=Cut.QUERY)),
    **_pages(
        "entry",
        ("edit", "add_contact", "edit_contact", "remove_contact"),
        entitled(Right.EDIT, cut=Cut.ENTERPRISE),
    ),
    **_pages(
        "entry_data",
        ("answer", "edit_facts", "edit_figures", "restore_figures", "add_certificate", "edit_certificate"),
        _EDIT_FIGURES,
    ),
    "figure_history.show": entitled(Right.VIEW, Right.FIGURES, cut=Cut.ENTERPRISE),
    **_pages(
        "figure_history",
        ("confirm", "restore"),
        _EDIT_FIGURES,
    ),
    **_pages(
        "imports",
        (
            "index",
            "upload",
            "template",
            "show",
            "plan",
            "commit",
            "discard",
            "result",
            "refused",
            "screen",
        ),
        entitled(Right.IMPORT, Right.FIGURES),
    ),
    **_pages("rules", ("index", "tier", "compare", "stale"), _READ),
    **_pages(
        "rules",
        (
            "rehearsals",
            "rehearsal",
            "export_rehearsal",
            "start_rehearsal",
            "cancel_rehearsal",
            "resume_rehearsal",
            "delete_rehearsal",
        ),
        _REHEARSE,
    ),
    **_pages("standards", ("index", "show", "download"), _READ),
    **_pages(
        "standards",
        (
            "new",
            "add",
            "edit",
            "head",
            "move",
            "remove",
            "undo",
            "discard",
            "upload",
            "direct",
            "remove_direct",
            "points",
            "remove_points",
            "part",
            "table",
            "screen",
            "publish_page",
            "withdraw_version",
        ),
        _RULES,
    ),
    # Golden cases carry the figures of the enterprises that they were made from.
    **_pages("standards", ("cases", "cases_text", "remove_case"), _REHEARSE),
}
