"""Paths and queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus
from uuid import UUID

from ._unset import UNSET
from ._values import check_text, plain


def fill(template: str, names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """A path of the document with its parameters filled in.

    Raises `ValueError` for a value that would make it another path (an empty one, `.` or `..`) or that UTF-8 cannot
    carry.
    """
    if len(names) != len(values):
        raise TypeError(f"{len(names)} path parameters are needed, {len(values)} were given")
    return template % tuple([_segment(name, value) for name, value in zip(names, values, strict=True)])


def _segment(name: str, value: str) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    if value in ("", ".", ".."):
        raise ValueError(f"{name} must be an id, not {value!r}")
    return quote(check_text(name, value), safe="")


def id_text(value: str | UUID) -> str:
    """Return an id as text. Other classes pass: `fill` refuses them by name."""
    return str(value) if isinstance(value, UUID) else value


def encode_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """`pairs` as a query or an urlencoded body."""
    return "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)


def encode_query(query: Mapping[str, object]) -> str:
    """The query with its question mark, or nothing. What is UNSET or None is left out; a list repeats its name."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if value is UNSET or value is None:
            continue
        values = value if isinstance(value, (list, tuple)) else (value,)
        check_text("the name of a query parameter", name)
        pairs.extend((name, plain(name, item)) for item in values)
    return f"?{encode_pairs(pairs)}" if pairs else ""
