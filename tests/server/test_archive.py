"""Export and import: what an account is in one database, it is in another."""

import base64
import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.archives import FILE, KEY, body_of, exported, filled, imported, seen, settings
from tests.support.server.threads_api import serving
from threads_server.archive import BadArchive, export_account, import_account, importing
from threads_server.archive.records import milliseconds
from threads_server.clock import format_timestamp
from threads_server.http.app import create_app
from threads_server.http.authentication import create_key
from threads_server.store.backends import open_store
from threads_server.store.backends.sqlite import SqliteStore
from threads_server.store.transaction import one

UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@BOTH_DATABASES
async def test_imported_account_equals_the_exported_one(tmp_path: Path, database: str) -> None:
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


def test_time_that_an_archive_has_is_read_as_it_was() -> None:
    days = [*range(0, 253_402_300_799_000, 86_400_000 * 999 + 1), *range(20_000)]
    assert [milliseconds(format_timestamp(moment)) for moment in days] == days


async def test_second_import_changes_nothing(database: str) -> None:
    path = database
    await filled(path)
    before, lines = await seen(path), await exported(path)
    assert await imported(path, lines) == {"assistant": 0, "thread": 0}
    assert await seen(path) == before


async def test_titles_come_with_an_import(tmp_path: Path) -> None:
    await filled(tmp_path / "old.db")
    lines = [
        line.replace('"title":null', '"title":"Holidays"') for line in body_of(await exported(tmp_path / "old.db"))
    ]
    await imported(tmp_path / "new.db", lines)
    assert {thread["title"] for thread in (await seen(tmp_path / "new.db"))["light"]} == {"Holidays"}


async def test_another_accounts_things_stay_its_own(tmp_path: Path) -> None:
    path = tmp_path / "t.db"
    await filled(path)
    lines, before = await exported(path), await seen(path)
    assert body_of(await exported(path, "other")) == []
    with pytest.raises(BadArchive, match=r"line 2: assistant \S+ belongs to another account"):
        await imported(path, lines, "other", keep_ids=True)
    threads = [line for line in lines if '"kind":"thread"' in line]
    with pytest.raises(BadArchive, match=r"line 1: the account has no assistant"):
        await imported(path, threads, "other", keep_ids=True)
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
    assert (await seen(tmp_path / "twice.db"))["light"] == []


async def test_deleted_account_can_be_imported_again(database: str) -> None:
    await filled(database)
    before, lines = await seen(database), await exported(database)
    async with serving(database) as api:
        await api.services.sweeper.stop()
        for assistant in before["assistants"]:
            assert (await api.http.delete(f"/assistants/{assistant['assistant_id']}")).status_code == 200
    assert await imported(database, lines) == {"assistant": 3, "thread": 4}
    assert await seen(database) == before
    assert await exported(database) == lines


async def test_missing_threads_come_back_under_their_assistants(database: str) -> None:
    await filled(database)
    before, lines = await seen(database), await exported(database)
    async with serving(database) as api:
        await api.services.sweeper.stop()  # the import has to make room for what comes back
        for thread in before["light"][:2]:
            assert (await api.http.delete(f"/threads/{thread['thread_id']}")).status_code == 200
    assert await imported(database, lines) == {"assistant": 0, "thread": 2}
    assert await seen(database) == before


@BOTH_DATABASES
async def test_import_into_another_account_has_ids_of_its_own(database: str) -> None:
    waiting = await filled(database)
    before, lines = await seen(database), await exported(database)
    assert await imported(database, lines, "other") == {"assistant": 3, "thread": 4}
    assert await seen(database) == before
    copies = await exported(database, "other")
    ids = [set(re.findall(UUID, "".join(body_of(side)))) for side in (lines, copies)]
    assert ids[0].isdisjoint(ids[1])
    assert len(ids[0]) == len(ids[1])
    # ids are replaced, the same by the same, and nothing else
    assert sorted(re.sub(UUID, "", shape(line)) for line in body_of(copies)) == sorted(
        re.sub(UUID, "", shape(line)) for line in body_of(lines)
    )
    async with serving(database) as api:
        api.http.headers["X-API-Key"] = await create_key(api.services.store, "other", "other")
        threads = (await api.http.get("/threads")).json()
        [thread] = [
            one for one in threads if one["messages"] and "tool_calls" in (one["messages"][-1]["metadata_"] or {})
        ]
        run_id = thread["messages"][-1]["metadata_"]["run_id"]
        assert run_id != waiting["run_id"]
        answer = await api.outputs(thread["thread_id"], run_id, {waiting["tool_calls"][0]["id"]: "seen"})
        assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")
    # the account has a default assistant now, which stays the only one
    assert await imported(database, lines, "other") == {"assistant": 3, "thread": 4}
    default, again = '"is_default":true', await exported(database, "other")
    assert [line for line in again if default in line] == [line for line in copies if default in line] != []


