"""Everything that a caller can send has a limit, so that a reader knows what is refused."""

from collections.abc import Iterator

import pytest

from tools.document import Node, Operation, document, operations, resolve

NO_LIMIT_NEEDED = ("enum", "const", "format", "maxLength", "pattern")


def unlimited(schema: Node, place: str, above: frozenset[str] = frozenset()) -> Iterator[str]:
    """The places of a request's schema where a text, list or number has no limit."""
    if "$ref" in schema:
        if schema["$ref"] in above:
            return
        above |= {schema["$ref"]}
    schema = resolve(schema)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "string" in types and not any(key in schema for key in NO_LIMIT_NEEDED):
        yield place
    if "array" in types and "maxItems" not in schema:
        yield place
    if "integer" in types and not {"minimum", "maximum"} <= schema.keys():
        yield place
    for key, sub in schema.get("properties", {}).items():
        yield from unlimited(sub, f"{place}.{key}", above)
    for kind in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(kind, []):
            yield from unlimited(part, place, above)
    for kind in ("items", "additionalProperties"):
        if isinstance(schema.get(kind), dict):
            yield from unlimited(schema[kind], f"{place}[]", above)


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_what_a_caller_sends_is_limited(operation: Operation) -> None:
    for media_type, media in operation.bodies.items():
        assert media_type in document()["x-body-limits"]
        assert list(unlimited(media["schema"], "body")) == []
    for parameter in operation.parameters:
        assert list(unlimited(parameter["schema"], parameter["name"])) == []
