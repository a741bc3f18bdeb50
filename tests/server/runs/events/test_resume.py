"""Resuming a stream: the events of a run from any number on, while it goes on and after its end."""

import asyncio
import itertools
import json
from typing import Any

import pytest

from tests.support.clocks import set_clock
from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import WEATHER, eventually, hold, running, waiting_run
from tests.support.server.threads_api import Api, Event, serving
from threads_server.clock import now
from threads_server.store import StoreUnavailable, event_log
from threads_server.store.clearing import sweep
from threads_server.store.transaction import one


def numbered(events: list[Event]) -> list[tuple[str | None, Event]]:
    return [(event.id, event) for event in events]


async def test_resume_from_any_event_gives_the_rest(api: Api) -> None:
    thread_id = await api.thread()
    async with api.stream(thread_id, "/say one two three") as stream:
        events = await stream.rest()
    run_id = events[0]["run_id"]
    for place in range(len(events) + 1):
        async with api.events(thread_id, run_id, events[place - 1].id if place else None) as stream:
            assert numbered(await stream.rest()) == numbered(events[place:])
    async with api.events(thread_id, run_id, "99999999999999999999") as stream:
        assert await stream.rest() == []


@pytest.mark.parametrize("working", [0, 1, 3])
@BOTH_DATABASES
async def test_log_has_each_event_once_though_writes_failed(
    api: Api, monkeypatch: pytest.MonkeyPatch, working: int
) -> None:
    """Of three writes one works, or none: the run's end writes what is left."""
    thread_id, store, tries = await api.thread(), api.services.store, itertools.count(1)
    write, api.services.context.log_interval = store.write, 0.01

    async def often_away(doing: Any, *args: Any, **kwargs: Any) -> Any:
        if doing is event_log.append and next(tries) % 3 != working:
            raise StoreUnavailable("away")
        return await write(doing, *args, **kwargs)

    monkeypatch.setattr(store, "write", often_away)
    async with api.stream(thread_id, "/slow 5 abcde") as stream:
        events = await stream.rest()
    assert next(tries) > 3
    async with api.events(thread_id, events[0]["run_id"]) as stream:
        assert numbered(await stream.rest()) == numbered(events)


