"""The document says what `facts.py` says: fields, types, bounds, defaults, statuses, media types.

Most of it by asking the document's schemas about values, so that it does not matter how a schema is composed.
"""

import uuid
from collections.abc import Iterator
from typing import Any

from tests.contract import vendor_facts as facts
from tests.contract.vendor_facts import ENUMS, OBJECTS, Fact
from tests.contract.vendor_facts_calls import (
    BODIES,
    CALLS,
    CONTENT_BESIDE_FILES,
    EVENT_STREAM,
    EVENTS,
    FILES,
    FORM,
    JSON,
    MULTIPART,
    ON_ANY_EVENT,
    OPAQUE_PARAMETERS,
    SENT_BESIDES,
    UUID_PARAMETERS,
    Call,
)
from tests.support.one_pass import for_each
from tools.document import Operation, document, operations, resolve, validator
from tools.document import properties as unresolved_properties

RENAMED = {"CloneResult": "AssistantCloned", "Error": "ErrorResponse"}  # the facts' name -> the document's
SAMPLES: dict[str, Any] = {
    "text": "some text",
    "uuid": str(uuid.UUID(int=7)),
    "instant": "2026-02-05T02:15:37.795Z",
    "integer": 7,
    "number": 0.5,
    "boolean": True,
    "object": {"key": "value"},
}
MISFITS: dict[str, list[Any]] = {
    "text": [7, ["text"], {"text": "text"}],
    "uuid": ["not-a-uuid", 7],
    "instant": ["yesterday", 7],
    "integer": ["7x", 7.5, [7]],
    "number": ["half", [0.5]],
    "boolean": ["maybe", 7],
    "object": ["text", 7, ["text"]],
    "any": [],
}


def properties(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: resolve(node) for name, node in unresolved_properties(schema).items()}


