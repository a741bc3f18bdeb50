"""Permits, as for PostgreSQL connections: accounts take turns at them, and no account takes all of them."""

import asyncio
from collections.abc import Callable

import asyncpg
import pytest

from threads_server.permits import Permits
from threads_server.settings import Settings
from threads_server.store import Store, caller
from threads_server.store.backends import open_store
from threads_server.store.transaction import Transaction, every


class Waiters:
    """Tasks that wait for permits, and the order in which they get them."""

    def __init__(self, permits: Permits) -> None:
        self.permits = permits
        self.order: list[str] = []

    async def come(self, *names: str) -> list["asyncio.Task[None]"]:
        tasks = [asyncio.create_task(self._take(name)) for name in names]
        await asyncio.sleep(0)
        return tasks

    async def _take(self, name: str) -> None:
        await self.permits.acquire(name[0])
        self.order.append(name)

    async def release(self, *accounts: str) -> None:
        for account in accounts:
            self.permits.release(account)
        for _ in range(3):
            await asyncio.sleep(0)


@pytest.fixture
def waiters() -> Callable[[int], Waiters]:
    return lambda size: Waiters(Permits(size))


@pytest.mark.parametrize(("size", "most"), [(1, 1), (2, 1), (3, 2), (10, 8)])
async def test_one_account_leaves_connections_to_others(
    waiters: Callable[[int], Waiters], size: int, most: int
) -> None:
    mine = waiters(size)
    tasks = await mine.come(*[f"a{number}" for number in range(20)], *[f"b{number}" for number in range(20)])
    assert [sum(name[0] == account for name in mine.order) for account in "ab"] == [most, min(most, size - most)]
    for task in tasks:
        task.cancel()


async def test_accounts_take_turns(waiters: Callable[[int], Waiters]) -> None:
    mine = waiters(1)
    await mine.come("a1", "a2", "a3", "a4", "b1", "b2", "c1")
    for account in "abcaba":
        await mine.release(account)
    assert mine.order == ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]


async def test_cancelled_waiters_take_and_hold_up_nothing(waiters: Callable[[int], Waiters]) -> None:
    mine = waiters(1)
    await mine.come("a1")
    _, waiting, given = await mine.come("b1", "c1", "d1")
    await mine.release("a")
    waiting.cancel()
    mine.permits.release("b")  # d1 has it now, and does not know yet
    given.cancel()
    await mine.come("d2", "c2")
    await mine.release("d")
    assert mine.order == ["a1", "b1", "d2", "c2"]
    assert mine.permits.waiting == 0


async def test_fewer_and_more_permits(waiters: Callable[[int], Waiters]) -> None:
    mine = waiters(3)
    await mine.come("a1", "b1", "c1", "d1", "e1")
    mine.permits.resize(1)
    await mine.release("a", "b")
    assert mine.order == ["a1", "b1", "c1"]
    await mine.release("c")
    mine.permits.resize(2)
    await asyncio.sleep(0)
    assert mine.order == ["a1", "b1", "c1", "d1", "e1"]


def rename(account: str) -> Transaction[None]:
    yield from every("UPDATE assistants SET name = 'x' WHERE account_id = ?", account)


async def write(store: Store, account: str) -> None:
    caller.set(account)
    await store.write(rename, account)


async def test_account_that_waits_for_locks_holds_up_no_other(postgres: str) -> None:
    store = await open_store(Settings(database=postgres))
    other = await asyncpg.connect(postgres)
    async with other.transaction():
        await other.execute("SELECT 1 FROM backboard_threads.assistants FOR UPDATE")
        waiting = [asyncio.create_task(write(store, "")) for _ in range(30)]  # the assistant of the tables is ""'s
        await asyncio.sleep(0)
        assert store.load().waiting > 0
        await write(store, "b")
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)
    await other.close()
    await store.close()
