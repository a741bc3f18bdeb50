"""Places in the document, and edits there."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from tools.document import METHODS, document

Node = Any
Edit = Callable[[Node], object]
Place = tuple[str | int, ...]


def whole() -> Node:
    """The document that is mutated."""
    return document()


@cache
def nodes() -> list[tuple[Place, Node]]:
    """Every node of the document with its place, without the values of examples."""
    found: list[tuple[Place, Node]] = []

    def walk(place: Place, node: Node) -> None:
        found.append((place, node))
        if "example" in place[-1:] or place[-2:-1] == ("examples",) or place[:2] == ("components", "examples"):
            return
        for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
            walk((*place, key), value)

    walk((), whole())
    return found


def at(whole: Node, place: Place) -> Node:
    for step in place:
        whole = whole[step]
    return whole


def shown(place: Place) -> str:
    return "/".join(str(step).strip("/") for step in place)


def schemas(test: Callable[[Node], bool]) -> Iterator[tuple[Place, Node]]:
    """Schema nodes that pass a test."""
    for place, node in nodes():
        if isinstance(node, dict) and in_schema(place) and test(node):
            yield place, node


def in_schema(place: Place) -> bool:
    return place[:2] == ("components", "schemas") or "schema" in place


def operations() -> Iterator[tuple[Place, Node]]:
    for path, item in whole()["paths"].items():
        for method in METHODS:
            if method in item:
                yield ("paths", path, method), item[method]


def put(place: Place, key: str | int, value: object) -> Edit:
    return lambda whole: at(whole, place).__setitem__(key, value)


def drop(place: Place, key: str | int) -> Edit:
    return lambda whole: at(whole, place).__delitem__(key)


Mutated = Iterator[tuple[str, Edit]]
