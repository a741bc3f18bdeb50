"""Errors: classes, texts, attributes, and pickles and copies of each."""

import copy
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

import backboard_threads
from backboard_threads import (
    APIConnectionError,
    APIError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    DecodeError,
    NotFoundError,
    NotModifiedError,
    PreconditionFailedError,
    RateLimitError,
    RunFailedError,
    ServerError,
    StreamInterrupted,
    UnprocessableEntityError,
    models,
)
from tests.support.client.reachable_texts import reachable_texts
from tests.support.client.scripted_server import Server, drop, events, reply, send
from tests.support.client.variants import KEY, MOMENT, THREAD, THREAD_ID, Variant

HTML = b"<!DOCTYPE html>\n<html><head><title>502 Bad\n Gateway</title></head><body>nginx</body></html>"
FAULTS = [
    {"loc": ["query", "limit"], "msg": "must be at most 200", "type": "less_than_equal"},
    {"loc": ["body", "tools", 0, "function", "name"], "msg": "is required", "type": "missing"},
    {"loc": ["body"], "msg": "must be an object", "type": "type"},
    {"msg": "is odd"},
]


async def failure(variant: Variant, server: Server, **options: Any) -> APIError:
    with pytest.raises(APIError) as caught:
        await variant.do(variant.client(server, max_retries=0, **options).threads.get(THREAD_ID))
    return caught.value


def test_error_classes_have_their_hierarchy() -> None:
    assert issubclass(APIError, Exception)
    for error in (APIConnectionError, APIStatusError, DecodeError, RunFailedError):
        assert error.__base__ is APIError
    for error in (APITimeoutError, StreamInterrupted):
        assert error.__base__ is APIConnectionError


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (304, NotModifiedError),
        (400, BadRequestError),
        (401, AuthenticationError),
        (404, NotFoundError),
        (409, ConflictError),
        (412, PreconditionFailedError),
        (422, UnprocessableEntityError),
        (429, RateLimitError),
        (500, ServerError),
        (503, ServerError),
        (520, ServerError),
        (599, ServerError),
        (300, APIStatusError),
        (402, APIStatusError),
        (403, APIStatusError),
        (418, APIStatusError),
        (499, APIStatusError),
        (600, APIStatusError),
        (999, APIStatusError),
    ],
)
async def test_error_class_follows_the_status(
    variant: Variant, server: Server, status: int, kind: type[APIStatusError]
) -> None:
    body = b"" if status == 304 else {"detail": "Thread not found"}
    server.answer(reply(status, body, {"X-Request-ID": "req-7"}))
    error = await failure(variant, server)
    assert type(error) is kind
    assert error.status_code == status
    assert error.request_id == "req-7"
    assert error.errors == []
    assert error.detail == ("" if status == 304 else "Thread not found")
    assert error.detail in str(error)
    assert "req-7" in str(error)
    assert error.response.status_code == status
    assert error.request is error.response.request
    assert error.request.method == "GET"
    assert str(error.request.url) == f"{server.url}/threads/{THREAD_ID}"


async def test_validation_errors_of_a_422_are_readable(variant: Variant, server: Server) -> None:
    server.answer(reply(422, {"detail": FAULTS}))
    error = await failure(variant, server)
    words = ["limit: must be at most 200", "tools[0].function.name: is required", "body: must be an object", "is odd"]
    assert [str(fault) for fault in error.errors] == words
    assert error.errors == FAULTS
    assert error.errors[0].loc == ["query", "limit"]
    assert error.errors[0].msg == "must be at most 200"
    assert error.errors[0].type == "less_than_equal"
    assert error.detail == "; ".join(words)
    assert "limit: must be at most 200" in str(error)


@pytest.mark.parametrize(
    ("body", "content_type", "detail"),
    [
        (HTML, "text/html", "an HTML page: 502 Bad Gateway"),
        (b"<html><body>x", "application/json", "an HTML page"),
        (b"", "application/json", ""),
        (b'{"detail": "cut', "application/json", '{"detail": "cut'),
        (b"upstream connect error", "text/plain", "upstream connect error"),
        (b'{"message": "out of credit"}', "application/json", "out of credit"),
        (b'{"error": "broken"}', "application/json", "broken"),
        (b'["odd"]', "application/json", '["odd"]'),
        (b'{"detail": {"code": 7}}', "application/json", '{"detail": {"code": 7}}'),
        (b'{"detail": []}', "application/json", '{"detail": []}'),
        (b"\xff\xfe\x00broken", "application/json", None),
        (b"x" * 5000, "text/plain", "x" * 200 + "…"),
        (b"[" * 200_000, "application/json", None),
    ],
)
async def test_error_body_that_is_not_json_is_described(
    variant: Variant, server: Server, body: bytes, content_type: str, detail: str | None
) -> None:
    server.answer(reply(502, body, content_type=content_type))
    error = await failure(variant, server)
    assert type(error) is ServerError
    assert len(str(error)) < 500
    if detail is not None:
        assert error.detail == detail


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        (HTML, "text/html", "expected JSON, got an HTML page"),
        (b"", "application/json", "expected JSON, got an empty body"),
        (b" \n", "application/json", "expected JSON, got an empty body"),
        (b'{"thread_id": "x", "messa', "application/json", "expected JSON, got '{"),
        (b"[" * 200_000, "application/json", "expected JSON"),
        (b'{"thread_id": "\xff"}', "application/json", "expected JSON"),
        (b"null", "application/json", "expected an object, got null"),
        (b"[]", "application/json", "expected an object, got an empty array"),
        (b"{}", "application/json", "created_at|thread_id"),
    ],
)
async def test_undecodable_response_raises_decode_error(
    variant: Variant, server: Server, body: bytes, content_type: str, words: str
) -> None:
    server.answer(reply(200, body, {"X-Request-ID": "req-9"}, content_type=content_type))
    error = await failure(variant, server)
    assert type(error) is DecodeError
    with pytest.raises(DecodeError, match=words):
        raise error
    assert len(str(error)) < 500
    assert error.response.status_code == 200
    assert error.request.headers["x-api-key"] == "[redacted]"
    assert "req-9" in str(error)
    assert f"/threads/{THREAD_ID}" in str(error)