def component(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{RENAMED.get(name, name)}"}


def event_schema(kind: str) -> dict[str, Any]:
    return {"$ref": document()["components"]["schemas"]["StreamEvent"]["discriminator"]["mapping"][kind]}


def samples(fact: Fact) -> list[Any]:
    """Values that a field must take."""
    if fact.accepts or fact.kind == "any":
        return list(fact.accepts)
    if fact.kind.endswith("[]"):
        return [samples(Fact(fact.kind.removesuffix("[]"), fact.source))]
    if fact.kind in ENUMS:
        return sorted(ENUMS[fact.kind])
    if fact.kind in OBJECTS:
        return [example(OBJECTS[fact.kind])]
    if fact.kind == "text" and (fact.least or fact.most):
        return ["x" * length for length in (fact.least, fact.most) if length]
    return [bound for bound in (fact.least, fact.most) if bound is not None] or [SAMPLES[fact.kind]]


def misfits(fact: Fact) -> list[Any]:
    """Values that a field must not take."""
    found: list[Any] = list(fact.rejects)
    if fact.nullable is False:
        found.append(None)
    if fact.kind.endswith("[]"):
        return [*found, "text", 7]
    if fact.kind in ENUMS:
        return [*found, "UNHEARD_OF", 7]
    if fact.kind in OBJECTS:
        return [*found, "text", 7]
    found += MISFITS[fact.kind]
    if fact.kind == "text":
        found += ["x" * length for length in _outside(fact) if length >= 0]
    else:
        found += _outside(fact)
    return found


def _outside(fact: Fact) -> list[int]:
    below = [] if fact.least is None else [fact.least - 1]
    return below if fact.most is None else [*below, fact.most + 1]


def example(fields: dict[str, Fact], *, whole: bool = False) -> dict[str, Any]:
    """An object with what must be there, or with every field."""
    chosen = {name: samples(fact) for name, fact in fields.items() if whole or fact.required is not False}
    return {name: values[0] for name, values in chosen.items() if values}


def shapes() -> Iterator[tuple[str, dict[str, Any], dict[str, Fact], dict[str, Any]]]:
    """Everything with fields: name, the document's schema, the facts, and what an instance has besides."""
    for name, fields in OBJECTS.items():
        yield name, component(name), fields, {}
    for kind, fields in EVENTS.items():
        yield f"event {kind}", event_schema(kind), fields, {"type": kind}
    for operation, fields in BODIES.items():
        yield f"body {operation}", body_schema(operation, JSON), fields, {}


def body_schema(operation: str, media_type: str) -> dict[str, Any]:
    schema: dict[str, Any] = operations()[operation].bodies[media_type]["schema"]
    return schema


def parameters(operation: Operation, place: str) -> dict[str, dict[str, Any]]:
    return {parameter["name"]: parameter for parameter in operation.parameters if parameter["in"] == place}


SHAPES = {name: (schema, fields, besides) for name, schema, fields, besides in shapes()}
FIELDS = [(shape, field) for shape, (_, fields, _) in SHAPES.items() for field in fields]
QUERIES = [(name, field) for name, call in CALLS.items() for field in call.query or {}]
each_call = for_each(CALLS.items())
each_shape = for_each([(shape,) for shape in SHAPES])


@each_shape
def test_objects_with_all_and_with_required_fields_only_fit(shape: str) -> None:
    schema, fields, besides = SHAPES[shape]
    for whole in (False, True):
        validator(schema).validate(example(fields, whole=whole) | besides)


@for_each(FIELDS)
def test_field(shape: str, field: str) -> None:
    schema, fields, besides = SHAPES[shape]
    fact = fields[field]
    assert field in properties(schema), f"{shape} has no {field} ({fact.source})"
    check = validator(schema)
    rest = example(fields) | besides
    for value in samples(fact) + ([None] if fact.nullable else []):
        assert check.is_valid(rest | {field: value}), f"refuses {value!r} ({fact.source})"
    for value in misfits(fact):
        assert not check.is_valid(rest | {field: value}), f"takes {value!r} ({fact.source})"
    if fact.required is not None:
        rest.pop(field, None)
        assert check.is_valid(rest) is (not fact.required), f"required: {fact.required} ({fact.source})"
    if fact.default is not None:
        assert properties(schema)[field].get("default") == fact.default, fact.source


@each_shape
def test_nothing_is_added_without_saying_so(shape: str) -> None:
    schema, fields, besides = SHAPES[shape]
    known = fields.keys() | besides.keys() | (ON_ANY_EVENT if shape.startswith("event ") else set())
    added = {name for name, node in properties(schema).items() if name not in known and not is_marked(node)}
    assert not added


@for_each([(name,) for name in SENT_BESIDES])
def test_additional_fields_of_clients_are_accepted(operation: str) -> None:
    validator(body_schema(operation, JSON)).validate(example(BODIES[operation]) | SENT_BESIDES[operation])


@for_each([(name,) for name in facts.ABSENT])
def test_names_that_would_break_a_client_are_absent(name: str) -> None:
    assert not facts.ABSENT[name].keys() & properties(component(name)).keys()


@for_each([(name,) for name in ENUMS])
def test_enum(name: str) -> None:
    listed = set(resolve(component(name))["enum"])
    assert ENUMS[name] <= listed <= ENUMS[name] | facts.ENUMS_MAY_ADD.get(name, set())


def test_stream_event_is_told_apart_by_type() -> None:
    union = document()["components"]["schemas"]["StreamEvent"]
    assert union["discriminator"]["propertyName"] == "type"
    assert union["discriminator"]["mapping"].keys() == EVENTS.keys()
    for kind in EVENTS:
        validator(component("StreamEvent")).validate(example(EVENTS[kind]) | {"type": kind})
        assert not validator(event_schema(kind)).is_valid(example(EVENTS[kind])), f"{kind} without its type"


def test_transport() -> None:
    assert document()["servers"][0]["url"] == facts.BASE_URL
    scheme = document()["components"]["securitySchemes"][facts.KEY_SCHEME]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", facts.KEY_HEADER)
    assert not [path for path in document()["paths"] if path.endswith("/")], "§7.3: no redirects, no trailing slash"


def test_every_operation_needs_the_key() -> None:
    assert document()["security"] == [{facts.KEY_SCHEME: []}]
    assert not [name for name, operation in operations().items() if "security" in operation.node]


def test_operations_are_those_known_and_extensions_that_say_so() -> None:
    assert CALLS.keys() <= operations().keys()
    added = {name for name, one in operations().items() if name not in CALLS and not is_extension(one.node)}
    assert not added


@each_call
def test_where_a_call_goes(name: str, call: Call) -> None:
    operation = operations()[name]
    assert (operation.method.upper(), operation.path) == (call.method, call.path), call.source
    for parameter, node in parameters(operation, "path").items():
        assert parameter in UUID_PARAMETERS | OPAQUE_PARAMETERS
        assert (resolve(node["schema"]).get("format") == "uuid") is (parameter in UUID_PARAMETERS)


@each_call
def test_call_has_its_documented_request(name: str, call: Call) -> None:
    operation = operations()[name]
    assert set(operation.bodies) == set(call.bodies), call.source
    if call.body_required is not None:
        assert resolve(operation.node["requestBody"]).get("required", False) is call.body_required
    declared = parameters(operation, "query")
    known = call.query or {}
    assert known.keys() <= declared.keys()
    assert not [parameter for parameter, node in declared.items() if parameter not in known and not is_extension(node)]
    assert all(is_extension(node) for node in parameters(operation, "header").values())


@for_each(QUERIES)
def test_query(name: str, field: str) -> None:
    fact = (CALLS[name].query or {})[field]
    parameter = parameters(operations()[name], "query")[field]
    check = validator(parameter["schema"])
    assert parameter.get("required", False) is False
    assert all(check.is_valid(value) for value in samples(fact)), fact.source
    assert not any(check.is_valid(value) for value in misfits(fact)), fact.source
    assert resolve(parameter["schema"]).get("default") == fact.default, fact.source


@each_call
def test_call_has_its_documented_response(name: str, call: Call) -> None:
    responses = operations()[name].responses
    assert {status for status in responses if status.startswith("2")} == {str(facts.SUCCESS)}, "§1"
    content = responses[str(facts.SUCCESS)]["content"]
    assert set(content) == ({JSON, EVENT_STREAM} if call.streams else {JSON}), f"§7.3 and {call.source}"
    schema = content[JSON]["schema"]
    if call.answer.endswith("[]"):
        assert resolve(schema)["type"] == "array", "§1: lists are bare arrays"
        schema = resolve(schema)["items"]
    assert schema == component(call.answer.removesuffix("[]"))


@each_call
def test_errors(name: str, call: Call) -> None:
    responses = {int(status): response for status, response in operations()[name].responses.items()}
    assert facts.ERRORS_OF_ALL | call.errors <= responses.keys(), call.source
    assert {status for status in responses if status >= 500} <= facts.SERVER_ERRORS
    assert all(is_extension(response) for status, response in responses.items() if 300 <= status < 400), "§7.3"
    for status, response in responses.items():
        if status >= 400:
            schema = component("HTTPValidationError" if status == 422 else "ErrorResponse")
            assert response["content"][JSON]["schema"] == schema, status


@for_each([(name,) for name in FILES])
def test_forms_say_the_same_as_the_json_body(operation: str) -> None:
    for media_type in (FORM, MULTIPART):
        form = properties(body_schema(operation, media_type))
        files = FILES[operation] if media_type == MULTIPART else {}
        assert form.keys() == BODIES[operation].keys() | files.keys()
        for name, fact in BODIES[operation].items():
            if fact.kind in {"object", "ToolDefinition[]"}:
                assert "string" in form[name]["type"], f"{name} is JSON text in a form ({fact.source})"
        for name, repeated in files.items():
            part = resolve(form[name]["items"]) if repeated else form[name]
            assert part.get("format") == "binary" or "contentMediaType" in part, f"{name} is a file"


@for_each([(name,) for name in FILES])
def test_message_has_text_or_files(operation: str) -> None:
    multipart = validator(body_schema(operation, MULTIPART))
    for part, repeated in FILES[operation].items():
        sent = {part: ["bytes"] if repeated else "bytes"}
        assert multipart.is_valid(sent)
        assert multipart.is_valid(sent | {"content": CONTENT_BESIDE_FILES})
        if repeated:
            assert not multipart.is_valid({part: []})
    for media_type in (JSON, FORM, MULTIPART):
        form = validator(body_schema(operation, media_type))
        assert form.is_valid({"content": "text"})
        assert not form.is_valid({})
        assert not form.is_valid({"content": ""})


def is_marked(node: dict[str, Any]) -> bool:
    return is_extension(node) or node.get("x-unproven") is True


def is_extension(node: dict[str, Any]) -> bool:
    return node.get("x-extension") is True or any(is_extension(resolve(part)) for part in node.get("allOf", []))
