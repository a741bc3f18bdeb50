"""Threads that nobody has used for long: deleted in pieces, like those that somebody deletes."""

from threads_server.runs.states import RunState
from threads_server.store.threads import LIVE, mark_deleted
from threads_server.store.transaction import Transaction, Value, every

PIECE_THREADS = 1_000
"""Threads that one transaction looks at."""


def unused_after(after: int, before: int) -> Transaction[tuple[list[int], int | None]]:
    """Threads last changed before a time, among the next PIECE_THREADS, and where those end; None after the last."""
    rows = yield from every(
        "SELECT thread, updated_at FROM threads WHERE thread > ? ORDER BY thread LIMIT ?", after, PIECE_THREADS
    )
    unused = [thread for thread, updated_at in rows if updated_at < before]
    return unused, rows[-1][0] if len(rows) == PIECE_THREADS else None


def delete_unused(threads: list[int], before: int) -> Transaction[int]:
    """Delete those of the threads that are still unused, and have no run at work; how many that were."""
    parameters: list[Value] = [*threads, before, RunState.IN_PROGRESS]
    marks = ", ".join("?" * len(threads))
    rows = yield from every(
        f"SELECT thread FROM threads WHERE thread IN ({marks}) AND updated_at < ? AND {LIVE} AND NOT EXISTS"
        " (SELECT 1 FROM runs WHERE runs.run_id = threads.active_run AND runs.status = ?) FOR UPDATE SKIP LOCKED",
        *parameters,
    )
    for (thread,) in rows:
        yield from mark_deleted(thread)
    return len(rows)
