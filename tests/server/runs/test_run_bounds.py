"""Bounds of the runs at work: a client that leaves ends no run."""

import asyncio
from collections.abc import Awaitable
from typing import cast

import httpx
import pytest

from tests.support.server.builders import Held, eventually, hold, running, waiting_run
from tests.support.server.threads_api import Api
from tests.support.virtual_time import run_in_virtual_time
from threads_server.errors import HTTPError
from threads_server.runs import live_runs
from threads_server.runs.live_runs import LIVE_BYTES, LiveRun, Runs
from threads_server.store import Store


@pytest.fixture
def two_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an account have two runs at work, and their requests 1,000 characters."""
    monkeypatch.setattr(live_runs, "RUNS_AT_WORK", (2, 100))
    monkeypatch.setattr(live_runs, "REQUEST_BYTES", (1000, 10_000))


async def without_a_run(held: Held, request: Awaitable[httpx.Response]) -> httpx.Response:
    """The answer to a request that is refused. A run that began would be held for ever."""
    asked, sending = len(held.asked), asyncio.ensure_future(request)
    await eventually(lambda: sending.done() or len(held.asked) > asked)
    assert sending.done(), "a run began"
    return sending.result()


@pytest.mark.usefixtures("two_runs")
async def test_runs_at_work_are_bounded_and_nothing_is_stored_beyond(api: Api) -> None:
    """60 runs of `/slow`, whose clients had left, took 2.3 GB."""
    waiting_thread, waiting = await waiting_run(api)
    answered = await api.thread()
    turn = await api.turn(answered, "x", key="k")
    held = hold(api)
    sending = [(await running(api, await api.thread()))[0] for _ in range(2)]
    thread_id = await api.thread()
    for request in (
        api.send(thread_id, "x"),
        api.outputs(waiting_thread, waiting, {"call_1": "x"}),
    ):
        answer = await without_a_run(held, request)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert answer.json() == {"detail": "Too many runs are in flight for this key"}
    assert await api.history(thread_id) == []
    assert await api.turn(answered, "x", key="k") == turn  # a replay needs no room
    held.go.set()
    await asyncio.gather(*sending)
    assert (await api.outputs(waiting_thread, waiting, {"call_1": "x"})).status_code == 200
    assert (await api.send(thread_id, "x")).status_code == 200


@pytest.mark.usefixtures("two_runs")
async def test_texts_that_runs_keep_in_memory_are_bounded(api: Api) -> None:
    waiting_thread, waiting = await waiting_run(api)
    held = hold(api)
    sending = asyncio.create_task(api.send(await api.thread(), "x" * 900))
    await eventually(lambda: bool(held.asked))
    thread_id = await api.thread()
    for request in (
        api.send(thread_id, "x" * 101),
        api.outputs(waiting_thread, waiting, {"call_1": "x" * 101}),
    ):
        answer = await without_a_run(held, request)
        assert answer.status_code == 429
        assert answer.json() == {"detail": "Too many bytes of messages are in flight for this key"}
    held.go.set()
    assert (await api.send(thread_id, "x" * 100)).status_code == 200
    await sending
    assert (await api.send(thread_id, "x" * 1001)).status_code == 200


def runs_of(*accounts: str) -> tuple[Runs, list[LiveRun]]:
    """Runs at work, each with more than half of the events that an account may have in memory."""
    runs, made = Runs(cast(Store, None)), []
    for number, account in enumerate(accounts):
        live = LiveRun(account, f"run-{number}", "thread", segment=1, first=1)
        live.task = asyncio.current_task()
        live.emit("x" * (LIVE_BYTES[0] * 2 // 3))
        runs.add(live)
        made.append(live)
    return runs, made


def test_only_the_oldest_run_of_an_account_with_many_events_in_memory_goes_on() -> None:
    async def work() -> None:
        runs, [oldest, later, last, other] = runs_of("a", "a", "a", "b")
        await runs.wait_for_room(oldest)
        await runs.wait_for_room(other)
        waiting = [asyncio.create_task(runs.wait_for_room(live)) for live in (later, last)]
        await asyncio.sleep(10)
        assert not any(task.done() for task in waiting)
        runs.remove(oldest)
        await waiting[0]
        await asyncio.sleep(10)
        assert not waiting[1].done()
        runs.remove(later)
        await waiting[1]
        for live in (last, other):
            runs.remove(live)
        for number in range(2):
            small = LiveRun("a", f"small-{number}", "thread", segment=1, first=1)
            small.task = asyncio.current_task()
            runs.add(small)
        async with asyncio.timeout(10):
            await runs.wait_for_room(small)  # nothing is left of those before

    run_in_virtual_time(work())


def test_next_segment_of_a_run_takes_the_place_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_runs, "RUNS_AT_WORK", (1, 2))

    async def work() -> None:
        runs, [first] = runs_of("a")
        second = LiveRun("a", first.run_id, "thread", segment=2, first=9)
        runs.add(second)
        runs.remove(first)
        with pytest.raises(HTTPError, match="429"):
            runs.check_room("a", 0)
        runs.remove(second)
        runs.check_room("a", 0)

    run_in_virtual_time(work())
