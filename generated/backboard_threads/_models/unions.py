"""Readers of unions without a discriminator: by JSON type, and by required fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._json_types import is_array, is_object
from .base_model import BaseModel
from .decoding import fault


def choose(value: Any, expected: str, readers: Mapping[type, Callable[[Any], Any]]) -> Any:
    """Read a JSON value by its class."""
    read = readers.get(value.__class__)
    if read is None:
        raise fault(expected, value)
    return read(value)


def by_fields(value: Any, *options: tuple[set[str], Callable[[Any], Any]]) -> Any:
    """Read a JSON object as the first option whose required fields it has."""
    for required, read in options:
        if required <= value.keys():
            return read(value)
    raise fault("the required fields of one of several objects", value)


def to_json(value: Any) -> Any:
    """Return a value of one of several kinds as JSON."""
    if isinstance(value, BaseModel):
        return value.to_dict()
    if is_array(value):
        return [to_json(item) for item in value]
    return {key: to_json(item) for key, item in value.items()} if is_object(value) else value
