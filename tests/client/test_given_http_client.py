"""An httpx client or transport of the caller's: what it was made with holds as httpx would have it."""

import asyncio
import gc
import warnings
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backboard_threads import APIConnectionError, APITimeoutError, AsyncBackboard
from tests.support.client_variants import KEY, THREAD, THREAD_ID, TURN, Variant
from tests.support.scripted_server import Server, Silence, reply


class Recorder:
    """Handler that answers with a thread, and records requests and keys."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.keys: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.keys.append(request.headers["x-api-key"])
        return httpx.Response(200, json=THREAD)


def given(variant: Variant, recorder: Recorder, **options: Any) -> Any:
    http_client = variant.http_class(transport=httpx.MockTransport(recorder), **options)
    return variant.client(base_url="http://server/api", http_client=http_client)


async def test_headers_cookies_and_params_of_the_client_are_sent(variant: Variant) -> None:
    recorder = Recorder()
    client = given(
        variant,
        recorder,
        headers={"User-Agent": "my-app/9", "Accept-Encoding": "identity", "Connection": "close", "X-API-Key": "other"},
        cookies={"sticky": "1"},
        params={"api-version": "7"},
        auth=("user", "password"),
    )
    await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.request("GET", "/x", query={"limit": 3, "api-version": 8}))
    request = recorder.requests[0]
    expected = {"user-agent": "my-app/9", "accept-encoding": "identity", "connection": "close", "cookie": "sticky=1"}
    assert {name: request.headers[name] for name in expected} == expected
    assert recorder.keys == [KEY, KEY]
    assert request.headers["authorization"].startswith("Basic ")
    assert dict(request.url.params) == {"api-version": "7"}
    assert dict(recorder.requests[1].url.params) == {"limit": "3", "api-version": "8"}


async def test_user_agent_is_ours_where_the_client_has_none_of_its_own(variant: Variant) -> None:
    recorder = Recorder()
    await variant.do(given(variant, recorder).threads.get(THREAD_ID))
    assert recorder.requests[0].headers["user-agent"].startswith("backboard-threads/")


@pytest.mark.parametrize("options", [{"timeout": httpx.Timeout(5.0)}, {}, {"timeout": 7}])
async def test_time_out_of_the_client_holds(variant: Variant, options: dict[str, Any]) -> None:
    recorder = Recorder()
    client = given(variant, recorder, **options)
    await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID, timeout=3))
    limits = [request.extensions["timeout"].get("read") for request in recorder.requests]
    assert limits == [options.get("timeout", 5.0) if options.get("timeout") == 7 else 5.0, 3]


async def test_error_says_whose_time_out_it_was(variant: Variant, server: Server) -> None:
    server.answer(Silence())
    http_client = variant.http_class(timeout=0.2)
    client = variant.client(server, http_client=http_client, max_retries=0)
    with pytest.raises(APITimeoutError, match="a time-out of the given http_client"):
        await variant.do(client.threads.get(THREAD_ID))
    with pytest.raises(APITimeoutError) as caught:
        await variant.do(client.threads.get(THREAD_ID, timeout=0.1))
    assert "http_client" not in str(caught.value)
    await variant.end(http_client)


async def test_hooks_and_transports_read_the_content(variant: Variant) -> None:
    seen: list[bytes] = []

    def note(request: httpx.Request) -> None:
        seen.append(request.content)

    async def note_async(request: httpx.Request) -> None:
        note(request)

    class Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request.content)
            return httpx.Response(200, json=TURN)

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            return self.handle_request(request)

    hook = note_async if variant.name == "async" else note
    http_client = variant.http_class(transport=Transport(), event_hooks={"request": [hook]})
    for one in (http_client, Transport()):
        client = variant.client(base_url="http://server/api", http_client=one)
        await variant.do(client.messages.chat(content="x"))
        await variant.do(client.messages.send(THREAD_ID, content="x", files=[("a", b"b")]))
    assert [b'{"content":"x"}' in content for content in seen] == [True, True, False, False, True, False]
    assert all(content for content in seen)


@pytest.mark.parametrize("is_given", [False, True])
async def test_elapsed_is_known(variant: Variant, server: Server, is_given: bool) -> None:
    server.answer(reply(200, THREAD))
    http_client = variant.http_class() if is_given else None
    answer = await variant.do(variant.client(server, http_client=http_client).threads.with_response.get(THREAD_ID))
    assert answer.response.elapsed > timedelta(0)
    if http_client is not None:
        await variant.end(http_client)


def test_second_event_loop_is_our_error(server: Server) -> None:
    server.answer(reply(200, THREAD))

    def use_in_two_loops() -> None:
        client = AsyncBackboard(api_key=KEY, base_url=server.url, http_client=httpx.AsyncClient())

        async def call() -> None:
            await client.threads.get(THREAD_ID)

        asyncio.run(call())
        with pytest.raises(APIConnectionError, match="the given http_client belongs to another event loop"):
            asyncio.run(call())

    use_in_two_loops()
    with warnings.catch_warnings():  # httpx's client leaves the connection of the first loop open
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
