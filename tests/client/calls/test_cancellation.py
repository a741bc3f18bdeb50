"""Cancelled calls leave no connection open."""

import asyncio
import gc
import warnings

import anyio
import pytest

from backboard_threads import AsyncBackboard
from backboard_threads._async import connection_pool as async_channel
from tests.support.client.scripted_server import Server, Silence, events, reply
from tests.support.client.sse_frames import STARTED, frame
from tests.support.client.variants import KEY, THREAD, THREAD_ID, until


async def test_cancelled_call_closes_its_connection(server: Server) -> None:
    silence = Silence()
    server.answer(silence)
    client = AsyncBackboard(api_key=KEY, base_url=server.url)
    with anyio.move_on_after(0.1) as scope:
        await client.threads.get(THREAD_ID)
    assert scope.cancelled_caught
    assert silence.is_over.wait(600)
    server.answer(reply(200, THREAD))
    await client.threads.get(THREAD_ID)
    await client.aclose()


async def test_cancelled_stream_closes_its_connection(server: Server) -> None:
    silence = Silence()
    server.answer(events(frame(STARTED), then=silence))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)

    async def read() -> None:
        async with client.messages.stream(THREAD_ID, content="x") as opened:
            async for _ in opened:
                pass

    task = asyncio.create_task(read())
    await until(lambda: len(server.requests) == 1)
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert silence.is_over.wait(600)
    await client.aclose()
    await until(lambda: server.open == 0)


def test_call_cancelled_at_any_await_leaves_no_socket(server: Server) -> None:
    server.answer(reply(200, THREAD))

    async def call(steps: int) -> None:
        async with AsyncBackboard(api_key=KEY, base_url=server.url) as client:
            for _ in range(3):
                task = asyncio.create_task(client.threads.get(THREAD_ID))
                for _ in range(steps):
                    await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await client.threads.get(THREAD_ID)
            await until(lambda: server.open <= 1)
        await until(lambda: server.open == 0)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for steps in range(40):
            asyncio.run(call(steps))
        gc.collect()


def test_call_cancelled_while_idle_connections_close_leaves_no_socket(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(async_channel, "KEEPALIVE_EXPIRY", 0.0)
    server.answer(reply(200, THREAD))

    async def call() -> None:
        async with AsyncBackboard(api_key=KEY, base_url=server.url) as client:
            for _ in range(5):
                await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(4)])
                task = asyncio.create_task(client.threads.get(THREAD_ID))
                await asyncio.sleep(0)
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
            await client.threads.get(THREAD_ID)
            await until(lambda: server.open <= 1)

    asyncio.run(call())
