"""Commits per request: keys, versions and event logs take no commit of their own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import WEATHER, eventually, hold, running
from tests.support.server.threads_api import Api, serving


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path / "threads.db") as api:
        await api.services.sweeper.stop()
        yield api


class Commits:
    """Counter of the writer thread's commits that change anything."""

    def __init__(self, api: Api) -> None:
        self.count = 0
        self._changed = False
        api.services.store.writer.set_trace_callback(self._note)  # type: ignore[attr-defined]

    def _note(self, statement: str) -> None:
        if statement.startswith("BEGIN"):
            self._changed = False
        elif statement.startswith(("INSERT", "UPDATE", "DELETE")):
            self._changed = True
        elif statement == "COMMIT" and self._changed:
            self.count += 1

    async def of(self, doing: Awaitable[Any]) -> int:
        before = self.count
        await doing
        return self.count - before


@pytest.mark.parametrize("key", [None, "k"])
async def test_each_request_costs_what_it_must(api: Api, key: str | None) -> None:
    headers = {} if key is None else {"idempotency_key": key}
    assistant_id = await api.assistant(tools=[WEATHER])
    thread_id = await api.thread(assistant_id)
    path = f"/threads/{thread_id}/messages"
    api.services.context.log_interval = 3_600  # a slow turn would commit its events before its end
    commits = Commits(api)

    def named(number: int) -> dict[str, str]:
        return {name: f"{value}-{number}" for name, value in headers.items()}

    assert await commits.of(api.post("/assistants", {"name": "x"}, **named(1))) == 1
    assert await commits.of(api.post(f"/assistants/{assistant_id}/clone", {}, **named(2))) == 1
    assert await commits.of(api.post(f"/assistants/{assistant_id}/threads", {}, **named(3))) == 1
    stored = {"content": "x", "send_to_llm": False}
    assert await commits.of(api.post(path, stored, **named(4), if_match="*")) == 1
    assert await commits.of(api.post(path, {**stored, "stream": True}, **named(5))) == 1
    assert await commits.of(api.post("/threads/messages", stored, **named(6))) == 1
    # a run is known before it is answered, and so a turn is two
    assert await commits.of(api.post(path, {"content": "x"}, **named(7))) == 2
    assert await commits.of(api.post(path, {"content": "x", "stream": True}, **named(8))) == 2
    assert await commits.of(api.post(path, {"content": "/call get_weather {}"}, **named(9))) == 2
    run_id = (await api.get(thread_id))["messages"][-1]["metadata_"]["run_id"]
    outputs = {"tool_outputs": [{"tool_call_id": "call_1", "output": "x"}]}
    submit = f"/threads/{thread_id}/runs/{run_id}/submit-tool-outputs"
    assert await commits.of(api.post(submit, outputs, **named(10))) == 2
    await api.post(path, {"content": "/call get_weather {}"})
    run_id = (await api.get(thread_id))["messages"][-1]["metadata_"]["run_id"]
    assert await commits.of(api.cancel(thread_id, run_id, **named(11))) == 1


@pytest.mark.parametrize("key", [None, "k"])
async def test_run_at_work_is_cancelled_by_its_own_end(api: Api, key: str | None) -> None:
    api.services.context.log_interval = 3_600
    hold(api)
    thread_id = await api.thread()
    sending, run_id = await running(api, thread_id)
    commits = Commits(api)
    assert await commits.of(api.cancel(thread_id, run_id, **({} if key is None else {"idempotency_key": key}))) == 1
    await sending


async def test_reading_and_repeating_cost_nothing(api: Api) -> None:
    thread_id = await api.thread()
    turn = (await api.send(thread_id, "x", key="k")).json()
    reader = api.services.store.reader  # type: ignore[attr-defined]

    def version() -> int:
        """Another one after every commit that has written anything."""
        return int(reader.execute("PRAGMA data_version").fetchone()[0])

    reads: list[Callable[[], Awaitable[Any]]] = [
        lambda: api.get(thread_id),
        lambda: api.http.get("/threads"),
        lambda: api.send(thread_id, "x", key="k"),
        lambda: api.cancel(thread_id, turn["run_id"]),
        lambda: api.http.get(f"/threads/{thread_id}/runs/{turn['run_id']}/events"),
    ]
    for read in reads:
        before = version()
        await read()
        assert version() == before


async def test_events_that_come_slowly_are_written_many_at_a_time(api: Api) -> None:
    thread_id = await api.thread()
    commits = Commits(api)
    sending = asyncio.create_task(api.send(thread_id, "/slow 4 abcd"))
    await eventually(sending.done)
    assert commits.count <= 2 + 4
