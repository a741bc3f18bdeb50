"""Every status that the document knows is reached, on every operation, by real means, and is what the document says.

The server is a real process. What an answer must be is read from the document: its schema, its headers, and, for an
error, the very text of one of its examples (ids apart).
"""

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.document import Node, Operation, document, operations, resolve, validator
from threads_server.local import LocalServer

KEY = "statuses"
NOBODY = "00000000-0000-4000-8000-000000000000"
CASES = [
    pytest.param(operation, status, id=f"{operation.id}-{status}")
    for operation in operations().values()
    for status in operation.responses
    if status not in ("429", "503")
]


@dataclass
class Request:
    """A request that fits the document, to be spoiled in one place."""

    path: dict[str, str]
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=lambda: {"X-API-Key": KEY})
    content: bytes | None = None

    def send(self, client: httpx.Client, operation: Operation) -> httpx.Response:
        headers = dict(self.headers)
        content = self.content
        if content is None and self.body is not None:
            content = json.dumps(self.body).encode()
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        return client.request(
            operation.method,
            operation.path.format_map({name: str(value) for name, value in self.path.items()}),
            params=self.query,
            content=content,
            headers=headers,
        )


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    database = tmp_path_factory.mktemp("statuses") / "threads.db"
    with LocalServer(database, api_key=KEY) as server, httpx.Client(base_url=server.url, timeout=30) as client:
        yield client


