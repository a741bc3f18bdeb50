"""Clearing: deleted things are invisible at once, and their rows are removed in bounded batches."""

import asyncio
from collections.abc import AsyncIterator
from unittest.mock import create_autospec

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.threads_api import Api, serving
from tests.support.virtual_time import run_in_virtual_time
from threads_server.archive import export_account
from threads_server.clock import now
from threads_server.ids import new_id
from threads_server.store import Store, assistants, clearing, event_log, idempotency_keys, threads
from threads_server.store.assistants import AssistantRow
from threads_server.store.backends.sqlite import SqliteStore
from threads_server.store.clearing import clear_deleted
from threads_server.store.threads import NewMessage
from threads_server.store.transaction import Transaction, one

MANY_OF_EACH = """
CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
    SELECT i, thread, assistant_id FROM n, threads WHERE assistant_id = 'long';
INSERT INTO runs (run_id, thread, status, leg, owner, settings, last_event, started_at, has_log)
    SELECT 'run_' || i, thread, 'COMPLETED', 1, '', '{}', 1, 0, 1 FROM n;
INSERT INTO run_events SELECT 'run_1', i, i, '""' FROM n;
INSERT INTO idempotency_keys (account_id, idempotency_key, fingerprint, created_at, thread, assistant_id, streamed)
    SELECT 'default', i || given, '', 0, iif(given = 't', thread, NULL), iif(given = 'a', assistant_id, NULL), 0
    FROM n, (SELECT 't' AS given UNION SELECT 'a');
"""
"""Rows of a thread and its assistant, in each table but `messages` and `files`."""

TABLES = ("threads", "messages", "files", "runs", "run_events", "idempotency_keys")


@pytest.fixture
async def api(database: str) -> AsyncIterator[Api]:
    """The server on a new database, where nothing is cleared by itself."""
    async with serving(database) as api:
        await api.services.sweeper.stop()
        yield api


async def rows(api: Api) -> dict[str, int]:
    counted: dict[str, int] = {}
    for table in TABLES:
        row = await api.services.store.read(one, f"SELECT count(*) FROM {table}")
        assert row is not None
        counted[table] = row[0]
    return counted


async def all_cleared(api: Api) -> None:
    async with asyncio.timeout(600):
        while any((await rows(api)).values()):  # noqa: ASYNC110 - it is the server's own task
            await asyncio.sleep(0.01)


def many_threads(assistant_id: str, number: int, messages: int) -> Transaction[None]:
    yield from assistants.insert(AssistantRow(assistant_id, "default", "Large", now(), '{"name":"Large"}'))
    for _ in range(number):
        row = yield from threads.insert("default", new_id(), assistant_id, now())
        yield from threads.extend(row, [NewMessage("{}")] * messages, None, now())


async def filled(api: Api) -> tuple[str, str]:
    """The default assistant, and a thread of it with rows in every table and a key `k`."""
    answer = await api.http.post(
        "/threads/messages", data={"content": "x"}, files={"files": ("f", b"x")}, headers={"Idempotency-Key": "k"}
    )
    assert answer.status_code == 200
    return answer.json()["assistant_id"], answer.json()["thread_id"]


@pytest.mark.parametrize("whole_assistant", [False, True])
@BOTH_DATABASES
async def test_deleted_thread_is_gone_before_it_is_cleared(api: Api, whole_assistant: bool) -> None:
    assistant_id, thread_id = await filled(api)
    run_id = (await api.turn(thread_id, "y"))["run_id"]
    path = f"/assistants/{assistant_id}" if whole_assistant else f"/threads/{thread_id}"
    assert (await api.http.delete(path)).status_code == 200
    before = await rows(api)
    assert 0 not in before.values()
    for url in (f"/threads/{thread_id}", f"/threads/{thread_id}/runs/{run_id}/events"):
        assert (await api.http.get(url)).status_code == 404
    for answer in (
        await api.send(thread_id, "x"),
        await api.cancel(thread_id, run_id),
        await api.outputs(thread_id, run_id, {"c": "x"}),
        await api.http.delete(path),
    ):
        assert answer.status_code == 404
    for query in ("", "?include_messages=false"):
        assert (await api.http.get(f"/threads{query}")).json() == []
        of_assistant = await api.http.get(f"/assistants/{assistant_id}/threads{query}")
        assert (of_assistant.status_code, of_assistant.json()) in ((200, []), (404, {"detail": "Assistant not found"}))
    lines = [line async for line in export_account(api.services.store, "default")]
    assert not any(thread_id in line for line in lines)
    assert any(assistant_id in line for line in lines) is not whole_assistant
    assert await rows(api) == before
    # its key and the default assistant are free
    again = await api.post("/threads/messages", {"content": "x"}, idempotency_key="k")
    assert (again.status_code, again.headers.get("idempotency-replayed")) == (200, None)
    assert (again.json()["assistant_id"] != assistant_id) is whole_assistant
    new_id = again.json()["thread_id"]
    whole = await api.get(new_id)
    await clear_deleted(api.services.store)
    assert (await rows(api))["threads"] == 1
    assert (await rows(api))["messages"] == 2
    assert (await rows(api))["files"] == 0
    assert await api.get(new_id) == whole
    replayed = await api.post("/threads/messages", {"content": "x"}, idempotency_key="k")
    assert replayed.headers["idempotency-replayed"] == "true"


