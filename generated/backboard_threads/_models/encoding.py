"""Values on their way out, as JSON or as plain text; what cannot be sent raises an error that names its place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from .._json_types import is_mapping, is_object, is_sequence
from .._unset import UNSET, Unset
from .decoding import datetime_to_json

Unsendable = ValueError | TypeError


def encode_json(value: object, place: str = "") -> bytes:
    """`value` as JSON in UTF-8, models and date-times included. `place` is what the caller calls it.

    Raises `ValueError` for what JSON or UTF-8 cannot carry (NaN, half a surrogate pair, an object inside itself),
    `TypeError` for what is no JSON value, each with the place inside `value`: `metadata.a[0]`.
    """
    try:
        text = json.dumps(value, default=_json_value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise _fault(value, place, ()) or ValueError(f"{place or 'the body'} has no form in JSON: {error}") from None


def plain(place: str, value: object) -> str:
    """A scalar as a query or a form carries it. Raises `ValueError` or `TypeError`, with its place, for anything else.

    `place` is the name of its field.
    """
    if isinstance(value, str):
        return check_text(place, value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return datetime_to_json(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{place} must be a finite number, not {value!r}")
    if isinstance(value, (int, float, UUID)):
        return str(value)
    raise TypeError(f"{place} must be a text, a number or a boolean, not {_kind(value)}")


def header_text(name: str, value: object) -> str | Unset:
    """Return a header's value as text, a list joined by commas; UNSET for UNSET and None."""
    if value is UNSET or value is None:
        return UNSET
    if is_sequence(value):
        return ",".join(plain(name, item) for item in value)
    return plain(name, value)


def check_text(place: str, text: str) -> str:
    """`text`, if UTF-8 can carry it; `ValueError` with its place otherwise."""
    if not text.isascii():
        fault = _fault_of_text(place, text)
        if fault is not None:
            raise fault
    return text


def _json_value(value: Any) -> object:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, datetime):
        return datetime_to_json(value)
    if isinstance(value, UUID):
        return str(value)
    if is_mapping(value):
        return dict(value)
    if isinstance(value, (tuple, set, frozenset)):
        return list(cast("Iterable[object]", value))
    raise TypeError


def _fault(value: object, place: str, around: tuple[int, ...]) -> Unsendable | None:
    """The first thing in `value` that cannot be sent, as an error; `around` are the objects that hold it."""
    here = place or "the body"
    if isinstance(value, str):
        return _fault_of_text(here, value)
    if isinstance(value, float) and not math.isfinite(value):
        return ValueError(f"{here} must be a finite number, not {value!r}")
    if value is None or isinstance(value, (int, float)):
        return None
    if id(value) in around:
        return ValueError(f"{here} holds itself")
    if len(around) > 150:
        return ValueError(f"{place.partition('.')[0].partition('[')[0] or 'the body'} is nested too deeply")
    around = (*around, id(value))
    if is_sequence(value):
        faults = (_fault(item, f"{place}[{number}]", around) for number, item in enumerate(value))
        return next((fault for fault in faults if fault), None)
    if is_object(value):
        return _fault_of_object(value, place, around)
    try:
        return _fault(_json_value(value), place, around)
    except TypeError:
        return TypeError(f"{here} must be a JSON value, not {_kind(value)}")


def _fault_of_object(value: dict[Any, object], place: str, around: tuple[int, ...]) -> Unsendable | None:
    here = place or "the body"
    for name, item in value.items():
        if not isinstance(name, (str, int, float)) and name is not None:
            return TypeError(f"{here} has a key that is no text: {name!r}")
        fault = _fault(name, f"a key of {here}", ()) or _fault(item, f"{place}.{name}".removeprefix("."), around)
        if fault is not None:
            return fault
    return None


def _fault_of_text(place: str, text: str) -> ValueError | None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        half = text[error.start]
        return ValueError(f"{place} holds {half!a}, half of a surrogate pair, which UTF-8 cannot carry")
    return None


def _kind(value: object) -> str:
    """Describe a value in an error's text: its class and the beginning of its repr."""
    shown = repr(value)
    return f"{type(value).__name__}: {shown if len(shown) <= 60 else shown[:60] + '…'}"
