"""PostgreSQL: any number of server processes on one database.

Everything is in the schema `backboard_threads`, so that the database may have other tables as well. Transactions run at
READ COMMITTED: they lock the thread they are about before they read what they decide by. One that lost a race or its
connection before its commit is run again.
"""

import asyncio
import itertools
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, ParamSpec, TypeAlias, TypeVar

import asyncpg

from threads_server.settings import Settings
from threads_server.store import Store, StoreOpenError, StoreUnavailable
from threads_server.store.schema import MIGRATIONS
from threads_server.store.transaction import Row, Transaction, Value

P = ParamSpec("P")
T = TypeVar("T")

CONNECTIONS = 10  # of one server process at most
CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 10.0  # after which the database counts as away
LARGE_STATEMENT_SECONDS = 120.0
ATTEMPTS = 10
MIGRATING = 0x4242544800000001  # the advisory lock of whoever makes or changes the tables

_SESSION = {
    "application_name": "threads-server",
    "search_path": "backboard_threads",
    "jit": "off",  # statements are short, and compiling them is not
    # a process that is frozen or cut off in the middle of a transaction must not keep a thread locked
    "idle_in_transaction_session_timeout": "10s",
    "lock_timeout": "5s",
}

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
_FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What asyncpg raises for the database, for the way to it, and for a connection that is used wrongly."""

_LOST_RACES = (
    *(asyncpg.SerializationError, asyncpg.DeadlockDetectedError),
    # between the look whether something is there and the write that relies on it, someone else was faster
    *(asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError),
    # another process has just changed the tables
    *(asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError),
)
_LOST_CONNECTIONS = (
    *(OSError, asyncpg.PostgresConnectionError),
    asyncpg.InternalClientError,  # the server has taken leave, and its connection is not closed yet
    *(asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.IdleInTransactionSessionTimeoutError),
)
_AWAY = (
    *(asyncpg.InsufficientResourcesError, asyncpg.OperatorInterventionError, asyncpg.PostgresSystemError),
    *(
        asyncpg.LockNotAvailableError,
        asyncpg.ReadOnlySQLTransactionError,
        asyncpg.InvalidAuthorizationSpecificationError,
    ),
)


class PostgresStore(Store):
    """A database on a PostgreSQL server. Made with `open`."""

    shared = True

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @classmethod
    async def open(cls, database: str) -> "PostgresStore":
        """Connects, and makes or updates the tables. Raises StoreOpenError."""
        shown = Settings(database=database).shown_database
        try:
            connection = await asyncpg.connect(database, timeout=CONNECT_SECONDS, server_settings=_SESSION)
            try:
                await _prepare(shown, connection)
            finally:
                await connection.close(timeout=CONNECT_SECONDS)
            pool = asyncpg.create_pool(
                database,
                min_size=0,
                max_size=CONNECTIONS,
                init=_sync_commits,
                reset=_leave_as_it_is,
                timeout=CONNECT_SECONDS,
                command_timeout=STATEMENT_SECONDS,
                server_settings=_SESSION,
            )
            return cls(await pool)
        except TimeoutError as error:
            raise StoreOpenError(f"{shown} does not answer within {CONNECT_SECONDS:.0f} seconds") from error
        except ValueError as error:  # its text may quote the password
            form = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            raise StoreOpenError(f"{shown} is not an address of the form {form} (percent-encoded)") from error
        except OSError as error:
            raise StoreOpenError(f"{shown} cannot be reached: {_line(error)}") from error
        except _FAULTS as error:
            raise StoreOpenError(f"{shown} cannot be used: {_line(error)}") from error

    async def write(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._until_done(lambda connection: _commit(connection, transaction(*args, **kwargs)))

    async def read(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._until_done(lambda connection: _run(connection, transaction(*args, **kwargs)))

    async def read_large(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._until_done(
            lambda connection: _run(connection, transaction(*args, **kwargs), LARGE_STATEMENT_SECONDS)
        )

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), STATEMENT_SECONDS)
        except (TimeoutError, *_FAULTS):
            self._pool.terminate()

    async def _until_done(self, work: Callable[[_Connection], Awaitable[T]]) -> T:
        for attempt in itertools.count(1):
            try:
                connection = await self._pool.acquire()
            except _FAULTS as error:
                raise _unavailable(error) from error
            try:
                return await work(connection)
            except _Again as again:
                if again.lost:
                    with suppress(*_FAULTS):  # the pool may have noticed
                        connection.terminate()
                if attempt == ATTEMPTS:
                    raise again.error from again
            finally:
                with suppress(*_FAULTS):  # one that is broken is not used again
                    await self._pool.release(connection)
            await asyncio.sleep(random.uniform(0, min(0.2, 0.002 * 2**attempt)))
        raise AssertionError("unreachable")


class _Again(Exception):
    """The transaction did nothing and may be run again; `error` is what to raise if that was done often enough.

    `lost`: its connection is of no use any more.
    """

    def __init__(self, error: Exception, *, lost: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.lost = lost


async def _commit(connection: _Connection, transaction: Transaction[T]) -> T:
    try:
        await _say(connection, "BEGIN")
        result = await _run(connection, transaction)
    except BaseException:
        with suppress(*_FAULTS):
            await connection.execute("ROLLBACK")
        raise
    try:
        await connection.execute("COMMIT")
    except _FAULTS as error:
        # whether it was done cannot be known: the caller is told so, and finds out under its Idempotency-Key
        raise _unavailable(error) from error
    return result


async def _run(connection: _Connection, transaction: Transaction[T], seconds: float | None = None) -> T:
    try:
        sql, parameters = next(transaction)
        while True:
            rows = await _rows(connection, sql, parameters, seconds)
            sql, parameters = transaction.send(rows)
    except StopIteration as end:
        result: T = end.value
        return result


async def _rows(connection: _Connection, sql: str, parameters: Sequence[Value], seconds: float | None) -> list[Row]:
    spoken = _sql.get(sql) or _in_postgres(sql)
    try:
        records = await connection.fetch(spoken, *map(_without_nul, parameters), timeout=seconds)
    except _FAULTS as error:
        raise _meaning(error, connection) from error
    return [tuple(map(_with_nul, record)) for record in records]


async def _say(connection: _Connection, sql: str) -> None:
    try:
        await connection.execute(sql)
    except _FAULTS as error:
        raise _meaning(error, connection) from error


def _meaning(error: Exception, connection: _Connection) -> Exception:
    """What an error means for a transaction that has not been committed."""
    if isinstance(error, TimeoutError):
        return _unavailable(error)
    if isinstance(error, _LOST_RACES):
        mistake = isinstance(error, asyncpg.IntegrityConstraintViolationError)
        return _Again(error if mistake else _unavailable(error))
    if isinstance(error, _LOST_CONNECTIONS) or (isinstance(error, asyncpg.InterfaceError) and connection.is_closed()):
        return _Again(_unavailable(error), lost=True)
    return _unavailable(error) if isinstance(error, _AWAY) else error


def _unavailable(error: Exception) -> StoreUnavailable:
    # its own text may name hosts and users, which is nothing for whoever calls the API
    unavailable = StoreUnavailable(f"The store cannot be reached: {type(error).__name__}")
    unavailable.__cause__ = error
    return unavailable


_sql: dict[str, str] = {}


def _in_postgres(sql: str) -> str:
    numbers = itertools.count(1)
    spoken = re.sub(r"\?", lambda _: f"${next(numbers)}", sql).replace("group_concat(", "string_agg(")
    _sql[sql] = spoken
    return spoken


def _defined_in_postgres(sql: str) -> str:
    # collation "C": ids are compared byte by byte, and an upgrade of the system's collations cannot spoil an index
    return (
        sql.replace("thread SERIAL", "thread BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")
        .replace("BYTES", "BYTEA")
        .replace(" TEXT", ' TEXT COLLATE "C"')
        .replace(" INTEGER", " BIGINT")
    )


_ESCAPE = "\ue000"  # of the private use area: hardly ever there, and told apart from what stands for U+0000 if it is


def _without_nul(value: Value) -> Value:
    """A value as PostgreSQL can keep it: its texts have no U+0000."""
    if isinstance(value, str) and ("\0" in value or _ESCAPE in value):
        return value.replace(_ESCAPE, f"{_ESCAPE}e").replace("\0", f"{_ESCAPE}0")
    return value


def _with_nul(value: Any) -> Any:
    if isinstance(value, str) and _ESCAPE in value:
        return value.replace(f"{_ESCAPE}0", "\0").replace(f"{_ESCAPE}e", _ESCAPE)
    return value


def _line(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


async def _leave_as_it_is(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """No transaction leaves anything behind on its connection, so that nothing has to be reset."""


async def _sync_commits(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """A commit is on disk when it is acknowledged, however the server is configured."""
    await connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )


async def _prepare(shown: str, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Makes or updates the tables, one process at a time. Raises StoreOpenError."""
    encoding = await connection.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise StoreOpenError(f"{shown} cannot keep every text: its encoding is {encoding}, not UTF8")
    if await _version(shown, connection) == len(MIGRATIONS):
        return
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = 0")
        await connection.execute(f"SELECT pg_advisory_xact_lock({MIGRATING})")
        version = await _version(shown, connection)  # again: another process may have been first
        if version == 0:
            await connection.execute("CREATE SCHEMA IF NOT EXISTS backboard_threads")
            await connection.execute("CREATE TABLE schema_version (version BIGINT NOT NULL)")
            await connection.execute("INSERT INTO schema_version VALUES (0)")
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                await connection.execute(_defined_in_postgres(statement))
        await connection.execute("UPDATE schema_version SET version = $1", len(MIGRATIONS))


async def _version(shown: str, connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    # asked of the catalogue itself: `to_regclass` remembers that a table was not there
    tables = "SELECT 1 FROM pg_tables WHERE schemaname = 'backboard_threads' AND tablename = 'schema_version'"
    if await connection.fetchval(tables) is None:
        return 0
    version: int = await connection.fetchval("SELECT version FROM schema_version")
    if version > len(MIGRATIONS):
        raise StoreOpenError(
            f"{shown} was written by a newer version of the server: its tables are at version {version}, this one "
            f"knows {len(MIGRATIONS)}"
        )
    return version
