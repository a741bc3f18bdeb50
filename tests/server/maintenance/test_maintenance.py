"""The commands `backup`, `check` and `stats`, on a database that is in use."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.database.raw_database import execute
from tests.support.server.builders import WEATHER
from tests.support.server.command_line import refused, run
from tests.support.server.threads_api import Api, serving
from threads_server.ids import new_id
from threads_server.maintenance import checks
from threads_server.maintenance.backup import BackupFailed, backup
from threads_server.maintenance.checks import problems
from threads_server.maintenance.stats import database_bytes, usage_by_account
from threads_server.store import usage

BREAKAGES = {
    "threads count other messages than they have": (
        "UPDATE threads SET message_count = message_count + 1",
        "UPDATE threads SET message_count = message_count - 1",
    ),
    "threads have a message that is newer than their version": (
        "UPDATE threads SET version = version - 100",
        "UPDATE threads SET version = version + 100",
    ),
    "threads are held by a run that has ended or is not theirs": (
        "UPDATE runs SET status = 'COMPLETED'",
        "UPDATE runs SET status = 'REQUIRES_ACTION' WHERE run_id IN (SELECT active_run FROM threads)",
    ),
    "threads have a run under way that does not hold them": (
        "UPDATE threads SET active_run = NULL",
        "UPDATE threads SET active_run = (SELECT run_id FROM runs WHERE status = 'REQUIRES_ACTION')",
    ),
    "threads have a file whose message is missing": (
        "UPDATE files SET version = version + 100",
        "UPDATE files SET version = version - 100",
    ),
    "rows of messages refer to threads that are not there": (
        "UPDATE messages SET thread = thread + 1000",
        "UPDATE messages SET thread = thread - 1000",
    ),
    "rows of threads refer to assistants that are not there": (
        "UPDATE threads SET assistant_id = 'none'",
        "UPDATE threads SET assistant_id = (SELECT assistant_id FROM assistants WHERE assistant_id <> '')",
    ),
}
"""Problems, and the statements that make and mend each."""


async def fill(api: Api) -> str:
    """A thread with every kind of row, whose run waits for tools."""
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    body = {"data": {"content": "/say \u20ac"}, "files": {"files": ("f", b"xyz")}}
    assert (await api.http.post(f"/threads/{thread_id}/messages", **body)).status_code == 200  # type: ignore[arg-type]
    await api.turn(thread_id, "/call get_weather {}", key="k")
    return thread_id


@BOTH_DATABASES
async def test_check_of_a_database_in_use_names_each_problem(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PIECE_THREADS", 1)
    async with serving(database) as api:
        await fill(api)

        async def found() -> list[str]:
            return [problem.partition(" ")[2] async for problem in problems(api.services.store)]

        assert await found() == []
        for problem, (breaks, mends) in BREAKAGES.items():
            await asyncio.to_thread(execute, database, breaks)
            assert problem in await found()
            await asyncio.to_thread(execute, database, mends)
            assert await found() == []


async def test_check_fails_with_a_line_for_each_problem(tmp_path: Path) -> None:
    database = str(tmp_path / "threads.db")
    async with serving(database) as api:
        await fill(api)
    assert run("check", "--database", database).stdout == f"{database} is sound\n"
    execute(database, "UPDATE threads SET version = 0, message_count = 0")
    failed = run("check", "--database", database)
    assert (failed.returncode, failed.stderr, len(failed.stdout.splitlines())) == (1, "", 2)
    assert refused("check", "--database", str(tmp_path / "none")) == f"threads-server: {tmp_path / 'none'} is not there"


@BOTH_DATABASES
async def test_stats_add_up_what_each_account_stores(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "PIECE_THREADS", 2)
    async with serving(database) as api:
        thread_id = await fill(api)
        await api.http.delete(f"/threads/{await api.thread()}")
        for _ in range(4):
            await api.thread()
        rows = await usage_by_account(api.services.store)
        assert list(rows) == ["default"]
        assert (rows["default"].threads, rows["default"].messages) == (5, len(await api.history(thread_id)))
        stored = (await api.http.get(f"/threads/{thread_id}")).content.partition(b'"messages":')[2]
        messages = json.dumps(json.loads(stored[: stored.rindex(b"]") + 1]), ensure_ascii=False, separators=(",", ":"))
        assert rows["default"].bytes == len(b"xyz") + len(messages.encode()) - 1 - rows["default"].messages
        assert await database_bytes(api.services.store) > rows["default"].bytes
    if not database.startswith("postgresql://"):
        shown = json.loads(run("stats", "--json", "--database", database).stdout)
        assert shown["accounts"] == {"default": rows["default"]._asdict()}
        assert run("stats", "--database", database).stdout.splitlines()[1].split() == [
            "default",
            *map(str, rows["default"]),
        ]


def copies(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("copy*")]


async def test_backup_while_writing_is_one_moment_of_the_database(tmp_path: Path) -> None:
    database, copy = tmp_path / "threads.db", tmp_path / "copy.db"
    async with serving(database) as api:
        thread_id, other = await fill(api), await api.thread()
        done = asyncio.create_task(asyncio.to_thread(run, "backup", str(copy), "--database", str(database)))
        while not done.done():
            await api.turn(other, "more")
        made, expected = await done, await api.get(thread_id)
    assert (made.returncode, made.stderr) == (0, "")
    assert copies(tmp_path) == ["copy.db"]
    assert copy.stat().st_mode & 0o777 == 0o600
    async with serving(copy) as api:
        assert [problem async for problem in problems(api.services.store)] == []
        assert await api.get(thread_id) == expected
    assert refused("backup", str(copy), "--database", str(database)).endswith("is there already; choose another name")
    lost = copy.parent / "none" / "copy.db"
    said = refused("backup", str(lost), "--database", str(database))
    assert said == f"threads-server: {lost}: the folder {lost.parent} is not there"


def test_backup_counts_and_copies_the_same_moment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database, connect = tmp_path / "threads.db", sqlite3.connect
    run("keys", "create", "a", "--database", str(database))

    def connect_after_a_write(path: Path) -> sqlite3.Connection:
        execute(str(database), f"INSERT INTO processes VALUES ('{new_id()}', 0)")
        return connect(path)

    monkeypatch.setattr(
        "threads_server.maintenance.backup.sqlite3", SimpleNamespace(connect=connect_after_a_write, Error=OSError)
    )
    assert backup(database, tmp_path / "copy.db")["processes"] == 0


def test_damaged_database_is_found_and_its_backup_not_kept(tmp_path: Path) -> None:
    database, copy = tmp_path / "threads.db", tmp_path / "copy.db"
    run("keys", "create", "a", "--database", str(database))
    execute(str(database), "INSERT INTO messages (thread, version, body) VALUES (7, 7, '{}')")
    with pytest.raises(BackupFailed, match="a row of messages refers to nothing"):
        backup(database, copy)
    execute(str(database), "DELETE FROM messages", "PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(sqlite3.connect(database)) as connection:
        page, size = (
            connection.execute(sql).fetchone()[0]
            for sql in ("SELECT rootpage FROM sqlite_master WHERE name = 'api_keys'", "PRAGMA page_size")
        )
    with database.open("r+b") as file:
        file.seek((page - 1) * size + 1)
        file.write(b"\xff" * 100)
    with pytest.raises(BackupFailed):
        backup(database, copy)
    assert copies(tmp_path) == []
    checked = run("check", "--database", str(database))
    assert (checked.returncode, checked.stderr) == (1, "")
    assert "the file is damaged: " in checked.stdout


def test_backup_of_postgresql_names_its_own_tool() -> None:
    line = refused("backup", "x", "--database", "postgresql://u:secret@h/d")
    assert "pg_dump" in line
    assert "secret" not in line
