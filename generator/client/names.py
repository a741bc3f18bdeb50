"""Method names: by convention from tag and operationId, with the exceptions of methods.yaml.

`listAssistantThreads`, tag `threads`, path `/assistants/{assistant_id}/threads`, is `threads.list_for_assistant`: the
verb, without the resource's noun, and `for` what the path names. A listing has an `iterate`, an operation that answers
with server-sent events a `stream`.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ..document.document import Document, Operation, UnusableDocument
from ..document.pagination import find_paging
from ..document.responses import events_media, gives_bytes
from .adapters import ADAPTERS, Adapter

EXCEPTIONS = Path(__file__).parent.parent / "methods.yaml"

RESERVED_METHODS = {"with_response", "bool", "builtins", "bytes", "dict", "float", "int", "property", "str"}
"""Attributes that every resource has, and names that its annotations use."""

RESERVED_RESOURCES = {"aclose", "base_url", "close", "api_info", "request", "with_options", "with_response"}
"""Attributes that every client has."""

OF_RUNS = ("resume", "cancel", "history", "tools", "outputs")
"""Operations that the streams of an adapter and its loop of tools use."""

DEFAULT_CLIENT = {
    "name": "Client",
    "package": "client",
    "key_variable": "API_KEY",
    "url_variable": "API_BASE_URL",
    "log_variable": "API_LOG",
}


@dataclass(frozen=True)
class Names:
    """The resource of one operation and its methods, at least one of `method`, `iterate` and `stream`."""

    resource: str
    method: str | None = None
    iterate: str | None = None
    stream: str | None = None

    @property
    def methods(self) -> list[str]:
        return [name for name in (self.method, self.iterate, self.stream) if name]


@dataclass(frozen=True)
class NameTable:
    """The names of all operations by id, the operations that streams use, and the client's own names.

    `already_deleted` has the texts of required properties in the result when a retried DELETE gets 404.
    """

    operations: dict[str, Names]
    streams: dict[str, str]
    client: dict[str, str]
    already_deleted: dict[str, str]
    resources: tuple[str, ...]

    @property
    def adapter(self) -> Adapter | None:
        """The adapter that the table enables."""
        return ADAPTERS[self.streams["adapter"]] if "adapter" in self.streams else None

    def without(self, identifiers: Collection[str]) -> NameTable:
        """Return the table without some operations."""
        operations = {key: names for key, names in self.operations.items() if key not in identifiers}
        used = {names.resource for names in operations.values()}
        streams = {part: key for part, key in self.streams.items() if key not in identifiers}
        resources = tuple(resource for resource in self.resources if resource in used)
        return replace(self, operations=operations, streams=streams, resources=resources)


@dataclass(frozen=True)
class Exceptions:
    """The content of methods.yaml."""

    operations: dict[str, dict[str, Any]]
    streams: dict[str, str]
    client: dict[str, str]
    already_deleted: dict[str, str]


def read_names(document: Document, path: Path | None = EXCEPTIONS) -> NameTable:
    """Return the names for a document: those of convention, unless the file at `path` says otherwise.

    Raises UnusableDocument if a name is for no operation, cannot be written in Python, or is given twice.
    """
    loaded = _read_exceptions(path)
    exceptions, client = loaded.operations, loaded.client
    file = path.name if path else "names"
    ids = {operation.id for operation in document.operations}
    streams = loaded.streams
    if streams.get("adapter", "") not in {"", *ADAPTERS} or set(streams) - {"adapter", "events", *OF_RUNS}:
        raise UnusableDocument(f"{file}: `streams` is not understood")
    for identifier in [*exceptions, *(streams[part] for part in OF_RUNS if part in streams)]:
        if identifier not in ids:
            raise UnusableDocument(f"{identifier}: named in {file}, but the document has no such operation")
    taken: dict[tuple[str, str], str] = {}
    operations: dict[str, Names] = {}
    for operation in sorted(document.operations, key=lambda one: one.id not in exceptions):
        exception = exceptions.get(operation.id, {})
        names = conventional_names(document, operation)
        try:
            names = replace(names, **exception)
            if "method" in exception and "stream" not in exception and gives_bytes(document, operation):
                names = replace(names, stream=f"stream_{names.method}")
        except TypeError as error:
            raise UnusableDocument(f"{operation.id}: {file}: {error}") from error
        if any((names.resource, method) in taken for method in names.methods) and not exception:
            names = conventional_names(document, operation, in_full=True)
        _check(operation, names, taken, file)
        operations[operation.id] = names
    operations = {operation.id: operations[operation.id] for operation in document.operations}
    resources = tuple(_resources(document, operations))
    if client["name"].lower() in {resource.replace("_", "").lower() for resource in resources}:
        raise UnusableDocument(f"{file}: the client and a resource would both be {client['name']}")
    return NameTable(operations, loaded.streams, loaded.client, loaded.already_deleted, resources)


def conventional_names(document: Document, operation: Operation, *, in_full: bool = False) -> Names:
    """Return the names that tag and operationId give, `in_full` with every word of the operationId."""
    resource = _python_name(snake(operation.tag), RESERVED_RESOURCES)
    nouns = _forms(resource.strip("_").split("_"))
    words = snake(_without_path(operation)).split("_")
    if not in_full:
        words = _after(words, nouns) or words
    verb, rest = words[0], words[1:]
    if not in_full:
        rest = _without_noun(rest, nouns, operation)
    plain, streams = _answers(document, operation)
    method = "_".join([verb, *rest])
    if plain:
        stream = "_".join(["stream", *(words if in_full else rest)])
    else:
        stream = "_".join(rest) if verb == "stream" and rest else method
    if gives_bytes(document, operation):
        streams, stream = True, f"stream_{method}"
    iterate = "_".join(["iterate", *rest]) if verb in {"list", "get"} else f"iterate_{method}"
    return Names(
        resource,
        method=_python_name(method, RESERVED_METHODS) if plain else None,
        iterate=_python_name(iterate, RESERVED_METHODS) if plain and find_paging(document, operation) else None,
        stream=_python_name(stream, RESERVED_METHODS) if streams else None,
    )


def snake(text: str) -> str:
    """Return a name of the document in snake case: `getOAuthToken2` as `get_o_auth_token2`."""
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", text)
    return re.sub(r"\W+|_+", "_", text, flags=re.ASCII).strip("_").lower() or "operation"


def _read_exceptions(path: Path | None) -> Exceptions:
    if path is None:
        return Exceptions({}, {}, DEFAULT_CLIENT, {})
    try:
        loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_bytes()) or {}
        return Exceptions(
            {key: dict(value) for key, value in (loaded.get("operations") or {}).items()},
            loaded.get("streams") or {},
            {**DEFAULT_CLIENT, **(loaded.get("client") or {})},
            loaded.get("already_deleted") or {},
        )
    except (OSError, YAMLError, TypeError, ValueError, AttributeError) as error:
        raise UnusableDocument(f"{path.name}: not a table of names: {error}") from error


def _check(operation: Operation, names: Names, taken: dict[tuple[str, str], str], file: str) -> None:
    if not names.methods:
        raise UnusableDocument(f"{operation}: {file} gives it no method")
    for method in names.methods:
        if not _is_name(method) or not _is_name(names.resource):
            raise UnusableDocument(f"{operation}: {names.resource}.{method} cannot be written in Python")
        if method in RESERVED_METHODS or names.resource in RESERVED_RESOURCES:
            raise UnusableDocument(f"{operation}: {names.resource}.{method} is a name of the client's own")
        first = taken.setdefault((names.resource, method), operation.id)
        if first != operation.id or names.methods.count(method) > 1:
            raise UnusableDocument(f"{operation}: {names.resource}.{method} is named twice, for {first} as well")


def _answers(document: Document, operation: Operation) -> tuple[bool, bool]:
    """Return whether a successful answer can be plain, and whether one can be server-sent events."""
    plain = streams = False
    for status, named in operation.raw.get("responses", {}).items():
        if str(status).startswith("2") or status == "default":
            content = document.follow(named, str(operation)).get("content", {})
            events = events_media(content)
            streams |= events is not None
            plain |= not content or bool(set(content) - {events})
    return plain or not streams, streams


def _resources(document: Document, operations: dict[str, Names]) -> Iterator[str]:
    """Yield the resources in the order of the document's tags, then of its operations."""
    used = {names.resource for names in operations.values()}
    tags = [_python_name(snake(str(tag.get("name"))), RESERVED_RESOURCES) for tag in document.raw.get("tags", [])]
    yield from dict.fromkeys(name for name in [*tags, *(one.resource for one in operations.values())] if name in used)


