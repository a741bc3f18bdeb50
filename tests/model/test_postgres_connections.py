"""Every error of PostgreSQL and of the way to it, at each step of a transaction, ends as the model says."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from threads_server.store import StoreUnavailable
from threads_server.store.backends.postgres import PostgresStore
from threads_server.store.transaction import Transaction, every

ENDS_SESSION = (
    *(asyncpg.PostgresConnectionError, asyncpg.InternalClientError, OSError),
    *(asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.IdleInTransactionSessionTimeoutError),
)
"""After these errors a connection is of no use, although asyncpg may not have noticed yet."""
LOSES_RACE = (
    *(asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError),
    *(asyncpg.ForeignKeyViolationError, asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError),
)


def _subclasses(error: type[Exception]) -> set[type[Exception]]:
    return {error}.union(*map(_subclasses, error.__subclasses__()))


ERRORS = sorted(
    {one for root in (asyncpg.PostgresError, asyncpg.InternalClientError) for one in _subclasses(root)}
    | {asyncpg.InterfaceError, OSError, ConnectionResetError, BrokenPipeError, TimeoutError},
    key=lambda error: error.__name__,
)
CONNECT = "connect"
STEPS = [CONNECT, "BEGIN", "INSERT 1", "INSERT 2", "COMMIT"]


@dataclass
class Session:
    """A connection of the pool, and the session of the database behind it."""

    database: "Database"
    in_transaction: bool = False
    over: bool = False
    terminated: bool = False
    written: list[str] = field(default_factory=list)

    async def execute(self, sql: str) -> None:
        if sql != "COMMIT":  # asyncpg's own pool ends a transaction whose commit is cancelled
            await asyncio.sleep(0)
        self._meet(sql)
        if sql == "COMMIT":
            self.database.committed += self.written
        self.in_transaction = sql == "BEGIN"
        self.written = []

    async def fetch(self, sql: str, *_: Any, **__: Any) -> list[Any]:
        await asyncio.sleep(0)
        self._meet(sql)
        assert self.in_transaction
        self.written.append(sql)
        return []

    def _meet(self, sql: str) -> None:
        if self.over:
            raise asyncpg.ConnectionDoesNotExistError("the session has ended")
        assert not (sql == "BEGIN" and self.in_transaction), "the transaction before was left open"
        if self.database.fault and sql == self.database.at:
            error, self.database.fault = self.database.fault, None
            self.over = isinstance(error, ENDS_SESSION) and not isinstance(error, TimeoutError)
            self.in_transaction = self.in_transaction and sql != "COMMIT"  # one that fails rolls back
            self.written = []
            raise error

    def is_closed(self) -> bool:
        return False

    def terminate(self) -> None:
        self.terminated = self.over = True


class Database:
    """A pool of connections that gives out the one that came back last, as asyncpg's does, and a fault to come."""

    def __init__(self, fault: Exception | None = None, at: str = "") -> None:
        self.fault = fault
        self.at = at
        self.committed: list[str] = []
        self.idle: list[Session] = []
        self.taken: list[Session] = []

    async def acquire(self) -> Session:
        await asyncio.sleep(0)
        if self.fault and self.at == CONNECT:
            error, self.fault = self.fault, None
            raise error
        session = self.idle.pop() if self.idle else Session(self)
        self.taken.append(session)
        return session

    async def release(self, session: Session) -> None:
        self.taken.remove(session)
        if not session.terminated:
            self.idle.append(session)


def insert_both() -> Transaction[str]:
    yield from every("INSERT 1")
    yield from every("INSERT 2")
    return "done"


@pytest.mark.timeout(60)  # a permit that is not given back is waited for
@pytest.mark.parametrize("at", STEPS)
async def test_error_at_each_step_ends_as_the_model_says(at: str) -> None:
    for error in ERRORS:
        database: Any = Database(error("x"), at)
        store = PostgresStore(database, behind_pooler=False, pool_size=1, statement_seconds=60)
        if at in (CONNECT, "COMMIT"):
            ends: Any = None if at == CONNECT and error is asyncpg.TooManyConnectionsError else StoreUnavailable
        else:
            again = issubclass(error, (*ENDS_SESSION, *LOSES_RACE)) and not issubclass(error, TimeoutError)
            ends = None if again else (StoreUnavailable, error)
        if ends is None:
            assert await store.write(insert_both) == "done"
        else:
            with pytest.raises(ends):
                await store.write(insert_both)
        assert database.committed == ([] if ends else ["INSERT 1", "INSERT 2"]), error
        assert database.taken == [], error
        # whatever happened: the pool has its place and a connection that serves the next one
        assert await store.write(insert_both) == "done", error
        assert database.committed == ["INSERT 1", "INSERT 2"] * (1 if ends else 2), error
        assert not any(session.in_transaction for session in database.idle), error


@pytest.mark.parametrize("leaving", [0, 1], ids=["the one at work", "the one that waits"])
async def test_caller_who_leaves_at_any_await_gives_back_all_that_he_has(leaving: int) -> None:
    for pause in range(30):
        database: Any = Database()
        store = PostgresStore(database, behind_pooler=False, pool_size=1, statement_seconds=60)
        tasks = [asyncio.create_task(store.write(insert_both)) for _ in range(2)]
        for step in range(200):
            if step == pause:
                tasks[leaving].cancel()
            await asyncio.sleep(0)
        assert all(task.done() for task in tasks), pause
        assert await tasks[1 - leaving] == "done"
        last = asyncio.create_task(store.write(insert_both))
        for _ in range(50):
            await asyncio.sleep(0)
        assert last.done(), pause
        assert await last == "done"
        assert database.taken == [], pause
        assert not any(session.in_transaction for session in database.idle), pause
        assert database.committed in (["INSERT 1", "INSERT 2"] * 2, ["INSERT 1", "INSERT 2"] * 3), pause