async def test_unexpected_204_raises_decode_error(variant: Variant, server: Server) -> None:
    server.answer(send(b"HTTP/1.1 204 No Content\r\n\r\n"))
    assert "an empty body" in str(await failure(variant, server))


async def test_decode_error_has_the_path_of_the_value(variant: Variant, server: Server) -> None:
    message = {"message_id": "m", "role": "user", "content": "x", "created_at": MOMENT}
    server.answer(reply(200, {**THREAD, "messages": [message, message, {**message, "created_at": 5}]}))
    error = await failure(variant, server)
    assert error.path == "messages[2].created_at"
    assert str(error).startswith("messages[2].created_at: expected ")
    assert ", got 5" in str(error)
    server.answer(reply(200, [THREAD, {"created_at": MOMENT}]))
    with pytest.raises(DecodeError) as caught:
        await variant.do(variant.client(server).threads.list())
    assert caught.value.path == "[1].thread_id"


def test_decode_error_without_a_response_has_the_path_too() -> None:
    with pytest.raises(DecodeError) as caught:
        models.Thread.from_dict({**THREAD, "messages": "none"})
    assert caught.value.path == "messages"
    assert caught.value.response is None
    assert caught.value.request is None


async def test_truncated_response_is_a_connection_error(variant: Variant, server: Server) -> None:
    for cut in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"no http at all\r\n\r\n",
    ):
        server.answer(lambda connection, cut=cut: (connection.sendall(cut), False)[1])
        error = await failure(variant, server)
        assert type(error) is APIConnectionError, cut
        assert "the connection broke" in str(error)
        assert error.__cause__ is not None
    server.answer(lambda connection: (connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"thread_id"'), False)[1])
    assert type(await failure(variant, server)) is DecodeError


async def test_wrong_content_encoding_raises_decode_error(variant: Variant, server: Server) -> None:
    server.answer(reply(200, b"no gzip", {"Content-Encoding": "gzip"}))
    error = await failure(variant, server)
    assert type(error) is DecodeError
    assert "Content-Encoding" in str(error)


async def every_error(variant: Variant, server: Server) -> list[APIError]:
    """One of each class, as it is raised."""
    made = []
    for status in (304, 400, 401, 404, 409, 412, 422, 429, 403, 503):
        server.answer(reply(status, b"" if status == 304 else {"detail": FAULTS if status == 422 else "no"}))
        made.append(await failure(variant, server))
    server.answer(reply(200, {}))
    made.append(await failure(variant, server))
    server.answer(drop)
    made.append(await failure(variant, server))
    server.answer(lambda connection: bool(connection.recv(1)))
    made.append(await failure(variant, server, timeout=0.1))
    for frame in (b'data: {"type": "run_failed", "error": "no model"}\n\n', b'data: {"type": "run_started"}\n\n'):
        server.answer(events(frame))
        with pytest.raises(APIError) as caught:
            await variant.read(variant.client(server).messages.stream(THREAD_ID, content="x"))
        made.append(caught.value)
    return made


def _describe(error: APIError) -> tuple[str, str, list[str]]:
    return type(error).__name__, str(error), sorted(vars(error))


async def test_every_error_survives_pickle_copy_and_process_pool(variant: Variant, server: Server) -> None:
    made = await every_error(variant, server)
    exported = {
        value
        for value in vars(backboard_threads).values()
        if isinstance(value, type) and issubclass(value, APIError) and value is not APIError
    }
    assert {type(error) for error in made} == exported
    for error in made:
        error.add_note("seen in a test")
        for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
            assert _describe(twin) == _describe(error)
            assert twin.__notes__ == ["seen in a test"]
            assert repr(twin) == repr(error)
    if variant.name == "sync":  # a process costs a third of a second, and both raise the same classes
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            assert list(pool.map(_describe, made)) == [_describe(error) for error in made]


async def test_no_error_holds_the_api_key(variant: Variant, server: Server) -> None:
    for error in await every_error(variant, server):
        assert KEY not in "".join(reachable_texts(error)), type(error)
        assert KEY.encode() not in pickle.dumps(error)
        if error.request is not None:
            assert error.request.headers["x-api-key"] == "[redacted]"


def test_every_error_class_has_a_docstring() -> None:
    stack = [APIError]
    while stack:
        error = stack.pop()
        assert error.__doc__
        stack += error.__subclasses__()


async def test_leap_second_is_decoded_or_raises_decode_error(variant: Variant, server: Server) -> None:
    for moment in ("2016-12-31T23:59:60Z", "9999-12-31T23:59:60Z", "2016-12-31T23:59:61Z"):
        server.answer(reply(200, {**THREAD, "created_at": moment}))
        try:
            await variant.do(variant.client(server).threads.get(THREAD_ID))
        except DecodeError as error:
            assert error.path == "created_at"  # noqa: PT017 - either is right
