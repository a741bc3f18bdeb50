"""Faults of a database, as the store meets them: a commit that fails or is not confirmed, a full disk."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import CoroutineType
from typing import Any
from unittest.mock import patch

import asyncpg

from threads_server.store import StoreUnavailable

COMMIT_FAILS, CONFIRMATION_LOST, DISK_FULL = "commit fails", "confirmation is lost", "disk full"
STORE_FAULTS = (COMMIT_FAILS, CONFIRMATION_LOST, DISK_FULL)
READ_FAILS_TOO = "confirmation is lost, and the next read fails"
LOSES_CONFIRMATION = (CONFIRMATION_LOST, READ_FAILS_TOO)

BACKGROUND = ("clearing.py", "heartbeat.py")
"""Modules whose tasks commit at times of their own, which no step of a test chose."""


@dataclass
class Fault:
    """A fault of a commit, `after` so many others. `happened` once it did."""

    kind: str
    after: int = 0
    happened: bool = False

    def strikes(self, sql: str) -> bool:
        """Whether it happens at this statement."""
        if self.kind == DISK_FULL:
            full = sql.startswith(("INSERT", "UPDATE"))
            self.happened |= full
            return full
        if sql != "COMMIT" or self.happened:
            return False
        self.happened = self.after == 0
        self.after -= 1
        return self.happened


class WrappedConnection:
    """An SQLite connection whose subclass changes how statements are executed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class FaultyConnection(WrappedConnection):
    """An SQLite connection with a fault."""

    def __init__(self, connection: sqlite3.Connection, fault: Fault) -> None:
        super().__init__(connection)
        self._fault = fault

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if not self._fault.strikes(sql):
            return self._connection.execute(sql, *parameters)
        if self._fault.kind == DISK_FULL:
            self._connection.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")
        if self._fault.kind in LOSES_CONFIRMATION:
            self._connection.execute(sql)
        raise sqlite3.OperationalError("disk I/O error")


class SlowConnection(WrappedConnection):
    """An SQLite connection on a slow disk: each transaction begins after a pause."""

    def __init__(self, connection: sqlite3.Connection, seconds: float) -> None:
        super().__init__(connection)
        self._seconds = seconds

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if sql == "BEGIN IMMEDIATE":
            time.sleep(self._seconds)
        return self._connection.execute(sql, *parameters)


@contextmanager
def failing(store: Any, kind: str, after: int = 0) -> Iterator[Fault]:
    """Let a commit of a store fail, `after` so many others, or its disk be full for as long as this lasts."""
    fault = Fault(kind, after)
    with _failing(store, fault), failing_read(store, fault) if kind == READ_FAILS_TOO else nullcontext():
        yield fault


@contextmanager
def failing_read(store: Any, fault: Fault) -> Iterator[None]:
    """Let the first large read after a fault fail."""
    read_large = store.read_large
    pending = True

    async def read(*transaction: Any, **options: Any) -> Any:
        nonlocal pending
        if fault.happened and pending:
            pending = False
            raise StoreUnavailable("the read fails")
        return await read_large(*transaction, **options)

    with patch.object(store, "read_large", read):
        yield


@contextmanager
def _failing(store: Any, fault: Fault) -> Iterator[None]:
    kind = fault.kind
    if hasattr(store, "writer"):
        writer = store.writer
        store.writer = FaultyConnection(writer, fault)
        try:
            yield
        finally:
            store.writer = writer
        return
    execute, fetch = asyncpg.Connection.execute, asyncpg.Connection.fetch

    async def broken(self: Any, query: str, *args: Any, **options: Any) -> Any:
        if kind == DISK_FULL or _is_in_background() or not fault.strikes(query):
            return await execute(self, query, *args, **options)
        if fault.kind in LOSES_CONFIRMATION:
            await execute(self, query)
        self.terminate()
        raise asyncpg.ConnectionDoesNotExistError("the connection was closed in the middle of the commit")

    async def full(self: Any, query: str, *args: Any, **options: Any) -> Any:
        if kind == DISK_FULL and not _is_in_background() and fault.strikes(query):
            raise asyncpg.DiskFullError("could not extend file: No space left on device")
        return await fetch(self, query, *args, **options)

    with patch.object(asyncpg.Connection, "execute", broken), patch.object(asyncpg.Connection, "fetch", full):
        yield


def _is_in_background() -> bool:
    task = asyncio.current_task()
    work = None if task is None else task.get_coro()
    return isinstance(work, CoroutineType) and work.cr_code.co_filename.endswith(BACKGROUND)
