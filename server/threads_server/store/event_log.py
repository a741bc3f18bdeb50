"""Transactions of the events of runs, stored so that a stream can be resumed.

A row holds up to ROW_EVENTS events, one JSON text per line (runs/events.py), the first numbered `first_event`.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from threads_server.runs.states import RunState
from threads_server.settings import EVENT_LOG_RETENTION_HOURS, MILLISECONDS_PER_HOUR
from threads_server.store.threads import LIVE
from threads_server.store.transaction import Transaction, every, later, one

ROW_EVENTS = 1_000
ROW_CHARACTERS = 100_000
"""A row is full with one event that reaches it."""

PAGE_ROWS = 4
"""Rows that are read at once."""


class LogRow(NamedTuple):
    """Events of a run, as stored; the first is numbered `first`."""

    thread_id: str
    first: int
    lines: list[str]


def insert(run_id: str, first_event: int, lines: Sequence[str]) -> Transaction[None]:
    """Write events. Doing it again with more of them, after an unconfirmed commit, writes each once."""
    for first, row in _rows(first_event, lines):
        yield from later(
            "INSERT INTO run_events (run_id, first_event, last_event, lines) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (run_id, first_event) DO UPDATE SET last_event = excluded.last_event, lines = excluded.lines",
            *(run_id, first, first + len(row) - 1, "\n".join(row)),
        )


def _rows(first: int, lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The events of each row, and the number of its first. The same events in front make the same full rows."""
    row: list[str] = []
    characters = 0
    for number, line in enumerate(lines, first):
        row.append(line)
        characters += len(line)
        if len(row) >= ROW_EVENTS or characters >= ROW_CHARACTERS:
            yield number - len(row) + 1, row
            row, characters = [], 0
    if row:
        yield first + len(lines) - len(row), row


def append(run_id: str, segment: int, first_event: int, lines: Sequence[str]) -> Transaction[bool]:
    """Write events of a segment that is still in progress; False when it no longer is."""
    row = yield from one(
        "SELECT 1 FROM runs WHERE run_id = ? AND leg = ? AND status = ? FOR UPDATE",
        *(run_id, segment, RunState.IN_PROGRESS),
    )
    if row is None:
        return False
    yield from insert(run_id, first_event, lines)
    yield from one("UPDATE runs SET last_event = ? WHERE run_id = ?", first_event + len(lines) - 1, run_id)
    return True


def read_all(run_id: str) -> Transaction[list[str]]:
    """The logged events of a run, as stored."""
    rows = yield from every("SELECT lines FROM run_events WHERE run_id = ? ORDER BY first_event", run_id)
    return [line for (lines,) in rows for line in lines.split("\n")]


def read_page(run_id: str, after: int) -> Transaction[list[LogRow]]:
    """The first logged events that are numbered higher than `after`, as stored."""
    rows = yield from every(
        "SELECT thread_id, first_event, lines FROM run_events JOIN runs ON runs.run_id = run_events.run_id"
        " JOIN threads ON threads.thread = runs.thread"
        f" WHERE run_events.run_id = ? AND run_events.last_event > ? AND {LIVE} ORDER BY first_event LIMIT ?",
        *(run_id, after, PAGE_ROWS),
    )
    page = []
    for thread_id, first, text in rows:
        skipped = max(0, after + 1 - first)
        page.append(LogRow(thread_id, first + skipped, text.split("\n")[skipped:]))
    return page


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
