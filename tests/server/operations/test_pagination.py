"""Pagination: the order of lists, and their pages."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.clocks import set_clock
from tests.support.server.threads_api import Api, serving
from threads_server.clock import now

SECONDS = (5, 3, 5, 4, 5, 3)
"""When things are made, one after the other: a clock may be set back, and several come in one moment."""


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path / "threads.db") as api:
        yield api


async def in_order(api: Api, path: str, key: str) -> list[str]:
    """The ids of a list, which is newest first, in a total order, and the same in pages."""
    listed: list[dict[str, Any]] = (await api.http.get(path)).json()
    places = [(one["created_at"], one[key]) for one in listed]
    assert places == sorted(set(places), reverse=True)
    pages = [(await api.http.get(path, params={"skip": skip, "limit": 1})).json() for skip in range(len(listed))]
    assert [one for page in pages for one in page] == listed
    assert (await api.http.get(path, params={"skip": len(listed)})).json() == []
    return [one[key] for one in listed]


async def test_assistants_are_paged_newest_first(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made, moment = [], now()
    for seconds in SECONDS:
        set_clock(monkeypatch, moment + seconds * 1000)
        made.append(await api.assistant())
    assert sorted(await in_order(api, "/assistants", "assistant_id")) == sorted(made)


async def test_threads_are_paged_newest_first(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, other, moment = await api.assistant(), await api.assistant(), now()
    made: dict[str, list[str]] = {owner: [], other: []}
    for number, seconds in enumerate(SECONDS * 2):
        set_clock(monkeypatch, moment + seconds * 1000)
        made[other if number % 2 else owner].append(await api.thread(other if number % 2 else owner))
    for assistant_id, threads in made.items():
        path = f"/assistants/{assistant_id}/threads"
        assert sorted(await in_order(api, path, "thread_id")) == sorted(threads)
    assert sorted(await in_order(api, "/threads", "thread_id")) == sorted(made[owner] + made[other])
