"""The store by itself: what is committed, what is refused, and what happens when the file cannot be had."""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import eventually
from threads_server.clock import now
from threads_server.ids import new_id
from threads_server.settings import Settings
from threads_server.store import Store, StoreOpenError, StoreUnavailable, assistants, threads
from threads_server.store.assistants import AssistantRow
from threads_server.store.backends import open_store, sqlite_file
from threads_server.store.backends.schema import MIGRATIONS
from threads_server.store.threads import LightThreadRow, NewMessage
from threads_server.store.transaction import Transaction, one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "threads.db"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = await opened(path)
    yield store
    await store.close()


async def opened(path: Path, *, serving: bool = True) -> Store:
    return await open_store(Settings(database=str(path)), serving=serving)


def fill(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def content(path: Path) -> bytes:
    return path.read_bytes()


def add(name: str) -> Transaction[None]:
    yield from assistants.insert(AssistantRow(new_id(), "a", name, now(), "{}"))


def names() -> Transaction[list[str]]:
    rows = yield "SELECT name FROM assistants WHERE account_id = 'a' ORDER BY created_at, assistant_id", ()
    return [row[0] for row in rows]


def add_and_fail(name: str) -> Transaction[None]:
    yield from add(name)
    raise RuntimeError(name)


def count_commits(store: Store) -> list[str]:
    """The statements that the writing thread runs from now on."""
    said: list[str] = []
    store.writer.set_trace_callback(said.append)  # type: ignore[attr-defined]
    return said


class TestWriting:
    async def test_what_was_acknowledged_is_there_for_others(self, store: Store, path: Path) -> None:
        await store.write(add, "x")
        with closing(sqlite3.connect(path)) as other, other:
            assert other.execute("SELECT name FROM assistants WHERE account_id = 'a'").fetchall() == [("x",)]
        assert await store.read(names) == await store.read_large(names) == ["x"]

    async def test_it_is_synced_with_every_commit(self, store: Store) -> None:
        writer = store.writer  # type: ignore[attr-defined]
        assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
        assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert writer.execute("PRAGMA foreign_keys").fetchone() == (1,)

    async def test_those_who_write_at_once_share_a_commit(self, store: Store) -> None:
        said = count_commits(store)
        await asyncio.gather(*(store.write(add, str(number)) for number in range(200)))
        assert len(await store.read(names)) == 200
        assert said.count("COMMIT") < 20

    async def test_one_that_fails_fails_alone(self, store: Store) -> None:
        tasks = [store.write(add_and_fail if number % 3 == 0 else add, str(number)) for number in range(30)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        for number, result in enumerate(results):
            if number % 3 == 0:
                assert isinstance(result, RuntimeError)
                assert str(result) == str(number)
            else:
                assert result is None
        assert sorted(await store.read(names)) == sorted(str(number) for number in range(30) if number % 3)

    async def test_they_are_done_in_the_order_in_which_they_came(self, store: Store) -> None:
        seen: list[int] = []

        def note(number: int) -> Transaction[None]:
            seen.append(number)
            yield from one("SELECT 1")

        await asyncio.gather(*(store.write(note, number) for number in range(100)))
        assert seen == list(range(100))

    async def test_a_caller_that_leaves_holds_up_nobody(self, store: Store) -> None:
        tasks = [asyncio.create_task(store.write(add, str(number))) for number in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert results[1::2] == [None] * 10

    async def test_closing_finishes_what_was_begun(self, path: Path) -> None:
        store = await opened(path)
        tasks = [asyncio.create_task(store.write(add, str(number))) for number in range(50)]
        await asyncio.sleep(0)
        await store.close()
        assert await asyncio.gather(*tasks) == [None] * 50
        for way in (store.write, store.read, store.read_large):
            with pytest.raises(StoreUnavailable):
                await way(names)
        await store.close()
        again = await opened(path)
        assert len(await again.read(names)) == 50
        await again.close()


class TestAway:
    async def test_another_process_that_writes_is_waited_for(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        writing = asyncio.create_task(store.write(add, "x"))
        await asyncio.sleep(0.1)
        assert not writing.done()
        assert await store.read(names) == []
        other.execute("COMMIT")
        await writing
        other.close()

    async def test_but_not_for_ever(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_MILLISECONDS", 50)
        store = await opened(path)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await store.write(add, "x")
        other.execute("ROLLBACK")
        other.close()
        await store.write(add, "y")
        assert await store.read(names) == ["y"]
        await store.close()

    async def test_a_full_disk_loses_nothing_that_was_acknowledged(self, store: Store) -> None:
        await store.write(add, "kept")
        writer = store.writer  # type: ignore[attr-defined]
        pages = writer.execute("PRAGMA page_count").fetchone()[0]
        writer.execute(f"PRAGMA max_page_count = {pages + 1}")
        tasks = [store.write(add, f"{number} {'x' * 5000}") for number in range(40)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        failed = [result for result in results if result is not None]
        assert failed
        assert all(isinstance(result, StoreUnavailable) for result in failed)
        writer.execute("PRAGMA max_page_count = 1000000")
        await store.write(add, "after")
        assert len(await store.read(names)) == 2 + len(results) - len(failed)

    async def test_a_file_that_was_ruined_is_away(self, store: Store, path: Path) -> None:
        await store.write(add, "x")
        store.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[attr-defined]
        fill(path, b"\xff" * len(content(path)))
        with pytest.raises(StoreUnavailable, match="not a database"):
            await store.read_large(names)


class TestOpening:
    async def refusal(self, path: Path, *, serving: bool = True) -> str:
        with pytest.raises(StoreOpenError) as refused:
            await opened(path, serving=serving)
        text = str(refused.value)
        assert "\n" not in text
        assert str(path) in text
        return text

    async def test_a_file_that_is_no_database(self, path: Path) -> None:
        fill(path, b"Dear diary, " * 100)
        assert "not a database" in await self.refusal(path)
        assert content(path) == b"Dear diary, " * 100

    async def test_a_database_of_another_application(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as other, other:
            other.execute("CREATE TABLE diary (day TEXT)")
        before = content(path)
        assert "another application" in await self.refusal(path)
        assert content(path) == before

    async def test_one_that_a_newer_version_wrote(self, path: Path) -> None:
        await (await opened(path)).close()
        with closing(sqlite3.connect(path)) as other, other:
            other.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        assert "newer version" in await self.refusal(path)

    async def test_a_folder_and_a_place_that_is_not_there(self, path: Path) -> None:
        assert "is a folder" in await self.refusal(path.parent)
        assert "is not there" in await self.refusal(path / "deeper" / "threads.db")

    async def test_a_place_that_cannot_be_written(self) -> None:
        await self.refusal(Path("/proc/threads.db"))
        await self.refusal(Path("/proc/threads.db"), serving=False)

    async def test_a_second_server(self, store: Store, path: Path) -> None:
        assert "in use by another server" in await self.refusal(path)
        beside = await opened(path, serving=False)
        await beside.write(add, "by a command")
        await beside.close()
        assert await store.read(names) == ["by a command"]

    async def test_the_lock_ends_with_its_process(self, path: Path) -> None:
        program = (
            "import asyncio, os, sys\n"
            "from threads_server.settings import Settings\n"
            "from threads_server.store.backends import open_store\n"
            "asyncio.run(open_store(Settings(database=sys.argv[1]), serving=True))\n"
            "print('open', flush=True)\n"
            "sys.stdin.read()\n"
        )
        command = [sys.executable, "-c", program, str(path)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: ASYNC220
            assert process.stdout is not None
            assert process.stdout.readline() == b"open\n"
            assert "in use" in await self.refusal(path)
            process.kill()
        await (await opened(path)).close()

    async def test_a_refusal_leaves_no_lock(self, path: Path) -> None:
        fill(path, b"no database " * 100)
        await self.refusal(path)
        fill(path, b"")
        await (await opened(path)).close()

    async def test_an_older_one_is_brought_up_to_date_with_what_is_in_it(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sqlite_file, "MIGRATIONS", MIGRATIONS[:1])
        store = await opened(path)
        await store.write(add, "x")
        await store.close()
        monkeypatch.undo()
        store = await opened(path)
        assert await store.read(names) == ["x"]
        assert await store.read(one, "PRAGMA user_version") == (len(MIGRATIONS),)
        await store.close()

    async def test_one_that_another_process_makes_between_two_looks_is_ours(self, path: Path) -> None:
        class Slow:
            """A connection beside which another one makes the database after the first look."""

            def __init__(self) -> None:
                self.connection = sqlite3.connect(path)
                self.looks = 0

            def execute(self, sql: str) -> sqlite3.Cursor:
                self.looks += 1
                if self.looks == 2:
                    other = sqlite_file.connect(path)
                    sqlite_file.migrate(path, other, older=False)
                    other.close()
                found = self.connection.execute(sql)
                return self.connection.execute("SELECT ?", found.fetchone())

        slow: Any = Slow()
        sqlite_file.check_ownership(path, slow, older=False)
        assert slow.looks == 3
        slow.connection.close()

    async def test_another_process_that_is_about_to_make_it_is_waited_for(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        said: list[str] = []
        connect = sqlite_file.connect

        def traced(path: Path, **settings: bool) -> sqlite3.Connection:
            connection = connect(path, **settings)
            connection.set_trace_callback(said.append)
            return connection

        monkeypatch.setattr(sqlite_file, "connect", traced)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(opened(path))
        await eventually(lambda: said.count("PRAGMA journal_mode = WAL") >= 2 or opening.done())
        other.execute("COMMIT")
        other.close()
        await (await opening).close()

    async def test_but_not_for_ever(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_MILLISECONDS", 50)
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert "locked" in await self.refusal(path)
        other.close()

    async def test_two_processes_that_open_a_new_one_at_once(self, path: Path) -> None:
        both = await asyncio.gather(*(opened(path, serving=False) for _ in range(4)))
        for store in both:
            await store.write(add, "x")
        assert await both[0].read(names) == ["x"] * 4
        for store in both:
            await store.close()


class TestKeys:
    async def test_a_key_opens_its_account_until_it_is_revoked(self, store: Store, path: Path) -> None:
        assert not await store.has_keys(revoked=True)
        account = await store.add_key("first", b"1" * 32, None)
        assert await store.add_key("second", b"2" * 32, account) == account
        assert await store.add_key("third", b"3" * 32, None) != account
        assert await store.find_key(b"2" * 32) == account
        assert await store.find_key(b"9" * 32) is None
        with pytest.raises(ValueError, match="'second'"):
            await store.add_key("second", b"4" * 32, None)
        beside = await opened(path, serving=False)
        assert await beside.revoke_key("second")
        assert not await beside.revoke_key("second")
        await beside.close()
        assert await store.find_key(b"2" * 32) is None
        assert [(key.name, key.revoked_at is None) for key in await store.list_keys()] == [
            ("first", True),
            ("second", False),
            ("third", True),
        ]
        assert await store.add_key("second", b"5" * 32, None) not in (account, await store.find_key(b"3" * 32))
        for name in ("first", "second", "third"):
            assert await store.revoke_key(name)
        assert not await store.has_keys()
        assert await store.has_keys(revoked=True)


class TestOrder:
    async def test_history_and_lists_are_in_a_total_order(self, store: Store) -> None:
        def tell() -> Transaction[str]:
            yield from assistants.insert(AssistantRow("assistant", "a", "x", 1, '{"name":"x"}'))
            for thread_id in ("b", "c", "a"):
                row = yield from threads.insert("a", thread_id, "assistant", 5)
                numbered = [NewMessage(str(number)) for number in range(300)]
                yield from threads.extend(row, numbered, None, 5)
            return ""

        def page(skip: int, limit: int) -> Transaction[list[LightThreadRow]]:
            return threads.light_page("a", "assistant", skip, limit)

        await store.write(tell)
        _, whole = await store.read(threads.whole, "a", "b", 1000)
        assert whole is not None
        assert whole.messages == ",".join(map(str, range(300)))
        listed = await store.read(page, 0, 10)
        assert [row.thread_id for row in listed] == ["c", "b", "a"]
        assert [(await store.read(page, skip, 1))[0] for skip in range(3)] == listed
        assert await store.read(page, 3, 10) == []

    async def test_a_light_list_reads_no_message(self, store: Store) -> None:
        plans: list[Any] = []
        for account, assistant in (("a", None), ("a", "assistant")):
            statement = list(threads.light_page(account, None, 0, 10).send(None))
            plans += await store.read(one, f"EXPLAIN QUERY PLAN {statement[0]}", *statement[1])  # type: ignore[arg-type]
            assert "messages" not in str(statement[0]).replace("message_count", "").replace("user_message", "")
            assert assistant in (None, "assistant")
        assert plans


def test_ids_grow() -> None:
    made = [new_id() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert all(text[14] == "7" and text[19] in "89ab" for text in made)
