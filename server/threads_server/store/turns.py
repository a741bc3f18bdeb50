"""The transaction that begins a turn: the user's message and its run."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from threads_server.errors import HTTPError
from threads_server.runs.states import RunState
from threads_server.store import assistants, threads
from threads_server.store.assistants import AssistantRow
from threads_server.store.idempotency_keys import IdempotencyRequest, check_replay, raise_replay, store_response
from threads_server.store.threads import NewMessage, ThreadRow
from threads_server.store.transaction import Transaction, later, one


class ThreadBusy(Exception):
    """A run holds the thread; `awaited` are the tool calls that it waits for, if it does."""

    def __init__(self, run_id: str | None, awaited: Sequence[str] = ()) -> None:
        super().__init__(run_id)
        self.run_id = run_id
        self.awaited = awaited


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that came with a message."""

    document_id: str
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that a message starts. `settings` is what the turn asked for, as JSON; `owner` the server process."""

    run_id: str
    owner: str
    settings: str


@dataclass(slots=True)
class NewTurn:
    """A message of a user, and the run it starts. Not frozen: it has many fields, and one is made for each message.

    Without `thread_id` the thread `fresh_thread_id` is made, under `assistant_id` or else under the account's default
    assistant, which becomes `fresh_assistant` if there is none yet. Without `run` the message is only stored, and
    `stored_response` makes the response from the ids of the thread and its assistant. `check_version` raises unless the
    thread has the version that the caller expects.
    """

    account: str
    thread_id: str | None
    assistant_id: str | None
    fresh_thread_id: str
    fresh_assistant: AssistantRow | None
    message: NewMessage
    files: Sequence[FileRow]
    run: NewRun | None
    stored_response: Callable[[str, str], str]
    idempotency: IdempotencyRequest | None
    streamed: bool
    check_version: Callable[[int], None] | None
    now: int


def begin_turn(turn: NewTurn) -> Transaction[ThreadRow]:
    """Store the user's message and start the run; gives the thread after it.

    Raises Replay, ThreadBusy, and HTTPError: 404 for the thread or assistant, 409 for the key, 412 for the version.
    """
    run_id = turn.run.run_id if turn.run else None
    row = yield from check_replay(turn.idempotency, turn.now, _add_message(turn, run_id))
    if turn.idempotency is not None:
        yield from store_response(
            turn.idempotency,
            turn.now,
            thread=row.thread,
            streamed=turn.streamed,
            run_id=run_id,
            first_event=1 if turn.run else None,
            version=None if turn.run else row.version,
            body=None if turn.run else turn.stored_response(row.thread_id, row.assistant_id),
        )
    if turn.check_version is not None:
        if turn.thread_id is None:
            raise HTTPError(412, "There is no thread yet that could have a version")
        turn.check_version(row.version - 1)
    for file in turn.files:
        yield from later(
            "INSERT INTO files (document_id, thread, version, filename, content_type, content)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            *(file.document_id, row.thread, row.version, file.filename, file.content_type, file.content),
        )
    if turn.run is not None:
        key = turn.idempotency.key if turn.idempotency and not turn.streamed else None
        yield from later(
            "INSERT INTO runs (run_id, thread, status, leg, owner, settings, last_event, idempotency_key, started_at,"
            " has_log) VALUES (?, ?, ?, 1, ?, ?, 0, ?, ?, 1)",
            *(turn.run.run_id, row.thread, RunState.IN_PROGRESS, turn.run.owner, turn.run.settings, key, turn.now),
        )
    return row


def _add_message(turn: NewTurn, run_id: str | None) -> Transaction[ThreadRow]:
    if turn.thread_id is None:
        yield from _make_thread(turn)
    # the ordinary case first: one statement finds the thread, locks it and changes it, if no run holds it
    message = (turn.account, turn.fresh_thread_id, turn.message, run_id, turn.now)
    while (row := (yield from threads.append(*message))) is None:
        yield from _refuse(turn)
    if turn.assistant_id not in (None, row.assistant_id):
        raise threads.not_found()
    return row


def _refuse(turn: NewTurn) -> Transaction[None]:
    """Raise why a message cannot be added: no such thread, a replay, another version, or the run that holds it.

    Returns when the run is gone meanwhile: it was another process's.
    """
    row = yield from threads.find(turn.account, turn.fresh_thread_id)
    if turn.assistant_id not in (None, row.assistant_id):
        raise threads.not_found()
    yield from raise_replay(turn.idempotency, turn.now)
    if turn.check_version is not None:
        turn.check_version(row.version)
    busy = yield from one("SELECT run_id, awaited FROM runs WHERE run_id = ?", row.active_run)
    if busy is not None:
        run_id, awaited = busy
        raise ThreadBusy(run_id, [call["id"] for call in json.loads(awaited)] if awaited else [])


def _make_thread(turn: NewTurn) -> Transaction[None]:
    assistant_id = turn.assistant_id
    if assistant_id is not None:
        yield from assistants.get(turn.account, assistant_id)
    else:
        assistant_id = yield from assistants.default_of(turn.account)
        if assistant_id is None:
            assert turn.fresh_assistant is not None
            yield from assistants.insert(turn.fresh_assistant, is_default=True)
            assistant_id = turn.fresh_assistant.assistant_id
    yield from threads.insert(turn.account, turn.fresh_thread_id, assistant_id, turn.now)


def holder_of(account: str, thread_id: str) -> Transaction[str | None]:
    """The run that holds a thread, if any."""
    row = yield from one(
        f"SELECT active_run FROM threads WHERE thread_id = ? AND account_id = ? AND {threads.LIVE}", thread_id, account
    )
    return row[0] if row else None
