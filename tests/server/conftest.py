"""The databases that the tests of the server are run on."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.server.threads_api import Api, serving


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database: SQLite, or each kind under BOTH_DATABASES."""
    if getattr(request, "param", "sqlite") == "postgres":
        address: str = request.getfixturevalue("postgres")
        return address
    return str(tmp_path / "threads.db")


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    """The server on a new database."""
    async with serving(database) as api:
        yield api
