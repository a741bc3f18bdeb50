"""Reading openapi.yaml: its place, its content and its references."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from threads_server.openapi.limits import Limits

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader
else:
    from yaml import CSafeLoader as SafeLoader  # the same, ten times faster

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class DocumentError(Exception):
    """The document cannot be served; the text says where and why, in one line."""


class _Loader(SafeLoader):
    """YAML 1.2's core schema, as OpenAPI asks: `off` is a text and a timestamp is a text."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$|^[-+]?[0-9]+[eE][-+]?[0-9]+$",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def find_document() -> Path:
    """Find the document: beside the package in a wheel, at the top of the tree in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for path in (package / "openapi.yaml", package.parents[1] / "openapi.yaml"):
        if path.is_file():
            return path
    raise DocumentError("openapi.yaml is neither beside the package threads_server nor at the top of its checkout")


class Document:
    """An OpenAPI 3.1 document whose references all point into itself.

    Raises DocumentError if the text is not YAML or not such a document.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        try:
            root = yaml.load(text, Loader=_Loader)
        except yaml.YAMLError as error:
            raise DocumentError(f"openapi.yaml is not YAML: {' '.join(str(error).split())}") from error
        if not isinstance(root, dict) or not str(root.get("openapi", "")).startswith("3.1."):
            raise DocumentError("openapi.yaml is not an OpenAPI 3.1 document")
        self.root: dict[str, Any] = root

    @classmethod
    def read(cls, path: Path | None = None) -> "Document":
        """Read the document at `path`, by default this installation's own."""
        path = path or find_document()
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise DocumentError(f"{path} cannot be read: {error.strerror}") from error

    @property
    def version(self) -> str:
        """Version of the document, which is the version of the project."""
        return str(self.root["info"]["version"])

    @cached_property
    def limits(self) -> Limits:
        """Sizes under `x-reference-server`. Raises DocumentError if one is missing."""
        try:
            return Limits.of(self.root.get("x-reference-server"))
        except ValueError as error:
            raise DocumentError(str(error)) from None

    @cached_property
    def json(self) -> bytes:
        """The document as JSON."""
        return json.dumps(self.root, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def base_path(self) -> str:
        """Path that every server of the document ends in (`/api`). Raises DocumentError if they differ."""
        paths = {re.sub(r"^[a-z]+://[^/]*", "", server["url"]).rstrip("/") for server in self.root.get("servers", [])}
        if len(paths) != 1:
            raise DocumentError("the servers of openapi.yaml do not all end in the same path")
        return paths.pop()

    def resolve(self, node: dict[str, Any]) -> dict[str, Any]:
        """Follow `node` to its target if it is a reference."""
        followed: list[str] = []
        while "$ref" in node:
            if node["$ref"] in followed:
                raise DocumentError(f"{node['$ref']} refers to itself")
            followed.append(node["$ref"])
            node = self._target(node["$ref"])
        return node

    def _target(self, reference: str) -> dict[str, Any]:
        if not reference.startswith("#/"):
            raise DocumentError(f"{reference} does not point into openapi.yaml")
        node: Any = self.root
        for part in reference[2:].split("/"):
            try:
                node = node[part.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise DocumentError(f"{reference} points to nothing") from None
        if not isinstance(node, dict):
            raise DocumentError(f"{reference} is not an object")
        return node

    def layers(self, schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Schemas that apply together: `schema`, the target of its reference, and its `allOf`, in that order."""
        yield schema
        if "$ref" in schema:
            yield from self.layers(self._target(schema["$ref"]))
        for part in schema.get("allOf", ()):
            yield from self.layers(part)
        choices = [part for part in schema.get("oneOf", ()) if part.get("type") != "null"]
        if len(choices) == 1:  # "this or null" is this
            yield from self.layers(choices[0])

    def first(self, schema: dict[str, Any], keyword: str, default: Any = None) -> Any:
        """The value of `keyword` in the outermost layer of `schema` that has it."""
        return next((layer[keyword] for layer in self.layers(schema) if keyword in layer), default)

    def types(self, schema: dict[str, Any]) -> frozenset[str]:
        """The JSON types that `schema` names, without `null`; empty if it names none."""
        named = self.first(schema, "type", [])
        return frozenset([named] if isinstance(named, str) else named) - {"null"}

    def referenced(self, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Component schemas that `schema` refers to, directly or not, by name."""
        needed: dict[str, dict[str, Any]] = {}
        pending = [schema]
        while pending:
            for node in objects(pending.pop()):
                reference = node.get("$ref")
                if isinstance(reference, str):
                    name = reference.rpartition("/")[2]
                    if name not in needed:
                        needed[name] = self._target(reference)
                        pending.append(needed[name])
        return needed

    def properties(self, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """Properties of an object schema, of all its layers together."""
        found: dict[str, dict[str, Any]] = {}
        for layer in self.layers(schema):
            for name, part in layer.get("properties", {}).items():
                found.setdefault(name, part)
        return found


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Iterate over every object in a value, outer ones first."""
    if isinstance(node, dict):
        yield node
    for part in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(part)
