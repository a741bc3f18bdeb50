"""The order of messages to a busy thread, how long they wait, and how they are refused."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, eventually, hold, running, waiting, waiting_run
from tests.support.server.threads_api import Api, serving
from threads_server.runs.live_runs import LiveRun, Stop
from threads_server.runs.wait_queues import WaitQueues

STALE = {"if_match": '"0"'}


@pytest.fixture
async def in_process(tmp_path: Path) -> AsyncIterator[Api]:
    """The application without a socket: tasks send in the order in which they are made."""
    async with serving(tmp_path / "threads.db") as api:
        yield api


async def sent(api: Api, thread_id: str) -> list[str]:
    return [content for role, content in await api.history(thread_id) if role == "user"]


class TestOrder:
    async def test_messages_are_answered_in_the_order_of_arrival(self, api: Api) -> None:
        # the next one is woken: it needs neither another attempt nor the end of its wait
        api.services.turns.queue.retry_interval = api.services.turns.queue.busy_wait = 3_600
        held = hold(api)
        thread_id = await api.thread()
        first, _ = await running(api, thread_id)
        others = []
        for number in range(6):
            others.append(asyncio.create_task(api.send(thread_id, f"/say {number}", send_to_llm=number != 3)))
            await waiting(api, thread_id, number + 1)
        held.go.set()
        async with asyncio.timeout(300):
            assert [(await task).status_code for task in [first, *others]] == [200] * 7
        assert await sent(api, thread_id) == ["hold", *(f"/say {number}" for number in range(6))]
        roles = [role for role, _ in await api.history(thread_id)]
        assert roles == ["user", "assistant"] * 4 + ["user"] + ["user", "assistant"] * 2

    async def test_messages_sent_together_keep_their_order(self, in_process: Api) -> None:
        thread_id = await in_process.thread()
        sending = [
            asyncio.create_task(in_process.send(thread_id, f"/say {number}", send_to_llm=bool(number % 3)))
            for number in range(8)
        ]
        assert [(await task).status_code for task in sending] == [200] * 8
        assert await sent(in_process, thread_id) == [f"/say {number}" for number in range(8)]

    async def test_message_behind_refused_ones_waits_its_turn(self, in_process: Api) -> None:
        held = hold(in_process)
        thread_id = await in_process.thread()
        first, _ = await running(in_process, thread_id)
        path = f"/threads/{thread_id}/messages"
        second = asyncio.create_task(in_process.send(thread_id, "second"))
        stale = asyncio.create_task(in_process.post(path, {"content": "stale"}, **STALE))
        third = asyncio.create_task(in_process.send(thread_id, "third", send_to_llm=False))
        await waiting(in_process, thread_id, 3)
        held.go.set()
        assert [(await task).status_code for task in (first, second, stale, third)] == [200, 200, 412, 200]
        assert await sent(in_process, thread_id) == ["hold", "second", "third"]

    @BOTH_DATABASES
    async def test_many_messages_at_once_are_never_interleaved(self, api: Api) -> None:
        thread_id = await api.thread()
        turns = await asyncio.gather(*(api.turn(thread_id, f"/slow 1 {number}") for number in range(20)))
        assert [turn["status"] for turn in turns] == ["COMPLETED"] * 20
        history = await api.history(thread_id)
        for (asking, question), (answering, answer) in zip(history[::2], history[1::2], strict=True):
            assert (asking, answering) == ("user", "assistant")
            assert question == f"/slow 1 {answer}"

    async def test_another_thread_does_not_wait(self, api: Api) -> None:
        held = hold(api)
        thread_id, other = await api.thread(), await api.thread()
        first, _ = await running(api, thread_id)
        second, _ = await running(api, other)
        held.go.set()
        assert {(await first).status_code, (await second).status_code} == {200}


class TestRefused:
    @BOTH_DATABASES
    async def test_message_after_its_wait_is_409_and_names_the_run(self, database: str) -> None:
        async with serving(database, busy_wait=0.3) as api:
            held = hold(api)
            thread_id = await api.thread()
            first, run_id = await running(api, thread_id)
            for answer in await asyncio.gather(*(api.send(thread_id, "x") for _ in range(3))):
                assert (answer.status_code, answer.json()) == (409, {"detail": f"The thread is busy with run {run_id}"})
            assert not api.services.context.queues.is_waiting(("default", thread_id))
            held.go.set()
            assert (await first).status_code == 200
            assert [role for role, _ in await api.history(thread_id)] == ["user", "assistant"]

    async def test_message_without_a_wait_is_409_at_once(self, database: str) -> None:
        async with serving(database, busy_wait=0) as api:
            held = hold(api)
            thread_id = await api.thread()
            first, run_id = await running(api, thread_id)
            answer = await api.send(thread_id, "x", stream=True)
            assert (answer.status_code, answer.json()["detail"]) == (409, f"The thread is busy with run {run_id}")
            held.go.set()
            await first
            assert (await api.send(thread_id, "x")).status_code == 200

    async def test_message_to_a_waiting_run_is_409_and_names_the_calls(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api, "{}", '{"b": 2}')
        for fields in ({}, {"send_to_llm": False}, {"stream": True}):
            answer = await api.send(thread_id, "hello?", **fields)
            assert answer.status_code == 409
            assert answer.json()["detail"] == f"Run {run_id} waits for the outputs of tool calls: call_1, call_2"
        assert len(await api.history(thread_id)) == 2

    @BOTH_DATABASES
    async def test_waiting_messages_are_409_when_the_run_comes_to_wait_for_outputs(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        slow = asyncio.create_task(api.send(thread_id, "/slow 3 abc"))
        await eventually(lambda: bool(api.services.context.runs.of_thread(thread_id)))
        calling = asyncio.create_task(api.send(thread_id, "/call get_weather {}"))
        await eventually(lambda: api.services.context.queues.is_waiting(("default", thread_id)))
        behind = [asyncio.create_task(api.send(thread_id, "next")) for _ in range(3)]
        assert (await slow).json()["status"] == "COMPLETED"
        assert (await calling).json()["status"] == "REQUIRES_ACTION"
        assert [(await task).status_code for task in behind] == [409] * 3

    async def test_message_under_another_assistant_is_404(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        await api.turn(thread_id, "/call get_weather {}")
        body = {"content": "next", "thread_id": thread_id, "assistant_id": await api.assistant()}
        answer = await api.post("/threads/messages", body)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})

    async def test_waiting_message_of_a_server_that_stops_is_503(self, in_process: Api) -> None:
        hold(in_process)
        thread_id = await in_process.thread()
        first, _ = await running(in_process, thread_id)
        behind = [asyncio.create_task(in_process.send(thread_id, "next")) for _ in range(3)]
        await waiting(in_process, thread_id, 3)
        await in_process.services.end_runs()
        assert (await first).json()["status"] == "FAILED"
        for answer in [await task for task in behind]:
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert await sent(in_process, thread_id) == ["hold"]

    async def test_requests_to_a_server_that_stops_are_503_and_change_nothing(self, in_process: Api) -> None:
        thread_id, run_id = await waiting_run(in_process)
        await in_process.services.end_runs()
        for answer in (
            await in_process.send(await in_process.thread(), "x"),
            await in_process.post("/threads/messages", {"content": "x"}),
            await in_process.outputs(thread_id, run_id, {"call_1": "dry"}),
        ):
            assert (answer.status_code, answer.json()) == (503, {"detail": "The server is stopping"})
        assert len(await in_process.history(thread_id)) == 2

    async def test_run_that_begins_while_the_server_stops_is_stopped(self, in_process: Api) -> None:
        runs = in_process.services.context.runs
        await runs.stop_all()
        live = LiveRun("account", "run", "thread", segment=1, first=1)
        with runs.starting(live):
            assert live.stopped is Stop.CLOSING
        runs.remove(live)


class TestTwoProcesses:
    async def test_message_to_another_process_waits_for_the_thread(self, postgres: str) -> None:
        async with serving(postgres, busy_wait=60) as here, serving(postgres, busy_wait=60) as there:
            held = hold(here)
            thread_id = await here.thread()
            first, _ = await running(here, thread_id)
            second = asyncio.create_task(there.send(thread_id, "/say second"))
            await waiting(there, thread_id)
            held.go.set()
            assert [(await task).status_code for task in (first, second)] == [200, 200]
            assert await sent(here, thread_id) == ["hold", "/say second"]

    async def test_message_to_another_process_after_its_wait_is_409_and_names_the_run(self, postgres: str) -> None:
        async with serving(postgres) as here, serving(postgres, busy_wait=0.3) as there:
            held = hold(here)
            thread_id = await here.thread()
            first, run_id = await running(here, thread_id)
            for answer in await asyncio.gather(*(there.send(thread_id, "x") for _ in range(3))):
                assert (answer.status_code, answer.json()) == (409, {"detail": f"The thread is busy with run {run_id}"})
            held.go.set()
            assert (await first).status_code == 200


class TestWaitQueues:
    async def test_queue_when_its_members_leave_is_gone(self) -> None:
        queues = WaitQueues()

        async def enter() -> None:
            with queues.enter("name"):
                await asyncio.Event().wait()

        members: list[asyncio.Task[Any]] = [asyncio.create_task(enter()) for _ in range(3)]
        await eventually(lambda: queues.waiting("name") == 3)
        for member in members:
            member.cancel()
        await asyncio.wait(members)
        assert not queues.is_waiting("name")

    async def test_member_when_the_first_leaves_is_woken(self) -> None:
        queues = WaitQueues()
        with queues.enter("name") as first:
            second = queues.enter("name")
            ticket = second.__enter__()
            waited = asyncio.create_task(ticket.wait(3_600))
            assert (first.first, ticket.first) == (True, False)
        await waited
        assert ticket.first
        second.__exit__(None, None, None)
