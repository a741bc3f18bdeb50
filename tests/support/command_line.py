"""The command `threads-server` as a process: run to its end, refused, or serving."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

COMMAND = [sys.executable, "-m", "threads_server"]
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("THREADS_SERVER_")}


def run(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=30, env={**CLEAN, **(environment or {})}
    )


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
    """Standard error of a failed command, on a terminal."""
    ours, theirs = os.openpty()
    try:
        done = subprocess.run(
            [*COMMAND, *arguments], stdin=theirs, capture_output=True, text=True, timeout=600, env=CLEAN
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr
