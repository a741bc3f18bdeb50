"""Results of operations: a JSON response or a stream of events."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True)
class Response:
    """A whole response. `body` is encoded JSON.

    The rest of a large one is `pieces`, each made when those before it were sent. If that fails, the connection is cut.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: AsyncGenerator[bytes, None] | None = None

    @property
    def size(self) -> int:
        """Bytes that it has in memory at once, about."""
        return len(self.body) if self.pieces is None else 2 * len(self.body)


Event: TypeAlias = tuple[int | None, str]
"""Number for the `id:` line (None for no such line), and the event as ASCII-only JSON on one line."""


@dataclass(slots=True)
class EventStream:
    """A response of server-sent events (docs/hosted-api.md §7.4), status 200.

    `events` yields batches of all events that are ready. The app frames them, sends pings, and calls `aclose()` when
    the client disconnects, which ends the reading of a run, never the run.
    """

    events: AsyncIterator[Sequence[Event]]
    headers: Mapping[str, str] = field(default_factory=dict)
