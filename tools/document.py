"""The document, read for tests and tools."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import yaml

ROOT = Path(__file__).parents[1]
PATH = ROOT / "openapi.yaml"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml reads the document eight times faster
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")

Node = dict[str, Any]


class Operation(NamedTuple):
    """One operation of the document, its parameters joined with those of its path."""

    id: str
    method: str
    path: str
    node: Node
    parameters: list[Node]

    @property
    def responses(self) -> dict[str, Node]:
        return {status: resolve(response) for status, response in self.node["responses"].items()}

    @property
    def bodies(self) -> dict[str, Node]:
        body = resolve(self.node.get("requestBody", {}))
        content: dict[str, Node] = body.get("content", {})
        return content


@cache
def document() -> Node:
    """The whole document, as YAML reads it."""
    loaded: Node = yaml.load(PATH.read_text(encoding="utf-8"), LOADER)
    return loaded


def resolve(node: Node) -> Node:
    """Resolve a `$ref`; sibling keywords win, as OpenAPI 3.1 has it for schemas."""
    while "$ref" in node:
        beside = {key: value for key, value in node.items() if key != "$ref"}
        node = {**at(node["$ref"]), **beside}
    return node


@cache
def at(reference: str) -> Node:
    """Node that a reference into the document names."""
    node: Any = document()
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    found: Node = node
    return found


@cache
def operations() -> dict[str, Operation]:
    """All operations by operationId."""
    found = {}
    for path, item in document()["paths"].items():
        for method in METHODS:
            if method in item:
                node = item[method]
                parameters = [resolve(one) for one in [*item.get("parameters", []), *node.get("parameters", [])]]
                found[node["operationId"]] = Operation(node["operationId"], method, path, node, parameters)
    return found


def properties(schema: Node) -> dict[str, Node]:
    """The properties of an object schema, those of its `allOf` included."""
    schema = resolve(schema)
    found: dict[str, Node] = {}
    for part in (*map(properties, schema.get("allOf", [])), schema.get("properties", {})):
        found |= part
    return found


def required(schema: Node) -> set[str]:
    """The names of the properties that an object must have, those of its `allOf` included."""
    schema = resolve(schema)
    found = set(schema.get("required", []))
    for part in schema.get("allOf", []):
        found |= required(part)
    return found


def merged(schema: Node) -> Node:
    """A schema and what it refers to as one, without `allOf`; properties of the same name are joined."""
    if schema.keys() == {"$ref"}:
        return _merged_at(schema["$ref"])
    schema = resolve(schema)
    whole: Node = {}
    for part in (
        *map(merged, schema.get("allOf", [])),
        {key: value for key, value in schema.items() if key != "allOf"},
    ):
        for name, sub in part.get("properties", {}).items():
            known = whole.setdefault("properties", {})
            known[name] = {"allOf": [known[name], sub]} if name in known else sub
        whole["required"] = [*whole.get("required", []), *part.get("required", [])]
        whole |= {key: value for key, value in part.items() if key not in ("properties", "required")}
    return whole


@cache
def _merged_at(reference: str) -> Node:
    return merged(at(reference))


def walk(node: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every node below, with the keys that lead to it; examples are data and are passed over."""
    yield place, node
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key not in ("example", "examples") or place[-1:] == ("properties",):
                yield from walk(value, (*place, str(key)))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk(value, (*place, str(index)))


def validator(schema: Node) -> jsonschema_rs.Draft202012Validator:
    """A validator of one schema of the document, formats included."""
    return jsonschema_rs.Draft202012Validator(
        {"components": document()["components"], **schema},
        validate_formats=True,
        formats={"json-object": lambda text: holds(text, dict), "json-array": lambda text: holds(text, list)},
    )


def holds(text: str, kind: type) -> bool:
    """Whether a text is JSON of one kind."""
    try:
        return isinstance(json.loads(text), kind)
    except ValueError:
        return False
