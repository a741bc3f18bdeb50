"""One client's life: connections, pickles, copies, imports; and other people's transports."""

import asyncio
import copy
import multiprocessing
import pickle
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from backboard_threads import Backboard
from backboard_threads._async import connection_pool as async_channel
from backboard_threads._sync import connection_pool as channel
from tests.support.client_variants import KEY, THREAD, THREAD_ID, TURN, Variant, until
from tests.support.scripted_server import Server, Silence, events, reply
from tests.support.sse_frames import STARTED, frame


async def test_connections_are_used_again(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD), reply(404, {"detail": "no"}), reply(503, {}), reply(200, THREAD))
    client = variant.client(server)
    await variant.do(client.threads.get(THREAD_ID))
    with pytest.raises(Exception, match="no"):
        await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID))
    assert server.connections == 1


async def test_cookies_of_a_response_are_readable_and_not_sent_back(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD, {"Set-Cookie": "sticky=1"}), reply(200, THREAD))
    client = variant.client(server)
    answer = await variant.do(client.threads.with_response.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID))
    assert dict(answer.response.cookies) == {"sticky": "1"}
    assert "cookie" not in server.requests[1].headers


async def test_after_a_stream_the_next_call_is_well(variant: Variant, server: Server) -> None:
    server.answer(events(frame(STARTED), then=Silence()), reply(200, THREAD))
    client = variant.client(server)
    async with variant.within(client.messages.stream(THREAD_ID, content="x")) as opened:
        await variant.next(opened)
        await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID))
    assert server.connections == 2


async def test_closing(variant: Variant, server: Server) -> None:
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


async def test_many_calls_at_a_time(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(server)
    if variant.name == "async":
        await asyncio.gather(*[client.threads.get(THREAD_ID) for _ in range(200)])
    else:
        with ThreadPoolExecutor(16) as pool:
            assert len(list(pool.map(client.threads.get, [THREAD_ID] * 200))) == 200
    assert len(server.requests) == 200


async def test_beyond_the_most_connections_calls_wait(
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


async def test_a_connection_that_the_server_closed_meanwhile_does_no_harm(variant: Variant, server: Server) -> None:
    server.answer(lambda connection: reply(200, TURN)(connection) and False)
    client = variant.client(server, max_retries=0)
    for _ in range(5):
        await variant.do(client.messages.send(THREAD_ID, content="x"))
        await until(lambda: server.open == 0)
    assert len(server.requests) == 5


def _get(client: Backboard) -> str:
    return client.threads.get(THREAD_ID).thread_id


async def test_a_client_survives_pickle_copy_and_a_process_pool(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(
        server, timeout=httpx.Timeout(3, connect=2), deadline=7, max_retries=5, headers={"X-Team": "a"}
    )
    await variant.do(client.threads.get(THREAD_ID))
    for twin in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
        assert repr(twin) == repr(client)
        assert twin.__getstate__() == client.__getstate__()
        await variant.do(twin.threads.get(THREAD_ID))
        await variant.end(twin)
    await variant.do(client.threads.get(THREAD_ID))
    assert {seen.headers["x-team"] for seen in server.requests} == {"a"}
    assert {seen.headers["x-api-key"] for seen in server.requests} == {KEY}
    if variant.name == "sync":
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            assert list(pool.map(_get, [client, client])) == [THREAD_ID] * 2


def test_a_client_with_a_transport_of_its_own_says_why_it_cannot_be_pickled(variant: Variant) -> None:
    with pytest.raises(TypeError, match="http_client of its own"):
        pickle.dumps(variant.mocked(lambda _: httpx.Response(200)))


@pytest.mark.parametrize("wrong", ["other half", "text"])
def test_an_http_client_of_the_wrong_kind_is_refused(variant: Variant, wrong: str) -> None:
    other: Any = "http://proxy"
    if wrong == "other half":
        other = httpx.HTTPTransport() if variant.name == "async" else httpx.AsyncHTTPTransport()
    with pytest.raises(TypeError, match="http_client must be"):
        variant.client_class(api_key=KEY, http_client=other)


async def test_a_client_of_httpx_keeps_its_headers_time_outs_hooks_and_stays_open(
    variant: Variant, server: Server
) -> None:
    seen: list[str] = []

    limits: list[float | None] = []

    def note(message: httpx.Request | httpx.Response) -> None:
        seen.append(type(message).__name__)
        if isinstance(message, httpx.Request):
            limits.append(message.extensions["timeout"].get("read"))

    async def note_async(message: httpx.Request | httpx.Response) -> None:
        note(message)

    hook = note_async if variant.name == "async" else note
    given = variant.http_class(
        headers={"X-Gateway": "g", "X-API-Key": "other"}, timeout=3, event_hooks={"request": [hook], "response": [hook]}
    )
    server.answer(reply(503, {}), reply(200, THREAD))
    client = variant.client(server, http_client=given)
    await variant.do(client.threads.get(THREAD_ID))
    await variant.end(client)
    assert seen == ["Request", "Response"] * 2
    assert server.requests[0].headers["x-gateway"] == "g"
    assert server.requests[0].headers["x-api-key"] == KEY
    assert limits == [3, 3]
    assert not given.is_closed
    await variant.do(given.aclose() if variant.name == "async" else given.close())


async def test_proxies_of_the_environment_are_heeded(
    variant: Variant, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{server.port}")
    server.answer(reply(200, THREAD))
    client = variant.client(base_url="http://api.example/api")
    await variant.do(client.threads.get(THREAD_ID))
    assert server.requests[0].target == f"http://api.example/api/threads/{THREAD_ID}"
    await variant.end(client)


async def test_options_change_a_copy_only(variant: Variant) -> None:
    sent: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, json=THREAD)

    client = variant.mocked(handler, timeout=30, deadline=None, headers={"X-A": "1"})
    changed = client.with_options(timeout=httpx.Timeout(5, read=9), headers={"X-B": "2"})
    for each in (client, changed, client):
        await variant.do(each.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID, timeout=None))
    assert [request.extensions["timeout"]["read"] for request in sent] == [30, 9, 30, None]
    assert [request.headers.get("x-b") for request in sent] == [None, "2", None, None]
    assert {request.headers["x-a"] for request in sent} == {"1"}
    assert type(changed) is type(client)
    assert changed.threads is not client.threads


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": "5"},
        {"timeout": True},
        {"timeout": float("nan")},
        {"deadline": 0},
        {"deadline": "1"},
        {"max_retries": -1},
        {"max_retries": 1.5},
        {"max_retries": None},
        {"max_retries": True},
    ],
)
async def test_options_that_are_none_are_refused(variant: Variant, options: dict[str, Any]) -> None:
    with pytest.raises((ValueError, TypeError), match=next(iter(options))):
        variant.client_class(api_key=KEY, **options)
    with pytest.raises((ValueError, TypeError), match=next(iter(options))):
        await variant.do(variant.client().threads.get(THREAD_ID, **options))