@BOTH_DATABASES
async def test_thread_of_another_account_stays(api: Api) -> None:
    await api.services.store.write(many_threads, "large", 3, 3)
    _, thread_id = await filled(api)
    whole = await api.get(thread_id)
    assert (await api.http.delete("/assistants/large")).status_code in (404, 422)
    await api.services.store.write(assistants.delete, "default", "large")
    await clear_deleted(api.services.store)
    assert [thread["thread_id"] for thread in (await api.http.get("/threads")).json()] == [thread_id]
    assert await api.get(thread_id) == whole


async def test_deletion_writes_few_rows_however_many_threads_there_are(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    changes = []
    for number in (1, 300):
        async with serving(tmp_path_factory.mktemp("large") / "threads.db") as api:
            await api.services.sweeper.stop()
            store = api.services.store
            assert isinstance(store, SqliteStore)
            await store.write(many_threads, "large", number, 3)
            before = store.writer.total_changes
            await store.write(assistants.delete, "default", "large")
            changes.append(store.writer.total_changes - before)
    assert changes == [1, 1]


async def test_each_piece_writes_a_bounded_number_of_rows(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clearing, "MAX_ROWS", 20)
    monkeypatch.setattr(clearing, "MAX_THREADS", 10)
    monkeypatch.setattr(clearing, "PAUSE_SECONDS", 0)
    async with serving(tmp_path_factory.mktemp("large") / "threads.db") as api:
        await api.services.sweeper.stop()
        store = api.services.store
        assert isinstance(store, SqliteStore)
        await store.write(many_threads, "large", 30, 2)
        await store.write(many_threads, "long", 1, 700)
        store.writer.executescript(MANY_OF_EACH)
        for assistant_id in ("large", "long"):
            await store.write(assistants.delete, "default", assistant_id)
        pieces: list[int] = []
        write, changed = store.write, store.writer.total_changes

        async def counting(*arguments: object) -> object:
            nonlocal changed
            result = await write(*arguments)  # type: ignore[arg-type]
            pieces.append(store.writer.total_changes - changed)
            changed = store.writer.total_changes
            return result

        monkeypatch.setattr(store, "write", counting)
        await clear_deleted(store)
        assert await rows(api) == dict.fromkeys(TABLES, 0)
        assert max(pieces) <= 2 * 20  # threads that are moved, and responses of their assistant
        assert len(pieces) > 10


@BOTH_DATABASES
async def test_expired_things_are_removed_in_pieces(api: Api) -> None:
    _, thread_id = await filled(api)
    for number in range(4):
        await api.send(thread_id, "x", key=str(number))
    store = api.services.store
    for transaction, total in ((idempotency_keys.delete_expired, 5), (event_log.delete_expired, 5)):
        more = [await store.write(transaction, now() + 1000, 2) for _ in range(3)]
        assert more == [True, True, False], total


@BOTH_DATABASES
async def test_deletion_that_was_cut_short_is_finished_after_a_restart(database: str) -> None:
    async with serving(database) as api:
        await api.services.sweeper.stop()
        await api.services.store.write(many_threads, "large", 5, 5)
        await api.services.store.write(assistants.delete, "default", "large")
        assert (await rows(api))["messages"] == 25
    async with serving(database) as api:
        await all_cleared(api)


@BOTH_DATABASES
async def test_server_clears_by_itself_after_a_deletion(database: str) -> None:
    async with serving(database) as api:
        assistant_id, thread_id = await filled(api)
        await api.http.delete(f"/threads/{thread_id}")
        await all_cleared(api)
        await api.thread(assistant_id)
        await api.http.delete(f"/assistants/{assistant_id}")
        await all_cleared(api)


async def test_clearing_stops_at_any_moment_of_a_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    """The notice of a deletion may come in the same pass of the event loop as the stop."""

    async def nothing(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(clearing, "sweep", nothing)
    monkeypatch.setattr(clearing, "clear_deleted", nothing)
    for passes in range(8):
        sweeper = clearing.Sweeper(create_autospec(Store, instance=True))
        for _ in range(8):
            await asyncio.sleep(0)
        sweeper.notify()
        for _ in range(passes):
            await asyncio.sleep(0)
        stop = asyncio.create_task(sweeper.stop())
        await asyncio.wait({stop}, timeout=60)
        assert stop.done(), passes


@pytest.mark.parametrize("moment", [0.0, 0.5, 1.0, 1.5])
def test_deletion_is_cleared_at_once_also_during_a_sweep(moment: float, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[float] = []

    async def work(*_: object, **__: object) -> None:
        await asyncio.sleep(1)
        ended.append(asyncio.get_running_loop().time())

    async def delete() -> None:
        sweeper = clearing.Sweeper(create_autospec(Store, instance=True))
        await asyncio.sleep(moment)
        deleted = asyncio.get_running_loop().time()
        sweeper.notify()
        await asyncio.sleep(clearing.INTERVAL_SECONDS / 2)
        assert any(end - deleted >= 1 for end in ended), "no clearing began after the deletion"
        await sweeper.stop()

    monkeypatch.setattr(clearing, "sweep", work)
    monkeypatch.setattr(clearing, "clear_deleted", work)
    run_in_virtual_time(delete())
