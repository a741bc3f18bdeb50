"""How the document is written: complete, said once, readable."""

import re
from collections import defaultdict

import pytest

from tests.contract.document import PATH, Node, Operation, document, operations, properties, resolve, walk

EXTENSIONS = {"x-extension", "x-unproven", "x-idempotency", "x-body-limits"}
EXTENSIONS |= {"x-stream-ends", "x-stream-failures", "x-reference-server"}


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_operation_is_described(operation: Operation) -> None:
    node = operation.node
    assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", operation.id)
    assert len(node["tags"]) == 1
    assert re.fullmatch(r"[A-Z][^A-Z.]*", node["summary"])
    assert node["description"].rstrip().endswith(".")
    for parameter in operation.parameters:
        assert parameter["description"].rstrip().endswith(".")


def errors_of(operation: Operation) -> set[str]:
    """Every error that an operation can give, from what it takes."""
    errors = {"401", "422", "429", "503"}
    names = {parameter["name"] for parameter in operation.parameters}
    body_fields = {name for media in operation.bodies.values() for name in properties(media["schema"])}
    if operation.bodies:
        errors |= {"400", "413", "415"}
    if names & {"assistant_id", "thread_id", "run_id"} or body_fields & {"thread_id", "assistant_id"}:
        errors.add("404")
    if "Idempotency-Key" in names:
        errors.add("409")
    if "If-Match" in names:
        errors.add("412")
    if "If-None-Match" in names:
        errors.add("304")
    return errors


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_operation_lists_exactly_the_errors_it_can_give(operation: Operation) -> None:
    assert set(operation.responses) - {"200"} == errors_of(operation)


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_every_answer_names_its_request(operation: Operation) -> None:
    for response in operation.responses.values():
        assert "X-Request-ID" in response["headers"]


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_every_post_can_be_repeated_safely(operation: Operation) -> None:
    names = {parameter["name"] for parameter in operation.parameters}
    assert ("Idempotency-Key" in names) == (operation.method == "post")
    assert ("Idempotency-Replayed" in operation.responses["200"]["headers"]) == (operation.method == "post")


def test_every_schema_and_property_is_described() -> None:
    for name, schema in document()["components"]["schemas"].items():
        assert schema.get("description", "").strip(), name
        for key, sub in properties(schema).items():
            assert resolve(sub).get("description", "").strip(), f"{name}.{key}"


def test_every_extension_is_explained() -> None:
    used = {place[-1] for place, _ in walk(document()) if place and place[-1].startswith("x-")}
    assert used == EXTENSIONS
    for name in used:
        assert f"`{name}" in document()["info"]["description"]


def test_the_prose_gives_the_numbers_of_the_reference_server() -> None:
    numbers = document()["x-reference-server"]
    send, events = operations()["sendMessage"].node, operations()["streamRunEvents"].node
    key = document()["components"]["parameters"]["IdempotencyKey"]
    preview = properties({"$ref": "#/components/schemas/Thread"})["first_user_message"]
    faults = properties({"$ref": "#/components/schemas/HTTPValidationError"})["detail"]
    kib, rest = divmod(numbers["head-bytes"], 1024)
    assert rest == 0
    for node, words in (
        (document()["info"], f"longer than {kib} KiB"),
        (document()["info"], f"more than {numbers['parts-with-all-faults']} members and items"),
        (faults, f"more than {numbers['parts-with-all-faults']} members and items"),
        (send, f"for up to {numbers['busy-wait-seconds']} seconds"),
        (events, f"for {numbers['event-log-hours']} hours"),
        (key, f"for {numbers['idempotency-key-hours']} hours"),
        (preview, f"at most {numbers['first-user-message-characters']} characters"),
    ):
        assert words in " ".join(node["description"].split())


def test_every_server_says_whether_it_honours_keys() -> None:
    assert [server["x-idempotency"] for server in document()["servers"]] == ["unproven", "honoured"]
    assert all(server["description"].endswith(".") for server in document()["servers"])


def test_nothing_that_matters_is_written_twice() -> None:
    """Schemas of objects, limits on texts and long texts stand in one place and are referred to."""
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for place, node in walk(document()):
        if isinstance(node, dict) and len(node.get("properties", {})) > 1:
            seen[repr(node)].append("/".join(place))
        if place and place[-1] == "description" and isinstance(node, str) and len(node) > 120:
            seen[node].append("/".join(place))
    assert {key: places for key, places in seen.items() if len(places) > 1} == {}


def test_every_component_is_used() -> None:
    text = PATH.read_text(encoding="utf-8")
    for kind, entries in document()["components"].items():
        for name in entries if kind != "securitySchemes" else ():
            assert f"'#/components/{kind}/{name}'" in text, f"{kind}/{name}"


@pytest.mark.parametrize("operation", operations().values(), ids=lambda one: one.id)
def test_a_form_says_what_the_json_says(operation: Operation) -> None:
    """Where a body has several forms, each has the same fields, files apart."""
    names = [
        {name for name, sub in properties(media["schema"]).items() if not is_file(sub)}
        for media in operation.bodies.values()
    ]
    assert all(one == names[0] for one in names)


def is_file(schema: Node) -> bool:
    schema = resolve(schema)
    return schema.get("format") == "binary" or ("items" in schema and is_file(schema["items"]))
