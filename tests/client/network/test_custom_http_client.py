"""`http_client`: the caller's httpx client or transport works as httpx would have it."""

import asyncio
import gc
import warnings
from datetime import timedelta
from typing import Any

import httpx
import pytest

from backboard_threads import APIConnectionError, APITimeoutError, AsyncBackboard
from tests.support.client.scripted_server import Server, Silence, reply
from tests.support.client.variants import KEY, THREAD, THREAD_ID, TURN, Variant


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


async def test_headers_cookies_and_params_of_http_client_are_sent(variant: Variant) -> None:
    recorder = Recorder()
    expected = {"user-agent": "my-app/9", "accept-encoding": "identity", "connection": "close", "host": "threads.local"}
    client = given(
        variant,
        recorder,
        headers={**expected, "X-API-Key": "other"},
        cookies={"sticky": "1"},
        params={"api-version": "7"},
        auth=("user", "password"),
    )
    await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.request("GET", "/x", query={"limit": 3, "api-version": 8}))
    request = recorder.requests[0]
    assert {name: request.headers[name] for name in expected} == expected
    assert request.headers["cookie"] == "sticky=1"
    assert recorder.keys == [KEY, KEY]
    assert request.headers["authorization"].startswith("Basic ")
    assert dict(request.url.params) == {"api-version": "7"}
    assert dict(recorder.requests[1].url.params) == {"limit": "3", "api-version": "8"}


async def test_user_agent_is_ours_if_http_client_sets_none(variant: Variant) -> None:
    recorder = Recorder()
    await variant.do(given(variant, recorder).threads.get(THREAD_ID))
    assert recorder.requests[0].headers["user-agent"].startswith("backboard-threads/")


@pytest.mark.parametrize("options", [{"timeout": httpx.Timeout(5.0)}, {}, {"timeout": 7}])
async def test_timeout_of_http_client_applies(variant: Variant, options: dict[str, Any]) -> None:
    recorder = Recorder()
    client = given(variant, recorder, **options)
    await variant.do(client.threads.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID, timeout=3))
    limits = [request.extensions["timeout"].get("read") for request in recorder.requests]
    assert limits == [options.get("timeout", 5.0) if options.get("timeout") == 7 else 5.0, 3]


async def test_timeout_error_names_its_source(variant: Variant, server: Server) -> None:
    server.answer(Silence())
    http_client = variant.http_class(timeout=0.2)
    client = variant.client(server, http_client=http_client, max_retries=0)
    with pytest.raises(APITimeoutError, match="a time-out of the given http_client"):
        await variant.do(client.threads.get(THREAD_ID))
    with pytest.raises(APITimeoutError) as caught:
        await variant.do(client.threads.get(THREAD_ID, timeout=0.1))
    assert "http_client" not in str(caught.value)
    await variant.end(http_client)


async def test_hooks_and_transports_can_read_the_content(variant: Variant) -> None:
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
async def test_elapsed_is_set(variant: Variant, server: Server, is_given: bool) -> None:
    server.answer(reply(200, THREAD))
    http_client = variant.http_class() if is_given else None
    answer = await variant.do(variant.client(server, http_client=http_client).threads.with_response.get(THREAD_ID))
    assert answer.response.elapsed > timedelta(0)
    if http_client is not None:
        await variant.end(http_client)


def test_http_client_in_a_second_event_loop_raises_api_connection_error(server: Server) -> None:
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


async def test_cookies_of_a_response_are_readable_and_not_sent_back(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD, {"Set-Cookie": "sticky=1"}), reply(200, THREAD))
    client = variant.client(server)
    answer = await variant.do(client.threads.with_response.get(THREAD_ID))
    await variant.do(client.threads.get(THREAD_ID))
    assert dict(answer.response.cookies) == {"sticky": "1"}
    assert "cookie" not in server.requests[1].headers


@pytest.mark.parametrize("wrong", ["other half", "text"])
def test_http_client_of_the_wrong_kind_is_refused(variant: Variant, wrong: str) -> None:
    other: Any = "http://proxy"
    if wrong == "other half":
        other = httpx.HTTPTransport() if variant.name == "async" else httpx.AsyncHTTPTransport()
    with pytest.raises(TypeError, match="http_client must be"):
        variant.client_class(api_key=KEY, http_client=other)


async def test_http_client_keeps_headers_timeouts_and_hooks_and_stays_open(variant: Variant, server: Server) -> None:
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
