"""SQLite: a file, one writing process, and one thread that writes for all requests.

Requests that write at the same time share a commit, and so a sync to disk: that is what makes `synchronous=FULL`
affordable. If one fails the whole batch is rolled back and rerun with a savepoint for each.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any, ParamSpec, TypeVar

from threads_server.store import (
    MAX_VALUE_BYTES,
    ResultTooLarge,
    Store,
    StoreLoad,
    StoreOpenError,
    StoreUnavailable,
    caller,
)
from threads_server.store.backends.sqlite_file import DatabaseFile, check_presence
from threads_server.store.backends.sqlite_statements import run
from threads_server.store.transaction import Transaction

P = ParamSpec("P")
T = TypeVar("T")

MAX_BATCH = 256
"""No more transactions join a commit that has this many."""
MAX_BATCH_SECONDS = 0.1
"""Nor one that has run for this long: the large writes of one account delay those of others by one commit."""
READER_THREADS = 2


@dataclass(slots=True, repr=False)
class _Pending:
    run: Callable[[], Transaction[Any]]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    account: str
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        future, error = self.future, self.error
        # breaks a reference cycle (error, traceback, frames) that would keep upload bytes alive
        del self.run, self.future, self.error
        if future.cancelled():
            return
        if error is None:
            future.set_result(self.result)
        else:
            future.set_exception(error)


class SqliteStore(Store):
    """A database in one file. Made with `open`."""

    def __init__(self, file: DatabaseFile, writer: sqlite3.Connection) -> None:
        self._file = file
        self.writer = writer
        """The connection of `write`, used by the writer thread only."""
        self.reader = file.connect_reader()
        """The connection of `read`, used on the event loop's thread."""
        self.reader.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
        self._reader_threads = ThreadPoolExecutor(READER_THREADS, "threads-server-reader")
        self._local = threading.local()
        self._thread_connections: list[sqlite3.Connection] = []
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Pending]] = {}
        self._queue: queue.SimpleQueue[list[_Pending] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._closed = False
        self._thread = threading.Thread(target=self._write_batches, name="threads-server-writer", daemon=True)
        self._thread.start()

    @classmethod
    async def open(cls, database: str, *, serving: bool, create: bool, any_version: bool) -> "SqliteStore":
        """Open the file, made if there is none and `create` is set. Raises StoreMissing, StoreOpenError."""
        if not create:
            await asyncio.to_thread(check_presence, Path(database))
        return await asyncio.to_thread(cls._open, Path(database), serving, any_version)

    @classmethod
    def _open(cls, path: Path, serving: bool, any_version: bool) -> "SqliteStore":
        file, writer = DatabaseFile.open(path, serving=serving, any_version=any_version)
        try:
            return cls(file, writer)
        except sqlite3.Error as error:
            writer.close()
            file.close()
            raise StoreOpenError(f"{path} cannot be used as a database: {error}") from error

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable("The store is closed")
        if not self._file.is_present():
            raise StoreUnavailable("The database file was deleted or replaced")

    async def write(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        self._check_open()
        if self._file.read_only:
            raise StoreUnavailable("The store can only be read: the disk is full")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        pending = _Pending(partial(transaction, *args, **kwargs), loop, future, caller.get())
        if (gathered := self._gathered.get(loop)) is not None:
            gathered.append(pending)
        else:
            self._gathered[loop] = [pending]
            loop.call_soon(self._hand_over, loop)  # with all that come in this pass of the loop, for one commit
        self._waiting += 1
        try:
            return await future
        finally:
            self._waiting -= 1
            del future, pending, gathered  # as in `settle`

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        if gathered := self._gathered.pop(loop, None):
            self._queue.put(gathered)

    async def read(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await self.read_small(transaction, *args, **kwargs)
        except ResultTooLarge:
            return await self.read_large(transaction, *args, **kwargs)

    async def read_small(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        self._check_open()
        try:
            return run(self.reader, transaction(*args, **kwargs))
        except sqlite3.DataError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_TOOBIG:
                raise
            raise ResultTooLarge from error
        except sqlite3.Error as error:
            raise _as_store_error(error) from error

    async def read_large(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._read_in_thread(partial(transaction, *args, **kwargs), snapshot=False)

    async def read_snapshot(self, transaction: Callable[P, Transaction[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._read_in_thread(partial(transaction, *args, **kwargs), snapshot=True)

    async def _read_in_thread(self, transaction: Callable[[], Transaction[T]], *, snapshot: bool) -> T:
        self._check_open()

        def read() -> T:
            try:
                if not hasattr(self._local, "connection"):
                    self._local.connection = self._file.connect_reader()
                    self._thread_connections.append(self._local.connection)
                connection: sqlite3.Connection = self._local.connection
                if not snapshot:
                    return run(connection, transaction())
                connection.execute("BEGIN")
                try:
                    return run(connection, transaction())
                finally:
                    connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise _as_store_error(error) from error

        return await asyncio.get_running_loop().run_in_executor(self._reader_threads, read)

    def load(self) -> StoreLoad:
        return StoreLoad(self._waiting, connections=2 + READER_THREADS)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for loop in list(self._gathered):
            self._hand_over(loop)
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)
        await asyncio.to_thread(self._reader_threads.shutdown)
        for connection in (*self._thread_connections, self.reader, self.writer):
            connection.close()
        self._file.close()

    def _write_batches(self) -> None:
        waiting: dict[str, deque[_Pending]] = {}
        closing = False
        while waiting or not closing:
            closing = self._gather(waiting, wait=not waiting) or closing
            if not (batch := _take_turns(waiting)):
                continue
            done = batch[: self._commit(batch)]
            waiting = _by_account([*batch[len(done) :], *chain.from_iterable(waiting.values())])
            if self.observe_commit is not None:
                self.observe_commit(len(done))
            for loop in {id(pending.loop): pending.loop for pending in done}.values():
                mine = [pending for pending in done if pending.loop is loop]
                with suppress(RuntimeError):  # the loop is closed, and nobody waits
                    loop.call_soon_threadsafe(_settle, mine)

    def _gather(self, waiting: dict[str, deque[_Pending]], *, wait: bool) -> bool:
        """Add what was handed over, by account; True once nothing more will come."""
        with suppress(queue.Empty):
            while True:
                handed = self._queue.get(block=wait)
                if handed is None:
                    return True
                wait = False
                for pending in handed:
                    waiting.setdefault(pending.account, deque()).append(pending)
        return False

    def _commit(self, batch: Sequence[_Pending]) -> int:
        """Run as many of a batch as MAX_BATCH_SECONDS allow as one commit, and give their number.

        Optimistically without savepoints; on any error, again with one each.
        """
        writer = self.writer
        count = len(batch)
        try:
            writer.execute("BEGIN IMMEDIATE")
            try:
                count = self._run_in_time(batch, self._run)
            except Exception:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                writer.execute("BEGIN IMMEDIATE")
                count = self._run_in_time(batch, self._run_apart)
            # if all failed, roll back: a COMMIT would still write the pages that savepoints changed and restored
            writer.execute("ROLLBACK" if all(pending.error for pending in batch[:count]) else "COMMIT")
        except Exception as error:
            with suppress(sqlite3.Error):
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
            for pending in batch[:count]:
                # keep a transaction's own error even if the COMMIT failed
                pending.error = pending.error or _as_store_error(error)
        return count

    def _run_in_time(self, batch: Sequence[_Pending], run_one: Callable[[_Pending], None]) -> int:
        end = monotonic() + MAX_BATCH_SECONDS
        for count, pending in enumerate(batch, 1):
            run_one(pending)
            if monotonic() >= end:
                return count
        return len(batch)

    def _run(self, pending: _Pending) -> None:
        pending.result = run(self.writer, pending.run())

    def _run_apart(self, pending: _Pending) -> None:
        writer = self.writer
        writer.execute("SAVEPOINT pending")
        try:
            self._run(pending)
        except Exception as error:
            if not writer.in_transaction:  # the database gave up on the whole batch (disk full, I/O error)
                raise
            writer.execute("ROLLBACK TO pending")
            pending.error = _as_store_error(error)
        writer.execute("RELEASE pending")


def _by_account(pending: Iterable[_Pending]) -> dict[str, deque[_Pending]]:
    """Sort transactions by account; the account of the first one is the first."""
    found: dict[str, deque[_Pending]] = {}
    for one in pending:
        found.setdefault(one.account, deque()).append(one)
    return found


def _take_turns(waiting: dict[str, deque[_Pending]]) -> list[_Pending]:
    """Take at most MAX_BATCH transactions, one of each account in turn, each account's in their order."""
    batch: list[_Pending] = []
    while waiting:
        for account, own in list(waiting.items()):
            if len(batch) == MAX_BATCH:
                return batch
            batch.append(own.popleft())
            if not own:
                del waiting[account]
    return batch


def _settle(batch: Sequence[_Pending]) -> None:
    for pending in batch:
        pending.settle()


def _as_store_error(error: Exception) -> Exception:
    """Errors of the file, its disk or its locks mean that the store is unavailable; the others are bugs."""
    if not isinstance(error, sqlite3.Error) or isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError):
        return error
    unavailable = StoreUnavailable(f"The store cannot be reached: {error}")
    unavailable.__cause__ = error
    return unavailable
