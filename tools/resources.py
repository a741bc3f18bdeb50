"""Requests made from the document: each operation's example, with ids of existing resources."""

import copy
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack
from urllib.parse import urlencode

import httpx

from tools.document import Operation, merged, operations, resolve

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
IDS = ("assistant_id", "thread_id", "run_id")
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": {"properties": {}}}}


@dataclass(frozen=True, slots=True)
class Resources:
    """An assistant, a thread of it and a run of that; the run waits for the output of `call_1`, or has ended."""

    assistant_id: str
    thread_id: str
    run_id: str

    def __getitem__(self, name: str) -> str:
        return str(getattr(self, name))


class How(TypedDict, total=False):
    """Differences of a request from the defaults of `Caller.build`."""

    body: Any
    content: bytes | None
    media_type: str | None
    method: str | None
    headers: Mapping[str, str | None] | None
    query: Mapping[str, Any] | None


class Caller:
    """HTTP client of one API key that builds requests from the document."""

    def __init__(self, url: str, key: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, headers={"X-API-Key": key}, timeout=600, transport=transport)
        self.url = url
        self.key = key

    def send(self, operation: Operation, resources: Resources, **how: Unpack[How]) -> httpx.Response:
        """Send one request of an operation, built by `build`."""
        return self._client.send(self.build(operation, resources, **how))

    def build(
        self,
        operation: Operation,
        resources: Resources,
        *,
        body: Any = None,
        content: bytes | None = None,
        media_type: str | None = None,
        method: str | None = None,
        headers: Mapping[str, str | None] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> httpx.Request:
        """One request of an operation: its example body unless another is given; a header that is None is left out.

        `content` is sent as it is, as JSON unless `media_type` says otherwise.
        """
        url = re.sub(r"{(\w+)}", lambda match: resources[match[1]], operation.path)
        kind = media_type or (JSON if operation.bodies else None)
        if content is None and kind is not None:
            content, kind = encode(example(operation, resources) if body is None else body, kind)
        wanted = {"Content-Type": kind, "X-API-Key": self.key, **(headers or {})}
        sent = {name: value for name, value in wanted.items() if value is not None}
        request = self._client.build_request(
            method or operation.method.upper(), url, content=content, headers=sent, params=query or {}
        )
        for name, value in wanted.items():
            if value is None:
                request.headers.pop(name, None)
        return request

    def ask(self, name: str, resources: Resources | None = None, body: Any = None) -> Any:
        """JSON response of an operation that must succeed."""
        response = self.send(operations()[name], resources or NOTHING, body=body)
        assert response.status_code == 200, response.text
        return response.json()

    def resources(self, *, waiting: bool = False) -> Resources:
        """New assistant, thread and run."""
        assistant = self.ask("createAssistant", body={"name": "Guide", "tools": [TOOL]})["assistant_id"]
        thread = self.ask("createThread", Resources(assistant, "", ""), body={})["thread_id"]
        content = "/call get_weather {}" if waiting else "My name is Ada."
        turn = self.ask("sendMessage", Resources(assistant, thread, ""), body={"content": content})
        return Resources(assistant, thread, turn["run_id"])

    def resources_for(self, operation: Operation) -> Resources:
        """New resources in the state in which the operation succeeds."""
        return self.resources(waiting="tool_outputs" in fields(operation))

    def close(self) -> None:
        self._client.close()


NOTHING = Resources("", "", "")
UNKNOWN = Resources(str(uuid.uuid4()), str(uuid.uuid4()), f"run_{uuid.uuid4()}")


def encode(body: Any, media_type: str) -> tuple[bytes, str]:
    """A body's bytes and its content type; in forms objects, arrays and booleans are JSON text."""
    if media_type == JSON:
        return json.dumps(body).encode(), JSON
    texts = {name: one if isinstance(one, str) else json.dumps(one) for name, one in body.items()}
    if media_type == FORM:
        return urlencode(texts).encode(), FORM
    boundary = uuid.uuid4().hex
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in texts.items()
    )
    return f"{parts}--{boundary}--\r\n".encode(), f"{media_type}; boundary={boundary}"


def fields(operation: Operation) -> set[str]:
    """The names of a JSON body's fields."""
    media = operation.bodies.get(JSON)
    return set() if media is None else set(merged(media["schema"]).get("properties", {}))


def example(operation: Operation, resources: Resources, *, which: int = 0) -> dict[str, Any]:
    """An example of an operation's body, the first or the last (-1), about these resources."""
    examples = list(operation.bodies[JSON]["examples"].values())
    body: dict[str, Any] = copy.deepcopy(resolve(examples[which])["value"])
    return body | {name: resources[name] for name in IDS if name in fields(operation)}


def names_something(operation: Operation) -> bool:
    """Whether a request of the operation names an existing resource."""
    in_path = any(one["in"] == "path" for one in operation.parameters)
    return in_path or bool(fields(operation) & set(IDS))
