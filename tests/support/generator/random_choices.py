"""Choices that Hypothesis draws."""

from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Choices:
    """Draws one or some of several options."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one_of(self, *options: T) -> T:
        return self._draw(st.sampled_from(options))

    def some(self, *options: T) -> list[T]:
        """Some of the options, in any order."""
        return self._draw(st.permutations(options))[: self._draw(st.integers(0, len(options)))]

    def some_order(self, *options: T) -> list[T]:
        return list(self._draw(st.permutations(options)))

    def chance(self) -> bool:
        return self._draw(st.booleans())
