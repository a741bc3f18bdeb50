"""pytest fixtures of a local server, for tests of applications.

`backboard_threads_server` is a real server on a free port of this machine, started once per session, with a fresh
account for each test. `backboard_threads_environment` also points `BACKBOARD_API_KEY` and `BACKBOARD_BASE_URL` at it,
so that `Backboard()` finds it. `backboard_threads_app` is the same server in the test's own process, as an ASGI
application.

`backboard_threads_tester` is a server whose answers, faults and time the test sets (threads_server.testing). Each
test has a new one, in the environment variables too; `backboard_threads_tester_session` is one for the whole session.
Under pytest-xdist each worker has its own.

pytest loads this module wherever the package is installed, so it imports nothing of the server until it is used.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from threads_server.testing import LocalServer

if TYPE_CHECKING:
    from threads_server.responders import Responder


@dataclass(frozen=True, slots=True)
class ThreadsAccount:
    """The server's `url`, with the base path, and a key of a new account."""

    url: str
    api_key: str


@dataclass(frozen=True, slots=True)
class ThreadsApp:
    """A server in this process that is not open yet, and the key of its only account."""

    database: Path
    api_key: str

    @asynccontextmanager
    async def opened(self, responder: "Responder | None" = None) -> AsyncIterator[Callable[..., Any]]:
        """Open the ASGI application, for `httpx.ASGITransport`. Its base path is `/api`.

        `responder` gives the answers, such as a `threads_server.responders.scripted.ScriptedResponder`.
        """
        from threads_server.http.app import create_app
        from threads_server.settings import Settings

        settings = Settings(database=str(self.database), api_key=self.api_key)
        async with create_app(settings, responder).opened() as app:
            yield app


@pytest.fixture(scope="session")
def backboard_threads_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """The server process of the session."""
    with LocalServer(tmp_path_factory.mktemp("backboard-threads") / "threads.db") as server:
        yield server


@pytest.fixture
def backboard_threads_server(backboard_threads_process: LocalServer) -> ThreadsAccount:
    """The session's server, with a new account."""
    with ThreadPoolExecutor(1) as elsewhere:  # where no event loop is running, whatever the test uses
        key = elsewhere.submit(asyncio.run, _new_account(backboard_threads_process.database)).result()
    return ThreadsAccount(backboard_threads_process.url, key)


@pytest.fixture
def backboard_threads_environment(
    backboard_threads_server: ThreadsAccount, monkeypatch: pytest.MonkeyPatch
) -> ThreadsAccount:
    """The session's server, in the environment variables that the client reads."""
    monkeypatch.setenv("BACKBOARD_API_KEY", backboard_threads_server.api_key)
    monkeypatch.setenv("BACKBOARD_BASE_URL", backboard_threads_server.url)
    return backboard_threads_server


@pytest.fixture
def backboard_threads_tester(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalServer]:
    """A new server whose answers, faults and time the test sets, where `Backboard()` finds it."""
    with LocalServer(in_process=True) as server:
        monkeypatch.setenv("BACKBOARD_API_KEY", server.api_key)
        monkeypatch.setenv("BACKBOARD_BASE_URL", server.url)
        yield server


@pytest.fixture(scope="session")
def backboard_threads_tester_session() -> Iterator[LocalServer]:
    """The same server for all tests of the session: `reset` it where one begins."""
    with LocalServer(in_process=True) as server:
        yield server


@pytest.fixture
def backboard_threads_app(tmp_path: Path) -> ThreadsApp:
    """A server in the test's process: `async with backboard_threads_app.opened() as app`."""
    return ThreadsApp(tmp_path / "threads.db", secrets.token_urlsafe())


async def _new_account(database: str) -> str:
    from threads_server.http.authentication import create_key
    from threads_server.settings import Settings
    from threads_server.store.backends import open_store

    store = await open_store(Settings(database=database))
    try:
        return await create_key(store, f"test {secrets.token_hex(8)}")
    finally:
        await store.close()