class World:
    """What a request needs to find, made through the same server."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def post(self, path: str, body: Any) -> Any:
        answer = self._client.post(path, json=body, headers={"X-API-Key": KEY})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def assistant(self) -> str:
        tool = {"function": {"name": "get_weather", "parameters": {"properties": {}}}}
        return str(self.post("/assistants", {"name": "Guide", "tools": [tool]})["assistant_id"])

    def thread(self) -> str:
        return str(self.post(f"/assistants/{self.assistant()}/threads", {})["thread_id"])

    def waiting(self) -> tuple[str, str, str]:
        """A thread whose run waits for a tool; the thread, the run and the call."""
        thread = self.thread()
        turn = self.post(f"/threads/{thread}/messages", {"content": "/call get_weather {}"})
        return thread, turn["run_id"], turn["tool_calls"][0]["id"]

    def request(self, operation: Operation) -> Request:
        """A request that the operation answers with 200."""
        names = {parameter["name"] for parameter in operation.parameters if parameter["in"] == "path"}
        match operation.id:
            case "submitToolOutputs":
                thread, run, call = self.waiting()
                return Request({"thread_id": thread, "run_id": run}, {"tool_outputs": outputs(call)})
            case "submitLatestToolOutputs":
                thread, _, call = self.waiting()
                return Request({}, {"thread_id": thread, "tool_outputs": outputs(call)})
            case "createAssistant":
                return Request({}, {"name": "Guide"})
            case "sendChatMessage":
                return Request({}, {"thread_id": self.thread(), "content": "My name is Ada."})
            case "sendMessage":
                return Request({"thread_id": self.thread()}, {"content": "My name is Ada."})
        path = {}
        if "assistant_id" in names:
            path["assistant_id"] = self.assistant()
        if "run_id" in names:
            path["thread_id"], path["run_id"], _ = self.waiting()
        elif "thread_id" in names:
            path["thread_id"] = self.thread()
        return Request(path, {} if operation.bodies else None)


def outputs(call: str) -> list[dict[str, str]]:
    return [{"tool_call_id": call, "output": "18 degrees, light rain"}]


def bad_request(request: Request, operation: Operation, world: World) -> None:
    request.content = b'{"name": '


def unauthorized(request: Request, operation: Operation, world: World) -> None:
    del request.headers["X-API-Key"]


def not_found(request: Request, operation: Operation, world: World) -> None:
    if "run_id" in request.path:
        request.path["run_id"] = "run_unknown"
    elif request.path:
        request.path = dict.fromkeys(request.path, NOBODY)
    else:
        request.body["thread_id"] = NOBODY


def key_conflict(request: Request, operation: Operation, world: World) -> None:
    """Uses a key for one request, then for another."""
    request.headers["Idempotency-Key"] = str(uuid.uuid4())
    assert request.send(world._client, operation).status_code == 200
    other = world.request(operation)
    request.path, request.body = other.path, other.body
    if operation.id == "createAssistant":
        request.body["name"] = "Another"


def too_large(request: Request, operation: Operation, world: World) -> None:
    limit = document()["x-body-limits"]["application/json"]
    request.content = b'{"name": "' + b"a" * limit + b'"}'


def unsupported(request: Request, operation: Operation, world: World) -> None:
    request.content = b"My name is Ada."
    request.headers["Content-Type"] = "text/plain"


def unprocessable(request: Request, operation: Operation, world: World) -> None:
    if operation.id in ("listAssistants", "listThreads", "listAssistantThreads"):
        request.query["limit"] = "201"
    elif request.path:
        first = next(iter(request.path))
        request.path[first] = "no-uuid"
    else:
        request.body = {"thread_id": 1}


def changed(request: Request, operation: Operation, world: World) -> None:
    request.headers["If-Match"] = '"999"'


def not_modified(request: Request, operation: Operation, world: World) -> None:
    request.headers["If-None-Match"] = request.send(world._client, operation).headers["ETag"]


SPOILED: dict[str, Callable[[Request, Operation, World], None]] = {
    "200": lambda request, operation, world: None,
    "304": not_modified,
    "400": bad_request,
    "401": unauthorized,
    "404": not_found,
    "409": key_conflict,
    "412": changed,
    "413": too_large,
    "415": unsupported,
    "422": unprocessable,
}


@pytest.mark.parametrize(("operation", "status"), CASES)
def test_status_is_reached_and_is_what_the_document_says(
    client: httpx.Client, operation: Operation, status: str
) -> None:
    world = World(client)
    request = world.request(operation)
    SPOILED[status](request, operation, world)
    answer = request.send(client, operation)
    assert answer.status_code == int(status), answer.text[:300]
    hold(answer, operation.responses[status])


def test_too_many_requests(tmp_path: Path) -> None:
    with (
        LocalServer(tmp_path / "threads.db", api_key=KEY, arguments=["--rate-limit", "1"]) as server,
        httpx.Client(base_url=server.url, headers={"X-API-Key": KEY}) as client,
    ):
        for operation in operations().values():
            path = re.sub(r"\{\w+\}", NOBODY, operation.path)
            for _ in range(20):
                answer = client.request(operation.method, path)
                if answer.status_code == 429:
                    break
            assert answer.status_code == 429, operation.id
            hold(answer, operation.responses["429"])


def hold(answer: httpx.Response, response: Node) -> None:
    """Holds an answer against its description: headers, media type, schema, and the words of an error."""
    for name, header in response.get("headers", {}).items():
        header = resolve(header)
        if name in answer.headers:
            value: Any = answer.headers[name]
            if resolve(header["schema"])["type"] == "integer":
                value = int(value)
            assert validator(header["schema"]).is_valid(value), f"{name}: {value}"
        else:
            assert not header.get("required"), f"{name} is missing"
    if "content" not in response:
        assert answer.content == b""
        return
    media_type = answer.headers["Content-Type"].split(";")[0]
    assert media_type in response["content"]
    if media_type == "text/event-stream":
        assert "run_ended" in answer.text or "tool_submit_required" in answer.text
        return
    media = response["content"][media_type]
    assert [error.message for error in validator(media["schema"]).iter_errors(answer.json())] == []
    if answer.status_code >= 400:
        said = in_general(answer.json()["detail"])
        examples = [in_general(resolve(one)["value"]["detail"]) for one in media["examples"].values()]
        if answer.status_code != 422:
            assert said in examples


def in_general(detail: Any) -> Any:
    """A text without the ids and the media types in it, which are those of the request."""
    if not isinstance(detail, str):
        return detail
    return re.sub(r"; use .*", "; use …", re.sub(r"run_[\w-]+", "run_…", detail))


def test_every_example_of_a_conflict_is_what_the_server_says(tmp_path: Path) -> None:
    with (
        LocalServer(tmp_path / "threads.db", api_key=KEY, arguments=["--busy-wait", "0"]) as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        world = World(client)
        send, submit = operations()["sendMessage"], operations()["submitToolOutputs"]
        waiting, run, _ = world.waiting()
        hold(Request({"thread_id": waiting}, {"content": "Hello?"}).send(client, send), send.responses["409"])

        unknown = Request({"thread_id": waiting, "run_id": run}, {"tool_outputs": outputs("call_2")})
        hold(unknown.send(client, submit), submit.responses["400"])

        busy = world.thread()
        slow = {"content": "/slow 20 one moment", "stream": True}
        with client.stream("POST", f"/threads/{busy}/messages", json=slow, headers={"X-API-Key": KEY}) as stream:
            next(stream.iter_lines())
            hold(Request({"thread_id": busy}, {"content": "Hello?"}).send(client, send), send.responses["409"])

        turn = world.post(f"/threads/{world.thread()}/messages", {"content": "My name is Ada."})
        late = Request({"thread_id": turn["thread_id"], "run_id": turn["run_id"]}, {"tool_outputs": outputs("call_1")})
        hold(late.send(client, submit), submit.responses["409"])


def test_the_example_of_a_limit_is_what_the_server_says(client: httpx.Client) -> None:
    answer = client.get("/threads", params={"limit": 201}, headers={"X-API-Key": KEY})
    assert answer.json() == document()["components"]["examples"]["LimitTooLarge"]["value"]
