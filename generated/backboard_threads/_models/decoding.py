"""Parsing of JSON, and primitives of the models' straight-line decoding: faults with a JSON path, and date-times."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from .._errors import DecodeError

__all__ = [
    "DecodeError",
    "datetime_from_json",
    "datetime_to_json",
    "decode_list",
    "fast_decoder",
    "fault",
    "fromisoformat",
    "loads",
]

T = TypeVar("T")

fromisoformat = datetime.fromisoformat
"""Bound once: looking the method up costs models half of what it does."""


def loads(content: bytes | str) -> Any:
    """Return the value that `content` is the JSON of, parsed by msgspec if it is installed (`backboard-threads[fast]`).

    Raises `ValueError` or `RecursionError`, as `json.loads` does.
    """
    decode = fast_decoder()
    if decode is not None:
        try:
            return decode(content)
        except Exception:
            # What msgspec refuses and json takes (NaN, half a surrogate pair, UTF-16), and what both refuse: the error
            # is json's either way.
            pass
    return json.loads(content)


@cache
def fast_decoder() -> Callable[[bytes | str], Any] | None:
    """msgspec's decoder; None where it is not installed."""
    try:
        from msgspec.json import Decoder
    except ImportError:
        return None
    return Decoder().decode


def fault(expected: str, got: object, *path: str | int) -> DecodeError:
    """The error to raise for a value that cannot be what the document says.

    `expected` completes "expected …" ("a string"); `path` leads from the object being decoded to the value. Each model
    around it prepends its own step: `except DecodeError as error: raise error.under("messages", i) from None`.
    """
    return DecodeError(expected, got, path=path)


def datetime_from_json(value: str) -> datetime:
    """An RFC 3339 date-time in any of its spellings, as an aware `datetime`. One without an offset counts as UTC.

    Raises `ValueError` for anything else.
    """
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        try:
            moment = _rarely_spelled(value)
        except OverflowError as error:  # a leap second at the end of the year 9999
            raise ValueError(str(error)) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _rarely_spelled(value: str) -> datetime:
    """Read the rarer spellings of RFC 3339: `t` and `z`, and a leap second as the second after it, as POSIX counts."""
    text = value.upper()
    if text[16:19] != ":60":
        return datetime.fromisoformat(text)
    return datetime.fromisoformat(f"{text[:16]}:59{text[19:]}") + timedelta(seconds=1)


def datetime_to_json(value: datetime) -> str:
    """The RFC 3339 spelling of `value`: `Z` for UTC, milliseconds unless it is finer. A naive one counts as UTC."""
    text = value.isoformat(timespec="microseconds" if value.microsecond % 1000 else "milliseconds")
    if value.tzinfo is None:
        return text + "Z"
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def decode_list(value: Any, decode: Callable[[Any], T]) -> list[T]:
    """Each item of the JSON array `value`, decoded. A fault inside says which item: `[3].thread_id`."""
    if value.__class__ is not list:
        raise fault("an array", value)
    items: list[T] = []
    try:
        for item in value:
            items.append(decode(item))
    except DecodeError as error:
        raise error.under(len(items)) from None
    return items
