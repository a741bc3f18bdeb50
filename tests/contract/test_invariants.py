"""Invariants of every operation, schema and parameter of the document, future ones included."""

import json
import re
from collections.abc import Iterator

from backboard_threads import Backboard
from tests.contract.vendor_facts_calls import CALLS
from tests.support.generator.source import NAMES
from tests.support.one_pass import for_each
from tools.document import PATH, ROOT, Node, Operation, document, operations, properties, required, resolve, walk
from tools.schema_validation import faults

each_operation = for_each([(operation,) for operation in operations().values()])

LINKS = [
    (operation, status, name, resolve(link))
    for operation in operations().values()
    for status, response in operation.responses.items()
    for name, link in response.get("links", {}).items()
]
TESTS = [path.read_text("utf-8") for folder in ("client", "server") for path in (ROOT / "tests" / folder).rglob("*.py")]
LIMITS = {"maxLength", "maxItems", "minLength", "minItems", "minimum", "maximum"}

LAST = 2**63 - 1  # the largest number of PostgreSQL and SQLite
VERSIONS = [f'"{LAST}"', f'W/"{LAST}"', ", ".join([f'"{LAST}"'] * 10), "*"]
TAKEN = {
    "Idempotency-Key": ["".join(map(chr, range(ord("!"), ord("~") + 1))), "k", "k" * 255],
    "If-Match": VERSIONS,
    "If-None-Match": VERSIONS,
    "Last-Event-ID": ["0", str(LAST)],
}
"""Values of each header that a caller may have, or have from the server."""


def test_every_operation_has_all_its_parts() -> None:
    """Whatever an operation lacks, in one list: this is what CONTRIBUTING.md sends a newcomer to."""
    missing = [lack for operation in operations().values() for lack in lacks(operation)]
    assert not missing, "\n".join(missing)


def lacks(operation: Operation) -> Iterator[str]:
    """Yield what is missing for an operation, in the order in which it is made."""
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation.id).lower()
    (tag,) = operation.node["tags"]
    for status in sorted(errors_of(operation).keys() - operation.responses.keys()):
        yield f"openapi.yaml: {operation.id} does not list {status}"
    for status, response in operation.responses.items():
        for media_type, media in response.get("content", {}).items():
            if not media.get("examples"):
                yield f"openapi.yaml: {operation.id} has no example of {status} {media_type}"
    if operation.id not in CALLS and operation.node.get("x-extension") is not True:
        yield f"openapi.yaml: {operation.id} is neither in vendor_facts_calls.py nor x-extension"
    if not (ROOT / "server/threads_server/operations" / f"{tag}.py").read_text("utf-8").count(f"async def {snake}("):
        yield f"server/threads_server/operations/{tag}.py has no function {snake}"
    names = NAMES.operations[operation.id]
    method = names.method or names.stream or ""
    if not hasattr(getattr(Backboard(api_key="key"), names.resource), method):
        yield f"generated/: no method {names.resource}.{method}; run `make generate`"
    called = "|".join(rf"\.{name}\(" for name in (names.method, names.iterate, names.stream) if name)
    if not any(re.search(f"{called}|{operation.id}", text) for text in TESTS):
        yield f"tests/: no test of the client or the server calls {names.resource}.{method}"
    released = next((ROOT / "tests/contract/released").glob("*.yaml")).read_text("utf-8")
    unreleased = (ROOT / "CHANGELOG.md").read_text("utf-8").partition("## [Unreleased]")[2].partition("\n## [")[0]
    if f"operationId: {operation.id}\n" not in released and not re.search(rf"{operation.id}|{method}", unreleased):
        yield f"CHANGELOG.md: nothing under Unreleased names {operation.id} or {method}"


def errors_of(operation: Operation) -> dict[str, str]:
    """Return every error that an operation can give, and its component, from what the operation takes."""
    names = {parameter["name"] for parameter in operation.parameters}
    taken = names | {name for media in operation.bodies.values() for name in properties(media["schema"])}
    errors = {"401": "Unauthorized", "422": "UnprocessableContent", "429": "TooManyRequests"}
    errors |= {"503": "ServiceUnavailable"}
    if operation.bodies:
        errors |= {"400": "BadRequest", "413": "PayloadTooLarge", "415": "UnsupportedMediaType"}
    for name in ("assistant_id", "thread_id", "run_id"):  # the innermost object that may be missing
        if name in taken:
            errors["404"] = f"{name.removesuffix('_id').capitalize()}NotFound"
    if "Idempotency-Key" in names:
        conflicts = {"content": "ThreadBusy", "tool_outputs": "RunNotWaiting"}
        errors["409"] = next((error for field, error in conflicts.items() if field in taken), "KeyConflict")
    errors |= {"412": "PreconditionFailed"} if "If-Match" in names else {}
    return errors | ({"304": "NotModified"} if "If-None-Match" in names else {})


