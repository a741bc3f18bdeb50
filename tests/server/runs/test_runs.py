"""Runs: cancelled in any state, ended when their responder fails or their process stops."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import Halting, Held, eventually, hold, running, waiting_run
from tests.support.server.threads_api import Api, serving
from threads_server.responders import (
    Conversation,
    ModelUsage,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
)
from threads_server.runs.run_segment import YIELD_EVERY
from threads_server.runs.states import RunState
from threads_server.store import StoreUnavailable, runs

FINAL = {RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED}


def test_run_states_have_their_steps() -> None:
    assert {state for state in RunState if state.final} == FINAL
    for state in RunState:
        for other in RunState:
            assert state.may_become(other) is (
                (state is RunState.IN_PROGRESS and other is not state)
                or (state is RunState.REQUIRES_ACTION and other in (RunState.IN_PROGRESS, RunState.CANCELLED))
            )


class TestCancel:
    async def test_run_at_work_is_cancelled(self, api: Api) -> None:
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

    async def test_stream_of_a_cancelled_run_ends(self, api: Api) -> None:
        thread_id = await api.thread()
        async with api.stream(thread_id, "/slow 500 " + "x" * 500) as stream:
            events = await stream.until("content_streaming")
            await api.cancel(thread_id, events[0]["run_id"])
            assert (await stream.rest())[-1]["type"] == "run_cancelled"
        assert (await api.turn(thread_id, "/say on"))["content"] == "on"

    @BOTH_DATABASES
    async def test_waiting_run_when_cancelled_answers_every_call(self, api: Api) -> None:
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

    async def test_ended_run_when_cancelled_stays_the_same(self, api: Api) -> None:
        thread_id = await api.thread()
        for content, state in (("/say x", "COMPLETED"), ("/fail x", "FAILED")):
            turn = await api.turn(thread_id, content)
            before = await api.get(thread_id)
            assert (await api.cancel(thread_id, turn["run_id"])).json()["cancelled"] is False
            assert turn["status"] == state
            assert await api.get(thread_id) == before

    async def test_message_behind_a_cancelled_run_is_answered(self, api: Api) -> None:
        held = hold(api)
        thread_id = await api.thread()
        first, run_id = await running(api, thread_id)
        second = asyncio.create_task(api.send(thread_id, "second"))
        await eventually(lambda: api.services.context.queues.is_waiting(("default", thread_id)))
        await api.cancel(thread_id, run_id)
        assert (await first).json()["status"] == "CANCELLED"
        await eventually(lambda: held.asked == ["hold", "second"])
        held.go.set()
        assert (await second).json()["status"] == "COMPLETED"

    async def test_unknown_run_is_404(self, api: Api) -> None:
        thread_id, other = await api.thread(), await api.thread()
        run_id = (await api.turn(other, "x"))["run_id"]
        for path in (f"/threads/{thread_id}/runs/{run_id}", f"/threads/{thread_id}/runs/nothing"):
            for answer in (await api.post(f"{path}/cancel"), await api.http.get(f"{path}/events")):
                assert (answer.status_code, answer.json()) == (404, {"detail": "Run not found"})

    async def test_run_of_an_unknown_thread_is_404_for_the_thread(self, api: Api) -> None:
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

    @BOTH_DATABASES
    async def test_cancel_while_the_run_ends_agrees_with_its_state(self, api: Api) -> None:
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

    async def test_cancel_before_the_end_is_written_again_says_how_the_run_ended(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        thread_id, store = await api.thread(), api.services.store
        write, ending = store.write, asyncio.Event()

        async def away_at_the_end(transaction: Any, *arguments: Any, **named: Any) -> Any:
            if transaction is runs.end_segment and not ending.is_set():
                ending.set()
                (run,) = api.services.context.runs.of_thread(thread_id)
                await eventually(lambda: bool(run.cancels))
                raise StoreUnavailable("The store is away")
            return await write(transaction, *arguments, **named)

        monkeypatch.setattr(store, "write", away_at_the_end)
        sending = asyncio.create_task(api.send(thread_id, "/say x"))
        await ending.wait()
        (run,) = api.services.context.runs.of_thread(thread_id)
        for _ in range(2):
            assert (await api.cancel(thread_id, run.run_id, idempotency_key="k")).json()["cancelled"] is False
        assert (await sending).json()["status"] == "COMPLETED"


class TestNeverStuck:
    async def test_silent_responder_fails_its_run(self, database: str) -> None:
        async with serving(database, run_timeout=0.2) as api:
            hold(api)
            thread_id = await api.thread()
            turn = await api.turn(thread_id, "hold")
            assert (turn["status"], turn["message"]) == ("FAILED", "The responder gave no sign for too long")
            assert turn["content"] == "first "
            assert (await api.turn(thread_id, "again"))["status"] == "FAILED"

    async def test_slow_responder_completes_its_run(self, database: str) -> None:
        async with serving(database, run_timeout=0.5) as api:
            assert (await api.turn(await api.thread(), "/slow 6 abcdef"))["content"] == "abcdef"

    async def test_responder_of_empty_batches_fails_its_run(self, database: str) -> None:
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
    async def test_responder_that_never_waits_lets_others_run(self, api: Api, pieces: list[ResponderEvent]) -> None:
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

    async def test_responder_that_raises_fails_its_run(self, api: Api) -> None:
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

    async def test_tool_calls_of_a_failed_run_are_not_awaited(self, api: Api) -> None:
        api.services.context.responder = Halting()
        thread_id = await api.thread()
        turn = await api.turn(thread_id, "x")
        assert (turn["status"], turn["tool_calls"]) == ("FAILED", None)
        assert "tool_calls" not in (await api.get(thread_id))["messages"][-1]["metadata_"]
        assert (await api.turn(thread_id, "y"))["status"] == "FAILED"

    async def test_reply_that_cannot_be_stored_fails_its_run(self, api: Api) -> None:
        class Odd(Held):
            async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
                yield [ModelUsage("odd", "\ud800", {"input_tokens": float("nan")})]  # type: ignore[dict-item]
                yield [TextDelta("lone \ud800")]

        api.services.context.responder = Odd()
        thread_id = await api.thread()
        assert (await api.turn(thread_id, "x"))["status"] == "FAILED"
        assert (await api.turn(thread_id, "y"))["status"] == "FAILED"

    @BOTH_DATABASES
    async def test_runs_of_a_stopped_server_are_failed(self, database: str) -> None:
        async with serving(database) as api:
            hold(api)
            thread_id = await api.thread()
            sending, _ = await running(api, thread_id)
            await api.services.close()
            assert (await sending).json()["message"] == "The server was stopped during the run"
        async with serving(database) as api:
            assert [message["status"] for message in (await api.get(thread_id))["messages"]] == ["COMPLETED", "FAILED"]

    @BOTH_DATABASES
    async def test_waiting_run_after_a_restart_goes_on(self, database: str) -> None:
        async with serving(database) as api:
            thread_id, run_id = await waiting_run(api)
        async with serving(database) as api:
            assert (await api.send(thread_id, "x")).status_code == 409
            assert (await api.outputs(thread_id, run_id, {"call_1": "dry"})).json()["status"] == "COMPLETED"

    async def test_run_whose_caller_leaves_goes_on(self, api: Api) -> None:
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
