"""Triggers of each documented status, for any operation."""

import json
from collections.abc import Callable

import httpx

from tools.document import Operation, document, operations
from tools.resources import JSON, UNKNOWN, Caller, Resources, example


def succeed(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, caller.resources_for(operation))


def know_already(caller: Caller, operation: Operation) -> httpx.Response:
    resources = caller.resources()
    seen = caller.send(operation, resources).headers["ETag"]
    return caller.send(operation, resources, headers={"If-None-Match": seen})


def cut_off(caller: Caller, operation: Operation) -> httpx.Response:
    resources = caller.resources_for(operation)
    whole = json.dumps(example(operation, resources)).encode()
    return caller.send(operation, resources, content=b"{" if len(whole) < 3 else whole[:-1])


def come_without_key(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, UNKNOWN, headers={"X-API-Key": None})


def name_nothing(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, UNKNOWN)


def use_a_key_twice(caller: Caller, operation: Operation) -> httpx.Response:
    key: dict[str, str | None] = {"Idempotency-Key": f"twice-{operation.id}"}
    first = caller.send(operation, caller.resources_for(operation), headers=key)
    assert first.status_code == 200, first.text
    resources = caller.resources_for(operation)
    other = example(operation, resources, which=-1) if operation.bodies else None
    return caller.send(operation, resources, body=other, headers=key)


def know_an_older_version(caller: Caller, operation: Operation) -> httpx.Response:
    resources = caller.resources()
    seen = caller.send(operations()["getThread"], resources).headers["ETag"]
    caller.ask("sendMessage", resources, body={"content": "Something else."})
    return caller.send(operation, resources, headers={"If-Match": seen})


def send_too_much(caller: Caller, operation: Operation) -> httpx.Response:
    limit = document()["x-body-limits"][JSON]
    response = caller.send(operation, UNKNOWN, content=b'{"content": "' + b"x" * limit + b'"}')
    assert str(limit) in response.text
    return response


def send_a_letter(caller: Caller, operation: Operation) -> httpx.Response:
    return caller.send(operation, UNKNOWN, content=b"Hello", headers={"Content-Type": "text/plain"})


def break_a_rule(caller: Caller, operation: Operation) -> httpx.Response:
    """Send an invalid path, list limit or body, whichever the operation takes."""
    if any(one["in"] == "query" and one["name"] == "limit" for one in operation.parameters):
        return caller.send(operation, UNKNOWN, query={"limit": 0})
    if "{" in operation.path:
        return caller.send(operation, Resources("no-id", "no-id", "run"))
    return caller.send(operation, UNKNOWN, body=[])


TRIGGERS: dict[int, Callable[[Caller, Operation], httpx.Response]] = {
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
