"""`UNSET`: the value of an argument or a field that was not given, as opposed to one given as null."""

from __future__ import annotations

import enum
from typing import Final, Literal

from ._public import public


@public
class Unset(enum.Enum):
    """The type of `UNSET`. An enumeration of one member, so that it stays one object through copy, deepcopy and
    pickle."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset.UNSET
"""Not given. It is falsy; tell it from null with `value is UNSET`."""
