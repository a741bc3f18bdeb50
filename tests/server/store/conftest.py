"""A PostgreSQL database of a test's own, and someone else on it."""

from collections.abc import AsyncIterator

import asyncpg
import pytest


@pytest.fixture
def postgres(new_postgres: str) -> str:
    """A database in which each test makes the tables."""
    return new_postgres


@pytest.fixture
async def other(postgres: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Someone else on the same database."""
    connection = await asyncpg.connect(postgres, server_settings={"search_path": "backboard_threads"})
    yield connection
    await connection.close()
