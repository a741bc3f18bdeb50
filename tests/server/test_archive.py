"""Export and import: what an account is in one database, it is in another."""

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from threads_server.archive import BadArchive, export_account, import_account
from threads_server.http.app import create_app
from threads_server.settings import Settings
from threads_server.store import open_store

KEY = "archive-key"
TOOL = {"function": {"name": "look", "parameters": {"properties": {}}}}
FILE = bytes(range(256))


def settings(path: Path | str) -> Settings:
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
    """What the account's owner sees of the database."""
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
    store = await open_store(settings(path))
    try:
        return [line async for line in export_account(store, account)]
    finally:
        await store.close()


async def imported(path: Path | str, lines: list[str], account: str = "default") -> dict[str, int]:
    store = await open_store(settings(path))
    try:
        return dict(await import_account(store, account, [line.encode() for line in lines]))
    finally:
        await store.close()


async def test_an_account_is_the_same_in_another_database(tmp_path: Path, database: str) -> None:
    old, new = tmp_path / "old.db", database
    waiting = await filled(old)
    lines = await exported(old)
    assert all("\n" not in line for line in lines)
    assert await imported(new, lines) == {"assistant": 3, "thread": 4}
    assert await seen(new) == await seen(old)
    assert await exported(new) == lines  # files and the waiting run among them
    files = [file for line in lines for file in json.loads(line).get("files", [])]
    assert sorted(base64.b64decode(file["content"]) for file in files) == [FILE, b"x"]

    async with (
        create_app(settings(new)).opened() as app,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://threads/api", headers={"X-API-Key": KEY}
        ) as client,
    ):
        outputs = [{"tool_call_id": waiting["tool_calls"][0]["id"], "output": "seen"}]
        path = f"/threads/{waiting['thread_id']}/runs/{waiting['run_id']}"
        assert (await client.get(f"{path}/events")).status_code == 404
        answer = await client.post(f"{path}/submit-tool-outputs", json={"tool_outputs": outputs})
        assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")
        assert (await client.get(f"{path}/events")).status_code == 404
        more = await client.post("/threads/messages", json={"content": "Hello"})
        [default] = [json.loads(line)["assistant"] for line in lines if '"is_default":true' in line]
        assert more.json()["assistant_id"] == default["assistant_id"]


async def test_a_second_import_changes_nothing(database: str) -> None:
    path = database
    await filled(path)
    before, lines = await seen(path), await exported(path)
    assert await imported(path, lines) == {"assistant": 0, "thread": 0}
    assert await seen(path) == before


async def test_titles_come_with_an_import(tmp_path: Path) -> None:
    await filled(tmp_path / "old.db")
    lines = [line.replace('"title":null', '"title":"Holidays"') for line in await exported(tmp_path / "old.db")]
    await imported(tmp_path / "new.db", lines)
    assert {thread["title"] for thread in (await seen(tmp_path / "new.db"))["light"]} == {"Holidays"}


async def test_another_accounts_things_stay_its_own(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    await filled(path)
    lines, before = await exported(path), await seen(path)
    assert await exported(path, "other") == []
    with pytest.raises(BadArchive, match=r"line 1: assistant \S+ belongs to another account"):
        await imported(path, lines, "other")
    threads = [line for line in lines if '"kind":"thread"' in line]
    with pytest.raises(BadArchive, match=r"line 1: thread \S+ belongs to another account"):
        await imported(path, threads, "other")
    assert await seen(path) == before


async def test_lines_that_cannot_be_taken_in(tmp_path: Path) -> None:
    await filled(tmp_path / "old.db")
    lines = await exported(tmp_path / "old.db")
    assistants = [line for line in lines if '"kind":"assistant"' in line]
    thread = next(line for line in lines if '"files":[{' in line)
    other = thread.replace(json.loads(thread)["thread_id"], "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e")
    for number, (line, reason) in enumerate(
        [
            ("{", "line 4: it is not JSON"),
            ("[]", "line 4: it is neither an assistant nor a thread"),
            ('{"kind":"recipe"}', "line 4: it is neither an assistant nor a thread"),
            (thread.replace('"role":"user"', '"role":"guest"'), "line 4: messages.0.message.role: must be one"),
            (thread.replace('"version":2,"message"', '"version":9,"message"'), "versions of its messages do not grow"),
            (thread.replace('"assistant_id":"', '"assistant_id":"x'), "line 4: assistant_id: must be a UUID"),
            (thread.replace('"content":"AAEC', '"content":"?AEC'), "line 4: files.0.content"),
            (thread.replace(json.loads(thread)["assistant_id"], "3c59dc04-8e88-4024-9bd8-079a5d2a6f2e", 1),
             "the account has no assistant 3c59dc04"),
        ]
    ):  # fmt: skip
        path = tmp_path / f"{number}.db"
        assert line != thread
        with pytest.raises(BadArchive) as refusal:
            await imported(path, [*assistants, line])
        assert reason in str(refusal.value)
        assert (await seen(path))["light"] == []
    with pytest.raises(BadArchive, match=r"line 5: file \S+ is in the database already, under another thread"):
        await imported(tmp_path / "twice.db", [*assistants, thread, other])
    assert len((await seen(tmp_path / "twice.db"))["light"]) == 1


def command(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("THREADS_SERVER_")}
    return subprocess.run(
        [sys.executable, "-m", "threads_server", *arguments],
        input=given,
        capture_output=True,
        timeout=600,
        env={**environment, "PYTHONIOENCODING": "ascii"},
    )


async def test_the_commands(tmp_path: Path) -> None:
    old, new = str(tmp_path / "old.db"), str(tmp_path / "new.db")
    await filled(Path(old))
    out = command("export", "--database", old)
    assert (out.returncode, out.stderr) == (0, b"")
    assert out.stdout.decode().split("\n") == [*await exported(Path(old)), ""]
    archive = tmp_path / "archive.jsonl"
    archive.write_bytes(out.stdout)
    taken = command("import", str(archive), "--database", new)
    assert taken.stdout == b"3 assistants and 4 threads were new in the account default\n"
    again = command("import", "-", "--database", new, given=b"\n" + out.stdout)
    assert again.stdout == b"0 assistants and 0 threads were new in the account default\n"
    assert await seen(Path(new)) == await seen(Path(old))
    assert command("export", "--database", old, "--account", "nobody").stdout == b""

    for arguments, given, reason in (
        (("import", str(tmp_path / "none"), "--database", new), b"", b"cannot be read: No such file"),
        (("import", "-", "--database", new), b"{}\n", b"-, line 1: it is neither an assistant nor a thread"),
        (("import", "-", "--database", new), b"\xff\n", b"-, line 1: it is not JSON: the text is not UTF-8"),
    ):
        refused = command(*arguments, given=given)
        assert (refused.returncode, refused.stdout) == (1, b"")
        assert refused.stderr.startswith(b"threads-server: ")
        assert refused.stderr.count(b"\n") == 1
        assert reason in refused.stderr
