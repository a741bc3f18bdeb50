"""Each operation called through the client, by the names that the generator gave it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anyio
import httpx

from backboard_threads import AsyncBackboard, Backboard
from tests.support.generator import source
from tools.document import Operation, merged

ROOT = Path(__file__).parents[3]
NAMES = source.NAMES.operations
METHODS = {name: f"{one.resource}.{one.method}" for name, one in NAMES.items() if one.method}
ITERATED = {name: f"{one.resource}.{one.iterate}" for name, one in NAMES.items() if one.iterate}
STREAMED = {name: f"{one.resource}.{one.stream}" for name, one in NAMES.items() if one.stream}
HALVES = ("sync", "async")
ADDRESS = "http://service.example/api"

Handler = Callable[[httpx.Request], httpx.Response]


@dataclass(slots=True)
class Request:
    """A request to make: parameters by their names on the wire, a body's fields as JSON has them, files as bytes."""

    operation: Operation
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str | None = None
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[tuple[str, bytes]]] = field(default_factory=dict)


def say(
    request: Request,
    handler: Handler,
    *,
    half: str = "sync",
    streamed: bool = False,
    headers: dict[str, str] | None = None,
) -> Any:
    """Make the call through a client with `headers`, on a transport that answers with `handler`.

    Returns what the method returns; for a stream, the list of its events. Raises what the client raises.
    """
    name = (STREAMED if streamed else METHODS)[request.operation.id]
    if half == "sync":
        with Backboard(
            api_key="key",
            base_url=ADDRESS,
            max_retries=0,
            raise_on_failed_run=False,
            http_client=httpx.MockTransport(handler),
            headers=headers,
        ) as client:
            made = called(client, name, request)
            return list(_events(made)) if streamed else made

    async def run() -> Any:
        async with AsyncBackboard(
            api_key="key",
            base_url=ADDRESS,
            max_retries=0,
            raise_on_failed_run=False,
            http_client=httpx.MockTransport(handler),
            headers=headers,
        ) as client:
            made = called(client, name, request)
            return [event async for event in _async_events(made)] if streamed else await _awaited(made)

    return anyio.run(run)


def _events(stream: Any) -> Iterator[Any]:
    with stream as events:
        yield from events


async def _async_events(stream: Any) -> AsyncIterator[Any]:
    async with stream as events:
        async for event in events:
            yield event


async def _awaited(call: Awaitable[Any]) -> Any:
    return await call


def called(client: Backboard | AsyncBackboard, name: str, request: Request) -> Any:
    resource, verb = name.split(".")
    path = [request.path[one] for one in re.findall(r"{(\w+)}", request.operation.path)]
    return getattr(getattr(client, resource), verb)(*path, **arguments(request))


def arguments(request: Request) -> dict[str, Any]:
    """The keyword arguments: headers in Python's spelling, single files alone, the media type if there is a choice."""
    said = {name.lower().replace("-", "_"): value for name, value in request.headers.items()}
    said |= request.query | request.body
    for name, files in request.files.items():
        schema = request.operation.bodies["multipart/form-data"]["schema"]
        said[name] = files if is_list(schema, name) else files[0]
    if request.media_type is not None and len(request.operation.bodies) > 1:
        said["media_type"] = request.media_type
    return said


def is_list(schema: dict[str, Any], name: str) -> bool:
    return bool(merged(merged(schema)["properties"][name]).get("type") == "array")


EXAMPLE_IDS = {
    "assistant_id": "8f14e45f-ceea-467f-a9c1-1d2b0b2f5b11",
    "thread_id": "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e",
    "run_id": "run_1",
}
NEEDED = {
    "createAssistant": {"name": "Guide"},
    "sendMessage": {"content": "Hello"},
    "sendChatMessage": {"content": "Hello"},
    "submitToolOutputs": {"tool_outputs": [{"tool_call_id": "call_1", "output": "18"}]},
    "submitLatestToolOutputs": {
        "thread_id": EXAMPLE_IDS["thread_id"],
        "tool_outputs": [{"tool_call_id": "call_1", "output": "18"}],
    },
}


def plain_request(operation: Operation) -> Request:
    """A request with what must be in it."""
    path = {one["name"]: EXAMPLE_IDS[one["name"]] for one in operation.parameters if one["in"] == "path"}
    return Request(operation, path, body=dict(NEEDED.get(operation.id, {})))
