"""Examples are true, complete and used."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.document import Node, document, operations, properties, resolve, validator

CASES = [
    pytest.param(media["schema"], resolve(example)["value"], id=f"{operation.id}-{side}-{media_type}-{name}")
    for operation in operations().values()
    for side, content in [
        ("request", operation.bodies),
        *((status, response.get("content", {})) for status, response in operation.responses.items()),
    ]
    for media_type, media in content.items()
    for name, example in media.get("examples", {}).items()
]


@pytest.mark.parametrize(("schema", "value"), CASES)
def test_example_fits_its_schema(schema: Node, value: Any) -> None:
    assert [error.message for error in validator(schema).iter_errors(value)] == []


@pytest.mark.parametrize(("schema", "value"), CASES)
def test_example_has_no_field_that_the_document_does_not_know(schema: Node, value: Any) -> None:
    assert list(unknown(schema, value)) == []


def unknown(schema: Node, value: Any, place: str = "") -> Iterator[str]:
    """The places of fields that no schema describes, where the schema does not leave fields open."""
    schema = resolve(schema)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknown(schema.get("items", {}), item, f"{place}[{index}]")
    if not isinstance(value, dict):
        return
    known = properties(schema)
    for choice in (*schema.get("oneOf", []), *schema.get("anyOf", [])):
        known = properties(choice) | known
    rest = schema.get("additionalProperties")
    for name, item in value.items():
        if name in known:
            yield from unknown(known[name], item, f"{place}.{name}")
        elif isinstance(rest, dict):
            yield from unknown(rest, item, f"{place}.{name}")
        elif rest is not True and known:
            yield f"{place}.{name}"


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_every_body_and_answer_has_an_example(operation: Any) -> None:
    for media in operation.bodies.values():
        assert media["examples"]
    for response in operation.responses.values():
        for media in response.get("content", {}).values():
            assert media["examples"]
    for parameter in operation.parameters:
        assert "example" in parameter
        assert validator(parameter["schema"]).is_valid(parameter["example"])


def test_every_property_of_a_body_or_answer_is_in_an_example() -> None:
    shown: set[int] = set()
    known: dict[int, str] = {}

    def see(schema: Node, value: Any, name: str) -> None:
        """Notes which property schemas the value shows; the identity of the schema node is the property."""
        schema = resolve_once(schema)
        if isinstance(value, list):
            for item in value:
                see(schema.get("items", {}), item, name)
        for part in (*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])):
            see(part, value, name)
        for key, sub in schema.get("properties", {}).items():
            known[id(sub)] = f"{name}.{key}"
            if isinstance(value, dict) and key in value:
                shown.add(id(sub))
                see(sub, value[key], key)
        rest = schema.get("additionalProperties")
        if isinstance(rest, dict) and isinstance(value, dict):
            for item in value.values():
                see(rest, item, name)

    for operation in operations().values():
        contents = [operation.bodies, *(r.get("content", {}) for r in operation.responses.values())]
        for content in contents:
            for media_type, media in content.items():
                for example in media.get("examples", {}).values():
                    if media_type != "text/event-stream":
                        see(media["schema"], resolve(example)["value"], operation.id)
    missing = sorted(known[one] for one in known.keys() - shown if not known[one].endswith(FILE_FIELDS))
    assert missing == []


# Files have no example value that a document could hold.
FILE_FIELDS = ("files", "audio_file", "input_image", "input_last_frame", "input_video", "input_references")


def resolve_once(node: Node) -> Node:
    """Like `resolve`, but the schema nodes stay those of the document, so that their identity can be compared."""
    while "$ref" in node:
        target: Any = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def test_every_shared_example_is_used() -> None:
    text = str(document()["paths"]) + str(document()["components"]["responses"])
    for name in document()["components"]["examples"]:
        assert f"'#/components/examples/{name}'" in text
