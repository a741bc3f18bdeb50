"""The async client under trio: calls, streams, tools, cancellation, and no socket left open."""

import gc
import json
import threading
import warnings

import httpx
import pytest
import trio
from served import KEY, serving

from backboard_threads import APIConnectionError, APITimeoutError, AsyncBackboard
from backboard_threads.asgi import AsyncASGITransport

heads: list[bytes] = []
STREAM = b'data: {"type": "content_streaming", "content": "Hi"}\n\ndata: {"type": "run_ended"}\n\n'


async def call(client: AsyncBackboard) -> None:
    async with trio.open_nursery() as nursery:
        for _ in range(4):
            nursery.start_soon(client.threads.get, "t")
    assert (await client.threads.get("t", deadline=5)).thread_id == "t"


async def stream() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=STREAM)

    client = AsyncBackboard(api_key=KEY, base_url="http://api.example/api", http_client=httpx.MockTransport(answer))
    async with client.messages.stream("t", content="x") as events:
        assert (await events.reply()).text == "Hi"


async def tools() -> None:
    """The calls of a round meet: they run at once, in trio's own tasks and threads."""
    met, barrier = trio.Event(), threading.Barrier(2, timeout=60)

    async def first() -> str:
        await met.wait()
        return "first"

    async def second() -> str:
        met.set()
        return "second"

    def third() -> str:
        barrier.wait()
        return "third"

    def fourth() -> str:
        barrier.wait()
        return "fourth"

    functions = [first, second, third, fourth]
    calls = [
        {"id": one.__name__, "type": "function", "function": {"name": one.__name__, "arguments": "{}"}}
        for one in functions
    ]
    waiting = {"type": "tool_submit_required", "thread_id": "t", "run_id": "r", "tool_calls": calls}
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        content = STREAM if b"tool_outputs" in request.content else b"data: " + json.dumps(waiting).encode() + b"\n\n"
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=content)

    client = AsyncBackboard(api_key=KEY, base_url="http://api.example/api", http_client=httpx.MockTransport(answer))
    async with client.messages.stream_tools("t", content="x", tools=functions) as events:
        assert [piece async for piece in events.deltas()] == ["Hi"]
    assert [one["output"] for one in json.loads(bodies[1])["tool_outputs"]] == ["first", "second", "third", "fourth"]


async def time_out() -> None:
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port = listeners[0].socket.getsockname()[1]
    client = AsyncBackboard(api_key=KEY, base_url=f"http://127.0.0.1:{port}/api")
    with pytest.raises(APITimeoutError, match="deadline"):
        await client.threads.get("t", deadline=0.2)
    await listeners[0].aclose()


async def asgi() -> None:
    client = AsyncBackboard(api_key=KEY, base_url="http://a/api", http_client=AsyncASGITransport(None), max_retries=0)
    with pytest.raises(APIConnectionError, match="asyncio"):
        await client.threads.get("t")


with warnings.catch_warnings():
    warnings.simplefilter("error")
    with serving(heads) as url:
        kept = AsyncBackboard(api_key=KEY, base_url=url)
        for _ in range(3):
            trio.run(call, kept)
            gc.collect()
    for program in (stream, tools, time_out, asgi):
        trio.run(program)
        gc.collect()