@each_operation
def test_operation_lists_exactly_its_errors(operation: Operation) -> None:
    listed = {status: response.get("$ref") for status, response in operation.node["responses"].items()}
    listed.pop("200")
    assert listed == {status: f"#/components/responses/{name}" for status, name in errors_of(operation).items()}


@each_operation
def test_headers_of_responses(operation: Operation) -> None:
    """Every response names its request, and one that asks to wait says how long."""
    for status, response in operation.responses.items():
        headers = {name: resolve(header) for name, header in response["headers"].items()}
        assert "X-Request-ID" in headers
        always = {"X-Request-ID", "Retry-After"}
        assert {name for name, header in headers.items() if header.get("required")} == always & headers.keys()
        assert ("Retry-After" in response["headers"]) == (status in ("429", "503"))
        assert status not in ("304", "412") or "ETag" in response["headers"]


@each_operation
def test_body_is_required_unless_an_empty_one_says_the_same(operation: Operation) -> None:
    if operation.bodies:
        says_nothing = operation.method == "post" and any(not needs_field(body) for body in operation.bodies.values())
        assert operation.node["requestBody"].get("required", False) is not says_nothing


def needs_field(body: Node) -> bool:
    """Whether an empty body of a media type lacks a field in every form that it can have."""
    schema = resolve(body["schema"])
    forms = [resolve(form) for form in schema.get("anyOf", [])]
    return bool(required(schema)) or (bool(forms) and all(required(form) for form in forms))


@each_operation
def test_only_posts_take_idempotency_keys(operation: Operation) -> None:
    names = {parameter["name"] for parameter in operation.parameters}
    assert ("Idempotency-Key" in names) == (operation.method == "post")
    assert ("Idempotency-Replayed" in operation.responses["200"]["headers"]) == (operation.method == "post")


def test_parameters_of_one_name_take_the_same_values_and_have_the_same_default() -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for operation in operations().values():
        for parameter in operation.parameters:
            schema = {key: value for key, value in resolve(parameter["schema"]).items() if key != "description"}
            found.setdefault((parameter["in"], parameter["name"]), set()).add(json.dumps(schema, sort_keys=True))
    assert [name for name, schemas in found.items() if len(schemas) > 1] == []


SAME_LIMITS = LIMITS - {"minLength"} | {"pattern", "enum", "format", "required"}


def limits(schema: Node, place: str = "") -> Iterator[tuple[str, str, str]]:
    """The limits of a field and of what is in it, wherever its schema says them."""
    schema = resolve(schema)
    yield from ((place, key, str(schema[key])) for key in SAME_LIMITS & schema.keys())
    for part in (*schema.get("allOf", []), *schema.get("oneOf", []), *schema.get("anyOf", [])):
        yield from limits(part, place)
    for name, part in schema.get("properties", {}).items():
        yield from limits(part, f"{place}.{name}")
    if "items" in schema:
        yield from limits(schema["items"], f"{place}[]")


@each_operation
def test_header_takes_every_value_that_a_caller_may_have(operation: Operation) -> None:
    for header in (one for one in operation.parameters if one["in"] == "header"):
        assert [value for value in TAKEN[header["name"]] if faults(header["schema"], value)] == [], header["name"]


def test_fields_of_one_name_have_the_same_limits_in_every_json_body() -> None:
    found: dict[str, set[frozenset[tuple[str, str, str]]]] = {}
    for operation in operations().values():
        for name, field in properties(operation.bodies.get("application/json", {}).get("schema", {})).items():
            found.setdefault(name, set()).add(frozenset(limits(field)))
    assert [name for name, every in found.items() if len(every) > 1] == []


@each_operation
def test_json_text_in_a_form_has_the_limits_of_the_json_body(operation: Operation) -> None:
    as_json = properties(operation.bodies.get("application/json", {}).get("schema", {}))
    for media in operation.bodies.values():
        for name, field in properties(media["schema"]).items():
            if "contentSchema" in field:
                assert set(limits(field["contentSchema"])) == set(limits(as_json[name])), name


@each_operation
def test_filter_takes_every_value_of_the_field_that_it_is_named_after(operation: Operation) -> None:
    schema = operation.responses["200"].get("content", {}).get("application/json", {}).get("schema", {})
    if resolve(schema).get("type") == "array":
        fields = properties(resolve(schema)["items"])
        for parameter in operation.parameters:
            if parameter["in"] == "query" and parameter["name"] in fields:
                field = resolve(fields[parameter["name"]])
                assert {**resolve(parameter["schema"]), "description": ""} == {**field, "description": ""}


