"""A server on a socket, in a thread of this process: a process of its own would import everything anew."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Thread

import pytest

from tests.support.server.command_line import CLEAN, TIMEOUT_SECONDS
from tests.support.server.threads_api import contract, operations
from threads_server.cli import parse_settings
from threads_server.http.app import App
from threads_server.operations.services import Services
from threads_server.server import Server, listen


@contextmanager
def serving(*arguments: str, environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve on a free port as `threads-server serve` with these options would; the address, without the base path."""
    variables = environment or {}
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - CLEAN.keys():
            patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        arguments = ("serve", "--port", "0", *arguments)
        settings = parse_settings(arguments, api_key=variables.get("THREADS_SERVER_API_KEY", ""))
    app = App(contract(), operations(), settings, lambda settings: Services.open(settings, contract()))
    started: SimpleQueue[BaseException | None] = SimpleQueue()
    server = Server(settings, app, ready=lambda: started.put(None))
    listener = listen(settings.host, settings.port)

    def run() -> None:
        try:
            server.run([listener])
        except BaseException as error:
            started.put(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    if failure := started.get(timeout=TIMEOUT_SECONDS):
        raise failure
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(TIMEOUT_SECONDS)
