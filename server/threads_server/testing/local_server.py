"""A server on a free port of this machine: a process, or a thread of this one."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from threads_server.testing.controls import Controls, encoded
from threads_server.testing.instructions import BadInstruction

if TYPE_CHECKING:
    from threads_server.server import Server
    from threads_server.testing.script import Script

START_SECONDS = 60
STOP_SECONDS = 30
"""Longer than the server itself takes at most."""
CALL_SECONDS = 60


class LocalServer(Controls):
    """`threads-server serve` on 127.0.0.1, as a context manager.

    It can be started again after a stop, on the same port and database. Without a database it has a temporary one and
    follows `Controls`; with one, it refuses those calls.

    Args:
        database: a path or a `postgresql://` address; None for a temporary database.
        api_key: the key that opens the account `default`.
        arguments: further options of `threads-server serve`.
        in_process: run in a thread of this process: at once, and with functions as answers. Only without a database.

    Raises:
        RuntimeError: from `start`, if the server ends or does not answer within START_SECONDS; with its output.
    """

    def __init__(
        self,
        database: Path | str | None = None,
        *,
        api_key: str = "local",
        arguments: Sequence[str] = (),
        in_process: bool = False,
    ) -> None:
        if in_process and database is not None:
            raise ValueError("a server in this process has a temporary database: leave out `database`")
        self._folder = tempfile.TemporaryDirectory(prefix="threads-") if database is None else None
        self.database = str(database or Path(self._folder.name if self._folder else "", "threads.db"))
        self.api_key = api_key
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"
        self._arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: _ServerThread | None = None
        self._in_process = in_process
        self._output: IO[bytes] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.url}>"

    def start(self) -> Self:
        """Start the server and wait until it answers."""
        if self._in_process:
            self._thread = _ServerThread(self._serve_arguments(), self.api_key)
            return self
        self._output = self._output or tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__
        command = [sys.executable, "-m", "threads_server", *self._serve_arguments()]
        self._process = subprocess.Popen(
            command,
            env={**os.environ, "THREADS_SERVER_API_KEY": self.api_key},
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the server did not start:\n{self.output()}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        """Stop the process with SIGTERM, or kill it if it does not end within STOP_SECONDS."""
        if self._thread is not None:
            self._thread.stop()
            self._thread = None
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @property
    def pid(self) -> int:
        """Id of the running process. Raises RuntimeError if it is not running."""
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    def output(self) -> str:
        """Output of the process since its first start."""
        if self._output is None:
            return ""
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode(errors="replace")

    def perform(self, action: str, body: Mapping[str, Any]) -> Any:
        """Send one instruction: directly to a server in this process, otherwise as a POST to `/testing/{action}`."""
        if self._folder is None:
            raise BadInstruction("a server on a database of yours takes no instructions: leave out `database`")
        if self._thread is not None:
            return self._thread.perform(action, body)
        if self._process is None:
            raise BadInstruction("the server is not running: use it in a `with`, or start() it")
        return self._fetch(f"{self.url.removesuffix('/api')}/testing/{action}", encoded(body))

    def look(self, path: str) -> Any:
        """GET a path of the API, without faults and without a record; its JSON."""
        return self._fetch(f"{self.url.removesuffix('/api')}/testing/api{path}", None)

    def _fetch(self, url: str, body: bytes | None) -> Any:
        headers = {"Content-Type": "application/json", "X-API-Key": self.api_key}
        try:
            with _local.open(urllib.request.Request(url, body, headers), timeout=CALL_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise BadInstruction(json.load(error)["detail"]) from error
        except OSError as error:
            raise BadInstruction(f"the server does not answer: {error}") from error

    def _serve_arguments(self) -> list[str]:
        where = ["--testing"] if self._folder is not None else []
        return [
            "serve",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--database",
            self.database,
            *where,
            *self._arguments,
        ]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()
        if self._output is not None:
            self._output.close()
        if self._folder is not None:
            self._folder.cleanup()


class _ServerThread:
    """A running server in a thread of this process, with its script."""

    def __init__(self, arguments: Sequence[str], api_key: str) -> None:
        from threads_server.cli import parse_settings

        self._settings = parse_settings(arguments, api_key=api_key)
        self._running: SimpleQueue[tuple[Server, Script, asyncio.AbstractEventLoop] | BaseException] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="threads-server", daemon=True)
        self._thread.start()
        outcome = self._running.get(timeout=START_SECONDS)
        if isinstance(outcome, BaseException):
            raise RuntimeError(f"the server did not start: {outcome}") from outcome
        self._server, self._script, self._loop = outcome

    def perform(self, action: str, body: Mapping[str, Any]) -> Any:
        """Carry out an instruction on the server's event loop."""
        if threading.current_thread() is self._thread:
            raise BadInstruction("an answer cannot give instructions: the server waits for it")
        work = asyncio.run_coroutine_threadsafe(self._script.perform(action, body), self._loop)
        return work.result(CALL_SECONDS)

    def stop(self) -> None:
        """Stop as on a signal."""
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        from threads_server.server import Server, listen
        from threads_server.testing.app import create_testing_app

        def ready() -> None:
            self._running.put((server, script, asyncio.get_running_loop()))

        try:
            listener = listen(self._settings.host, self._settings.port)
            app, script = create_testing_app(self._settings)
            server = Server(self._settings, app, ready=ready, script=script)
            server.run([listener])
        except BaseException as error:
            self._running.put(error)


_local = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Loopback needs no proxy, whatever the environment says."""


def free_port() -> int:
    """Find a port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
