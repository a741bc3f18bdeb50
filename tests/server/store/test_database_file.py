"""The file of an SQLite database: its mode, its names, and what happens when it goes away."""

# ruff: noqa: ASYNC240 - files of the tests

import asyncio
import logging
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server.threads_api import serving
from threads_server.clock import now
from threads_server.http.app import create_app
from threads_server.ids import new_id
from threads_server.settings import Settings
from threads_server.store import Store, StoreOpenError, StoreUnavailable, assistants
from threads_server.store.assistants import AssistantRow
from threads_server.store.backends import open_store, sqlite_file
from threads_server.store.backends.sqlite import SqliteStore
from threads_server.store.transaction import Transaction, one

linux = pytest.mark.skipif(sys.platform != "linux", reason="locks of open file descriptions")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "threads.db"


async def opened(path: Path, *, serving: bool = True) -> Store:
    return await open_store(Settings(database=str(path)), serving=serving)


async def open_error(path: Path, *, serving: bool = True) -> str:
    with pytest.raises(StoreOpenError) as refused:
        await opened(path, serving=serving)
    text = str(refused.value)
    assert "\n" not in text
    assert str(path) in text
    return text


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def add(name: str) -> Transaction[None]:
    yield from assistants.insert(AssistantRow(new_id(), "a", name, now(), "{}"))


def count() -> Transaction[int]:
    row = yield from one("SELECT count(*) FROM assistants WHERE account_id = 'a'")
    assert row is not None
    number: int = row[0]
    return number


