"""A Babel extraction method: every Chinese text of a module that cannot mark its texts itself.

``scoring.vocabulary`` names tiers and facts in plain Chinese, because the core knows no translations;
pages say those names in the reader's language.
"""

import ast
import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

CHINESE = re.compile(r"[\u4e00-\u9fff]")

Found = tuple[int, str | None, str, list[str]]


def extract_chinese(
    fileobj: BinaryIO,
    keywords: Any,  # noqa: ARG001 -- the signature is Babel's
    comment_tags: Collection[str],  # noqa: ARG001 -- the same
    options: dict[str, Any],  # noqa: ARG001 -- the same
) -> Iterator[Found]:
    """Yield line, function name, text and comments of each Chinese text that is no docstring."""
    tree = ast.parse(fileobj.read())
    documented = {id(node) for holder in ast.walk(tree) for node in _docstring(holder)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in documented:
            text = node.value
            if isinstance(text, str) and CHINESE.search(text):
                yield node.lineno, None, text, []


def _docstring(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
        first = node.body[0]
        if isinstance(first, ast.Expr):
            yield first.value
