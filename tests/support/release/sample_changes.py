"""Changes of every kind, planted in the document, with the part of the version that each must raise."""

import pickle
from collections.abc import Callable
from typing import Any

from tools.document import document

Document = dict[str, Any]
PLANTED: list[tuple[str, str, Callable[[Document], object]]] = []


def breaking(edit: Callable[[Document], object]) -> None:
    PLANTED.append((edit.__name__, "breaking", edit))


def additive(edit: Callable[[Document], object]) -> None:
    PLANTED.append((edit.__name__, "additive", edit))


def editorial(edit: Callable[[Document], object]) -> None:
    PLANTED.append((edit.__name__, "editorial", edit))


def planted(edit: Callable[[Document], object]) -> Document:
    """A copy of the document with one change."""
    changed: Document = pickle.loads(pickle.dumps(document()))  # twice as fast as a deep copy
    edit(changed)
    return changed


def operation(d: Document, path: str, method: str) -> Document:
    found: Document = d["paths"][path][method]
    return found


def schema(d: Document, name: str) -> Document:
    found: Document = d["components"]["schemas"][name]
    return found


def parameter(d: Document, name: str) -> Document:
    found: Document = d["components"]["parameters"][name]
    return found