async def test_log_has_the_events_that_came_during_a_write(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    store, held, written, go_on = api.services.store, hold(api), asyncio.Event(), asyncio.Event()
    write, api.services.context.log_interval = store.write, 0.01

    async def slow(doing: Any, *args: Any, **kwargs: Any) -> Any:
        result = await write(doing, *args, **kwargs)
        if doing is event_log.append:
            written.set()
            await go_on.wait()
        return result

    monkeypatch.setattr(store, "write", slow)
    thread_id = await api.thread()
    sending, run_id = await running(api, thread_id)
    await written.wait()
    held.go.set()
    [live] = api.services.context.runs.of_thread(thread_id)
    await eventually(lambda: len(live.lines) == 4)
    go_on.set()
    await sending
    async with api.events(thread_id, run_id) as stream:
        assert [event.id for event in await stream.rest()] == ["1", "2", "3", "4", "5"]


async def test_resume_of_a_cut_stream_goes_on_after_its_last_event(api: Api) -> None:
    held = hold(api)
    thread_id = await api.thread()
    async with api.stream(thread_id, "x") as stream:
        seen = await stream.until("content_streaming")
    async with api.events(thread_id, seen[0]["run_id"], seen[-1].id) as stream:
        held.go.set()
        rest = await stream.rest()
    async with api.events(thread_id, seen[0]["run_id"]) as stream:
        assert numbered(await stream.rest()) == numbered(seen + rest)
    assert rest[-1]["type"] == "run_ended"


async def test_event_streams_of_one_run_are_the_same(api: Api) -> None:
    held = hold(api)
    thread_id = await api.thread()
    sending, run_id = await running(api, thread_id)
    async with api.events(thread_id, run_id) as first, api.events(thread_id, run_id, "2") as second:
        seen = [await first.until("content_streaming"), await second.until("content_streaming")]
        held.go.set()
        everything = seen[0] + await first.rest()
        assert seen[1] + await second.rest() == everything[2:]
    assert (await sending).json()["content"] == "first last"


async def test_turn_that_was_not_streamed_has_events(api: Api) -> None:
    thread_id = await api.thread()
    turn = await api.turn(thread_id, "/say hello")
    async with api.events(thread_id, turn["run_id"]) as stream:
        kinds = [event["type"] for event in await stream.rest()]
    assert kinds == ["user_message", "run_started", "content_streaming", "run_ended"]


async def test_events_of_a_run_with_tools_are_numbered_consecutively(api: Api) -> None:
    thread_id, run_id = await waiting_run(api)
    async with api.events(thread_id, run_id) as stream:
        waiting = await stream.rest()
    assert waiting[-1]["type"] == "tool_submit_required"
    await api.outputs(thread_id, run_id, {"call_1": "dry"})
    async with api.events(thread_id, run_id) as stream:
        events = await stream.rest()
    assert numbered(events[: len(waiting)]) == numbered(waiting)
    assert events[-1]["type"] == "run_ended"
    assert [event.id for event in events] == [str(number) for number in range(1, len(events) + 1)]


async def test_event_stream_goes_on_after_tool_outputs(api: Api) -> None:
    thread_id = await api.thread(await api.assistant(tools=[WEATHER]))
    turn = await api.turn(thread_id, "/call get_weather {}")
    held = hold(api)
    outputs = await api.outputs(thread_id, turn["run_id"], {}, stream=True)
    assert outputs.status_code == 422
    async with api.http.stream(
        "POST",
        f"/threads/{thread_id}/runs/{turn['run_id']}/submit-tool-outputs?stream=true",
        json={"tool_outputs": [{"tool_call_id": "call_1", "output": "dry"}]},
    ) as response:
        assert response.status_code == 200
        async with api.events(thread_id, turn["run_id"]) as stream:
            events = await stream.until("content_streaming")
            held.go.set()
            events += await stream.rest()
    assert [event["type"] for event in events].count("tool_submit_required") == 1
    assert events[-1]["type"] == "run_ended"


async def test_resume_after_a_restart_gives_the_rest(database: str) -> None:
    async with serving(database) as api:
        thread_id = await api.thread()
        async with api.stream(thread_id, "/say one two") as stream:
            events = await stream.rest()
    async with serving(database) as api, api.events(thread_id, events[0]["run_id"], "3") as stream:
        assert numbered(await stream.rest()) == numbered(events[3:])


@BOTH_DATABASES
async def test_event_log_is_short_and_one_of_version_0_1_is_read(api: Api) -> None:
    thread_id = await api.thread()
    async with api.stream(thread_id, "/say one two") as stream:
        events = await stream.rest()
    run_id = events[0]["run_id"]
    [(lines,)] = await api.services.store.read(lambda: (yield "SELECT lines FROM run_events", ()))
    assert lines.split("\n")[2:4] == ['"one "', '"two"']
    whole = "\n".join(json.dumps(event, separators=(",", ":")) for event in events)  # as it was kept before
    await api.services.store.write(lambda: one("UPDATE run_events SET lines = ?", whole))
    async with api.events(thread_id, run_id) as stream:
        assert numbered(await stream.rest()) == numbered(events)


@BOTH_DATABASES
async def test_event_log_after_24_hours_is_404(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    thread_id = await api.thread()
    run_id = (await api.turn(thread_id, "x"))["run_id"]
    start = now()
    for hours, status in ((23.9, 200), (24.1, 404)):
        set_clock(monkeypatch, start + int(hours * 3_600_000))
        answer = await api.http.get(f"/threads/{thread_id}/runs/{run_id}/events")
        assert answer.status_code == status
        await sweep(api.services.store)
    rows = await api.services.store.read(lambda: (yield "SELECT count(*) FROM run_events", ()))
    assert rows == [(0,)]
    assert (await api.cancel(thread_id, run_id)).json()["cancelled"] is False
