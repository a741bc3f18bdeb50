"""The document says what `choices.py` says: limits, words, headers, links, marks."""

import re
from typing import Any

import pytest

from tests.contract import choices
from tests.contract.test_vendor_facts import example
from tests.contract.vendor_facts_calls import BODIES, FORM, JSON, MULTIPART
from tools.document import (
    Operation,
    document,
    operations,
    properties,
    resolve,
    validator,
    walk,
)

# Every body that a caller can send: operation, media type, and the least that it must have.
SENT = [
    (operation, media_type, example(BODIES[operation.id]) | ({"content": "text"} if "content" in fields else {}))
    for operation in operations().values()
    for media_type, media in operation.bodies.items()
    for fields in [properties(media["schema"])]
]


def bodies_with(field: str) -> list[tuple[Any, dict[str, Any], str]]:
    """A validator, the rest of a body and a name, for each body that has a field."""
    return [
        (validator(operation.bodies[media_type]["schema"]), rest, f"{operation.id} {media_type}")
        for operation, media_type, rest in SENT
        if field in properties(operation.bodies[media_type]["schema"])
    ]


@pytest.mark.parametrize("field", choices.TEXTS)
def test_length_of_a_text(field: str) -> None:
    bodies = bodies_with(field)
    assert bodies
    for check, rest, name in bodies:
        most = choices.TEXTS[field]
        assert check.is_valid(rest | {field: "é" * most}), name
        assert not check.is_valid(rest | {field: "x" * (most + 1)}), name


@pytest.mark.parametrize("media_type", [FORM, MULTIPART])
@pytest.mark.parametrize(
    "operation", [one for one in operations().values() if len(one.bodies) > 1], ids=lambda one: one.id
)
def test_length_of_json_in_a_form(operation: Operation, media_type: str) -> None:
    schema = operation.bodies[media_type]["schema"]
    held = [name for name, node in properties(schema).items() if "contentSchema" in resolve(node)]
    assert held
    for name in held:
        first, last = "[]" if name == "tools" else "{}"
        for blanks, fits in ((choices.JSON_TEXT - 2, True), (choices.JSON_TEXT - 1, False)):
            text = first + " " * blanks + last
            assert validator(schema).is_valid({"content": "text", name: text}) is fits, name


@pytest.mark.parametrize("field", choices.LISTS)
def test_length_of_a_list(field: str) -> None:
    least, most = choices.LISTS[field]
    found = 0
    for check, rest, name in bodies_with(field):
        if name.endswith(FORM) or (field == "tools" and name.endswith(MULTIPART)):
            continue  # JSON text there
        item: Any = {"function": {"name": "f", "parameters": {"properties": {}}}} if field == "tools" else "bytes"
        item = {"tool_call_id": "call_1", "output": ""} if field == "tool_outputs" else item
        for length, fits in ((least, True), (most, True), (most + 1, False), (least - 1, False)):
            if length >= 0:
                assert check.is_valid(rest | {field: [item] * length}) is fits, f"{name} {length}"
                found += 1
    assert found


@pytest.mark.parametrize("name", choices.DEEPER)
def test_length_deeper_in_a_body(name: str) -> None:
    least, most = choices.DEEPER[name]
    component, _, field = name.removesuffix("[]").partition(".")
    node = resolve(properties({"$ref": f"#/components/schemas/{component}"})[field])
    check = validator(node["items"] if name.endswith("[]") else node)
    is_list = "array" in node["type"] and not name.endswith("[]")
    for length, fits in ((least, True), (most, True), (most + 1, False), (least - 1, False)):
        if length >= 0:
            assert check.is_valid(["x"] * length if is_list else "x" * length) is fits, length


def test_what_can_be_null_in_a_body() -> None:
    for operation, media_type, rest in SENT:
        if media_type == JSON:
            schema = operation.bodies[media_type]["schema"]
            for field in properties(schema):
                never = field in choices.NEVER_NULL and not (field == "name" and operation.id in choices.NULL_NAMES)
                assert validator(schema).is_valid(rest | {field: None}) is not never, f"{operation.id} {field}"


