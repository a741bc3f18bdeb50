"""Someone else on the PostgreSQL database of a test."""

from collections.abc import AsyncIterator

import asyncpg
import pytest


@pytest.fixture
async def other(postgres: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Someone else on the same database."""
    connection = await asyncpg.connect(postgres, server_settings={"search_path": "backboard_threads"})
    yield connection
    await connection.close()
