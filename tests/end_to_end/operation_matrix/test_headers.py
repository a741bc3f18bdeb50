"""Documented headers are there and right; methods that no operation has are refused; HEAD and OPTIONS behave."""

import re
from collections import defaultdict

import httpx
import pytest

from tests.support.response_headers import check_headers
from tools.document import METHODS, Operation, operations
from tools.resources import UNKNOWN, Caller

OPERATIONS = list(operations().values())
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.id)
PATHS: dict[str, list[Operation]] = defaultdict(list)
for one in OPERATIONS:
    PATHS[one.path].append(one)


@each_operation
def test_success_has_its_headers(ada: Caller, operation: Operation) -> None:
    response = ada.send(operation, ada.resources_for(operation))
    assert response.status_code == 200
    check_headers(operation, response)
    assert response.headers["Content-Type"].split(";")[0] in operation.responses["200"]["content"]
    assert ("ETag" in response.headers) == ("ETag" in operation.responses["200"]["headers"])


@each_operation
def test_callers_request_id_is_kept(ada: Caller, operation: Operation) -> None:
    response = ada.send(operation, UNKNOWN, headers={"X-Request-ID": f"walk-{operation.id}"})
    assert response.headers["X-Request-ID"] == f"walk-{operation.id}"


@each_operation
def test_request_ids_differ(ada: Caller, operation: Operation) -> None:
    answers = [ada.send(operation, UNKNOWN) for _ in range(3)]
    assert len({response.headers["X-Request-ID"] for response in answers}) == 3


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method == "post"], ids=lambda one: one.id)
def test_replay_is_marked_by_its_header(ada: Caller, operation: Operation) -> None:
    resources = ada.resources_for(operation)
    key: dict[str, str | None] = {"Idempotency-Key": f"replay-{operation.id}"}
    first = ada.send(operation, resources, headers=key)
    second = ada.send(operation, resources, headers=key)
    assert first.status_code == second.status_code == 200
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.content == first.content
    check_headers(operation, second)


UNDECLARED = [
    (path, method)
    for path, declared in PATHS.items()
    for method in METHODS
    if method not in ("head", "options", "trace", *(one.method for one in declared))
]


@pytest.mark.parametrize(("path", "method"), UNDECLARED)
def test_undeclared_method_is_refused(ada: Caller, path: str, method: str) -> None:
    declared = {one.method for one in PATHS[path]}
    response = ada.send(PATHS[path][0], ada.resources(), method=method.upper())
    assert response.status_code == 405
    assert allowed(response) == {one.upper() for one in declared} | ({"HEAD"} & allowed(response))
    assert isinstance(response.json()["detail"], str)
    assert response.headers["X-Request-ID"]


def allowed(response: httpx.Response) -> set[str]:
    return set(re.split(r", *", response.headers["Allow"]))


@pytest.mark.parametrize("path", PATHS)
def test_options_says_what_there_is(ada: Caller, path: str) -> None:
    response = ada.send(PATHS[path][0], UNKNOWN, method="OPTIONS", content=b"", headers={"X-API-Key": None})
    assert response.status_code == 204
    assert {one.method.upper() for one in PATHS[path]} <= allowed(response)
    assert not response.content


@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method == "get"], ids=lambda one: one.id)
def test_head_is_get_without_its_body(ada: Caller, operation: Operation) -> None:
    resources = ada.resources_for(operation)
    got, head = ada.send(operation, resources), ada.send(operation, resources, method="HEAD")
    assert head.status_code == got.status_code == 200
    assert not head.content
    varying = ("date", "x-request-id", "transfer-encoding", "content-length")
    assert {name: head.headers.get(name) for name in got.headers if name not in varying} == {
        name: got.headers[name] for name in got.headers if name not in varying
    }
    assert ada.send(operation, resources, method="HEAD", headers={"X-API-Key": None}).status_code == 401


def test_unknown_path_is_refused(ada: Caller) -> None:
    operation = operations()["listThreads"]
    for path in ("/nothing", "/threads/", "/assistants/x/y/z", "/"):
        response = ada.send(operation._replace(path=path), UNKNOWN)
        assert response.status_code == 404
        assert isinstance(response.json()["detail"], str)
        assert response.headers["X-Request-ID"]
