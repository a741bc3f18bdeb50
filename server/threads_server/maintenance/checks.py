"""The command `check`: the database's own integrity, and the rules between its rows that the server relies on."""

import sqlite3
from collections.abc import AsyncIterator

from threads_server.runs.states import RunState
from threads_server.store import Store, StoreUnavailable
from threads_server.store.threads import LIVE
from threads_server.store.transaction import Transaction, every, one

PIECE_THREADS = 10_000
"""Numbers of threads that one statement looks at."""

_ORPHANS = (
    ("threads", "assistants", "assistant_id"),
    ("messages", "threads", "thread"),
    ("files", "threads", "thread"),
    ("runs", "threads", "thread"),
    ("run_events", "runs", "run_id"),
    ("idempotency_keys", "threads", "thread"),
    ("idempotency_keys", "assistants", "assistant_id"),
)
"""Table, table that it refers to, and the column of both."""

_OPEN = f"('{RunState.IN_PROGRESS}', '{RunState.REQUIRES_ACTION}')"

_RULES = (
    (
        "{} threads count other messages than they have",
        "message_count <> (SELECT count(*) FROM messages WHERE messages.thread = threads.thread)",
    ),
    (
        "{} threads have a message that is newer than their version",
        "version < (SELECT coalesce(max(messages.version), 0) FROM messages WHERE messages.thread = threads.thread)",
    ),
    (
        "{} threads are held by a run that has ended or is not theirs",
        "active_run IS NOT NULL AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.run_id = threads.active_run"
        f" AND runs.thread = threads.thread AND runs.status IN {_OPEN})",
    ),
    (
        "{} threads have a run under way that does not hold them",
        f"EXISTS (SELECT 1 FROM runs WHERE runs.thread = threads.thread AND runs.status IN {_OPEN}"
        " AND (threads.active_run IS NULL OR runs.run_id <> threads.active_run))",
    ),
    (
        "{} threads have a file whose message is missing",
        "EXISTS (SELECT 1 FROM files WHERE files.thread = threads.thread AND NOT EXISTS (SELECT 1 FROM messages"
        " WHERE messages.thread = files.thread AND messages.version = files.version))",
    ),
)
"""What is wrong, and the threads of which it is true. Each is one statement, and so true of one moment."""


async def problems(store: Store) -> AsyncIterator[str]:
    """Problems of a database, a line each, while it may be in use. Raises StoreUnavailable."""
    if not store.shared:
        damage = await _damage(store)
        for found in damage:
            yield f"the file is damaged: {found}"
        if damage:
            return  # rows of a damaged file can be anything
    for table, parent, column in _ORPHANS:
        count = await store.read_large(_orphans, table, parent, column)
        if count:
            yield f"{count} rows of {table} refer to {parent} that are not there"
    row = await store.read(one, "SELECT max(thread) FROM threads")
    last = (row[0] if row else None) or 0
    for text, rule in _RULES:
        count = 0
        for after in range(0, last, PIECE_THREADS):
            count += await store.read_large(_broken, rule, after)
        if count:
            yield text.format(count)


async def _damage(store: Store) -> list[str]:
    try:
        rows = await store.read_large(every, "PRAGMA integrity_check")
    except StoreUnavailable as error:
        if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_CORRUPT:
            raise
        return [str(error.__cause__)]
    return [found for (found,) in rows if found != "ok"]


def _orphans(table: str, parent: str, column: str) -> Transaction[int]:
    row = yield from one(
        f"SELECT count(*) FROM {table} WHERE {column} IS NOT NULL"
        f" AND NOT EXISTS (SELECT 1 FROM {parent} WHERE {parent}.{column} = {table}.{column})"
    )
    return int(row[0]) if row else 0


def _broken(rule: str, after: int) -> Transaction[int]:
    row = yield from one(
        f"SELECT count(*) FROM threads WHERE thread > ? AND thread <= ? AND {LIVE} AND {rule}",
        *(after, after + PIECE_THREADS),
    )
    return int(row[0]) if row else 0
