"""Databases of released versions are migrated: each of them, all or nothing, and once."""

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import asyncpg
import pytest

from tests.frozen.database import copied, restored, tables
from tests.frozen.server import run, upgrade
from tests.support.server.command_line import refused
from threads_server.cli import make_parser
from threads_server.store.backends.lock import ServerLock
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
    await (await open_store(Settings(database=sys.argv[1]), serving=True)).close()

try:
    asyncio.run(open_and_close())
except StoreOpenError as error:
    sys.exit(str(error))
"""
"""Opens a database with one more migration, of the given statements; with SQLite it prints a line when that begins."""


def commands() -> Iterator[list[str]]:
    """Every command that opens a database, with its arguments, but for `serve` and `backup`."""
    for words, command in make_parser().commands():
        if command.get_default("database") and words[0] not in ("serve", "backup"):
            yield [*words, *(action.dest for action in command.arguments() if not action.option_strings)]


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


def execute(database: str, statement: str) -> None:
    """Run a statement."""
    if not database.startswith("postgresql://"):
        with closing(sqlite3.connect(database)) as connection, connection:
            connection.execute(statement)
        return

    async def run_it() -> None:
        connection = await asyncpg.connect(database)
        try:
            await connection.execute(f"SET search_path = backboard_threads; {statement}")
        finally:
            await connection.close()

    asyncio.run(run_it())


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


def test_frozen_database_is_migrated_and_sound(frozen: str, caplog: pytest.LogCaptureFixture) -> None:
    before = version_of(frozen)
    upgrade(frozen)
    versions = f"its tables were at version {before}, and are at {len(MIGRATIONS)}"
    upgrade(frozen)
    assert [message for message in caplog.messages if "upgraded" in message] == [f"{frozen} was upgraded: {versions}"]
    assert version_of(frozen) == len(MIGRATIONS)
    assert run("check", "--database", frozen).endswith(" is sound\n")


@pytest.mark.parametrize("words", list(commands()), ids=lambda words: "-".join(words[:2]))
def test_command_refuses_an_older_database_and_leaves_it_as_it_is(
    words: list[str], frozen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()  # what a command reads
    before = tables(frozen), version_of(frozen)
    line = refused(*words, "--database", frozen)
    assert line == (
        f"threads-server: {frozen} was written by an older version of the server: its tables are at version "
        f"{before[1]}, this one needs {len(MIGRATIONS)}; back it up, then upgrade it with: threads-server serve"
    )
    assert (tables(frozen), version_of(frozen)) == before


def test_server_that_is_refused_upgrades_nothing(kind: str, frozen: str) -> None:
    before = version_of(frozen)
    if kind == "sqlite":
        lock = ServerLock(Path(frozen))
        assert lock.acquire()
        assert " is in use by another server" in refused("serve", "--port", "0", "--database", frozen)
        lock.release()
    execute(frozen, "UPDATE api_keys SET revoked_at = 1")
    assert " is revoked; " in refused("serve", "--port", "0", "--database", frozen)
    execute(frozen, "DELETE FROM api_keys")
    assert " has no API key" in refused("serve", "--host", "0.0.0.0", "--port", "0", "--database", frozen)
    assert version_of(frozen) == before


def test_backup_of_an_older_database_is_one_of_its_version(tmp_path: Path) -> None:
    for version, folder in STATES.items():
        frozen = copied(folder / "sqlite" / "threads.sqlite.gz", tmp_path / f"{version}.db")
        run("backup", tmp_path / f"{version}.backup", "--database", frozen)
        assert version_of(frozen) == version_of(str(tmp_path / f"{version}.backup")) == version


def test_failed_migration_leaves_the_old_state(frozen: str) -> None:
    before = tables(frozen), version_of(frozen)
    failing = opener(frozen, "CREATE TABLE half (done BIGINT)", "DROP TABLE places", "INSERT INTO nowhere VALUES (1)")
    _, said = failing.communicate(timeout=600)
    assert failing.returncode == 1
    assert "nowhere" in said
    assert (tables(frozen), version_of(frozen)) == before
    upgrade(frozen)
    assert run("check", "--database", frozen).endswith(" is sound\n")


def test_two_processes_that_start_at_once_migrate_once(kind: str, frozen: str) -> None:
    statements = ("CREATE TABLE once (done BIGINT)", "INSERT INTO once VALUES (1)")
    with ExitStack() as stack:

        def start() -> "subprocess.Popen[str]":
            process = stack.enter_context(opener(frozen, *statements))
            stack.callback(process.kill)
            return process

        started = behind_a_writer(frozen, start) if kind == "sqlite" else asyncio.run(behind_a_lock(frozen, start))
        said = sorted(process.communicate(timeout=600)[1] for process in started)
    assert ["in use by another server" in line for line in said] == ([True, False] if kind == "sqlite" else [False] * 2)
    assert ["was upgraded" in line for line in said] == [False, True]
    assert version_of(frozen) == len(MIGRATIONS) + 1


def behind_a_writer(path: str, start: Callable[[], "subprocess.Popen[str]"]) -> "list[subprocess.Popen[str]]":
    """Start a process that has seen the old version and waits to write, and meanwhile another, to its end."""
    with closing(connect(Path(path))) as blocker:
        blocker.execute("PRAGMA journal_mode = WAL")
        blocker.execute("BEGIN IMMEDIATE")
        first = start()
        assert first.stdout is not None
        assert first.stdout.readline() == "BEGIN IMMEDIATE\n"
        second = start()
        second.wait(600)
        blocker.execute("COMMIT")
    return [first, second]


async def behind_a_lock(address: str, start: Callable[[], "subprocess.Popen[str]"]) -> "list[subprocess.Popen[str]]":
    """Start two processes that wait for the lock of migrations in PostgreSQL, and let them go on."""
    blocker = await asyncpg.connect(address)
    await blocker.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
    started = [start(), start()]
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(600):
        while await blocker.fetchval(waiting) < len(started):  # noqa: ASYNC110 - they are other processes
            await asyncio.sleep(0.05)
    await blocker.close()
    return started
