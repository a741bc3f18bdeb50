"""Events that a reader has not read yet: they are handed out in bounded batches, from memory and from the log."""

import json
from pathlib import Path

import pytest

from tests.support.server.builders import hold, running
from tests.support.server.threads_api import Api, serving
from threads_server.runs.events import NumberedEvent
from threads_server.runs.live_runs import BATCH_CHARACTERS, BATCH_EVENTS, LiveRun
from threads_server.store import event_log
from threads_server.store.event_log import PAGE_ROWS, ROW_CHARACTERS, ROW_EVENTS
from threads_server.store.transaction import Transaction, every, one

LONG = PAGE_ROWS * ROW_EVENTS + 1_500


async def batches(api: Api, run_id: str, after: int = 0) -> list[list[NumberedEvent]]:
    return [list(batch) async for batch in api.services.context.runs.follow(run_id, after)]


def check(read: list[list[NumberedEvent]], after: int, last: int) -> None:
    assert max(len(batch) for batch in read) <= BATCH_EVENTS
    assert [number for batch in read for number, _ in batch] == list(range(after + 1, last + 1))


async def long_run(api: Api) -> tuple[str, int]:
    """A run with many events, and the number of its last one."""
    turn = await api.turn(await api.thread(), "/say " + "w " * LONG)
    return turn["run_id"], LONG + 3


@pytest.mark.parametrize("after", [0, 1, ROW_EVENTS - 1, ROW_EVENTS, ROW_EVENTS + 700, LONG + 2])
async def test_log_of_a_long_run_is_read_in_batches(tmp_path: Path, after: int) -> None:
    async with serving(tmp_path / "threads.db") as api:
        run_id, last = await long_run(api)
        check(await batches(api, run_id, after), after, last)


async def test_log_of_one_wide_row_is_read_in_batches(tmp_path: Path) -> None:
    """As version 0.1 wrote it."""
    async with serving(tmp_path / "threads.db") as api:
        run_id, last = await long_run(api)

        def widen() -> Transaction[None]:
            lines = yield from event_log.read_all(run_id)
            yield from every("DELETE FROM run_events")
            yield from one(
                "INSERT INTO run_events (run_id, first_event, last_event, lines) VALUES (?, 1, ?, ?)",
                *(run_id, last, "\n".join(lines)),
            )

        await api.services.store.write(widen)
        check(await batches(api, run_id, 5), 5, last)


async def test_backlog_of_a_live_run_is_read_in_batches() -> None:
    live = LiveRun("account", "run", "thread", segment=1, first=11)
    live.emit(*map(json.dumps, map(str, range(3 * BATCH_EVENTS + 5))))
    live.close()
    read = [batch async for batch in live.follow(10)]
    check(read, 10, 10 + 3 * BATCH_EVENTS + 5)
    assert json.loads(read[0][0][1])["content"] == "0"


async def test_backlog_of_large_events_is_read_in_smaller_batches() -> None:
    live = LiveRun("account", "run", "thread", segment=1, first=1)
    live.emit(*[json.dumps("x" * (BATCH_CHARACTERS // 2))] * 5)
    live.close()
    assert [len(batch) async for batch in live.follow(0)] == [2, 2, 1]


async def test_log_rows_and_pages_are_bounded(tmp_path: Path) -> None:
    async with serving(tmp_path / "threads.db") as api:
        run_id, _ = await long_run(api)
        rows = await api.services.store.read(every, "SELECT first_event, last_event, lines FROM run_events")
        assert max(last - first + 1 for first, last, _ in rows) == ROW_EVENTS
        page = await api.services.store.read(event_log.read_page, run_id, 0)
        assert [row.first for row in page] == [1 + ROW_EVENTS * row for row in range(PAGE_ROWS)]
        wide = await api.turn(await api.thread(), "/say " + ("w" * 40_000 + " ") * 12)
        logged = "SELECT lines FROM run_events WHERE run_id = ? ORDER BY first_event"
        # the first event repeats the message, the last one the answer
        _, *rows, _ = await api.services.store.read(every, logged, wide["run_id"])
        assert len(rows) == 4
        assert max(len(lines) for (lines,) in rows) < ROW_CHARACTERS + 41_000


async def test_events_written_again_with_more_behind_are_stored_once(tmp_path: Path) -> None:
    """As when the commit of the first was done and not confirmed."""
    async with serving(tmp_path / "threads.db") as api:
        turn = await api.turn(await api.thread(), "/say x")
        lines = [json.dumps(str(number)) for number in range(2 * ROW_EVENTS + 500)]
        for count in (ROW_EVENTS + 10, len(lines)):
            await api.services.store.write(event_log.insert, turn["run_id"], 100, lines[:count])
        logged = await api.services.store.read(event_log.read_all, turn["run_id"])
        assert logged[4:] == lines


async def test_reader_that_leaves_takes_nothing_from_others(api: Api) -> None:
    held = hold(api)
    thread_id = await api.thread()
    async with api.stream(thread_id, "hold", key="k") as first:
        await first.until("content_streaming")
        async with api.stream(thread_id, "hold", key="k") as second:
            await second.until("content_streaming")
            await first.response.aclose()
            held.go.set()
            events = await second.rest()
    assert [event["type"] for event in events] == ["content_streaming", "run_ended"]
    assert await api.history(thread_id) == [("user", "hold"), ("assistant", "first last")]


async def test_first_of_several_under_one_key_leaves_and_the_others_get_the_turn(api: Api) -> None:
    held = hold(api)
    thread_id = await api.thread()
    first, _ = await running(api, thread_id, key="k")
    path, headers = f"/threads/{thread_id}/messages", {"Idempotency-Key": "k"}
    first.cancel()
    held.go.set()
    again = await api.http.post(path, json={"content": "hold"}, headers=headers)
    assert (again.json()["status"], again.json()["content"]) == ("COMPLETED", "first last")
    assert held.asked == ["hold"]
