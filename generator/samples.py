"""Sample values of shapes: as JSON, and as Python code for an argument."""

from __future__ import annotations

from typing import Any

from .client.models import Catalogue, Model
from .client.types import ANYTHING, BYTES, ID, MODEL, NOTHING, Shape

MAX_DEPTH = 3
"""Objects inside one another that have their optional fields too."""

INSTANT = "2026-02-05T02:15:37.795Z"
UUID = "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e"
BY_CLASS: dict[str, Any] = {"str": "é a/b", "int": 2, "float": 1.5, "bool": True, "dict": {"key": 1}}


def json_sample(shape: Shape, catalogue: Catalogue, depth: int = 0) -> Any:
    """Return a JSON value that a shape can be read from."""
    shape = shape.nonnull
    if shape.constant:
        return shape.constant[1:-1].encode("ascii", "backslashreplace").decode("unicode_escape")
    if shape is ID:
        return UUID
    if shape is NOTHING or shape is ANYTHING:
        return None if shape is NOTHING else {"any": [1]}
    match shape.kind:
        case "instant":
            return INSTANT
        case "enum":
            return catalogue.first_value(_name(shape))
        case "list":
            return [json_sample(shape.item, catalogue, depth + 1)] if shape.item and depth < MAX_DEPTH else []
        case "map":
            return {"key": json_sample(shape.item, catalogue, depth + 1)} if shape.item and depth < MAX_DEPTH else {}
        case "choice":
            return json_sample(shape.item or ANYTHING, catalogue, depth)
        case "model":
            return model_sample(catalogue.models[_name(shape)], catalogue, depth + 1)
        case "tagged":
            return union_sample(_name(shape), catalogue, depth + 1)
        case _:
            return BY_CLASS[shape.classes[0]]


def model_sample(model: Model, catalogue: Catalogue, depth: int = 0) -> dict[str, Any]:
    """Return a JSON object that a model can be read from, with all its fields unless it is deep inside others."""
    fields = [field for field in model.fields if field.required or depth < MAX_DEPTH]
    return {
        field.wire: None if _is_too_deep(field.shape, depth) else json_sample(field.shape, catalogue, depth)
        for field in fields
    }


def union_sample(name: str, catalogue: Catalogue, depth: int = 0, tag: str | None = None) -> dict[str, Any]:
    """Return a JSON object that is one of a union, the first or the one with a tag."""
    union = catalogue.used_unions[name]
    chosen, (_, model) = next(option for option in union.options if tag is None or option[0] == tag)
    return {**model_sample(catalogue.models[model], catalogue, depth), union.tag: chosen}


def argument_code(shape: Shape, catalogue: Catalogue) -> str:
    """Return Python code for an argument of a shape."""
    inner = shape.nonnull
    if inner.kind == "file":
        return '("a.txt", b"content")'
    if inner is BYTES:
        return 'b"\\x00\\xff"'
    if inner.kind == "instant":
        return f"datetime.fromisoformat({INSTANT!r})"
    return repr(json_sample(shape, catalogue))


def _is_too_deep(shape: Shape, depth: int) -> bool:
    return shape.nullable and depth > MAX_DEPTH


def _name(shape: Shape) -> str:
    return shape.types[-1][1] if shape.types else shape.held.replace(MODEL, "")
