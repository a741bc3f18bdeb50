"""Enumerations that a newer server may extend."""

from __future__ import annotations

import enum
from typing import Generic, Self, TypeVar


class OpenEnum(enum.StrEnum):
    """An enumeration whose unknown values are kept as what they were.

    `Role("robot")` is a `Role` that equals `"robot"`, goes out as `"robot"`, and is none of the documented members.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if type(value) is not str:
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown

    @property
    def is_known(self) -> bool:
        """Whether the document names this value."""
        return self._value_ in type(self)._value2member_map_

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value_!r})"


E = TypeVar("E", bound=OpenEnum)


class Members(dict[str, E], Generic[E]):
    """The members of an enumeration by value; one of its own for any other value."""

    def __init__(self, kind: type[E]) -> None:
        super().__init__({member.value: member for member in kind})
        self._kind = kind

    def __missing__(self, value: str) -> E:
        return self._kind(value)
