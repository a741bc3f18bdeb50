"""The table of names: which resource and which methods each operation becomes."""

from __future__ import annotations

import keyword
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from .document import Document, UnusableDocument

TABLE = Path(__file__).parent / "methods.yaml"


@dataclass(frozen=True)
class Names:
    """What one operation is called. At least one of `method`, `iterate` and `stream` is there."""

    resource: str
    method: str | None = None
    iterate: str | None = None
    stream: str | None = None

    @property
    def methods(self) -> list[str]:
        return [name for name in (self.method, self.iterate, self.stream) if name]


@dataclass(frozen=True)
class Table:
    """The whole table: operations by their id, what streams do by themselves, and the client's own names."""

    operations: dict[str, Names]
    streams: dict[str, str]
    client: dict[str, str]

    @property
    def resources(self) -> list[str]:
        return list(dict.fromkeys(names.resource for names in self.operations.values()))


def read_names(document: Document, path: Path = TABLE) -> Table:
    """Return the table of names for a document.

    Raises UnusableDocument if an operation has no name, a name no operation, or two of them are the same.
    """
    try:
        loaded: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_bytes())
        operations = {identifier: Names(**names) for identifier, names in loaded["operations"].items()}
        table = Table(operations, loaded.get("streams", {}), loaded["client"])
    except (OSError, YAMLError, KeyError, TypeError, AttributeError) as error:
        raise UnusableDocument(f"{path.name}: not a table of names: {error}") from error
    ids = {operation.id for operation in document.operations}
    for operation in document.operations:
        if operation.id not in operations:
            raise UnusableDocument(f"{operation}: {path.name} does not name it")
    for identifier in [*operations, *table.streams.values()]:
        if identifier not in ids:
            raise UnusableDocument(f"{identifier}: named in {path.name}, but the document has no such operation")
    if table.client["name"].lower() in {resource.replace("_", "").lower() for resource in table.resources}:
        raise UnusableDocument(f"{path.name}: the client and a resource would both be {table.client['name']}")
    taken: dict[tuple[str, str], str] = {}
    for identifier, names in operations.items():
        if not names.methods:
            raise UnusableDocument(f"{identifier}: {path.name} gives it no method")
        for method in names.methods:
            if not _is_name(method) or not _is_name(names.resource):
                raise UnusableDocument(f"{identifier}: {names.resource}.{method} cannot be written in Python")
            first = taken.setdefault((names.resource, method), identifier)
            if first != identifier or names.methods.count(method) > 1:
                raise UnusableDocument(f"{identifier}: {names.resource}.{method} is named twice, for {first} as well")
    return table


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text) and not text.startswith("_")
