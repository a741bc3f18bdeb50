"""Transactions of runs: their legs end, tools are awaited and answered, they are cancelled.

Every one of them locks the run's thread first, so that two of them never see each other half done. What they
decide by is read by another statement after that: one that waits for a lock and reads would see what was before it
waited.
"""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from threads_server.encoding import encode
from threads_server.errors import HTTPError
from threads_server.runs.history import Message
from threads_server.runs.message_json import ToolOutput, output_text
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
from threads_server.store.transaction import Transaction, every, lock, one

LOST_EVENTS = 1_000_000
"""How far the end of an orphaned run is numbered from the last event in its log: those that were sent but not yet
written when the server ended had the numbers right after it, and a client may have seen them."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as it stands, and its thread. `awaited` are the tool calls it waits for."""

    run_id: str
    state: RunState
    leg: int
    settings: str
    awaited: Sequence[dict[str, Any]]
    asked_at: int | None
    last_event: int
    key: str | None
    account: str
    thread: ThreadRow


@dataclass(frozen=True, slots=True)
class Ending:
    """How a leg of a run ends: the state it leaves, its messages, its last events, and the answer of its request.

    `lines` are events as they are kept, the first numbered `first_event`. `answer` completes the key of the leg, if
    any.
    """

    state: RunState
    messages: Sequence[NewMessage]
    first_event: int
    lines: Sequence[str]
    answer: str
    awaited: Sequence[dict[str, Any]] = ()


EndingOf: TypeAlias = Callable[[RunRow, Sequence[str], Message], Ending]
"""How a run ends, from it, the events of its log, and the last message of its thread."""


_RUN = (
    "SELECT runs.run_id, status, leg, settings, awaited, asked_at, last_event, idempotency_key, account_id,"
    " threads.thread, thread_id, assistant_id, version, active_run"
    " FROM runs JOIN threads ON threads.thread = runs.thread"
)


def _run_row(
    run_id: str, state: str, leg: int, settings: str, awaited: str | None, asked_at: int | None, last_event: int,
    key: str | None, account: str, thread: int, thread_id: str, assistant_id: str, version: int, active_run: str | None,
) -> RunRow:  # fmt: skip
    row = ThreadRow(thread, thread_id, assistant_id, version, active_run)
    calls = json.loads(awaited) if awaited else []
    return RunRow(run_id, RunState(state), leg, settings, calls, asked_at, last_event, key, account, row)


def find(account: str, thread_id: str, run_id: str) -> Transaction[RunRow]:
    """A run of a thread, locked for this transaction. Raises a 404 HTTPError for the thread or the run."""
    yield from lock("SELECT 1 FROM threads WHERE thread_id = ? AND account_id = ? FOR UPDATE", thread_id, account)
    row = yield from one(
        f"{_RUN} WHERE runs.run_id = ? AND thread_id = ? AND account_id = ? FOR UPDATE", run_id, thread_id, account
    )
    if row is None:
        yield from threads.size_of(account, thread_id)
        raise not_found()
    return _run_row(*row)


def _under_way(run_id: str) -> Transaction[RunRow | None]:
    """A run, locked for this transaction, if a leg of it is under way."""
    yield from lock(
        "SELECT 1 FROM threads WHERE thread = (SELECT thread FROM runs WHERE run_id = ?) FOR UPDATE", run_id
    )
    row = yield from one(f"{_RUN} WHERE runs.run_id = ? AND status = ? FOR UPDATE", run_id, RunState.IN_PROGRESS)
    return None if row is None else _run_row(*row)


def not_found() -> HTTPError:
    return HTTPError(404, "Run not found")


def check_log(account: str, thread_id: str, run_id: str, now: int) -> Transaction[RunState]:
    """The state of a run whose events can be read. Raises a 404 HTTPError for the thread or the run."""
    row = yield from one(
        "SELECT status, has_log, ended_at FROM runs JOIN threads ON threads.thread = runs.thread"
        " WHERE run_id = ? AND thread_id = ? AND account_id = ?",
        *(run_id, thread_id, account),
    )
    if row is None:
        yield from threads.size_of(account, thread_id)
        raise not_found()
    if not row[1] or (row[2] is not None and row[2] <= event_log.expired_before(now)):
        raise not_found()
    return RunState(row[0])


def state_of(run_id: str) -> Transaction[RunState | None]:
    """The state of a run; None when it is gone with its thread."""
    row = yield from one("SELECT status FROM runs WHERE run_id = ?", run_id)
    return None if row is None else RunState(row[0])


def end_segment(
    run_id: str, leg: int, ending: Ending, cancels: Sequence[tuple[IdempotencyRequest, Callable[[bool], str]]], now: int
) -> Transaction[int | None]:
    """Ends a leg of a run that is under way; gives the thread's version after it.

    Gives None, and does nothing, when the run has been ended, cancelled or deleted since the leg began: a late writer
    brings nothing back. `cancels` are the keys of requests to cancel it, with their answers to whether it was.
    """
    run = yield from _under_way(run_id)
    if run is None or run.leg != leg:
        return None
    version = yield from _apply(run, ending, now)
    for claim, answer in cancels:
        body = answer(ending.state is RunState.CANCELLED)
        with suppress(Replay, HTTPError):  # its own request will find out; the run ends all the same
            yield from store_response(claim, now, thread=run.thread.thread, body=body)
    return version


