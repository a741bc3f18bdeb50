"""The request as operations see it, after validation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from threads_server.openapi.body_reader import RequestBudget


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One operation of the document. `function` is the name of its Python function."""

    id: str
    function: str
    method: str
    path: str
    tag: str
    streams: bool = False
    """Whether a response can be an event stream."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Defaults of body fields, by name."""
    longest: Mapping[str, int] = field(default_factory=dict)
    """Maximum lengths of body fields in characters, by name."""


@dataclass(slots=True)
class ValidatedRequest:
    """A request that fits the document.

    Not frozen: building a frozen dataclass costs more than the routing does.
    """

    operation: Operation
    account: str
    """Account of the API key."""
    budget: "RequestBudget"
    """Bounds of what the requests of this account may hold."""
    path: dict[str, str]
    """Path parameters by name; UUIDs in lower case."""
    query: dict[str, Any]
    """Declared query parameters, coerced, absent ones with the document's default (or missing if it has none)."""
    headers: dict[str, str]
    """Declared header parameters that were sent, by lower-case name."""
    body: dict[str, Any]
    """The decoded body, the same values for each media type; `{}` without one. Unknown fields are left out. Defaults
    are not filled in: they are in `operation.defaults`."""
    files: dict[str, list[Upload]]
    body_size: int
    """Bytes of the body as it came."""
    raw_path: str
    """The path as it came, percent-encoded."""
