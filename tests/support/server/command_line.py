"""The command `threads-server`: run to its end in this process, or as a process that serves."""

import io
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from threads_server.cli import main

COMMAND = [sys.executable, "-m", "threads_server"]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("THREADS_SERVER_")}
LOGGERS = (None, "threads_server", "uvicorn.error")
"""Loggers that a server configures."""

TIMEOUT_SECONDS = 600
"""Only bounds a hang."""


def run(
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    given: bytes = b"",
    encoding: str = "utf-8",
    terminal: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, in a thread of this process: each process would import all of it anew.

    `given` is its standard input, `encoding` that of its output; `terminal` says that the input is one.
    """
    output, errors = (io.TextIOWrapper(io.BytesIO(), encoding, errors=one) for one in ("strict", "backslashreplace"))
    ended: list[BaseException] = []

    def work() -> None:
        try:
            main(arguments)
        except BaseException as error:
            ended.append(error)

    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - CLEAN.keys():
            patch.delenv(name)
        for name, value in (environment or {}).items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        patch.setattr(sys.stdin, "isatty", lambda: terminal)
        patch.setattr(sys, "stdout", output)
        patch.setattr(sys, "stderr", errors)
        patch.setattr(logging.getLogger(), "handlers", [])  # so that warnings are printed
        patch.setattr(signal, "signal", lambda *_: None)  # only the main thread may handle signals
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(TIMEOUT_SECONDS)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    if not ended or not isinstance(ended[0], SystemExit):
        raise ended[0] if ended else AssertionError("the command does not end")
    printed = []
    for stream in (output, errors):
        stream.flush()
        printed.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]  # BytesIO
    return subprocess.CompletedProcess([*arguments], int(ended[0].code or 0), *printed)


def refused(*arguments: str, code: int = 1, environment: Mapping[str, str] | None = None) -> str:
    """Run a command that fails; the one line that it prints on standard error."""
    done = run(*arguments, environment=environment)
    assert done.returncode == code, done
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("threads-server: ")
    return lines[0]


@contextmanager
def serving(
    *arguments: str, environment: Mapping[str, str] | None = None, lines: int = 1
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server process on a free port, and the first lines that it printed."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**CLEAN, **(environment or {})},
    )
    assert process.stdout is not None
    try:
        yield process, [process.stdout.readline().rstrip() for _ in range(lines)]
    finally:
        process.kill()
        process.communicate()


def at_a_terminal(*arguments: str) -> str:
    """Standard error of a failed command, whose input is a terminal."""
    done = run(*arguments, terminal=True)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr
