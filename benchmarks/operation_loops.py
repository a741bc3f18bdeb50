"""Every operation in a loop, as one account may send it over many connections at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.raw_client import RawClient
from tools.document import Operation, operations, resolve
from tools.resources import Resources, example

CONNECTIONS = 32
SECONDS = 3.0

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
SOMEBODY: dict[str, Any] = {"name": "a"}
NOBODY = "00000000-0000-4000-8000-000000000000"

Step = Callable[[RawClient, dict[str, str]], Awaitable[Any]]


async def _call_tool(client: RawClient, ids: dict[str, str]) -> Any:
    body = {"content": "/call look {}", "assistant_id": ids["assistant_id"]}
    return await client.done("POST", "/threads/messages", body)


async def _submit(client: RawClient, ids: dict[str, str]) -> None:
    turn = await _call_tool(client, ids)
    outputs = {"tool_outputs": [{"tool_call_id": turn["tool_calls"][0]["id"], "output": "x"}]}
    await client.done("POST", f"/threads/{turn['thread_id']}/runs/{turn['run_id']}/submit-tool-outputs", outputs)


async def _submit_latest(client: RawClient, ids: dict[str, str]) -> None:
    turn = await _call_tool(client, ids)
    outputs = [{"tool_call_id": turn["tool_calls"][0]["id"], "output": "x"}]
    await client.done("POST", "/threads/tool-outputs", {"thread_id": turn["thread_id"], "tool_outputs": outputs})


async def _cancel(client: RawClient, ids: dict[str, str]) -> None:
    turn = await _call_tool(client, ids)
    await client.done("POST", f"/threads/{turn['thread_id']}/runs/{turn['run_id']}/cancel")


async def _delete_thread(client: RawClient, ids: dict[str, str]) -> None:
    thread = await client.done("POST", f"/assistants/{ids['assistant_id']}/threads", {})
    await client.done("DELETE", f"/threads/{thread['thread_id']}")


async def _delete_assistant(client: RawClient, ids: dict[str, str]) -> None:
    assistant = await client.done("POST", "/assistants", SOMEBODY)
    await client.done("POST", f"/assistants/{assistant['assistant_id']}/threads", {})
    await client.done("DELETE", f"/assistants/{assistant['assistant_id']}")


def _sent(method: str, path: str, body: object = None) -> Step:
    async def step(client: RawClient, ids: dict[str, str]) -> None:
        status, content = await client.send(method, path.format(**ids), body)
        if status not in (200, 409, 429, 503):  # a busy thread, or a budget
            raise RuntimeError(f"{method} {path}: {status} {content[:200]!r}")

    return step


def _example(operation: Operation) -> Step:
    """The first example of an operation; a listing with its greatest `limit`."""
    limits = [resolve(one["schema"])["maximum"] for one in operation.parameters if one["name"] == "limit"]
    path = operation.path + "".join(f"?limit={limit}" for limit in limits)

    async def step(client: RawClient, ids: dict[str, str]) -> None:
        body = example(operation, Resources(**ids)) if operation.bodies else None
        await _sent(operation.method.upper(), path, body)(client, ids)

    return step


LOOPS = {one.id: _example(one) for one in operations().values()} | {
    "createAssistant": _sent("POST", "/assistants", {"name": "a", "system_prompt": "x" * 100_000}),
    "updateAssistant": _sent("PUT", "/assistants/{assistant_id}", {"description": "x" * 1000}),
    "deleteAssistant": _delete_assistant,
    "deleteThread": _delete_thread,
    "sendMessage": _sent("POST", "/threads/{thread_id}/messages", {"content": "/say " + "word " * 2000}),
    "sendChatMessage": _sent("POST", "/threads/messages", {"content": "/say " + "word " * 2000, "stream": True}),
    "submitToolOutputs": _submit,
    "submitLatestToolOutputs": _submit_latest,
    "cancelRun": _cancel,
}
"""One step of each operation, by operationId: its example, unless another request is more work."""


def play(name: str, port: int, key: str) -> None:
    """Loop one operation over CONNECTIONS connections for SECONDS."""
    asyncio.run(_play(LOOPS[name], port, key))


async def _play(step: Step, port: int, key: str) -> None:
    async with RawClient(port, key) as client:
        assistant = (await client.done("POST", "/assistants", {"name": "a", "tools": [TOOL]}))["assistant_id"]
        body = {"content": "/say " + "word " * 2000, "assistant_id": assistant}
        turn = await client.done("POST", "/threads/messages", body)
    ids = {"assistant_id": assistant, "thread_id": turn["thread_id"], "run_id": turn["run_id"]}
    end = time.monotonic() + SECONDS

    async def loop() -> None:
        async with RawClient(port, key) as client:
            while time.monotonic() < end:
                await step(client, ids)

    await asyncio.gather(*(loop() for _ in range(CONNECTIONS)))