def _apply(run: RunRow, ending: Ending, now: int) -> Transaction[int]:
    assert run.state.may_become(ending.state), (run.state, ending.state)
    active = None if ending.state.final else run.run_id
    version = yield from threads.extend(run.thread, ending.messages, active, now)
    last_event = ending.first_event + len(ending.lines) - 1
    yield (
        "UPDATE runs SET status = ?, awaited = ?, asked_at = ?, last_event = ?, ended_at = ?, idempotency_key = NULL"
        " WHERE run_id = ?",
        (
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
        yield from complete_response(run.account, run.key, version, ending.answer)
    return version


def begin_segment(
    account: str,
    thread_id: str,
    run_id: str | None,
    outputs: Sequence[ToolOutput],
    *,
    claim: IdempotencyRequest | None,
    streamed: bool,
    owner: str,
    now: int,
) -> Transaction[RunRow]:
    """Stores the outputs that a run waited for and lets it go on; gives the run and its thread as they are then.

    Without `run_id` it is the run that the thread waits with. Raises Replay, and Refusals: 404 for the thread or
    run, 409 for the key or a run that does not wait, 400 for outputs that do not fit what it waits for.
    """
    row = yield from check_replay(claim, now, threads.find(account, thread_id))
    yield from raise_replay(claim, now)
    if run_id is None:
        if row.active_run is None:
            raise HTTPError(409, "No run of this thread waits for tool outputs")
        run_id = row.active_run
    run = yield from find(account, thread_id, run_id)
    if run.state is not RunState.REQUIRES_ACTION:
        raise HTTPError(409, f"Run {run_id} does not wait for tool outputs: it is {run.state}")
    messages = _output_messages(run, outputs, now)
    first_event = run.last_event + 1
    if claim is not None:
        yield from store_response(
            claim, now, thread=row.thread, streamed=streamed, run_id=run_id, first_event=first_event
        )
    version = yield from threads.extend(run.thread, messages, run_id, now)
    yield from _settle_question(run, RunState.COMPLETED)
    key = claim.key if claim and not streamed else None
    yield (
        "UPDATE runs SET status = ?, leg = leg + 1, owner = ?, awaited = NULL, asked_at = NULL, idempotency_key = ?"
        " WHERE run_id = ?",
        (RunState.IN_PROGRESS, owner, key, run_id),
    )
    return replace(
        run, state=RunState.IN_PROGRESS, leg=run.leg + 1, awaited=(), thread=replace(run.thread, version=version)
    )


def _output_messages(run: RunRow, outputs: Sequence[ToolOutput], now: int) -> list[NewMessage]:
    awaited = [str(call["id"]) for call in run.awaited]
    given = [output.call_id for output in outputs]
    if unknown := [call for call in dict.fromkeys(given) if call not in awaited]:
        raise HTTPError(400, f"Outputs are given for tool calls that nobody asked for: {', '.join(unknown)}")
    if doubled := [call for call in dict.fromkeys(given) if given.count(call) > 1]:
        raise HTTPError(400, f"Outputs are given more than once for tool calls: {', '.join(doubled)}")
    if missing := [call for call in awaited if call not in given]:
        raise HTTPError(400, f"Outputs are missing for tool calls: {', '.join(missing)}")
    by_call = {output.call_id: output for output in outputs}
    return [
        NewMessage(output_text(run.run_id, call, by_call[str(call["id"])], RunState.COMPLETED, now))
        for call in run.awaited
    ]


def _settle_question(run: RunRow, state: RunState) -> Transaction[None]:
    """The message that asked for tools no longer waits for them."""
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
    claim: IdempotencyRequest | None,
    answer: Callable[[bool], str],
    ending: EndingOf,
    in_progress: bool,
    now: int,
) -> Transaction[RunState]:
    """Cancels a run that waits for tools, or with `in_progress` also one that works; gives the state it has then.

    `ending` says how; `answer` what a request is answered. Raises Replay, a 404 and a 409 HTTPError.
    """
    run = yield from check_replay(claim, now, find(account, thread_id, run_id))
    yield from raise_replay(claim, now)
    if run.state is RunState.IN_PROGRESS and not in_progress:
        return run.state
    if claim is not None:
        cancelled = not run.state.final or run.state is RunState.CANCELLED
        yield from store_response(claim, now, thread=run.thread.thread, body=answer(cancelled))
    if run.state.final:
        return run.state
    yield from _end_from_here(run, ending, now)
    if run.asked_at is not None:
        yield from _settle_question(run, RunState.CANCELLED)
    return RunState.CANCELLED


def end_orphan(run_id: str, leg: int, ending: EndingOf, now: int) -> Transaction[None]:
    """Ends a leg whose server process is gone, if it is still under way."""
    run = yield from _under_way(run_id)
    if run is not None and run.leg == leg:
        yield from _end_from_here(run, ending, now)


def _end_from_here(run: RunRow, ending: EndingOf, now: int) -> Transaction[None]:
    log = yield from event_log.events(run.run_id)
    last = yield from threads.last_message(run.thread.thread)
    yield from _apply(run, ending(run, log, last), now)


def under_way(owner: str | None = None) -> Transaction[list[tuple[str, int]]]:
    """The runs that are under way by the store, with their legs: all of them, or those of one server process."""
    of_owner = "" if owner is None else " AND owner = ?"
    rows = yield from every(
        f"SELECT run_id, leg FROM runs WHERE status = 'IN_PROGRESS'{of_owner}", *(() if owner is None else (owner,))
    )
    return [(row[0], row[1]) for row in rows]
