"""Property tests that draw a seed and make many enterprises from it: one frame, one call of the engine."""

from collections.abc import Callable
from random import Random

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

# A smaller seed is not a simpler example, so shrinking would only repeat a slow test.
_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def chance(seed: int) -> Random:
    """A repeatable source of test data."""
    return Random(seed)  # noqa: S311 - nothing secret is drawn


def seeded(examples: int) -> Callable[[Callable[[int], None]], Callable[[int], None]]:
    """Run a test that takes ``seed`` with that many seeds; the failing one is printed."""

    def decorate(test: Callable[[int], None]) -> Callable[[int], None]:
        with_seeds = given(seed=st.integers(0, 2**32))(test)
        return settings(max_examples=examples, deadline=None, phases=_PHASES)(with_seeds)

    return decorate
