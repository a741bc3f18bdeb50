"""The contract as it was written: loaded strictly, with its digest, and with references followed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openapi_python_client.schema import OpenAPI
from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

OF_OPERATIONS = {
    "tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody", "responses",
    "deprecated", "security", "callbacks", "servers",
}  # fmt: skip
"""Words of an operation that the client does as said, or that do not concern it."""

OF_PATHS = {"parameters", "summary", "description", "servers"}

PATH = r"(/([A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2}|\{[^{}/]+\})*)+"
"""A path by RFC 3986, with its parameters in braces."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


AS_JSON = "x-as-json"
"""Marks a parameter whose `content` is JSON; its `schema` is that of the JSON."""


class UnusableDocument(Exception):
    """The document says something that the client could not do as said; the text names the place and the reason."""


@dataclass(frozen=True)
class Operation:
    """One operation as written, with the parameters of its path before its own."""

    id: str
    method: str
    path: str
    raw: dict[str, Any]
    parameters: tuple[dict[str, Any], ...]
    servers: tuple[dict[str, Any], ...] = ()
    """Servers of its own, or of its path."""
    problem: str = ""
    """The reason for which the operation is refused, if it is found without its schemas."""

    def __str__(self) -> str:
        return f"{self.id} ({self.method.upper()} {self.path})"

    @property
    def tag(self) -> str:
        return str(next(iter(self.raw.get("tags") or ()), "default"))

    @property
    def path_parameters(self) -> list[str]:
        return re.findall(r"\{([^{}]*)\}", self.path)


class Document:
    """An OpenAPI document of version 3.0 or 3.1.

    Raises UnusableDocument if the text is no such document. Webhooks, callbacks and links are read past.
    """

    def __init__(self, text: bytes) -> None:
        self.digest = hashlib.sha256(text).hexdigest()
        loaded = _load(text)
        if not isinstance(loaded, dict) or not str(loaded.get("openapi", "")).startswith(("3.0.", "3.1.")):
            raise UnusableDocument("document: not an OpenAPI document of version 3.0 or 3.1")
        self.raw: dict[str, Any] = loaded
        for part in ("info", "paths"):
            if not isinstance(self.raw.get(part), dict):
                raise UnusableDocument(f"document: `{part}` is missing")
        self._refuse_wrong_types()
        if not self.version.isascii() or not self.version.isprintable():
            raise UnusableDocument(f"document: the version {self.version!r} cannot be sent in a header")
        self.schemas: dict[str, Any] = (self.raw.get("components") or {}).get("schemas") or {}
        self.operations = tuple(self._operations())

    @classmethod
    def at(cls, path: Path) -> Document:
        try:
            return cls(path.read_bytes())
        except OSError as error:
            raise UnusableDocument(f"{path}: {error.strerror}") from error

    def only(self, identifiers: Collection[str]) -> Document:
        """Return the document with some of its operations."""
        chosen = copy(self)
        chosen.operations = tuple(one for one in self.operations if one.id in identifiers)
        return chosen

    @property
    def title(self) -> str:
        return str(self.raw["info"].get("title", ""))

    @property
    def version(self) -> str:
        return str(self.raw["info"].get("version", ""))

    @property
    def servers(self) -> list[dict[str, Any]]:
        servers: list[dict[str, Any]] = self.raw.get("servers", [])
        return servers

    def follow(self, node: Any, where: str) -> dict[str, Any]:
        """Return what a node stands for: itself, or what its chain of `$ref` ends in.

        What stands beside a `$ref` is laid over what the reference leads to, as OpenAPI 3.1 has it for descriptions.
        """
        seen: list[str] = []
        beside: dict[str, Any] = {}
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            if reference in seen:
                raise UnusableDocument(f"{where}: {reference} refers to itself")
            seen.append(reference)
            beside = {**{key: value for key, value in node.items() if key != "$ref"}, **beside}
            node = self._target(reference, where)
        if not isinstance(node, dict):
            raise UnusableDocument(f"{where}: expected an object, got {node!r:.80}")
        return {**node, **beside}

    def _target(self, reference: Any, where: str) -> Any:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise UnusableDocument(f"{where}: only references into the document itself are followed, not {reference!r}")
        node: Any = self.raw
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, dict) or key not in node:
                raise UnusableDocument(f"{where}: {reference} leads nowhere")
            node = node[key]
        return node

    def _refuse_wrong_types(self) -> None:
        """Refuse a list where an object should be, and the like: what openapi-python-client's own reading finds."""
        try:
            OpenAPI.model_validate(self.raw)
        except ValidationError as error:
            first = error.errors()[0]
            steps = (str(step) for step in first["loc"])
            where = "/".join(step for step in steps if step not in {"other", "ref"} and "[" not in step)
            raise UnusableDocument(f"document: {where}: {' '.join(first['msg'].split())}") from error

    def _operations(self) -> Iterator[Operation]:
        seen: dict[str, str] = {}
        for path, item in self.raw["paths"].items():
            if str(path).startswith("x-"):
                continue
            item = self.follow(item, str(path))
            for method in (one for one in item if one in METHODS):
                raw, place = item[method], f"{method.upper()} {path}"
                if not isinstance(raw, dict):
                    raise UnusableDocument(f"{place}: expected an object")
                identifier = raw.get("operationId") or _made_id(method, path)
                if not isinstance(identifier, str) or identifier in seen:
                    raise UnusableDocument(f"{identifier} ({place}): operationId of {seen.get(identifier)} as well")
                seen[identifier] = place
                servers = tuple(raw.get("servers") or item.get("servers") or ())
                operation = Operation(identifier, method, path, raw, (), servers)
                try:
                    parameters = self._parameters(operation, item)
                    problem = _problem(path, item, raw, parameters)
                except UnusableDocument as error:
                    parameters, problem = (), str(error).removeprefix(f"{operation}: ")
                yield replace(operation, parameters=parameters, problem=problem)

    def _parameters(self, operation: Operation, item: dict[str, Any]) -> tuple[dict[str, Any], ...]:
        """Return the parameters of an operation, those of its path in front of its own."""
        own = [self._parameter(one, str(operation)) for one in operation.raw.get("parameters", [])]
        shared = [self._parameter(one, str(operation)) for one in item.get("parameters", [])]
        overridden = {(parameter.get("name"), parameter.get("in")) for parameter in own}
        return (*(one for one in shared if (one.get("name"), one.get("in")) not in overridden), *own)

    def _parameter(self, written: Any, where: str) -> dict[str, Any]:
        """Return a parameter, followed; one with `content` has the schema of its JSON and a mark."""
        parameter = self.follow(written, where)
        content = parameter.get("content", {})
        if "schema" in parameter or list(content) != ["application/json"]:
            return parameter
        return {**parameter, "schema": content["application/json"].get("schema", True), AS_JSON: True}


