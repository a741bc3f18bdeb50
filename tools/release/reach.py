"""Which places of a document are reached from a request, and which from an answer."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]


def step(key: object) -> str:
    """A key as a step of a JSON pointer (RFC 6901)."""
    return str(key).replace("~", "~0").replace("/", "~1")


def at(document: Document, pointer: str) -> Any:
    """Resolve a pointer such as `#/components/schemas/Thread`."""
    node: Any = document
    for key in pointer.split("/")[1:]:
        name = key.replace("~1", "/").replace("~0", "~")
        node = node[int(name)] if isinstance(node, list) else node[name]
    return node


def asked(document: Document) -> set[str]:
    """The pointers of all that a client sends: parameters and bodies."""
    return reached(document, (f"{one}/{key}" for one in operations(document) for key in ("parameters", "requestBody")))


def answered(document: Document) -> set[str]:
    """The pointers of all that a server sends."""
    return reached(document, (f"{one}/responses" for one in operations(document)))


def operations(document: Document) -> Iterator[str]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "responses" in operation:
                yield f"#/paths/{step(path)}/{method}"


def reached(document: Document, starts: Iterator[str]) -> set[str]:
    seen: set[str] = set()

    def walk(node: Any, pointer: str) -> None:
        if pointer in seen:
            return
        seen.add(pointer)
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            if key == "$ref" and isinstance(value, str):
                walk(at(document, value), value)
            elif key not in ("example", "examples"):
                walk(value, f"{pointer}/{step(key)}")

    for start in starts:
        operation, _, key = start.rpartition("/")
        if key in at(document, operation):
            walk(at(document, start), start)
    return seen
