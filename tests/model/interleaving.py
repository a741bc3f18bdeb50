"""Transactions of two processes on one run: what they do, and how they are interleaved statement by statement."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from threads_server.encoding import encode
from threads_server.errors import HTTPError
from threads_server.runs.states import RunState
from threads_server.store import Store, assistants, event_log, retention, runs, threads
from threads_server.store.assistants import AssistantRow, insert
from threads_server.store.idempotency_keys import IdempotencyRequest, Replay
from threads_server.store.runs import Ending, RunRow
from threads_server.store.threads import NewMessage
from threads_server.store.transaction import Transaction, every
from threads_server.store.turns import NewRun, NewTurn, ThreadBusy, begin_turn

IDLE, AT_WORK, WAITING = "idle", "at work", "waiting"
CALLS = [{"id": "call_1"}]
NOBODY_WAITS = "SELECT count(*) FROM pg_locks, pg_sleep(0.001) WHERE NOT granted"

Process: TypeAlias = "Callable[[Case], Transaction[Any]]"


@dataclass(frozen=True)
class Case:
    """A thread of its own. `name` is in all its ids; `thread` is its number inside the store."""

    name: str
    thread: int = 0

    def message(self, run_id: str | None, key: str, now: int = 2) -> NewTurn:
        return NewTurn(
            account="a", thread_id=self.name, assistant_id=None, fresh_thread_id=self.name, fresh_assistant=None,
            message=NewMessage('{"content": "x"}'), files=(), run=None if run_id is None else NewRun(run_id, "p", "{}"),
            stored_response=lambda *_: "stored", idempotency=self.request(key), streamed=False, check_version=None,
            now=now,
        )  # fmt: skip

    def request(self, key: str) -> IdempotencyRequest:
        return IdempotencyRequest("a", f"{self.name}-{key}", b"x")

    @property
    def run_id(self) -> str:
        return f"{self.name}-run"


def send(case: Case, key: str = "k") -> Transaction[Any]:
    return begin_turn(case.message(f"{case.name}-{key}-run", key))


def store_message(case: Case, key: str = "k") -> Transaction[Any]:
    return begin_turn(case.message(None, key))


def submit(case: Case, key: str = "k", *, latest: bool = False) -> Transaction[Any]:
    return runs.begin_segment(
        *("a", case.name, None if latest else case.run_id),
        lambda run: [NewMessage(f'{{"content": "for {len(run.awaited)} calls"}}')],
        idempotency=case.request(key), streamed=False, owner=key, now=2,
    )  # fmt: skip


def cancel(case: Case, key: str = "k") -> Transaction[Any]:
    return runs.cancel(
        "a", case.name, case.run_id, idempotency=case.request(key), answer=str, in_progress=True, now=2,
        ending=partial(_ending, RunState.CANCELLED),
    )  # fmt: skip


def end_orphan(case: Case) -> Transaction[Any]:
    return runs.end_orphan(case.run_id, 1, partial(_ending, RunState.FAILED), 2)


def _ending(state: RunState, run: RunRow, log: Any, _: Any) -> Ending:
    text = f'{{"content": "{state} at {run.last_event} after {len(log)} events"}}'
    return Ending(state, [NewMessage(text)], len(log) + 1, ['{"type":"end"}'], "ended")


def append(case: Case, first: int = 2) -> Transaction[Any]:
    return event_log.append(case.run_id, 1, first, ['"b"', '"c"'])


def end(case: Case, first: int = 2, state: RunState = RunState.COMPLETED, now: int = 2) -> Transaction[Any]:
    awaited = CALLS if state is RunState.REQUIRES_ACTION else ()
    lines = ['"d"', '{"type":"run_ended"}']
    ending = Ending(state, [NewMessage('{"content": "reply"}')], first, lines, "answer", awaited)
    return runs.end_segment(case.run_id, 1, ending, [(case.request("cancel"), str)], now)


def create(case: Case) -> Transaction[Any]:
    return threads.insert("a", f"{case.name}-new", f"{case.name}-assistant", 2)


def delete(case: Case) -> Transaction[None]:
    return threads.delete("a", case.name, None)


def change(case: Case, field: str = "name") -> Transaction[Any]:
    return assistants.update(
        "a", f"{case.name}-assistant", lambda body: ("a", encode(json.loads(body) | {field: "new"}))
    )


def delete_assistant(case: Case) -> Transaction[Any]:
    return assistants.delete("a", f"{case.name}-assistant")


def delete_unused(case: Case) -> Transaction[Any]:
    return retention.delete_unused([case.thread], before=2)


async def prepare(store: Store, name: str, state: str) -> Case:
    """A new thread without a run, with one that has written an event, or with one that waits for a call's output.

    It was made at 1; what the processes do is at 2.
    """
    await store.write(insert, AssistantRow(f"{name}-assistant", "a", name, 1, "{}"))
    case = Case(name, (await store.write(threads.insert, "a", name, f"{name}-assistant", 1)).thread)
    if state != IDLE:
        await store.write(begin_turn, case.message(case.run_id, "begun", 1))
        await store.write(event_log.append, case.run_id, 1, 1, ['"a"'])
    if state == WAITING:
        await store.write(end, case, 2, RunState.REQUIRES_ACTION, 1)
    return case


def paused(case: Case, process: Process, at: int, reached: asyncio.Event, other_is_over: Callable[[], bool]) -> Any:
    """A transaction that stops before its statement `at` until the other is over, or waits for a lock of this one.

    The statement after the last is the commit.
    """
    steps = process(case)
    rows: Any = None
    for number in range(100):
        if number == at and not reached.is_set():
            reached.set()
            while not other_is_over():
                if (yield NOBODY_WAITS, ())[0][0]:
                    break
        try:
            statement = next(steps) if rows is None else steps.send(rows)
        except StopIteration as end:
            return end.value
        rows = yield statement
    raise AssertionError("a transaction without end")


async def outcome(store: Store, transaction: Any, *arguments: Any) -> str:
    """Run a transaction; return its result or error as a text."""
    try:
        return repr(await store.write(transaction, *arguments))
    except Replay as replay:
        return f"replay of {replay.stored}"
    except ThreadBusy as busy:
        return f"busy with {busy.run_id}"
    except HTTPError as error:
        return str(error.status)


async def stored(store: Store, case: Case, outcomes: Sequence[str]) -> str:
    """The outcomes, and all that the database has of a case, without what differs from one case to the next."""
    of_case = f"LIKE '{case.name}-%'"
    queries = (
        f"SELECT account_id, version, message_count, active_run FROM threads WHERE thread = {case.thread}",
        f"SELECT version, body FROM messages WHERE thread = {case.thread} ORDER BY version",
        f"SELECT status, leg, owner, awaited, last_event, ended_at, idempotency_key FROM runs WHERE run_id {of_case}",
        f"SELECT first_event, last_event, lines FROM run_events WHERE run_id {of_case} ORDER BY first_event",
        f"SELECT account_id, body FROM assistants WHERE assistant_id = '{case.name}-assistant'",
        "SELECT idempotency_key, run_id, first_event, version, body FROM idempotency_keys"
        f" WHERE idempotency_key {of_case} ORDER BY idempotency_key",
    )
    found = [str(await store.read(every, query)) for query in queries]
    return re.sub(r"thread=\d+", "thread", "\n".join([*outcomes, *found]).replace(case.name, "case"))
