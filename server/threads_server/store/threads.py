"""Transactions of threads, and the history as it is read."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from threads_server.errors import HTTPError
from threads_server.runs.states import RunState
from threads_server.settings import FIRST_USER_MESSAGE_CHARACTERS
from threads_server.store import assistants
from threads_server.store.history import History, Message
from threads_server.store.idempotency_keys import IdempotencyRequest, check_replay, store_response
from threads_server.store.transaction import PAGE_BYTES, SMALL_MESSAGES, Row, Transaction, every, later, one, page


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread as a turn needs it. `thread` is its number inside the store."""

    thread: int
    thread_id: str
    assistant_id: str
    version: int
    active_run: str | None


class WholeThreadRow(NamedTuple):
    """A thread with its messages. `metadata` is JSON; `messages` is that of the messages, joined by commas."""

    thread_id: str
    assistant_id: str
    created_at: int
    metadata: str
    messages: str | None


VersionedThread: TypeAlias = tuple[int, WholeThreadRow | None]


class ThreadHead(NamedTuple):
    """A thread whose messages are read in pages. `thread` is its number inside the store; `metadata` is JSON."""

    thread: int
    version: int
    message_count: int
    thread_id: str
    assistant_id: str
    created_at: int
    metadata: str


_HEAD = ", ".join(ThreadHead._fields)

MAX_PAGE_ROWS = 10_000
"""Messages that are read at once."""


class LightThreadRow(NamedTuple):
    """A thread without its messages. `metadata` is JSON."""

    thread_id: str
    assistant_id: str
    created_at: int
    metadata: str
    title: str | None
    first_user_message: str | None
    message_count: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored: its JSON, and the beginning of a user's for light lists."""

    body: str
    preview: str | None = None


def preview(content: str) -> str | None:
    """As much of a user's message as a light list shows; None for an empty one."""
    return content[:FIRST_USER_MESSAGE_CHARACTERS] or None


# The OFFSET makes PostgreSQL look up an assistant for each thread: of a join it guesses that hardly any row is left, so
# that it reads and sorts a whole account.
LIVE = (
    "threads.account_id <> '' AND EXISTS (SELECT 1 FROM assistants"
    " WHERE assistants.assistant_id = threads.assistant_id AND assistants.account_id = threads.account_id"
    " LIMIT 1 OFFSET 0)"
)
"""The condition that a thread can be seen: its assistant is of its account, and so neither deleted nor still coming."""


def not_found() -> HTTPError:
    return HTTPError(404, "Thread not found")


def find(account: str, thread_id: str) -> Transaction[ThreadRow]:
    """The thread, locked for this transaction. Raises a 404 HTTPError."""
    row = yield from one(
        "SELECT thread, thread_id, assistant_id, version, active_run FROM threads"
        f" WHERE thread_id = ? AND account_id = ? AND {LIVE} FOR UPDATE",
        thread_id,
        account,
    )
    if row is None:
        raise not_found()
    return ThreadRow(*row)


def insert(account: str, thread_id: str, assistant_id: str, now: int) -> Transaction[ThreadRow]:
    row = yield from one(
        "INSERT INTO threads (thread_id, account_id, assistant_id, created_at, updated_at, version, message_count,"
        " metadata) VALUES (?, ?, ?, ?, ?, 1, 0, '{}') RETURNING thread",
        *(thread_id, account, assistant_id, now, now),
    )
    assert row is not None
    return ThreadRow(row[0], thread_id, assistant_id, 1, None)


def create(
    account: str, thread_id: str, assistant_id: str, now: int, request: IdempotencyRequest | None, response: str
) -> Transaction[None]:
    """Store a new thread and, under a key, its response. Raises Replay, a 404 and a 409 HTTPError."""
    yield from check_replay(request, now, assistants.get(account, assistant_id))
    row = yield from insert(account, thread_id, assistant_id, now)
    if request is not None:
        yield from store_response(request, now, thread=row.thread, body=response)


