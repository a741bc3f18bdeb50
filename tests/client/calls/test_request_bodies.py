"""Request bodies on the wire: the media type, every field, and every byte of every file."""

import io
import json
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import pytest

from backboard_threads import UNSET, models
from tests.support.client.scripted_server import RecordedRequest, Server, reply
from tests.support.client.variants import ASSISTANT_ID, MOMENT, THREAD, THREAD_ID, TURN, Variant

EVERY_BYTE = bytes(range(256)) * 3
NASTY = [
    b"",
    b"\r\n",
    b"line1\r\n--+++--\r\nline2 after",
    b"--boundary--\r\n",
    EVERY_BYTE,
    b"\r\n--" + b"0" * 32 + b"--\r\n",
    "Ünïcode\u2028".encode(),
    b"\0" * 100_000,
]


def form(seen: RecordedRequest) -> list[tuple[str, str]]:
    assert seen.headers["content-type"] == "application/x-www-form-urlencoded"
    return parse_qsl(seen.body.decode("ascii"), keep_blank_values=True, strict_parsing=True)


def parts(seen: RecordedRequest) -> list[tuple[str, str | None, str | None, bytes]]:
    """Name, file name, content type and bytes of each part, as Python's own MIME parser reads them."""
    assert seen.headers["content-type"].startswith("multipart/form-data; boundary=")
    boundary = seen.headers["content-type"].partition("boundary=")[2].encode()
    assert seen.body.endswith(b"\r\n--" + boundary + b"--\r\n")
    found = []
    for piece in seen.body[: -len(boundary) - 6].split(b"--" + boundary + b"\r\n")[1:]:
        head, _, content = piece.partition(b"\r\n\r\n")
        message = BytesParser(policy=HTTP).parsebytes(head + b"\r\n\r\n")
        disposition = message["Content-Disposition"].params
        kind = message["Content-Type"].content_type if message["Content-Type"] else None
        found.append((disposition["name"], disposition.get("filename"), kind, content.removesuffix(b"\r\n")))
    return found


async def sent(variant: Variant, server: Server, **arguments: Any) -> RecordedRequest:
    server.answer(reply(200, TURN))
    await variant.do(variant.client(server).messages.send(THREAD_ID, **arguments))
    return server.requests[0]


async def test_form_body_is_urlencoded(variant: Variant, server: Server) -> None:
    seen = await sent(variant, server, content="a+b & é=\u2028\n", metadata={"a": [1, None], "é": "\n"}, memory="off")
    assert seen.method == "POST"
    assert seen.target == f"/api/threads/{THREAD_ID}/messages"
    fields = dict(form(seen))
    assert fields.pop("content") == "a+b & é=\u2028\n"
    assert json.loads(fields.pop("metadata")) == {"a": [1, None], "é": "\n"}
    assert fields == {"memory": "off"}


async def test_arguments_not_given_are_not_sent(variant: Variant, server: Server) -> None:
    assert form(await sent(variant, server, content="x")) == [("content", "x")]
    assert form(await sent(variant, server, content="x", metadata=UNSET)) == [("content", "x")]
    assert form(await sent(variant, server, content="x", metadata=None)) == [("content", "x")]


@pytest.mark.parametrize("content", NASTY, ids=range(len(NASTY)))
async def test_file_with_any_bytes_arrives_whole(variant: Variant, server: Server, content: bytes) -> None:
    seen = await sent(variant, server, content="with a file", files=[("data.bin", content)])
    assert parts(seen) == [
        ("content", None, None, b"with a file"),
        ("files", "data.bin", "application/octet-stream", content),
    ]


