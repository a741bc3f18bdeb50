"""Transactions that read an account for an export."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from threads_server.runs.states import RunState
from threads_server.store.threads import LIVE
from threads_server.store.transaction import Transaction, every, one

PAGE_ROWS = 1000
"""Assistants or ids of threads that are read at once."""


class ExportedFile(NamedTuple):
    """A file of a thread."""

    version: int
    document_id: str
    filename: str
    content_type: str
    content: bytes


class ExportedRun(NamedTuple):
    """A run that waits for tool outputs. `settings` and `awaited` are JSON."""

    run_id: str
    leg: int
    settings: str
    awaited: str
    asked_at: int
    last_event: int
    started_at: int


@dataclass(frozen=True, slots=True)
class ExportedThread:
    """A thread with everything under it. `metadata` is JSON; `messages` are versions and JSON."""

    thread_id: str
    assistant_id: str
    created_at: int
    updated_at: int
    version: int
    title: str | None
    metadata: str
    messages: Sequence[tuple[int, str]]
    files: Sequence[ExportedFile]
    run: ExportedRun | None


def has_account(account: str) -> Transaction[bool]:
    """Whether there is anything of an account, or a key that opens it."""
    row = yield from one(
        "SELECT 1 FROM api_keys WHERE account_id = ? UNION ALL SELECT 1 FROM assistants WHERE account_id = ? LIMIT 1",
        *(account, account),
    )
    return row is not None


def assistants_after(account: str, after: str) -> Transaction[list[tuple[str, bool, str]]]:
    """The next assistants in the order of their ids: id, whether it is the default, JSON."""
    rows = yield from every(
        "SELECT assistant_id, is_default, body FROM assistants WHERE account_id = ? AND assistant_id > ?"
        " ORDER BY assistant_id LIMIT ?",
        *(account, after, PAGE_ROWS),
    )
    return [(assistant_id, bool(is_default), body) for assistant_id, is_default, body in rows]


def threads_after(account: str, after: str) -> Transaction[list[str]]:
    """The next ids of threads in their order."""
    rows = yield from every(
        f"SELECT thread_id FROM threads WHERE account_id = ? AND thread_id > ? AND {LIVE} ORDER BY thread_id LIMIT ?",
        *(account, after, PAGE_ROWS),
    )
    return [row[0] for row in rows]


def thread(account: str, thread_id: str) -> Transaction[ExportedThread | None]:
    """A thread with everything under it; None if there is none."""
    row = yield from one(
        "SELECT thread, active_run, thread_id, assistant_id, created_at, updated_at, version, title, metadata"
        f" FROM threads WHERE thread_id = ? AND account_id = ? AND {LIVE}",
        *(thread_id, account),
    )
    if row is None:
        return None
    number, active_run, *columns = row
    messages = yield from every("SELECT version, body FROM messages WHERE thread = ? ORDER BY version", number)
    files = yield from every(
        "SELECT version, document_id, filename, content_type, content FROM files WHERE thread = ?"
        " ORDER BY version, document_id",
        number,
    )
    run = yield from one(
        "SELECT run_id, leg, settings, awaited, asked_at, last_event, started_at FROM runs"
        " WHERE run_id = ? AND status = ?",
        *(active_run, RunState.REQUIRES_ACTION),
    )
    identifier, assistant_id, created_at, updated_at, version, title, metadata = columns
    return ExportedThread(
        thread_id=identifier,
        assistant_id=assistant_id,
        created_at=created_at,
        updated_at=updated_at,
        version=version,
        title=title,
        metadata=metadata,
        messages=[(version, body) for version, body in messages],
        files=[ExportedFile(*file) for file in files],
        run=None if run is None else ExportedRun(*run),
    )
