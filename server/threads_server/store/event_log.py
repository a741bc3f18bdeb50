"""Transactions of the event logs of runs, from which a broken stream is resumed."""

from collections.abc import Sequence

from threads_server.runs.events import NumberedEvent, RunEvents
from threads_server.runs.states import RunState
from threads_server.settings import EVENT_LOG_RETENTION_HOURS, MILLISECONDS_PER_HOUR
from threads_server.store.transaction import Transaction, every, one


def insert(run_id: str, first_event: int, lines: Sequence[str]) -> Transaction[None]:
    """Write events in their stored form (runs/events.py); may be repeated with more of them."""
    if lines:
        yield (
            "INSERT INTO run_events (run_id, first_event, last_event, lines) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (run_id, first_event) DO UPDATE SET last_event = excluded.last_event, lines = excluded.lines",
            (run_id, first_event, first_event + len(lines) - 1, "\n".join(lines)),
        )


def append(run_id: str, leg: int, first_event: int, lines: Sequence[str]) -> Transaction[bool]:
    """Write events of a segment in progress; False when it no longer is."""
    row = yield from one(
        "SELECT 1 FROM runs WHERE run_id = ? AND leg = ? AND status = ? FOR UPDATE", run_id, leg, RunState.IN_PROGRESS
    )
    if row is None:
        return False
    yield from insert(run_id, first_event, lines)
    yield from one("UPDATE runs SET last_event = ? WHERE run_id = ?", first_event + len(lines) - 1, run_id)
    return True


def events(run_id: str) -> Transaction[list[str]]:
    """The logged events of a run."""
    numbered = yield from numbered_events(run_id)
    return [line for _, line in numbered]


def numbered_events(run_id: str, after: int = 0) -> Transaction[list[NumberedEvent]]:
    """The logged events of a run that are numbered higher than `after`, with their numbers."""
    rows = yield from every(
        "SELECT thread_id, first_event, lines FROM run_events JOIN runs ON runs.run_id = run_events.run_id"
        " JOIN threads ON threads.thread = runs.thread"
        " WHERE run_events.run_id = ? AND run_events.last_event > ? ORDER BY first_event",
        run_id,
        after,
    )
    if not rows:
        return []
    of_run = RunEvents(rows[0][0], run_id)
    events = [event for _, first, lines in rows for event in of_run.whole(lines.split("\n"), first)]
    return [event for event in events if event[0] > after]


def expired_before(now: int) -> int:
    """The moment up to which a run must have ended for its event log to be expired at `now`."""
    return now - EVENT_LOG_RETENTION_HOURS * MILLISECONDS_PER_HOUR


def delete_expired(before: int, limit: int) -> Transaction[bool]:
    """Delete the logs of at most `limit` runs that ended at `before` or earlier; whether there may be more."""
    rows = yield from every(
        "UPDATE runs SET has_log = 0 WHERE run_id IN"
        " (SELECT run_id FROM runs WHERE has_log = 1 AND ended_at <= ? LIMIT ?) RETURNING run_id",
        *(before, limit),
    )
    for (run_id,) in rows:
        yield "DELETE FROM run_events WHERE run_id = ?", (run_id,)
    return len(rows) == limit