async def test_file_may_be_path_file_object_or_bytes(variant: Variant, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "résumé.pdf"
    path.write_bytes(EVERY_BYTE)
    memory = io.BytesIO(b"skipped, rest")
    memory.seek(9)
    with path.open("rb") as opened:
        files = [path, str(path), opened, memory, ("a.txt", b"text"), ("b.dat", bytearray(b"b"), "image/png")]
        seen = await sent(variant, server, files=files)
    pdf = ("files", "résumé.pdf", "application/pdf", EVERY_BYTE)
    assert parts(seen) == [
        pdf,
        pdf,
        pdf,
        ("files", "file", "application/octet-stream", b"rest"),
        ("files", "a.txt", "text/plain", b"text"),
        ("files", "b.dat", "image/png", b"b"),
    ]


async def test_single_file_needs_no_list(variant: Variant, server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a")
    for single in (path, ("a.txt", b"a")):
        assert parts(await sent(variant, server, files=single)) == [("files", "a.txt", "text/plain", b"a")]


async def test_empty_list_of_files_is_not_multipart(variant: Variant, server: Server) -> None:
    assert form(await sent(variant, server, content="x", files=[])) == [("content", "x")]


async def test_file_name_is_escaped_in_multipart_header(variant: Variant, server: Server) -> None:
    seen = await sent(variant, server, files=[('a"b\r\nX-Evil: 1\n;.txt', b"x")])
    assert b'filename="a%22b%0D%0AX-Evil: 1%0D%0A;.txt"' in seen.body
    with pytest.raises(ValueError, match="Content-Type"):
        await sent(variant, server, files=[("a", b"x", "text/plain\r\nX-Evil: 1")])


@pytest.mark.parametrize(
    ("file", "error"),
    [
        (b"bytes", TypeError),
        (7, TypeError),
        (io.StringIO("text"), TypeError),
        (("name", "text"), TypeError),
        ("/nowhere/at/all", OSError),
        ({"a": b"b"}, TypeError),
    ],
)
async def test_invalid_file_is_refused_unsent(
    variant: Variant, server: Server, file: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"^files(\[0\])? must be|No such file"):
        await sent(variant, server, files=[file] if not isinstance(file, tuple) else file)
    assert server.requests == []


async def test_chat_body_is_json(variant: Variant, server: Server) -> None:
    server.answer(reply(200, TURN))
    client = variant.client(server)
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    typed = models.ToolDefinition.from_dict(tool)
    await variant.do(client.messages.chat(content="é\u2028", tools=[tool, typed], thinking=None, json_output=True))
    seen = server.requests[0]
    assert seen.headers["content-type"] == "application/json"
    assert json.loads(seen.body) == {"content": "é\u2028", "tools": [tool, tool], "thinking": None, "json_output": True}


async def test_chat_body_with_files_is_multipart_with_json_fields(variant: Variant, server: Server) -> None:
    server.answer(reply(200, TURN))
    await variant.do(
        variant.client(server).messages.chat(
            content="x", tools=[{"type": "function"}], thinking={"a": True}, json_output=True, files=[("a", b"b")]
        )
    )
    fields = {name: content for name, _, _, content in parts(server.requests[0])}
    assert json.loads(fields.pop("tools")) == [{"type": "function"}]
    assert json.loads(fields.pop("thinking")) == {"a": True}
    assert fields == {"content": b"x", "json_output": b"true", "files": b"b"}


async def test_empty_json_body_is_an_object(variant: Variant, server: Server) -> None:
    server.answer(reply(200, THREAD))
    await variant.do(variant.client(server).threads.create(ASSISTANT_ID))
    assert server.requests[0].body == b"{}"
    assert server.requests[0].headers["content-length"] == "2"


async def test_operation_without_body_has_no_content_type(variant: Variant, server: Server) -> None:
    server.answer(reply(200, {"thread_id": THREAD_ID, "run_id": "r", "cancelled": True}))
    await variant.do(variant.client(server).runs.cancel(THREAD_ID, "r"))
    assert server.requests[0].headers["content-length"] == "0"
    assert "content-type" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("method", "length"), [("POST", "0"), ("PUT", "0"), ("PATCH", "0"), ("GET", None), ("DELETE", None)]
)
async def test_content_length_is_zero_for_methods_that_take_a_body(
    variant: Variant, server: Server, method: str, length: str | None
) -> None:
    """RFC 9110, section 8.6."""
    server.answer(reply(200))
    await variant.do(variant.client(server).request(method, "/x"))
    assert server.requests[0].headers.get("content-length") == length


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", object(), {"a": {1, 2, object()}}])
async def test_value_that_is_not_json_is_refused_unsent(variant: Variant, server: Server, value: Any) -> None:
    for arguments in ({"metadata": {"a": value}}, {"content": value}):
        if arguments == {"content": value} and not isinstance(value, str):
            continue
        with pytest.raises((ValueError, TypeError)):
            await sent(variant, server, **arguments)
        with pytest.raises((ValueError, TypeError)):
            await variant.do(variant.client(server).messages.chat(**arguments))
    assert server.requests == []


UNSENDABLE: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"content": "ab\ud800"}, ValueError, r"content holds '\\ud800', half of a surrogate pair"),
    ({"content": 1.5 + float("inf")}, ValueError, "content must be a finite number, not inf"),
    ({"content": object()}, TypeError, "content must be a .*, not object: <object object"),
    ({"content": b"bytes"}, TypeError, "content must be a .*, not bytes: b'bytes'"),
    (
        {"metadata": {"a": [1, {"b": float("nan")}]}},
        ValueError,
        r"metadata\.a\[1\]\.b must be a finite number, not nan",
    ),
    ({"metadata": {"a": "\udfff"}}, ValueError, r"metadata\.a holds '\\udfff'"),
    ({"metadata": {"\ud800": 1}}, ValueError, r"a key of metadata holds '\\ud800'"),
    ({"metadata": {(1, 2): 1}}, TypeError, r"metadata has a key that is no text: \(1, 2\)"),
    ({"metadata": {"a": (1, {2, 3}, object())}}, TypeError, r"metadata\.a\[2\] must be a JSON value, not object: <"),
    ({"metadata": {"a": UNSET}}, TypeError, r"metadata\.a must be a JSON value, not Unset"),
]


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize(("arguments", "kind", "told"), UNSENDABLE, ids=[told for _, _, told in UNSENDABLE])
async def test_unsendable_value_is_named_in_the_error(
    variant: Variant, server: Server, arguments: dict[str, Any], kind: type[Exception], told: str, media_type: Any
) -> None:
    client = variant.client(server)
    for send in (client.messages.chat, client.messages.chat_stream):
        with pytest.raises((ValueError, TypeError), match=f"^{told}") as caught:
            await variant.do(send(**arguments, media_type=media_type))
        assert caught.type is kind
    assert server.requests == []


