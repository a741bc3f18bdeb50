"""The server on PostgreSQL behind pgbouncer, which pools sessions or transactions."""

import asyncio
import contextlib
import os
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.support.database.postgres import PostgresServer
from tests.support.server.threads_api import Api, serving
from threads_server.settings import Settings
from threads_server.store import Store
from threads_server.store.backends import open_store
from threads_server.store.clearing import clear_deleted
from threads_server.store.transaction import Transaction, one
from threads_server.testing import free_port

pytestmark = pytest.mark.anyio


class Pgbouncer:
    """pgbouncer before a PostgreSQL server, on a free port of 127.0.0.1."""

    def __init__(self, server: PostgresServer, mode: str, folder: Path) -> None:
        self.port = free_port()
        configuration = folder / "pgbouncer.ini"
        configuration.write_text(
            f"[databases]\npostgres = host=127.0.0.1 port={server.port} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = 5\nlogfile = {folder / 'log'}\n"
        )
        as_nobody: dict[str, Any] = {}
        if os.geteuid() == 0:  # it does not run as root
            folder.chmod(0o777)
            as_nobody = {"user": "nobody", "group": "nogroup", "extra_groups": ()}
        path = f"{os.environ['PATH']}:/usr/sbin"
        self.process = subprocess.Popen(
            ["pgbouncer", "--quiet", str(configuration)], env={"PATH": path}, stdin=subprocess.DEVNULL, **as_nobody
        )

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    async def ready(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                connection = await asyncpg.connect(self.url, statement_cache_size=0)
            except (OSError, asyncpg.PostgresError):
                assert self.process.poll() is None, "pgbouncer has ended"
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)
            else:
                await connection.close()
                return


@pytest.fixture(params=["session", "transaction"])
async def address(request: pytest.FixtureRequest, postgres_server: PostgresServer) -> AsyncIterator[str]:
    """The address of an empty database behind pgbouncer in each mode."""
    await asyncio.to_thread(postgres_server.cleared)
    with tempfile.TemporaryDirectory(prefix="threads-pgbouncer-") as folder:
        pgbouncer = Pgbouncer(postgres_server, request.param, Path(folder))
        try:
            await pgbouncer.ready()
            yield pgbouncer.url
        finally:
            pgbouncer.process.terminate()
            pgbouncer.process.wait()


@contextlib.asynccontextmanager
async def opened(address: str, **settings: Any) -> AsyncIterator[Store]:
    store = await open_store(Settings(database=address, **settings), serving=True)
    try:
        yield store
    finally:
        await store.close()


async def test_tables_are_made_in_their_schema(address: str, postgres_server: PostgresServer) -> None:
    async with opened(address):
        pass
    connection = await asyncpg.connect(postgres_server.url())
    schemas = await connection.fetch(
        "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('threads', 'files')"
    )
    await connection.close()
    assert [row[0] for row in schemas] == ["backboard_threads"]


async def test_sessions_are_left_as_they_were(address: str) -> None:
    async with opened(address) as store:
        await asyncio.gather(*(store.write(one, "SELECT pg_sleep(0.01)") for _ in range(20)))
    connection = await asyncpg.connect(address, statement_cache_size=0)
    for setting, value in (("search_path", '"$user", public'), ("lock_timeout", "0"), ("jit", "on")):
        async with connection.transaction():
            assert await connection.fetchval(f"SHOW {setting}") == value
    await connection.close()


async def test_many_reads_and_writes_at_once_are_each_done_once(address: str) -> None:
    def add(name: str) -> Transaction[None]:
        yield from one(
            "INSERT INTO api_keys (digest, name, account_id, created_at) VALUES (?, ?, 'a', 1)", name.encode(), name
        )

    async with opened(address) as first, opened(address) as second:
        names = [str(number) for number in range(200)]
        work: list[Any] = []
        for number, name in enumerate(names):
            store = (first, second)[number % 2]
            work += [store.write(add, name), store.list_keys(), store.read_large(one, "SELECT ?", name)]
        await asyncio.gather(*work)
        assert sorted(key.name for key in await first.list_keys()) == sorted(names)


async def test_life_of_a_thread_behind_a_pooler(address: str) -> None:
    async with serving(address) as one_api, serving(address) as other_api:
        await talk(one_api, other_api)


async def talk(api: Api, other: Api) -> None:
    thread_id = await api.thread()
    turns = await asyncio.gather(*(api.turn(thread_id, "/say Hello") for _ in range(4)))
    assert {turn["content"] for turn in turns} == {"Hello"}
    async with other.stream(thread_id, "/say Streamed text") as stream:
        assert (await stream.rest())[-1]["type"] == "run_ended"
    assert await other.history(thread_id) == await api.history(thread_id)
    assert len(await api.history(thread_id)) == 10
    assert (await other.http.delete(f"/threads/{thread_id}")).status_code == 200
    assert (await api.http.get(f"/threads/{thread_id}")).status_code == 404
    await clear_deleted(api.services.store)
