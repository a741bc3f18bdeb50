"""Paths and queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus
from uuid import UUID

from .._json_types import is_mapping, is_sequence
from .._models.encoding import check_text, encode_json, plain
from .._unset import UNSET


def fill(template: str, names: tuple[str, ...], values: tuple[str, ...]) -> str:
    """A path of the document with its parameters filled in.

    Raises `ValueError` for a value that would make it another path (an empty one, `.` or `..`) or that UTF-8 cannot
    carry.
    """
    if len(names) != len(values):
        raise TypeError(f"{len(names)} path parameters are needed, {len(values)} were given")
    return template % tuple([_segment(name, value) for name, value in zip(names, values, strict=True)])


def _segment(name: str, value: object) -> str:
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
    return "&".join(_pair(name, value) for name, value in pairs)


def encode_query(query: Mapping[str, object], styles: Mapping[str, str] | None = None) -> str:
    """Return the query with its question mark, or nothing.

    UNSET and None are left out. By OpenAPI's default style, `form` with `explode`, a list repeats its name and an
    object gives its entries; `styles` names the parameters with another one, or with `json` as their content.
    """
    pairs: list[str] = []
    for name, value in query.items():
        if value is UNSET or value is None:
            continue
        check_text("the name of a query parameter", name)
        style = styles.get(name, "") if styles else ""
        pairs.extend(_query_pairs(name, value, style))
    return f"?{'&'.join(pairs)}" if pairs else ""


SEPARATORS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}
"""Separator of joined items, by style without `explode` (OpenAPI 3.1, Style Examples)."""


def _query_pairs(name: str, value: object, style: str) -> list[str]:
    """Return the pairs of one parameter, encoded."""
    if style == "json":
        return [_pair(name, encode_json(value, name).decode("utf-8"))]
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None:
        value = to_dict()
    if is_mapping(value):
        entries = [(str(key), plain(f"{name}.{key}", item)) for key, item in value.items() if item is not None]
        if style == "deepObject":
            return [_pair(f"{name}[{key}]", item) for key, item in entries]
        if style in SEPARATORS:
            items = [quote_plus(part) for entry in entries for part in entry]
            return [f"{quote_plus(name)}={SEPARATORS[style].join(items)}"] if items else []
        return [_pair(key, item) for key, item in entries]
    if is_sequence(value):
        texts = [plain(name, item) for item in value]
        if style in SEPARATORS:
            return [f"{quote_plus(name)}={SEPARATORS[style].join(map(quote_plus, texts))}"] if texts else []
        return [_pair(name, item) for item in texts]
    return [_pair(name, plain(name, value))]


def _pair(name: str, value: str) -> str:
    return f"{quote_plus(name)}={quote_plus(value)}"