@pytest.mark.parametrize("seconds", [1e7, 1e10, float("inf")])
async def test_very_long_is_long(variant: Variant, server: Server, seconds: float) -> None:
    server.answer(reply(200, THREAD))
    client = variant.client(server, timeout=seconds, deadline=None)
    await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID, timeout=None, deadline=seconds))
    assert len(server.requests) == 2


async def test_time_outs_are_finite_by_default(variant: Variant) -> None:
    limits: list[dict[str, float | None]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        limits.append({phase: request.extensions["timeout"].get(phase) for phase in request.extensions["timeout"]})
        return httpx.Response(200, json=THREAD)

    await variant.do(variant.mocked(handler).threads.get(THREAD_ID))
    await variant.do(variant.mocked(handler, timeout=None).threads.get(THREAD_ID))
    assert limits[0] == {"connect": 10, "read": 120, "write": 120, "pool": 120}
    assert all(seconds is not None and 500 < seconds <= 600 for seconds in limits[1].values())


def test_first_async_call_imports_nothing_and_reads_no_certificates(server: Server) -> None:
    server.answer(reply(200, THREAD))
    code = f"""
import asyncio, ssl, sys
from backboard_threads import AsyncBackboard, APIError
client = AsyncBackboard(api_key="k", base_url="https://127.0.0.1:1/api", max_retries=0)
plain = AsyncBackboard(api_key="k", base_url={server.url!r})
late = []
ssl.SSLContext.load_verify_locations = lambda *arguments, **names: late.append("certificates")
async def main():
    before = set(sys.modules)
    await plain.threads.get("t")
    try:
        await client.threads.get("t")
    except APIError:
        pass
    late.extend(set(sys.modules) - before)
asyncio.run(main())
print(late)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_is_imported_when() -> None:
    """The sync client alone loads no async half, no models and no attrs."""
    code = (
        "import sys, httpx; before = set(sys.modules); from backboard_threads import Backboard; "
        "late = set(sys.modules) - before; print(*[name for name in late if '.models.' in name or '_async.' in name "
        "or name in ('attr', 'attrs', 'anyio', 'backboard_threads.asgi')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
