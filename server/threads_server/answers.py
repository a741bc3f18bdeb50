"""What an operation gives back: a JSON answer, or a stream of events."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Answer:
    """A whole answer. `body` is JSON, already encoded; it is sent as it is."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class EventStream:
    """An answer of server-sent events (docs/hosted-api.md §7.4), status 200.

    `events` yields `(id, data)`: `data` is one event as ASCII-only JSON on one line, `id` becomes the `id:` line or,
    if None, is left out. The app frames the events, keeps the connection alive and calls `aclose()` when the client
    leaves; that ends the reading of a run, never the run.
    """

    events: AsyncIterator[tuple[str | None, bytes]]
    headers: Mapping[str, str] = field(default_factory=dict)
