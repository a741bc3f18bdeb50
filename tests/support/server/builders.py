"""Threads in a given state: a run that is held, one that waits for tools, messages that wait for a thread."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from tests.support.server.threads_api import Api
from threads_server.responders import (
    Conversation,
    Responder,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)

WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"properties": {}}}}


STORED_ONLY: dict[str, Any] = {
    "tok_k": 7,
    "custom_fact_extraction_prompt": "Note names.",
    "custom_update_memory_prompt": "Forget names.",
    "embedding_provider": "cohere",
    "embedding_model_name": "embed-4",
    "embedding_dims": 256,
}
"""Settings of an assistant that have no effect."""


async def waiting_run(api: Api, *calls: str) -> tuple[str, str]:
    """A thread and its run that waits for the outputs of these calls to get_weather."""
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    turn = await api.turn(thread_id, "\n".join(f"/call get_weather {call}" for call in calls or ("{}",)))
    assert turn["status"] == "REQUIRES_ACTION"
    return thread_id, turn["run_id"]


class Held(Responder):
    """A responder that gives one word, and the rest once `go` is set."""

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
    """A responder that requests a tool call and then fails."""

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        yield [ToolCallRequested({"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}})]
        raise ResponderFailed("no power")


def hold(api: Api) -> Held:
    """Have every run of the server answered by one `Held`."""
    responder = Held()
    api.services.context.responder = responder
    return responder


async def eventually(condition: Callable[[], bool]) -> None:
    """Poll until a condition holds."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def running(
    api: Api, thread_id: str, content: str = "hold", *, key: str | None = None
) -> tuple[asyncio.Task[Any], str]:
    """Send a message; return its task and its run once the answer has begun."""
    sending = asyncio.create_task(api.send(thread_id, content, key=key))
    await eventually(
        lambda: any(live.responding and live.lines[2:] for live in api.services.context.runs.of_thread(thread_id))
    )
    return sending, api.services.context.runs.of_thread(thread_id)[0].run_id


async def waiting(api: Api, thread_id: str, count: int = 1) -> None:
    """Wait until `count` messages wait for a thread in this process, counting the first in the queue."""
    await eventually(lambda: api.services.context.queues.waiting(("default", thread_id)) == count)
