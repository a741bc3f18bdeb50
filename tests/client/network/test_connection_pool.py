"""The connection pool: connections reused, limited, closed when idle, and replaced when the server closed them."""

import asyncio
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from backboard_threads import APIConnectionError
from backboard_threads._async import connection_pool as async_channel
from backboard_threads._network import backends
from backboard_threads._sync import connection_pool as channel
from tests.support.client.scripted_server import Server, Silence, events, reply
from tests.support.client.sse_frames import STARTED, frame
from tests.support.client.variants import THREAD, THREAD_ID, TURN, Variant, until


async def test_connection_is_reused(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD), reply(404, {"detail": "no"}), reply(503, {}), reply(200, THREAD))
    client = variant.client(server)
    await variant.do(client.threads.get(THREAD_ID))
    with pytest.raises(Exception, match="no"):
        await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID))
    assert server.connections == 1


async def test_connection_left_by_a_stream_is_not_reused(variant: Variant, server: Server) -> None:
    server.answer(events(frame(STARTED), then=Silence()), reply(200, THREAD))
    client = variant.client(server)
    async with variant.within(client.messages.stream(THREAD_ID, content="x")) as opened:
        await variant.next(opened)
        await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID))
    assert server.connections == 2


async def test_close_ends_connections_and_further_calls(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(server)
    await variant.do(client.threads.get(THREAD_ID))
    copied = client.with_options(timeout=5)
    await variant.end(copied)
    await variant.do(client.threads.get(THREAD_ID))
    async with variant.within(client):
        pass
    await variant.end(client)
    for closed in (client, copied):
        with pytest.raises(RuntimeError, match="closed"):
            await variant.do(closed.threads.get(THREAD_ID))
    await until(lambda: server.open == 0)


async def test_concurrent_calls_are_answered(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(server)
    if variant.name == "async":
        await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(200)])
    else:
        with ThreadPoolExecutor(16) as pool:
            assert len(list(pool.map(client.threads.get, [THREAD_ID] * 200))) == 200
    assert len(server.requests) == 200


async def test_calls_beyond_the_connection_limit_wait(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (channel, async_channel):
        monkeypatch.setattr(module, "MAX_CONNECTIONS", 2)
    server.answer(reply(200, THREAD))
    client = variant.client(server)
    if variant.name == "async":
        await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(30)])
    else:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(client.threads.get, [THREAD_ID] * 30))
    assert len(server.requests) == 30


async def test_threads_that_all_find_no_connection_free_leave_none_open(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, both = backends.http_transport, threading.Barrier(2)

    def make_at_once(*arguments: Any) -> Any:
        both.wait(600)
        return make(*arguments)

    monkeypatch.setattr(channel, "MAX_CONNECTIONS", 0)
    monkeypatch.setattr(backends, "http_transport", make_at_once)
    server.answer(reply(200, THREAD))
    with Variant("sync").client(server) as client, ThreadPoolExecutor(2) as pool:
        list(pool.map(client.threads.get, [THREAD_ID] * 2))
    await until(lambda: server.open == 0)


@pytest.mark.parametrize("limit", [0, 100])
async def test_client_closed_while_it_connects_leaves_nothing_open(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    resolve, is_asked, go_on = socket.getaddrinfo, threading.Event(), threading.Event()

    def waiting(host: Any, *arguments: Any, **options: Any) -> Any:
        is_asked.set()
        go_on.wait(600)
        return resolve("127.0.0.1", *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", waiting)
    for module in (channel, async_channel):
        monkeypatch.setattr(module, "MAX_CONNECTIONS", limit)
    server.answer(reply(200, TURN))
    client = variant.client(base_url=f"http://slow.example:{server.port}/api", max_retries=0)

    def send() -> Any:
        return client.messages.send(THREAD_ID, content="x")

    under_way = asyncio.ensure_future(send() if variant.name == "async" else asyncio.to_thread(send))
    await asyncio.to_thread(is_asked.wait, 600)
    await variant.end(client)
    go_on.set()
    with pytest.raises(APIConnectionError, match="the client was closed"):
        await under_way
    await until(lambda: server.connections == 1 and server.open == 0)


def test_client_closed_while_a_thread_begins_to_use_it_sends_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Variant("sync").client(server)
    make = channel.ConnectionPool

    def close_and_make(network: Any) -> Any:
        client.close()
        return make(network)

    monkeypatch.setattr(channel, "ConnectionPool", close_and_make)
    with pytest.raises(RuntimeError, match="this client is closed"):
        client.threads.get(THREAD_ID)
    assert server.connections == 0


async def test_idle_connections_are_closed(variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(server)
    if variant.name == "async":
        await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(8)])
    else:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(client.threads.get, [THREAD_ID] * 8))
    for module in (channel, async_channel):
        monkeypatch.setattr(module, "KEEPALIVE_EXPIRY", 0.0)
    await variant.do(client.threads.get(THREAD_ID))
    await until(lambda: server.open <= 1)


async def test_connection_closed_by_the_server_is_replaced(variant: Variant, server: Server) -> None:
    server.answer(lambda connection: reply(200, TURN)(connection) and False)
    client = variant.client(server, max_retries=0)
    for _ in range(5):
        await variant.do(client.messages.send(THREAD_ID, content="x"))
        await until(lambda: server.open == 0)
    assert len(server.requests) == 5
