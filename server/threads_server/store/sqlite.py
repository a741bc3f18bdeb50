"""SQLite: a file, one writing process, and one thread that writes for all requests.

Requests that write at the same time share a commit, and so a sync to disk: that is what makes `synchronous=FULL`
affordable. One that fails takes nothing of the others with it: they are run again, each with a savepoint of its own.
"""

import asyncio
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from threads_server.store import Store, StoreOpenError, StoreUnavailable
from threads_server.store.lock import FileLock
from threads_server.store.schema import MIGRATIONS
from threads_server.store.transaction import LOCKS, Transaction, one

P = ParamSpec("P")
T = TypeVar("T")

APPLICATION_ID = 0x42425448  # "BBTH" in the file's header: this file is ours
BUSY_MILLISECONDS = 5_000  # how long another process (`keys` beside the server) may hold the file before it is 503
BATCH = 256  # transactions in a commit after which no more are taken into it
TRY_AGAIN = 0.01  # seconds after which a lock is tried again for which SQLite does not wait by itself
READERS = 2
CHECKPOINT_PAGES = 8_000


@dataclass(slots=True, repr=False)
class _Pending:
    run: Callable[[], Transaction[Any]]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        future, error = self.future, self.error
        # an error holds the frames that it came through, and they this: they would keep each other, and an upload
        del self.run, self.future, self.error
        if future.cancelled():
            return
        if error is None:
            future.set_result(self.result)
        else:
            future.set_exception(error)


