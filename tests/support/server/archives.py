"""An account with every kind of thing in it, exported and imported."""

from pathlib import Path
from typing import Any

import httpx

from threads_server.archive import export_account, import_account
from threads_server.http.app import create_app
from threads_server.settings import Settings
from threads_server.store.backends import open_store

KEY = "archive-key"
TOOL = {"function": {"name": "look", "parameters": {"properties": {}}}}
FILE = bytes(range(256))


def settings(path: Path | str) -> Settings:
    """Settings with a key of the account `default`."""
    return Settings(database=str(path), api_key=KEY)


async def filled(path: Path | str) -> dict[str, Any]:
    """A database with every kind of thing in it; gives its run that waits for tools."""
    async with (
        create_app(settings(path)).opened() as app,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://threads/api", headers={"X-API-Key": KEY}
        ) as client,
    ):
        guide = (await client.post("/assistants", json={"name": "Guide é\u2028", "tools": [TOOL]})).json()
        await client.post("/assistants", json={"name": "Idle"})
        await client.post(f"/assistants/{guide['assistant_id']}/threads", json={})
        talk = (await client.post("/threads/messages", json={"content": "My name is\nAda\u0000 😀"})).json()
        unsaid = (await client.post("/threads/messages", files={"files": ("f", b"x")})).json()
        await client.post(f"/threads/{unsaid['thread_id']}/messages", json={"content": "Said second"})
        await client.post(
            f"/threads/{talk['thread_id']}/messages",
            data={"content": "With a file", "metadata": '{"a": [1, 2.5, null]}'},
            files={"files": ("é.bin", FILE)},
        )
        nested = '{"a":' + "[" * 98 + "]" * 98 + "}"  # as deep as a body may be
        deep = await client.post(
            f"/threads/{talk['thread_id']}/messages",
            content=f'{{"content":"/say deep","metadata":{nested}}}',
            headers={"Content-Type": "application/json"},
        )
        assert deep.status_code == 200
        await client.post(f"/threads/{talk['thread_id']}/messages", json={"content": "/fail no"})
        waiting = await client.post(
            "/threads/messages", json={"assistant_id": guide["assistant_id"], "content": '/call look {"x": 1}'}
        )
        assert waiting.json()["status"] == "REQUIRES_ACTION"
        return dict(waiting.json())


async def seen(path: Path | str) -> Any:
    """Everything the account's owner can read."""
    async with (
        create_app(settings(path)).opened() as app,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://threads/api", headers={"X-API-Key": KEY}
        ) as client,
    ):
        light = (await client.get("/threads?include_messages=false")).json()
        whole = [await client.get(f"/threads/{thread['thread_id']}") for thread in light]
        return {
            "assistants": (await client.get("/assistants")).json(),
            "light": light,
            "threads": [(answer.json(), answer.headers["etag"]) for answer in whole],
        }


async def exported(path: Path | str, account: str = "default") -> list[str]:
    """The lines of an account."""
    store = await open_store(settings(path))
    try:
        return [line async for line in export_account(store, account)]
    finally:
        await store.close()


async def imported(
    path: Path | str, lines: list[str], account: str = "default", *, keep_ids: bool = False
) -> dict[str, int]:
    """Import lines; how many assistants and threads were new."""
    store = await open_store(settings(path))
    try:
        return dict(await import_account(store, account, [line.encode() for line in lines], keep_ids=keep_ids))
    finally:
        await store.close()


def body_of(lines: list[str]) -> list[str]:
    """The lines without the first and the last one, as version 0.1.0 wrote them."""
    return lines[1:-1]
