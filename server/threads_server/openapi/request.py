"""A request that fits the document, as the operations see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Upload:
    """One file part of a multipart body, whole."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of the document. `function` is the snake-case name of the Python function that does it."""

    id: str
    function: str
    method: str
    path: str
    tag: str
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What the document gives as the default of a body field that is absent."""
    longest: Mapping[str, int] = field(default_factory=dict)
    """How many characters the document lets a body field have at most."""


@dataclass(slots=True)
class ValidatedRequest:
    """A request after every check of the document: nothing in it needs to be checked again.

    Not frozen only because a frozen dataclass costs more to build than the routing does; nobody writes to it.
    """

    operation: Operation
    account: str
    """The account that the key opens."""
    path: dict[str, str]
    """Path parameters by name; UUIDs in lower case."""
    query: dict[str, Any]
    """Declared query parameters, coerced, absent ones with the document's default (or missing if it has none)."""
    headers: dict[str, str]
    """The declared header parameters that came, by lower-case name."""
    body: dict[str, Any]
    """The decoded body, the same Python values whatever its media type was; `{}` when there was none. Fields that the
    document does not know are left out. Defaults are not filled in: they are in `operation.defaults`."""
    given: frozenset[str]
    """The names present in `body`: an absent field and a null are different things."""
    files: dict[str, list[Upload]]
    raw_path: str
    """The path as it came, percent-encoded."""
    raw_query: str
    request_id: str