def shape(line: str) -> str:
    """A line with the order of its keys fixed."""
    return json.dumps(json.loads(line), sort_keys=True)


async def test_archive_that_is_cut_or_changed_is_refused(tmp_path: Path) -> None:
    await filled(tmp_path / "old.db")
    lines = await exported(tmp_path / "old.db")
    renamed = lines[1].replace('"name":"', '"name":"x')
    for changed, reason in (
        ([], "it is empty"),
        (["", " "], "it is empty"),
        (lines[:-1], "line 8: the archive is cut short: its last line is missing"),
        (lines[:1], "line 1: the archive is cut short"),
        (lines[1:], "line 8: sha256: the archive was changed or damaged"),
        ([lines[0], *lines[2:4], lines[-1]], "line 4: assistants: there are 2, and not 3"),
        ([lines[0], renamed, *lines[2:]], "line 9: sha256"),
        ([*lines, lines[1]], "line 10: it comes after the last one"),
        ([lines[1], *lines], "line 2: it is not the first one"),
        ([lines[0].replace('"version":2', '"version":3')], "line 1: version"),
    ):
        with pytest.raises(BadArchive) as refused:
            await imported(tmp_path / "new.db", changed)
        assert str(refused.value).startswith(reason)
        assert rows(tmp_path / "new.db") == {"assistants": 1, "threads": 0, "messages": 0, "files": 0}


def rows(path: Path) -> dict[str, int]:
    """Count the rows of each table; one assistant is that of deleted threads."""
    connection = sqlite3.connect(path)
    counted = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in ("assistants", "threads", "messages", "files")
    }
    connection.close()
    return counted


async def test_archive_of_the_first_version_is_read_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await filled(tmp_path / "old.db")
    lines = await exported(tmp_path / "old.db")
    assert await imported(tmp_path / "new.db", body_of(lines)) == {"assistant": 3, "thread": 4}
    assert [message for message in caplog.messages if "archive" in message] == [
        "the archive has no counts and no digest, as version 0.1.0 wrote it: it may be cut short"
    ]
    assert await exported(tmp_path / "new.db") == lines


async def test_export_holds_up_no_writer(tmp_path: Path) -> None:
    await filled(tmp_path / "t.db")
    store = await open_store(settings(tmp_path / "t.db"))
    assert isinstance(store, SqliteStore)
    statements: list[str] = []
    store.writer.set_trace_callback(statements.append)
    assert len([line async for line in export_account(store, "default")]) == 9
    assert statements == []
    await store.close()


async def test_import_is_written_in_pieces_that_show_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_MESSAGES", 2)
    await filled(tmp_path / "old.db")
    lines = await exported(tmp_path / "old.db")
    store = await open_store(settings(tmp_path / "new.db"))
    assert isinstance(store, SqliteStore)
    sizes: list[int] = []
    visible: list[Any] = []
    write, changed = store.write, store.writer.total_changes

    async def counting(*arguments: Any, **named: Any) -> Any:
        nonlocal changed
        result = await write(*arguments, **named)
        sizes.append(store.writer.total_changes - changed)
        changed = store.writer.total_changes
        row = await store.read(one, "SELECT count(*) FROM assistants WHERE account_id = 'default'")
        visible.append(row)
        return result

    monkeypatch.setattr(store, "write", counting)
    await import_account(store, "default", [line.encode() for line in lines])
    await store.close()
    assert max(sizes) <= 3
    assert len(sizes) > 15
    assert visible == [(0,)] * (len(visible) - 1) + [(3,)]
