"""Long threads: read whole where they are asked for, and without cost where they are not."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.server.builders import Held
from tests.support.server.threads_api import Api, serving
from threads_server.clock import now
from threads_server.ids import new_id
from threads_server.responders import Conversation, ReasoningDelta, Responder, ResponderEvent, TextDelta
from threads_server.responders.offline import OfflineResponder
from threads_server.runs.history_reader import LARGE_THREAD
from threads_server.runs.message_json import message_text
from threads_server.runs.states import RunState
from threads_server.store import threads
from threads_server.store.recent_history import read_recent
from threads_server.store.threads import NewMessage
from threads_server.store.transaction import Transaction


class Whole(Held):
    """A responder that needs all of a history."""

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        yield [TextDelta(str(len(conversation.messages)))]


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path / "threads.db") as api:
        yield api


async def lengthen(api: Api, thread_id: str, count: int) -> None:
    """Store `count` numbered user messages in a thread."""

    def fill() -> Transaction[None]:
        row = yield from threads.find("default", thread_id)
        texts = [
            message_text(new_id(), "user", str(number), RunState.COMPLETED, now(), None) for number in range(count)
        ]
        yield from threads.extend(row, [NewMessage(text) for text in texts], None, now())

    await api.services.store.write(fill)


@pytest.mark.parametrize("count", [LARGE_THREAD - 1, LARGE_THREAD, LARGE_THREAD + 1, 5_000])
async def test_history_of_any_length_is_whole_and_in_order(api: Api, count: int) -> None:
    thread_id = await api.thread()
    await lengthen(api, thread_id, count)
    answer = await api.http.get(f"/threads/{thread_id}")
    assert [message["content"] for message in answer.json()["messages"]] == [str(number) for number in range(count)]
    assert answer.headers["etag"] == f'"{count + 1}"'
    turn = await api.turn(thread_id, "and now?")
    assert turn["content"].startswith(f"I have seen {count + 1} messages")
    assert (await api.http.get("/threads")).json()[0]["messages"][-1]["content"] == turn["content"]


@pytest.mark.parametrize(
    ("responder", "count", "history"),
    [
        (OfflineResponder, LARGE_THREAD - 2, [("read_small", threads.history)]),
        (OfflineResponder, LARGE_THREAD, [("read_small", read_recent)]),
        (Whole, LARGE_THREAD, [("read_large", threads.message_texts)]),
    ],
)
async def test_history_of_a_large_thread_is_read_beside_the_event_loop_as_far_as_it_is_needed(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    responder: type[Responder],
    count: int,
    history: list[tuple[str, Any]],
) -> None:
    api.services.context.responder = responder()
    thread_id = await api.thread()
    await lengthen(api, thread_id, count)
    store, read = api.services.store, []

    def noted(name: str) -> Any:
        reading = getattr(store, name)

        def note(transaction: Any, *args: Any, **kwargs: Any) -> Any:
            read.append((name, transaction))
            return reading(transaction, *args, **kwargs)

        return note

    for name in ("read_small", "read_large"):
        monkeypatch.setattr(store, name, noted(name))
    await api.turn(thread_id, "x")
    assert [one for one in read if one[1] in (threads.history, threads.message_texts, read_recent)] == history


async def work(api: Api, *statements: threads.Transaction[object]) -> int:
    """How many steps the database takes for transactions that read."""
    reader = api.services.store.reader  # type: ignore[attr-defined]
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    reader.set_progress_handler(step, 1)
    for statement in statements:
        await api.services.store.read(lambda statement=statement: statement)
    reader.set_progress_handler(None, 1)
    return steps


async def test_turn_in_a_long_thread_reads_the_same(api: Api) -> None:
    steps = []
    for count in (10, 20_000):
        thread_id = await api.thread()
        await lengthen(api, thread_id, count)
        await api.turn(thread_id, "x", send_to_llm=False)
        number = (await api.services.store.read(threads.find, "default", thread_id)).thread
        steps.append(await work(api, read_recent(number, 0)))
    assert steps[1] == pytest.approx(steps[0], abs=10)


async def test_light_list_of_long_threads_costs_the_same(api: Api) -> None:
    assistant_id = await api.assistant()
    thread_ids = [await api.thread(assistant_id) for _ in range(20)]

    async def light() -> int:
        return await work(
            api,
            threads.light_page("default", None, 0, 10),
            threads.light_page("default", assistant_id, 5, 10),
        )

    before = await light()
    for thread_id in thread_ids:
        await lengthen(api, thread_id, 1_000)
    assert await light() == pytest.approx(before, rel=0.05)  # SQLite 3.46 takes some steps more the first time
    listed = (await api.http.get("/threads", params={"include_messages": False})).json()
    assert {thread["message_count"] for thread in listed} == {1_000}


async def test_message_to_a_long_thread_costs_the_same(api: Api) -> None:
    short, long = await api.thread(), await api.thread()
    await lengthen(api, long, 20_000)
    steps = {}
    writer = api.services.store.writer  # type: ignore[attr-defined]
    for thread_id in (short, long):
        counted = [0]

        def step(counted: list[int] = counted) -> int:
            counted[0] += 1
            return 0

        writer.set_progress_handler(step, 1)
        await api.turn(thread_id, "stored", send_to_llm=False)
        writer.set_progress_handler(None, 1)
        steps[thread_id] = counted[0]
    assert steps[long] == pytest.approx(steps[short], abs=30)


async def test_light_list_cuts_a_long_first_message(api: Api) -> None:
    thread_id = await api.thread()
    await api.turn(thread_id, "\U0001f600" * 300, send_to_llm=False)
    await api.turn(thread_id, "second", send_to_llm=False)
    [light] = (await api.http.get("/threads", params={"include_messages": False})).json()
    assert light["first_user_message"] == "\U0001f600" * 200
    assert json.dumps(light["messages"]) == "[]"


async def test_long_answer_takes_linear_time(api: Api) -> None:
    text = "word " * 150_000  # for the square of this, the time-out of the tests is too short
    thread_id = await api.thread()
    assert (await api.turn(thread_id, f"/say {text}"))["content"] == text


async def test_long_reasoning_is_sent_in_growing_parts(api: Api) -> None:
    class Thinker(Held):
        async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
            for _ in range(20_000):
                yield [ReasoningDelta("hm ")]
            yield [TextDelta("So be it.")]

    api.services.context.responder = Thinker()
    thread_id = await api.thread()
    async with api.stream(thread_id, "think") as stream:
        events = await stream.rest()
    thoughts = [event for event in events if event["type"] == "reasoning_streaming"]
    assert "".join(event["content"] for event in thoughts) == thoughts[-1]["accumulated_reasoning"] == "hm " * 20_000
    assert sum(len(event["accumulated_reasoning"]) for event in thoughts) < 50 * 60_000
    assert [event["type"] for event in events[-3:]] == ["reasoning_ended", "content_streaming", "run_ended"]
