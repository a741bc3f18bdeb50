"""The databases of each release, as a server of that release left them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, for all tests of the session."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> str:
    """The address of its database, which is empty."""
    return postgres_server.cleared()


@pytest.fixture(params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of a database, each in turn."""
    return str(request.param)


@pytest.fixture
def empty(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the kind with nothing in it."""
    if kind == "postgres":
        return str(request.getfixturevalue("postgres"))
    return str(tmp_path / "empty.sqlite")
