"""Running the server: socket, first key, processes, and graceful stop."""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from types import FrameType
from typing import TYPE_CHECKING, NoReturn, cast

import uvicorn

from threads_server import logs
from threads_server.http.app import App, create_app
from threads_server.http.authentication import (
    KeyConfigError,
    check_own_key,
    create_first_key,
    is_loopback,
    needs_first_key,
    no_key,
)
from threads_server.http.http11.protocol import ConnectionCounter, ConnectionLimits, HTTPProtocol
from threads_server.http.middleware import MiddlewareFailed, wrap
from threads_server.http.rate_limit import RateTooLow
from threads_server.openapi import DocumentError
from threads_server.operations.binding import OperationMismatch
from threads_server.responders.loading import check_responder
from threads_server.settings import Settings
from threads_server.store import StoreMissing, StoreOpenError, StoreUnavailable
from threads_server.store.backends import open_store

if TYPE_CHECKING:
    from threads_server.testing.script import Script

KEEP_ALIVE_SECONDS = 6
"""Idle connections are closed after this: later than httpx closes them (5 s), so that no request meets a closed one,
and soon, since the vendor's npm SDK waits for it before its process ends (docs/hosted-api.md §7.5)."""

STOP_SECONDS = 10
"""Time from a signal to the end of the process. Runs and streams end first; other responses have the rest of it."""
CLOSE_SECONDS = 2
"""Part of it that is left for closing the database."""

STARTUP_FAILURE = 3

logger = logging.getLogger("threads_server")

GARBAGE_THRESHOLDS = (50_000, 20, 20)
"""Python's defaults look for cycles at each request and find none: a tenth of the time of a streamed turn."""