def test_which_bodies_are_needed() -> None:
    needed = {one.id for one in operations().values() if resolve(one.node.get("requestBody", {})).get("required")}
    assert needed == choices.BODY_NEEDED


@pytest.mark.parametrize("field", choices.WORDS)
def test_words(field: str) -> None:
    taken, refused = choices.WORDS[field]
    bodies = bodies_with(field)
    assert bodies
    for check, rest, name in bodies:
        assert [value for value in taken if not check.is_valid(rest | {field: value})] == [], name
        assert [value for value in refused if check.is_valid(rest | {field: value})] == [], name


@pytest.mark.parametrize("name", choices.PARAMETERS)
def test_parameter(name: str) -> None:
    place, taken, refused = choices.PARAMETERS[name]
    found = [(one.id, p) for one in operations().values() for p in one.parameters if p["name"] == name]
    assert found
    for _, parameter in found:
        check = validator(parameter["schema"])
        assert parameter["in"] == place
        assert parameter.get("required", False) is (place == "path")
        assert [value for value in taken if not check.is_valid(value)] == []
        assert [value for value in refused if check.is_valid(value)] == []
    if name in choices.TAKEN:
        assert {operation for operation, _ in found} == choices.TAKEN[name]


def test_no_other_header_parameter() -> None:
    named = {p["name"] for one in operations().values() for p in one.parameters if p["in"] == "header"}
    assert named == choices.TAKEN.keys()
    assert {p["in"] for one in operations().values() for p in one.parameters} == {"path", "query", "header"}


def headers() -> list[tuple[Operation, int, str, Any]]:
    return [
        (operation, int(status), name, resolve(node))
        for operation in operations().values()
        for status, response in operation.responses.items()
        for name, node in response.get("headers", {}).items()
    ]


def test_headers_of_answers() -> None:
    for operation, status, name, node in headers():
        always, good, bad = choices.HEADERS[name]
        check = validator(node["schema"])
        assert node.get("required", False) is always, name
        assert [value for value in good if not check.is_valid(value)] == [], name
        assert [value for value in bad if check.is_valid(value)] == [], name
        if name == "Retry-After":
            assert status in (429, 503), operation.id


def test_which_answers_have_which_headers() -> None:
    sent = {(operation.id, status, name) for operation, status, name, _ in headers()}
    for operation in operations().values():
        for status in map(int, operation.responses):
            assert ((operation.id, status, "Retry-After") in sent) == (status in (429, 503))
            versioned = status in (304, 412) or (status == 200 and operation.id in choices.VERSIONED)
            assert ((operation.id, status, "ETag") in sent) == versioned, (operation.id, status)


def test_largest_bodies() -> None:
    assert document()["x-body-limits"] == choices.BODY_LIMITS


def test_times_and_limits_of_the_reference_server() -> None:
    assert document()["x-reference-server"] == choices.REFERENCE_SERVER


def test_what_can_be_null() -> None:
    schemas = document()["components"]["schemas"]
    can = {name for name in schemas if validator({"$ref": f"#/components/schemas/{name}"}).is_valid(None)}
    # What says only what must be there says nothing of null.
    assert {name for name in can if "type" in resolve(schemas[name]) or "allOf" in schemas[name]} == choices.NULLABLE


@pytest.mark.parametrize("name", choices.ALWAYS_SOMETHING)
def test_what_is_never_null(name: str) -> None:
    fields = properties({"$ref": f"#/components/schemas/{name}"})
    never = {field for field, node in fields.items() if not validator(node).is_valid(None)}
    assert never == choices.ALWAYS_SOMETHING[name]


@pytest.mark.parametrize("name", choices.ALWAYS_SOMETHING)
def test_ids_and_times(name: str) -> None:
    checks = {field: validator(node) for field, node in properties({"$ref": f"#/components/schemas/{name}"}).items()}
    strict = {field: check for field, check in checks.items() if not check.is_valid("no-id")}
    ids = {field for field, check in strict.items() if check.is_valid("3c59dc04-8e88-4024-9bd8-079a5d2a6f2e")}
    times = {field for field, check in strict.items() if check.is_valid("2026-02-05T02:15:37.795Z")}
    assert (ids, times) == (choices.IDS.get(name, set()), choices.TIMES.get(name, set()))


