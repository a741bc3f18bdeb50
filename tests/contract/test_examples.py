"""Examples are true, complete and used; so is JSON that is a text in them, of a form field or of an event."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.support.one_pass import for_each
from tools.document import Node, document, operations, properties, resolve, validator

CASES = [
    (f"{operation.id} {side} {media_type} {name}", media["schema"], resolve(example)["value"])
    for operation in operations().values()
    for side, content in [
        ("request", operation.bodies),
        *((status, response.get("content", {})) for status, response in operation.responses.items()),
    ]
    for media_type, media in content.items()
    for name, example in media.get("examples", {}).items()
]


@for_each(CASES)
def test_example_fits_its_schema(place: str, schema: Node, value: Any) -> None:
    for part, one in ((schema, value), *decoded(schema, value)):
        assert [error.message for error in validator(part).iter_errors(one)] == []


@for_each(CASES)
def test_example_has_no_field_that_the_document_does_not_know(place: str, schema: Node, value: Any) -> None:
    for part, one in ((schema, value), *decoded(schema, value)):
        assert list(unknown(meant(part, one), one)) == []


def decoded(schema: Node, value: Any) -> Iterator[tuple[Node, Any]]:
    """Parse an object's fields that are JSON text, each with the schema of its value."""
    for name, field in properties(schema).items():
        content = resolve(field).get("contentSchema")
        if content is not None and name in value:
            yield content, json.loads(value[name])


def meant(schema: Node, value: Any) -> Node:
    """The schema of a value's own kind, where a discriminator tells the kinds apart."""
    tag = resolve_once(schema).get("discriminator")
    return schema if tag is None else {"$ref": tag["mapping"][value[tag["propertyName"]]]}


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


@for_each((one,) for one in operations().values())
def test_every_body_and_answer_has_an_example(operation: Any) -> None:
    for media in operation.bodies.values():
        assert media["examples"]
    for response in operation.responses.values():
        for media in response.get("content", {}).values():
            assert media["examples"]
    for parameter in operation.parameters:
        if parameter["in"] != "header":
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
        if "discriminator" in schema:
            for one in schema["discriminator"]["mapping"].values():
                see({"$ref": one}, None, one.rpartition("/")[2])
            see(meant(schema, value), value, value[schema["discriminator"]["propertyName"]])
            return
        for part in (*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])):
            see(part, value, name)
        if "contentSchema" in schema and isinstance(value, str):
            see(schema["contentSchema"], json.loads(value), name)
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
            for media in content.values():
                for example in media["examples"].values():
                    see(media["schema"], resolve(example)["value"], operation.id)
    missing = sorted(known[one] for one in known.keys() - shown if not known[one].endswith(FILE_FIELDS))
    assert missing == []


EVENTS = [
    (resolve(example)["value"],)
    for operation in operations().values()
    for example in operation.responses["200"]
    .get("content", {})
    .get("text/event-stream", {"examples": {}})["examples"]
    .values()
]


@for_each(EVENTS)
def test_event_can_be_written_as_it_is(frame: Node) -> None:
    """A frame is a line of ASCII with an object as JSON, its type first, and a number if it has an id."""
    assert frame.keys() <= {"id", "data"}
    assert re.fullmatch(r"[1-9][0-9]*", frame.get("id", "1"))
    assert frame["data"].isascii()
    assert frame["data"].isprintable()
    event = json.loads(frame["data"])
    assert next(iter(event)) == "type"
    assert json.dumps(event, separators=(",", ":")) == frame["data"]


def test_every_type_of_event_is_in_the_examples_of_a_turn() -> None:
    kinds = document()["components"]["schemas"]["StreamEvent"]["discriminator"]["mapping"]
    for operation in operations().values():
        media = operation.responses["200"].get("content", {}).get("text/event-stream")
        frames = [resolve(example)["value"] for example in media["examples"].values()] if media else []
        shown = [json.loads(frame["data"])["type"] for frame in frames]
        if operation.id in ("sendMessage", "sendChatMessage", "submitLatestToolOutputs"):
            assert set(shown) == kinds.keys()
        if media:
            assert {"content_streaming", "run_ended"} <= set(shown)


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
