"""The ASGI application: contract, keys, operations and service routes.

Requests for the contract's paths are routed here by one table, without layers of middleware. Starlette serves the
service routes and CORS.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from functools import lru_cache, partial
from time import monotonic
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Receive, Scope, Send

from threads_server.background import every, repeat
from threads_server.errors import HTTPError
from threads_server.http.access_log import access_log, log_request
from threads_server.http.authentication import Authenticator, digest
from threads_server.http.budgets import Budgets, RequestBudget
from threads_server.http.cors import CrossOrigin
from threads_server.http.rate_limit import RateLimit
from threads_server.http.response_sender import ResponseSender, new_request_id
from threads_server.http.responses import Response
from threads_server.http.service_routes.routes import service_routes
from threads_server.http.sse import OpenStreams, StreamBroken
from threads_server.openapi import ClientGone, Contract, Endpoint
from threads_server.operations.binding import Function, bind
from threads_server.settings import Settings
from threads_server.store import StoreUnavailable, caller
from threads_server.store.clearing import sweep

if TYPE_CHECKING:
    from threads_server.http.metrics import Metrics
    from threads_server.operations.services import Services
    from threads_server.responders import Responder

REVOCATION_INTERVAL_SECONDS = 0.5
"""Interval between two checks of the keys of open streams."""

KEY_USE_CHECK_SECONDS = 2
"""Interval between two looks for uses of keys that are to be stored."""

MAX_CACHED_HOSTS = 100

_PORT = re.compile(r":[0-9]*\Z")

logger = logging.getLogger("threads_server")


@lru_cache(MAX_CACHED_HOSTS)
def host_name(host: bytes) -> str:
    """The name in a Host header, in lower case and without a port."""
    return _PORT.sub("", host.decode("latin-1").lower())


def _join_repeated(received: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Join the values of a repeated header by commas (RFC 9110 §5.3): a list, or no valid key, id or media type."""
    headers: dict[bytes, bytes] = {}
    for name, value in received:
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


def create_app(settings: Settings, responder: "Responder | None" = None) -> "App":
    """Make the server as an ASGI application. Its lifespan (or `opened()`) opens and closes the database.

    `responder` is used in place of the one that the settings name.

    Raises DocumentError if openapi.yaml cannot be enforced, OperationMismatch if it and the operations differ,
    RateTooLow for a rate limit whose wait no `Retry-After` of the document can be.
    """
    from threads_server.operations.services import Services

    contract = Contract.read()
    return App(contract, bind(contract), settings, lambda settings: Services.open(settings, contract, responder))


def _metrics() -> "Metrics":
    from threads_server.http.metrics import Metrics  # imported only where it is asked for: it takes 40 ms

    return Metrics()


