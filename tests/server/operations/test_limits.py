"""The numbers of `x-reference-server` are those that the server goes by: another document, another server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
import yaml

from tests.server.runs.test_turns import waiting_run
from tests.support import threads_api
from tests.support.threads_api import Api, serving
from threads_server import clock as stamps
from threads_server.openapi import Contract, Document
from threads_server.operations.services import sweep

FORM = "application/x-www-form-urlencoded"


@asynccontextmanager
async def told(
    monkeypatch: pytest.MonkeyPatch, database: Path, numbers: dict[str, int], **settings: Any
) -> AsyncIterator[Api]:
    """A server whose document has these numbers."""
    root = yaml.safe_load(Document.read().json)
    assert numbers.keys() <= root["x-reference-server"].keys()
    root["x-reference-server"] |= numbers
    contract = Contract(Document(json.dumps(root).encode()))
    monkeypatch.setattr(Contract, "read", staticmethod(lambda: contract))
    monkeypatch.setattr(threads_api, "contract", lambda: contract)
    async with serving(database, **settings) as api:
        yield api


async def refused_with(api: Api, content: str | bytes, content_type: str) -> str | None:
    """Why a message is refused that has this body; None if it is not."""
    path = f"/threads/{await api.thread()}/messages"
    answer = await api.http.post(path, content=content, headers={"Content-Type": content_type})
    return None if answer.status_code == 200 else str(answer.json()["detail"])


async def test_json_levels(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with told(monkeypatch, tmp_path / "threads.db", {"json-levels": 5}) as api:
        for levels, refused in [(5, None), (6, "nested deeper than 5 levels")]:
            metadata = '{"a":' + "[" * (levels - 2) + "]" * (levels - 2) + "}"
            reason = await refused_with(api, f'{{"content":"x","metadata":{metadata}}}', "application/json")
            assert reason is None if refused is None else refused in str(reason)
        deeper = '{"a":' + "[" * 5 + "]" * 5 + "}"
        assert "nested deeper than 5" in str(await refused_with(api, f"content=x&metadata={deeper}", FORM))


async def test_fields(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with told(monkeypatch, tmp_path / "threads.db", {"form-fields": 4, "query-fields": 3}) as api:
        assert await refused_with(api, "content=x&a=1&b=2&c=3", FORM) is None
        assert await refused_with(api, "content=x&a=1&b=2&c=3&d=4", FORM) == "The form has more than 4 fields"
        path = f"/threads/{await api.thread()}/messages"
        for number, status in ((3, 200), (4, 400)):
            files = [("files", (f"{part}.txt", b"x")) for part in range(number)]
            answer = await api.http.post(path, data={"content": "x"}, files=files)
            assert answer.status_code == status, answer.text
        assert (await api.http.get("/threads?a=1&b=2&limit=3")).status_code == 200
        answer = await api.http.get("/threads?a=1&b=2&c=3&limit=4")
        assert (answer.status_code, answer.json()["detail"][0]["msg"]) == (422, "must have at most 3 fields")


@pytest.mark.parametrize("settings", [{}, {"busy_wait": 0.2}])
async def test_busy_wait(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: dict[str, float]) -> None:
    """The document's, unless the server is told otherwise."""
    async with told(monkeypatch, tmp_path / "threads.db", {"busy-wait-seconds": 1}, **settings) as api:
        thread_id = await api.thread()
        async with api.stream(thread_id, "/slow 50 " + "x" * 50) as stream:
            event = await stream.next()
            began = monotonic()
            assert (await api.send(thread_id, "x")).status_code == 409
            assert settings.get("busy_wait", 1) <= monotonic() - began < settings.get("busy_wait", 1) + 0.7
            await api.cancel(thread_id, event["run_id"])


async def test_how_long_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    numbers = {"event-log-hours": 2, "idempotency-key-hours": 3}
    async with told(monkeypatch, tmp_path / "threads.db", numbers) as api:
        thread_id, waiting = await waiting_run(api)
        await api.cancel(thread_id, waiting)
        first = await api.send(thread_id, "x", key="k")
        start = stamps.now()

        async def kept(hours: float) -> tuple[bool, bool]:
            """Whether the events are, and whether the key is, so many hours later."""
            later = start + int(hours * 3_600_000)
            for module in ("turns", "legs", "services", "operations.runs"):
                monkeypatch.setattr(f"threads_server.{module}.now", lambda: later)
            await sweep(api.services.store)
            events = await api.http.get(f"/threads/{thread_id}/runs/{waiting}/events")
            again = await api.send(thread_id, "x", key="k")
            return events.status_code == 200, again.json()["run_id"] == first.json()["run_id"]

        assert await kept(1.9) == (True, True)
        assert await kept(2.1) == (False, True)
        assert await kept(3.1) == (False, False)


async def test_parts_with_all_faults(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Beyond the number only the first fault of the body is told, beside those of the rest of the request."""
    faulty = {"name": "", "tok_k": 1000}
    async with told(monkeypatch, tmp_path / "threads.db", {"parts-with-all-faults": 6}) as api:
        for more, told_ones in ((4, 2), (5, 1)):
            body = faulty | {f"more_{number}": number for number in range(more)}
            answer = await api.http.post("/assistants", json=body, headers={"Idempotency-Key": "x" * 256})
            places = [fault["loc"] for fault in answer.json()["detail"]]
            assert places[0] == ["header", "idempotency-key"]
            assert len(places) == 1 + told_ones
            assert all(place in (["body", "name"], ["body", "tok_k"]) for place in places[1:])
        many = [{"function": {"name": "", "parameters": {"properties": {}}}}] * 2
        tools = json.dumps(many)
        answer = await api.http.post("/threads/messages", data={"content": "", "tools": tools})
        assert len(answer.json()["detail"]) == 1


async def test_head_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with told(monkeypatch, tmp_path / "threads.db", {"head-bytes": 1000}) as api:
        url = api.http.base_url
        for size, status in ((1000, 401), (1001, 431)):
            head = b"GET /api/threads HTTP/1.1\r\nHost: a\r\nConnection: close\r\nLong: \r\n\r\n"
            reader, writer = await asyncio.open_connection(url.host, url.port)
            writer.write(head.replace(b"Long: ", b"Long: " + b"x" * (size - len(head))))
            assert (await reader.readline()).split()[1] == str(status).encode()
            writer.close()


async def test_first_user_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async with told(monkeypatch, tmp_path / "threads.db", {"first-user-message-characters": 3}) as api:
        await api.turn(await api.thread(), "Hello")
        [light] = (await api.http.get("/threads?include_messages=false")).json()
        assert light["first_user_message"] == "Hel"
