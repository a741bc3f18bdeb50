"""The PostgreSQL store by itself: what is committed, run again and refused, and a database that is away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import product
from typing import Any, TypeVar

import asyncpg
import pytest

from tests.support.database.postgres import PostgresServer
from threads_server.clock import now
from threads_server.ids import new_id
from threads_server.settings import Settings
from threads_server.store import Store, StoreOpenError, StoreUnavailable, assistants, caller, threads
from threads_server.store.assistants import AssistantRow
from threads_server.store.backends import open_store, postgres_schema
from threads_server.store.backends import postgres as backend
from threads_server.store.backends.schema import MIGRATIONS
from threads_server.store.transaction import Transaction, every, one

T = TypeVar("T")


@pytest.fixture
async def store(postgres: str) -> AsyncIterator[Store]:
    store = await opened(postgres)
    yield store
    await store.close()


async def opened(address: str, **settings: Any) -> Store:
    return await open_store(Settings(database=address, **settings), serving=True)


async def of(account: str, way: Callable[..., Awaitable[T]], *arguments: Any) -> T:
    """Read or write for an account."""
    caller.set(account)
    return await way(*arguments)


def add(name: str) -> Transaction[None]:
    yield from assistants.insert(AssistantRow(new_id(), "a", name, now(), "{}"))


def add_and_fail(name: str) -> Transaction[None]:
    yield from add(name)
    raise RuntimeError(name)


def names() -> Transaction[list[str]]:
    rows = yield from every("SELECT name FROM assistants WHERE account_id <> '' ORDER BY created_at, assistant_id")
    return [row[0] for row in rows]


class TestReading:
    async def test_page_far_down_a_long_list_is_found_in_the_index(self, store: Store, other: Any) -> None:
        """Also where PostgreSQL has no statistics of `assistants`, whose few rows it does not analyze by itself."""
        await store.write(assistants.insert, AssistantRow("assistant", "a", "x", 1, "{}"))
        await other.execute(
            "INSERT INTO threads (thread_id, account_id, assistant_id, created_at, updated_at, version, message_count,"
            " metadata) SELECT n::text, 'a', 'assistant', n, n, 1, 0, '{}' FROM generate_series(1, 5000) AS n"
        )
        await other.execute("ANALYZE threads")
        sql, parameters = next(threads.light_page("a", None, 1000, 10))
        plan = await other.fetch(f"EXPLAIN {postgres_schema.translate(sql)}", *parameters)
        assert any("Index Scan Backward using threads_of_account" in line for (line,) in plan), plan


class TestWriting:
    async def test_what_was_acknowledged_is_there_for_others(self, store: Store, other: Any) -> None:
        await store.write(add, "x")
        assert await other.fetchval("SELECT name FROM assistants WHERE account_id <> ''") == "x"
        assert await store.read(names) == await store.read_large(names) == ["x"]

    async def test_it_is_synced_with_every_commit_and_as_strictly_as_the_server_says(
        self, postgres: str, other: Any
    ) -> None:
        values = await other.fetchval("SELECT enumvals FROM pg_settings WHERE name = 'synchronous_commit'")
        try:
            for value in values:
                await other.execute(f"ALTER DATABASE postgres SET synchronous_commit = {value}")
                store = await opened(postgres)
                assert await store.write(one, "SHOW synchronous_commit") == ("on" if value == "off" else value,)
                await store.close()
        finally:
            await other.execute("ALTER DATABASE postgres RESET synchronous_commit")

    async def test_one_that_fails_leaves_nothing(self, store: Store) -> None:
        tasks = [store.write(add_and_fail if number % 3 == 0 else add, str(number)) for number in range(30)]
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [str(result) for result in results if result is not None] == [str(number) for number in range(0, 30, 3)]
        assert sorted(await store.read(names)) == sorted(str(number) for number in range(30) if number % 3)

    async def test_a_caller_that_leaves_holds_up_nobody(self, store: Store, other: Any, caplog: Any) -> None:
        await store.write(add, "x")
        async with other.transaction():
            await other.execute("SELECT 1 FROM assistants FOR UPDATE")
            tasks = [asyncio.create_task(of(account, store.write, rename, "y")) for account in "ab" * 5]
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while await other.fetchval(waiting) < len(tasks):  # noqa: ASYNC110 - over the wire
                await asyncio.sleep(0.01)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await store.write(add, "z")
        assert await store.read(names) == ["x", "z"]
        assert caplog.records == []  # asyncpg's pool complains of a transaction that was left open

    async def test_every_text_is_kept(self, store: Store) -> None:
        """All of up to four of the characters that escapes are made of, and of one beyond 16 bits."""
        texts = ["".join(text) for size in range(5) for text in product("\0\ue0000e\U0010ffff", repeat=size)]
        await store.write(add, "".join(texts))
        assert await store.read(names) == ["".join(texts)]
        assert await store.read(echoed, texts) == texts

    async def test_numbers_and_bytes_are_kept(self, store: Store) -> None:
        await store.add_key("k", bytes(range(256)), None)
        assert await store.read(one, "SELECT digest FROM api_keys") == (bytes(range(256)),)
        await store.write(one, "UPDATE api_keys SET created_at = ?", 2**62)
        assert await store.read(one, "SELECT created_at FROM api_keys") == (2**62,)


def echoed(texts: list[str]) -> Transaction[list[str]]:
    echoes: list[str] = []
    for text in texts:
        echoes += (yield from every("SELECT CAST(? AS TEXT)", text))[0]
    return echoes


def rename(name: str) -> Transaction[None]:
    yield from every("UPDATE assistants SET name = ? WHERE account_id <> ''", name)


class TestRaces:
    async def test_of_many_who_want_the_same_name_one_has_it(self, store: Store) -> None:
        keys = [store.add_key("same", bytes([number]) * 32, None) for number in range(8)]
        results = await asyncio.gather(*keys, return_exceptions=True)
        assert sorted(isinstance(result, ValueError) for result in results) == [False] + [True] * 7

    async def test_two_that_block_each_other_are_both_done(self, store: Store) -> None:
        for name in ("x", "y"):
            await store.write(add, name)
        begun: list[str] = []
        locked: set[str] = set()

        def swap(first: str, second: str) -> Transaction[None]:
            begun.append(first)
            yield from one("SELECT 1 FROM assistants WHERE name = ? FOR UPDATE", first)
            locked.add(first)
            while len(locked) < 2:
                yield from one("SELECT pg_sleep(0.01)")
            yield from one("SELECT 1 FROM assistants WHERE name = ? FOR UPDATE", second)
            yield from one("UPDATE assistants SET body = body || ?", first)

        await asyncio.gather(store.write(swap, "x", "y"), store.write(swap, "y", "x"))
        assert len(begun) > 2  # one was run again
        bodies = await store.read(every, "SELECT body FROM assistants WHERE account_id <> ''")
        assert {body for (body,) in bodies} in ({"{}xy"}, {"{}yx"})

    async def test_a_mistake_is_told_in_the_end(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        begun: list[int] = []

        def mistake() -> Transaction[None]:
            begun.append(1)
            yield from one("INSERT INTO messages (thread, version, body) VALUES (?, ?, ?)", 1, 1, "of no thread")

        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await store.write(mistake)
        assert len(begun) == backend.MAX_ATTEMPTS
        with pytest.raises(asyncpg.UndefinedTableError):
            await store.write(one, "SELECT 1 FROM nowhere")


class TestAway:
    async def test_a_stopped_database_is_away_and_comes_back(
        self, store: Store, postgres_server: PostgresServer
    ) -> None:
        await store.write(add, "before")
        postgres_server.stop()
        try:
            for _ in range(3):
                for attempt in (store.write(add, "lost"), store.read(names), store.read_large(names), store.ping()):
                    with pytest.raises(StoreUnavailable) as away:
                        await attempt
                    assert "127.0.0.1" not in str(away.value)
                    assert "postgres" not in str(away.value)
        finally:
            postgres_server.start()
        await asyncio.gather(*(store.write(add, "after") for _ in range(20)))
        assert await store.read(names) == ["before"] + ["after"] * 20

    async def test_connections_that_were_cut_go_unnoticed(self, store: Store, other: Any) -> None:
        await asyncio.gather(*(store.write(add, "x") for _ in range(Settings().pool_size)))
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'threads-server'"
        assert await other.fetch(cut)
        await asyncio.gather(*(store.write(add, "y") for _ in range(20)))
        assert await other.fetch(cut)
        assert len(await store.read(names)) == Settings().pool_size + 20

    async def test_a_transaction_that_was_cut_is_run_again(self, store: Store, other: Any) -> None:
        pids: list[int] = []

        def slow() -> Transaction[None]:
            yield from add("x")
            row = yield from one("SELECT pg_backend_pid()")
            assert row is not None
            pids.append(row[0])
            if len(pids) == 1:
                yield from one("SELECT pg_terminate_backend(pg_backend_pid())")

        await store.write(slow)
        assert len(pids) == 2
        assert await store.read(names) == ["x"]

    async def test_a_lock_is_not_waited_for_for_ever(self, postgres: str, other: Any) -> None:
        store = await opened(postgres, statement_timeout=0.4)
        await store.write(add, "x")
        async with other.transaction():
            await other.execute("SELECT 1 FROM assistants FOR UPDATE")
            with pytest.raises(StoreUnavailable):
                await store.write(rename, "y")
            assert await store.read(names) == ["x"]
        await store.write(rename, "z")
        await store.close()

    async def test_an_answer_is_not_waited_for_for_ever(self, postgres: str) -> None:
        store = await opened(postgres, statement_timeout=0.2)
        with pytest.raises(StoreUnavailable):
            await store.write(one, "SELECT pg_sleep(60)")
        await store.write(add, "x")
        await store.close()

    @pytest.mark.usefixtures("new_postgres")
    async def test_role_with_three_connections_is_enough(self, postgres_server: PostgresServer, other: Any) -> None:
        await other.execute("CREATE ROLE limited LOGIN SUPERUSER CONNECTION LIMIT 3")
        try:
            await other.execute("ALTER ROLE limited NOSUPERUSER; GRANT CREATE ON DATABASE postgres TO limited")
            store = await opened(postgres_server.url(user="limited"))
            slow = [store.write(one, "SELECT pg_sleep(0.05)") for _ in range(30)]
            await asyncio.gather(*slow, *(store.read(names) for _ in range(30)))
            used = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'limited'"
            assert await other.fetchval(used) == 3
            await store.close()
        finally:
            await other.execute("DROP OWNED BY limited CASCADE; DROP ROLE limited")

    async def test_pool_is_as_large_as_the_settings_say(self, postgres: str, other: Any) -> None:
        store = await opened(postgres, pool_size=2)
        await asyncio.gather(*(of(account, store.write, one, "SELECT pg_sleep(0.02)") for account in "ab" * 5))
        used = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'threads-server'"
        assert await other.fetchval(used) == 2
        await store.close()

    async def test_a_closed_store_is_away(self, store: Store) -> None:
        await store.close()
        for way in (store.write, store.read, store.read_large):
            with pytest.raises(StoreUnavailable):
                await way(names)
        await store.close()


class TestMigrating:
    @pytest.fixture
    def postgres(self, new_postgres: str) -> str:
        """A database in which each test makes the tables."""
        return new_postgres

    async def test_many_that_open_a_new_one_at_once(self, postgres: str) -> None:
        stores = await asyncio.gather(*(opened(postgres) for _ in range(6)))
        for store in stores:
            await store.write(add, "x")
        assert await stores[0].read(names) == ["x"] * 6
        for store in stores:
            await store.close()

    async def test_an_older_one_is_brought_up_to_date_with_what_is_in_it(
        self, postgres: str, other: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_schema, "MIGRATIONS", MIGRATIONS[:1])
        store = await opened(postgres)
        await store.write(add, "x")
        await store.close()
        assert await other.fetchval("SELECT version FROM schema_version") == 1
        monkeypatch.undo()
        stores = await asyncio.gather(*(opened(postgres) for _ in range(3)))
        assert await stores[0].read(names) == ["x"]
        assert await other.fetchval("SELECT version FROM schema_version") == len(MIGRATIONS)
        for store in stores:
            await store.close()

    async def test_one_that_another_process_migrates_between_two_looks(
        self, postgres: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(postgres_schema, "MIGRATIONS", MIGRATIONS[:1])
        await (await opened(postgres)).close()
        monkeypatch.undo()
        fetch = asyncpg.Connection.fetch
        looks = 0

        async def look_and_migrate(connection: Any, query: str, *args: Any, **options: Any) -> Any:
            nonlocal looks
            found = await fetch(connection, query, *args, **options)
            if "pg_tables" in query:
                looks += 1
                if looks == 1:
                    await (await opened(postgres)).close()
            return found

        monkeypatch.setattr(asyncpg.Connection, "fetch", look_and_migrate)
        await (await opened(postgres)).close()

    async def test_one_that_breaks_off_leaves_nothing(
        self, postgres: str, other: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            postgres_schema, "MIGRATIONS", (*MIGRATIONS, ("CREATE TABLE half (x TEXT)", "NO SQL AT ALL"))
        )
        with pytest.raises(StoreOpenError, match="syntax error"):
            await opened(postgres)
        assert await other.fetchval("SELECT to_regclass('backboard_threads.half')") is None
        monkeypatch.undo()
        await (await opened(postgres)).close()
