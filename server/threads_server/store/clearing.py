"""The removal of what was deleted or has expired, in bounded pieces and in the background.

A deletion is one small transaction. A deleted thread belongs to the account "" and to the assistant "", under an id
that no request can name. A deleted assistant belongs to the account "": that alone takes its threads out of sight
(`threads.LIVE`), and they are moved one by one. Then the texts of deleted threads are removed, and then their rows.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from threads_server.background import repeat
from threads_server.clock import now
from threads_server.settings import MILLISECONDS_PER_HOUR
from threads_server.store import Store, StoreUnavailable, event_log, idempotency_keys, imports, retention, threads
from threads_server.store.transaction import Transaction, Value, every, one

MAX_ROWS = 500
"""Rows that one transaction removes."""
MAX_THREADS = 100
"""Threads that one transaction looks at."""
MAX_FILES = 16
"""Files that one transaction removes of a thread."""
PAUSE_SECONDS = 0.01
"""Between two transactions, for others to write. With it 100,000 threads of 20 messages are gone within minutes."""
INTERVAL_SECONDS = 600
"""Between two looks for what has expired, or was deleted by a process that is gone."""

FAILURE = "what was deleted or has expired could not be cleared"

log = logging.getLogger("threads_server")


def move_threads() -> Transaction[bool]:
    """Move threads of a deleted assistant, which goes with the last; whether there may be more."""
    row = yield from one("SELECT assistant_id FROM assistants WHERE account_id = '' AND assistant_id <> '' LIMIT 1")
    if row is None:
        return False
    assistant_id: str = row[0]
    yield from threads.mark_deleted_of(assistant_id, MAX_ROWS)
    left = yield from one("SELECT 1 FROM threads WHERE assistant_id = ? LIMIT 1", assistant_id)
    if left is None and (yield from _delete_responses("assistant_id", assistant_id, MAX_ROWS)) < MAX_ROWS:
        yield from one("DELETE FROM assistants WHERE assistant_id = ? AND account_id = ''", assistant_id)
    return True


def clear_threads() -> Transaction[bool]:
    """Remove rows of deleted threads, and those that have none left; whether there may be more."""
    rows = yield from every(
        "SELECT thread FROM threads WHERE account_id = '' ORDER BY created_at, thread_id LIMIT ?"
        " FOR UPDATE SKIP LOCKED",
        MAX_THREADS,
    )
    budget = MAX_ROWS
    for (thread,) in rows:
        for delete, most in _STEPS:
            deleted = yield from delete(thread, min(budget, most))
            budget -= deleted
            if budget <= 0 or deleted == most:
                return True
        yield from one("DELETE FROM threads WHERE thread = ?", thread)
        budget -= 1
    # another process may be at work on them
    return bool(rows) or (yield from one("SELECT 1 FROM threads WHERE account_id = '' LIMIT 1")) is not None


def _delete(sql: str) -> Callable[[int, int], Transaction[int]]:
    def delete(thread: int, limit: int) -> Transaction[int]:
        rows = yield from every(f"{sql} LIMIT ?) RETURNING 1", thread, limit)
        return len(rows)

    return delete


def _delete_responses(column: str, value: Value, limit: int) -> Transaction[int]:
    rows = yield from every(
        "DELETE FROM idempotency_keys WHERE (account_id, idempotency_key) IN"
        f" (SELECT account_id, idempotency_key FROM idempotency_keys WHERE {column} = ? LIMIT ?) RETURNING 1",
        *(value, limit),
    )
    return len(rows)


_STEPS: tuple[tuple[Callable[[int, int], Transaction[int]], int], ...] = (
    (
        _delete(
            "DELETE FROM messages WHERE (thread, version) IN"
            " (SELECT thread, version FROM messages WHERE thread = ? ORDER BY version"
        ),
        MAX_ROWS,
    ),
    (_delete("DELETE FROM files WHERE document_id IN (SELECT document_id FROM files WHERE thread = ?"), MAX_FILES),
    (
        _delete(
            "DELETE FROM run_events WHERE (run_id, first_event) IN (SELECT run_events.run_id, first_event"
            " FROM run_events JOIN runs ON runs.run_id = run_events.run_id WHERE runs.thread = ?"
        ),
        MAX_ROWS,
    ),
    (lambda thread, limit: _delete_responses("thread", thread, limit), MAX_ROWS),
    (_delete("DELETE FROM runs WHERE run_id IN (SELECT run_id FROM runs WHERE thread = ?"), MAX_ROWS),
)


async def clear_deleted(store: Store) -> None:
    """Remove everything that is deleted. Raises StoreUnavailable."""
    for transaction in (move_threads, clear_threads):
        while await store.write(transaction):  # noqa: ASYNC110 - it lets others write
            await asyncio.sleep(PAUSE_SECONDS)


async def delete_unused(store: Store, before: int) -> int:
    """Delete the threads that were last changed before a time; how many that were. Raises StoreUnavailable."""
    deleted = 0
    place: int | None = 0
    while place is not None:
        unused, place = await store.read(retention.unused_after, place, before)
        for start in range(0, len(unused), MAX_THREADS):
            deleted += await store.write(retention.delete_unused, unused[start : start + MAX_THREADS], before)
        await asyncio.sleep(PAUSE_SECONDS)
    return deleted


async def sweep(store: Store, retain_days: float = 0) -> None:
    """Remove everything that is deleted or has expired. Raises StoreUnavailable.

    With `retain_days` also the threads that were not changed for so many days.
    """
    moment = now()
    for transaction, before in (
        (idempotency_keys.delete_expired, idempotency_keys.expired_before(moment)),
        (event_log.delete_expired, event_log.expired_before(moment)),
    ):
        while await store.write(transaction, before, MAX_ROWS):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE_SECONDS)
    await store.write(imports.give_up_old, moment - imports.MAX_MILLISECONDS)
    if retain_days:
        deleted = await delete_unused(store, moment - int(retain_days * 24 * MILLISECONDS_PER_HOUR))
        if deleted:
            log.info("deleted %d threads that nobody changed for %g days", deleted, retain_days)
    await clear_deleted(store)


class Sweeper:
    """The task that sweeps a store, from the start, every INTERVAL_SECONDS, and after each deletion."""

    def __init__(self, store: Store, retain_days: float = 0) -> None:
        """`retain_days` as for `sweep`."""
        self._store = store
        self._sweep = partial(sweep, retain_days=retain_days)
        self._due: Callable[[Store], Awaitable[None]] = self._sweep
        self._deleted = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(repeat(self._clear, self._wait, FAILURE))

    def notify(self) -> None:
        """Note that something was deleted."""
        self._deleted.set()

    async def stop(self) -> None:
        """Stop between two transactions; the rest is done after the next start."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _clear(self) -> None:
        self._deleted.clear()
        try:
            await self._due(self._store)
        except StoreUnavailable as error:
            log.warning("%s: %s", FAILURE, error)

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(INTERVAL_SECONDS):
                await self._deleted.wait()
            self._due = clear_deleted
        except TimeoutError:
            self._due = self._sweep
