"""Races: callers that disconnect while a run begins, late ends, early answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import eventually, hold, running, waiting_run
from tests.support.server.threads_api import Api, serving, unconfirm
from threads_server.clock import now
from threads_server.runs.states import RunState
from threads_server.runs.turn_settings import TurnSettings
from threads_server.runs.turns import SendMessage, TurnEvents
from threads_server.store import StoreUnavailable, event_log, runs
from threads_server.store.runs import Ending
from threads_server.store.threads import NewMessage
from threads_server.store.turns import begin_turn


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path / "threads.db") as api:
        yield api


class Delaying:
    """Gate that holds transactions of one kind until `go`; the first `away` of them fail with StoreUnavailable."""

    def __init__(self, api: Api, transaction: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
        self.go = asyncio.Event()
        self.came = 0
        self.away = 0
        """Number of first transactions that fail with StoreUnavailable."""
        store = api.services.store
        write = store.write

        async def delayed(doing: Any, *args: Any, **kwargs: Any) -> Any:
            if doing is transaction:
                self.came += 1
                if self.came <= self.away:
                    raise StoreUnavailable("The store cannot be reached: it is away")
                await self.go.wait()
            return await write(doing, *args, **kwargs)

        monkeypatch.setattr(store, "write", delayed)


def sending(thread_id: str, content: str) -> SendMessage:
    return SendMessage(
        account="default",
        thread_id=thread_id,
        assistant_id=None,
        fresh_assistant=None,
        content=content,
        files=(),
        metadata=None,
        streamed=False,
        send_to_llm=True,
        settings=TurnSettings(),
        tools=None,
        unsupported=[],
        idempotency=None,
        check_version=None,
    )


def ending(content: str) -> Ending:
    return Ending(RunState.COMPLETED, [NewMessage(f'"{content}"')], 50, ["{}"], "{}")


async def test_nothing_is_answered_before_it_is_stored(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    delaying = Delaying(api, runs.end_segment, monkeypatch)
    plain, streamed = await api.thread(), await api.thread()
    sent = asyncio.create_task(api.send(plain, "/say x"))
    async with api.stream(streamed, "/say x") as stream:
        await stream.until("content_streaming")
        rest = asyncio.create_task(stream.rest())
        await eventually(lambda: delaying.came == 2)
        await asyncio.sleep(0.1)
        assert not sent.done()
        assert not rest.done()
        assert len(await api.history(plain)) == len(await api.history(streamed)) == 1
        delaying.go.set()
        assert [event["type"] for event in await rest] == ["run_ended"]
    assert (await sent).json()["content"] == "x"


async def test_first_events_of_a_stream_are_sent_before_its_answer_is_made(api: Api) -> None:
    turn = await api.services.turns.send(replace(sending(await api.thread(), "/say x y"), streamed=True))
    assert isinstance(turn, TurnEvents)
    batches = [[json.loads(line)["type"] for _, line in batch] async for batch in turn.events]
    assert batches[0] == ["user_message", "run_started"]
    assert [kind for batch in batches[1:] for kind in batch] == ["content_streaming", "content_streaming", "run_ended"]


async def test_run_ends_after_a_short_outage_of_the_store(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    delaying = Delaying(api, runs.end_segment, monkeypatch)
    delaying.away = 2
    delaying.go.set()
    assert (await api.turn(await api.thread(), "/say x"))["content"] == "x"


async def test_events_whose_commit_was_not_confirmed_are_written_once(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = unconfirm(api, event_log.append, monkeypatch)
    held = hold(api)
    thread_id = await api.thread()
    sent, run_id = await running(api, thread_id)
    await written.wait()
    held.go.set()
    assert (await sent).json()["content"] == "first last"
    async with api.events(thread_id, run_id) as stream:
        assert [event.id for event in await stream.rest()] == ["1", "2", "3", "4", "5"]


async def test_long_outage_of_the_store_is_503_and_the_run_ends_afterwards(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    delaying = Delaying(api, runs.end_segment, monkeypatch)
    delaying.away = 4
    thread_id = await api.thread()
    answer = await api.send(thread_id, "/say x", key="k")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    delaying.go.set()
    while (again := await api.send(thread_id, "/say x", key="k")).status_code == 503:  # noqa: ASYNC110 - over HTTP
        await asyncio.sleep(0.1)
    assert (again.status_code, again.json()["content"]) == (200, "x")
    assert await api.history(thread_id) == [("user", "/say x"), ("assistant", "x")]


async def test_events_of_a_run_whose_end_is_not_stored_yet_are_503_until_it_is(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    delaying = Delaying(api, runs.end_segment, monkeypatch)
    delaying.away = 3
    thread_id = await api.thread()
    async with api.stream(thread_id, "/say x", key="k") as stream:
        cut = await stream.rest()
    assert [event["type"] for event in cut] == ["user_message", "run_started", "content_streaming"]
    path = f"/threads/{thread_id}/runs/{cut[0]['run_id']}/events"
    body = {"content": "/say x", "stream": True}
    resumed = await api.http.get(path, headers={"Last-Event-ID": "3"})
    replayed = await api.post(f"/threads/{thread_id}/messages", body, Idempotency_Key="k")
    assert [(answer.status_code, answer.headers["retry-after"]) for answer in (resumed, replayed)] == [(503, "1")] * 2
    delaying.go.set()
    while (resumed := await api.http.get(path, headers={"Last-Event-ID": "3"})).status_code == 503:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    assert [line for line in resumed.text.splitlines() if line.startswith("id:")] == ["id: 4"]
    assert '"run_ended"' in resumed.text


async def test_caller_that_leaves_while_its_run_begins_leaves_no_thread_locked(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id = await api.thread()
    for _ in range(10):
        task = asyncio.create_task(api.services.turns.send(sending(thread_id, "/say x")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
    await eventually(lambda: not api.services.context.runs)
    assert (await api.turn(thread_id, "/say on"))["content"] == "on"
    contents = [content for _, content in await api.history(thread_id)]
    assert contents == ["/say x", "x"] * ((len(contents) - 2) // 2) + ["/say on", "on"]
    assert len(contents) > 2


async def test_run_begun_while_its_caller_left_can_be_cancelled(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    held = hold(api)
    delaying = Delaying(api, begin_turn, monkeypatch)
    thread_id = await api.thread()
    caller = asyncio.create_task(api.services.turns.send(sending(thread_id, "x")))
    await eventually(lambda: delaying.came == 1)
    caller.cancel()
    await asyncio.wait([caller])
    delaying.go.set()
    await eventually(lambda: held.asked == ["x"])
    [live] = api.services.context.runs.of_thread(thread_id)
    assert (await api.cancel(thread_id, live.run_id)).json()["cancelled"] is True
    assert await api.history(thread_id) == [("user", "x"), ("assistant", "first ")]


async def test_late_end_of_a_run_changes_nothing(api: Api) -> None:
    hold(api)
    store = api.services.store
    thread_id, other = await api.thread(), await api.thread()
    first, cancelled = await running(api, thread_id)
    second, deleted = await running(api, other)
    await api.cancel(thread_id, cancelled)
    await api.http.delete(f"/threads/{other}")
    await asyncio.gather(first, second)
    before = await api.get(thread_id)
    for run_id in (cancelled, deleted, "run_of_nobody"):
        assert await store.write(runs.end_segment, run_id, 1, ending("late"), [], now()) is None
        assert await store.write(event_log.append, run_id, 1, 60, ["{}"]) is False
    assert await api.get(thread_id) == before
    assert (await api.http.get(f"/threads/{other}")).status_code == 404
    rows = await store.read(lambda: (yield "SELECT count(*) FROM run_events WHERE first_event >= 50", ()))
    assert rows == [(0,)]


async def test_end_of_an_earlier_segment_changes_nothing(api: Api) -> None:
    thread_id, run_id = await waiting_run(api)
    hold(api)
    submitting = asyncio.create_task(api.outputs(thread_id, run_id, {"call_1": "x"}))
    await eventually(lambda: bool(api.services.context.runs.of_thread(thread_id)))
    store = api.services.store
    assert await store.write(runs.end_segment, run_id, 1, ending("late"), [], now()) is None
    assert await store.write(event_log.append, run_id, 1, 60, ["{}"]) is False
    await api.cancel(thread_id, run_id)
    assert (await submitting).json()["status"] == "CANCELLED"


async def test_commit_comes_before_its_acknowledgement(api: Api) -> None:
    seen: list[bool] = []
    inserted = False
    writer = api.services.store.writer  # type: ignore[attr-defined]
    sent: list[asyncio.Future[Any]] = []

    def look(statement: str) -> None:
        nonlocal inserted
        inserted = inserted or statement.startswith("INSERT INTO messages")
        if statement == "COMMIT" and inserted:  # not that of a sweep
            seen.append(sent[-1].done())
            inserted = False

    thread_id = await api.thread()
    writer.set_trace_callback(look)
    for number in range(5):
        sent.append(asyncio.ensure_future(api.send(thread_id, str(number), send_to_llm=False)))
        await sent[-1]
    assert seen == [False] * 5
