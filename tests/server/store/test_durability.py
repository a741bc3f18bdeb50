"""A server process that is killed at any moment: nothing that was acknowledged is lost, nothing is there twice."""

import asyncio
import contextlib
import itertools
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.threads_api import Events, client
from threads_server.testing import LocalServer

ROUNDS = 5
TALKERS = 8


@dataclass
class SentMessage:
    """A message under a key: whether anyone got an answer to it, and the answer."""

    thread_id: str | None
    content: str
    fields: dict[str, Any]
    answer: Any = None


@dataclass
class Ledger:
    """Everything that was ever asked of the server, by key."""

    said: dict[str, SentMessage] = field(default_factory=dict)
    threads: dict[str, str | None] = field(default_factory=dict)


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with LocalServer(tmp_path / "threads.db") as server:
        yield server


def kill(server: LocalServer) -> None:
    """End the process as a power cut would."""
    os.kill(server.pid, signal.SIGKILL)
    server.stop()


@contextlib.asynccontextmanager
async def talking(server: LocalServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client(server.url, server.api_key) as http:
        yield http


async def restart(server: LocalServer) -> None:
    await asyncio.to_thread(server.start)


async def say(http: httpx.AsyncClient, key: str, said: SentMessage) -> None:
    """Sends a message, or sends it again; its answer counts only when all of it has come."""
    body = {"content": said.content, **said.fields}
    path = "/threads/messages" if said.thread_id is None else f"/threads/{said.thread_id}/messages"
    async with http.stream("POST", path, json=body, headers={"Idempotency-Key": key}) as response:
        if said.fields.get("stream"):
            assert response.status_code == 200
            end = (await Events(response).rest())[-1:]
            if end and end[0]["type"] in ("run_ended", "run_failed"):
                said.answer = end[0]
        else:
            text = await response.aread()
            assert response.status_code == 200, text
            said.answer = response.json()


async def talk(http: httpx.AsyncClient, ledger: Ledger, name: str, luck: random.Random) -> None:
    """One person: makes a thread and talks in it, on and on, until the server is gone."""
    key = f"{name}-thread"
    ledger.threads[key] = None
    ledger.threads[key] = await make_thread(http, key)
    for number in range(10_000):
        key = f"{name}-{number}"
        kind = luck.choice([{"send_to_llm": False}, {}, {"stream": True}, {"new": True}, {"slow": True}])
        content = f"/slow 20 {key}" if kind.pop("slow", False) else f"/say {key}"
        thread_id = None if kind.pop("new", False) else ledger.threads[f"{name}-thread"]
        ledger.said[key] = SentMessage(thread_id, content, dict(kind))
        await say(http, key, ledger.said[key])


async def make_thread(http: httpx.AsyncClient, key: str) -> str:
    assistant = await http.post("/assistants", json={"name": key}, headers={"Idempotency-Key": f"{key}-assistant"})
    path = f"/assistants/{assistant.json()['assistant_id']}/threads"
    return str((await http.post(path, json={}, headers={"Idempotency-Key": key})).json()["thread_id"])


async def until_killed(talk: Any) -> None:
    with contextlib.suppress(httpx.HTTPError):
        await talk


async def everything(http: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """The messages of every thread."""
    threads: dict[str, list[dict[str, Any]]] = {}
    while True:
        page = (await http.get("/threads", params={"skip": len(threads), "limit": 200})).json()
        threads |= {thread["thread_id"]: thread["messages"] for thread in page}
        if len(page) < 200:
            return threads


async def test_killed_at_random_moments(server: LocalServer) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    luck = random.Random(seed)
    ledger = Ledger()
    for round_number in range(ROUNDS):
        async with talking(server) as http:
            names = [f"{round_number}-{number}" for number in range(TALKERS)]
            talks = [until_killed(talk(http, ledger, name, random.Random(f"{seed}-{name}"))) for name in names]
            talkers = asyncio.gather(*talks)
            enough = len(ledger.said) + luck.randint(TALKERS, 8 * TALKERS)
            while len(ledger.said) < enough:  # noqa: ASYNC110 - the talkers tell nobody
                await asyncio.sleep(luck.uniform(0.001, 0.02))
            kill(server)
            await talkers
        await restart(server)
        async with talking(server) as http:
            check_acknowledged(ledger, await everything(http))
            await repeat_everything(http, ledger)
            check_once(ledger, await everything(http))
    answered = Counter(said.answer is not None for said in ledger.said.values())
    assert answered == {True: len(ledger.said)}
    assert len(ledger.said) >= ROUNDS * TALKERS


def check_acknowledged(ledger: Ledger, threads: dict[str, list[dict[str, Any]]]) -> None:
    """Whatever was answered is there, as it was answered, and no run is left under way."""
    for said in ledger.said.values():
        if said.answer is not None:
            messages = threads[said.answer["thread_id"]]
            if said.answer.get("type") == "run_failed":  # it names its run, not the message
                runs = {(message["metadata_"] or {}).get("run_id"): message["status"] for message in messages}
                assert runs[said.answer["run_id"]] == "FAILED"
            else:
                contents = {message["message_id"]: message["content"] for message in messages}
                content = said.answer.get("content", said.answer.get("final_content"))
                assert contents[said.answer["message_id"]] == content
    states = Counter(message["status"] for messages in threads.values() for message in messages)
    assert set(states) <= {"COMPLETED", "FAILED"}


async def repeat_everything(http: httpx.AsyncClient, ledger: Ledger) -> None:
    """Asks again under the same keys; what was answered before is answered alike."""

    async def repeat(key: str, said: SentMessage) -> None:
        before, said.answer = said.answer, None
        await say(http, key, said)
        assert said.answer is not None
        assert before in (None, said.answer)

    for key, thread_id in ledger.threads.items():
        made = await make_thread(http, key)
        assert thread_id in (None, made)
        ledger.threads[key] = made
    await asyncio.gather(*(repeat(key, said) for key, said in ledger.said.items()))


def check_once(ledger: Ledger, threads: dict[str, list[dict[str, Any]]]) -> None:
    """Every message is there once, each thread is in order, and every question has its answer behind it."""
    contents = [
        message["content"] for messages in threads.values() for message in messages if message["role"] == "user"
    ]
    assert Counter(contents) == Counter(said.content for said in ledger.said.values())
    by_content = {said.content: said for said in ledger.said.values()}
    for messages in threads.values():
        numbers = [int(message["content"].rpartition("-")[2]) for message in messages if message["role"] == "user"]
        assert numbers == sorted(numbers)
        for message, following in itertools.pairwise([*messages, {"role": "nobody"}]):
            if message["role"] == "user" and by_content[message["content"]].fields.get("send_to_llm", True):
                assert following["role"] == "assistant"
    made = [thread_id for thread_id in ledger.threads.values() if thread_id]
    new = [said.answer["thread_id"] for said in ledger.said.values() if said.thread_id is None]
    assert sorted(threads) == sorted(made + new)


async def test_a_run_whose_server_was_killed_ends_as_failed_and_can_be_resumed(server: LocalServer) -> None:
    async with talking(server) as http:
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
    async with talking(server) as http:
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
        said = "".join(event["content"] for event in whole if event["type"] == "content_streaming")
        assert messages[1]["content"] == said
        async with http.stream(
            "POST", f"/threads/{thread_id}/messages", json=body, headers={"Idempotency-Key": "k"}
        ) as response:
            assert await Events(response).rest() == whole
        assert (await http.post(f"/threads/{thread_id}/messages", json={"content": "/say on"})).json()[
            "content"
        ] == "on"


async def test_a_plain_turn_that_was_cut_off_is_answered_under_its_key(server: LocalServer) -> None:
    async with talking(server) as http:
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
    async with talking(server) as http:
        answers = [await send(http) for _ in range(2)]
        assert [answer.json()["status"] for answer in answers] == ["FAILED"] * 2
        assert answers[0].content == answers[1].content
        assert answers[0].json()["message"] == "The server was stopped during the run"
        assert len((await http.get(f"/threads/{thread_id}")).json()["messages"]) == 2