class App:
    """The application. `open_services` is called once, when the server starts."""

    def __init__(
        self,
        contract: Contract,
        functions: Mapping[str, Function],
        settings: Settings,
        open_services: Callable[[Settings], Awaitable["Services"]],
        middleware: Callable[[ASGIApp], ASGIApp] | None = None,
    ) -> None:
        """`middleware` is put around everything but CORS."""
        self.contract = contract
        self._functions = functions
        self._settings = settings
        self._open_services = open_services
        self._services: Services | None = None
        self._authenticator = Authenticator(settings)
        rate, longest = settings.rate_limit, contract.longest_wait
        self._rate_limit = RateLimit(rate, longest) if rate else None
        self._metrics = _metrics() if settings.metrics else None
        self._streams = OpenStreams()
        self._budgets = Budgets()
        self._allowed_hosts = frozenset(host.lower() for host in settings.allowed_hosts)
        self._valid_request_id = re.compile(rb"[!-~]{1,%d}" % contract.request_id_limit)
        self._service_routes = service_routes(contract, lambda: self._opened_services().store, self._metrics)
        self._application: ASGIApp = self._respond if middleware is None else middleware(self._respond)
        if settings.cors_origins:
            self._application = CrossOrigin(self._application, contract, settings.cors_origins, new_request_id)
        self.startup_failure: Exception | None = None
        """Exception that ended the lifespan's start, for the server to report."""

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["App"]:
        """Open the database, and close it at the end: the lifespan, for use without a server."""
        self._services = await self._open_services(self._settings)
        if self._metrics is not None:
            self._metrics.watch(self._services.context, lambda: len(self._streams))
        tasks = [asyncio.get_running_loop().create_task(work) for work in self._repeated_work()]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            services, self._services = self._services, None
            await self._streams.stop(at_once=True)
            await self._authenticator.uses.write(services.store, all_of_them=True)
            await services.close()

    async def drain(self) -> None:
        """End every run and every event stream, so that a server that stops does not wait for them."""
        if self._services is not None:
            await self._services.end_runs()
        await self._streams.stop()

    async def sweep(self) -> None:
        """Remove what is deleted or has expired. Raises StoreUnavailable."""
        await sweep(self._opened_services().store, self._settings.retain_days)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        if scope["type"] == "http":
            await self._application(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._run_lifespan(receive, send)
        else:
            await send({"type": "websocket.close"})

    async def _run_lifespan(self, receive: Receive, send: Send) -> None:
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

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        received: list[tuple[bytes, bytes]] = scope["headers"]
        headers = dict(received)
        if len(headers) < len(received):
            headers = _join_repeated(received)
        request_id = headers.get(b"x-request-id")
        if request_id is None or not self._valid_request_id.fullmatch(request_id):
            request_id = new_request_id().encode()
        sender = ResponseSender(scope["method"], request_id, receive, send)
        started = monotonic()
        operation = None
        try:
            if self._allowed_hosts:
                self._check_host(headers.get(b"host", b""))
            path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
            found = self.contract.find(path)
            if found is None:
                await self._service_routes(scope, receive, sender.pass_on)
            else:
                route, path_values = found
                endpoint = route.endpoints.get("GET" if scope["method"] == "HEAD" else scope["method"])
                if endpoint is not None:
                    operation = endpoint.operation.id
                    await self._operate(endpoint, path_values, path, scope, headers, receive, sender, started)
                elif scope["method"] == "OPTIONS":
                    await sender.send_response(Response(b"", 204, {"Allow": route.allow}))
                else:
                    await sender.send_error(405, "Method Not Allowed", {"Allow": route.allow})
        except HTTPError as error:
            await sender.send_error(error.status, error.detail, error.headers)
        except StoreUnavailable as error:
            logger.warning("request %s: %s", request_id.decode(), error)
            await sender.send_error(503, str(error), {"Retry-After": "1"})
        except ClientGone:
            pass
        except StreamBroken as error:
            logger.error("request %s: its stream broke", request_id.decode(), exc_info=error.__cause__)
        except Exception:
            logger.exception("request %s failed", request_id.decode())
            if not sender.status:
                await sender.send_error(500, "Internal server error", {})
        finally:
            seconds = monotonic() - started
            if self._metrics is not None:
                self._metrics.count(operation, sender.status, seconds, streamed=sender.streamed)
            if access_log.isEnabledFor(logging.INFO):
                log_request(scope, sender.status, request_id, operation, seconds)

    async def _operate(
        self,
        endpoint: Endpoint,
        path_values: dict[str, str],
        path: str,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        sender: ResponseSender,
        started: float,
    ) -> None:
        services = self._opened_services()
        key = headers.get(self.contract.key_header)
        account = await self._authenticator.authenticate(key, (scope.get("client") or ("",))[0], services.store)
        if self._rate_limit is not None:
            wait = self._rate_limit.take(key)
            if wait:
                raise HTTPError(429, "Too many requests", {"Retry-After": str(wait)})
        caller.set(account)
        budget = RequestBudget(self._budgets, account)
        try:
            query = scope["query_string"].decode("latin-1")
            request = await endpoint.read(path_values, path, query, headers, receive, account, budget)
            reads = endpoint.operation.method == "GET"
            budget.check_responses()
            if endpoint.operation.streams and (reads or request.body.get("stream") or request.query.get("stream")):
                budget.open_stream()
            response = await self._functions[endpoint.operation.id](request, services)
            if isinstance(response, Response):
                if response.pieces is not None and key is not None:
                    response.pieces = self._while_valid(digest(key), response.pieces)
                budget.respond(response.size, refusable=reads)  # what was done is never refused afterwards
                await sender.send_response(response)
            else:
                metrics = self._metrics
                on_first = None if metrics is None else metrics.time_first_event(endpoint.operation.id, started)
                await sender.send_stream(response, self._streams, None if key is None else digest(key), on_first)
        finally:
            budget.release()

    def _check_host(self, host: bytes) -> None:
        """Refuse a host that is not allowed: a page may have made a browser resolve its own name to this machine."""
        name = host_name(host)
        if name not in self._allowed_hosts:
            raise HTTPError(400, f"The host {name[:255]!r} is not served here; allow it with --allowed-hosts")

    def _repeated_work(self) -> Iterator[Coroutine[None, None, None]]:
        yield repeat(
            partial(self._streams.end_revoked, self._is_valid),  # their requests alone would not notice
            every(REVOCATION_INTERVAL_SECONDS),
            "the streams of revoked keys could not be ended",
        )
        yield repeat(
            partial(self._authenticator.uses.write, self._opened_services().store),
            every(KEY_USE_CHECK_SECONDS),
            "the last uses of keys could not be stored",
        )
        if self._metrics is not None:
            yield self._metrics.keep_fresh()

    async def _while_valid(self, key: bytes, pieces: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        """Pass on pieces of a response until the key is revoked. Raises HTTPError then."""
        async with aclosing(pieces):
            async for piece in pieces:
                if not await self._is_valid(key):
                    raise HTTPError(401, "The API key was revoked")
                yield piece

    async def _is_valid(self, key: bytes) -> bool:
        """Whether a key, named by its digest, is valid, or was when it could last be asked."""
        try:
            return await self._authenticator.find_account(key, self._opened_services().store) is not None
        except StoreUnavailable:
            return True
