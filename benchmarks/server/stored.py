"""A database full of threads, for the server and for the bare application alike."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

from benchmarks.server.load import KEY
from threads_server.clock import now
from threads_server.http.authentication import DEFAULT_ACCOUNT
from threads_server.ids import new_id
from threads_server.operations.assistant_json import new_assistant
from threads_server.runs.message_json import Model, message_text
from threads_server.runs.states import RunState
from threads_server.settings import Settings
from threads_server.store import assistants, threads
from threads_server.store.backends import open_store
from threads_server.store.threads import NewMessage
from threads_server.store.transaction import Transaction

THREADS = 1_000
MESSAGES = 20
TEXT = "A sentence of the middle length that people send, and a second one after it. " * 2


def fill(database: Path) -> list[str]:
    """Puts threads with messages into a new database; gives their ids."""
    return asyncio.run(_fill(database))


async def _fill(database: Path) -> list[str]:
    store = await open_store(Settings(database=str(database)), serving=True)
    assistant = new_assistant(DEFAULT_ACCOUNT, {"name": "Guide"})
    await store.write(assistants.insert, assistant)
    thread_ids = [new_id() for _ in range(THREADS)]
    await asyncio.gather(*(store.write(_thread, assistant.assistant_id, thread_id) for thread_id in thread_ids))
    await store.close()
    return thread_ids


def _thread(assistant_id: str, thread_id: str) -> Transaction[None]:
    row = yield from threads.insert(DEFAULT_ACCOUNT, thread_id, assistant_id, now())
    model = Model("offline", "offline")
    messages = [
        message_text(
            *(new_id(), "assistant" if number % 2 else "user", TEXT, RunState.COMPLETED, now()),
            *({"run_id": f"run_{new_id()}"}, None, model),
        )
        for number in range(MESSAGES)
    ]
    yield from threads.extend(row, [NewMessage(message) for message in messages], None, now())


def fill_bare(database: Path, source: Path) -> None:
    """The same threads with a column for each field, as most applications keep them."""
    bare = sqlite3.connect(database)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("CREATE TABLE keys (key BLOB PRIMARY KEY, account TEXT)")
    bare.execute("INSERT INTO keys VALUES (?, 'default')", (KEY.encode(),))
    bare.execute("CREATE TABLE threads (thread INTEGER PRIMARY KEY, thread_id TEXT UNIQUE, created_at TEXT)")
    bare.execute(
        "CREATE TABLE messages (thread INTEGER, version INTEGER, message_id TEXT, role TEXT, content TEXT,"
        " created_at TEXT, status TEXT, model_provider TEXT, model_name TEXT, metadata TEXT,"
        " PRIMARY KEY (thread, version))"
    )
    kept = sqlite3.connect(source)
    bare.executemany("INSERT INTO threads VALUES (?, ?, ?)", kept.execute("SELECT thread, thread_id, '' FROM threads"))
    for thread, version, body in kept.execute("SELECT thread, version, body FROM messages"):
        message = json.loads(body)
        fields = ("message_id", "role", "content", "created_at", "status", "model_provider", "model_name")
        bare.execute(
            "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (thread, version, *(message[field] for field in fields), json.dumps(message["metadata_"])),
        )
    bare.commit()
    bare.close()
    kept.close()
