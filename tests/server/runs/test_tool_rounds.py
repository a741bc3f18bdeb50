"""Rounds of tool calls: a run asks, waits for outputs and goes on, any number of times."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, Held, waiting_run
from tests.support.server.threads_api import Api
from threads_server.responders import Conversation, ResponderEvent, TextDelta, ToolCallRequested
from threads_server.store.transaction import every

ROUNDS = 3


class Curious(Held):
    """Responder that calls the weather tool several times before it answers."""

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        asked = sum(message["role"] == "tool" for message in conversation.messages)
        if asked < ROUNDS:
            function = {"name": "get_weather", "arguments": "{}"}
            yield [ToolCallRequested({"id": f"call_{asked}", "type": "function", "function": function})]
        else:
            yield [TextDelta("Enough.")]


async def submit(api: Api, which: str, thread_id: str, run_id: str, *outputs: tuple[str, str]) -> httpx.Response:
    """Outputs for a run that is named, or for the latest one."""
    body: dict[str, Any] = {"tool_outputs": [{"tool_call_id": call, "output": output} for call, output in outputs]}
    if which == "latest":
        return await api.post("/threads/tool-outputs", {"thread_id": thread_id, **body})
    return await api.post(f"/threads/{thread_id}/runs/{run_id}/submit-tool-outputs", body)


each_way = pytest.mark.parametrize("which", ["named", "latest"])


@each_way
async def test_run_with_several_rounds_keeps_its_id(api: Api, which: str) -> None:
    api.services.context.responder = Curious()
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    turn = await api.turn(thread_id, "How is the weather?")
    run_id = turn["run_id"]
    for number in range(ROUNDS):
        assert (turn["status"], turn["run_id"]) == ("REQUIRES_ACTION", run_id)
        assert [call["id"] for call in turn["tool_calls"]] == [f"call_{number}"]
        answer = await submit(api, which, thread_id, run_id, (f"call_{number}", "dry"))
        assert answer.status_code == 200
        turn = answer.json()
    assert (turn["status"], turn["run_id"], turn["content"]) == ("COMPLETED", run_id, "Enough.")
    roles = [role for role, _ in await api.history(thread_id)]
    assert roles == ["user", *["assistant", "tool"] * ROUNDS, "assistant"]


async def test_replay_of_a_stream_has_only_its_round(api: Api) -> None:
    api.services.context.responder = Curious()
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    asked: list[tuple[str, dict[str, Any]]] = [(f"/threads/{thread_id}/messages", {"content": "x", "stream": True})]
    for number in range(ROUNDS):
        body = {"thread_id": thread_id, "stream": True}
        outputs = [{"tool_call_id": f"call_{number}", "output": "dry"}]
        asked.append(("/threads/tool-outputs", {**body, "tool_outputs": outputs}))
    first = [await api.post(*one, idempotency_key=str(number)) for number, one in enumerate(asked)]
    again = [await api.post(*one, idempotency_key=str(number)) for number, one in enumerate(asked)]
    assert [one.text.count("tool_submit_required") for one in first] == [1] * ROUNDS + [0]
    assert [one.text for one in again] == [one.text for one in first]
    assert {one.headers["idempotency-replayed"] for one in again} == {"true"}


@each_way
@pytest.mark.parametrize("calls", [["call_1"], ["call_1", "call_2", "call_2"], ["call_1", "call_2", "call_9"]])
@BOTH_DATABASES
async def test_outputs_missing_doubled_or_unknown_are_400(api: Api, which: str, calls: list[str]) -> None:
    thread_id, run_id = await waiting_run(api, "{}", '{"b": 2}')
    before = await api.get(thread_id)
    assert (await submit(api, which, thread_id, run_id, *((call, "x") for call in calls))).status_code == 400
    assert await api.get(thread_id) == before
    whole = (("call_1", "x"), ("call_2", "x"))
    assert (await submit(api, which, thread_id, run_id, *whole)).json()["status"] == "COMPLETED"
    assert (await submit(api, which, thread_id, run_id, *whole)).status_code == 409


async def test_latest_tool_outputs_go_to_the_waiting_run(api: Api) -> None:
    """One that was cancelled meanwhile waits no more."""
    thread_id, first = await waiting_run(api)
    await api.cancel(thread_id, first)
    run_id = (await api.turn(thread_id, "/call get_weather {}"))["run_id"]
    answer = await submit(api, "latest", thread_id, run_id, ("call_1", "dry"))
    assert (answer.status_code, answer.json()["run_id"]) == (200, run_id)
    assert run_id != first


async def test_message_to_a_waiting_run_is_409_at_once(api: Api) -> None:
    """However long one waits for a thread that is busy."""
    api.services.turns.queue.busy_wait = 3_600
    thread_id, _ = await waiting_run(api)
    async with asyncio.timeout(600):
        assert (await api.send(thread_id, "hello?")).status_code == 409
        answer = await api.post("/threads/messages", {"content": "hello?", "thread_id": thread_id})
    assert answer.status_code == 409


@pytest.mark.parametrize(("count", "status"), [(128, "REQUIRES_ACTION"), (129, "FAILED")])
@BOTH_DATABASES
async def test_tool_calls_of_a_round_are_as_many_as_outputs_can_be_submitted(api: Api, count: int, status: str) -> None:
    class Greedy(Held):
        async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
            if conversation.messages[-1]["role"] == "user":
                function = {"name": "get_weather", "arguments": "{}"}
                for number in range(count):
                    yield [ToolCallRequested({"id": f"c{number}", "type": "function", "function": function})]
            else:
                yield [TextDelta("Done.")]

    api.services.context.responder = Greedy()
    thread_id = await api.thread()
    turn = await api.turn(thread_id, "x")
    assert turn["status"] == status
    if status == "FAILED":
        assert (turn["tool_calls"], turn["message"]) == (None, "The answer asks for more than 128 tool calls")
        assert (await api.turn(thread_id, "y"))["status"] == "FAILED"
    else:
        answer = await api.outputs(thread_id, turn["run_id"], {f"c{number}": "x" for number in range(count)})
        assert answer.json()["content"] == "Done."


async def test_settings_of_another_version_are_ignored(api: Api) -> None:
    """A run that waits was begun by a server whose turns had more settings."""
    thread_id, run_id = await waiting_run(api)
    await api.services.store.write(every, "UPDATE runs SET settings = ?", '{"system_prompt":"Be brief.","mood":"good"}')
    assert (await api.outputs(thread_id, run_id, {"call_1": "dry"})).json()["status"] == "COMPLETED"
