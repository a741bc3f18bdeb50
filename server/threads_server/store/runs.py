"""Transactions of runs: segments end, tool outputs come, runs are cancelled.

Each locks the run's thread first, so that two of them never see each other half done, and reads what it decides by in
a later statement: one that waits for a lock sees the state from before its wait.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from threads_server.encoding import encode
from threads_server.errors import HTTPError
from threads_server.runs.states import RunState
from threads_server.store import event_log, threads
from threads_server.store.idempotency_keys import (
    IdempotencyRequest,
    Replay,
    check_replay,
    complete_response,
    raise_replay,
    store_response,
)
from threads_server.store.threads import NewMessage, ThreadRow
from threads_server.store.transaction import Transaction, every, later, lock, one

LOST_EVENTS = 1_000_000
"""Numbers left free before the end of an orphaned run: the events right after its log may have been sent without
being written, and a client may have seen them."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run and its thread. `segment` counts its rounds from 1; `awaited` are the tool calls it waits for."""

    run_id: str
    state: RunState
    segment: int
    settings: str
    awaited: Sequence[dict[str, Any]]
    asked_at: int | None
    last_event: int
    key: str | None
    account: str
    thread: ThreadRow


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a segment: the state that follows, its messages, its last events, and the response of its request.

    `lines` are events as stored, the first numbered `first_event`. `answer` completes the segment's idempotency key,
    if it has one.
    """

    state: RunState
    messages: Sequence[NewMessage]
    first_event: int
    lines: Sequence[str]
    answer: str
    awaited: Sequence[dict[str, Any]] = ()


EndingOf: TypeAlias = Callable[[RunRow, Sequence[str], dict[str, Any]], Ending]
"""Makes the end of a run from the run, the events of its log, and the last message of its thread."""


_RUN = (
    "SELECT runs.run_id, status, leg, settings, awaited, asked_at, last_event, idempotency_key, account_id,"
    " threads.thread, thread_id, assistant_id, version, active_run"
    " FROM runs JOIN threads ON threads.thread = runs.thread"
)


def _run_row(
    run_id: str, state: str, segment: int, settings: str, awaited: str | None, asked_at: int | None, last_event: int,
    key: str | None, account: str, thread: int, thread_id: str, assistant_id: str, version: int, active_run: str | None,
) -> RunRow:  # fmt: skip
    row = ThreadRow(thread, thread_id, assistant_id, version, active_run)
    calls = json.loads(awaited) if awaited else []
    return RunRow(run_id, RunState(state), segment, settings, calls, asked_at, last_event, key, account, row)


def find(account: str, thread_id: str, run_id: str) -> Transaction[RunRow]:
    """Find a run of a thread, locked for this transaction. Raises a 404 HTTPError for the thread or the run."""
    yield from lock(
        f"SELECT 1 FROM threads WHERE thread_id = ? AND account_id = ? AND {threads.LIVE} FOR UPDATE",
        thread_id,
        account,
    )
    row = yield from one(
        f"{_RUN} WHERE runs.run_id = ? AND thread_id = ? AND account_id = ? AND {threads.LIVE} FOR UPDATE",
        *(run_id, thread_id, account),
    )
    if row is None:
        yield from threads.size_of(account, thread_id)
        raise not_found()
    return _run_row(*row)


def _in_progress(run_id: str) -> Transaction[RunRow | None]:
    """Find a run, locked for this transaction, if it is in progress."""
    yield from lock(
        "SELECT 1 FROM threads WHERE thread = (SELECT thread FROM runs WHERE run_id = ?) FOR UPDATE", run_id
    )
    row = yield from one(f"{_RUN} WHERE runs.run_id = ? AND status = ? FOR UPDATE", run_id, RunState.IN_PROGRESS)
    return None if row is None else _run_row(*row)


def not_found() -> HTTPError:
    return HTTPError(404, "Run not found")


def check_log(account: str, thread_id: str, run_id: str, now: int) -> Transaction[None]:
    """Raise a 404 HTTPError unless there is such a run, and its event log has not expired."""
    row = yield from one(
        "SELECT has_log, ended_at FROM runs JOIN threads ON threads.thread = runs.thread"
        f" WHERE run_id = ? AND thread_id = ? AND account_id = ? AND {threads.LIVE}",
        *(run_id, thread_id, account),
    )
    if row is None:
        yield from threads.size_of(account, thread_id)
        raise not_found()
    if not row[0] or (row[1] is not None and row[1] <= event_log.expired_before(now)):
        raise not_found()


def state_of(run_id: str) -> Transaction[RunState | None]:
    """The state of a run; None if it was deleted with its thread."""
    row = yield from one(
        f"SELECT status FROM runs JOIN threads ON threads.thread = runs.thread WHERE run_id = ? AND {threads.LIVE}",
        run_id,
    )
    return None if row is None else RunState(row[0])


def end_segment(
    run_id: str,
    segment: int,
    ending: Ending,
    cancels: Sequence[tuple[IdempotencyRequest, Callable[[bool], str]]],
    now: int,
) -> Transaction[int | None]:
    """End a segment that is in progress; gives the thread's version after it.

    Gives None, with nothing done, when the run has been ended, cancelled or deleted since the segment began: a late
    writer brings nothing back. `cancels` are the requests to cancel it that came under a key, with what each answers.
    """
    run = yield from _in_progress(run_id)
    if run is None or run.segment != segment:
        return None
    version = yield from _apply(run, ending, now)
    for idempotency, answer in cancels:
        body = answer(ending.state is RunState.CANCELLED)
        with suppress(Replay, HTTPError):  # its own request raises it; the run ends all the same
            yield from store_response(idempotency, now, thread=run.thread.thread, body=body)
    return version


def _apply(run: RunRow, ending: Ending, now: int) -> Transaction[int]:
    assert run.state.may_become(ending.state), (run.state, ending.state)
    active = None if ending.state.final else run.run_id
    version = yield from threads.extend(run.thread, ending.messages, active, now)
    last_event = ending.first_event + len(ending.lines) - 1
    yield from later(
        "UPDATE runs SET status = ?, awaited = ?, asked_at = ?, last_event = ?, ended_at = ?, idempotency_key = NULL"
        " WHERE run_id = ?",
        *(
            ending.state,
            encode(ending.awaited) if ending.awaited else None,
            version if ending.awaited else None,
            last_event,
            now if ending.state.final else None,
            run.run_id,
        ),
    )
    yield from event_log.insert(run.run_id, ending.first_event, ending.lines)
    if run.key is not None:
        yield from complete_response(run.account, run.key, run.run_id, version, ending.answer)
    return version


def begin_segment(
    account: str,
    thread_id: str,
    run_id: str | None,
    messages_of: Callable[[RunRow], Sequence[NewMessage]],
    *,
    idempotency: IdempotencyRequest | None,
    streamed: bool,
    owner: str,
    now: int,
) -> Transaction[RunRow]:
    """Store the outputs that a run waited for and let it go on; gives the run and its thread after that.

    Without `run_id` it is the thread's waiting run. `messages_of` makes the messages of the outputs. Raises Replay,
    what `messages_of` raises, and HTTPError: 404 for the thread or run, 409 for the key or a run that does not wait.
    """
    row = yield from check_replay(idempotency, now, threads.find(account, thread_id))
    yield from raise_replay(idempotency, now)
    if run_id is None:
        if row.active_run is None:
            raise HTTPError(409, "No run of this thread waits for tool outputs")
        run_id = row.active_run
    run = yield from find(account, thread_id, run_id)
    if run.state is not RunState.REQUIRES_ACTION:
        raise HTTPError(409, f"Run {run_id} does not wait for tool outputs: it is {run.state}")
    messages = messages_of(run)
    first_event = run.last_event + 1
    if idempotency is not None:
        yield from store_response(
            idempotency, now, thread=row.thread, streamed=streamed, run_id=run_id, first_event=first_event
        )
    version = yield from threads.extend(run.thread, messages, run_id, now)
    yield from _settle_question(run, RunState.COMPLETED)
    key = idempotency.key if idempotency and not streamed else None
    yield from later(
        "UPDATE runs SET status = ?, leg = leg + 1, owner = ?, awaited = NULL, asked_at = NULL, idempotency_key = ?"
        " WHERE run_id = ?",
        *(RunState.IN_PROGRESS, owner, key, run_id),
    )
    thread = replace(run.thread, version=version)
    return replace(run, state=RunState.IN_PROGRESS, segment=run.segment + 1, awaited=(), thread=thread)


def _settle_question(run: RunRow, state: RunState) -> Transaction[None]:
    """Give the message that asked for tools its final state."""
    row = yield from one("SELECT body FROM messages WHERE thread = ? AND version = ?", run.thread.thread, run.asked_at)
    assert row is not None
    body = json.loads(row[0]) | {"status": state}
    yield from one(
        "UPDATE messages SET body = ? WHERE thread = ? AND version = ?", encode(body), run.thread.thread, run.asked_at
    )


def cancel(
    account: str,
    thread_id: str,
    run_id: str,
    *,
    idempotency: IdempotencyRequest | None,
    answer: Callable[[bool], str],
    ending: EndingOf,
    in_progress: bool,
    now: int,
) -> Transaction[RunState]:
    """Cancel a run that waits for tools, or with `in_progress` also one at work; gives its state after that.

    `ending` makes its end, `answer` the response. Raises Replay, a 404 and a 409 HTTPError.
    """
    run = yield from check_replay(idempotency, now, find(account, thread_id, run_id))
    yield from raise_replay(idempotency, now)
    if run.state is RunState.IN_PROGRESS and not in_progress:
        return run.state
    if idempotency is not None:
        cancelled = not run.state.final or run.state is RunState.CANCELLED
        yield from store_response(idempotency, now, thread=run.thread.thread, body=answer(cancelled))
    if run.state.final:
        return run.state
    yield from _end_with(run, ending, now)
    if run.asked_at is not None:
        yield from _settle_question(run, RunState.CANCELLED)
    return RunState.CANCELLED


def end_orphan(run_id: str, segment: int, ending: EndingOf, now: int) -> Transaction[str | None]:
    """End a segment whose server process is gone; the id of its thread, None if it is no longer in progress."""
    run = yield from _in_progress(run_id)
    if run is None or run.segment != segment:
        return None
    yield from _end_with(run, ending, now)
    return run.thread.thread_id


def _end_with(run: RunRow, ending: EndingOf, now: int) -> Transaction[None]:
    log = yield from event_log.read_all(run.run_id)
    last = yield from threads.last_message(run.thread.thread)
    yield from _apply(run, ending(run, log, last), now)


def in_progress(owner: str | None = None) -> Transaction[list[tuple[str, int]]]:
    """The runs in progress, each with its segment: all of them, or those of one server process."""
    of_owner = "" if owner is None else " AND owner = ?"
    rows = yield from every(
        f"SELECT run_id, leg FROM runs WHERE status = 'IN_PROGRESS'{of_owner}", *(() if owner is None else (owner,))
    )
    return [(row[0], row[1]) for row in rows]
