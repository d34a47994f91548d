"""The rule behind every address: matches at once, learns to write addresses when it first has to."""

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import Rule


class LazyRule(Rule):
    """A rule whose two builders are compiled when an address is first built with them.

    Werkzeug compiles both for every rule while the application starts, a millisecond each: most of the
    start of a short command and of a test, for addresses that most of them never write.
    """

    def _compile_builder(  # The signature is Werkzeug's.
        self,
        append_unknown: bool = True,  # noqa: FBT001, FBT002
    ) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build
