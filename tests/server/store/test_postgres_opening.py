"""What a PostgreSQL store refuses to open, each in one line without a password."""

import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.database.postgres import PostgresServer
from tests.support.server.command_line import refused
from threads_server.settings import Settings
from threads_server.store import Store, StoreOpenError
from threads_server.store.backends import open_store
from threads_server.store.backends import postgres as backend
from threads_server.store.backends.schema import MIGRATIONS


@pytest.fixture
def postgres(new_postgres: str) -> str:
    """A database in which each test makes the tables."""
    return new_postgres


async def opened(address: str) -> Store:
    return await open_store(Settings(database=address), serving=True)


class TestOpening:
    async def test_server_that_is_refused_for_lack_of_a_key_makes_no_tables(self, postgres: str, other: Any) -> None:
        line = await asyncio.to_thread(refused, "serve", "--host", "0.0.0.0", "--port", "0", "--database", postgres)
        assert "has no API key" in line
        assert await other.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'backboard_threads'") == 0

    async def refusal(self, address: str) -> str:
        with pytest.raises(StoreOpenError) as refused:
            await opened(address)
        text = str(refused.value)
        assert "\n" not in text
        assert "secret" not in text
        assert "wrong" not in text
        return text

    async def test_nobody_is_there(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        text = await self.refusal(f"postgresql://me:secret@127.0.0.1:{port}/threads")
        assert text.startswith(f"postgresql://me@127.0.0.1:{port}/threads cannot be reached")

    async def test_nobody_answers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(backend, "CONNECT_SECONDS", 0.2)
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            text = await self.refusal(f"postgresql://127.0.0.1:{silent.getsockname()[1]}/threads")
        assert "does not answer" in text

    async def test_a_name_that_is_not_known(self) -> None:
        assert "cannot be reached" in await self.refusal("postgresql://me:secret@no-such-host.invalid/threads")

    @pytest.mark.parametrize("address", ["postgresql://me:secret@host:port/x", "postgresql://me:secret/x@host/x"])
    async def test_what_is_no_address(self, address: str) -> None:
        assert "is not an address of the form" in await self.refusal(address)

    async def test_a_wrong_password_and_none(self, postgres_server: PostgresServer, other: Any) -> None:
        await other.execute("CREATE ROLE guarded LOGIN PASSWORD 'secret'")
        try:
            for user in ("guarded", "guarded:wrong"):
                text = await self.refusal(postgres_server.url(user=user))
                assert "password" in text
        finally:
            await other.execute("DROP ROLE guarded")

    async def test_a_database_or_user_that_is_not_there(self, postgres_server: PostgresServer) -> None:
        assert 'database "nowhere" does not exist' in await self.refusal(postgres_server.url("nowhere"))
        assert 'role "nobody" does not exist' in await self.refusal(postgres_server.url(user="nobody"))

    async def test_a_user_who_may_not_make_tables(self, postgres_server: PostgresServer, other: Any) -> None:
        await other.execute("CREATE ROLE reader LOGIN")
        try:
            assert "permission denied" in await self.refusal(postgres_server.url(user="reader"))
        finally:
            await other.execute("DROP ROLE reader")

    async def test_a_database_that_cannot_keep_every_text(self, postgres_server: PostgresServer, other: Any) -> None:
        await other.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING latin1")
        try:
            assert "its encoding is LATIN1" in await self.refusal(postgres_server.url("latin"))
        finally:
            await other.execute("DROP DATABASE latin")

    async def test_one_that_a_newer_version_wrote(self, postgres: str, other: Any) -> None:
        await (await opened(postgres)).close()
        await other.execute("UPDATE schema_version SET version = version + 1")
        text = await self.refusal(postgres)
        assert "newer version" in text
        assert f"at version {len(MIGRATIONS) + 1}, this one knows {len(MIGRATIONS)}" in text

    async def test_schema_of_another_application_is_refused(self, postgres: str, other: Any) -> None:
        await other.execute("CREATE SCHEMA backboard_threads")
        await other.execute("CREATE TABLE backboard_threads.diary (day TEXT)")
        assert "has a schema backboard_threads of another application" in await self.refusal(postgres)

    async def test_table_that_is_missing_is_named(self, postgres: str, other: Any) -> None:
        await (await opened(postgres)).close()
        await other.execute("DROP TABLE backboard_threads.files")
        assert "lacks the table backboard_threads.files" in await self.refusal(postgres)

    async def test_sslmode_of_the_address_is_kept(
        self, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await (await opened(f"{postgres}?sslmode=disable")).close()
        assert "SSL" in await self.refusal(f"{postgres}?sslmode=require")
        monkeypatch.setenv("HOME", str(tmp_path))
        missing = await self.refusal(f"{postgres}?sslmode=verify-full")
        assert f'root certificate file "{tmp_path}/.postgresql/root.crt" does not exist' in missing
        assert "`sslmode` parameter must be one of: disable," in await self.refusal(f"{postgres}?sslmode=strict")

    async def test_without_its_driver(self, postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "threads_server.store.backends.postgres")
        monkeypatch.setitem(sys.modules, "asyncpg", None)
        assert "pip install 'backboard-threads[server,postgres]'" in await self.refusal(postgres)

    async def test_other_tables_of_the_database_stay_as_they_are(self, postgres: str, other: Any) -> None:
        await other.execute("CREATE TABLE public.threads (mine TEXT)")
        try:
            await (await opened(postgres)).close()
            assert await other.fetch("SELECT mine FROM public.threads") == []
        finally:
            await other.execute("DROP TABLE public.threads")
