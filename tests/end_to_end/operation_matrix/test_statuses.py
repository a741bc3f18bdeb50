"""The two statuses that no caller of another's server can bring about: too many requests, and a store that is away.

`tools.conformance` asks for all others, and `tests/tools/conformance` puts its questions to our server.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from threads_server.testing import LocalServer
from tools.document import Operation, operations, resolve
from tools.resources import JSON, UNKNOWN, Caller
from tools.schema_validation import faults

OPERATIONS = list(operations().values())
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)


def check(operation: Operation, status: int, response: httpx.Response) -> None:
    """The answer has this status and is what the document says of it."""
    assert response.status_code == status, response.text
    documented = operation.responses[str(status)]
    needed = {name for name, node in documented["headers"].items() if resolve(node).get("required")}
    assert needed
    assert all(name in response.headers for name in needed)
    assert response.headers["Content-Type"] == JSON
    assert faults(documented["content"][JSON]["schema"], response.json()) == []


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """A caller of a server that takes one request in 50 seconds."""
    database = tmp_path_factory.mktemp("slow") / "threads.db"
    with LocalServer(database, api_key="key", arguments=["--rate-limit", "0.02"]) as server:
        caller = Caller(server.url, "key")
        caller.send(operations()["listThreads"], UNKNOWN)
        yield caller
        caller.close()


@each_operation
def test_too_many_requests(slow: Caller, operation: Operation) -> None:
    response = slow.send(operation, UNKNOWN)
    check(operation, 429, response)
    assert 1 <= int(response.headers["Retry-After"]) <= 50


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Caller, Path]]:
    database = tmp_path_factory.mktemp("broken") / "threads.db"
    with LocalServer(database, api_key="key") as server:
        caller = Caller(server.url, "key")
        yield caller, database
        caller.close()


@contextmanager
def without_tables(database: Path) -> Iterator[None]:
    """The store while every statement fails: its tables are elsewhere."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in names if not name.startswith("sqlite_")]
        for name in tables:
            connection.execute(f'ALTER TABLE "{name}" RENAME TO "away_{name}"')
        connection.commit()
        try:
            yield
        finally:
            for name in tables:
                connection.execute(f'ALTER TABLE "away_{name}" RENAME TO "{name}"')
            connection.commit()


@each_operation
def test_store_cannot_be_reached(broken: tuple[Caller, Path], operation: Operation) -> None:
    caller, database = broken
    resources = caller.resources_for(operation)
    lists = [operations()[name] for name in ("listAssistants", "listThreads")]
    before = [caller.send(one, UNKNOWN).json() for one in lists]
    with without_tables(database):
        response = caller.send(operation, resources)
    check(operation, 503, response)
    assert [caller.send(one, UNKNOWN).json() for one in lists] == before, "something was done"
    assert caller.send(operation, resources).status_code == 200, "the store is back"
