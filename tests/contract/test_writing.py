"""How the document is written: complete, said once, readable."""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable

import pytest

from threads_server.openapi.validation_errors import MAX_NODES_WITH_ALL_ERRORS
from threads_server.settings import (
    EVENT_LOG_RETENTION_HOURS,
    FIRST_USER_MESSAGE_CHARACTERS,
    IDEMPOTENCY_KEY_RETENTION_HOURS,
    Settings,
)
from tools.document import PATH, Node, Operation, document, operations, properties, resolve, walk

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
            assert resolve(sub).get("description", "").strip() or inherited(schema, key), f"{name}.{key}"


def inherited(schema: Node, key: str) -> str:
    """What a part of an `allOf` says of a property to which another part only adds."""
    parts = [resolve(part) for part in resolve(schema).get("allOf", [])]
    own = [
        resolve(part["properties"][key]).get("description", "") for part in parts if key in part.get("properties", {})
    ]
    return "".join([*own, *(inherited(part, key) for part in parts)])


def test_every_extension_is_explained() -> None:
    used = {place[-1] for place, _ in walk(document()) if place and place[-1].startswith("x-")}
    assert used == EXTENSIONS
    for name in used:
        assert f"`{name}" in document()["info"]["description"]


def test_the_prose_gives_the_numbers_of_the_reference_server() -> None:
    head_bytes = document()["x-reference-server"]["head-bytes"]
    send, events = operations()["sendMessage"].node, operations()["streamRunEvents"].node
    key = document()["components"]["parameters"]["IdempotencyKey"]
    preview = properties({"$ref": "#/components/schemas/Thread"})["first_user_message"]
    faults = properties({"$ref": "#/components/schemas/HTTPValidationError"})["detail"]
    kib, rest = divmod(head_bytes, 1024)
    assert rest == 0
    for node, words in (
        (document()["info"], f"longer than {kib} KiB"),
        (document()["info"], f"more than {MAX_NODES_WITH_ALL_ERRORS} members and items"),
        (faults, f"more than {MAX_NODES_WITH_ALL_ERRORS} members and items"),
        (send, f"for up to {Settings().busy_wait:.0f} seconds"),
        (events, f"for {EVENT_LOG_RETENTION_HOURS} hours"),
        (key, f"for {IDEMPOTENCY_KEY_RETENTION_HOURS} hours"),
        (preview, f"at most {FIRST_USER_MESSAGE_CHARACTERS} characters"),
    ):
        assert words in " ".join(node["description"].split())


def test_every_server_says_whether_it_honours_keys() -> None:
    assert [server["x-idempotency"] for server in document()["servers"]] == ["unproven", "honoured"]
    assert all(server["description"].endswith(".") for server in document()["servers"])


def test_no_schema_is_written_twice() -> None:
    objects = ((place, node) for place, node in walk(document()) if isinstance(node, dict))
    assert twice((repr(node), place) for place, node in objects if len(node.get("properties", {})) > 1) == {}


def test_no_text_is_written_twice() -> None:
    written = ((place, node) for place, node in walk(document()) if isinstance(node, str))
    texts = [(" ".join(node.split()), place) for place, node in written if place[-1] in ("summary", "description")]
    examples = document()["components"]["examples"]
    texts += [(node["summary"], ("components", "examples", name)) for name, node in examples.items()]
    assert twice(texts) == {}


LIMITS = {"maxLength", "maxItems", "maxProperties", "minLength", "minItems", "minProperties", "minimum", "maximum"}
LIMITS |= {"exclusiveMinimum", "exclusiveMaximum", "multipleOf", "pattern"}

# Limits that stand in several places all the same, and why: places below `components`, or keys of `x-` objects.
SHORT_TEXT, LONG_TEXT = 255, 1_000_000
STILL_TWICE: dict[tuple[str, object], set[str]] = {
    # One limit, but a client in Java wants it there again (docs/decisions.md).
    ("maxLength", SHORT_TEXT): {
        *("schemas/ShortText", "schemas/Label", "schemas/RunKey", "schemas/Choice"),
        *("schemas/FunctionParameters/properties/type", "schemas/ToolDefinition/properties/type"),
        # By chance: a key of the caller's own is no name.
        "parameters/IdempotencyKey/schema",
    },
    ("maxLength", LONG_TEXT): {"schemas/Text", "schemas/JsonObjectText", "schemas/JsonArrayText"},
    # By chance: the values that a parameter can take, and the names of parameters.
    ("maxItems", 1000): {
        "schemas/ParameterProperty/properties/enum",
        "schemas/FunctionParameters/properties/required",
    },
    # By chance: tools, and outputs of as many calls, which can all be of one tool.
    ("maxItems", 128): {"schemas/ToolDefinitions", "schemas/ToolOutputs/properties/tool_outputs"},
    # By chance: a form may be as large as JSON, and a query as long as a form; a key and a log are kept equally long.
    ("x-body-limits", 4 * 1024**2): {"application/json", "application/x-www-form-urlencoded"},
    ("x-reference-server", 1000): {"form-fields", "query-fields"},
}


def test_no_limit_is_written_twice() -> None:
    """0 and 1 are no limits that anybody chose: not negative, not empty."""
    limits: list[tuple[tuple[str, object], tuple[str, ...]]] = []
    for place, node in walk(document()):
        if place[-1:] and place[-1] in LIMITS and place[-2:-1] != ("properties",) and node not in (0, 1):
            limits.append(((place[-1], node), place[1:-1]))
        elif len(place) == 2 and place[0] in ("x-body-limits", "x-reference-server"):
            limits.append(((place[0], node), place[1:]))
    assert twice(limits) == STILL_TWICE


def twice(written: Iterable[tuple[Hashable, tuple[str, ...]]]) -> dict[Hashable, set[str]]:
    """What stands in more than one place, and where."""
    seen: defaultdict[Hashable, set[str]] = defaultdict(set)
    for what, place in written:
        seen[what].add("/".join(place))
    return {what: places for what, places in seen.items() if len(places) > 1}


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
