"""Transactions of several processes on one run come out as if one went after the other, wherever they are interleaved.

A transaction is stopped before each of its statements and its commit, and another one runs there.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from tests.model import interleaving as steps
from tests.model.interleaving import AT_WORK, IDLE, WAITING, Process, outcome, paused, prepare, stored
from threads_server.runs import live_runs
from threads_server.runs.live_runs import Runs
from threads_server.settings import Settings
from threads_server.store import Store, exports, threads
from threads_server.store.backends import open_store

PAIRS: dict[str, tuple[str, Process, Process, str]] = {
    "the same message twice": (IDLE, steps.send, partial(steps.send), "replay"),
    "two messages": (IDLE, steps.send, partial(steps.store_message, key="other"), "busy"),
    "a message and its deletion": (IDLE, steps.send, steps.delete, "None"),
    "the same outputs twice": (WAITING, steps.submit, partial(steps.submit, latest=True), "replay"),
    "the same outputs under two keys": (WAITING, steps.submit, partial(steps.submit, key="other"), "409"),
    "outputs and a cancellation": (WAITING, steps.submit, partial(steps.cancel, key="other"), "<RunState.CANCELLED"),
    "outputs and a deletion": (WAITING, steps.submit, steps.delete, "None"),
    "the same cancellation twice": (WAITING, steps.cancel, partial(steps.cancel), "replay"),
    "an orphan's end and its events": (AT_WORK, steps.end_orphan, steps.append, "False"),
    "an orphan's end and its own": (AT_WORK, steps.end_orphan, steps.end, "None"),
    "a cancellation and events": (AT_WORK, steps.cancel, steps.append, "False"),
    "a cancellation and an end": (AT_WORK, steps.cancel, steps.end, "None"),
    "an end and a deletion": (AT_WORK, steps.end, steps.delete, "None"),
    "a message and its expiry": (IDLE, steps.send, steps.delete_unused, "0"),
    "a stored message and its expiry": (IDLE, steps.store_message, steps.delete_unused, "0"),
    "outputs and their expiry": (WAITING, steps.submit, steps.delete_unused, "0"),
    "two changes of an assistant": (IDLE, steps.change, partial(steps.change, field="description"), "'{"),
    "a change of an assistant and its deletion": (IDLE, steps.change, steps.delete_assistant, "[]"),
}
"""State of the run, two transactions, and how the outcome of the second begins after the first."""

NUMBERS = itertools.count()


@pytest.fixture
async def store(postgres: str) -> AsyncIterator[Store]:
    store = await open_store(Settings(database=postgres), serving=True)
    yield store
    await store.close()


@pytest.mark.parametrize("pair", PAIRS)
async def test_transactions_that_overlap_come_out_as_in_turn(store: Store, pair: str) -> None:
    state, one, other, then = PAIRS[pair]
    allowed = []
    for earlier, later in ((one, other), (other, one)):
        case = await prepare(store, f"n{next(NUMBERS)}n", state)
        outcomes = [await outcome(store, earlier, case), await outcome(store, later, case)]
        assert earlier is other or outcomes[1].startswith(then), outcomes
        allowed.append(await stored(store, case, outcomes if earlier is one else outcomes[::-1]))
    assert allowed[0] != allowed[1], "their order makes no difference"
    for first, second in ((one, other), (other, one)):
        for at in itertools.count():
            case = await prepare(store, f"n{next(NUMBERS)}n", state)
            reached = asyncio.Event()
            task = asyncio.create_task(after(reached, outcome(store, second, case)))
            came_out = [await outcome(store, paused, case, first, at, reached, task.done)]
            if not reached.is_set():  # the transaction has fewer statements
                task.cancel()
                break
            came_out.append(await task)
            found = await stored(store, case, came_out if first is one else came_out[::-1])
            assert found in allowed, f"{pair}, the other before statement {at}"


async def after(reached: asyncio.Event, outcome: Coroutine[Any, Any, str]) -> str:
    """An outcome of what begins when another transaction has come so far."""
    with closing(outcome):
        await reached.wait()
        return await outcome


READINGS: dict[str, Process] = {
    "the threads of an account": lambda _: threads.head_page("a", None, 0, 200),
    "the threads of an assistant": lambda case: threads.head_page("a", f"{case.name}-assistant", 0, 200),
    "the export of a thread": lambda case: exports.thread("a", case.name),
}
"""What is read of one moment."""


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("other", [steps.store_message, steps.create, steps.delete])
async def test_snapshot_is_that_of_one_moment_wherever_another_transaction_comes(
    store: Store, reading: str, other: Process
) -> None:
    read = READINGS[reading]
    for at in itertools.count():
        case = await prepare(store, f"n{next(NUMBERS)}n", IDLE)
        await store.write(steps.store_message, case, "first")
        before = await store.read_snapshot(read, case)
        reached = asyncio.Event()
        task = asyncio.create_task(after(reached, outcome(store, other, case)))
        found = await store.read_snapshot(paused, case, read, at, reached, task.done)
        if not reached.is_set():
            task.cancel()
            break
        await task
        assert found in (before, await store.read_snapshot(read, case)), f"the other before statement {at}"


class Interleaved:
    """A store that takes the steps of another process before reads of this one."""

    def __init__(self, store: Store, process: list[Callable[[], Any]], before: tuple[int, ...]) -> None:
        """`before` has for each step the number of the read that it comes before."""
        self._store = store
        self._steps = list(zip(before, process, strict=True))
        self._reads = 0

    async def read(self, *transaction: Any) -> Any:
        while self._steps and self._steps[0][0] == self._reads:
            await self._steps.pop(0)[1]()
        self._reads += 1
        return await self._store.read(*transaction)

    read_large = read


def schedules() -> Iterator[tuple[int, ...]]:
    """Every way of taking three steps before the first reads of another."""
    return itertools.combinations_with_replacement(range(7), 3)


async def test_reader_gets_each_event_once_whenever_another_process_writes(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_runs, "REMOTE_POLL_INTERVAL_SECONDS", 0)
    for before in schedules():
        case = await prepare(store, f"n{next(NUMBERS)}n", AT_WORK)
        process = [
            partial(store.write, steps.append, case, 2),
            partial(store.write, steps.append, case, 4),
            partial(store.write, steps.end, case, 6),
        ]
        runs: Any = Runs(Interleaved(store, process, before))  # type: ignore[arg-type]
        events = [event async for batch in runs.follow(case.run_id, 0) for event in batch]
        assert [number for number, _ in events] == list(range(1, 8)), before
