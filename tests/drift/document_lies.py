"""Lies of the document, found in the document itself: a new operation is lied about too."""

import copy
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.contract.document import METHODS, document
from tests.drift.lie import Lie

Node = Any
Edit = Callable[[Node], object]
Place = tuple[str | int, ...]
LIMITS = ("maximum", "maxLength", "maxItems")


def document_lies() -> list[Lie]:
    """All of them, each kind at every place where it can be told."""
    return [as_lie(kind, place, edit) for kind, tell in KINDS.items() for place, edit in tell()]


def as_lie(kind: str, place: str, edit: Edit) -> Lie:
    def tell(tree: Path) -> None:
        changed = copy.deepcopy(document())
        edit(changed)
        write(changed, tree)

    return Lie("document", kind, place, tell)


def write(changed: Node, tree: Path) -> None:
    text = yaml.dump(changed, Dumper=Plain, sort_keys=False, allow_unicode=True, width=10**6)
    (tree / "openapi.yaml").write_text(text, encoding="utf-8")


class Plain(yaml.SafeDumper):
    """Writes everything out: what is the same object twice is still said twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


@cache
def nodes() -> list[tuple[Place, Node]]:
    """Every node of the document with its place; what examples hold is data and no node."""
    found: list[tuple[Place, Node]] = []

    def walk(place: Place, node: Node) -> None:
        found.append((place, node))
        if "example" in place[-1:] or place[-2:-1] == ("examples",) or place[:2] == ("components", "examples"):
            return
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            walk((*place, key), value)

    walk((), document())
    return found


def at(whole: Node, place: Place) -> Node:
    for step in place:
        whole = whole[step]
    return whole


def shown(place: Place) -> str:
    return "/".join(str(step).strip("/") for step in place)


def schemas(test: Callable[[Node], bool]) -> Iterator[tuple[Place, Node]]:
    """The schema nodes that pass a test: whatever has a type, a reference or properties and is no header or link."""
    for place, node in nodes():
        if isinstance(node, dict) and in_schema(place) and test(node):
            yield place, node


def in_schema(place: Place) -> bool:
    return place[:2] == ("components", "schemas") or "schema" in place


def operations() -> Iterator[tuple[Place, Node]]:
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                yield ("paths", path, method), item[method]


def put(place: Place, key: str | int, value: object) -> Edit:
    return lambda whole: at(whole, place).__setitem__(key, value)


def drop(place: Place, key: str | int) -> Edit:
    return lambda whole: at(whole, place).__delitem__(key)


Told = Iterator[tuple[str, Edit]]


def limit_raised() -> Told:
    for place, node in schemas(lambda one: any(key in one for key in LIMITS)):
        for key in LIMITS:
            if isinstance(node.get(key), int):
                yield shown((*place, key)), put(place, key, node[key] * 2)


def limit_lowered() -> Told:
    for place, node in schemas(lambda one: any(key in one for key in LIMITS)):
        for key in LIMITS:
            if isinstance(node.get(key), int) and node[key] > 1:
                yield shown((*place, key)), put(place, key, node[key] // 2)


def least_changed() -> Told:
    for place, node in schemas(lambda one: True):
        for key in ("minimum", "minLength", "minItems"):
            if isinstance(node.get(key), int):
                yield shown((*place, key)), put(place, key, 1 - min(node[key], 1))


def field_optional() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("required"), list)):
        for name in node["required"]:
            yield shown((*place, name)), put(place, "required", [one for one in node["required"] if one != name])


def field_required() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("properties"), dict)):
        for name in node["properties"]:
            if name not in node.get("required", []):
                yield shown((*place, name)), put(place, "required", [*node.get("required", []), name])


def type_widened() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("type"), str)):
        if node["type"] in ("string", "integer", "boolean", "array", "object") and place[-1] != "schema":
            yield shown(place), put(place, "type", [node["type"], "null"])


def null_refused() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("type"), list) and "null" in one["type"]):
        yield shown(place), put(place, "type", next(kind for kind in node["type"] if kind != "null"))


def type_exchanged() -> Told:
    other = {"string": "integer", "integer": "string", "boolean": "string", "number": "string"}
    for place, node in schemas(lambda one: isinstance(one.get("type"), str) and one["type"] in other):
        yield shown(place), put(place, "type", other[node["type"]])


def format_dropped() -> Told:
    for place, node in schemas(lambda one: one.get("format") in ("uuid", "date-time")):
        yield f"{shown(place)} ({node['format']})", drop(place, "format")


def pattern_loosened() -> Told:
    for place, _ in schemas(lambda one: isinstance(one.get("pattern"), str)):
        yield shown(place), put(place, "pattern", "^.*$")


def default_changed() -> Told:
    for place, node in schemas(lambda one: "default" in one and not isinstance(one["default"], dict)):
        value = node["default"]
        other = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"{value}s"
        yield shown(place), put(place, "default", other)


def choice_added() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("enum"), list)):
        yield shown(place), put(place, "enum", [*node["enum"], "another"])


def choice_removed() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("enum"), list) and len(one["enum"]) > 1):
        for value in node["enum"]:
            yield f"{shown(place)} {value}", put(place, "enum", [one for one in node["enum"] if one != value])


def field_renamed() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("properties"), dict)):
        for name in node["properties"]:
            renamed = {f"{key}_" if key == name else key: value for key, value in node["properties"].items()}
            yield shown((*place, name)), put(place, "properties", renamed)


def field_dropped() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("properties"), dict)):
        for name in node["properties"]:
            if name not in node.get("required", []):
                yield shown((*place, name)), drop((*place, "properties"), name)


def status_removed() -> Told:
    for place, node in operations():
        for status in node["responses"]:
            if status != "200":
                yield shown((node["operationId"], status)), drop((*place, "responses"), status)


def status_added() -> Told:
    for place, node in operations():
        for status in ("402", "403", "410"):
            edit = put((*place, "responses"), status, {"$ref": "#/components/responses/Unauthorized"})
            yield shown((node["operationId"], status)), edit


def success_renumbered() -> Told:
    for place, node in operations():

        def edit(whole: Node, place: Place = place) -> None:
            responses = at(whole, (*place, "responses"))
            responses["201"] = responses.pop("200")

        yield node["operationId"], edit


def media_type_dropped() -> Told:
    for place, node in nodes():
        if place[-1:] == ("content",) and isinstance(node, dict) and len(node) > 1:
            for media_type in node:
                yield shown((*place, media_type)), drop(place, media_type)


def operation_renamed() -> Told:
    for place, node in operations():
        old = node["operationId"]

        def edit(whole: Node, place: Place = place, old: str = old) -> None:
            at(whole, place)["operationId"] = f"{old}Now"
            for _, link in whole["components"]["links"].items():
                if link["operationId"] == old:
                    link["operationId"] = f"{old}Now"

        yield old, edit


def parameter_renamed() -> Told:
    for place, node in nodes():
        if is_parameter(node) and node["in"] != "path":
            yield f"{shown(place)} {node['name']}", put(place, "name", f"{node['name']}s")


def parameter_moved() -> Told:
    for place, node in nodes():
        if is_parameter(node) and node["in"] != "path":
            yield f"{shown(place)} {node['name']}", put(place, "in", "header" if node["in"] == "query" else "query")


def parameter_dropped() -> Told:
    for place, node in operations():
        for index, one in enumerate(node.get("parameters", [])):
            name = one.get("name") or str(one["$ref"]).rpartition("/")[2]
            yield f"{node['operationId']} {name}", drop((*place, "parameters"), index)


def parameter_required() -> Told:
    for place, node in nodes():
        if is_parameter(node) and not node.get("required"):
            yield f"{shown(place)} {node['name']}", put(place, "required", True)


def is_parameter(node: Node) -> bool:
    return isinstance(node, dict) and node.get("in") in ("query", "header", "path") and "schema" in node


def path_changed() -> Told:
    for path in document()["paths"]:

        def edit(whole: Node, path: str = path) -> None:
            # The last segment that is no parameter, in the singular.
            whole["paths"] = {
                re.sub(r"s(?=/[^/]*$|$)", "", key) if key == path else key: value
                for key, value in whole["paths"].items()
            }

        if re.search(r"s(?=/[^/]*$|$)", path):
            yield path.strip("/"), edit


def method_changed() -> Told:
    for place, node in operations():
        other = "patch" if place[2] == "put" else "put"

        def edit(whole: Node, place: Place = place, other: str = other) -> None:
            item = at(whole, place[:2])
            item[other] = item.pop(place[2])

        if other not in document()["paths"][place[1]]:
            yield f"{node['operationId']} {place[2]}", edit


def body_requirement_turned() -> Told:
    for place, node in operations():
        if "requestBody" in node:
            body = (*place, "requestBody")
            yield node["operationId"], put(body, "required", not node["requestBody"].get("required", False))


def header_dropped() -> Told:
    for place, node in nodes():
        if (place[-1:] == ("headers",) and isinstance(node, dict) and place[0] != "components") or (
            place[:2] == ("components", "responses") and place[-1:] == ("headers",)
        ):
            for name in node:
                yield shown((*place, name)), drop(place, name)


def header_optional() -> Told:
    for name, node in document()["components"]["headers"].items():
        if node.get("required"):
            yield name, put(("components", "headers", name), "required", False)


def example_stale() -> Told:
    """A field of an example has been renamed meanwhile."""
    for name, node in document()["components"]["examples"].items():
        value = node["value"][0] if isinstance(node["value"], list) else node["value"]
        for key in value if isinstance(value, dict) else ():

            def edit(whole: Node, name: str = name, key: str = key) -> None:
                value = whole["components"]["examples"][name]["value"]
                value = value[0] if isinstance(value, list) else value
                value[f"old_{key}"] = value.pop(key)

            yield f"{name} {key}", edit


def example_of_another_type() -> Told:
    for name, node in document()["components"]["examples"].items():
        value = node["value"][0] if isinstance(node["value"], list) else node["value"]
        for key, one in value.items() if isinstance(value, dict) else ():
            if isinstance(one, str | int | bool):

                def edit(whole: Node, name: str = name, key: str = key) -> None:
                    value = whole["components"]["examples"][name]["value"]
                    (value[0] if isinstance(value, list) else value)[key] = {"was": "something else"}

                yield f"{name} {key}", edit


def link_to_another_operation() -> Told:
    for name, node in document()["components"]["links"].items():
        other = "listThreads" if node["operationId"] != "listThreads" else "listAssistants"
        yield name, put(("components", "links", name), "operationId", other)


def link_to_another_field() -> Told:
    for name, node in document()["components"]["links"].items():
        for key, text in node.get("parameters", {}).items():
            yield f"{name} {key}", put(("components", "links", name, "parameters"), key, text.replace("_id", "_key"))


def link_dropped() -> Told:
    for place, node in nodes():
        if place[-1:] == ("links",) and isinstance(node, dict) and place != ("components", "links"):
            for name in node:
                yield shown((*place, name)), drop(place, name)


def security_removed() -> Told:
    for place, node in operations():
        yield node["operationId"], put(place, "security", [])
    yield "everywhere", put((), "security", [{}])


def key_elsewhere() -> Told:
    for name, scheme in document()["components"]["securitySchemes"].items():
        place = ("components", "securitySchemes", name)
        yield f"{name} name", put(place, "name", f"{scheme['name']}s")
        yield f"{name} in", put(place, "in", "query")


def server_changed() -> Told:
    for index, server in enumerate(document()["servers"]):
        yield f"{index} url", put(("servers", index), "url", server["url"] + "/v1")
        other = "honoured" if server["x-idempotency"] == "unproven" else "unproven"
        yield f"{index} x-idempotency", put(("servers", index), "x-idempotency", other)
    yield "order", lambda whole: whole["servers"].reverse()


def stated_number_changed() -> Told:
    """A number in an `x-` key of the document, such as a body's limit, is another."""
    for key, numbers in document().items():
        for name, value in numbers.items() if key.startswith("x-") and isinstance(numbers, dict) else ():
            if isinstance(value, int | float):
                yield f"{key} {name}", put((key,), name, value * 2)


