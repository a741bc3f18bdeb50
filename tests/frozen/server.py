"""The server by its command line: its commands, and a process that serves on a free port of this machine."""

import asyncio
import contextlib
import os
import re
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx

from tests.frozen.exchange import HANG_SECONDS, Wire
from tests.support.server import command_line
from threads_server.http.authentication import create_key
from threads_server.settings import Settings
from threads_server.store.backends import open_store

_PROGRAM = Path(sysconfig.get_path("scripts")) / "threads-server"
_GREETING = re.compile(r"Backboard Threads on (http://127\.0\.0\.1:\d+)/api")


def run(*arguments: str | Path) -> str:
    """Output of a command. Raises AssertionError if it fails."""
    done = command_line.run(*map(str, arguments))
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def upgrade(database: str | Path) -> None:
    """Upgrade a database as a server does at its start, and no more."""

    async def open_and_close() -> None:
        await (await open_store(Settings(database=str(database)), serving=True)).close()

    asyncio.run(open_and_close())


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("THREADS_SERVER_")}
    return {**kept, **more}


class Served:
    """A server that runs: its process, and its address."""

    def __init__(self, process: "subprocess.Popen[str]", address: str) -> None:
        self.process = process
        self.address = address


@contextlib.contextmanager
def requests_to(address: str, keys: Mapping[str, str]) -> Iterator[Wire]:
    """Sends requests to a server under named keys."""
    with httpx.Client(base_url=address, timeout=HANG_SECONDS, trust_env=False, verify=False) as http:
        yield Wire(http, keys)


@contextlib.contextmanager
def serving(database: str | Path, *options: str, **environment: str) -> Iterator[Served]:
    """Runs the server on a database until it is left."""
    command = [_PROGRAM, "serve", "--host", "127.0.0.1", "--port", "0", "--database", str(database), *options]
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            env=_environment(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout is not None
        try:
            greeting = next((found for line in process.stdout if (found := _GREETING.match(line))), None)
            if greeting is None:
                errors.seek(0)
                raise AssertionError(f"the server did not start:\n{errors.read()}")
            yield Served(process, greeting[1])
        finally:
            process.terminate()
            try:
                process.wait(HANG_SECONDS)
            finally:
                process.kill()
                process.wait()
                process.stdout.close()


def make_keys(database: str | Path) -> dict[str, str]:
    """Makes the keys that the exchanges are asked with; gives them by name."""
    accounts = {"first": "default", "second": "second", "crashed": "crashed", "revoked": "default", "own": None}

    async def make() -> dict[str, str]:
        store = await open_store(Settings(database=str(database)))
        try:
            keys = {name: await create_key(store, name, account) for name, account in accounts.items()}
            await store.revoke_key("revoked")
        finally:
            await store.close()
        return keys

    return {"unknown": "a-key-that-nobody-made", **asyncio.run(make())}