@each_operation
def test_change_has_no_defaults_since_what_is_left_out_stays(operation: Operation) -> None:
    bodies = [properties(media["schema"]) for media in operation.bodies.values()]
    if operation.method in ("put", "patch"):
        assert [name for fields in bodies for name, field in fields.items() if "default" in resolve(field)] == []


@each_operation
def test_list_is_ordered_and_paged(operation: Operation) -> None:
    schema = operation.responses["200"].get("content", {}).get("application/json", {}).get("schema", {})
    if resolve(schema).get("type") == "array":
        assert {"skip", "limit"} <= {parameter["name"] for parameter in operation.parameters}
        (own,) = required(resolve(schema)["items"]) & {"assistant_id", "thread_id"}
        order = f"newest first: by `created_at` descending, then by `{own}` descending"
        assert order in one_line(operation.node)
        assert "newest first" in schema["description"]


@each_operation
def test_every_sent_value_is_limited(operation: Operation) -> None:
    for media_type, media in operation.bodies.items():
        assert media_type in document()["x-body-limits"]
        assert list(unlimited(media["schema"], "body")) == []
    for parameter in operation.parameters:
        assert list(unlimited(parameter["schema"], parameter["name"])) == []


BYTES_OF_A_CHARACTER = {"application/json": 4, "application/x-www-form-urlencoded": 12, "multipart/form-data": 4}
"""At most: those of UTF-8, each as `%XX` in a form."""


@each_operation
def test_every_text_fits_at_its_longest_into_a_body_of_each_media_type(operation: Operation) -> None:
    for media_type, media in operation.bodies.items():
        most = document()["x-body-limits"][media_type] // BYTES_OF_A_CHARACTER[media_type]
        for place, keyword, limit in limits(media["schema"]):
            assert keyword != "maxLength" or int(limit) < most, (media_type, place)


