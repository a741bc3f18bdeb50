"""A server that answers the clients of random documents, in this process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import ModuleType
from typing import Any

import httpx

KEY = "user:key"


class Server:
    """Answers in turn with what is given, and keeps the requests."""

    def __init__(self, module: ModuleType) -> None:
        self.answers: list[httpx.Response] = []
        self.requests: list[httpx.Request] = []
        self._module = module
        self._answer: Callable[[httpx.Request], httpx.Response] = lambda _: self.answers.pop(0)

    def answer_with(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        """Answer all requests in another way."""
        self._answer = answer

    def things(self, **options: Any) -> Any:
        """The things of a client of this server."""
        return self.resource("things", **options)

    def resource(self, name: str, **options: Any) -> Any:
        """A resource of a client of this server."""
        http_client = httpx.Client(transport=httpx.MockTransport(self._handle))
        return getattr(self._module.Shop(http_client=http_client, **options), name)

    def _handle(self, request: httpx.Request) -> httpx.Response:
        content = request.read()
        # a copy: the client redacts its own
        self.requests.append(httpx.Request(request.method, request.url, headers=request.headers, content=content))
        return self._answer(request)


def plain(value: Any) -> Any:
    """Return a result as JSON."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z") if isinstance(value, datetime) else value
