"""The ASGI application: contract + operations + keys + service routes, and nothing else.

Requests for the contract's paths are answered here, through one table and without layers of middleware; Starlette has
what is not called a thousand times a second: the service routes and other origins.
"""

import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from threads_server.errors import HTTPError
from threads_server.http.authentication import Authenticator
from threads_server.http.cors import CrossOrigin
from threads_server.http.metrics import Metrics
from threads_server.http.rate_limit import RateLimit
from threads_server.http.response_sender import ResponseSender, new_request_id
from threads_server.http.responses import Response
from threads_server.http.service_routes import service_routes
from threads_server.http.sse import OpenStreams, StreamBroken
from threads_server.openapi import ClientGone, Contract, Endpoint
from threads_server.operations.binding import Function, bind
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable

if TYPE_CHECKING:
    from threads_server.operations.services import Services
    from threads_server.responders import Responder

logger = logging.getLogger("threads_server")


def create_app(settings: Settings, responder: "Responder | None" = None) -> "App":
    """The server as an ASGI application. Its lifespan (or `opened()`) opens and closes the database.

    `responder` is used in place of the one that the settings name.

    Raises DocumentError if openapi.yaml cannot be enforced, OperationMismatch if it and the operations differ,
    RateTooLow for a rate limit that the document's answers cannot tell.
    """
    from threads_server.operations.services import Services

    contract = Contract.read()
    return App(contract, bind(contract), settings, lambda settings: Services.open(settings, contract, responder))


class App:
    """The application. `open_services` is called once, when the server starts."""

    def __init__(
        self,
        contract: Contract,
        functions: Mapping[str, Function],
        settings: Settings,
        open_services: Callable[[Settings], Awaitable["Services"]],
    ) -> None:
        self.contract = contract
        self._functions = functions
        self._settings = settings
        self._open_services = open_services
        self._services: Services | None = None
        self._doorkeeper = Authenticator(settings)
        rate, longest = settings.rate_limit, contract.longest_wait
        self._rate_limit = RateLimit(rate, longest) if rate else None
        self._metrics = Metrics() if settings.metrics else None
        self._streams = OpenStreams()
        self._sane_request_id = re.compile(rb"[!-~]{1,%d}" % contract.request_id_limit)
        self._service_routes = service_routes(
            contract, lambda: self._opened_services().store, self._metrics, lambda: len(self._streams)
        )
        self._answer: ASGIApp = self._answer_request
        if settings.cors_origins:
            self._answer = CrossOrigin(self._answer_request, contract, settings.cors_origins, new_request_id)
        self.startup_failure: Exception | None = None
        """What kept the lifespan from starting, for whoever runs the server to report."""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["App"]:
        """Opens the database, and closes it at the end: the lifespan, for use without a server."""
        self._services = await self._open_services(self._settings)
        try:
            yield self
        finally:
            services, self._services = self._services, None
            await self._streams.stop(at_once=True)
            await services.close()

    async def drain(self) -> None:
        """Ends every run and every event stream, so that a server that stops need not wait for them."""
        if self._services is not None:
            await self._services.end_runs()
        await self._streams.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            try:
                await stack.enter_async_context(self.opened())
            except Exception as error:
                self.startup_failure = error
                await send({"type": "lifespan.startup.failed"})
                return
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    def _opened_services(self) -> "Services":
        if self._services is None:
            raise RuntimeError("the application is not open: run its lifespan, or use `async with app.opened()`")
        return self._services

    async def _answer_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = headers.get(b"x-request-id")
        if request_id is None or not self._sane_request_id.fullmatch(request_id):
            request_id = new_request_id().encode()
        reply = ResponseSender(scope["method"], request_id, receive, send)
        started = monotonic()
        operation = None
        try:
            path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
            found = self.contract.find(path)
            if found is None:
                await self._service_routes(scope, receive, reply.pass_on)
            else:
                route, path_values = found
                endpoint = route.endpoints.get("GET" if scope["method"] == "HEAD" else scope["method"])
                if endpoint is not None:
                    operation = endpoint.operation.id
                    await self._operate(endpoint, path_values, path, scope, headers, receive, request_id, reply)
                elif scope["method"] == "OPTIONS":
                    await reply.answer(Response(b"", 204, {"Allow": route.allow}))
                else:
                    await reply.refuse(405, "Method Not Allowed", {"Allow": route.allow})
        except HTTPError as refusal:
            await reply.refuse(refusal.status, refusal.detail, refusal.headers)
        except StoreUnavailable as error:
            logger.warning("request %s: %s", request_id.decode(), error)
            await reply.refuse(503, str(error), {"Retry-After": "1"})
        except ClientGone:
            pass
        except StreamBroken as error:
            logger.error("request %s: its stream broke", request_id.decode(), exc_info=error.__cause__)
        except Exception:
            logger.exception("request %s failed", request_id.decode())
            if not reply.status:
                await reply.refuse(500, "Internal server error", {})
        finally:
            if self._metrics is not None:
                self._metrics.count(operation, reply.status, monotonic() - started)

    async def _operate(
        self,
        endpoint: Endpoint,
        path_values: dict[str, str],
        path: str,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        request_id: bytes,
        reply: ResponseSender,
    ) -> None:
        services = self._opened_services()
        key = headers.get(self.contract.key_header)
        account = await self._doorkeeper.open(key, services.store)
        if self._rate_limit is not None:
            wait = self._rate_limit.take(key)
            if wait:
                raise HTTPError(429, "Too many requests", {"Retry-After": str(wait)})
        call = await endpoint.read(
            path_values,
            path,
            scope["query_string"].decode("latin-1"),
            headers,
            receive,
            account,
        )
        answer = await self._functions[endpoint.operation.id](call, services)
        if isinstance(answer, Response):
            await reply.answer(answer)
        else:
            await reply.stream(answer, self._streams)
