"""The transaction that begins a turn."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from threads_server.errors import HTTPError
from threads_server.runs.states import RunState
from threads_server.store import assistants, threads
from threads_server.store.assistants import AssistantRow
from threads_server.store.idempotency_keys import IdempotencyRequest, check_replay, raise_replay, store_response
from threads_server.store.threads import NewMessage, ThreadRow
from threads_server.store.transaction import Transaction, one

BEHIND_ALL = 2**62
"""The place of a message that has just come."""


class ThreadBusy(Exception):
    """The thread's run is still going; `awaited` are the tool calls it waits for, if it does.

    Without `run_id` there is none, but someone waits in front.
    """

    def __init__(self, run_id: str | None, awaited: Sequence[str] = ()) -> None:
        super().__init__(run_id)
        self.run_id = run_id
        self.awaited = awaited


@dataclass(slots=True)
class Attempt:
    """A try to begin a turn, and whether the thread was busy: then nobody who comes after it may go before it.

    `seated` is set when whoever tried waits in the line, or waits no more: the next one may go there then.
    """

    refused: bool = False
    seated: asyncio.Event = field(default_factory=asyncio.Event)


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


@dataclass(frozen=True, slots=True)
class NewTurn:
    """A message of a user, and the run it starts.

    This is the `attempt` to begin it, which came right after the attempt `behind`. It waits for those who have a
    smaller `place`, which is None if one process has the store for itself. Without `thread_id` the thread
    `fresh_thread_id` is made, under `assistant_id` or else under the account's default assistant, which becomes
    `fresh_assistant` if there is none yet. Without `run` the message is only stored, and `stored_answer` says what is
    answered, from the ids of the thread and its assistant.
    """

    account: str
    thread_id: str | None
    assistant_id: str | None
    fresh_thread_id: str
    fresh_assistant: AssistantRow | None
    message: NewMessage
    files: Sequence[FileRow]
    run: NewRun | None
    stored_answer: Callable[[str, str], str]
    claim: IdempotencyRequest | None
    streamed: bool
    if_match: str | None
    now: int
    attempt: Attempt = field(default_factory=Attempt)
    behind: Attempt | None = None
    place: int | None = None


def begin_turn(turn: NewTurn) -> Transaction[ThreadRow]:
    """Stores the user's message and starts the run; gives the thread as it is then.

    Raises Replay, ThreadBusy, and Refusals: 404 for the thread or assistant, 409 for the key, 412 for the version.
    """
    run_id = turn.run.run_id if turn.run else None
    # whoever comes after this one comes after those who are refused before it as well
    turn.attempt.refused = turn.behind is not None and turn.behind.refused
    try:
        row = yield from check_replay(turn.claim, turn.now, _add_message(turn, run_id))
    except ThreadBusy:
        turn.attempt.refused = True
        raise
    if turn.claim is not None:
        yield from store_response(
            turn.claim,
            turn.now,
            thread=row.thread,
            streamed=turn.streamed,
            run_id=run_id,
            first_event=1 if turn.run else None,
            version=None if turn.run else row.version,
            body=None if turn.run else turn.stored_answer(row.thread_id, row.assistant_id),
        )
    if turn.if_match is not None:
        if turn.thread_id is None:
            raise HTTPError(412, "There is no thread yet that could have a version")
        threads.check_version(row.version - 1, turn.if_match)
    for file in turn.files:
        yield (
            "INSERT INTO files (document_id, thread, version, filename, content_type, content)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (file.document_id, row.thread, row.version, file.filename, file.content_type, file.content),
        )
    if turn.run is not None:
        key = turn.claim.key if turn.claim and not turn.streamed else None
        yield (
            "INSERT INTO runs (run_id, thread, status, leg, owner, settings, last_event, idempotency_key, started_at,"
            " has_log) VALUES (?, ?, ?, 1, ?, ?, 0, ?, ?, 1)",
            (turn.run.run_id, row.thread, RunState.IN_PROGRESS, turn.run.owner, turn.run.settings, key, turn.now),
        )
    return row


def _add_message(turn: NewTurn, run_id: str | None) -> Transaction[ThreadRow]:
    if turn.thread_id is None:
        yield from _make_thread(turn)
    # the ordinary case first: one statement finds the thread, locks it and changes it, if no run holds it
    message = (turn.account, turn.fresh_thread_id, turn.message, run_id, turn.now, turn.place)
    while (row := (yield from threads.append(*message))) is None:
        yield from _refuse(turn)
    if turn.behind is not None and turn.behind.refused:
        yield from raise_replay(turn.claim, turn.now)
        raise ThreadBusy(None)
    if turn.assistant_id not in (None, row.assistant_id):
        raise threads.not_found()
    return row


def _refuse(turn: NewTurn) -> Transaction[None]:
    """Raises why a message cannot be added: no such thread, the key's answer, another version, the run that holds it,
    or someone who waits in front.

    Returns when what stood in the way is gone this moment: it was another process's.
    """
    row = yield from threads.find(turn.account, turn.fresh_thread_id)
    if turn.assistant_id not in (None, row.assistant_id):
        raise threads.not_found()
    yield from raise_replay(turn.claim, turn.now)
    if turn.if_match is not None:
        threads.check_version(row.version, turn.if_match)
    busy = yield from one("SELECT run_id, awaited FROM runs WHERE run_id = ?", row.active_run)
    if busy is not None:
        run_id, awaited = busy
        raise ThreadBusy(run_id, [call["id"] for call in json.loads(awaited)] if awaited else [])
    if turn.place is not None:
        in_front = yield from one("SELECT 1 FROM places WHERE thread = ? AND place < ?", row.thread, turn.place)
        if in_front is not None:
            raise ThreadBusy(None)


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


def take_place(account: str, thread_id: str, owner: str) -> Transaction[tuple[int, int]]:
    """The last place in the line of all processes for a thread; gives the thread's number and the place.

    Raises a 404 HTTPError.
    """
    thread = (yield from threads.find(account, thread_id)).thread
    row = yield from one(
        "INSERT INTO places (thread, place, owner) SELECT ?, coalesce(max(place), 0) + 1, ? FROM places"
        " WHERE thread = ? RETURNING place",
        *(thread, owner, thread),
    )
    assert row is not None
    return thread, row[0]


def leave_place(thread: int, place: int) -> Transaction[None]:
    yield from one("DELETE FROM places WHERE thread = ? AND place = ?", thread, place)


def holder_of(account: str, thread_id: str) -> Transaction[str | None]:
    """The run that holds a thread now."""
    row = yield from one("SELECT active_run FROM threads WHERE thread_id = ? AND account_id = ?", thread_id, account)
    return row[0] if row else None