async def test_circular_or_too_deep_value_is_named_in_the_error(variant: Variant, server: Server) -> None:
    inside: dict[str, Any] = {}
    inside["again"] = [inside]
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    client = variant.client(server)
    for value, told in ((inside, r"metadata\.a\.again\[0\] holds itself"), (deep, "metadata is nested too deeply")):
        for send in (client.messages.chat, lambda **given: client.messages.send(THREAD_ID, **given)):
            with pytest.raises(ValueError, match=f"^{told}$"):
                await variant.do(send(metadata={"a": value}))
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"files": [("a", b"a"), ("\udc80", b"b")]}, r"the file name of files\[1\] holds '\\udc80'"),
        ({"files": [("a", b"a"), 7]}, r"files\[1\] must be a path"),
        ({"files": [io.StringIO("text")]}, r"files\[0\] must be opened in binary mode"),
        ({"headers": [("a", "b")]}, "headers must be a mapping"),
        ({"headers": {1: "b"}}, "a header's name must be a string"),
    ],
)
async def test_unsendable_file_or_header_is_named_in_the_error(
    variant: Variant, server: Server, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=f"^{told}"):
        await sent(variant, server, content="x", **arguments)
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("G ET", "/x"), "method must be that of a request, such as GET, not 'G ET'"),
        (("", "/x"), "method must be that of a request"),
        ((None, "/x"), "method must be a string"),
        (("GET", None), "path must be a string"),
    ],
)
async def test_request_with_invalid_method_or_path_is_refused(
    variant: Variant, server: Server, arguments: Any, told: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=told):
        await variant.do(variant.client(server).request(*arguments))
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"json": float("nan")}, "json must be a finite number"),
        ({"json": {"a": [object()]}}, r"json\.a\[0\] must be a JSON value"),
        ({"form": {"a": object()}}, "a must be a text, a number or a boolean, not object"),
        ({"form": {"\ud800": 1}}, "the name of a field holds"),
        ({"query": {"a": [1, {}]}}, "a must be a text, a number or a boolean, not dict"),
        ({"query": {"a": "\ud800"}}, r"a holds '\\ud800'"),
        ({"query": {"\ud800": 1}}, "the name of a query parameter holds"),
    ],
)
async def test_request_with_unsendable_value_is_refused(
    variant: Variant, server: Server, arguments: dict[str, Any], told: str
) -> None:
    with pytest.raises((ValueError, TypeError), match=f"^{told}"):
        await variant.do(variant.client(server).request("POST", "/x", **arguments))
    assert server.requests == []


