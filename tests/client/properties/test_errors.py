"""Every documented status of every operation arrives as its typed error, with all that the answer says."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backboard_threads
from backboard_threads import APIStatusError
from tests.support.client.calls import HALVES, METHODS, STREAMED, plain_request, say
from tests.support.examples import examples
from tools.document import Operation, operations, resolve
from tools.schema_strategies import values
from tools.schema_validation import faults

# The design's table, typed a second time.
ERRORS = {
    304: "NotModifiedError",
    400: "BadRequestError",
    401: "AuthenticationError",
    404: "NotFoundError",
    409: "ConflictError",
    412: "PreconditionFailedError",
    413: "APIStatusError",
    415: "APIStatusError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    503: "ServerError",
}


def cases() -> Iterator[Any]:
    for operation in operations().values():
        for status in operation.responses:
            # the async client, from which the sync one is derived, once for each status
            for half in (
                () if status == "200" else HALVES if operation.id in ("sendMessage", "getThread") else HALVES[:1]
            ):
                for streamed in (False, True):
                    if operation.id in (STREAMED if streamed else METHODS):
                        name = f"{operation.id}-{status}-{half}-{'streamed' if streamed else 'plain'}"
                        yield pytest.param(operation, int(status), half, streamed, id=name)


@cache
def answers(text: str) -> st.SearchStrategy[tuple[Any, dict[str, str]]]:
    """Bodies and headers that a response of the document allows. Cached: most operations share it."""
    response = json.loads(text)
    content = response.get("content", {}).get("application/json")
    body = st.none() if content is None else values(content["schema"])
    headers = {
        name: values(resolve(one)["schema"]).map(str).filter(is_plain) for name, one in response["headers"].items()
    }
    return st.tuples(body, st.fixed_dictionaries(headers))


def shown(text: str) -> str:
    """A text as an error shows it: in one line, its control characters as escapes."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda found: ascii(found[0])[1:-1], " ".join(text.split()))


def is_plain(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


@pytest.mark.parametrize(("operation", "status", "half", "streamed"), [*cases()])
def test_documented_status_raises_its_error(operation: Operation, status: int, half: str, streamed: bool) -> None:
    @examples(2)
    @given(answers(json.dumps(operation.responses[str(status)])))
    def check(drawn: tuple[Any, dict[str, str]]) -> None:
        body, headers = drawn
        content = b"" if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}

        def transport(request: httpx.Request) -> httpx.Response:
            return httpx.Response(status, content=content, headers={**kind, **headers})

        with pytest.raises(APIStatusError) as caught:
            say(plain_request(operation), transport, half=half, streamed=streamed)
        error = caught.value
        assert type(error) is getattr(backboard_threads, ERRORS[status])
        assert error.status_code == status
        assert error.request_id == headers["X-Request-ID"]
        assert {name: error.response.headers[name] for name in headers} == headers
        detail = {} if body is None else body
        if isinstance(detail.get("detail"), str):
            assert error.detail == detail["detail"]
            assert shown(detail["detail"]) in str(error)
        assert [dict(one) for one in error.errors] == (detail.get("detail", []) if status == 422 else [])
        if "Retry-After" in headers:
            assert error.retry_after == float(headers["Retry-After"])

    check()


def test_every_documented_status_has_an_error_class() -> None:
    documented = {int(status) for one in operations().values() for status in one.responses if status != "200"}
    assert documented == ERRORS.keys()


def test_drawn_error_bodies_fit_the_document() -> None:
    schema = operations()["getThread"].responses["422"]["content"]["application/json"]["schema"]

    @examples(10)
    @given(values(schema))
    def check(body: Any) -> None:
        assert faults(schema, body) == []

    check()
