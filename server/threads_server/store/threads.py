"""Transactions of threads, and the history as it is read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from threads_server.clock import format_timestamp
from threads_server.encoding import encode
from threads_server.errors import HTTPError
from threads_server.http.etags import matches, tag
from threads_server.runs.history import History, Message
from threads_server.settings import FIRST_USER_MESSAGE_CHARACTERS
from threads_server.store import assistants
from threads_server.store.idempotency_keys import IdempotencyRequest, check_replay, claim_answer
from threads_server.store.transaction import Transaction, every, one


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """What a turn needs to know of a thread. `thread` is its number inside the store."""

    thread: int
    thread_id: str
    assistant_id: str
    version: int
    active_run: str | None


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored; `body` is it as JSON, `preview` how a user's begins."""

    body: str
    preview: str | None = None


def preview(content: str) -> str | None:
    """As much of a user's message as a light list shows; None for an empty one."""
    return content[:FIRST_USER_MESSAGE_CHARACTERS] or None


def not_found() -> HTTPError:
    return HTTPError(404, "Thread not found")


def find(account: str, thread_id: str) -> Transaction[ThreadRow]:
    """The thread, locked for this transaction. Raises a 404 HTTPError."""
    row = yield from one(
        "SELECT thread, thread_id, assistant_id, version, active_run FROM threads"
        " WHERE thread_id = ? AND account_id = ? FOR UPDATE",
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
    account: str, thread_id: str, assistant_id: str, now: int, claim: IdempotencyRequest | None, answer: str
) -> Transaction[None]:
    """Keeps a new thread and, under a key, the answer about it. Raises Replay, a 404 and a 409 HTTPError."""
    yield from check_replay(claim, now, assistants.get(account, assistant_id))
    row = yield from insert(account, thread_id, assistant_id, now)
    if claim is not None:
        yield from claim_answer(claim, now, thread=row.thread, body=answer)


def append(
    account: str, thread_id: str, message: NewMessage, run_id: str | None, now: int, place: int | None
) -> Transaction[ThreadRow | None]:
    """Stores a message at the end of a thread that no run holds, and lets `run_id` hold it; gives the thread after it.

    Gives None, with nothing done, when there is no such thread, a run holds it, or someone waits for it in front of
    `place`.
    """
    whose_turn = "active_run IS NULL"
    if place is not None:
        whose_turn += " AND NOT EXISTS (SELECT 1 FROM places WHERE thread = threads.thread AND place < ?)"
    row = yield from one(
        "UPDATE threads SET version = version + 1, message_count = message_count + 1, updated_at = ?, active_run = ?,"
        " first_user_message = coalesce(first_user_message, ?)"
        f" WHERE thread_id = ? AND account_id = ? AND {whose_turn} RETURNING thread, assistant_id, version",
        *(now, run_id, message.preview, thread_id, account),
        *(() if place is None else (place,)),
    )
    if row is None:
        return None
    thread, assistant_id, version = row
    yield "INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)", (thread, version, message.body)
    return ThreadRow(thread, thread_id, assistant_id, version, run_id)


def extend(row: ThreadRow, messages: Sequence[NewMessage], active_run: str | None, now: int) -> Transaction[int]:
    """Stores a run's messages at the end of its thread, each as one more version, and says which run holds it now.

    Gives the thread's version after them.
    """
    version = row.version
    for message in messages:
        version += 1
        yield "INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)", (row.thread, version, message.body)
    yield (
        "UPDATE threads SET version = ?, message_count = message_count + ?, updated_at = ?, active_run = ?"
        " WHERE thread = ?",
        (version, len(messages), now, active_run, row.thread),
    )
    return version


def delete(account: str, thread_id: str, if_match: str | None) -> Transaction[None]:
    """Deletes a thread and everything under it. Raises a 404 and a 412 HTTPError."""
    row = yield from find(account, thread_id)
    if if_match is not None:
        check_version(row.version, if_match)
    yield from one("DELETE FROM threads WHERE thread = ?", row.thread)


def check_version(version: int, if_match: str) -> None:
    """Raises a 412 HTTPError unless the version is one that the caller named."""
    if not matches(if_match, version):
        raise HTTPError(412, "The thread has changed", {"ETag": tag(version)})


