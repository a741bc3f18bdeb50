"""Orphaned runs, whose process ended: their text so far, and the response under their key."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, Held, eventually, hold, running
from tests.support.server.threads_api import Api
from threads_server.responders import Conversation, ResponderEvent, TextDelta, ToolCallRequested
from threads_server.runs.cancellation import end_orphans
from threads_server.store.transaction import every


@BOTH_DATABASES
async def test_response_of_an_orphaned_run_lists_the_files_of_its_message(api: Api) -> None:
    held = hold(api)
    path = f"/threads/{await api.thread()}/messages"
    sent: dict[str, Any] = {"data": {"content": "hold"}, "files": [("files", ("a.txt", b"x"))]}
    key = {"Idempotency-Key": "k"}
    sending = asyncio.create_task(api.http.post(path, headers=key, **sent))
    await eventually(lambda: bool(held.asked))
    await end_orphans(api.services.context)  # as the next process does
    held.go.set()
    assert (await sending).json()["status"] == "FAILED"
    kept = (await api.http.post(path, headers=key, **sent)).json()
    assert (kept["status"], [entry["filename"] for entry in kept["attachments"]]) == ("FAILED", ["a.txt"])


@BOTH_DATABASES
async def test_message_of_an_orphaned_run_has_the_reason(api: Api) -> None:
    held = hold(api)
    thread_id = await api.thread()
    sending, run_id = await running(api, thread_id)
    await end_orphans(api.services.context)
    held.go.set()
    await sending
    message = (await api.get(thread_id))["messages"][-1]
    assert message["status"] == "FAILED"
    assert message["metadata_"] == {"run_id": run_id, "error": "The server was stopped during the run"}


@BOTH_DATABASES
async def test_message_of_an_orphaned_segment_has_only_its_own_text(api: Api) -> None:
    class InTwoSegments(Held):
        async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
            if conversation.messages[-1]["role"] == "user":
                function = {"name": "get_weather", "arguments": "{}"}
                yield [
                    TextDelta("Let me see. "),
                    ToolCallRequested({"id": "call_1", "type": "function", "function": function}),
                ]
            else:
                yield [TextDelta("It is ")]
                await self.go.wait()

    api.services.context.log_interval = 0.01
    api.services.context.responder = held = InTwoSegments()
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    run_id = (await api.turn(thread_id, "How is the weather?"))["run_id"]
    outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "warm"}]}
    path = f"/threads/{thread_id}/runs/{run_id}/submit-tool-outputs"
    sending = asyncio.create_task(api.http.post(path, json=outputs))
    while len(await api.services.store.read(every, "SELECT 1 FROM run_events")) < 2:  # noqa: ASYNC110 - it is written by itself
        await asyncio.sleep(0.01)
    await end_orphans(api.services.context)
    held.go.set()
    await sending
    assert await api.history(thread_id) == [
        ("user", "How is the weather?"),
        ("assistant", "Let me see. "),
        ("tool", "warm"),
        ("assistant", "It is "),
    ]
