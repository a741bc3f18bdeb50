"""Two servers on one database, in this process, so that every step can be held: whose turn it is, who is gone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from tests.server.runs.test_runs import Held, eventually, hold, running
from tests.server.runs.test_turns import WEATHER
from tests.support.threads_api import Api, serving, unconfirm
from threads_server.clock import now
from threads_server.runs import heartbeat as presence_module
from threads_server.runs.cancellation import end_orphans
from threads_server.runs.heartbeat import HEARTBEAT_TIMEOUT_SECONDS, Heartbeat
from threads_server.store import StoreUnavailable, idempotency_keys
from threads_server.store import postgres as postgres_module
from threads_server.store.processes import leave
from threads_server.store.threads import NewMessage
from threads_server.store.transaction import Transaction, every, one
from threads_server.store.turns import NewTurn, begin_turn, leave_place, take_place


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


async def places(api: Api, thread_id: str) -> int:
    def count() -> Transaction[int]:
        row = yield from one(
            "SELECT count(*) FROM places JOIN threads ON threads.thread = places.thread WHERE thread_id = ?", thread_id
        )
        return row[0] if row else 0

    return await api.services.store.read(count)


async def in_line(api: Api, thread_id: str, content: str, place: int, **fields: Any) -> "asyncio.Task[Any]":
    """A message that waits, once it has its place."""
    task = asyncio.create_task(api.send(thread_id, content, **fields))
    while await places(api, thread_id) < place:  # noqa: ASYNC110 - over the wire
        await asyncio.sleep(0.01)
    return task


class TestOrder:
    async def test_first_come_first_served_whichever_process_it_came_to(self, pair: Pair) -> None:
        held = held_at_both(pair)
        thread_id = await pair.here.thread()
        first, _ = await running(pair.here, thread_id)
        came = [pair.there, pair.here, pair.here, pair.there, pair.here]
        others = [
            await in_line(api, thread_id, f"/say {number}", number + 1, send_to_llm=number != 2)
            for number, api in enumerate(came)
        ]
        held.go.set()
        assert [(await task).status_code for task in [first, *others]] == [200] * 6
        said = [content for role, content in await pair.there.history(thread_id) if role == "user"]
        assert said == ["hold", *(f"/say {number}" for number in range(5))]
        while await places(pair.here, thread_id):  # noqa: ASYNC110 - they are left after the answer
            await asyncio.sleep(0.01)

    async def test_who_comes_later_does_not_pass_those_who_wait_elsewhere(self, pair: Pair) -> None:
        held = held_at_both(pair)
        thread_id = await pair.here.thread()
        first, _ = await running(pair.here, thread_id)
        waiting = await in_line(pair.there, thread_id, "before", 1)
        held.go.set()
        await first
        await pair.here.turn(thread_id, "after")
        await waiting
        said = [content for role, content in await pair.here.history(thread_id) if role == "user"]
        assert said == ["hold", "before", "after"]

    async def test_nobody_goes_before_one_who_is_being_refused(
        self, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The thread becomes free between the refusal of one message and the attempt of the next."""
        api, rows = pair.here, postgres_module._rows
        held = hold(api)
        thread_id = await api.thread()
        first, _ = await running(api, thread_id)
        refusing, go = asyncio.Event(), asyncio.Event()

        async def slow(connection: Any, sql: str, *rest: Any) -> Any:
            found = await rows(connection, sql, *rest)
            if sql.startswith("SELECT thread, thread_id") and not refusing.is_set():
                refusing.set()
                await go.wait()
            return found

        monkeypatch.setattr(postgres_module, "_rows", slow)
        second = asyncio.create_task(api.send(thread_id, "second"))
        await refusing.wait()
        held.go.set()
        await asyncio.sleep(0.2)  # the end of the run waits for the row, and the next message behind it
        third = asyncio.create_task(api.send(thread_id, "third"))
        await asyncio.sleep(0.2)
        go.set()
        for task in (first, second, third):
            assert (await task).status_code == 200
        said = [content for role, content in await api.history(thread_id) if role == "user"]
        assert said == ["hold", "second", "third"]

    async def test_whoever_leaves_holds_up_nobody(self, pair: Pair) -> None:
        held = held_at_both(pair)
        thread_id = await pair.here.thread()
        first, _ = await running(pair.here, thread_id)

        async def wait_in_line() -> None:
            turn = NewTurn(
                *("default", thread_id, None, thread_id, None, NewMessage("{}"), (), None, lambda row: "", None),
                streamed=False, if_match=None, now=now(),
            )  # fmt: skip
            await pair.there.services.turns._order.begin(turn, partial(pair.there.services.store.write, begin_turn))

        leaving = asyncio.create_task(wait_in_line())
        while not await places(pair.here, thread_id):  # noqa: ASYNC110 - over the wire
            await asyncio.sleep(0.01)
        staying = await in_line(pair.here, thread_id, "stays", 2)
        leaving.cancel()
        while await places(pair.here, thread_id) == 2:  # noqa: ASYNC110 - over the wire
            await asyncio.sleep(0.01)
        held.go.set()
        assert [(await task).status_code for task in (first, staying)] == [200, 200]

    async def test_a_place_that_nobody_takes_is_passed(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        store = pair.here.services.store
        thread, place = await store.write(take_place, "default", thread_id, "someone who died")
        assert (await pair.here.turn(thread_id, "/say on"))["content"] == "on"
        await store.write(leave_place, thread, place)

    async def test_a_process_that_leaves_leaves_no_place(self, pair: Pair) -> None:
        thread_id = await pair.here.thread()
        store = pair.here.services.store
        await store.write(take_place, "default", thread_id, "leaving")
        await store.write(take_place, "default", thread_id, "staying")
        await store.write(leave, "leaving")
        assert await store.read(every, "SELECT owner FROM places") == [("staying",)]

    async def test_after_the_wait_it_is_409_and_the_place_is_free(self, postgres: str) -> None:
        async with serving(postgres, busy_wait=0.3) as here, serving(postgres, busy_wait=0.3) as there:
            held = hold(here)
            thread_id = await here.thread()
            first, run_id = await running(here, thread_id)
            for answer in await asyncio.gather(*(there.send(thread_id, "x") for _ in range(3))):
                assert (answer.status_code, answer.json()) == (409, {"detail": f"The thread is busy with run {run_id}"})
            while await places(here, thread_id):  # noqa: ASYNC110 - they are left after the answer
                await asyncio.sleep(0.01)
            held.go.set()
            assert (await first).status_code == 200

    async def test_whoever_waits_is_told_of_a_deletion_elsewhere(self, pair: Pair) -> None:
        held_at_both(pair)
        thread_id = await pair.here.thread()
        first, _ = await running(pair.here, thread_id)
        waiting = await in_line(pair.there, thread_id, "x", 1)
        # all that was said is in the log, so that the run has nothing to write by which it would notice
        while await pair.here.services.store.read(one, "SELECT 1 FROM run_events") is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert (await pair.there.http.delete(f"/threads/{thread_id}")).status_code == 200
        for task in (first, waiting):
            answer = await task
            assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})

    async def test_whoever_follows_is_told_of_a_deletion_elsewhere(self, pair: Pair) -> None:
        held_at_both(pair)
        thread_id = await pair.here.thread()
        first, run_id = await running(pair.here, thread_id)
        async with pair.there.events(thread_id, run_id) as stream:
            await stream.until("content_streaming")
            assert (await pair.here.http.delete(f"/threads/{thread_id}")).status_code == 200
            assert [(event["type"], event["run_id"]) for event in await stream.rest()] == [("run_cancelled", run_id)]
        assert (await first).status_code == 404

    async def test_whoever_joined_under_the_same_key_is_told_of_a_deletion_elsewhere(
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

    async def test_whoever_waits_when_outputs_come_to_be_awaited_is_told(self, pair: Pair) -> None:
        thread_id = await pair.here.thread(await pair.here.assistant(tools=[WEATHER]))
        slow = asyncio.create_task(pair.here.send(thread_id, "/slow 3 abc"))
        await eventually(lambda: bool(pair.here.services.context.runs.of_thread(thread_id)))
        calling = await in_line(pair.here, thread_id, "/call get_weather {}", 1)
        waiting = await in_line(pair.there, thread_id, "next", 2)
        assert [(await task).json()["status"] for task in (slow, calling)] == ["COMPLETED", "REQUIRES_ACTION"]
        answer = await waiting
        assert answer.status_code == 409
        assert answer.json()["detail"].endswith("waits for the outputs of tool calls: call_1")


class TestEndedElsewhere:
    async def test_a_run_that_was_taken_for_dead_says_how_it_was_ended(self, pair: Pair) -> None:
        """As when this process could not reach the database for a while, and the others could."""
        held = hold(pair.here)
        thread_id, streamed = await pair.here.thread(), await pair.here.thread()
        sending, run_id = await running(pair.here, thread_id)
        async with pair.here.stream(streamed, "x") as stream:
            events = await stream.until("content_streaming")
            await end_orphans(pair.there.services.context, pair.here.services.turns._owner)
            events += await stream.rest()
        assert events[-1]["type"] == "run_failed"
        turn = (await sending).json()
        [_, kept] = (await pair.here.get(thread_id))["messages"]
        assert (turn["status"], turn["run_id"]) == (kept["status"], run_id) == ("FAILED", run_id)
        assert (turn["message_id"], turn["content"]) == (kept["message_id"], kept["content"])
        held.go.set()
        assert len(await pair.here.history(thread_id)) == len(await pair.here.history(streamed)) == 2
        assert (await pair.there.turn(thread_id, "/say on"))["content"] == "on"

    async def test_one_that_ends_by_itself_at_that_moment_is_ended_once(self, pair: Pair) -> None:
        for _ in range(10):
            held = hold(pair.here)
            thread_id = await pair.here.thread()
            sending, _ = await running(pair.here, thread_id)
            held.go.set()
            await end_orphans(pair.there.services.context, pair.here.services.turns._owner)
            turn = (await sending).json()
            [_, kept] = (await pair.here.get(thread_id))["messages"]
            assert (turn["status"], turn["message_id"]) == (kept["status"], kept["message_id"])


class TestAdrift:
    async def test_a_run_that_began_without_a_word_of_it_does_not_hold_its_thread(
        self, pair: Pair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(presence_module, "HEARTBEAT_TIMEOUT_SECONDS", 0.2)
        monkeypatch.setattr(presence_module, "HEARTBEAT_INTERVAL_SECONDS", 0.05)
        thread_id = await pair.here.thread()
        unconfirm(pair.here, begin_turn, monkeypatch)
        assert (await pair.here.send(thread_id, "x", key="k")).status_code == 503
        again = (await pair.here.send(thread_id, "x", key="k")).json()
        assert (again["status"], again["message"]) == ("FAILED", "The server was stopped during the run")
        assert (await pair.here.turn(thread_id, "/say on"))["content"] == "on"

    async def test_a_run_at_work_is_not(self, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(presence_module, "HEARTBEAT_TIMEOUT_SECONDS", 0.05)
        monkeypatch.setattr(presence_module, "HEARTBEAT_INTERVAL_SECONDS", 0.02)
        assert (await pair.here.turn(await pair.here.thread(), "/slow 8 abcdefgh"))["content"] == "abcdefgh"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class TestSigns:
    """Who counts as gone, by a clock of our own."""

    @pytest.fixture
    async def presence(self, pair: Pair) -> Heartbeat:
        presence = Heartbeat(pair.here.services.context, "me")
        presence._clock = Clock()
        presence._heard_at = 0.0
        return presence

    def hear(self, presence: Heartbeat, seconds: float, **beats: int | None) -> list[str]:
        """Those who are gone when these signs are heard so much later, with silence of nobody in between."""
        clock = presence._clock
        assert isinstance(clock, Clock)
        clock.now += seconds
        return presence._gone(beats)

    async def test_whoever_gives_no_sign_for_so_long(self, presence: Heartbeat) -> None:
        steps = int(HEARTBEAT_TIMEOUT_SECONDS)
        assert self.hear(presence, 1, a=1, b=1, c=None) == []
        for number in range(steps - 1):
            assert self.hear(presence, 1, a=1, b=2 + number, c=None) == []
        assert sorted(self.hear(presence, 1, a=1, b=100, c=None)) == ["a", "c"]
        assert self.hear(presence, 1, b=101) == []

    async def test_not_while_nobody_could_be_heard(self, presence: Heartbeat) -> None:
        assert self.hear(presence, 1, a=1) == []
        assert self.hear(presence, 100, a=1) == []
        for _ in range(int(HEARTBEAT_TIMEOUT_SECONDS) - 1):
            assert self.hear(presence, 1, a=1) == []
        assert self.hear(presence, 1, a=1) == ["a"]

    async def test_not_one_that_came_back(self, presence: Heartbeat) -> None:
        for _ in range(int(HEARTBEAT_TIMEOUT_SECONDS)):
            assert self.hear(presence, 1, a=5) == []
        assert self.hear(presence, 1, a=6) == []
        assert self.hear(presence, 1, a=6) == []

    async def test_a_process_that_leaves_in_good_order_leaves_nothing(self, postgres: str) -> None:
        async with serving(postgres) as here:
            async with serving(postgres):
                assert await here.services.store.read(one, "SELECT count(*) FROM processes") == (2,)
            assert await here.services.store.read(one, "SELECT count(*) FROM processes") == (1,)

    async def test_the_beating_outlives_a_store_that_is_away(self, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(presence_module, "HEARTBEAT_INTERVAL_SECONDS", 0.01)
        store, own = pair.here.services.store, pair.here.services._presence
        assert own is not None
        tried: list[Exception] = []

        async def away(*_: Any) -> Any:
            tried.append(StoreUnavailable("away") if len(tried) % 2 else RuntimeError("broken"))
            raise tried[-1]

        with monkeypatch.context() as broken:
            broken.setattr(store, "write", away)
            await eventually(lambda: len(tried) > 3)
        before = await store.read(one, "SELECT beat FROM processes WHERE owner = ?", own._owner)
        while await store.read(one, "SELECT beat FROM processes WHERE owner = ?", own._owner) == before:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
