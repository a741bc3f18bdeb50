"""The sizes of `x-reference-server` are those that the server enforces: another document, other limits."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.server.small_document import DOCUMENT, ROOMY, client_of, served, small_app
from threads_server.http.app import App
from threads_server.openapi.body_reader import MEMORY_BYTES
from threads_server.openapi.validation_errors import MAX_NODES_WITH_ALL_ERRORS

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def app_with(name: str, number: int) -> App:
    line = next(line for line in DOCUMENT.splitlines() if line.startswith(f"  {name}: ".encode()))
    return small_app(document=DOCUMENT.replace(line, f"  {name}: {number}".encode()))


async def test_json_levels_bound_bodies_and_json_text_in_forms() -> None:
    async with client_of(app_with("json-levels", 5)) as client:
        for levels, status in [(5, 200), (6, 400)]:
            metadata = '{"a":' + "[" * (levels - 2) + "]" * (levels - 2) + "}"
            answer = await client.post("/things", content=f'{{"name":"x","metadata":{metadata}}}', headers=JSON)
            assert answer.status_code == status
        assert "nested deeper than 5 levels" in answer.json()["detail"]
        deeper = '{"a":' + "[" * 5 + "]" * 5 + "}"
        answer = await client.post("/things", content=f"name=x&metadata={deeper}", headers=FORM)
        assert "nested deeper than 5" in answer.json()["detail"][0]["msg"]


async def test_json_values_bound_bodies_and_json_text_in_forms() -> None:
    async with client_of(app_with("json-values", 50)) as client:
        for count, status in [(45, 200), (55, 400)]:
            body = json.dumps({"name": "x", "metadata": {"a": [0] * count}})
            answer = await client.post("/things", content=body, headers=JSON)
            assert answer.status_code == status
        assert "more than 50 values" in answer.json()["detail"]
        answer = await client.post("/things", content=f"name=x&metadata={json.dumps({'a': [0] * 55})}", headers=FORM)
        assert "more than 50 values" in answer.json()["detail"][0]["msg"]


@pytest.mark.parametrize(("content", "status"), [("name=x&a=1&b=2&c=3", 200), ("name=x&a=1&b=2&c=3&d=4", 400)])
async def test_form_fields_bound_urlencoded_forms(content: str, status: int) -> None:
    async with client_of(app_with("form-fields", 4)) as client:
        assert (await client.post("/things", content=content, headers=FORM)).status_code == status


@pytest.mark.parametrize(("parts", "status"), [(3, 200), (4, 400)])
async def test_form_fields_bound_multipart_forms(parts: int, status: int) -> None:
    async with client_of(app_with("form-fields", 4)) as client:
        files = [("others", (f"{part}.txt", b"x")) for part in range(parts)]
        answer = await client.post("/things", data={"name": "x"}, files=files)
        assert answer.status_code == status, answer.text


async def test_query_fields_bound_a_query() -> None:
    async with client_of(app_with("query-fields", 3)) as client:
        assert (await client.get("/things?a=1&b=2&limit=3")).status_code == 200
        answer = await client.get("/things?a=1&b=2&c=3&limit=4")
        assert (answer.status_code, answer.json()["detail"][0]["msg"]) == (422, "must have at most 3 fields")


async def test_head_bytes_bound_a_head() -> None:
    with served(app_with("head-bytes", 1000)) as url:
        for size, status in ((1000, 401), (1001, 431)):
            head = b"GET /api/things HTTP/1.1\r\nHost: a\r\nConnection: close\r\nLong: \r\n\r\n"
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].partition("/")[0]))
            writer.write(head.replace(b"Long: ", b"Long: " + b"x" * (size - len(head))))
            assert (await reader.readline()).split()[1] == str(status).encode()
            writer.close()


@pytest.mark.parametrize(("nodes", "errors"), [(MAX_NODES_WITH_ALL_ERRORS, 2), (MAX_NODES_WITH_ALL_ERRORS + 1, 1)])
async def test_body_beyond_the_node_limit_has_its_first_error_only(nodes: int, errors: int) -> None:
    """Errors of the rest of the request are listed all the same."""
    body = {"name": "", "size": 1000} | {f"more_{number}": number for number in range(nodes - 2)}
    async with client_of(small_app(document=ROOMY)) as client:
        answer = await client.post("/things", json=body, headers={"Idempotency-Key": "x" * 256})
    places = [error["loc"] for error in answer.json()["detail"]]
    assert places[0] == ["header", "idempotency-key"]
    assert len(places) == 1 + errors


async def test_node_limit_counts_json_text_in_forms() -> None:
    tools = json.dumps([{"function": {"name": ""}}] * 2 + [[0] * MAX_NODES_WITH_ALL_ERRORS])
    document = ROOMY.replace(b"maxLength: 200, format: json-array", b"format: json-array")
    async with client_of(small_app(document=document)) as client:
        answer = await client.post("/things", data={"name": "x", "tools": tools})
    assert len(answer.json()["detail"]) == 1


async def test_body_without_room_on_the_disk_is_503(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * MEMORY_BYTES

    async with client_of(small_app(document=ROOMY)) as client:
        answer = await client.post("/things", content=pieces(), headers=JSON)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json() == {"detail": "There is no room for the body now"}
