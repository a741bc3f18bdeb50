"""Two servers on one database, in this process, so that every step can be held: who is gone, what others ended."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import Held, eventually, hold, running, waiting, waiting_run
from tests.support.server.threads_api import Api, serving, unconfirm
from threads_server.runs.cancellation import end_orphans
from threads_server.runs.heartbeat import HEARTBEAT_INTERVAL_SECONDS, HEARTBEAT_TIMEOUT_SECONDS, FailureDetector
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable, idempotency_keys, processes, runs
from threads_server.store.transaction import one
from threads_server.store.turns import begin_turn


@dataclass
class Pair:
    here: Api
    there: Api

    def both(self) -> tuple[Api, Api]:
        return self.here, self.there


@pytest.fixture
async def pair(postgres: str) -> AsyncIterator[Pair]:
    async with serving(postgres, busy_wait=20) as here, serving(postgres, busy_wait=20) as there:
        yield Pair(here, there)


def held_at_both(pair: Pair) -> Held:
    held = hold(pair.here)
    pair.there.services.context.responder = held
    return held


def owner(api: Api) -> str:
    """The name of a process in its runs."""
    return api.services.heartbeat.owner


def set_times(api: Api, *, timeout: float, interval: float) -> None:
    api.services.heartbeat.timeout = timeout
    api.services.heartbeat.interval = interval


class TestDeletedElsewhere:
    async def test_waiting_messages_of_a_thread_deleted_elsewhere_are_404(self, pair: Pair) -> None:
        held_at_both(pair)
        thread_id = await pair.here.thread()
        first, _ = await running(pair.here, thread_id)
        behind = asyncio.create_task(pair.there.send(thread_id, "x"))
        await waiting(pair.there, thread_id)
        # all that was said is in the log, so that the run has nothing to write by which it would notice
        while await pair.here.services.store.read(one, "SELECT 1 FROM run_events") is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert (await pair.there.http.delete(f"/threads/{thread_id}")).status_code == 200
        for task in (first, behind):
            answer = await task
            assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})

    async def test_event_stream_of_a_thread_deleted_elsewhere_ends_as_cancelled(self, pair: Pair) -> None:
        held_at_both(pair)
        thread_id = await pair.here.thread()
        first, run_id = await running(pair.here, thread_id)
        async with pair.there.events(thread_id, run_id) as stream:
            await stream.until("content_streaming")
            assert (await pair.here.http.delete(f"/threads/{thread_id}")).status_code == 200
            assert [(event["type"], event["run_id"]) for event in await stream.rest()] == [("run_cancelled", run_id)]
        assert (await first).status_code == 404

    async def test_joined_turn_of_a_thread_deleted_elsewhere_is_404(
        self, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        held_at_both(pair)
        thread_id = await pair.here.thread()
        first, _ = await running(pair.here, thread_id, key="same")
        joined, read = asyncio.Event(), pair.there.services.store.read

        async def noticed(transaction: Any, *values: Any) -> Any:
            if transaction is idempotency_keys.find_response:
                joined.set()
            return await read(transaction, *values)

        monkeypatch.setattr(pair.there.services.store, "read", noticed)
        second = asyncio.create_task(pair.there.send(thread_id, "hold", key="same"))
        await joined.wait()
        assert (await pair.here.http.delete(f"/threads/{thread_id}")).status_code == 200
        answers = [await first, await second]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert [answer.json() for answer in answers] == [{"detail": "Thread not found"}] * 2


class TestEndedElsewhere:
    async def test_run_ended_by_another_process_is_answered_as_stored(self, pair: Pair) -> None:
        """As when this process could not reach the database for a while, and the others could."""
        held = hold(pair.here)
        thread_id, streamed = await pair.here.thread(), await pair.here.thread()
        sending, run_id = await running(pair.here, thread_id)
        async with pair.here.stream(streamed, "x") as stream:
            events = await stream.until("content_streaming")
            await end_orphans(pair.there.services.context, owner(pair.here))
            events += await stream.rest()
        assert events[-1]["type"] == "run_failed"
        turn = (await sending).json()
        [_, kept] = (await pair.here.get(thread_id))["messages"]
        assert (turn["status"], turn["run_id"]) == (kept["status"], run_id) == ("FAILED", run_id)
        assert (turn["message_id"], turn["content"]) == (kept["message_id"], kept["content"])
        held.go.set()
        assert len(await pair.here.history(thread_id)) == len(await pair.here.history(streamed)) == 2
        assert (await pair.there.turn(thread_id, "/say on"))["content"] == "on"

    async def test_run_that_ends_while_it_is_taken_over_is_ended_once(self, pair: Pair) -> None:
        for _ in range(10):
            held = hold(pair.here)
            thread_id = await pair.here.thread()
            sending, _ = await running(pair.here, thread_id)
            held.go.set()
            await end_orphans(pair.there.services.context, owner(pair.here))
            turn = (await sending).json()
            [_, kept] = (await pair.here.get(thread_id))["messages"]
            assert (turn["status"], turn["message_id"]) == (kept["status"], kept["message_id"])

    async def test_run_that_goes_on_in_another_process_is_its_own(self, pair: Pair) -> None:
        thread_id, run_id = await waiting_run(pair.here)
        held = hold(pair.there)
        answer = asyncio.create_task(pair.there.outputs(thread_id, run_id, {"call_1": "x"}))
        await eventually(lambda: held.asked != [])
        for api in pair.both():
            await api.services.heartbeat.beat()
        held.go.set()
        assert (await answer).json()["status"] == "COMPLETED"


@BOTH_DATABASES
class TestRunWithoutTask:
    async def test_run_whose_commit_was_not_confirmed_does_not_hold_its_thread(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_times(api, timeout=0.2, interval=0.05)
        thread_id = await api.thread()
        unconfirm(api, begin_turn, monkeypatch)
        assert (await api.send(thread_id, "x", key="k")).status_code == 503
        again = (await api.send(thread_id, "x", key="k")).json()
        assert (again["status"], again["message"]) == (
            "FAILED",
            "The server could not write to its database during the run",
        )
        assert (await api.turn(thread_id, "/say on"))["content"] == "on"

    async def test_segment_whose_commit_was_not_confirmed_does_not_hold_its_thread(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_times(api, timeout=0.2, interval=0.05)
        thread_id, run_id = await waiting_run(api)
        unconfirm(api, runs.begin_segment, monkeypatch)
        assert (await api.outputs(thread_id, run_id, {"call_1": "x"})).status_code == 503
        assert (await api.turn(thread_id, "/say on"))["content"] == "on"

    async def test_run_whose_end_cannot_be_written_at_all_does_not_hold_its_thread(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        set_times(api, timeout=0.2, interval=0.05)
        thread_id, write = await api.thread(), api.services.store.write

        async def broken(doing: Any, *args: Any, **kwargs: Any) -> Any:
            if doing is runs.end_segment:
                raise RuntimeError("broken")
            return await write(doing, *args, **kwargs)

        with monkeypatch.context() as patched:
            patched.setattr(api.services.store, "write", broken)
            assert (await api.send(thread_id, "x")).status_code == 500
        assert (await api.turn(thread_id, "/say on"))["content"] == "on"

    async def test_run_that_begins_during_a_heartbeat_goes_on(self, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        thread_id, store, held = await api.thread(), api.services.store, hold(api)
        turns: list[asyncio.Task[dict[str, Any]]] = []

        def with_turn_after_report(do: Any) -> Any:
            async def done(doing: Any, *args: Any, **kwargs: Any) -> Any:
                result = await do(doing, *args, **kwargs)
                if doing in (processes.heartbeat, processes.report_alone) and not turns:
                    turns.append(asyncio.create_task(api.turn(thread_id, "x")))
                    await eventually(lambda: held.asked != [])
                return result

            return done

        for name in ("read", "write"):
            monkeypatch.setattr(store, name, with_turn_after_report(getattr(store, name)))
        await api.services.heartbeat.beat()
        held.go.set()
        assert (await turns[0])["status"] == "COMPLETED"

    async def test_run_at_work_goes_on(self, api: Api) -> None:
        set_times(api, timeout=0.05, interval=0.02)
        assert (await api.turn(await api.thread(), "/slow 8 abcdefgh"))["content"] == "abcdefgh"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestFailureDetector:
    """Processes that count as gone, by a clock that is set by hand."""

    def hear(self, seconds: float, **beats: int | None) -> list[str]:
        """The processes that are gone when these are the heartbeats so much later."""
        self.clock.now += seconds
        return self.detector.gone(beats)

    @pytest.fixture(autouse=True)
    def start(self) -> None:
        self.clock = Clock()
        self.detector = FailureDetector(10.0, self.clock)

    def test_process_without_a_heartbeat_for_the_timeout_is_gone(self) -> None:
        assert self.hear(1, a=1, b=1, c=None) == []
        for number in range(9):
            assert self.hear(1, a=1, b=2 + number, c=None) == []
        assert sorted(self.hear(1, a=1, b=100, c=None)) == ["a", "c"]
        assert self.hear(1, b=101) == []

    def test_process_that_could_not_be_heard_is_not_gone(self) -> None:
        assert self.hear(1, a=1) == []
        assert self.hear(100, a=1) == []
        for _ in range(9):
            assert self.hear(1, a=1) == []
        assert self.hear(1, a=1) == ["a"]

    def test_process_that_came_back_is_not_gone(self) -> None:
        for _ in range(10):
            assert self.hear(1, a=5) == []
        assert self.hear(1, a=6) == []
        assert self.hear(1, a=6) == []


def test_message_waits_longer_than_the_takeover_of_a_killed_process_takes() -> None:
    noticed = HEARTBEAT_TIMEOUT_SECONDS + 2 * HEARTBEAT_INTERVAL_SECONDS
    assert Settings().busy_wait - noticed >= 1


async def test_process_that_stops_is_deregistered(postgres: str) -> None:
    async with serving(postgres) as here:
        async with serving(postgres):
            assert await here.services.store.read(one, "SELECT count(*) FROM processes") == (2,)
        assert await here.services.store.read(one, "SELECT count(*) FROM processes") == (1,)


async def test_heartbeat_when_the_store_was_away_goes_on(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    set_times(pair.here, timeout=10, interval=0.01)
    store, query = pair.here.services.store, "SELECT beat FROM processes WHERE owner = ?"
    failures: list[Exception] = []

    async def away(*_: Any) -> Any:
        failures.append(StoreUnavailable("away") if len(failures) % 2 else RuntimeError("broken"))
        raise failures[-1]

    with monkeypatch.context() as broken:
        broken.setattr(store, "write", away)
        await eventually(lambda: len(failures) > 3)
    before = await store.read(one, query, owner(pair.here))
    while await store.read(one, query, owner(pair.here)) == before:  # noqa: ASYNC110 - it is written by itself
        await asyncio.sleep(0.01)
