"""PostgreSQL: any number of server processes on one database, with or without a connection pooler before it.

Transactions run at READ COMMITTED: they lock their thread before they read anything that a decision depends on. One
that lost a race or its connection before its commit is run again. Behind a pooler there are no session settings and no
prepared statements, so that pgbouncer may pool sessions or transactions.
"""

import asyncio
import itertools
import random
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeAlias, TypeVar

import asyncpg

from threads_server.permits import Permits
from threads_server.settings import Settings
from threads_server.store import Store, StoreLoad, StoreOpenError, StoreUnavailable, caller
from threads_server.store.backends.postgres_schema import prepare, translate, with_nul, without_nul
from threads_server.store.backends.postgres_statements import joined
from threads_server.store.transaction import Row, Transaction, Value

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_SECONDS = 10.0
LARGE_STATEMENT_SECONDS = 120.0
MAX_ATTEMPTS = 10
MAX_BACKOFF_SECONDS = 0.2
SESSION_WAIT_SECONDS = 1.0
"""Wait for a pooler to give a new connection a session; after that it counts as refused."""
WITHHELD_SECONDS = 60.0
"""Time for which the pool has one connection less after the database refused one."""

_SETTINGS = (
    "SET {local} jit = off;"
    # a process that is frozen or cut off in the middle of a transaction must not keep a thread locked
    " SET {local} idle_in_transaction_session_timeout = '10s';"
    " SET {local} lock_timeout = '{lock_milliseconds}ms';"
    # a commit is on disk when it is acknowledged, however the server is configured
    " SELECT set_config('synchronous_commit',"
    " coalesce(nullif(current_setting('synchronous_commit'), 'off'), 'on'), {is_local})"
)
"""Settings of a session; behind a pooler, which shares sessions, of each transaction."""

_Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""Errors of the database, of the way to it, and of a connection that is used wrongly."""

_TLS_ERROR = re.compile("`ssl|root certificate|[a-zA-Z ]*TLS ")
"""asyncpg's errors of an address that quote nothing but its options of TLS."""

