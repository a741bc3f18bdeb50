"""ASGI transports: an application in place of a server, for the sync and the async client."""

import asyncio
import json
import os
import threading
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backboard_threads import APIConnectionError, APITimeoutError
from backboard_threads.asgi import ASGITransport, AsyncASGITransport
from tests.support.client.sse_frames import NUMBERED, REPLY, TEXT
from tests.support.client.variants import KEY, THREAD, THREAD_ID, Variant, until
from threads_server.pytest_plugin import ThreadsApp


class App:
    """ASGI application with answers set by a test; it records its requests."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.lifespan: list[str] = []
        self.go_on = threading.Event()
        self.left = threading.Event()
        self.has_stayed = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while True:
                event = (await receive())["type"]
                self.lifespan.append(event)
                scope["state"]["started"] = True
                await send({"type": event + ".complete"})
                if event == "lifespan.shutdown":
                    return
        self.scopes.append(scope)
        message = await receive()
        self.bodies.append(message["body"])
        assert not message["more_body"]
        scope["state"]["seen"] = "seen" not in scope["state"]
        name = scope["path"].rsplit("/", 1)[-1]
        await getattr(self, name, self.thread)(receive, send)

    async def thread(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-request-id", b"r")]})
        await send({"type": "http.response.body", "body": json.dumps(THREAD).encode()})

    async def messages(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": NUMBERED[0], "more_body": True})
        await asyncio.to_thread(self.go_on.wait, 5)
        for frame in NUMBERED[1:]:
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def endless(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": NUMBERED[0], "more_body": True})
        assert (await receive())["type"] == "http.disconnect"
        self.left.set()

    async def unheeding(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        try:
            while True:
                await send({"type": "http.response.body", "body": NUMBERED[0], "more_body": True})
        except OSError:
            self.left.set()

    async def silent(self, receive: Any, send: Any) -> None:
        await self.gone(receive)
        await self.thread(receive, send)

    async def stalled(self, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": json.dumps(THREAD).encode(), "more_body": True})
        await self.gone(receive)
        await send({"type": "http.response.body"})

    async def gone(self, receive: Any) -> None:
        """Wait until the client is gone, or has stayed for so long that it hangs."""
        try:
            await asyncio.wait_for(receive(), 20)
        except TimeoutError:
            self.has_stayed = True
        self.left.set()

    async def broken(self, receive: Any, send: Any) -> None:
        raise RuntimeError("a fault of the application")


@asynccontextmanager
async def served(variant: Variant, app: Any, **options: Any) -> AsyncIterator[Any]:
    transport: Any = AsyncASGITransport(app) if variant.name == "async" else ASGITransport(app)
    async with variant.within(transport):
        yield variant.client(http_client=transport, base_url="http://app:81/api", **options)


async def test_asgi_transport_sends_calls_and_lifespan(variant: Variant) -> None:
    app = App()
    async with served(variant, app) as client:
        assert app.lifespan == ["lifespan.startup"]
        answer = await variant.do(client.threads.with_response.get("a b"))
        assert (answer.value.thread_id, answer.request_id) == (THREAD_ID, "r")
        await variant.do(client.request("POST", "/x?q=1", json={"a": 1}))
    assert app.lifespan == ["lifespan.startup", "lifespan.shutdown"]
    scope = app.scopes[0]
    assert [one["state"] for one in app.scopes] == [{"started": True, "seen": True}] * 2
    assert scope["state"] is not app.scopes[1]["state"]
    assert (scope["path"], scope["raw_path"]) == ("/api/threads/a b", b"/api/threads/a%20b")
    assert scope["server"] == ("app", 81)
    assert (b"x-api-key", KEY.encode()) in scope["headers"]
    assert app.scopes[1]["query_string"] == b"q=1"
    assert app.bodies == [b"", b'{"a":1}']


async def test_asgi_stream_delivers_events_as_they_are_sent(variant: Variant) -> None:
    app = App()
    async with served(variant, app) as client:
        async with variant.within(client.messages.stream(THREAD_ID, content="x")) as opened:
            assert (await variant.next(opened)).type == "run_started"
            app.go_on.set()
            assert len(await variant.all(opened)) == len(REPLY) - 1
        assert opened.text == TEXT


@pytest.mark.parametrize("how", ["endless", "unheeding"])
async def test_asgi_stream_left_early_disconnects(variant: Variant, how: str) -> None:
    app = App()
    vars(app)["messages"] = getattr(app, how)
    async with served(variant, app) as client:
        async with variant.within(client.messages.stream(THREAD_ID, content="x")) as opened:
            await variant.next(opened)
        assert app.left.is_set()


@pytest.mark.parametrize("limit", ["timeout", "deadline"])
@pytest.mark.parametrize("how", ["silent", "stalled"])
async def test_asgi_answer_that_does_not_come_in_time_raises(variant: Variant, how: str, limit: str) -> None:
    app = App()
    async with served(variant, app, max_retries=0, **{"timeout": 1000.0, limit: 0.1}) as client:
        with pytest.raises(APITimeoutError):
            await variant.do(client.threads.get(how))
        await until(app.left.is_set)
        assert not app.has_stayed


async def test_asgi_application_error_is_a_connection_error(variant: Variant) -> None:
    app = App()
    async with served(variant, app) as client:
        with pytest.raises(APIConnectionError, match="a fault of the application"):
            await variant.do(client.threads.get("broken"))
        assert (await variant.do(client.threads.get("fine"))).thread_id == THREAD_ID


@pytest.mark.parametrize("how", ["returns", "raises"])
async def test_asgi_application_that_ends_before_its_answer_is_a_connection_error(variant: Variant, how: str) -> None:
    body = json.dumps(THREAD).encode()
    messages = [
        {"type": "http.response.start", "status": 200, "headers": []},
        *({"type": "http.response.body", "body": piece, "more_body": True} for piece in (b"", body, b"\n")),
        {"type": "http.response.body"},
    ]

    given: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in given:
            await send(message)
        if how == "raises":
            raise RuntimeError

    async with served(variant, app, max_retries=0) as client:  # it knows of no start and stop either
        for message in messages:
            with pytest.raises(APIConnectionError, match="the application stopped"):
                await variant.do(client.threads.get(THREAD_ID))
            given.append(message)
        assert (await variant.do(client.threads.get(THREAD_ID))).thread_id == THREAD_ID
        given.clear()


async def test_asgi_reference_server_answers_in_process(variant: Variant, backboard_threads_app: ThreadsApp) -> None:
    from threads_server.http.app import create_app
    from threads_server.settings import Settings

    app = create_app(Settings(database=str(backboard_threads_app.database), api_key=backboard_threads_app.api_key))
    async with served(variant, app, api_key=backboard_threads_app.api_key) as client:
        assistant = await variant.do(client.assistants.create(name="Guide"))
        thread = await variant.do(client.threads.create(assistant.assistant_id))
        turn = await variant.do(client.messages.send(thread.thread_id, content="/say Hello"))
        assert turn.content == "Hello"
        opened = client.messages.stream(thread.thread_id, content="/say Hello again")
        await variant.read(opened)
        assert opened.text == "Hello again"
        assert len((await variant.do(client.threads.get(thread.thread_id))).messages) == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_asgi_sync_transport_in_a_forked_child_raises() -> None:
    variant = Variant("sync")
    with ASGITransport(App()) as transport:
        client = variant.client(http_client=transport, base_url="http://app/api", max_retries=0)
        client.threads.get("t")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # from 3.12 on a fork with threads warns
            child = os.fork()
        if child == 0:
            code = 1
            try:
                client.threads.get("t")
            except APIConnectionError as error:
                code = 0 if "fork" in str(error) else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
