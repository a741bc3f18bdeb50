"""Faults of a database, as the store meets them: a commit that fails or is not confirmed, a full disk."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import CoroutineType
from typing import Any
from unittest.mock import patch

import asyncpg

COMMIT_FAILS, CONFIRMATION_LOST, DISK_FULL = "commit fails", "confirmation is lost", "disk full"
STORE_FAULTS = (COMMIT_FAILS, CONFIRMATION_LOST, DISK_FULL)


BACKGROUND = ("clearing.py", "heartbeat.py")
"""Modules whose tasks commit at times of their own, which no step of a test chose."""


@dataclass
class Fault:
    """A fault of the next commit. `happened` once it did."""

    kind: str
    happened: bool = False

    def strikes(self, sql: str) -> bool:
        """Whether it happens at this statement."""
        if self.kind == DISK_FULL:
            return sql.startswith(("INSERT", "UPDATE"))
        if sql != "COMMIT" or self.happened:
            return False
        self.happened = True
        return True


class FaultyConnection:
    """An SQLite connection with a fault."""

    def __init__(self, connection: sqlite3.Connection, fault: Fault) -> None:
        self._connection = connection
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        if not self._fault.strikes(sql):
            return self._connection.execute(sql, *parameters)
        if self._fault.kind == DISK_FULL:
            self._connection.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")
        if self._fault.kind == CONFIRMATION_LOST:
            self._connection.execute(sql)
        raise sqlite3.OperationalError("disk I/O error")


@contextmanager
def failing(store: Any, kind: str) -> Iterator[Fault]:
    """Let a commit of a store fail, or its disk be full for as long as this lasts."""
    fault = Fault(kind)
    if isinstance(getattr(store, "writer", None), sqlite3.Connection):
        writer = store.writer
        store.writer = FaultyConnection(writer, fault)
        try:
            yield fault
        finally:
            store.writer = writer
        return
    execute = asyncpg.Connection.execute

    async def broken(self: Any, query: str, *args: Any, **options: Any) -> Any:
        if _is_in_background() or not fault.strikes(query):
            return await execute(self, query, *args, **options)
        if fault.kind == CONFIRMATION_LOST:
            await execute(self, query)
        self.terminate()
        raise asyncpg.ConnectionDoesNotExistError("the connection was closed in the middle of the commit")

    with patch.object(asyncpg.Connection, "execute", broken):
        yield fault


def _is_in_background() -> bool:
    task = asyncio.current_task()
    work = None if task is None else task.get_coro()
    return isinstance(work, CoroutineType) and work.cr_code.co_filename.endswith(BACKGROUND)
