"""Threads of few, but large messages: read in pieces, and refused unread where there is no room for the answer."""

from typing import Any

import pytest

from tests.support.threads_api import Api
from threads_server.errors import HTTPError
from threads_server.http.budgets import RequestBudget

LARGE = "\u20ac" * 400_000


async def test_large_thread_of_few_messages_is_whole_each_time(api: Api) -> None:
    thread_id, texts = await api.thread(), ["short", LARGE, "short again", LARGE, LARGE]
    for text in texts:
        await api.turn(thread_id, text, send_to_llm=False)
    for _ in range(2):  # the first finds out that it is large
        answer = await api.http.get(f"/threads/{thread_id}")
        assert [message["content"] for message in answer.json()["messages"]] == texts
        assert int(answer.headers["content-length"]) == len(answer.content)
    head = await api.http.head(f"/threads/{thread_id}")
    assert (head.headers["content-length"], head.content) == (answer.headers["content-length"], b"")
    assert head.headers["etag"] == answer.headers["etag"]


async def test_large_thread_without_room_is_refused_unread(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    thread_id = await api.thread()
    for _ in range(3):
        await api.turn(thread_id, LARGE, send_to_llm=False)
    assert (await api.http.get(f"/threads/{thread_id}")).status_code == 200

    def full(_: RequestBudget, size: int = 0) -> None:
        if size > len(LARGE):
            raise HTTPError(429, "full")

    async def unread(*_: Any) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr(RequestBudget, "check_responses", full)
    monkeypatch.setattr(api.services.store, "read_snapshot", unread)
    assert (await api.http.get(f"/threads/{thread_id}")).status_code == 429