class StartFailed(Exception):
    """The server cannot start; the text says why, in one line."""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Raises StartFailed."""
    logs.configure(settings.log_format, settings.log_level)
    _end_on_signals()
    try:
        app, script = _make_app(settings)
        wrap(app, settings.middleware)  # what it lacks is said before there is a database or a key
        with ExitStack() as failed:
            listener = failed.enter_context(listen(settings.host, settings.port))
            first_key = asyncio.run(_prepare(settings))
            failed.pop_all()
    except (
        DocumentError,
        OperationMismatch,
        RateTooLow,
        KeyConfigError,
        MiddlewareFailed,
        StoreOpenError,
        StoreUnavailable,
    ) as error:
        raise StartFailed(str(error)) from error
    address = _address(settings.host, listener)
    greeting = (
        f"Backboard Threads on {address}/api, database {settings.shown_database}, a page to look at it on {address}/, "
        f"documentation on {address}/docs"
    )
    if script is not None:
        greeting = f"{greeting}\nTests set its answers, faults and time under {address}/testing"
    if first_key is not None:
        print(f"The first API key, shown only now: {first_key}", flush=True)
    if settings.workers == 1:
        _spare_garbage_collector()
        Server(settings, app, greeting, script=script).run([listener])
    else:
        with ExitStack() as stack:
            forget = None
            if settings.metrics:
                from threads_server.http.metrics import shared_by_workers

                forget = stack.enter_context(shared_by_workers())
            _supervise(settings, listener, greeting, forget)


def _make_app(settings: Settings) -> "tuple[App, Script | None]":
    if not settings.testing:
        return create_app(settings), None
    from threads_server.testing.app import create_testing_app

    return create_testing_app(settings)


def listen(host: str, port: int) -> socket.socket:
    """Open a listening socket; port 0 takes a free one. Raises StartFailed if the address is not available."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = places[0]
        # with its protocol named, so that asyncio sets TCP_NODELAY: without it an answer can wait 40 ms for an ACK
        with ExitStack() as failed:
            listener = failed.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen(2048)
            failed.pop_all()
    except OSError as error:
        raise StartFailed(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error
    return listener


async def _prepare(settings: Settings) -> str | None:
    try:
        await check_responder(settings)  # what it lacks is said before there is a database or a key
    except ValueError as error:
        raise StartFailed(str(error)) from error
    check_own_key(settings)
    try:
        # as it is: a start that is refused upgrades nothing, least of all the database of another server
        store = await open_store(settings, create=is_loopback(settings.host), any_version=True)
    except StoreMissing as error:
        raise no_key(settings) from error
    try:
        if not await needs_first_key(store, settings):
            return None
    finally:
        await store.close()
    store = await open_store(settings, serving=True)  # refused beside another server, which may have a key of its own
    try:
        return await create_first_key(store)
    finally:
        await store.close()


def _address(host: str, listener: socket.socket) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"


def uvicorn_config(settings: Settings, app: App) -> uvicorn.Config:
    """Configure uvicorn for `app`, with HTTPProtocol as its HTTP implementation."""
    limits = ConnectionLimits(
        app.contract.document.limits.head_bytes, settings.head_timeout, settings.body_timeout, settings.body_timeout
    )
    protocol = partial(HTTPProtocol, limits=limits, counter=ConnectionCounter(settings.max_connections))
    return uvicorn.Config(
        app,
        http=protocol,  # type: ignore[arg-type]  # uvicorn calls it as it would a class
        lifespan="on",
        ws="none",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
    )


class Server(uvicorn.Server):
    """uvicorn's server, which prints its address, and ends runs and event streams before it stops."""

    def __init__(
        self,
        settings: Settings,
        app: App,
        greeting: str | None = None,
        ready: Callable[[], None] | None = None,
        script: "Script | None" = None,
    ) -> None:
        """`ready` is called once it serves; `script` is the one of a testing application.

        Raises StartFailed if the middleware of the settings cannot be used.
        """
        config = uvicorn_config(settings, app)
        try:
            config.app = wrap(app, settings.middleware)
        except MiddlewareFailed as error:
            raise StartFailed(str(error)) from error
        super().__init__(config)
        self._app = app
        self._greeting = greeting
        self._ready = ready
        self._script = script

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on the sockets. Raises StartFailed if the application does not start."""
        try:
            super().run(sockets)
        except SystemExit:
            failure = self._app.startup_failure
            if failure is None:
                raise
            if isinstance(failure, StoreOpenError | StoreUnavailable | ValueError):
                raise StartFailed(str(failure)) from failure
            raise failure from None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and print the address."""
        await super().startup(sockets)
        if self._greeting is not None:
            print(self._greeting, flush=True)
        if self._script is not None:
            self._script.refuse = self._refuse
        if self._ready is not None:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop within STOP_SECONDS: end runs and event streams, and wait for other responses."""
        if self._script is not None:
            self._script.reset()
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            async with asyncio.timeout(STOP_SECONDS - CLOSE_SECONDS):
                await self._app.drain()
        except TimeoutError:
            logger.warning("not every run could be ended within %d seconds", STOP_SECONDS - CLOSE_SECONDS)
        left = STOP_SECONDS - CLOSE_SECONDS - (loop.time() - started)
        self.config.timeout_graceful_shutdown = max(1, round(left))
        await super().shutdown(sockets)

    async def _refuse(self, seconds: float) -> None:
        """Close the sockets for some seconds, and every connection after its current response."""
        places = [listener.getsockname()[:2] for server in self.servers for listener in server.sockets]
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        # sockets are closed later than they say, and connections without a request may be used until then
        state = self.server_state
        for _ in range(500):
            if len(state.connections) <= len(state.tasks) and not any(_accepts(place) for place in places):
                break
            await asyncio.sleep(0.01)

        async def listen_again() -> None:
            await asyncio.sleep(seconds)
            loop = asyncio.get_running_loop()
            self.servers = [await loop.create_server(self._protocol, sock=listen(*place)) for place in places]

        self._listening = asyncio.get_running_loop().create_task(listen_again())

    def _protocol(self) -> asyncio.Protocol:
        make = cast(Callable[..., asyncio.Protocol], self.config.http_protocol_class)
        return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


def _accepts(place: tuple[str, int]) -> bool:
    try:
        socket.create_connection(place, timeout=1).close()
    except OSError:
        return False
    return True


def _supervise(
    settings: Settings, listener: socket.socket, greeting: str, forget: Callable[[int | None], None] | None
) -> None:
    """Keep `settings.workers` processes serving on one socket. Raises StartFailed if one of them cannot start.

    `forget` is called with the id of each process that ended.
    """
    context = multiprocessing.get_context("spawn")
    failures = context.SimpleQueue()

    def start() -> tuple[BaseProcess, Event]:
        ready = context.Event()
        worker = context.Process(target=_work, args=(settings, listener, ready, failures), daemon=True)
        worker.start()
        return worker, ready

    workers = [start() for _ in range(settings.workers)]
    greeted = False
    try:
        while True:
            ended = wait([worker.sentinel for worker, _ in workers], timeout=0.1 if not greeted else None)
            for place, (worker, _) in enumerate(workers):
                if worker.sentinel in ended:
                    worker.join()
                    if worker.exitcode == STARTUP_FAILURE:
                        raise StartFailed("a worker process could not start" if failures.empty() else failures.get())
                    logger.warning("worker process %s ended; another begins", worker.pid)
                    if forget is not None:
                        forget(worker.pid)
                    workers[place] = start()
            if not greeted and all(ready.is_set() for _, ready in workers):
                greeted = True
                print(greeting, flush=True)
    finally:
        for worker, _ in workers:
            worker.terminate()
        for worker, _ in workers:
            worker.join()


def _work(settings: Settings, listener: socket.socket, ready: Event, failures: "SimpleQueue[str]") -> None:
    """Run one worker process, which ends with its parent."""
    logs.configure(settings.log_format, settings.log_level)
    _end_on_signals()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server = Server(settings, create_app(settings), ready=ready.set)
        _spare_garbage_collector()
        server.run([listener])
    except StartFailed as error:
        failures.put(str(error))
        sys.exit(STARTUP_FAILURE)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)


def _end_on_signals() -> None:
    """Exit with code 0 on SIGINT and SIGTERM, also before uvicorn handles them and after."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def _spare_garbage_collector() -> None:
    """Exclude the objects of the start from garbage collection, and collect less often."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
