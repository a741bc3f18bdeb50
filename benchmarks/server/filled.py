"""Databases of any size, filled by statements that SQLite and PostgreSQL share, without the server."""

from __future__ import annotations

import asyncio

from tests.support.database.raw_database import execute
from threads_server.clock import now
from threads_server.http.authentication import DEFAULT_ACCOUNT
from threads_server.ids import new_id
from threads_server.operations.assistant_json import new_assistant
from threads_server.runs.message_json import Model, message_text
from threads_server.runs.states import RunState
from threads_server.settings import Settings
from threads_server.store import assistants
from threads_server.store.backends import open_store

TEXT = "A sentence of the middle length that people send, and a second one after it. " * 2


def thread_id(number: int) -> str:
    """The id of a thread, which are numbered from 1."""
    return f"00000000-0000-7000-8000-{number:012}"


def message(role: str, text: str = TEXT) -> str:
    """A message as the server stores it."""
    model = Model("offline", "offline") if role == "assistant" else None
    return message_text(new_id(), role, text, RunState.COMPLETED, now(), None, None, model)


def fill(database: str, threads: int, messages: int) -> None:
    """Make a database with so many threads of so many messages each."""
    assistant = new_assistant(DEFAULT_ACCOUNT, {"name": "Guide"})

    async def prepare() -> None:
        store = await open_store(Settings(database=database))
        await store.write(assistants.insert, assistant)
        await store.close()

    asyncio.run(prepare())
    _execute(
        database,
        f"""
        INSERT INTO threads (thread_id, account_id, assistant_id, created_at, updated_at, version,
            message_count, metadata)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {threads})
        SELECT '00000000-0000-7000-8000-' || substr('' || (1000000000000 + n), 2), '{DEFAULT_ACCOUNT}',
            '{assistant.assistant_id}', {now() - threads} + n, {now()}, {messages + 1}, {messages}, '{{}}'
        FROM numbers
        """,
    )
    append(database, f"1 AND {threads}", 0, messages)


def append(database: str, numbers: str, after: int, count: int) -> None:
    """Add messages to the threads of a range such as `1 AND 9`, which have `after` messages already."""
    if count:
        _execute(
            database,
            f"""
            INSERT INTO messages (thread, version, body)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
            SELECT thread, {after + 1} + n,
                CASE WHEN n % 2 = 1 THEN '{message("user")}' ELSE '{message("assistant")}' END
            FROM threads CROSS JOIN numbers WHERE thread BETWEEN {numbers}
            """,
            f"UPDATE threads SET version = {after + count + 1}, message_count = {after + count}"
            f" WHERE thread BETWEEN {numbers} AND version <> {after + count + 1}",
        )


def _execute(database: str, *statements: str) -> None:
    analyze = ("ANALYZE threads, messages",) if database.startswith("postgresql://") else ()
    execute(database, *statements, *analyze)
