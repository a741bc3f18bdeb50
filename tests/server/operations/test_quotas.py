"""Quotas of an account, and retention: what is refused with 413, and what is deleted by itself."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.support.clocks import set_clock
from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER
from tests.support.server.threads_api import Api, another_account, serving
from threads_server.clock import now
from threads_server.errors import HTTPError
from threads_server.operations import quotas
from threads_server.store import retention
from threads_server.store.clearing import sweep
from threads_server.store.transaction import one
from threads_server.store.usage import Usage

DAY = 24 * 60 * 60 * 1000


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for each measurement, however slow the machine is, and measure whenever something is refused."""
    monkeypatch.setattr(quotas, "MEASURE_WAIT_SECONDS", 600)
    monkeypatch.setattr(quotas, "MEASURING_SHARE", 0)


@BOTH_DATABASES
async def test_quota_of_threads_is_413_until_one_is_deleted(database: str) -> None:
    async with serving(database, account_threads=3) as api:
        assistant_id = await api.assistant()
        path = f"/assistants/{assistant_id}/threads"
        for number in range(3):
            thread = await api.post(path, {}, idempotency_key=f"key-{number}")
        for refused in (await api.post(path, {}), await api.post("/threads/messages", {"content": "x"})):
            assert refused.status_code == 413
            assert refused.json()["detail"].startswith("The account may store 3 threads")
        assert (await api.post(path, {}, idempotency_key="key-2")).content == thread.content
        assert (await api.send(thread.json()["thread_id"], "x")).status_code == 200
        async with another_account(api) as other:
            await other.thread()
        await api.http.delete(f"/threads/{thread.json()['thread_id']}")

        async with asyncio.timeout(600):
            while (await api.post(path, {})).status_code == 413:  # noqa: ASYNC110 - measurements have pauses
                await asyncio.sleep(0.01)
        assert len((await api.http.get("/threads")).json()) == 3


async def test_quota_of_messages_is_413_but_a_run_goes_on(tmp_path: Path) -> None:
    async with serving(tmp_path / "threads.db", account_messages=2) as api:
        thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
        turn = await api.turn(thread_id, "/call get_weather {}")
        assert (await api.outputs(thread_id, turn["run_id"], {"call_1": "dry"})).status_code == 200
        refused = await api.send(thread_id, "x")
        assert (refused.status_code, len(await api.history(thread_id))) == (413, 4)
        assert refused.json()["detail"].startswith("The account may store 2 messages")
        await api.thread()


@pytest.mark.parametrize(("content", "file"), [("x", b"x" * 2_500), ("\U0001f642" * 625, b"x")])
async def test_quota_of_bytes_counts_messages_and_files(tmp_path: Path, content: str, file: bytes) -> None:
    async with serving(tmp_path / "threads.db", account_bytes=4_000) as api:
        path, data = f"/threads/{await api.thread()}/messages", {"content": content, "send_to_llm": "false"}
        sent = [await api.http.post(path, data=data, files={"files": ("f", file)}) for _ in range(2)]
        assert [answer.status_code for answer in sent] == [200, 413]
        assert sent[1].json()["detail"].startswith("The account may store 4000 bytes")


async def test_what_is_stored_while_an_account_is_measured_counts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "MEASURE_WAIT_SECONDS", 0)
    found, over = iter([Usage(), *[Usage(threads=2)] * 9]), asyncio.Event()

    async def measure(*_: object) -> Usage:
        at_the_beginning = next(found)
        await over.wait()
        return at_the_beginning

    monkeypatch.setattr(quotas, "measure", measure)
    no_store: Any = None
    counted = quotas.Quotas(no_store, Usage(threads=2))
    for _ in range(2):
        await counted.check("a", Usage(threads=1), None)
    over.set()
    for _ in range(9):
        await asyncio.sleep(0)
    with pytest.raises(HTTPError):
        await counted.check("a", Usage(threads=1), None)


@BOTH_DATABASES
async def test_threads_unused_for_too_long_are_deleted(
    database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(retention, "PIECE_THREADS", 2)
    async with serving(database) as api:
        await api.services.sweeper.stop()
        store, assistant_id = api.services.store, await api.assistant()
        old = [await api.thread(assistant_id) for _ in range(5)]
        set_clock(monkeypatch, now() + 10 * DAY)
        await api.turn(old[1], "used again")
        new = await api.thread(assistant_id)
        assert await store.write(retention.delete_unused, [2], now() - 9 * DAY) == 0  # used since it was looked at
        await sweep(store)
        assert len(await listed(api)) == 6
        with caplog.at_level("INFO", "threads_server"):
            await sweep(store, retain_days=9)
            await sweep(store, retain_days=9)
        assert await listed(api) == [new, old[1]]
        assert caplog.messages == ["deleted 4 threads that nobody changed for 9 days"]
        assert await store.read(one, "SELECT count(*) FROM threads") == (2,)


async def listed(api: Api) -> list[str]:
    return [thread["thread_id"] for thread in (await api.http.get("/threads")).json()]