class SqliteStore(Store):
    """A database in one file. Made with `open`."""

    def __init__(self, path: Path, writer: sqlite3.Connection, lock: FileLock | None) -> None:
        self._path = path
        self._lock = lock
        self._writer = writer
        self._reader = _connect(path, read_only=True)
        self._large = ThreadPoolExecutor(READERS, "threads-server-reader")
        self._local = threading.local()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Pending]] = {}
        self._queue: queue.SimpleQueue[list[_Pending] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._write_batches, name="threads-server-writer", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, database: str, *, serving: bool) -> "SqliteStore":
        """Opens the file, which is made when it is not there. Raises StoreOpenError."""
        return await asyncio.to_thread(cls._open, Path(database), serving)

    @classmethod
    def _open(cls, path: Path, serving: bool) -> "SqliteStore":
        if not path.parent.is_dir():
            raise StoreOpenError(f"{path}: the folder {path.parent} is not there")
        if path.is_dir():
            raise StoreOpenError(f"{path} is a folder, not a database")
        if path.exists() and not path.is_file():
            raise StoreOpenError(f"{path} is not a file, and so no database")
        for needed in (path, path.parent):  # SQLite keeps more files beside its own
            if needed.exists() and not os.access(needed, os.W_OK):
                raise StoreOpenError(f"{path} cannot be used as a database: {needed} is read-only")
        lock = None
        try:
            if serving:
                lock = FileLock(path.with_name(path.name + ".lock"))
                if not lock.acquire():
                    raise StoreOpenError(
                        f"{path} is in use by another server; SQLite takes one writing server at a time"
                    )
            writer = _connect(path)
            try:
                _check(path, writer)
                _write_ahead(writer)
                writer.execute("PRAGMA synchronous = FULL")
                writer.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
                _migrate(path, writer)
                return cls(path, writer, lock)
            except BaseException:
                writer.close()
                raise
        except (sqlite3.Error, OSError) as error:
            if lock is not None:
                lock.release()
            raise StoreOpenError(f"{path} cannot be used as a database: {error}") from error
        except StoreOpenError:
            if lock is not None:
                lock.release()
            raise

    async def write(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._closed:
            raise StoreUnavailable("The store is closed")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        pending = _Pending(partial(transaction, *args, **kwargs), loop, future)
        if (gathered := self._gathered.get(loop)) is not None:
            gathered.append(pending)
        else:
            self._gathered[loop] = [pending]
            loop.call_soon(self._hand_over, loop)  # with all that come in this pass of the loop, for one commit
        try:
            return await future
        finally:
            del future, pending, gathered  # as in `settle`

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        if gathered := self._gathered.pop(loop, None):
            self._queue.put(gathered)

    async def read(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._closed:
            raise StoreUnavailable("The store is closed")
        try:
            return _run(self._reader, transaction(*args, **kwargs))
        except sqlite3.Error as error:
            raise _as_store_error(error) from error

    async def read_large(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._closed:
            raise StoreUnavailable("The store is closed")

        def aside() -> T:
            if not hasattr(self._local, "connection"):
                self._local.connection = _connect(self._path, read_only=True)
            try:
                return _run(self._local.connection, transaction(*args, **kwargs))
            except sqlite3.Error as error:
                raise _as_store_error(error) from error

        return await asyncio.get_running_loop().run_in_executor(self._large, aside)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for loop in list(self._gathered):
            self._hand_over(loop)
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._large.shutdown)
        self._reader.close()
        self._writer.close()
        if self._lock is not None:
            self._lock.release()

    def _write_batches(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            batch = first
            last = False
            with suppress(queue.Empty):
                while len(batch) < BATCH:
                    more = self._queue.get_nowait()
                    if more is None:
                        last = True
                        break
                    batch += more
            self._commit(batch)
            for loop in {id(pending.loop): pending.loop for pending in batch}.values():
                mine = [pending for pending in batch if pending.loop is loop]
                with suppress(RuntimeError):  # the loop was closed: nobody is left to be told
                    loop.call_soon_threadsafe(_settle, mine)
            if last:
                return

    def _commit(self, batch: Sequence[_Pending]) -> None:
        """Runs a batch as one commit: as if none failed, and if one does, again with a savepoint for each."""
        writer = self._writer
        try:
            writer.execute("BEGIN IMMEDIATE")
            try:
                for pending in batch:
                    pending.result = _run(writer, pending.run())
            except Exception:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                writer.execute("BEGIN IMMEDIATE")
                self._run_apart(batch)
            # SQLite would write, and sync, the pages that a savepoint changed and put back
            writer.execute("ROLLBACK" if all(pending.error for pending in batch) else "COMMIT")
        except Exception as error:
            with suppress(sqlite3.Error):
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
            for pending in batch:
                # a refusal that was already reached holds whether or not the others could be committed
                pending.error = pending.error or _as_store_error(error)

    def _run_apart(self, batch: Sequence[_Pending]) -> None:
        writer = self._writer
        for pending in batch:
            writer.execute("SAVEPOINT pending")
            try:
                pending.result = _run(writer, pending.run())
            except Exception as error:
                if not writer.in_transaction:  # the database gave up on the whole batch (disk full, I/O error)
                    raise
                writer.execute("ROLLBACK TO pending")
                pending.error = _as_store_error(error)
            writer.execute("RELEASE pending")


def _settle(batch: Sequence[_Pending]) -> None:
    for pending in batch:
        pending.settle()


def _as_store_error(error: Exception) -> Exception:
    """What SQLite says of the file, its disk or its locks means that the store is away; the rest is a mistake."""
    if not isinstance(error, sqlite3.Error) or isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return error
    unavailable = StoreUnavailable(f"The store cannot be reached: {error}")
    unavailable.__cause__ = error
    return unavailable


_sql: dict[str, str] = {}


def _run(connection: sqlite3.Connection, transaction: Transaction[T]) -> T:
    execute = connection.execute
    try:
        sql, parameters = next(transaction)
        while True:
            spoken = _sql.get(sql)
            if spoken is None:
                spoken = _in_sqlite(sql)
            sql, parameters = transaction.send(execute(spoken, parameters).fetchall() if spoken else [])
    except StopIteration as end:
        result: T = end.value
        return result


def _in_sqlite(sql: str) -> str:
    # there is one writer at a time: everything is locked already
    spoken = "" if sql.startswith(LOCKS) else sql.replace(" FOR UPDATE", "")
    spoken = spoken.replace("thread SERIAL", "thread INTEGER PRIMARY KEY").replace("BYTES", "BLOB")
    _sql[sql] = spoken
    return spoken


def _connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_MILLISECONDS / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _check(path: Path, connection: sqlite3.Connection) -> None:
    """Raises StoreOpenError, with the file as it was, when it is not one of ours or is ahead of us."""
    # in this order: another process may make the tables, and name the application, between the two
    tables: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    if application != APPLICATION_ID and tables:
        raise StoreOpenError(f"{path} is a database of another application")
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise StoreOpenError(
            f"{path} was written by a newer version of the server: its tables are at version {version}, this one "
            f"knows {len(MIGRATIONS)}"
        )


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Has the database kept with a write-ahead log; waits for others who are just about that as well.

    SQLite itself gives up at once when another connection has begun to write: this statement reads before it writes,
    and two that read, and wait to write, would wait for each other.
    """
    deadline = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= deadline:
                raise
        time.sleep(TRY_AGAIN)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _migrate(path: Path, writer: sqlite3.Connection) -> None:
    """All or nothing: whoever closes the connection after an error undoes what is done."""
    writer.execute("BEGIN IMMEDIATE")
    _check(path, writer)  # again: another process may have been first
    for statements in MIGRATIONS[_version(writer) :]:
        for statement in statements:
            _run(writer, one(statement))
    writer.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    writer.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    writer.execute("COMMIT")