@asynccontextmanager
async def served_elsewhere(path: Path) -> AsyncIterator[None]:
    """Another process that serves the database."""
    program = (
        "import asyncio, sys\n"
        "from threads_server.settings import Settings\n"
        "from threads_server.store.backends import open_store\n"
        "asyncio.run(open_store(Settings(database=sys.argv[1]), serving=True))\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277])
async def test_new_database_whatever_the_umask_is_of_its_owner_alone(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        store = await opened(path)
        await store.write(add, "x")
        modes = {file.name: mode(file) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    await store.close()
    assert modes.pop("threads.db.lock") & 0o077 == 0
    assert modes == dict.fromkeys(("threads.db", "threads.db-wal", "threads.db-shm"), 0o600)


async def test_database_with_looser_mode_is_served_with_a_warning(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await (await opened(path)).close()
    assert caplog.messages == []
    path.chmod(0o644)
    await (await opened(path, serving=False)).close()
    assert caplog.messages == []
    await (await opened(path)).close()
    assert caplog.messages == [f"{path} is open to other users (mode 0644); chmod 600 it"]
    assert mode(path) == 0o644


async def test_dangling_symbolic_link_is_refused(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere.db"))
    assert "symbolic link to a file that is not there" in await open_error(path)
    assert not path.with_name("elsewhere.db").exists()


async def test_symbolic_link_to_a_served_database_is_in_use(path: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "folder" / "link.db"
    async with served_elsewhere(path):
        link.symlink_to(path)
        assert "in use by another server" in await open_error(link)
    await (await opened(link)).close()
    assert [entry.name for entry in link.parent.iterdir()] == ["link.db"]


async def test_hard_link_to_a_database_is_refused(path: Path) -> None:
    other = path.with_name("other.db")
    async with served_elsewhere(path):
        os.link(path, other)
        for serving in (True, False):
            assert "2 names (hard links)" in await open_error(other, serving=serving)


@linux
async def test_served_database_without_its_lock_file_is_in_use(path: Path) -> None:
    async with served_elsewhere(path):
        path.with_name("threads.db.lock").unlink()
        assert "in use by another server" in await open_error(path)
    await (await opened(path)).close()


@linux
async def test_locks_of_sqlite_outlive_a_server_that_is_refused(path: Path) -> None:
    """A descriptor of the file that is closed too early drops them, and the next to close takes the log away."""
    store = await opened(path)
    await store.write(add, "x")
    path.with_name("threads.db.lock").unlink()
    await open_error(path)
    subprocess.run(  # noqa: ASYNC221
        [
            sys.executable,
            "-c",
            "import sqlite3, sys\nsqlite3.connect(sys.argv[1]).execute('SELECT 1 FROM assistants')",
            path,
        ],
        check=True,
    )
    assert path.with_name("threads.db-wal").exists()
    await store.write(add, "y")
    assert await store.read(count) == 2
    await store.close()


@pytest.mark.parametrize("replaced", [False, True])
async def test_database_that_goes_away_is_unavailable_until_it_is_back(
    path: Path, replaced: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite_file, "CHECK_INTERVAL_SECONDS", 0.0)
    aside = path.with_name("aside.db")
    settings = Settings(database=str(path), api_key="k")
    async with (
        create_app(settings).opened() as app,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://threads/api", headers={"X-API-Key": "k"}
        ) as client,
    ):
        assert (await client.post("/assistants", json={"name": "x"})).status_code == 200
        path.rename(aside)
        if replaced:
            os.close(os.open(path, os.O_CREAT))
        answers = [await client.get("/threads"), await client.post("/assistants", json={"name": "y"})]
        answers += [await client.get("/threads?include_messages=true"), await client.get("/health")]
        assert [answer.status_code for answer in answers] == [503] * 4
        assert answers[0].json() == {"detail": "The database file was deleted or replaced"}
        errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
        assert errors == [f"the database file {path} was deleted or replaced; nothing is read or written"]
        aside.rename(path)
        assert len((await client.get("/assistants")).json()) == 1


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
async def test_nothing_is_acknowledged_once_the_log_is_deleted(
    path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite_file, "CHECK_INTERVAL_SECONDS", 0.0)
    store = await SqliteStore.open(str(path), serving=True, create=True, any_version=False)
    await store.write(one, "INSERT INTO api_keys (digest, name, account_id, created_at) VALUES (x'00', 'n', 'a', 1)")
    path.with_name(f"{path.name}{suffix}").unlink()
    with pytest.raises(StoreUnavailable, match="deleted or replaced"):
        await store.write(one, "DELETE FROM api_keys")
    assert f"{path}{suffix} was deleted" in caplog.text
    await store.close()
    store = await SqliteStore.open(
        str(path), serving=True, create=True, any_version=False
    )  # what was acknowledged before is there
    assert [key.name for key in await store.list_keys()] == ["n"]
    await store.close()


def test_file_is_looked_for_several_times_a_second() -> None:
    assert sqlite_file.CHECK_INTERVAL_SECONDS <= 0.5


async def test_full_disk_opens_for_reading(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = await opened(path)
    await store.write(add, "x")
    await store.close()
    connect = sqlite_file.connect

    class Full(sqlite3.Connection):
        """A connection to a file on a disk that has no room for the shared memory beside it."""

        def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:  # type: ignore[override]
            if sql.startswith("PRAGMA journal_mode"):
                error = sqlite3.OperationalError("disk I/O error")
                error.sqlite_errorcode = sqlite3.SQLITE_IOERR_SHMSIZE
                raise error
            return super().execute(sql, *parameters)  # type: ignore[arg-type]

    def full(path: Path | str, *, read_only: bool = False) -> sqlite3.Connection:
        return connect(path, read_only=read_only) if read_only else Full(path, isolation_level=None)

    monkeypatch.setattr(sqlite_file, "connect", full)
    store = await opened(path)
    assert caplog.messages == [
        f"{path} is open for reading only: the disk is full; restart the server when there is room"
    ]
    assert await store.read(count) == await store.read_large(count) == 1
    with pytest.raises(StoreUnavailable, match="disk is full"):
        await store.write(add, "y")
    await store.close()
    monkeypatch.undo()
    store = await opened(path)
    await store.write(add, "y")
    assert await store.read(count) == 2
    await store.close()


async def test_runs_that_cannot_be_ended_at_the_start_are_ended_later(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that was killed during a run starts on a full disk."""
    async with serving(path) as api:
        thread_id = await api.thread()
        run_id = (await api.turn(thread_id, "x"))["run_id"]
        await api.services.store.write(one, "UPDATE runs SET status = 'IN_PROGRESS' WHERE run_id = ?", run_id)
        await api.services.store.write(one, "UPDATE threads SET active_run = ? WHERE thread_id = ?", run_id, thread_id)
    full = True
    write = SqliteStore.write

    async def fail_while_full(store: Any, *arguments: Any, **named: Any) -> Any:
        if full:
            raise StoreUnavailable("The store cannot be reached: database or disk is full")
        return await write(store, *arguments, **named)

    monkeypatch.setattr(SqliteStore, "write", fail_while_full)
    monkeypatch.setattr("threads_server.operations.services.ORPHANS_RETRY_SECONDS", 0.01)
    async with serving(path, busy_wait=0.0) as api:
        assert caplog.messages[0] == (
            "1 runs of an earlier server process could not be ended yet: "
            "The store cannot be reached: database or disk is full"
        )
        assert len(await api.history(thread_id)) == 2
        assert (await api.send(thread_id, "y")).status_code == 503
        full = False
        async with asyncio.timeout(60):
            while (await api.send(thread_id, "y")).status_code != 200:  # noqa: ASYNC110 - it is the server's own task
                await asyncio.sleep(0.01)
        assert len(await api.history(thread_id)) == 5  # the end of the run is a message
