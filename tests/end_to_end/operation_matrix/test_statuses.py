"""Every documented status of every operation is reached, by means that a caller really has, and is as documented."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.response_headers import check_headers
from threads_server.testing import LocalServer
from tools.document import Operation, operations
from tools.resources import JSON, UNKNOWN, Caller, fields
from tools.schema_validation import faults
from tools.triggers import TRIGGERS

OPERATIONS = list(operations().values())
CASES = [
    pytest.param(operation, int(status), id=f"{operation.id}-{status}")
    for operation in OPERATIONS
    for status in operation.responses
    if status not in ("429", "503")
]
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)


def check(operation: Operation, status: int, response: httpx.Response) -> None:
    """The answer has this status and is what the document says of it."""
    assert response.status_code == status, response.text
    check_headers(operation, response)
    content = operation.responses[str(status)].get("content")
    if content is None:
        assert response.content == b""
        return
    media_type = response.headers["Content-Type"].split(";")[0]
    assert media_type in content
    if media_type == JSON:
        assert faults(content[JSON]["schema"], response.json()) == []


@pytest.mark.parametrize(("operation", "status"), CASES)
def test_status_is_reached(ada: Caller, operation: Operation, status: int) -> None:
    check(operation, status, TRIGGERS[status](ada, operation))


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


def test_every_documented_status_has_a_test() -> None:
    documented = {int(status) for operation in OPERATIONS for status in operation.responses}
    assert documented == TRIGGERS.keys() | {429, 503}


def test_answers_name_the_fault(ada: Caller) -> None:
    """A 422 says where, for each fault."""
    response = ada.send(operations()["listThreads"], UNKNOWN, query={"limit": 0, "skip": -1})
    assert sorted(one["loc"] for one in response.json()["detail"]) == [["query", "limit"], ["query", "skip"]]


def test_thread_with_a_waiting_run_is_409(ada: Caller) -> None:
    resources = ada.resources(waiting=True)
    for name in ("sendMessage", "sendChatMessage"):
        check(operations()[name], 409, ada.send(operations()[name], resources))


def test_outputs_that_nothing_waits_for(ada: Caller) -> None:
    resources = ada.resources()
    for operation in OPERATIONS:
        if "tool_outputs" in fields(operation):
            check(operation, 409, ada.send(operation, resources))


def test_outputs_that_are_not_those(ada: Caller) -> None:
    outputs: dict[str, Any] = {"tool_outputs": [{"tool_call_id": "another", "output": "18"}]}
    for operation in OPERATIONS:
        if "tool_outputs" in fields(operation):
            resources = ada.resources(waiting=True)
            named = {"thread_id": resources.thread_id} if "thread_id" in fields(operation) else {}
            check(operation, 400, ada.send(operation, resources, body=outputs | named))
