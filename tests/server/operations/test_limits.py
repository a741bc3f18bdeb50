"""Waits and retention times of the server's settings, seen through the API."""

from pathlib import Path
from time import monotonic

import pytest

from tests.support.clocks import set_clock
from tests.support.server.builders import waiting_run
from tests.support.server.threads_api import serving
from threads_server.clock import now
from threads_server.settings import (
    EVENT_LOG_RETENTION_HOURS,
    FIRST_USER_MESSAGE_CHARACTERS,
    IDEMPOTENCY_KEY_RETENTION_HOURS,
    MILLISECONDS_PER_HOUR,
)
from threads_server.store.clearing import sweep


async def test_busy_wait_over_answers_409(tmp_path: Path) -> None:
    async with serving(tmp_path / "threads.db", busy_wait=0.2) as api:
        thread_id = await api.thread()
        async with api.stream(thread_id, "/slow 50 " + "x" * 50) as stream:
            event = await stream.next()
            began = monotonic()
            assert (await api.send(thread_id, "x")).status_code == 409
            assert monotonic() - began >= 0.2
            await api.cancel(thread_id, event["run_id"])


@pytest.mark.parametrize("retention", [EVENT_LOG_RETENTION_HOURS, IDEMPOTENCY_KEY_RETENTION_HOURS])
def test_retention_is_24_hours(retention: int) -> None:
    assert retention == 24


@pytest.mark.parametrize(("hours", "stored"), [(23.9, True), (24.1, False)])
async def test_events_and_keys_are_stored_for_their_retention(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, hours: float, stored: bool
) -> None:
    async with serving(tmp_path / "threads.db") as api:
        thread_id, waiting = await waiting_run(api)
        await api.cancel(thread_id, waiting)
        first = await api.send(thread_id, "x", key="k")
        set_clock(monkeypatch, now() + int(hours * MILLISECONDS_PER_HOUR))
        await sweep(api.services.store)
        events = await api.http.get(f"/threads/{thread_id}/runs/{waiting}/events")
        again = await api.send(thread_id, "x", key="k")
        assert (events.status_code == 200) is stored
        assert (again.json()["run_id"] == first.json()["run_id"]) is stored


async def test_light_list_shows_the_beginning_of_the_first_user_message(tmp_path: Path) -> None:
    async with serving(tmp_path / "threads.db") as api:
        text = "x" * (FIRST_USER_MESSAGE_CHARACTERS + 1)
        await api.turn(await api.thread(), text)
        [light] = (await api.http.get("/threads?include_messages=false")).json()
        assert light["first_user_message"] == text[:-1]
