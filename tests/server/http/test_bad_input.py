"""Bad input of every named kind, against the real document and the real store: refused clearly, and nothing is kept."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from threads_server.pytest_plugin import ThreadsApp
from tools.document import document

UUID = "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
async def client(backboard_threads_app: ThreadsApp) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        backboard_threads_app.opened() as app,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=True),
            base_url="http://threads/api",
            headers={"X-API-Key": backboard_threads_app.api_key},
        ) as client,
    ):
        yield client


def is_refused(answer: httpx.Response, status: int) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == JSON
    assert answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    detail = answer.json()["detail"]
    if status == 422:
        assert all(entry["loc"] and entry["msg"] and entry["type"] for entry in detail)
    else:
        assert isinstance(detail, str)
        assert detail
    return detail


BODIES = [
    (400, JSON, b"not json"),
    (400, JSON, b'{"content": "cut o'),
    (400, JSON, b'{"a":' * 100_000),
    (413, JSON, b'{"content": "' + b"a" * 10_000_000 + b'"}'),
    (400, JSON, '{"content": "é"}'.encode("latin-1")),
    (400, JSON, '{"content": "é"}'.encode("utf-16")),
    (400, JSON + "; charset=iso-8859-1", b"{}"),
    (400, JSON, b'{"content": "a", "content": "b"}'),
    (400, JSON, b'{"content": NaN}'),
    (400, JSON, b'{"content": 1e400}'),
    (400, JSON, b'{"content": "\\ud83d"}'),
    (415, "text/plain", b"hello"),
    (415, "application/xml", b"<a/>"),
    (415, "nonsense", b"hello"),
    (422, JSON, b""),
    (422, JSON, b"[]"),
    (422, JSON, b"null"),
]

FORMS = [
    (413, FORM, b"content=" + b"a" * 13_000_000),
    (400, FORM, b"content=%ff"),
    (400, FORM, b"content=a&content=b"),
    (422, FORM, b"content=a&stream=yes"),
    (422, FORM, b"content=a&metadata={"),
    (422, FORM, b"content=a&metadata=[]"),
    (422, FORM, b"content="),
    (400, "multipart/form-data", b"--x--"),
    (400, "multipart/form-data; boundary=x", b"--y--"),
    (400, "multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nhel'),
    (422, "multipart/form-data; boundary=x", b"--x--\r\n"),
]


async def test_bad_body_is_refused(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    cases = [
        (path, *case) for path in ("/assistants", "/threads/messages", f"/threads/{UUID}/messages") for case in BODIES
    ]
    for path, status, content_type, body in cases + [("/threads/messages", *case) for case in FORMS]:
        with subtests.test(path=path, content_type=content_type, body=body[:40]):
            is_refused(await client.post(path, content=body, headers={"Content-Type": content_type}), status)
    assert (await client.get("/threads")).json() == []
    assert (await client.get("/assistants")).json() == []


@pytest.mark.parametrize(("media_type", "limit"), document()["x-body-limits"].items())
async def test_body_may_be_as_large_as_its_media_type_allows(
    client: httpx.AsyncClient, media_type: str, limit: int
) -> None:
    """A body within the limit is read, and is not text."""
    for size, status in ((limit, 400), (limit + 1, 413)):
        answer = await client.post("/threads/messages", content=b"\xff" * size, headers={"Content-Type": media_type})
        is_refused(answer, status)


async def test_unusual_valid_text_is_stored_unchanged(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    """NUL among it: it is text like any other."""
    for text in ("a\u0000b", "\u0085\u2028\u2029", "😀", "\uffff", " ", "<script>", "%00", "\ud7ff\ue000"):
        with subtests.test(text=text):
            await keeps(client, text)


async def keeps(client: httpx.AsyncClient, text: str) -> None:
    made = await client.post("/assistants", json={"name": text, "system_prompt": text})
    assert (made.status_code, made.json()["name"]) == (200, text)
    found = await client.get("/assistants", params={"name": text})
    assert [assistant["name"] for assistant in found.json()] == [text]
    for encoded in ({"json": {"content": text}}, {"data": {"content": text}}, {"files": {"content": (None, text)}}):
        sent = await client.post("/threads/messages", **encoded)  # type: ignore[arg-type]
        assert sent.status_code == 200, sent.text
        thread = await client.get(f"/threads/{sent.json()['thread_id']}")
        assert thread.json()["messages"][0]["content"] == text
    streamed = await client.post("/threads/messages", json={"content": text, "stream": True})
    assert streamed.content.isascii()
    first = json.loads(streamed.text.split("data: ")[1].split("\n")[0])
    assert first["content"] == text


async def test_malformed_ids_are_422(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for identifier in ("1", "nope", UUID[:-1], UUID + "0", UUID.replace("-", ""), "%00", "%2e%2e", "{}"):
        for method, path in (
            ("GET", f"/threads/{identifier}"),
            ("DELETE", f"/threads/{identifier}"),
            ("PUT", f"/assistants/{identifier}"),
            ("POST", f"/threads/{identifier}/runs/run/cancel"),
        ):
            with subtests.test(method=method, path=path):
                answer = await client.request(method, path, json={})
                assert is_refused(answer, 422)[0]["type"] == "uuid_parsing"


async def test_limits_outside_their_range(client: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for query in (
        *("limit=0", "limit=201", "limit=-1", "limit=ten", "limit=1e2", "limit=99999999999999999999"),
        *("skip=-1", "skip=10001", "skip=0.5", "include_messages=perhaps", "limit=1&limit=1"),
    ):
        with subtests.test(query=query):
            assert len(is_refused(await client.get(f"/threads?{query}"), 422)) == 1


async def test_body_of_an_operation_without_one_is_ignored(client: httpx.AsyncClient) -> None:
    answer = await client.request("GET", "/threads", content=b"\xff" * 1000, headers={"Content-Type": JSON})
    assert answer.status_code == 200
