"""Databases of released versions are migrated: each of them, all or nothing, and once."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import asyncpg
import pytest

from tests.frozen.database import copied, restored, tables
from tests.frozen.server import run
from threads_server.store.backends.postgres_schema import MIGRATION_LOCK
from threads_server.store.backends.schema import MIGRATIONS
from threads_server.store.backends.sqlite_file import connect

HERE = Path(__file__).parent
RELEASED = HERE.parent / "contract" / "released"
SCHEMA_VERSIONS = {"0.1.0": 3}
"""The schema version of each release."""
STATES = {len(json.loads(path.read_text())): path.parent for path in HERE.glob("v*/migrations.json")}
"""The folder of each schema version that has a frozen state."""

OPENER = """
import asyncio, sys
from threads_server.store import StoreOpenError
from threads_server.store.backends import open_store
from threads_server.settings import Settings
from threads_server.store.backends import postgres_schema, schema, sqlite_file

module = postgres_schema if sys.argv[1].startswith("postgresql:") else sqlite_file
sqlite_file.BUSY_TIMEOUT_MILLISECONDS = 600_000
module.MIGRATIONS = (*schema.MIGRATIONS, tuple(sys.argv[2:]))

def traced(*arguments, connect=sqlite_file.connect, **options):
    connection = connect(*arguments, **options)
    connection.set_trace_callback(lambda sql: sql == "BEGIN IMMEDIATE" and print(sql, flush=True))
    return connection

sqlite_file.connect = traced

async def open_and_close():
    await (await open_store(Settings(database=sys.argv[1]))).close()

try:
    asyncio.run(open_and_close())
except StoreOpenError as error:
    sys.exit(str(error))
"""
"""Opens a database with one more migration, of the given statements; with SQLite it prints a line when that begins."""


@pytest.fixture(params=STATES)
def frozen(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A copy of each frozen database of the kind."""
    folder = STATES[request.param] / kind
    if kind == "postgres":
        return restored(folder / "threads.sql", request.getfixturevalue("new_postgres"))
    return copied(folder / "threads.sqlite.gz", tmp_path / "threads.sqlite")


def version_of(database: str) -> int:
    if not database.startswith("postgresql://"):
        with closing(sqlite3.connect(database)) as connection:
            return int(connection.execute("PRAGMA user_version").fetchone()[0])

    async def fetch() -> int:
        connection = await asyncpg.connect(database)
        try:
            return int(await connection.fetchval("SELECT version FROM backboard_threads.schema_version"))
        finally:
            await connection.close()

    return asyncio.run(fetch())


def opener(database: str, *statements: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", OPENER, database, *statements]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_every_released_schema_version_has_a_frozen_state() -> None:
    releases = {path.stem.removeprefix("openapi-") for path in RELEASED.glob("openapi-*.yaml")}
    assert releases == SCHEMA_VERSIONS.keys(), "name the schema version of each release"
    missing = set(SCHEMA_VERSIONS.values()) - STATES.keys()
    assert not missing, "make one with the server of that release: python -m tests.frozen.make"
    for folder in STATES.values():
        assert {path.name for path in folder.glob("*/threads.*")} == {"threads.sqlite.gz", "threads.sql"}


def test_frozen_database_is_migrated_and_sound(frozen: str) -> None:
    assert run("check", "--database", frozen).endswith(" is sound\n")
    assert version_of(frozen) == len(MIGRATIONS)


def test_failed_migration_leaves_the_old_state(frozen: str) -> None:
    before = tables(frozen), version_of(frozen)
    failing = opener(frozen, "CREATE TABLE half (done BIGINT)", "DROP TABLE places", "INSERT INTO nowhere VALUES (1)")
    _, said = failing.communicate(timeout=600)
    assert failing.returncode == 1
    assert "nowhere" in said
    assert (tables(frozen), version_of(frozen)) == before
    assert run("check", "--database", frozen).endswith(" is sound\n")


def test_two_processes_that_start_at_once_migrate_once(kind: str, frozen: str) -> None:
    statements = ("CREATE TABLE once (done BIGINT)", "INSERT INTO once VALUES (1)")
    with ExitStack() as stack:

        def start() -> "list[subprocess.Popen[str]]":
            started = [stack.enter_context(opener(frozen, *statements)) for _ in range(2)]
            for process in started:
                stack.callback(process.kill)
            return started

        started = behind_a_writer(frozen, start) if kind == "sqlite" else asyncio.run(behind_a_lock(frozen, start))
        for process in started:
            assert (process.communicate(timeout=600)[1], process.returncode) == ("", 0)
    assert version_of(frozen) == len(MIGRATIONS) + 1


def behind_a_writer(path: str, start: Callable[[], "list[subprocess.Popen[str]]"]) -> "list[subprocess.Popen[str]]":
    """Let processes go on when all of them have seen the old version, and wait to write."""
    with closing(connect(Path(path))) as blocker:
        blocker.execute("PRAGMA journal_mode = WAL")
        blocker.execute("BEGIN IMMEDIATE")
        started = start()
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "BEGIN IMMEDIATE\n"
        blocker.execute("COMMIT")
    return started


async def behind_a_lock(
    address: str, start: Callable[[], "list[subprocess.Popen[str]]"]
) -> "list[subprocess.Popen[str]]":
    """The same with PostgreSQL, where they wait for the lock of migrations."""
    blocker = await asyncpg.connect(address)
    await blocker.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
    started = start()
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(600):
        while await blocker.fetchval(waiting) < len(started):  # noqa: ASYNC110 - they are other processes
            await asyncio.sleep(0.05)
    await blocker.close()
    return started
