"""One client in several event loops, threads and processes."""

import asyncio
import gc
import os
import time
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from backboard_threads import AsyncBackboard
from backboard_threads._async import http_clients
from backboard_threads._event_loops import is_over
from tests.support.client.scripted_server import Server, Silence, events, reply
from tests.support.client.sse_frames import STARTED, frame
from tests.support.client.variants import KEY, THREAD, THREAD_ID, Variant


def test_async_client_works_in_successive_event_loops(server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)

    async def use() -> None:
        await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(4)])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(5):
            asyncio.run(use())
            gc.collect()
        deadline = time.monotonic() + 600
        while server.open and time.monotonic() < deadline:
            time.sleep(0.01)
        assert server.open == 0, "a loop that ended left connections behind"


def test_async_client_survives_event_loops_closed_without_cleanup(server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)
    for _ in range(3):
        loop = asyncio.new_event_loop()
        loop.run_until_complete(client.threads.get(THREAD_ID))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
    assert len(server.requests) == 3


def test_async_client_works_in_concurrent_event_loops(server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)

    async def use() -> None:
        for _ in range(20):
            await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(3)])

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(asyncio.run, use()) for _ in range(4)]:
            done.result()
    assert len(server.requests) == 240


def test_client_is_first_used_in_a_loop_while_another_looks_for_closed_loops(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answer(reply(200, THREAD))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)
    third = asyncio.new_event_loop()
    looked_at: list[object] = []

    def looking(loop: object) -> bool:
        looked_at.append(loop)
        if len(looked_at) == 1:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(third.run_until_complete, client.threads.get(THREAD_ID)).result(600)
        return is_over(loop)

    async def use() -> None:
        await client.threads.get(THREAD_ID)
        monkeypatch.setattr(http_clients, "is_over", looking)
        await asyncio.to_thread(lambda: asyncio.run(client.threads.get(THREAD_ID)))

    asyncio.run(use())
    third.run_until_complete(third.shutdown_asyncgens())
    third.close()
    assert len(server.requests) == 3
    assert len(looked_at) > 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("half_name", ["sync", "async"])
def test_client_works_in_a_forked_child(server: Server, half_name: str) -> None:
    server.answer(reply(200, THREAD))
    variant = Variant(half_name)
    client = variant.client_class(api_key=KEY, base_url=server.url)

    def use() -> Any:
        if half_name == "async":
            return asyncio.run(client.threads.get(THREAD_ID))
        return client.threads.get(THREAD_ID)

    use()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on a fork with threads warns
        child = os.fork()
    if child == 0:
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                good = use().thread_id == use().thread_id == THREAD_ID
                gc.collect()
            good = good and not [one for one in caught if one.category is ResourceWarning]
        except BaseException:
            good = False
        os._exit(0 if good else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert use().thread_id == THREAD_ID
    if half_name == "sync":
        assert server.connections == 2, "the child did not open a connection of its own, or the parent lost its"
        client.close()


def test_stream_of_a_stopped_event_loop_gives_no_warning(server: Server, capfd: pytest.CaptureFixture[str]) -> None:
    server.answer(events(frame(STARTED), then=Silence()))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)

    async def leave_in_the_middle() -> None:
        opened = client.messages.stream(THREAD_ID, content="x")
        await opened.__aenter__()
        await anext(opened)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asyncio.run(leave_in_the_middle())
        gc.collect()
    assert capfd.readouterr().err == ""


def test_closed_event_loops_are_forgotten(server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def call() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        await client.threads.get(THREAD_ID)

    for _ in range(20):
        asyncio.run(call())
    gc.collect()
    assert [loop for loop in loops if loop() is not None] == []


def test_event_loops_closed_without_cleanup_are_forgotten(server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = AsyncBackboard(api_key=KEY, base_url=server.url)
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # such a loop leaves its sockets to the garbage collector
        for _ in range(5):
            loop = asyncio.new_event_loop()
            loop.run_until_complete(client.threads.get(THREAD_ID))
            loop.close()
            loops.append(weakref.ref(loop))
            del loop
        gc.collect()
        assert len([one for one in loops if one() is not None]) <= 1
        del client
        gc.collect()