def append(
    account: str, thread_id: str, message: NewMessage, run_id: str | None, now: int
) -> Transaction[ThreadRow | None]:
    """Store a message at the end of a thread that no run holds, and let `run_id` hold it; gives the thread after it.

    Gives None, with nothing done, when there is no such thread or a run holds it.
    """
    row = yield from one(
        "UPDATE threads SET version = version + 1, message_count = message_count + 1, updated_at = ?, active_run = ?,"
        " first_user_message = coalesce(first_user_message, ?)"
        f" WHERE thread_id = ? AND account_id = ? AND {LIVE} AND active_run IS NULL"
        " RETURNING thread, assistant_id, version",
        *(now, run_id, message.preview, thread_id, account),
    )
    if row is None:
        return None
    thread, assistant_id, version = row
    yield from later("INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)", thread, version, message.body)
    return ThreadRow(thread, thread_id, assistant_id, version, run_id)


def extend(row: ThreadRow, messages: Sequence[NewMessage], active_run: str | None, now: int) -> Transaction[int]:
    """Append a run's messages to its thread, each as one more version, and set the run that holds it.

    Gives the thread's version after them.
    """
    version = row.version
    for message in messages:
        version += 1
        yield from later(
            "INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)", row.thread, version, message.body
        )
    yield from later(
        "UPDATE threads SET version = ?, message_count = message_count + ?, updated_at = ?, active_run = ?"
        " WHERE thread = ?",
        *(version, len(messages), now, active_run, row.thread),
    )
    return version


def delete(account: str, thread_id: str, check_version: Callable[[int], None] | None) -> Transaction[None]:
    """Delete a thread; `clearing` removes what is under it. Raises a 404 HTTPError, and what `check_version` raises."""
    row = yield from find(account, thread_id)
    if check_version is not None:
        check_version(row.version)
    if row.active_run is not None:
        yield from one(
            "UPDATE runs SET status = ? WHERE run_id = ? AND status = ?",
            *(RunState.CANCELLED, row.active_run, RunState.IN_PROGRESS),
        )
    yield from mark_deleted(row.thread)


_MARK_DELETED = (
    "UPDATE threads SET account_id = '', assistant_id = '', thread_id = '-' || thread, title = NULL,"
    " first_user_message = NULL, metadata = '{}', active_run = NULL WHERE thread"
)


def mark_deleted(thread: int) -> Transaction[None]:
    """Take a thread out of its account, under an id that no request can name."""
    yield from one(f"{_MARK_DELETED} = ?", thread)


def mark_deleted_of(assistant_id: str, limit: int) -> Transaction[None]:
    """Take at most `limit` threads of an assistant out of their account."""
    yield from every(
        f"{_MARK_DELETED} IN (SELECT thread FROM threads WHERE assistant_id = ? LIMIT ? FOR UPDATE SKIP LOCKED)",
        *(assistant_id, limit),
    )


_MESSAGES = (
    "(SELECT group_concat(body, ',') FROM"
    " (SELECT body FROM messages WHERE messages.thread = threads.thread ORDER BY version) AS history)"
)


_LAST = "(SELECT body FROM messages WHERE messages.thread = threads.thread ORDER BY version DESC LIMIT 1)"


def size_of(account: str, thread_id: str) -> Transaction[tuple[int, int]]:
    """The thread's version and how many messages it has. Raises a 404 HTTPError."""
    row = yield from one(
        f"SELECT version, message_count FROM threads WHERE thread_id = ? AND account_id = ? AND {LIVE}",
        *(thread_id, account),
    )
    if row is None:
        raise not_found()
    return row[0], row[1]


_WHOLE = (  # made once: it is long, and the commonest of all
    "SELECT version, message_count, thread_id, assistant_id, created_at, metadata,"
    f" CASE WHEN message_count <= ? AND {SMALL_MESSAGES} THEN {_MESSAGES} END FROM threads"
    f" WHERE thread_id = ? AND account_id = ? AND {LIVE}"
)


def whole(account: str, thread_id: str, most_messages: int) -> Transaction[VersionedThread]:
    """A thread with its messages, read in one statement. Raises a 404 HTTPError.

    The row is None, and no message is read, if there are more than `most_messages`, or too large ones.
    """
    row = yield from one(_WHOLE, most_messages, thread_id, account)
    if row is None:
        raise not_found()
    version, count, *columns = row
    found = WholeThreadRow(*columns)
    return version, found if found.messages is not None or not count else None


