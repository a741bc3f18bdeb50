"""A server of its own, and two people with keys to different accounts."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from threads_server.testing import LocalServer
from tools.resources import Caller


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with LocalServer(tmp_path_factory.mktemp("matrix") / "threads.db", api_key="ada's key") as started:
        yield started


@pytest.fixture(scope="session")
def ada(server: LocalServer) -> Iterator[Caller]:
    caller = Caller(server.url, server.api_key)
    yield caller
    caller.close()


@pytest.fixture(scope="session")
def bob(server: LocalServer) -> Iterator[Caller]:
    caller = Caller(server.url, new_key(server.database, "bob"))
    yield caller
    caller.close()


def new_key(database: str | Path, name: str) -> str:
    """A key to a new account, made as a person would."""
    done = subprocess.run(
        [sys.executable, "-m", "threads_server", "keys", "create", name, "--database", str(database)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()