def _made_id(method: str, path: str) -> str:
    """Return an operationId for an operation without one: `get_things_by_id` for `GET /things/{id}`."""
    words = re.sub(r"\{([^{}]*)\}", r"by_\1", path)
    return re.sub(r"\W+", "_", f"{method}{words}", flags=re.ASCII).strip("_")


def _problem(path: str, item: dict[str, Any], raw: dict[str, Any], parameters: Sequence[dict[str, Any]]) -> str:
    """Return the reason for which an operation cannot be called as said, or nothing."""
    lost = sorted(key for key in item if key not in {*METHODS, *OF_PATHS} and not str(key).startswith("x-"))
    lost += sorted(key for key in raw if key not in OF_OPERATIONS and not key.startswith("x-"))
    if lost:
        return f"`{'`, `'.join(lost)}` is not understood"
    if not re.fullmatch(PATH, path):
        return "not a path that can be called"
    names = re.findall(r"\{([^{}]*)\}", path)
    described = [parameter.get("name") for parameter in parameters if parameter.get("in") == "path"]
    if sorted(names) != sorted(map(str, described)):
        return f"the path names {', '.join(names) or 'no parameter'}, its parameters are {described}"
    return ""


def _load(text: bytes) -> Any:
    yaml = YAML(typ="safe", pure=True)
    try:
        # JSON is YAML, except for characters beyond U+FFFF, which JSON can write as two escapes
        if text.lstrip().startswith(b"{"):
            return json.loads(text, object_pairs_hook=_without_duplicates)
        return _with_texts_as_keys(yaml.load(text))
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise UnusableDocument(f"document: not readable as YAML: {reason}") from error


def _with_texts_as_keys(node: Any) -> Any:
    """Return a node of YAML as JSON would have it: `200:` is the key "200"."""
    if isinstance(node, dict):
        return {str(key): _with_texts_as_keys(value) for key, value in node.items()}
    return [_with_texts_as_keys(item) for item in node] if isinstance(node, list) else node


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"found duplicate key {next(name for name in names if names.count(name) > 1)!r}")
    return found
