"""Results of operations: a JSON response or a stream of events."""

from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(slots=True)
class Response:
    """A whole response. `body` is encoded JSON.

    A large one has the rest of it in `pieces`, which are let go of as they are sent.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: deque[bytes] | None = None

    @property
    def size(self) -> int:
        """Bytes of the body and its pieces."""
        return len(self.body) if self.pieces is None else len(self.body) + sum(map(len, self.pieces))


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
