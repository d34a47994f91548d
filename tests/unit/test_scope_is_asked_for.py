"""No list, count or search of enterprises is written that forgets to ask whose area it is for."""

import ast
from pathlib import Path

SERVICES = Path(__file__).resolve().parents[2] / "enterprise_pipeline" / "services"
ROWS = frozenset(
    {"Enterprise", "EnterpriseName", "ASSESSMENTS", "Candidate", "AssessmentChange", "REHEARSAL_CHANGES"}
)
PAGES = (
    "candidate_rows", "candidate_walk", "candidates", "coverage", "data_questions", "endings",
    "enterprise_list", "name_search", "overview", "rehearsal_list", "search", "similar", "whats_changed",
)  # fmt: skip
# What reads enterprises without a scope, and why that is right.
EXCUSED = {
    "name_search.matches": "a condition for a query that is cut itself",
    "whats_changed.record_changes": "writes what a screening found",
}


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


def test_every_function_for_a_page_that_reads_enterprises_must_be_told_whose_area_it_is_for():
    silent = []
    for module in PAGES:
        tree = ast.parse((SERVICES / f"{module}.py").read_text(encoding="utf-8"))
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        silent += [
            f"{module}.{name}"
            for name in sorted(reaching(functions))
            if not name.startswith("_") and not takes_scope(functions[name])
        ]

    assert sorted(silent) == sorted(EXCUSED)
