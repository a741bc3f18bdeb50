"""A server process on a free port of this machine, for tests and demonstrations."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

START_SECONDS = 60
STOP_SECONDS = 30
"""Longer than the server itself takes at most."""


class LocalServer:
    """`threads-server serve` on 127.0.0.1, as a context manager.

    It can be started again after a stop, on the same port and database.

    Args:
        database: a path or a `postgresql://` address.
        api_key: the key that opens the account `default`.
        arguments: further options of `threads-server serve`.

    Raises:
        RuntimeError: from `start`, if the server ends or does not answer within START_SECONDS; with its output.
    """

    def __init__(self, database: Path | str, *, api_key: str = "local", arguments: Sequence[str] = ()) -> None:
        self.database = str(database)
        self.api_key = api_key
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/api"
        self._arguments = list(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed in __exit__

    def start(self) -> Self:
        """Start the process and wait until it answers."""
        command = [sys.executable, "-m", "threads_server", "serve", "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, "--database", self.database, *self._arguments],
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
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode(errors="replace")

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
        self._output.close()


def free_port() -> int:
    """Find a port of 127.0.0.1 that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