def mark_dropped() -> Told:
    for place, node in nodes():
        for key in ("x-extension", "x-unproven"):
            if isinstance(node, dict) and node.get(key) is True:
                yield shown((*place, key)), drop(place, key)


def event_dropped() -> Told:
    for place, node in schemas(lambda one: "mapping" in one.get("discriminator", {})):
        for index, one in enumerate(node["oneOf"]):
            name = one["$ref"].rpartition("/")[2]

            def edit(whole: Node, place: Place = place, index: int = index, target: str = one["$ref"]) -> None:
                union = at(whole, place)
                del union["oneOf"][index]
                mapping = union["discriminator"]["mapping"]
                union["discriminator"]["mapping"] = {key: ref for key, ref in mapping.items() if ref != target}

            yield name, edit


def event_misnamed() -> Told:
    for place, node in schemas(lambda one: isinstance(one.get("const"), str)):
        yield f"{shown(place)} {node['const']}", put(place, "const", node["const"] + "s")


def end_of_stream_changed() -> Told:
    for place, node in schemas(lambda one: "x-stream-ends" in one):
        for key in ("x-stream-ends", "x-stream-failures"):
            for kind in node[key]:
                yield f"{key} {kind}", put(place, key, [one for one in node[key] if one != kind])


def number_in_prose_changed() -> Told:
    """A number that a sentence states is another."""
    for place, node in nodes():
        if place[-1:] == ("description",) and isinstance(node, str):
            for match in re.finditer(r"(?<![\w`.])\d+(?![\w`]|\.\d)", node):
                if match[0] not in STATUSES and int(match[0]) > 1:
                    text = node[: match.start()] + str(int(match[0]) * 2) + node[match.end() :]
                    yield f"{shown(place)} {match[0]}", put(place[:-1], place[-1], text)


