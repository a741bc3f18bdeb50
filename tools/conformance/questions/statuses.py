"""Questions about statuses: each documented one of an operation can be brought about."""

import json
from collections.abc import Callable, Iterator

import httpx

from tools.conformance.prober import Prober
from tools.conformance.questions.question import Question
from tools.conformance.results import OWN_SERVER_ONLY, mark_of
from tools.document import Operation, document, operations
from tools.resources import JSON, UNKNOWN, Resources, example


def statuses(operation: Operation) -> Iterator[Question]:
    for status in map(int, operation.responses):
        name = f"{operation.id}: {status}"

        def ask(prober: Prober, status: int = status, name: str = name) -> None:
            response = TRIGGERS[status](prober, operation)
            if response.status_code != status:
                prober.results.does_not(name, f"the answer is {response.status_code}: {response.text}")

        yield Question(
            operation.id,
            name,
            name,
            mark_of(operation.node),
            ask,
            status=status,
            for_own_server=status in OWN_SERVER_ONLY,
        )


def succeed(prober: Prober, operation: Operation) -> httpx.Response:
    return prober.send(operation, prober.resources_for(operation))


def know_already(prober: Prober, operation: Operation) -> httpx.Response:
    resources = prober.resources()
    seen = prober.send(operation, resources).headers["ETag"]
    return prober.send(operation, resources, headers={"If-None-Match": seen})


def cut_off(prober: Prober, operation: Operation) -> httpx.Response:
    resources = prober.resources_for(operation)
    whole = json.dumps(example(operation, resources)).encode()
    return prober.send(operation, resources, content=b"{" if len(whole) < 3 else whole[:-1])


def come_without_key(prober: Prober, operation: Operation) -> httpx.Response:
    return prober.send(operation, UNKNOWN, headers={"X-API-Key": None})


def name_nothing(prober: Prober, operation: Operation) -> httpx.Response:
    return prober.send(operation, UNKNOWN)


def use_a_key_twice(prober: Prober, operation: Operation) -> httpx.Response:
    key: dict[str, str | None] = {"Idempotency-Key": f"twice-{operation.id}"}
    first = prober.send(operation, prober.resources_for(operation), headers=key)
    assert first.status_code == 200, first.text
    resources = prober.several if "{assistant_id}" in operation.path else prober.resources_for(operation)
    other = example(operation, resources, which=-1) if operation.bodies else None
    return prober.send(operation, resources, body=other, headers=key)


def know_an_older_version(prober: Prober, operation: Operation) -> httpx.Response:
    resources = prober.resources()
    seen = prober.send(operations()["getThread"], resources).headers["ETag"]
    prober.ask("sendMessage", resources, body={"content": "Something else."})
    return prober.send(operation, resources, headers={"If-Match": seen})


def send_too_much(prober: Prober, operation: Operation) -> httpx.Response:
    limit = document()["x-body-limits"][JSON]
    response = prober.send(operation, UNKNOWN, content=b'{"content": "' + b"x" * limit + b'"}')
    assert str(limit) in response.text
    return response


def send_a_letter(prober: Prober, operation: Operation) -> httpx.Response:
    return prober.send(operation, UNKNOWN, content=b"Hello", headers={"Content-Type": "text/plain"})


def break_a_rule(prober: Prober, operation: Operation) -> httpx.Response:
    """Send an invalid path, list limit or body, whichever the operation takes."""
    if any(one["in"] == "query" and one["name"] == "limit" for one in operation.parameters):
        return prober.send(operation, UNKNOWN, query={"limit": 0})
    if "{" in operation.path:
        return prober.send(operation, Resources("no-id", "no-id", "run"))
    return prober.send(operation, UNKNOWN, body=[])


def come_too_often(prober: Prober, operation: Operation) -> httpx.Response:
    with prober.condition(429) as caller:
        return prober.observe(operation, caller.send(operation, UNKNOWN))


def find_no_store(prober: Prober, operation: Operation) -> httpx.Response:
    """The answer without a store; the same request changes nothing then, and succeeds when the store is back."""
    condition = prober.condition(503)
    resources = prober.resources_for(operation)
    before = "" if operation.method == "get" else listed(prober)
    with condition as caller:
        response = prober.observe(operation, caller.send(operation, resources))
    if before and listed(prober) != before:
        prober.results.does_not(f"{operation.id}: 503", "something was done")
    assert prober.send(operation, resources).status_code == 200, "the store is back"
    return response


def listed(prober: Prober) -> str:
    return "".join(prober.fetch(operations()[name].path).text for name in ("listAssistants", "listThreads"))


TRIGGERS: dict[int, Callable[[Prober, Operation], httpx.Response]] = {
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
    429: come_too_often,
    503: find_no_store,
}
