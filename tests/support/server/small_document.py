"""A small document with its operations, to test the HTTP side of the server without the threads behind it."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from typing import Any
from unittest.mock import Mock

import httpx
from uvicorn.server import ServerState

from threads_server.errors import HTTPError
from threads_server.http.app import App
from threads_server.http.authentication import digest
from threads_server.http.responses import Event, EventStream, Response
from threads_server.openapi import Contract, Document, ValidatedRequest
from threads_server.server import Server, listen, uvicorn_config
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable

KEY = "small-key"
UUID = "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e"

DOCUMENT = b"""
openapi: 3.1.0
info: {title: Small, version: 1.2.3}
servers: [{url: https://example.org/api}, {url: 'http://127.0.0.1:8000/api'}]
security: [{Key: []}]
x-body-limits: {application/json: 1000, application/x-www-form-urlencoded: 1000, multipart/form-data: 4000}
x-reference-server:
  json-levels: 100
  json-values: 100000
  form-fields: 1000
  query-fields: 1000
  head-bytes: 65536
paths:
  /things:
    get:
      operationId: listThings
      tags: [things]
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 200, default: 100}}
        - {name: wide, in: query, schema: {type: boolean, default: true}}
        - {name: name, in: query, schema: {type: string, minLength: 1}}
        - {name: ratio, in: query, schema: {type: number}}
        - {name: owner, in: query, schema: {type: string, format: uuid}}
      responses: {'200': {$ref: '#/components/responses/Done'}}
    post:
      operationId: createThing
      tags: [things]
      parameters: [{name: Idempotency-Key, in: header, schema: {type: string, maxLength: 10}}]
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: '#/components/schemas/NewThing'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/ThingForm'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/ThingUpload'}}
      responses: {'200': {$ref: '#/components/responses/Done'}}
  /things/search:
    post:
      operationId: searchThings
      tags: [things]
      requestBody: {content: {application/json: {schema: {type: object, properties: {text: {type: string}}}}}}
      responses: {'200': {$ref: '#/components/responses/Done'}}
  /things/{thing_id}:
    parameters: [{name: thing_id, in: path, required: true, schema: {$ref: '#/components/schemas/Id'}}]
    get:
      operationId: getThing
      tags: [things]
      responses: {'200': {$ref: '#/components/responses/Done'}}
    delete:
      operationId: deleteThing
      tags: [things]
      responses: {'200': {$ref: '#/components/responses/Done'}}
  /things/{thing_id}/parts/{part}:
    parameters:
      - {name: thing_id, in: path, required: true, schema: {$ref: '#/components/schemas/Id'}}
      - {name: part, in: path, required: true, schema: {type: string, maxLength: 20}}
    post:
      operationId: touchPart
      tags: [parts]
      responses: {'200': {$ref: '#/components/responses/Done'}}
  /things/{thing_id}/events:
    parameters: [{name: thing_id, in: path, required: true, schema: {$ref: '#/components/schemas/Id'}}]
    get:
      operationId: watchThing
      tags: [things]
      responses: {'200': {description: events, content: {text/event-stream: {schema: {type: object}}}}}
components:
  securitySchemes: {Key: {type: apiKey, in: header, name: X-API-Key}}
  responses:
    Done:
      description: done
      headers:
        X-Request-ID: {required: true, schema: {type: string, maxLength: 40}}
        ETag: {schema: {type: string}}
  schemas:
    Id: {type: string, format: uuid}
    Common:
      type: object
      properties:
        owner: {type: string, format: uuid}
        size: {type: [integer, 'null'], minimum: 1, maximum: 100}
        stream: {type: boolean, default: false}
        ask:
          anyOf: [{type: boolean}, {type: string, enum: ['true', 'false']}]
    Tools:
      type: [array, 'null']
      maxItems: 3
      items:
        type: object
        required: [function]
        properties:
          function:
            type: object
            required: [name, parameters]
            properties: {name: {type: string, minLength: 1}, parameters: {type: object}}
    NewThing:
      allOf:
        - $ref: '#/components/schemas/Common'
        - type: object
          required: [name]
          properties:
            name: {type: string, minLength: 1, maxLength: 20}
            tools: {$ref: '#/components/schemas/Tools'}
            metadata: {oneOf: [{type: object}, {type: 'null'}]}
    JsonArrayText: {type: string, maxLength: 200, format: json-array, contentMediaType: application/json}
    FormFields:
      allOf:
        - $ref: '#/components/schemas/Common'
        - type: object
          properties:
            name: {type: string, minLength: 1, maxLength: 20}
            tools: {$ref: '#/components/schemas/JsonArrayText', contentSchema: {$ref: '#/components/schemas/Tools'}}
            metadata:
              {type: string, format: json-object, contentMediaType: application/json, contentSchema: {type: object}}
    ThingForm: {allOf: [{$ref: '#/components/schemas/FormFields'}, {type: object, required: [name]}]}
    ThingUpload:
      allOf:
        - $ref: '#/components/schemas/FormFields'
        - type: object
          properties:
            picture: {type: string, format: binary}
            files: {type: array, maxItems: 2, items: {type: string, format: binary}}
      anyOf:
        - {required: [name]}
        - {required: [files], properties: {files: {minItems: 1}}}
