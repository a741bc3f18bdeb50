"""The databases of a release: a copy of the SQLite file, and PostgreSQL restored from its dump.

Only names that are kept in databases are used here: the files, the tables, their columns.
"""

import asyncio
import gzip
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import asyncpg

FRESH = (
    "UPDATE idempotency_keys SET created_at = {now}",
    "UPDATE runs SET ended_at = {now} WHERE ended_at IS NOT NULL",
)
"""Keys and event logs are kept for a day: in a copy, everything was done just now."""


def copied(source: Path, target: Path) -> str:
    """A copy of an SQLite file, kept compressed, in which everything was done just now."""
    target.write_bytes(gzip.decompress(source.read_bytes()))
    target.chmod(0o600)
    with closing(sqlite3.connect(target)) as connection, connection:
        for statement in _statements():
            connection.execute(statement)
    return str(target)


def restored(dump: Path, address: str) -> str:
    """Restores a dump, in whose database everything was done just now."""
    statements = dump.read_text(encoding="utf-8")

    async def restore() -> None:
        connection = await asyncpg.connect(address)
        try:
            await connection.execute(statements)
            await connection.execute("SET search_path = backboard_threads")
            for statement in _statements():
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(restore())
    return address


def _statements() -> list[str]:
    return [statement.format(now=time.time_ns() // 1_000_000) for statement in FRESH]


def tables(database: str) -> list[tuple[str, ...]]:
    """The tables of a database as it describes them: in SQLite the very words they were made with."""
    if not database.startswith("postgresql://"):
        with closing(sqlite3.connect(database)) as connection:
            rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name")
            return [tuple(row) for row in rows]

    async def read() -> list[tuple[str, ...]]:
        connection = await asyncpg.connect(database)
        try:
            columns = await connection.fetch(
                "SELECT table_name, column_name, data_type, is_nullable, coalesce(column_default, identity_generation)"
                " FROM information_schema.columns WHERE table_schema = 'backboard_threads'"
                " ORDER BY table_name, ordinal_position"
            )
            indexes = await connection.fetch(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'backboard_threads' ORDER BY indexname"
            )
            constraints = await connection.fetch(
                "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint"
                " WHERE connamespace = 'backboard_threads'::regnamespace AND contype <> 'n' ORDER BY 1, 2"
            )
            return [tuple(row) for row in (*columns, *indexes, *constraints)]
        finally:
            await connection.close()

    return asyncio.run(read())
