"""The server in this process, without a socket, and a client of it."""

import asyncio
import contextlib
import functools
import json
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from backboard_threads import AsyncASGITransport
from threads_server.http.app import App
from threads_server.http.authentication import digest
from threads_server.openapi import Contract
from threads_server.operations.binding import bind
from threads_server.operations.services import Services
from threads_server.responders import Responder
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable
from threads_server.store.backends.sqlite_file import MODE, DatabaseFile

KEY = "key-of-default"


@functools.cache
def contract() -> Contract:
    return Contract.read()


@functools.cache
def operations() -> Mapping[str, Any]:
    return bind(contract())


class Api:
    """A client of one account, and the services behind it."""

    def __init__(
        self, http: httpx.AsyncClient, services: Services, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.http = http
        self.services = services
        self._transport = transport

    def client(self, key: str) -> httpx.AsyncClient:
        """A client with another key."""
        return client(str(self.http.base_url), key, self._transport)

    async def assistant(self, **fields: Any) -> str:
        answer = await self.http.post("/assistants", json={"name": "Guide", **fields})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["assistant_id"])

    async def thread(self, assistant_id: str | None = None) -> str:
        answer = await self.http.post(f"/assistants/{assistant_id or await self.assistant()}/threads", json={})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["thread_id"])

    async def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(path, json=body, headers=named)

    async def send(self, thread_id: str, content: str, *, key: str | None = None, **fields: Any) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.http.post(
            f"/threads/{thread_id}/messages", json={"content": content, **fields}, headers=headers
        )

    async def turn(self, thread_id: str, content: str, **fields: Any) -> dict[str, Any]:
        answer = await self.send(thread_id, content, **fields)
        assert answer.status_code == 200, answer.text
        turn: dict[str, Any] = answer.json()
        return turn

    async def outputs(
        self, thread_id: str, run_id: str, outputs: Mapping[str, str], *, stream: bool = False, **fields: Any
    ) -> httpx.Response:
        given = [{"tool_call_id": call, "output": output} for call, output in outputs.items()]
        return await self.http.post(
            f"/threads/{thread_id}/runs/{run_id}/submit-tool-outputs",
            params={"stream": stream},
            json={"tool_outputs": given, **fields},
        )

    async def cancel(self, thread_id: str, run_id: str, **headers: str) -> httpx.Response:
        return await self.post(f"/threads/{thread_id}/runs/{run_id}/cancel", None, **headers)

    async def get(self, thread_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/threads/{thread_id}")
        assert answer.status_code == 200, answer.text
        thread: dict[str, Any] = answer.json()
        return thread

    async def history(self, thread_id: str) -> list[tuple[str, str]]:
        return [(message["role"], message["content"]) for message in (await self.get(thread_id))["messages"]]

    @contextlib.asynccontextmanager
    async def stream(self, thread_id: str, content: str, **fields: Any) -> AsyncIterator["Events"]:
        key = fields.pop("key", None)
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"content": content, "stream": True, **fields}
        async with self.http.stream("POST", f"/threads/{thread_id}/messages", json=body, headers=headers) as response:
            yield Events(response)

    @contextlib.asynccontextmanager
    async def events(self, thread_id: str, run_id: str, after: str | None = None) -> AsyncIterator["Events"]:
        headers = {} if after is None else {"Last-Event-ID": after}
        async with self.http.stream("GET", f"/threads/{thread_id}/runs/{run_id}/events", headers=headers) as response:
            yield Events(response)


class Event(dict[str, Any]):
    """An event, and its id on the wire."""

    id: str | None = None


class Events:
    """A stream of events, one by one."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> Event:
        assert self.response.status_code == 200, "a refusal is no stream"
        number = None
        async for line in self._lines:
            if line.startswith("id: "):
                number = line.removeprefix("id: ")
            if line.startswith("data: "):
                event = Event(json.loads(line.removeprefix("data: ")))
                event.id = number
                return event
        raise StopAsyncIteration

    async def until(self, kind: str) -> list[Event]:
        events = []
        while not events or events[-1]["type"] != kind:
            events.append(await self.next())
        return events

    async def rest(self) -> list[Event]:
        events = []
        with contextlib.suppress(StopAsyncIteration):
            while True:
                events.append(await self.next())
        return events


def text_of(events: list[Event]) -> str:
    return "".join(event["content"] for event in events if event["type"] == "content_streaming")


def unconfirm(api: Api, transaction: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Leave the next transaction of a kind unconfirmed, as when the connection to the database breaks with its commit.

    The event is set once it is committed.
    """
    store, done = api.services.store, asyncio.Event()
    write = store.write

    async def unconfirmed(doing: Any, *args: Any, **kwargs: Any) -> Any:
        result = await write(doing, *args, **kwargs)
        if doing is transaction and not done.is_set():
            done.set()
            raise StoreUnavailable("The store cannot be reached: nobody knows what it did")
        return result

    monkeypatch.setattr(store, "write", unconfirmed)
    return done


@functools.cache
def _tables() -> bytes:
    """An SQLite database with nothing but its tables: to make them takes longer than most tests."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "threads.db"
        file, writer = DatabaseFile.open(path, serving=True, any_version=False)
        writer.close()
        file.close()
        return path.read_bytes()


def app_on(database: Path | str, opened: list[Services], **settings: Any) -> App:
    """The application on a database; the services that it opens are put into `opened`.

    `responder` can also be an instance.
    """
    if not str(database).startswith("postgresql:") and not (path := Path(database)).exists():
        path.touch(MODE)
        path.write_bytes(_tables())
    own = settings.pop("responder") if isinstance(settings.get("responder"), Responder) else None

    async def open_services(settings: Settings) -> Services:
        opened.append(await Services.open(settings, contract(), own))
        return opened[-1]

    return App(contract(), operations(), Settings(database=str(database), api_key=KEY, **settings), open_services)


class _Requests(AsyncASGITransport):
    """Requests to an application that others open and close."""

    async def __aenter__(self) -> Self:
        return self

    async def aclose(self) -> None:
        pass


@contextlib.asynccontextmanager
async def serving(database: Path | str, **settings: Any) -> AsyncIterator[Api]:
    """The server on a database, until it is left; then it ends as it does on a signal."""
    opened: list[Services] = []
    app = app_on(database, opened, **settings)
    async with app.opened():
        transport = _Requests(app)
        try:
            async with client("http://threads/api", KEY, transport) as http:
                yield Api(http, opened[0], transport)
        finally:
            await app.drain()


def client(url: str, key: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """`verify=False` reads no certificates: nothing here speaks TLS."""
    options: dict[str, Any] = {"limits": httpx.Limits(max_connections=None), "verify": False, "timeout": 600}
    return httpx.AsyncClient(base_url=url, headers={"X-API-Key": key}, transport=transport, **options)


@contextlib.asynccontextmanager
async def another_account(api: Api) -> AsyncIterator[Api]:
    """A client of another account of the same server."""
    key = f"key-{id(api)}"
    await api.services.store.add_key(key, digest(key.encode()), None)
    async with api.client(key) as http:
        yield Api(http, api.services)