_HISTORY = (
    "(SELECT group_concat(body, ',') FROM"
    " (SELECT body FROM messages WHERE messages.thread = threads.thread ORDER BY version) AS history)"
)


_LAST = "(SELECT body FROM messages WHERE messages.thread = threads.thread ORDER BY version DESC LIMIT 1)"


def size_of(account: str, thread_id: str) -> Transaction[tuple[int, int]]:
    """The thread's version and how many messages it has. Raises a 404 HTTPError."""
    row = yield from one(
        "SELECT version, message_count FROM threads WHERE thread_id = ? AND account_id = ?", thread_id, account
    )
    if row is None:
        raise not_found()
    return row[0], row[1]


def whole(account: str, thread_id: str, longest: int | None = None) -> Transaction[tuple[int, str | None]]:
    """The thread's version and it as JSON, with its whole history. Raises a 404 HTTPError.

    In place of the JSON of a thread with more than `longest` messages it gives None, and does not read them.
    """
    history = _HISTORY if longest is None else f"CASE WHEN message_count <= {int(longest)} THEN {_HISTORY} END"
    row = yield from one(
        f"SELECT version, message_count, thread_id, assistant_id, created_at, metadata, {history} FROM threads"
        " WHERE thread_id = ? AND account_id = ?",
        thread_id,
        account,
    )
    if row is None:
        raise not_found()
    version, count, *fields = row
    return version, None if longest is not None and count > longest else thread_text(*fields)


def thread_text(thread_id: str, assistant_id: str, created_at: int, metadata: str, history: str | None) -> str:
    """A thread as JSON; `history` are its messages as JSON, joined by commas."""
    return (
        f'{{"thread_id":"{thread_id}","assistant_id":"{assistant_id}","created_at":"{format_timestamp(created_at)}",'
        f'"messages":[{history or ""}],"metadata_":{metadata}}}'
    )


def list_page(
    account: str, assistant_id: str | None, skip: int, limit: int, *, include_messages: bool
) -> Transaction[list[str]]:
    """A page of the account's threads, or of one assistant's, as JSON, newest first. Raises a 404 HTTPError.

    Without messages each thread costs the same, however long it is.
    """
    if assistant_id is None:
        where, parameter = "account_id = ?", account
    else:
        yield from assistants.get(account, assistant_id)
        where, parameter = "assistant_id = ?", assistant_id
    columns = "thread_id, assistant_id, created_at, metadata"
    more = _HISTORY if include_messages else "title, first_user_message, message_count, updated_at"
    # the page is found in the index alone; only its own rows are read
    rows = yield from every(
        f"SELECT {columns}, {more} FROM threads WHERE thread IN"
        f" (SELECT thread FROM threads WHERE {where} ORDER BY created_at DESC, thread_id DESC LIMIT ? OFFSET ?)"
        " ORDER BY created_at DESC, thread_id DESC",
        *(parameter, limit, skip),
    )
    if include_messages:
        return [thread_text(*row) for row in rows]
    return [_light_text(*row) for row in rows]


def _light_text(
    thread_id: str,
    assistant_id: str,
    created_at: int,
    metadata: str,
    title: str | None,
    first_user_message: str | None,
    message_count: int,
    updated_at: int,
) -> str:
    whole_text = thread_text(thread_id, assistant_id, created_at, metadata, None)
    return (
        f'{whole_text[:-1]},"title":{encode(title)},"first_user_message":{encode(first_user_message)},'
        f'"message_count":{message_count},"updated_at":"{format_timestamp(updated_at)}"}}'
    )


def history(thread: int) -> Transaction[History]:
    """The thread's messages."""
    row = yield from one(f"SELECT {_HISTORY}, {_LAST} FROM threads WHERE thread = ?", thread)
    return History(*(row or ()))


def last_message(thread: int) -> Transaction[Message]:
    """The last message of a thread that has one."""
    row = yield from one(f"SELECT {_LAST} FROM threads WHERE thread = ?", thread)
    assert row is not None
    message: Message = json.loads(row[0])
    return message
