"""Server text in error messages: without the key, without control characters, and bounded."""

import json
import logging
import traceback
from typing import Any

import pytest

from backboard_threads import (
    APIConnectionError,
    APIError,
    APIStatusError,
    DecodeError,
    NotFoundError,
    Retry,
    RunFailedError,
    models,
)
from tests.support.client.scripted_server import Answer, Server, events, reply, send
from tests.support.client.sse_frames import frame
from tests.support.client.variants import KEY, THREAD_ID, TURN, Variant

ECHO = f"Bad key: {KEY}"
ECHOES = [
    reply(401, {"detail": ECHO}),
    reply(500, {"error": {"message": ECHO}}),
    reply(422, {"detail": [{"loc": ["header", "X-API-Key"], "msg": ECHO, "type": "x"}]}),
    reply(400, ECHO.encode(), content_type="text/plain"),
    reply(400, f"<html><title>{ECHO}</title>".encode(), content_type="text/html"),
    reply(302, b"", {"Location": f"/login?key={KEY}"}),
    reply(404, {"detail": "x"}, {"X-Request-ID": KEY}),
    reply(200, ECHO.encode()),
    reply(200, {"message": {ECHO: 1}}),
    reply(200, {**TURN, "status": "FAILED", "message": ECHO}),
]


@pytest.mark.parametrize("answer", ECHOES, ids=range(len(ECHOES)))
async def test_echoed_api_key_is_redacted(variant: Variant, server: Server, answer: Answer) -> None:
    server.answer(answer)
    with pytest.raises(APIError) as caught:
        await variant.do(variant.client(server, max_retries=0).messages.send(THREAD_ID, content="x"))
    shown = [str(caught.value), repr(caught.value), repr(getattr(caught.value, "request_id", ""))]
    assert "[redacted]" in "".join(shown)
    assert KEY not in "".join(shown)
    assert KEY not in getattr(caught.value, "detail", "")


@pytest.mark.parametrize(
    "answer",
    [
        send(f"HTTP/1.1 200 OK\r\nX-API-Key : {KEY}\r\n\r\n".encode()),
        reply(302, b"", {"Location": f"http://[::1]:{KEY}/"}),
        events(then=send(f"{KEY}\r\n".encode())),
        events(then=send(f"{KEY}\r\n".encode()), content_type="text/html"),
    ],
    ids=["head", "location", "chunk", "no stream"],
)
async def test_api_key_echoed_in_a_malformed_response_is_redacted(
    variant: Variant, server: Server, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    """A malformed answer is quoted by the errors of httpx, httpcore and h11 that ours is raised from."""
    server.answer(answer)
    caplog.set_level(logging.DEBUG, "backboard_threads")
    retries: list[Retry] = []
    client = variant.client(server, max_retries=1, on_retry=retries.append)
    with pytest.raises(APIConnectionError) as caught:
        await variant.read(client.messages.stream(THREAD_ID, content="x", idempotency_key="k"))
    shown = ["".join(traceback.format_exception(caught.value)), caplog.text, *[str(one.error) for one in retries]]
    assert "[redacted]" in shown[0]
    assert KEY not in "".join(shown)


@pytest.mark.parametrize(
    "data",
    [
        frame({"type": "run_failed", "error": ECHO}),
        frame({"error": ECHO}),
        f"data: {ECHO}\n\n".encode(),
        frame({"type": "content_streaming", "content": {ECHO: 1}}),
    ],
    ids=range(4),
)
async def test_echoed_api_key_is_redacted_in_stream_errors(variant: Variant, server: Server, data: bytes) -> None:
    server.answer(events(data))
    with pytest.raises((RunFailedError, DecodeError)) as caught:
        await variant.read(variant.client(server).messages.stream(THREAD_ID, content="x"))
    assert "[redacted]" in str(caught.value)
    assert KEY not in str(caught.value)


async def test_control_characters_are_shown_as_escapes(variant: Variant, server: Server) -> None:
    server.answer(reply(400, {"detail": "red \x1b[31m and \x07 bell\x9b"}))
    with pytest.raises(APIStatusError) as caught:
        await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert "red \\x1b[31m and \\x07 bell\\x9b" in str(caught.value)
    assert str(caught.value).isprintable()
    server.answer(events(frame({"type": "run_failed", "error": "\x1b[2J"})))
    with pytest.raises(RunFailedError, match=r"\\x1b\[2J"):
        await variant.read(variant.client(server).messages.stream(THREAD_ID, content="x"))


@pytest.mark.parametrize(
    "body", [{"detail": "x" * 5_000_000}, {"detail": [{"loc": ["body"], "msg": "x" * 1000}] * 5000}, "x" * 5_000_000]
)
async def test_long_detail_is_cut(variant: Variant, server: Server, body: Any) -> None:
    server.answer(reply(400, body))
    with pytest.raises(APIStatusError) as caught:
        await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert len(str(caught.value)) < 3000
    assert len(caught.value.detail) <= 10_001
    assert caught.value.response.json() == body


@pytest.mark.parametrize("charset", ["base64", "rot13", "hex", "no-such", "idna", "utf-16", "undefined", "\\"])
async def test_unknown_charset_is_tolerated(variant: Variant, server: Server, charset: str) -> None:
    server.answer(reply(400, b"plain words", content_type=f"text/plain; charset={charset}"))
    with pytest.raises(APIStatusError):
        await variant.do(variant.client(server).threads.get(THREAD_ID))
    server.answer(reply(200, b"plain words", content_type=f"application/json; charset={charset}"))
    with pytest.raises(DecodeError):
        await variant.do(variant.client(server).threads.get(THREAD_ID))
    server.answer(reply(200, b"plain words", content_type=f"text/plain; charset={charset}"))
    await variant.do(variant.client(server).request("GET", "/x"))


@pytest.mark.parametrize(
    ("body", "is_foreign"),
    [
        ({"detail": "Not Found"}, True),
        (b"<html><title>404</title>", True),
        (b"404 page not found", True),
        (b"", True),
        ({"detail": "Thread not found"}, False),
    ],
)
async def test_404_of_another_service_names_the_base_path(
    variant: Variant, server: Server, body: Any, is_foreign: bool
) -> None:
    server.answer(reply(404, body))
    root = server.url.removesuffix("/api")
    with pytest.raises(NotFoundError) as caught:
        await variant.do(variant.client(base_url=root).threads.get(THREAD_ID))
    assert ("The API is under /api" in str(caught.value)) is is_foreign
    with pytest.raises(NotFoundError) as caught:
        await variant.do(variant.client(server).threads.get(THREAD_ID))
    assert "under" not in str(caught.value)


def test_decode_error_shows_no_control_characters() -> None:
    with pytest.raises(DecodeError) as caught:
        models.Thread.from_dict(json.loads('{"thread_id": 1, "created_at": "\\u001b"}'))
    assert str(caught.value).isprintable()