_LOST_RACES = (
    *(asyncpg.SerializationError, asyncpg.DeadlockDetectedError),
    # another transaction committed between the check for a row and the write that relies on it
    *(asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError),
    # another process has just changed the tables
    *(asyncpg.InvalidCachedStatementError, asyncpg.OutdatedSchemaCacheError),
)
_LOST_CONNECTIONS = (
    *(OSError, asyncpg.PostgresConnectionError),
    asyncpg.InternalClientError,  # the server has ended, and its connection is not closed yet
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
    """A database on a PostgreSQL server, or behind a connection pooler. Made with `open`."""

    shared = True

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", *, behind_pooler: bool, pool_size: int, statement_seconds: float
    ) -> None:
        self._pool = pool
        self._behind_pooler = behind_pooler
        self._statement_seconds = statement_seconds
        self._permits = Permits(pool_size)
        self._begin = f"BEGIN; {_settings(statement_seconds, behind_pooler=True)}" if behind_pooler else "BEGIN"

    @classmethod
    async def open(cls, settings: Settings, *, serving: bool, create: bool, any_version: bool) -> "PostgresStore":
        """Connect, and make the tables if `create` is set, or upgrade them if `serving` is. Raises StoreOpenError."""
        shown = settings.shown_database
        try:
            # without prepared statements: whether there is a pooler is not known yet
            connection = await asyncpg.connect(settings.database, timeout=CONNECT_SECONDS, statement_cache_size=0)
            try:
                await prepare(shown, connection, serving=serving, create=create, any_version=any_version)
                behind_pooler = await _is_behind_pooler(connection)
            finally:
                await connection.close(timeout=CONNECT_SECONDS)
            pool = asyncpg.create_pool(
                settings.database,
                min_size=0,
                max_size=settings.pool_size,
                init=_await_session if behind_pooler else partial(_set_up_session, seconds=settings.statement_timeout),
                reset=_keep_session,
                timeout=CONNECT_SECONDS,
                command_timeout=settings.statement_timeout,
                server_settings=None if behind_pooler else {"application_name": "threads-server"},
                statement_cache_size=0 if behind_pooler else 100,
            )
            return cls(
                await pool,
                behind_pooler=behind_pooler,
                pool_size=settings.pool_size,
                statement_seconds=settings.statement_timeout,
            )
        except TimeoutError as error:
            raise StoreOpenError(f"{shown} does not answer within {CONNECT_SECONDS:.0f} seconds") from error
        except ValueError as error:  # its text may quote the password
            if _TLS_ERROR.match(str(error)):
                raise StoreOpenError(f"{shown} cannot be used: {_line(error)}") from error
            form = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
            raise StoreOpenError(f"{shown} is not an address of the form {form} (percent-encoded)") from error
        except OSError as error:
            raise StoreOpenError(f"{shown} cannot be reached: {_line(error)}") from error
        except _ERRORS as error:
            raise StoreOpenError(f"{shown} cannot be used: {_line(error)}") from error

    async def write(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._retry(lambda connection: _commit(connection, self._begin, transaction(*args, **kwargs)))

    async def read(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._read(None, lambda: transaction(*args, **kwargs))

    async def read_large(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._read(LARGE_STATEMENT_SECONDS, lambda: transaction(*args, **kwargs))

    async def read_snapshot(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
        return await self._retry(
            lambda connection: _commit(connection, begin, transaction(*args, **kwargs), LARGE_STATEMENT_SECONDS)
        )

    async def _read(self, seconds: float | None, transaction: Callable[[], Transaction[T]]) -> T:
        if self._behind_pooler:  # asyncpg's parse and execute reach the same session only in a transaction
            return await self._retry(lambda connection: _commit(connection, "BEGIN", transaction(), seconds))
        return await self._retry(lambda connection: _run(connection, transaction(), seconds))

    def load(self) -> StoreLoad:
        return StoreLoad(self._permits.waiting, self._pool.get_size(), self._pool.get_idle_size())

    async def close(self) -> None:
        try:
            async with asyncio.timeout(self._statement_seconds):
                await self._pool.close()
        except (TimeoutError, *_ERRORS):
            self._pool.terminate()

    async def _retry(self, work: Callable[[_Connection], Awaitable[T]]) -> T:
        for attempt in itertools.count(1):
            try:
                return await self._once(work)
            except _Again as again:
                if attempt == MAX_ATTEMPTS:
                    raise again.error from again
            await asyncio.sleep(random.uniform(0, min(MAX_BACKOFF_SECONDS, 0.002 * 2**attempt)))
        raise AssertionError("unreachable")

    async def _once(self, work: Callable[[_Connection], Awaitable[T]]) -> T:
        account = caller.get()
        await self._permits.acquire(account)
        try:
            try:
                connection = await self._pool.acquire()
            except asyncpg.TooManyConnectionsError as error:
                self._withhold()
                raise _Again(_unavailable(error)) from error
            except _ERRORS as error:
                raise _unavailable(error) from error
            try:
                return await work(connection)
            except _Again as again:
                if again.lost:
                    with suppress(*_ERRORS):  # the pool may have noticed
                        connection.terminate()
                raise
            finally:
                with suppress(*_ERRORS):  # one that is broken is not used again
                    await self._pool.release(connection)
        finally:
            self._permits.release(account)

    def _withhold(self) -> None:
        """Shrink the pool by one for WITHHELD_SECONDS, unless one is left: the role may have a connection limit."""
        if self._permits.size > 1:
            self._permits.resize(self._permits.size - 1)
            asyncio.get_running_loop().call_later(
                WITHHELD_SECONDS, lambda: self._permits.resize(self._permits.size + 1)
            )


class _Again(Exception):
    """The transaction was not committed and may be run again; `error` is raised after the last attempt.

    `lost`: its connection cannot be used any more.
    """

    def __init__(self, error: Exception, *, lost: bool = False) -> None:
        super().__init__(error)
        self.error = error
        self.lost = lost


async def _commit(connection: _Connection, begin: str, transaction: Transaction[T], seconds: float | None = None) -> T:
    try:
        await _execute(connection, begin)
        result = await _run(connection, joined(transaction), seconds)
    except BaseException:
        with suppress(*_ERRORS):
            await connection.execute("ROLLBACK")
        raise
    try:
        await connection.execute("COMMIT")
    except _ERRORS as error:
        # the outcome is unknown: the caller gets 503, and can repeat the request under its Idempotency-Key
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
    try:
        records = await connection.fetch(translate(sql), *map(without_nul, parameters), timeout=seconds)
    except _ERRORS as error:
        raise _classify(error, connection) from error
    return [tuple(map(with_nul, record)) for record in records]


async def _execute(connection: _Connection, sql: str) -> None:
    try:
        await connection.execute(sql)
    except _ERRORS as error:
        raise _classify(error, connection) from error


def _classify(error: Exception, connection: _Connection) -> Exception:
    """Return the error to raise for an error before the commit."""
    if isinstance(error, TimeoutError):
        return _unavailable(error)
    if isinstance(error, _LOST_RACES):
        mistake = isinstance(error, asyncpg.IntegrityConstraintViolationError)
        return _Again(error if mistake else _unavailable(error))
    if isinstance(error, _LOST_CONNECTIONS) or (isinstance(error, asyncpg.InterfaceError) and connection.is_closed()):
        return _Again(_unavailable(error), lost=True)
    return _unavailable(error) if isinstance(error, _AWAY) else error


def _unavailable(error: Exception) -> StoreUnavailable:
    # its own text may name hosts and users, which callers of the API must not read
    unavailable = StoreUnavailable(f"The store cannot be reached: {type(error).__name__}")
    unavailable.__cause__ = error
    return unavailable


def _line(error: Exception) -> str:
    return str(error).strip().split("\n")[0] or type(error).__name__


async def _keep_session(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Reset nothing: no transaction changes its session, and the settings stay."""


def _settings(statement_seconds: float, *, behind_pooler: bool) -> str:
    """Fill _SETTINGS. `lock_timeout` is half the time that a statement may take."""
    return _SETTINGS.format(
        local="LOCAL" if behind_pooler else "SESSION",
        is_local=str(behind_pooler).lower(),
        lock_milliseconds=max(1, int(statement_seconds * 500)),
    )


async def _set_up_session(connection: "asyncpg.Connection[asyncpg.Record]", seconds: float) -> None:
    await connection.execute(_settings(seconds, behind_pooler=False))


async def _await_session(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Raise TooManyConnectionsError unless the pooler, which takes any connection, has a session for this one."""
    try:
        await connection.execute("SELECT 1", timeout=SESSION_WAIT_SECONDS)
    except TimeoutError as error:
        raise asyncpg.TooManyConnectionsError("the pooler has no session free") from error


async def _is_behind_pooler(connection: "asyncpg.Connection[asyncpg.Record]") -> bool:
    """Whether a pooler is in between: the process id that it gives at the start is not that of the session."""
    async with connection.transaction():
        pid: int = await connection.fetchval("SELECT pg_backend_pid()")
    return pid != connection.get_server_pid()
