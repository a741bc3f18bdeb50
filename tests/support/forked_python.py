"""Programs run in processes forked from one that has imported what the client imports, in a fifth of the time."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

SERVER = """
import json, os, runpy, sys

import anyio._backends._asyncio, attrs, httpcore, httpx, msgspec

for line in sys.stdin:
    sys.argv, environment, output, errors = json.loads(line)
    if not os.fork():
        os.environ.clear()
        os.environ.update(environment)
        os.dup2(os.open(output, os.O_WRONLY), 1)
        os.dup2(os.open(errors, os.O_WRONLY), 2)
        runpy.run_path(sys.argv[0], run_name="__main__")
        sys.stdout.flush()
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)
"""


class ForkedPython:
    """Runs one program at a time, as `python -I -B` does."""

    def __init__(self, server: subprocess.Popen[str]) -> None:
        self._server = server

    def run(self, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the text of a program, with more of an environment than this process has."""
        with NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as program:
            program.write(code)
            program.flush()
            return self.run_file(program.name, **environment)

    def run_file(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a file with arguments."""
        requests, statuses = self._server.stdin, self._server.stdout
        assert requests is not None
        assert statuses is not None
        with NamedTemporaryFile("r", encoding="utf-8") as output, NamedTemporaryFile("r", encoding="utf-8") as errors:
            request = (arguments, {**os.environ, **environment}, output.name, errors.name)
            print(json.dumps(request), file=requests, flush=True)
            return subprocess.CompletedProcess(arguments, int(statuses.readline()), output.read(), errors.read())

    def run_trial(self, program: Path, folder: Path) -> str | None:
        """Do what `generator.trial.run_trial` does."""
        done = self.run_file(str(program), str(folder))
        return done.stderr if done.returncode else None


@contextmanager
def forking_python() -> Iterator[ForkedPython]:
    command = [sys.executable, "-I", "-B", "-c", SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        yield ForkedPython(server)
