"""Runs: one at a time per thread, never stuck, cancelled in any state, ended when their process dies."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from tests.server.runs.test_turns import WEATHER, waiting_run
from tests.support.threads_api import Api, serving
from threads_server.responders import (
    Conversation,
    ModelUsage,
    Responder,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)
from threads_server.runs.run_segment import YIELD_EVERY
from threads_server.runs.states import RunState

FINAL = {RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED}


class Held(Responder):
    """A responder that says one word and goes on when it is let."""

    unsupported: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked: list[str] = []

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        self.asked.append(conversation.messages[-1]["content"])
        yield [TextDelta("first ")]
        await self.go.wait()
        yield [TextDelta("last")]


class Halting(Held):
    """A responder that asks for a tool and breaks off."""

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        yield [ToolCallRequested({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}})]
        raise ResponderFailed("no power")


def hold(api: Api) -> Held:
    """Has every run of the server answered by one `Held`."""
    responder = Held()
    api.services.context.responder = responder
    return responder


async def eventually(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - what is waited for does not know that anyone waits
        await asyncio.sleep(0.01)


async def running(
    api: Api, thread_id: str, content: str = "hold", *, key: str | None = None
) -> tuple[asyncio.Task[Any], str]:
    """A message that is being answered, and its run."""
    sending = asyncio.create_task(api.send(thread_id, content, key=key))
    await eventually(
        lambda: any(live.responding and live.lines[2:] for live in api.services.context.runs.of_thread(thread_id))
    )
    return sending, api.services.context.runs.of_thread(thread_id)[0].run_id


def test_every_state_has_its_steps() -> None:
    assert {state for state in RunState if state.final} == FINAL
    for state in RunState:
        for other in RunState:
            assert state.may_become(other) is (
                (state is RunState.IN_PROGRESS and other is not state)
                or (state is RunState.REQUIRES_ACTION and other in (RunState.IN_PROGRESS, RunState.CANCELLED))
            )


class TestBusy:
    async def test_messages_wait_their_turn_in_the_order_of_arrival(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # whoever is next is told, and need not look again or wait until the time is up
        monkeypatch.setattr("threads_server.runs.turn_queue.LOOK_AGAIN", 3_600)
        monkeypatch.setattr(api.services.turns._order, "_busy_wait", 3_600)
        held = hold(api)
        thread_id = await api.thread()
        first, _ = await running(api, thread_id)
        others = []
        for number in range(6):
            others.append(asyncio.create_task(api.send(thread_id, f"/say {number}", send_to_llm=number != 3)))
            line = api.services.context.lines._lines
            await eventually(lambda: len(line.get(("default", thread_id), ())) > number)  # noqa: B023
        held.go.set()
        async with asyncio.timeout(30):
            assert [(await task).status_code for task in [first, *others]] == [200] * 7
        said = [content for role, content in await api.history(thread_id) if role == "user"]
        assert said == ["hold", *(f"/say {number}" for number in range(6))]
        roles = [role for role, _ in await api.history(thread_id)]
        assert roles == ["user", "assistant"] * 4 + ["user"] + ["user", "assistant"] * 2

    async def test_many_at_once_are_never_interleaved(self, api: Api) -> None:
        thread_id = await api.thread()
        turns = await asyncio.gather(*(api.turn(thread_id, f"/slow 1 {number}") for number in range(20)))
        assert [turn["status"] for turn in turns] == ["COMPLETED"] * 20
        history = await api.history(thread_id)
        for (asking, question), (answering, answer) in zip(history[::2], history[1::2], strict=True):
            assert (asking, answering) == ("user", "assistant")
            assert question == f"/slow 1 {answer}"

    async def test_after_the_wait_it_is_409_and_names_the_run(self, database: str) -> None:
        async with serving(database, busy_wait=0.3) as api:
            held = hold(api)
            thread_id = await api.thread()
            first, run_id = await running(api, thread_id)
            for answer in await asyncio.gather(*(api.send(thread_id, "x") for _ in range(3))):
                assert (answer.status_code, answer.json()) == (409, {"detail": f"The thread is busy with run {run_id}"})
            assert not api.services.context.lines.anyone_at(("default", thread_id))
            held.go.set()
            assert (await first).status_code == 200
            assert [role for role, _ in await api.history(thread_id)] == ["user", "assistant"]

    async def test_without_a_wait_it_is_409_at_once(self, database: str) -> None:
        async with serving(database, busy_wait=0) as api:
            held = hold(api)
            thread_id = await api.thread()
            first, run_id = await running(api, thread_id)
            answer = await api.send(thread_id, "x", stream=True)
            assert (answer.status_code, answer.json()["detail"]) == (409, f"The thread is busy with run {run_id}")
            held.go.set()
            await first
            assert (await api.send(thread_id, "x")).status_code == 200

    async def test_another_thread_does_not_wait(self, api: Api) -> None:
        held = hold(api)
        thread_id, other = await api.thread(), await api.thread()
        first, _ = await running(api, thread_id)
        second, _ = await running(api, other)
        held.go.set()
        assert {(await first).status_code, (await second).status_code} == {200}

    async def test_while_outputs_are_awaited_it_is_409_and_says_which(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api, "{}", '{"b": 2}')
        for fields in ({}, {"send_to_llm": False}, {"stream": True}):
            answer = await api.send(thread_id, "hello?", **fields)
            assert answer.status_code == 409
            assert answer.json()["detail"] == f"Run {run_id} waits for the outputs of tool calls: call_1, call_2"
        assert len(await api.history(thread_id)) == 2

    async def test_under_another_assistant_its_thread_is_not_found(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        await api.turn(thread_id, "/call get_weather {}")
        body = {"content": "next", "thread_id": thread_id, "assistant_id": await api.assistant()}
        answer = await api.post("/threads/messages", body)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})

    async def test_whoever_waits_when_outputs_come_to_be_awaited_is_told(self, api: Api) -> None:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        slow = asyncio.create_task(api.send(thread_id, "/slow 3 abc"))
        await eventually(lambda: bool(api.services.context.runs.of_thread(thread_id)))
        calling = asyncio.create_task(api.send(thread_id, "/call get_weather {}"))
        line = api.services.context.lines
        await eventually(lambda: line.anyone_at(("default", thread_id)))
        waiting = [asyncio.create_task(api.send(thread_id, "next")) for _ in range(3)]
        assert (await slow).json()["status"] == "COMPLETED"
        assert (await calling).json()["status"] == "REQUIRES_ACTION"
        assert [(await task).status_code for task in waiting] == [409] * 3

    async def test_a_caller_that_leaves_the_line_leaves_no_trace(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        first, _ = await running(api, thread_id)
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(_wait_in_line(api, thread_id)) for _ in range(3)]
            line = api.services.context.lines
            await eventually(lambda: len(line._lines.get(("default", thread_id), ())) == 3)
            for task in waiting:
                task.cancel()
        assert not line.anyone_at(("default", thread_id))
        held.go.set()
        assert (await first).status_code == 200


async def _wait_in_line(api: Api, thread_id: str) -> None:
    async with api.services.context.lines.place_at(("default", thread_id)):
        await asyncio.Event().wait()


class TestCancel:
    async def test_a_run_at_work(self, api: Api) -> None:
        hold(api)
        thread_id = await api.thread()
        sending, run_id = await running(api, thread_id)
        answers = await asyncio.gather(*(api.cancel(thread_id, run_id) for _ in range(5)))
        for answer in [*answers, await api.cancel(thread_id, run_id)]:
            assert answer.json() == {"thread_id": thread_id, "run_id": run_id, "cancelled": True}
        turn = (await sending).json()
        assert (turn["status"], turn["content"]) == ("CANCELLED", "first ")
        history = (await api.get(thread_id))["messages"]
        assert [(message["role"], message["status"]) for message in history] == [
            ("user", "COMPLETED"),
            ("assistant", "CANCELLED"),
        ]

    async def test_a_streamed_run_ends_its_stream(self, api: Api) -> None:
        thread_id = await api.thread()
        async with api.stream(thread_id, "/slow 500 " + "x" * 500) as stream:
            events = await stream.until("content_streaming")
            await api.cancel(thread_id, events[0]["run_id"])
            assert (await stream.rest())[-1]["type"] == "run_cancelled"
        assert (await api.turn(thread_id, "/say on"))["content"] == "on"

    async def test_a_run_that_waits_for_tools_leaves_every_call_answered(self, api: Api) -> None:
        thread_id, run_id = await waiting_run(api, "{}", "{}")
        assert (await api.cancel(thread_id, run_id)).json()["cancelled"] is True
        assert (await api.cancel(thread_id, run_id)).json()["cancelled"] is True
        _, asking, *outputs, last = (await api.get(thread_id))["messages"]
        asked = [call["id"] for call in asking["metadata_"]["tool_calls"]]
        assert [output["metadata_"]["tool_call_id"] for output in outputs] == asked
        assert [message["status"] for message in (asking, *outputs, last)] == ["CANCELLED"] * 4
        late = await api.outputs(thread_id, run_id, {"call_1": "x", "call_2": "x"})
        assert (late.status_code, late.json()["detail"]) == (
            409,
            f"Run {run_id} does not wait for tool outputs: it is CANCELLED",
        )
        assert (await api.turn(thread_id, "/say on"))["content"] == "on"

    async def test_a_run_that_has_ended_stays_as_it_is(self, api: Api) -> None:
        thread_id = await api.thread()
        for content, state in (("/say x", "COMPLETED"), ("/fail x", "FAILED")):
            turn = await api.turn(thread_id, content)
            before = await api.get(thread_id)
            assert (await api.cancel(thread_id, turn["run_id"])).json()["cancelled"] is False
            assert turn["status"] == state
            assert await api.get(thread_id) == before

    async def test_who_waits_behind_it_goes_on(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        first, run_id = await running(api, thread_id)
        second = asyncio.create_task(api.send(thread_id, "second"))
        await eventually(lambda: api.services.context.lines.anyone_at(("default", thread_id)))
        await api.cancel(thread_id, run_id)
        assert (await first).json()["status"] == "CANCELLED"
        await eventually(lambda: held.asked == ["hold", "second"])
        held.go.set()
        assert (await second).json()["status"] == "COMPLETED"

    async def test_an_unknown_run_is_404(self, api: Api) -> None:
        thread_id, other = await api.thread(), await api.thread()
        run_id = (await api.turn(other, "x"))["run_id"]
        for path in (f"/threads/{thread_id}/runs/{run_id}", f"/threads/{thread_id}/runs/nothing"):
            for answer in (await api.post(f"{path}/cancel"), await api.http.get(f"{path}/events")):
                assert (answer.status_code, answer.json()) == (404, {"detail": "Run not found"})

    async def test_a_run_of_an_unknown_thread_is_404_for_the_thread(self, api: Api) -> None:
        run_id = (await api.turn(await api.thread(), "x"))["run_id"]
        nobody = "00000000-0000-4000-8000-000000000000"
        path = f"/threads/{nobody}/runs/{run_id}"
        outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "x"}]}
        for answer in (
            await api.post(f"{path}/cancel"),
            await api.http.get(f"{path}/events"),
            await api.post(f"{path}/submit-tool-outputs", outputs),
            await api.post("/threads/tool-outputs", {"thread_id": nobody, **outputs}),
        ):
            assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})

    async def test_cancelling_and_ending_at_once_agree(self, api: Api) -> None:
        thread_id = await api.thread()
        for _ in range(30):
            async with api.stream(thread_id, "/say a b c d e f") as stream:
                run_id = (await stream.next())["run_id"]
                answer = await api.cancel(thread_id, run_id)
                end = (await stream.rest())[-1]["type"]
            last = (await api.get(thread_id))["messages"][-1]
            cancelled = answer.json()["cancelled"]
            assert (cancelled, end, last["status"]) in (
                (True, "run_cancelled", "CANCELLED"),
                (False, "run_ended", "COMPLETED"),
            )
            assert last["metadata_"]["run_id"] == run_id


class TestNeverStuck:
    async def test_a_silent_responder_is_given_up(self, database: str) -> None:
        async with serving(database, run_timeout=0.2) as api:
            hold(api)
            thread_id = await api.thread()
            turn = await api.turn(thread_id, "hold")
            assert (turn["status"], turn["message"]) == ("FAILED", "The responder gave no sign for too long")
            assert turn["content"] == "first "
            assert (await api.turn(thread_id, "again"))["status"] == "FAILED"

    async def test_a_slow_one_that_gives_signs_is_not(self, database: str) -> None:
        async with serving(database, run_timeout=0.5) as api:
            assert (await api.turn(await api.thread(), "/slow 6 abcdef"))["content"] == "abcdef"

    async def test_empty_batches_are_no_sign(self, database: str) -> None:
        class Empty(Held):
            async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
                for _ in range(100):
                    yield []
                    await asyncio.sleep(0.02)

        async with serving(database, run_timeout=0.2) as api:
            api.services.context.responder = Empty()
            turn = await api.turn(await api.thread(), "x")
            assert turn["message"] == "The responder gave no sign for too long"

    @pytest.mark.parametrize("pieces", [[], [TextDelta("x")] * 9], ids=["nothing", "much at once"])
    async def test_one_that_never_waits_lets_others_go_on(self, api: Api, pieces: list[ResponderEvent]) -> None:
        others: list[str] = []

        class Hasty(Held):
            async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
                asyncio.get_running_loop().call_soon(others.append, "went on")
                for _ in range(YIELD_EVERY // (len(pieces) or 1) + 1):
                    yield pieces
                    if others:
                        return
                raise ResponderFailed("nobody else went on")

        api.services.context.responder = Hasty()
        assert (await api.turn(await api.thread(), "x"))["message"] == "Message added"

    async def test_a_responder_that_breaks_fails_its_run(self, api: Api) -> None:
        class Broken(Held):
            async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
                yield [TextDelta("so far")]
                raise KeyError("secret detail")

        api.services.context.responder = Broken()
        thread_id = await api.thread()
        turn = await api.turn(thread_id, "x")
        assert (turn["status"], turn["content"]) == ("FAILED", "so far")
        assert "secret" not in turn["message"]
        assert (await api.turn(thread_id, "y"))["status"] == "FAILED"

    async def test_tools_of_an_answer_that_broke_off_are_not_awaited(self, api: Api) -> None:
        api.services.context.responder = Halting()
        thread_id = await api.thread()
        turn = await api.turn(thread_id, "x")
        assert (turn["status"], turn["tool_calls"]) == ("FAILED", None)
        assert "tool_calls" not in (await api.get(thread_id))["messages"][-1]["metadata_"]
        assert (await api.turn(thread_id, "y"))["status"] == "FAILED"

    async def test_what_cannot_be_stored_fails_its_run(self, api: Api) -> None:
        class Odd(Held):
            async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
                yield [ModelUsage("odd", "\ud800", {"input_tokens": float("nan")})]  # type: ignore[dict-item]
                yield [TextDelta("lone \ud800")]

        api.services.context.responder = Odd()
        thread_id = await api.thread()
        assert (await api.turn(thread_id, "x"))["status"] == "FAILED"
        assert (await api.turn(thread_id, "y"))["status"] == "FAILED"

    async def test_a_stopped_server_ends_its_runs(self, database: str) -> None:
        async with serving(database) as api:
            hold(api)
            thread_id = await api.thread()
            sending, _ = await running(api, thread_id)
            await api.services.close()
            assert (await sending).json()["message"] == "The server was stopped during the run"
        async with serving(database) as api:
            assert [message["status"] for message in (await api.get(thread_id))["messages"]] == ["COMPLETED", "FAILED"]

    async def test_waiting_for_tools_outlives_a_restart(self, database: str) -> None:
        async with serving(database) as api:
            thread_id, run_id = await waiting_run(api)
        async with serving(database) as api:
            assert (await api.send(thread_id, "x")).status_code == 409
            assert (await api.outputs(thread_id, run_id, {"call_1": "dry"})).json()["status"] == "COMPLETED"

    async def test_a_caller_that_leaves_does_not_end_the_run(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        sending, _ = await running(api, thread_id)
        sending.cancel()
        held.go.set()
        async with api.stream(thread_id, "streamed") as stream:
            held.go.clear()
            assert (await stream.next())["type"] == "user_message"
        held.go.set()
        await eventually(lambda: not api.services.context.runs.of_thread(thread_id))
        assert [message["status"] for message in (await api.get(thread_id))["messages"]] == ["COMPLETED"] * 4
