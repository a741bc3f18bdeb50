"""Limits of a request that no schema can express: `x-reference-server` of openapi.yaml."""

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """The numbers, under the document's names for them."""

    json_levels: int
    """Nesting depth of arrays and objects."""
    json_values: int
    """Values in a JSON body: members of objects and items of arrays, at all depths."""
    form_fields: int
    """Fields of one form, files included."""
    query_fields: int
    """Fields of one query string."""
    head_bytes: int
    """Bytes of a request's first line and headers together."""

    @classmethod
    def of(cls, numbers: Any) -> "Limits":
        """Read the limits from an object of the document. Raises ValueError if one is missing or not positive."""
        values: dict[str, int] = {}
        for field in fields(cls):
            name = field.name.replace("_", "-")
            value = numbers.get(name) if isinstance(numbers, dict) else None
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"x-reference-server has no number {name}")
            values[field.name] = value
        return cls(**values)
