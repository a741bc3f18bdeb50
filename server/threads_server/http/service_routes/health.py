"""Two questions about a server: whether its process is alive, and whether it can serve requests now."""

import asyncio
import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from threads_server.store import Store, StoreUnavailable

PING_TIMEOUT_SECONDS = 1.5
"""How long the database may take to answer; with it a response comes within two seconds."""


class Health:
    """`/health` and `/health/ready` ask the database; `/health/live` asks nothing."""

    def __init__(self, store: Callable[[], Store], version: str, ping_timeout: float = PING_TIMEOUT_SECONDS) -> None:
        self._store = store
        self._version = version
        self._ping_timeout = ping_timeout
        self._ping: asyncio.Task[None] | None = None

    def routes(self, base_path: str) -> list[Route]:
        """The routes under the base path."""
        return [
            Route(f"{base_path}/health", self.ready),
            Route(f"{base_path}/health/ready", self.ready),
            Route(f"{base_path}/health/live", self.live),
        ]

    async def live(self, request: Request) -> Response:
        """200: the process answers. An orchestrator restarts one that does not."""
        return _response(200, {"status": "ok", "version": self._version})

    async def ready(self, request: Request) -> Response:
        """200 or 503, whether the database answers. A load balancer leaves out a server that is not ready."""
        ping = self._ping
        if ping is None or ping.done():  # one at a time: a database that hangs must not gather them
            ping = self._ping = asyncio.get_running_loop().create_task(self._store().ping())
            ping.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({ping}, timeout=self._ping_timeout)
        if not ping.done():
            return _response(503, {"detail": "The store does not answer"})
        error = None if ping.cancelled() else ping.exception()
        if isinstance(error, StoreUnavailable):
            return _response(503, {"detail": str(error)})
        if error is not None:
            raise error
        return await self.live(request)


def _response(status: int, value: dict[str, str]) -> Response:
    headers = {"Retry-After": "1"} if status == 503 else None
    return Response(json.dumps(value).encode(), status, headers, "application/json")
