"""Names of public classes as users import them."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T", bound=type)

PACKAGE = __name__.rpartition(".")[0]


def public(cls: T) -> T:
    """Let `cls` call itself a class of the package, in tracebacks, pickles and documentation, not of its module."""
    cls.__module__ = PACKAGE
    return cls
