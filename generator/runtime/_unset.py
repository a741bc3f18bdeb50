"""`UNSET`: the value of an argument or a field that was not given, as opposed to one given as null."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Final, Literal, Never

from ._public import public


@public
class Unset(enum.Enum):
    """The type of `UNSET`. An enumeration of one member, so that it stays one object through copy, deepcopy and
    pickle."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __iter__(self) -> Iterator[Never]:
        """Nothing: a list that is absent has no items."""
        return iter(())

    def __len__(self) -> Literal[0]:
        return 0

    def __getitem__(self, index: object) -> Never:
        raise IndexError(f"UNSET: the server sent nothing here, so there is no item {index!r}")

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Not given. It is falsy; tell it from null with `value is UNSET`."""