"""


# the same with room for large bodies
ROOMY = DOCUMENT.replace(b": 1000,", b": 10000000,").replace(b"form-data: 4000", b"form-data: 1000000")


class SmallStore:
    """The store's part that the HTTP side uses, with one key in memory."""

    def __init__(self) -> None:
        self.keys = {digest(KEY.encode()): "small-account"}
        self.available = True

    async def find_key(self, key: bytes) -> str | None:
        if not self.available:
            raise StoreUnavailable("The store cannot be reached")
        return self.keys.get(key)

    async def note_key_uses(self, uses: Mapping[bytes, int]) -> None:
        if not self.available:
            raise StoreUnavailable("The store cannot be reached")

    async def ping(self) -> None:
        if not self.available:
            raise StoreUnavailable("The store cannot be reached")


class SmallServices:
    """Stand-in for the server's services."""

    def __init__(self) -> None:
        self.store = SmallStore()
        self.closed = False
        self.runs_ended = False

    async def end_runs(self) -> None:
        self.runs_ended = True

    async def close(self) -> None:
        self.closed = True


async def tell(request: ValidatedRequest, services: Any) -> Response:
    """Answer with the request as the operation received it."""
    seen = {
        "id": request.operation.id,
        "account": request.account,
        "path": request.path,
        "query": request.query,
        "headers": request.headers,
        "body": request.body,
        "files": {
            name: [[file.filename, file.content_type, file.data.decode("latin-1")] for file in files]
            for name, files in request.files.items()
        },
    }
    return Response(json.dumps(seen).encode(), headers={"ETag": '"1"'})


async def watch(request: ValidatedRequest, services: Any) -> EventStream:
    """Streams three events."""

    async def events() -> AsyncIterator[list[Event]]:
        yield [("1", b'{"type":"a"}'), (None, b'{"type":"b"}')]
        yield [("3", b'{"type":"c"}')]

    return EventStream(events())


Done = Callable[[ValidatedRequest, Any], Awaitable[Response | EventStream]]


def small_app(
    changes: Mapping[str, Done] | None = None,
    services: SmallServices | None = None,
    document: bytes = DOCUMENT,
    **settings: Any,
) -> App:
    """The small API as an application; `changes` are other functions for some operationIds."""
    contract = Contract(Document(document))
    functions: dict[str, Any] = dict.fromkeys(contract.endpoints, tell)
    functions["watchThing"] = watch
    functions |= changes or {}
    made = services or SmallServices()

    async def opened(_: Settings) -> Any:
        return made

    return App(contract, functions, Settings(**settings), opened)


@contextlib.asynccontextmanager
async def client_of(app: App, key: str | None = KEY) -> AsyncIterator[httpx.AsyncClient]:
    """A client that talks to an application in this process."""
    headers = {} if key is None else {"X-API-Key": key}
    async with app.opened():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://small/api", headers=headers) as client:
            yield client


@contextlib.contextmanager
def served(app: App, **settings: Any) -> Iterator[str]:
    """The base URL of an application behind a real socket; ended as a signal would end it."""
    listener = listen("127.0.0.1", 0)
    server = Server(Settings(**settings), app)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        while not server.started and thread.is_alive():
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    finally:
        server.should_exit = True
        thread.join()


def port_of(url: str) -> int:
    """The port in a base URL."""
    return int(url.split(":")[2].partition("/")[0])


async def refused(request: ValidatedRequest, services: Any) -> Response:
    """Reject every request."""
    raise HTTPError(409, "Busy", {"Retry-After": "2"})


async def post(body: Any, content_type: str | None = "application/json", path: str = "/things") -> httpx.Response:
    """The small API's answer to a body, as JSON unless it is bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": content_type} if content_type else {}
    async with client_of(small_app()) as client:
        return await client.post(path, content=raw, headers=headers)


def faults(response: httpx.Response) -> list[tuple[Any, ...]]:
    """The place and the type of every fault in a 422 answer."""
    assert response.status_code == 422, response.text
    detail = response.json()["detail"]
    assert all(set(entry) == {"loc", "msg", "type"} and entry["msg"] for entry in detail)
    return [(*entry["loc"], entry["type"]) for entry in detail]


class Wire:
    """A connection on fake transport and loop, whose timers a test fires."""

    def __init__(self, application: Any = None, **settings: Any) -> None:
        """`application` answers in the place of the small one, which is not open."""
        self.loop = Mock(asyncio.AbstractEventLoop)
        self.loop.time.return_value = self.set_at = 0.0
        self.loop.call_later.side_effect = self._set_timer
        self.transport = Mock(asyncio.Transport)
        self.transport.is_closing.return_value = False
        config = uvicorn_config(Settings(**settings), small_app())
        config.load()
        if application is not None:
            config.loaded_app = application
        create: Any = config.http_protocol_class
        self.protocol = create(config=config, server_state=ServerState(), app_state={}, _loop=self.loop)
        self.protocol.connection_made(self.transport)

    def _set_timer(self, delay: float, callback: Any) -> Mock:
        self.set_at = self.loop.time()
        self.timer = Mock(asyncio.TimerHandle)
        return self.timer

    @property
    def written(self) -> bytes:
        return b"".join(call[0][0] for call in self.transport.write.call_args_list)

    def fire(self) -> float:
        """Fire the last timer that was set, unless it is cancelled, and give its delay."""
        delay, callback = self.loop.call_later.call_args[0]
        self.loop.time.return_value = max(self.loop.time.return_value, self.set_at + delay)
        if not self.timer.cancel.called:
            callback()
        return float(delay)

    def drop_tasks(self) -> int:
        """How many requests were begun."""
        for call in self.loop.create_task.call_args_list:
            call[0][0].close()
        return len(self.loop.create_task.call_args_list)
