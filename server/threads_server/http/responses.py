"""What an operation gives back: a JSON answer, or a stream of events."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True)
class Response:
    """A whole answer. `body` is JSON, already encoded; it is sent as it is."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Event: TypeAlias = tuple[int | None, str]
"""A number, which becomes the `id:` line or, if None, is left out; and the event as ASCII-only JSON on one line."""


@dataclass(slots=True)
class EventStream:
    """An answer of server-sent events (docs/hosted-api.md §7.4), status 200.

    `events` yields batches, each of all events that are ready by then. The app frames them, keeps the connection alive
    and calls `aclose()` when the client leaves; that ends the reading of a run, never the run.
    """

    events: AsyncIterator[Sequence[Event]]
    headers: Mapping[str, str] = field(default_factory=dict)
