"""Durability when the server process is killed: acknowledged writes are kept, and nothing is stored twice."""

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.database.store_faults import COMMIT_FAILS, CONFIRMATION_LOST, failing
from tests.support.server.kill_rounds import KINDS, connect, kill, make_thread, play_kill_rounds, restart
from tests.support.server.threads_api import Events, serving
from threads_server.testing import LocalServer

ROUNDS = {"sqlite": 2, "postgres": 1}
"""`make soak` plays more."""


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with LocalServer(tmp_path / "threads.db") as server:
        yield server


@BOTH_DATABASES
async def test_server_killed_at_random_moments_loses_and_repeats_nothing(database: str) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    kind = "postgres" if database.startswith("postgres") else "sqlite"
    with LocalServer(database, arguments=["--busy-wait", "60"]) as server:
        seen = await play_kill_rounds(server, ROUNDS[kind], seed)
    print(seen)
    assert seen["unanswered at a kill"] > 0
    assert {name.partition(":")[0] for name in seen} <= {*KINDS, "unanswered at a kill"}


async def test_streamed_run_of_a_killed_server_ends_as_failed_and_can_be_resumed(server: LocalServer) -> None:
    async with connect(server) as http:
        thread_id = await make_thread(http, "thread")
        body = {"content": "/slow 100 " + "x" * 100, "stream": True}
        async with http.stream(
            "POST", f"/threads/{thread_id}/messages", json=body, headers={"Idempotency-Key": "k"}
        ) as response:
            stream = Events(response)
            seen = [await stream.next() for _ in range(6)]
            kill(server)
            with contextlib.suppress(httpx.HTTPError):
                seen += await stream.rest()
    await restart(server)
    run_id = seen[0]["run_id"]
    async with connect(server) as http:
        path = f"/threads/{thread_id}/runs/{run_id}/events"
        async with http.stream("GET", path, headers={"Last-Event-ID": str(seen[-1].id)}) as response:
            rest = await Events(response).rest()
        assert rest[-1]["type"] == "run_failed"
        assert int(rest[-1].id or 0) > int(seen[-1].id or 0)
        async with http.stream("GET", path) as response:
            whole = await Events(response).rest()
        assert whole[:-1] == seen[: len(whole) - 1]
        assert len(whole) > 1  # events are written while the run goes on, not only at its end
        messages = (await http.get(f"/threads/{thread_id}")).json()["messages"]
        assert [message["status"] for message in messages] == ["COMPLETED", "FAILED"]
        text = "".join(event["content"] for event in whole if event["type"] == "content_streaming")
        assert messages[1]["content"] == text
        async with http.stream(
            "POST", f"/threads/{thread_id}/messages", json=body, headers={"Idempotency-Key": "k"}
        ) as response:
            assert await Events(response).rest() == whole
        assert (await http.post(f"/threads/{thread_id}/messages", json={"content": "/say on"})).json()[
            "content"
        ] == "on"


async def test_unstreamed_message_of_a_killed_server_is_answered_under_its_key(server: LocalServer) -> None:
    async with connect(server) as http:
        thread_id = await make_thread(http, "thread")
        body = {"content": "/slow 100 " + "x" * 100}

        def send(http: httpx.AsyncClient) -> Any:
            return http.post(f"/threads/{thread_id}/messages", json=body, headers={"Idempotency-Key": "k"})

        sending = asyncio.create_task(send(http))
        while not (await http.get(f"/threads/{thread_id}")).json()["messages"]:  # noqa: ASYNC110 - over the wire
            await asyncio.sleep(0.01)
        kill(server)
        with pytest.raises(httpx.HTTPError):
            await sending
    await restart(server)
    async with connect(server) as http:
        answers = [await send(http) for _ in range(2)]
        assert [answer.json()["status"] for answer in answers] == ["FAILED"] * 2
        assert answers[0].content == answers[1].content
        assert answers[0].json()["message"] == "The server was stopped during the run"
        assert len((await http.get(f"/threads/{thread_id}")).json()["messages"]) == 2


@pytest.mark.parametrize("fault", [COMMIT_FAILS, CONFIRMATION_LOST])
@BOTH_DATABASES
async def test_commit_that_is_not_confirmed_is_answered_503_and_done_at_most_once(database: str, fault: str) -> None:
    async with serving(database) as api:
        await api.services.heartbeat.deregister()
        await api.services.sweeper.stop()
        assistant_id = await api.assistant()  # from now on each commit is a request's
        with failing(api.services.store, fault):
            answer = await api.http.post(f"/assistants/{assistant_id}/threads", json={})
        assert answer.status_code == 503
        threads = await api.http.get("/threads")
        assert len(threads.json()) == (1 if fault == CONFIRMATION_LOST else 0)