def unlimited(schema: Node, place: str, above: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the places of a request's schema where a text, list or number has no limit."""
    if "$ref" in schema:
        if schema["$ref"] in above:
            return
        above |= {schema["$ref"]}
    schema = resolve(schema)
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if "string" in types and not {"enum", "const", "format", "maxLength", "pattern"} & schema.keys():
        yield place
    if "array" in types and "maxItems" not in schema:
        yield place
    if "integer" in types and not {"minimum", "maximum"} <= schema.keys():
        yield place
    for key, sub in schema.get("properties", {}).items():
        yield from unlimited(sub, f"{place}.{key}", above)
    for part in (*schema.get("allOf", []), *schema.get("anyOf", []), *schema.get("oneOf", [])):
        yield from unlimited(part, place, above)
    for kind in ("items", "additionalProperties"):
        if isinstance(schema.get(kind), dict):
            yield from unlimited(schema[kind], f"{place}[]", above)


def test_every_limit_is_a_whole_number_and_leaves_something() -> None:
    for place, node in walk(document()["components"]):
        if isinstance(node, dict) and place[-1:] != ("properties",):
            for key in LIMITS & node.keys():
                assert isinstance(node[key], int), place
                assert node[key] >= 0, place
            for kind in ("Length", "Items", "imum"):
                assert node.get(f"min{kind}", 0) <= node.get(f"max{kind}", float("inf")), place


def test_every_schema_and_property_is_described() -> None:
    for name, schema in document()["components"]["schemas"].items():
        assert schema.get("description", "").strip(), name
        for key, sub in properties(schema).items():
            assert resolve(sub).get("description", "").strip() or inherited(schema, key), f"{name}.{key}"


def inherited(schema: Node, key: str) -> str:
    """Return what a part of an `allOf` says of a property to which another part only adds."""
    parts = [resolve(part) for part in resolve(schema).get("allOf", [])]
    own = [
        resolve(part["properties"][key]).get("description", "") for part in parts if key in part.get("properties", {})
    ]
    return "".join([*own, *(inherited(part, key) for part in parts)])


def test_every_extension_key_is_explained() -> None:
    used = {place[-1] for place, _ in walk(document()) if place and place[-1].startswith("x-")}
    explained = (ROOT / "docs" / "languages.md").read_text(encoding="utf-8")
    assert sorted(name for name in used if f"`{name}`" not in explained) == []


def test_extension_says_what_the_hosted_api_does() -> None:
    for place, node in walk(document()):
        if isinstance(node, dict) and node.get("x-extension") is True and place[:2] != ("components", "schemas"):
            assert "hosted API" in one_line(node), place


def test_prose_of_the_contract_leaves_the_reference_server_to_its_notes() -> None:
    for place, node in walk(document()):
        if place[-1:] == ("description",) and isinstance(node, str) and place[0] != "servers":
            assert "reference server" not in node, place


@each_operation
def test_statuses_in_prose_are_documented(operation: Operation) -> None:
    prose = [one_line(operation.node), *map(one_line, operation.parameters)]
    named = {status for text in prose for status in re.findall(r"(?<![\w.])[2345]\d\d(?![\w.]\d)", text)}
    assert named <= {"200", *operation.responses}


def test_no_schema_is_written_twice() -> None:
    seen: dict[str, tuple[str, ...]] = {}
    for place, node in walk(document()):
        if isinstance(node, dict) and len(node.get("properties", {})) > 1:
            assert seen.setdefault(repr(node), place) == place


def test_every_component_is_used() -> None:
    text = PATH.read_text(encoding="utf-8")
    for kind, entries in document()["components"].items():
        for name in entries if kind != "securitySchemes" else ():
            assert f"'#/components/{kind}/{name}'" in text, f"{kind}/{name}"


@each_operation
def test_every_media_type_of_a_body_has_the_same_fields(operation: Operation) -> None:
    fields = [
        {name for name, sub in properties(media["schema"]).items() if not is_file(sub)}
        for media in operation.bodies.values()
    ]
    assert all(one == fields[0] for one in fields)


def is_file(schema: Node) -> bool:
    schema = resolve(schema)
    return schema.get("format") == "binary" or ("items" in schema and is_file(schema["items"]))


@each_operation
def test_first_try_with_the_examples_succeeds(operation: Operation) -> None:
    """Documentation pages fill in examples: the smallest body first, no key, version or event number."""
    for parameter in operation.parameters:
        assert parameter["in"] != "header" or "example" not in parameter, parameter["name"]
    for media in operation.bodies.values():
        sizes = [len(json.dumps(resolve(example)["value"])) for example in media["examples"].values()]
        assert sizes[0] == min(sizes)


@for_each(LINKS)
def test_link_gives_what_its_target_needs(operation: Operation, status: str, name: str, link: Node) -> None:
    assert name.replace("Deleted", "") == link["operationId"]
    target = operations()[link["operationId"]]
    given = link.get("parameters", {})
    assert given.keys() <= {parameter["name"] for parameter in target.parameters}
    assert {one["name"] for one in target.parameters if one.get("required")} <= given.keys()
    fields = {name for media in target.bodies.values() for name in properties(media["schema"])}
    assert link.get("requestBody", {}).keys() <= fields
    for expression in expressions([given, link.get("requestBody", {})]):
        assert is_certain(expression, operation, status), expression
        given_id = expression.rpartition("/")[2].rpartition(".")[2]
        assert given_id in str(link), expression
        older = expression.startswith("$request") and given_id in ids_inside(operation, status)
        assert not older, f"{name} of {operation.id} leads to what was asked about, not to what its response has made"


def ids_inside(operation: Operation, status: str) -> set[str]:
    """Return the ids of the objects inside a response, which may be others than the one that was asked about."""
    schema = operation.responses[status].get("content", {}).get("application/json", {}).get("schema", {})
    return {name for part in properties(schema).values() for name in required(part) if name.endswith("_id")}


def expressions(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in expressions(part)]
    if isinstance(value, list):
        return [text for part in value for text in expressions(part)]
    return [value] if isinstance(value, str) and value.startswith("$") else []


def is_certain(expression: str, operation: Operation, status: str) -> bool:
    """Return whether a runtime expression names something that every such response or request has."""
    if match := re.fullmatch(r"\$request\.path\.(\w+)", expression):
        return any(one["name"] == match[1] and one["in"] == "path" for one in operation.parameters)
    match = re.fullmatch(r"\$response\.body#/([\w/]+)", expression)
    if match is None:
        return False
    schema: Node = operation.responses[status]["content"]["application/json"]["schema"]
    for step in match[1].split("/"):
        if step not in required(schema):
            return False
        schema = properties(schema)[step]
    return True


@each_operation
def test_every_returned_id_is_linked(operation: Operation) -> None:
    response = operation.responses["200"]
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    linked = str([resolve(link) for link in response.get("links", {}).values()])
    for name in required(schema) & {"assistant_id", "thread_id", "run_id"}:
        assert f"'{name}':" in linked, f"{operation.id} returns {name} and links it to nothing"


def one_line(node: Node) -> str:
    return " ".join(node["description"].split())
