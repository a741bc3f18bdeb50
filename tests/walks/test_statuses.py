"""Every documented status of every operation is reached, by means that a caller really has, and is as documented."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.contract.document import Operation, document, operations
from tests.properties.judge import faults
from tests.walks.caller import JSON, UNKNOWN, Caller, Things, example, fields
from tests.walks.test_headers import check_headers
from threads_server.local import LocalServer

OPERATIONS = list(operations().values())
CASES = [
    pytest.param(operation, int(status), id=f"{operation.id}-{status}")
    for operation in OPERATIONS
    for status in operation.responses
    if status not in ("429", "503")
]
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)


def succeed(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, caller.things_for(operation))


def know_already(caller: Caller, operation: Operation) -> httpx.Response:
    things = caller.things()
    seen = caller.send(operation, things).headers["ETag"]
    return caller.send(operation, things, headers={"If-None-Match": seen})


def cut_off(caller: Caller, operation: Operation) -> httpx.Response:
    things = caller.things_for(operation)
    whole = json.dumps(example(operation, things)).encode()
    return caller.send(operation, things, content=b"{" if len(whole) < 3 else whole[:-1])


def come_without_key(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, UNKNOWN, headers={"X-API-Key": None})


def name_nothing(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, UNKNOWN)


def use_a_key_twice(caller: Caller, operation: Operation) -> httpx.Response:
    key: dict[str, str | None] = {"Idempotency-Key": f"twice-{operation.id}"}
    first = caller.send(operation, caller.things_for(operation), headers=key)
    assert first.status_code == 200, first.text
    things = caller.things_for(operation)
    other = example(operation, things, which=-1) if operation.bodies else None
    return caller.send(operation, things, body=other, headers=key)


def know_an_older_version(caller: Caller, operation: Operation) -> httpx.Response:
    things = caller.things()
    seen = caller.send(operations()["getThread"], things).headers["ETag"]
    caller.ask("sendMessage", things, body={"content": "Something else."})
    return caller.send(operation, things, headers={"If-Match": seen})


def send_too_much(caller: Caller, operation: Operation) -> httpx.Response:
    limit = document()["x-body-limits"][JSON]
    response = caller.send(operation, UNKNOWN, content=b'{"content": "' + b"x" * limit + b'"}')
    assert str(limit) in response.text
    return response


def send_a_letter(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, UNKNOWN, content=b"Hello", headers={"Content-Type": "text/plain"})


def break_a_rule(caller: Caller, operation: Operation) -> httpx.Response:
    """A path that is no id, a list that is too long, or a body that is no object: whatever the operation takes."""
    if any(one["in"] == "query" and one["name"] == "limit" for one in operation.parameters):
        return caller.send(operation, UNKNOWN, query={"limit": 0})
    if "{" in operation.path:
        return caller.send(operation, Things("no-id", "no-id", "run"))
    return caller.send(operation, UNKNOWN, body=[])


MEANS: dict[int, Callable[[Caller, Operation], httpx.Response]] = {
    200: succeed,
    304: know_already,
    400: cut_off,
    401: come_without_key,
    404: name_nothing,
    409: use_a_key_twice,
    412: know_an_older_version,
    413: send_too_much,
    415: send_a_letter,
    422: break_a_rule,
}


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
    check(operation, status, MEANS[status](ada, operation))


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
    with sqlite3.connect(database, timeout=10) as connection:
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
    things = caller.things_for(operation)
    with without_tables(database):
        response = caller.send(operation, things)
    check(operation, 503, response)
    assert caller.send(operation, things).status_code == 200, "the store is back, and nothing was done meanwhile"


def test_every_documented_status_has_a_test() -> None:
    documented = {int(status) for operation in OPERATIONS for status in operation.responses}
    assert documented == MEANS.keys() | {429, 503}


def test_answers_name_the_fault(ada: Caller) -> None:
    """A 422 says where, for each fault."""
    response = ada.send(operations()["listThreads"], UNKNOWN, query={"limit": 0, "skip": -1})
    assert sorted(one["loc"] for one in response.json()["detail"]) == [["query", "limit"], ["query", "skip"]]


def test_a_thread_whose_run_waits_is_busy(ada: Caller) -> None:
    things = ada.things(waiting=True)
    for name in ("sendMessage", "sendChatMessage"):
        check(operations()[name], 409, ada.send(operations()[name], things))


def test_outputs_that_nothing_waits_for(ada: Caller) -> None:
    things = ada.things()
    for operation in OPERATIONS:
        if "tool_outputs" in fields(operation):
            check(operation, 409, ada.send(operation, things))


def test_outputs_that_are_not_those(ada: Caller) -> None:
    outputs: dict[str, Any] = {"tool_outputs": [{"tool_call_id": "another", "output": "18"}]}
    for operation in OPERATIONS:
        if "tool_outputs" in fields(operation):
            things = ada.things(waiting=True)
            named = {"thread_id": things.thread_id} if "thread_id" in fields(operation) else {}
            check(operation, 400, ada.send(operation, things, body=outputs | named))