STATUSES = {"200", "304", "400", "401", "404", "405", "409", "412", "413", "415", "422", "429", "503"}


OTHER_STATUS = dict.fromkeys(STATUSES, "404") | {"404": "409", "400": "422", "422": "400", "409": "400"}


def status_in_prose_changed() -> Told:
    for place, node in nodes():
        if place[-1:] == ("description",) and isinstance(node, str):
            for number, match in enumerate(re.finditer(r"(?<![\w.])[2345]\d\d\b", node), start=1):
                if match[0] in STATUSES:
                    text = node[: match.start()] + OTHER_STATUS[match[0]] + node[match.end() :]
                    yield f"{shown(place)} {match[0]} ({number})", put(place[:-1], place[-1], text)


OPPOSITES = {
    "oldest": "newest",
    "newest": "oldest",
    "descending": "ascending",
    "Only": "Also",
    "never": "always",
    "nothing": "something",
    "ignored": "refused",
    "cannot": "can",
}


def sentence_turned_round() -> Told:
    for place, node in nodes():
        if place[-1:] == ("description",) and isinstance(node, str) and place[0] != "tags":
            for word, opposite in OPPOSITES.items():
                if re.search(rf"\b{word}\b", node):
                    text = re.sub(rf"\b{word}\b", opposite, node, count=1)
                    yield f"{shown(place)} {word}", put(place[:-1], place[-1], text)


KINDS: dict[str, Callable[[], Told]] = {
    tell.__name__.replace("_", " "): tell
    for tell in (
        *(limit_raised, limit_lowered, least_changed, field_optional, field_required, type_widened, null_refused),
        *(type_exchanged, format_dropped, pattern_loosened, default_changed, choice_added, choice_removed),
        *(field_renamed, field_dropped, status_removed, status_added, success_renumbered, media_type_dropped),
        *(operation_renamed, parameter_renamed, parameter_moved, parameter_dropped, parameter_required, path_changed),
        *(method_changed, body_requirement_turned, header_dropped, header_optional, example_stale),
        *(example_of_another_type, link_to_another_operation, link_to_another_field, link_dropped, security_removed),
        *(key_elsewhere, server_changed, stated_number_changed, mark_dropped, event_dropped, event_misnamed),
        *(end_of_stream_changed, number_in_prose_changed, status_in_prose_changed, sentence_turned_round),
    )
}
