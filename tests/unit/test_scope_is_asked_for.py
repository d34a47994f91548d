"""No list, count or search of enterprises is written that forgets to ask whose area it is for."""

import ast
from pathlib import Path

SERVICES = Path(__file__).resolve().parents[2] / "enterprise_pipeline" / "services"
ROWS = frozenset(
    {"Enterprise", "EnterpriseName", "ASSESSMENTS", "Candidate", "AssessmentChange", "REHEARSAL_CHANGES"}
)
_CITY = "only whoever may import works here, which the city alone may, for all of it"
_ACCOUNTS = "about accounts; it names an enterprise to administrators, who see all names"
_AUDIT = "about the trail, which auditors of the whole city read; it names subjects only"
_SCREENING = "screens everybody; nobody reads what it returns but the screening"
_LIVE = "reads or describes the tables, no row of one enterprise"
_REHEARSALS = "rehearses for the whole city; rows are cut where they are listed"
_ONE = "one enterprise by its number, which the page's cut has let through"
# What reads enterprises without a scope, and why that is right.
EXCUSED = {
    **dict.fromkeys(("accounts.administration." + name for name in (
        "create_account", "create_administrator", "give_role")), _ACCOUNTS),
    **dict.fromkeys(("accounts.listing." + name for name in (
        "all_accounts", "one_account", "outside_views")), _ACCOUNTS),
    "accounts.guarding.require_in_scope": "is the cut itself, with the scope as its second argument",
    **dict.fromkeys(("assessments." + name for name in (
        "cube_difference", "live_table", "no_rows", "sum_cubes")), _LIVE),
    "assessments.assess": _SCREENING,
    **dict.fromkeys(("audit_entries." + name for name in ("entry_page", "every_entry", "exports")), _AUDIT),
    "candidacy.update_candidates": _SCREENING,
    **dict.fromkeys(("candidate_conditions." + name for name in (
        "driving_ids", "in_field", "of_rest")), "a condition for a query that is cut itself"),
    "changes.mark_changed": "writes a stamp on rows that the caller has changed",
    **dict.fromkeys(("demo.accounts.make_accounts", "demo.build.build_demo"), "fills a registry for show"),
    **dict.fromkeys(("enterprises.get_enterprise", "enterprises.locked"), _ONE),
    "fact_sheets.answer_missing": _ONE,
    "facts.facts_as_of": _ONE,
    "facts.read_facts": _SCREENING,
    **dict.fromkeys(("imports.registry." + name for name in (
        "codes_of_names", "enterprises_with", "names_of")), _CITY),
    **dict.fromkeys(("imports.writing." + name for name in (
        "add_earlier_names", "add_enterprises", "rename", "update_enterprises")), _CITY),
    "live.live": _LIVE,
    "name_search.matches": "a condition for a query that is cut itself",
    **dict.fromkeys(("rehearsal." + name for name in (
        "delete", "run", "start_for_draft", "start_for_file", "start_for_pair")), _REHEARSALS),
    **dict.fromkeys(("runs.changed_since", "runs.registered_since"), _SCREENING),
    **dict.fromkeys(("screening." + name for name in ("run_changed", "run_chosen", "run_full")), _SCREENING),
    "whats_changed.record_changes": "writes what a screening found",
}  # fmt: skip


def takes_scope(function: ast.FunctionDef) -> bool:
    """Whether it has a keyword ``scope`` that cannot be left out, or a receipt that carries it."""
    given = dict(zip((each.arg for each in function.args.kwonlyargs), function.args.kw_defaults, strict=True))
    return any(name in given and given[name] is None for name in ("scope", "export"))


def names_in(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def reaching(functions: dict[str, ast.FunctionDef]) -> set[str]:
    """The functions of a module that read rows, themselves or through each other."""
    found = {name for name, node in functions.items() if names_in(node) & ROWS}
    while more := {name for name, node in functions.items() if names_in(node) & found} - found:
        found |= more
    return found


def test_every_function_that_reads_enterprises_must_be_told_whose_area_it_is_for():
    silent = []
    for path in sorted(SERVICES.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        module = ".".join(path.relative_to(SERVICES).with_suffix("").parts)
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        silent += [
            f"{module}.{name}"
            for name in sorted(reaching(functions))
            if not name.startswith("_") and not takes_scope(functions[name])
        ]

    assert sorted(silent) == sorted(EXCUSED)
    assert all(EXCUSED.values())
