"""Running the server: the socket, the first key, one process or several, and an end in good order."""

import asyncio
import gc
import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from types import FrameType
from typing import NoReturn

import uvicorn

from threads_server.http.app import App, create_app
from threads_server.http.authentication import KeyConfigError, prepare_keys
from threads_server.http.protocol import ConnectionCounter, ConnectionLimits, HTTPProtocol
from threads_server.http.rate_limit import RateTooLow
from threads_server.openapi import DocumentError
from threads_server.operations.binding import OperationMismatch
from threads_server.responders import open_responder
from threads_server.settings import Settings
from threads_server.store import StoreOpenError, StoreUnavailable, open_store

KEEP_ALIVE_SECONDS = 6
"""Idle connections are closed after this: later than httpx lets go of them (5 s), so that none is closed under a
request, and soon, since the vendor's npm SDK waits for it before its process ends (docs/hosted-api.md §7.5)."""

GRACE_SECONDS = 10
"""How long requests that are being answered may take once the server is told to stop."""

STARTUP_FAILURE = 3

GARBAGE_THRESHOLDS = (50_000, 20, 20)
"""Python's own ones look for cycles after every 700 objects that stay for a while, which is each request, and find
none: it cost a tenth of the time of a streamed turn."""


class StartFailed(Exception):
    """The server cannot start; the text says why, in one line."""


def serve(settings: Settings) -> None:
    """Serves until a signal (SIGINT, SIGTERM) ends it. Raises StartFailed."""
    _configure_logging()
    _end_on_signals()
    try:
        app = create_app(settings)
        listener = listen(settings.host, settings.port)
        first_key = asyncio.run(_prepare(settings))
    except (DocumentError, OperationMismatch, RateTooLow, KeyConfigError, StoreOpenError, StoreUnavailable) as error:
        raise StartFailed(str(error)) from error
    address = _address(settings.host, listener)
    greeting = (
        f"Backboard Threads on {address}/api, database {settings.shown_database}, documentation on {address}/docs"
    )
    if first_key is not None:
        print(f"The first API key, shown only now: {first_key}", flush=True)
    if settings.workers == 1:
        _spare_garbage_collector()
        Server(settings, app, greeting).run([listener])
    else:
        _supervise(settings, listener, greeting)


def listen(host: str, port: int) -> socket.socket:
    """A socket that waits for connections; port 0 takes a free one. Raises StartFailed if the address cannot be had."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = places[0]
        # with its protocol named, so that asyncio sets TCP_NODELAY: without it an answer can wait 40 ms for an ACK
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(2048)
    except OSError as error:
        raise StartFailed(f"cannot listen on {host}, port {port}: {error.strerror or error}") from error
    return listener


async def _prepare(settings: Settings) -> str | None:
    try:
        await open_responder(settings).close()  # what it lacks is said before there is a database or a key
    except ValueError as error:
        raise StartFailed(str(error)) from error
    store = await open_store(settings)
    try:
        return await prepare_keys(store, settings)
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
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


class Server(uvicorn.Server):
    """uvicorn, which says when it is ready, and ends event streams when it stops instead of waiting for them."""

    def __init__(self, settings: Settings, app: App, greeting: str | None = None, ready: Event | None = None) -> None:
        super().__init__(uvicorn_config(settings, app))
        self._app = app
        self._greeting = greeting
        self._ready = ready

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serves on the sockets. Raises StartFailed if the application does not start."""
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
        """Starts, and says so."""
        await super().startup(sockets)
        if self._greeting is not None:
            print(self._greeting, flush=True)
        if self._ready is not None:
            self._ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops: runs and event streams are ended, other answers are waited for."""
        await self._app.drain()
        await super().shutdown(sockets)


def _supervise(settings: Settings, listener: socket.socket, greeting: str) -> None:
    """Keeps `settings.workers` processes serving on one socket. Raises StartFailed if one of them cannot start."""
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
                    logging.getLogger("threads_server").warning("worker process %s ended; another begins", worker.pid)
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
    """One worker process. It ends with the process that started it."""
    _configure_logging()
    _end_on_signals()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        server = Server(settings, create_app(settings), ready=ready)
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
    """Makes SIGINT and SIGTERM an ordinary end, with exit code 0, also while uvicorn is not yet or no longer there."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(0)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)


def _spare_garbage_collector() -> None:
    """For a process of our own: what is there by now stays, and is not looked at again."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def _configure_logging() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    # its "Application startup failed" says nothing; what it has to say of broken requests is no news either
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
