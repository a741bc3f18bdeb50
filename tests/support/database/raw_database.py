"""Statements on a database beside the server, without its rules: what a mistake or a fault may leave behind."""

import asyncio
import sqlite3
from contextlib import closing

import asyncpg


def execute(database: str, *statements: str) -> None:
    """Run statements on a database of either kind, with foreign keys not enforced."""
    if not database.startswith("postgresql://"):
        with closing(sqlite3.connect(database, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)
        return

    async def run() -> None:
        connection = await asyncpg.connect(database)
        try:
            await connection.execute("SET search_path = backboard_threads; SET session_replication_role = replica")
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())