def head(account: str, thread_id: str) -> Transaction[ThreadHead]:
    """A thread without its messages. Raises a 404 HTTPError."""
    row = yield from one(
        f"SELECT {_HEAD} FROM threads WHERE thread_id = ? AND account_id = ? AND {LIVE}", thread_id, account
    )
    if row is None:
        raise not_found()
    return ThreadHead(*row)


def message_page(account: str, head: ThreadHead, after: int) -> Transaction[list[tuple[int, str]]]:
    """The first messages of a thread later than the version `after`, each with its version; at most PAGE_BYTES.

    Those that came after `head` was read are left out. Raises a 404 HTTPError if the thread was deleted since.
    """
    rows = yield from page(
        "SELECT version, body FROM messages WHERE thread = ? AND version > ? AND version <= ? ORDER BY version LIMIT ?",
        *(head.thread, after, head.version, MAX_PAGE_ROWS),
    )
    # after the messages, which go later than the thread
    found = yield from one(
        f"SELECT 1 FROM threads WHERE thread = ? AND account_id = ? AND {LIVE}", head.thread, account
    )
    if found is None:
        raise not_found()
    return [(version, body) for version, body in rows]


def head_page(
    account: str, assistant_id: str | None, skip: int, limit: int
) -> Transaction[tuple[list[ThreadHead], dict[int, list[str]] | None]]:
    """A page of the account's threads, or of one assistant's, newest first, and the messages of each by its number.

    The messages are None if they have more than PAGE_BYTES. Raises a 404 HTTPError.
    """
    heads = [ThreadHead(*row) for row in (yield from _page(account, assistant_id, skip, limit, _HEAD))]
    selected, parameters = _selection(account, assistant_id, skip, limit)
    rows = yield from page(
        f"SELECT thread, version, body FROM messages WHERE thread IN ({selected}) LIMIT ?", *parameters, MAX_PAGE_ROWS
    )
    if len(rows) == MAX_PAGE_ROWS or sum(len(row[2].encode()) for row in rows) >= PAGE_BYTES:
        return heads, None
    texts: dict[int, list[str]] = {head.thread: [] for head in heads}
    for thread, _, body in sorted(rows, key=itemgetter(0, 1)):
        texts[thread].append(body)
    return heads, texts


def light_page(account: str, assistant_id: str | None, skip: int, limit: int) -> Transaction[list[LightThreadRow]]:
    """As `head_page`, without messages: each thread costs the same, however long it is."""
    columns = "thread_id, assistant_id, created_at, metadata, title, first_user_message, message_count, updated_at"
    rows = yield from _page(account, assistant_id, skip, limit, columns)
    return [LightThreadRow(*row) for row in rows]


def _page(account: str, assistant_id: str | None, skip: int, limit: int, columns: str) -> Transaction[list[Row]]:
    if assistant_id is not None:
        yield from assistants.get(account, assistant_id)
    selected, parameters = _selection(account, assistant_id, skip, limit)
    return (
        yield from every(
            f"SELECT {columns} FROM threads WHERE thread IN ({selected}) ORDER BY created_at DESC, thread_id DESC",
            *parameters,
        )
    )


def _selection(account: str, assistant_id: str | None, skip: int, limit: int) -> tuple[str, tuple[str | int, ...]]:
    """A statement for the numbers of a page's threads, found in the index alone, and its parameters."""
    where, parameter = (
        (f"account_id = ? AND {LIVE}", account) if assistant_id is None else ("assistant_id = ?", assistant_id)
    )
    return (
        f"SELECT thread FROM threads WHERE {where} ORDER BY created_at DESC, thread_id DESC LIMIT ? OFFSET ?",
        (parameter, limit, skip),
    )


def history(thread: int) -> Transaction[History]:
    """The thread's messages."""
    row = yield from one(f"SELECT {_MESSAGES}, {_LAST} FROM threads WHERE thread = ?", thread)
    return History(*(row or ()))


def message_texts(thread: int) -> Transaction[list[str]]:
    """The thread's messages as stored, oldest first."""
    rows = yield from every("SELECT body FROM messages WHERE thread = ? ORDER BY version", thread)
    return [body for (body,) in rows]


def last_message(thread: int) -> Transaction[Message]:
    """The last message of a thread that has one."""
    row = yield from one(f"SELECT {_LAST} FROM threads WHERE thread = ?", thread)
    assert row is not None
    message: Message = json.loads(row[0])
    return message
