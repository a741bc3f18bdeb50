"""A thread lasts until someone deletes it, and is of one assistant as long as it lasts."""

import pytest

from tests.support.clocks import set_clock
from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.builders import waiting_run
from tests.support.server.threads_api import Api, serving
from threads_server.clock import now
from threads_server.store.clearing import sweep

TEN_YEARS = 10 * 365 * 24 * 60 * 60 * 1000  # milliseconds


@BOTH_DATABASES
async def test_thread_is_created_used_and_deleted(api: Api) -> None:
    assistant_id = await api.assistant()
    thread_id = await api.thread(assistant_id)
    await api.turn(thread_id, "/say Hello Ada")
    await api.turn(thread_id, "/say Bye")
    said = [("user", "/say Hello Ada"), ("assistant", "Hello Ada"), ("user", "/say Bye"), ("assistant", "Bye")]
    assert await api.history(thread_id) == said
    assert (await api.http.delete(f"/threads/{thread_id}")).status_code == 200
    assert (await api.http.get(f"/threads/{thread_id}")).status_code == 404
    assert (await api.http.get(f"/assistants/{assistant_id}")).status_code == 200


@BOTH_DATABASES
async def test_years_later_the_assistant_remembers(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(database) as api:
        thread_id, empty, (waiting, _) = await api.thread(), await api.thread(), await waiting_run(api)
        await api.turn(thread_id, "My name is Ada.")
        before = [await api.get(one) for one in (thread_id, empty, waiting)]
    set_clock(monkeypatch, now() + TEN_YEARS)
    async with serving(database) as api:
        await sweep(api.services.store)
        assert [await api.get(one) for one in (thread_id, empty, waiting)] == before
        turn = await api.turn(thread_id, "What is my name?")
        assert turn["content"] == 'I have seen 3 messages of this thread. You began with: "My name is Ada."'
        assert (await api.get(thread_id))["messages"][:2] == before[0]["messages"]


@BOTH_DATABASES
async def test_thread_keeps_its_assistant(api: Api) -> None:
    assistant_id, other = await api.assistant(), await api.assistant()
    thread_id = await api.thread(assistant_id)
    body = {"content": "x", "thread_id": thread_id, "assistant_id": other}
    assert (await api.post("/threads/messages", body)).status_code == 404
    assert (await api.post("/threads/messages", {**body, "assistant_id": assistant_id})).status_code == 200
    assert (await api.http.delete(f"/assistants/{other}")).status_code == 200
    thread = await api.get(thread_id)
    assert (thread["assistant_id"], len(thread["messages"])) == (assistant_id, 2)