def _without_path(operation: Operation) -> str:
    """Return an operationId without the path and method that FastAPI adds to it."""
    made = re.sub(r"\W", "_", operation.path) + f"_{operation.method}"
    return operation.id.removesuffix(made) or operation.id


def _forms(words: list[str]) -> list[list[str]]:
    """Return a noun as words, in the plural and in the singular."""
    *first, last = words
    singular = last[:-3] + "y" if last.endswith("ies") else last.removesuffix("s")
    return [[*first, last], [*first, singular]]


def _after(words: list[str], nouns: list[list[str]]) -> list[str]:
    """Return what follows the resource's noun at the beginning, as in `threads/list`."""
    return next((words[len(noun) :] for noun in nouns if words[: len(noun)] == noun), [])


def _without_noun(words: list[str], nouns: list[list[str]], operation: Operation) -> list[str]:
    for noun in nouns:
        if words[-len(noun) :] == noun:
            owner = words[: -len(noun)]
            is_in_path = f"{{{'_'.join(owner)}_id}}" in operation.path
            return ["for", *owner] if owner and is_in_path else owner
        if words[: len(noun)] == noun:
            return words[len(noun) :]
    return words


def _python_name(name: str, reserved: set[str]) -> str:
    name = f"n{name}" if name[:1].isdigit() else name
    return f"{name}_" if keyword.iskeyword(name) or name in reserved else name


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text) and not text.startswith("_")