async def test_dates_uuids_tuples_and_models_are_encoded_as_json(variant: Variant, server: Server) -> None:
    server.answer(reply(200, TURN))
    thread = models.Thread.from_dict(THREAD)
    metadata = {"at": datetime(2026, 2, 5, tzinfo=UTC), "id": UUID(THREAD_ID), "pair": (1, 2), "thread": thread}
    await variant.do(variant.client(server).messages.chat(metadata=metadata))
    body = json.loads(server.requests[0].body)["metadata"]
    assert body["at"] == "2026-02-05T00:00:00.000Z"
    assert body["id"] == THREAD_ID
    assert body["pair"] == [1, 2]
    assert body["thread"]["thread_id"] == THREAD_ID


async def test_query_parameters_are_encoded(variant: Variant, server: Server) -> None:
    server.answer(reply(200, []))
    client = variant.client(server)
    await variant.do(client.threads.list())
    await variant.do(client.threads.list(skip=5, limit=7, include_messages=False))
    await variant.do(client.assistants.list(name="A & B/é"))
    assert [seen.target for seen in server.requests] == [
        "/api/threads",
        "/api/threads?skip=5&limit=7&include_messages=false",
        "/api/assistants?name=A+%26+B%2F%C3%A9",
    ]


@pytest.mark.parametrize(
    ("thread_id", "quoted"),
    [("a/b", "a%2Fb"), ("a?b#c", "a%3Fb%23c"), ("é ", "%C3%A9%20"), ("%2e%2e", "%252e%252e"), ("a:b@c", "a%3Ab%40c")],
)
async def test_id_in_path_is_percent_encoded(variant: Variant, server: Server, thread_id: str, quoted: str) -> None:
    server.answer(reply(200, THREAD))
    await variant.do(variant.client(server).threads.get(thread_id))
    assert server.requests[0].target == f"/api/threads/{quoted}"


@pytest.mark.parametrize("thread_id", ["", ".", "..", None, 7, "\ud800"])
async def test_id_that_would_change_the_path_is_refused(variant: Variant, server: Server, thread_id: Any) -> None:
    with pytest.raises((ValueError, TypeError), match=r"^thread_id (must be|holds)"):
        await variant.do(variant.client(server).threads.delete(thread_id))
    assert server.requests == []


async def test_request_sends_undocumented_operations(variant: Variant, server: Server) -> None:
    server.answer(
        reply(200, {"a": 1}, {"X-Request-ID": "r"}), reply(200, b"plain", content_type="text/plain"), reply(200)
    )
    client = variant.client(server)
    answer = await variant.do(client.request("post", "/models?b=1", json={"x": [1]}, headers={"X-A": "b"}))
    assert (answer.value, answer.status_code, answer.request_id) == ({"a": 1}, 200, "r")
    seen = server.requests[0]
    assert (seen.method, seen.target, seen.body) == ("POST", "/api/models?b=1", b'{"x":[1]}')
    assert seen.headers["idempotency-key"]
    assert seen.headers["x-a"] == "b"
    assert (await variant.do(client.request("GET", "/text", query={"a": [1, 2], "b": UNSET}))).value == "plain"
    assert server.requests[1].target == "/api/text?a=1&a=2"
    assert (await variant.do(client.request("PATCH", "/x", form={"a": True, "m": {"k": 1}}))).value is None
    assert form(server.requests[2]) == [("a", "true"), ("m", '{"k":1}')]
    assert "idempotency-key" not in server.requests[2].headers
    server.answer(reply(200))
    await variant.do(client.request("POST", "/documents", files={"file": ("a.txt", EVERY_BYTE)}))
    assert parts(server.requests[0]) == [("file", "a.txt", "text/plain", EVERY_BYTE)]
    with pytest.raises(TypeError, match="not both"):
        await variant.do(client.request("POST", "/x", json={}, form={}))


async def test_with_response_returns_value_and_response(variant: Variant, server: Server) -> None:
    server.answer(reply(200, {**THREAD, "created_at": MOMENT}, {"ETag": '"7"', "X-Request-ID": "r"}))
    client = variant.client(server)
    answer = await variant.do(client.threads.with_response.get(THREAD_ID))
    assert answer.value.thread_id == THREAD_ID
    assert (answer.status_code, answer.request_id, answer.headers["etag"]) == (200, "r", '"7"')
    assert "status_code=200" in repr(answer)
    thread = await variant.do(client.threads.get(THREAD_ID, if_none_match='"6"'))
    assert isinstance(thread, models.Thread)
    assert server.requests[1].headers["if-none-match"] == '"6"'
