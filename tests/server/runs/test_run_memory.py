"""Bounds of what runs have in memory: histories, events and replies."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import Held, eventually, running
from tests.support.server.threads_api import Api
from threads_server.responders import Conversation, ReasoningDelta, ResponderEvent, TextDelta
from threads_server.runs import history_reader, live_runs
from threads_server.runs.events import ends_stream
from threads_server.runs.live_runs import KEPT_BYTES, LINE_BYTES, LiveRun
from threads_server.runs.log_writer import UNLOGGED_BYTES
from threads_server.runs.run_segment import YIELD_EVERY
from threads_server.store import threads

MUCH = 100_000
"""Bytes that an account may not have in memory."""


@pytest.fixture
def little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_runs, "LIVE_BYTES", (MUCH - 1, 100 * MUCH))
    monkeypatch.setattr(live_runs, "ROOM_POLL_SECONDS", 0)


class Saying(Held):
    """A responder that yields what it is given, and waits then."""

    def __init__(self, *first: ResponderEvent) -> None:
        super().__init__()
        self._first = first

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        self.asked.append(conversation.messages[-1]["content"])
        yield [*self._first, TextDelta("said")]
        await self.go.wait()


@pytest.mark.usefixtures("little_room")
@pytest.mark.parametrize("memory", ["history", "reply", "reasoning", "events"])
async def test_run_waits_while_others_of_its_account_have_too_much_in_memory(api: Api, memory: str) -> None:
    events: dict[str, list[ResponderEvent]] = {
        "reply": [TextDelta("x" * (MUCH // 4))],
        "reasoning": [ReasoningDelta("x" * (MUCH // 4))],
        "events": [TextDelta("x")] * (MUCH // LINE_BYTES),
    }
    held = api.services.context.responder = Saying(*events.get(memory, ()))
    first, second = await api.thread(), await api.thread()
    if memory == "history":
        await api.send(first, "x" * MUCH, send_to_llm=False)
    oldest, _ = await running(api, first, "oldest")
    later = asyncio.create_task(api.send(second, "later"))
    await eventually(lambda: any(live.task for live in api.services.context.runs.of_thread(second)))
    for _ in range(100):
        await asyncio.sleep(0)
    assert held.asked == ["oldest"]
    held.go.set()
    await asyncio.gather(oldest, later)
    assert held.asked == ["oldest", "later"]


@BOTH_DATABASES
async def test_large_histories_of_an_account_are_read_one_at_a_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """15 turns in threads of 20 MB, begun at once, took 463 MB."""
    monkeypatch.setattr(history_reader, "LARGE_THREAD", 0)
    held = api.services.context.responder = Saying()
    held.go.set()
    thread_ids = [await api.thread() for _ in range(3)]
    read_large, reading, most = api.services.store.read_large, 0, 0

    async def counted(transaction: Any, *args: Any) -> Any:
        nonlocal reading, most
        reading += transaction is threads.message_texts
        most = max(most, reading)
        try:
            return await read_large(transaction, *args)
        finally:
            reading -= transaction is threads.message_texts

    monkeypatch.setattr(api.services.store, "read_large", counted)
    await asyncio.gather(*(api.turn(thread_id, "x") for thread_id in thread_ids))
    assert most == 1


class Fast(Held):
    """A responder that never waits for what becomes of 10 MB of its text."""

    def __init__(self, runs: live_runs.Runs) -> None:
        super().__init__()
        self._runs = runs
        self.most = 0

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        yield [TextDelta("first")]
        await self.go.wait()
        [live] = self._runs.responding()
        for _ in range(40):
            yield [TextDelta("x" * 1000)] * YIELD_EVERY
            self.most = max(self.most, live.lines_size)


@BOTH_DATABASES
async def test_events_in_the_log_are_let_go_and_readers_behind_get_them_from_there(api: Api) -> None:
    """900 unread streams of 1 MB took 376 MB: each reader kept the events of its run."""
    runs = api.services.context.runs
    fast = api.services.context.responder = Fast(runs)
    sending, _ = await running(api, thread_id := await api.thread())
    [live] = runs.of_thread(thread_id)
    slow, quick = runs.follow_segment(live), asyncio.create_task(read(runs, live))
    [(_, opening), *_] = await anext(slow)
    assert opening.startswith('{"type":"user_message"')
    fast.go.set()
    await sending
    assert live.lines == []
    assert fast.most <= UNLOGGED_BYTES + 2 * YIELD_EVERY * (1000 + LINE_BYTES)
    rest = [event async for batch in slow for event in batch]
    events = await quick
    assert [number for number, _ in events] == list(range(1, 40 * YIELD_EVERY + 5))
    assert events[-len(rest) :] == rest
    assert ends_stream(rest[-1][1])


async def read(runs: live_runs.Runs, live: LiveRun) -> list[tuple[int, str]]:
    return [event async for batch in runs.follow_segment(live) for event in batch]


async def test_few_events_stay_in_memory_for_their_readers(api: Api) -> None:
    held = api.services.context.responder = Saying()
    sending, _ = await running(api, thread_id := await api.thread())
    [live] = api.services.context.runs.of_thread(thread_id)
    held.go.set()
    await sending
    assert [number for number, _ in await read(api.services.context.runs, live)] == [1, 2, 3, 4]
    assert len(live.lines) == 4
    assert live.lines_size < KEPT_BYTES
