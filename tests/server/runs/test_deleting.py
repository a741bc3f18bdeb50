"""Deleted threads and assistants: all their rows go at once, and no late write restores any."""

import asyncio

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, eventually, hold, running, waiting_run
from tests.support.server.threads_api import Api
from threads_server.runs.live_runs import Stop
from threads_server.store import runs
from threads_server.store.clearing import clear_deleted

TABLES = ("assistants", "threads", "messages", "files", "runs", "run_events", "idempotency_keys")


async def rows(api: Api, table: str) -> int:
    """The rows of a table, after what is deleted was cleared."""
    await clear_deleted(api.services.store)
    counted = await api.services.store.read(lambda: (yield f"SELECT count(*) FROM {table}", ()))
    return int(counted[0][0]) - (table == "assistants")  # without that of deleted threads


async def fill(api: Api) -> tuple[str, str]:
    """An assistant and a thread with something in every table."""
    assistant_id = await api.assistant(tools=[WEATHER])
    made = await api.post(f"/assistants/{assistant_id}/threads", {}, idempotency_key=f"make-{assistant_id}")
    thread_id = made.json()["thread_id"]
    await api.http.post(f"/threads/{thread_id}/messages", files={"files": ("a", b"bytes")}, data={"content": "x"})
    async with api.stream(thread_id, "y", key=thread_id) as stream:
        await stream.rest()
    await api.turn(thread_id, "/call get_weather {}", key=f"waits-{thread_id}")
    return assistant_id, thread_id


@BOTH_DATABASES
async def test_thread_when_deleted_takes_all_its_rows(api: Api) -> None:
    _, thread_id = await fill(api)
    before = {table: await rows(api, table) for table in TABLES}
    assert 0 not in before.values()
    _, other = await fill(api)
    answer = await api.http.delete(f"/threads/{other}")
    assert (answer.status_code, answer.json()["thread_id"]) == (200, other)
    after = {table: await rows(api, table) for table in TABLES}
    assert after == {**before, "assistants": before["assistants"] + 1}
    for path in (f"/threads/{other}", f"/threads/{other}/runs/x/events"):
        assert (await api.http.get(path)).status_code == 404
    assert (await api.http.delete(f"/threads/{other}")).json() == {"detail": "Thread not found"}
    assert (await api.send(other, "x")).status_code == (await api.send(other, "y", key=other)).status_code == 404
    assert len(await api.history(thread_id)) == 6


@BOTH_DATABASES
async def test_assistant_when_deleted_takes_its_threads(api: Api) -> None:
    assistant_id, thread_id = await fill(api)
    more = await api.thread(assistant_id)
    await api.post("/assistants", {"name": "x"}, idempotency_key="k")
    answer = await api.http.delete(f"/assistants/{assistant_id}")
    assert (answer.status_code, answer.json()["assistant_id"]) == (200, assistant_id)
    left = {table: await rows(api, table) for table in TABLES}
    assert left == {**dict.fromkeys(TABLES, 0), "assistants": 1, "idempotency_keys": 1}
    for path in (f"/assistants/{assistant_id}", f"/threads/{thread_id}", f"/threads/{more}"):
        assert (await api.http.get(path)).status_code == 404


@pytest.mark.parametrize("deleted", ["threads", "assistants"])
async def test_key_of_what_is_deleted_replays_nothing_before_it_is_cleared(api: Api, deleted: str) -> None:
    await api.services.sweeper.stop()
    made = await api.post("/assistants", {"name": "Guide"}, idempotency_key="make")
    assistant_id = made.json()["assistant_id"]
    thread_id = await api.thread(assistant_id)
    requests = [(f"/threads/{thread_id}/messages", {"content": "x", "stream": stream}) for stream in (False, True)]
    for number, (path, body) in enumerate(requests):
        assert (await api.post(path, body, idempotency_key=str(number))).status_code == 200
    await api.http.delete(f"/{deleted}/{thread_id if deleted == 'threads' else assistant_id}")
    for number, (path, body) in enumerate(requests):
        assert (await api.post(path, body, idempotency_key=str(number))).status_code == 404
    again = await api.post("/assistants", {"name": "Guide"}, idempotency_key="make")
    assert (again.json() == made.json()) == (deleted == "threads")


@pytest.mark.parametrize("whole_assistant", [False, True])
@BOTH_DATABASES
async def test_run_of_a_deleted_thread_ends_and_stores_nothing(api: Api, whole_assistant: bool) -> None:
    await api.services.sweeper.stop()
    held = hold(api)
    assistant_id = await api.assistant()
    thread_id, streamed = await api.thread(assistant_id), await api.thread(assistant_id)
    sending, run_id = await running(api, thread_id)
    in_line = asyncio.create_task(api.send(thread_id, "in line"))
    await eventually(lambda: api.services.context.queues.is_waiting(("default", thread_id)))
    async with api.stream(streamed, "x") as stream, api.events(thread_id, run_id) as follower:
        await stream.until("content_streaming")
        await follower.until("content_streaming")
        at_work = [*api.services.context.runs.of_thread(thread_id), *api.services.context.runs.of_thread(streamed)]
        if whole_assistant:
            assert (await api.http.delete(f"/assistants/{assistant_id}")).status_code == 200
        else:
            for thread in (thread_id, streamed):
                assert (await api.http.delete(f"/threads/{thread}")).status_code == 200
        assert [event["type"] for event in await stream.rest()] == ["run_cancelled"]
        assert [event["type"] for event in await follower.rest()] == ["run_cancelled"]
    for answer in (await sending, await in_line):
        assert (answer.status_code, answer.json()) == (404, {"detail": "Thread not found"})
    held.go.set()
    assert {run.stopped for run in at_work} == {Stop.DELETED}  # told at once, before they look for themselves
    assert await api.services.store.read(runs.in_progress) == []
    for table in ("threads", "messages", "runs", "run_events"):
        assert await rows(api, table) == 0
    assert not api.services.context.runs


@BOTH_DATABASES
async def test_thread_with_a_waiting_run_can_be_deleted(api: Api) -> None:
    thread_id, run_id = await waiting_run(api)
    assert (await api.http.delete(f"/threads/{thread_id}")).status_code == 200
    assert (await api.outputs(thread_id, run_id, {"call_1": "x"})).status_code == 404
    assert (await api.cancel(thread_id, run_id)).status_code == 404


@BOTH_DATABASES
async def test_thread_deleted_while_its_run_ends_is_gone(api: Api) -> None:
    for _ in range(20):
        thread_id = await api.thread()
        sending = asyncio.create_task(api.send(thread_id, "/say a b c d"))
        await eventually(lambda: bool(api.services.context.runs.of_thread(thread_id)) or sending.done())  # noqa: B023
        deleted = await api.http.delete(f"/threads/{thread_id}")
        assert deleted.status_code == 200
        assert (await sending).status_code in (200, 404)
        assert (await api.http.get(f"/threads/{thread_id}")).status_code == 404
    assert await rows(api, "messages") == await rows(api, "runs") == 0
