"""Accounts take turns at writing to an SQLite file, and a commit ends when it has run for long."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.small_document import client_of, small_app
from threads_server.http.responses import Response
from threads_server.openapi import ValidatedRequest
from threads_server.settings import Settings
from threads_server.store import Store, caller
from threads_server.store.backends import open_store, sqlite
from threads_server.store.transaction import Transaction, one


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await open_store(Settings(database=str(tmp_path / "threads.db")), serving=True)
    yield store
    await store.close()


class Writes:
    """The order of writes, and of the commits between them."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.order: list[str] = []
        store.writer.set_trace_callback(self._note)

    def _note(self, statement: str) -> None:
        if statement == "COMMIT":
            self.order.append("COMMIT")

    def note(self, account: str, number: int) -> Transaction[None]:
        self.order.append(f"{account}{number}")
        yield from one("UPDATE assistants SET name = '' WHERE assistant_id = ''")
        if number < 0:
            raise ValueError

    async def of(self, account: str, *numbers: int) -> list[Any]:
        caller.set(account)
        writes = [self._store.write(self.note, account, number) for number in numbers]
        return await asyncio.gather(*writes, return_exceptions=True)


async def test_accounts_that_write_at_once_take_turns(store: Store) -> None:
    writes = Writes(store)
    await asyncio.gather(writes.of("a", 1, 2, 3, 4), writes.of("b", 1, 2), writes.of("c", 1))
    assert writes.order == ["a1", "b1", "c1", "a2", "b2", "a3", "a4", "COMMIT"]


@pytest.mark.parametrize("failing", [False, True])
async def test_long_commit_ends_and_the_other_account_is_next(
    store: Store, monkeypatch: pytest.MonkeyPatch, failing: bool
) -> None:
    """200 large changes of one account, in one commit, held up the writes of all others for 15 s."""
    monkeypatch.setattr(sqlite, "MAX_BATCH_SECONDS", 0.0)
    writes = Writes(store)
    results = await asyncio.gather(
        writes.of("a", *(number * (-1 if failing else 1) for number in (2, 3, 4))), writes.of("b", 1)
    )
    done = [entry for entry in writes.order if entry != "COMMIT"]
    assert [entry.lstrip("ab-") for entry in dict.fromkeys(done)] == ["2", "1", "3", "4"]
    assert [isinstance(result, ValueError) for result in results[0]] == [failing] * 3
    assert results[1] == [None]
    assert writes.order.count("COMMIT") == (1 if failing else 4)


async def test_operations_write_for_the_account_of_the_request() -> None:
    seen: list[str] = []

    async def note(request: ValidatedRequest, services: Any) -> Response:
        seen.append(caller.get())
        return Response(b"{}")

    async with client_of(small_app({"listThings": note})) as client:
        await client.get("/things")
    assert seen == ["small-account"]