def test_servers() -> None:
    assert [server["url"] for server in document()["servers"]] == choices.SERVERS


@pytest.mark.parametrize("name", choices.OWN_CALLS)
def test_own_operations(name: str) -> None:
    operation = operations()[name]
    content = set(operation.responses["200"]["content"])
    assert (operation.method, operation.path, content) == choices.OWN_CALLS[name]


def test_every_own_operation_is_listed_and_says_what_the_hosted_api_does() -> None:
    own = {name: one.node for name, one in operations().items() if one.node.get("x-extension")}
    assert own.keys() == choices.OWN_CALLS.keys()
    assert all("hosted API" in node["description"] for node in own.values())


@pytest.mark.parametrize("name", choices.NEVER_EMPTY)
def test_text_that_is_never_empty(name: str) -> None:
    component, _, field = name.partition(".")
    schema = properties({"$ref": f"#/components/schemas/{component}"})[field]
    assert validator(schema).is_valid("x")
    assert not validator(schema).is_valid("")


@pytest.mark.parametrize("name", choices.ANSWERED)
def test_words_of_answers(name: str) -> None:
    component, _, field = name.partition(".")
    schema = properties({"$ref": f"#/components/schemas/{component}"})[field]
    check = validator(schema)
    taken, refused = choices.ANSWERED[name]
    assert set(resolve(schema).get("enum", taken)) == set(taken)
    assert [value for value in taken if not check.is_valid(value)] == []
    assert [value for value in refused if check.is_valid(value)] == []


def test_an_event_has_data_and_a_number() -> None:
    check = validator({"$ref": "#/components/schemas/ServerSentEvent"})
    assert check.is_valid({"id": "12", "data": "{}"})
    assert not check.is_valid({"id": "12"})
    assert not check.is_valid({"id": "x", "data": "{}"})


def test_links() -> None:
    found = {
        operation.id: {name: resolve(link)["operationId"] for name, link in links.items()}
        for operation in operations().values()
        if (links := operation.responses["200"].get("links", {}))
    }
    assert found == choices.LINKS


def test_marks() -> None:
    marked: dict[str, set[str]] = {"x-extension": set(), "x-unproven": set()}
    for place, node in walk(document()):
        if place and place[-1] in marked and node is True:
            marked[place[-1]].add(short(place[:-1]))
    assert marked == {"x-extension": choices.EXTENSIONS, "x-unproven": choices.UNPROVEN}


def short(place: tuple[str, ...]) -> str:
    """The name of a marked place: that of its operation, or its component's and its own."""
    if place[0] == "paths":
        operation = document()["paths"][place[1]][place[2]]
        if "parameters" in place:
            return f"parameters/{operation['parameters'][int(place[-1])]['name']}"
        return f"{operation['operationId']}/{place[-1]}" if "content" in place else str(operation["operationId"])
    if place[1] == "schemas" and len(place) > 3:
        return f"{place[2]}/{place[-1]}"
    return f"{place[1]}/{place[2]}"


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_statuses_in_prose_are_documented(operation: Operation) -> None:
    """A status that a sentence names is one that the operation, or one that a link of it leads to, can give."""
    prose = [operation.node["description"], *(parameter["description"] for parameter in operation.parameters)]
    prose += [response["description"] for response in operation.responses.values()]
    named = {match for text in prose for match in re.findall(r"(?<![\w.])[2345]\d\d(?![\w.]\d)", text)}
    assert named - set(operation.responses) <= {"200"}


def test_statuses_in_shared_prose_are_documented_somewhere() -> None:
    of_no_operation = {"204", "405", "431", "500"}
    documented = {status for one in operations().values() for status in one.responses} | of_no_operation
    for place, node in walk(document()):
        if place and place[-1] == "description" and isinstance(node, str):
            assert set(re.findall(r"(?<![\w.])status (\d\d\d)", node)) <= documented, place
            assert set(re.findall(r"(?<![\w.])[345]\d\d\b(?!,)", node)) <= documented, place
