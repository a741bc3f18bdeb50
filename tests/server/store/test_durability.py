"""Durability when the server process is killed: acknowledged writes are kept, and nothing is stored twice."""

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

ROUNDS = 3
CLIENTS = 8


@dataclass
class SentMessage:
    """A message sent under an idempotency key, and its answer once received."""

    thread_id: str | None
    content: str
    fields: dict[str, Any]
    answer: Any = None


@dataclass
class SentRequests:
    """All messages and threads requested of the server, by idempotency key."""

    messages: dict[str, SentMessage] = field(default_factory=dict)
    threads: dict[str, str | None] = field(default_factory=dict)


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with LocalServer(tmp_path / "threads.db") as server:
        yield server


def kill(server: LocalServer) -> None:
    """Kill the process without a shutdown."""
    os.kill(server.pid, signal.SIGKILL)
    server.stop()


@contextlib.asynccontextmanager
async def connect(server: LocalServer) -> AsyncIterator[httpx.AsyncClient]:
    async with client(server.url, server.api_key) as http:
        yield http


async def restart(server: LocalServer) -> None:
    await asyncio.to_thread(server.start)


async def send_message(http: httpx.AsyncClient, key: str, sent: SentMessage) -> None:
    """Send a message, or repeat it; keep its answer only once it is complete."""
    body = {"content": sent.content, **sent.fields}
    path = "/threads/messages" if sent.thread_id is None else f"/threads/{sent.thread_id}/messages"
    async with http.stream("POST", path, json=body, headers={"Idempotency-Key": key}) as response:
        if sent.fields.get("stream"):
            assert response.status_code == 200
            end = (await Events(response).rest())[-1:]
            if end and end[0]["type"] in ("run_ended", "run_failed"):
                sent.answer = end[0]
        else:
            text = await response.aread()
            assert response.status_code == 200, text
            sent.answer = response.json()


async def send_messages(http: httpx.AsyncClient, requests: SentRequests, name: str, rng: random.Random) -> None:
    """Make a thread and send messages to it until the server is gone."""
    key = f"{name}-thread"
    requests.threads[key] = None
    requests.threads[key] = await make_thread(http, key)
    for number in range(10_000):
        key = f"{name}-{number}"
        kind = rng.choice([{"send_to_llm": False}, {}, {"stream": True}, {"new": True}, {"slow": True}])
        content = f"/slow 20 {key}" if kind.pop("slow", False) else f"/say {key}"
        thread_id = None if kind.pop("new", False) else requests.threads[f"{name}-thread"]
        requests.messages[key] = SentMessage(thread_id, content, dict(kind))
        await send_message(http, key, requests.messages[key])


async def make_thread(http: httpx.AsyncClient, key: str) -> str:
    assistant = await http.post("/assistants", json={"name": key}, headers={"Idempotency-Key": f"{key}-assistant"})
    path = f"/assistants/{assistant.json()['assistant_id']}/threads"
    return str((await http.post(path, json={}, headers={"Idempotency-Key": key})).json()["thread_id"])


async def until_killed(sending: Any) -> None:
    with contextlib.suppress(httpx.HTTPError):
        await sending


async def all_messages(http: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """Return the messages of every thread."""
    threads: dict[str, list[dict[str, Any]]] = {}
    while True:
        page = (await http.get("/threads", params={"skip": len(threads), "limit": 200})).json()
        threads |= {thread["thread_id"]: thread["messages"] for thread in page}
        if len(page) < 200:
            return threads


async def test_server_killed_at_random_moments_loses_and_repeats_nothing(server: LocalServer) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    rng = random.Random(seed)
    requests = SentRequests()
    for round_number in range(ROUNDS):
        async with connect(server) as http:
            names = [f"{round_number}-{number}" for number in range(CLIENTS)]
            clients = [
                until_killed(send_messages(http, requests, name, random.Random(f"{seed}-{name}"))) for name in names
            ]
            sending = asyncio.gather(*clients)
            enough = len(requests.messages) + rng.randint(CLIENTS, 8 * CLIENTS)
            while len(requests.messages) < enough:  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(rng.uniform(0.001, 0.02))
            kill(server)
            await sending
        await restart(server)
        async with connect(server) as http:
            check_acknowledged(requests, await all_messages(http))
            await repeat_all(http, requests)
            check_once(requests, await all_messages(http))
    answered = Counter(sent.answer is not None for sent in requests.messages.values())
    assert answered == {True: len(requests.messages)}
    assert len(requests.messages) >= ROUNDS * CLIENTS


def check_acknowledged(requests: SentRequests, threads: dict[str, list[dict[str, Any]]]) -> None:
    """Check that each answer is stored as it was sent, and that no run is in progress."""
    for sent in requests.messages.values():
        if sent.answer is not None:
            messages = threads[sent.answer["thread_id"]]
            if sent.answer.get("type") == "run_failed":  # it names its run, not the message
                runs = {(message["metadata_"] or {}).get("run_id"): message["status"] for message in messages}
                assert runs[sent.answer["run_id"]] == "FAILED"
            else:
                contents = {message["message_id"]: message["content"] for message in messages}
                content = sent.answer.get("content", sent.answer.get("final_content"))
                assert contents[sent.answer["message_id"]] == content
    states = Counter(message["status"] for messages in threads.values() for message in messages)
    assert set(states) <= {"COMPLETED", "FAILED"}


async def repeat_all(http: httpx.AsyncClient, requests: SentRequests) -> None:
    """Repeat all requests under their keys; check that earlier answers are repeated."""

    async def repeat(key: str, sent: SentMessage) -> None:
        before, sent.answer = sent.answer, None
        await send_message(http, key, sent)
        assert sent.answer is not None
        assert before in (None, sent.answer)

    for key, thread_id in requests.threads.items():
        made = await make_thread(http, key)
        assert thread_id in (None, made)
        requests.threads[key] = made
    await asyncio.gather(*(repeat(key, sent) for key, sent in requests.messages.items()))


def check_once(requests: SentRequests, threads: dict[str, list[dict[str, Any]]]) -> None:
    """Check that each message is stored once, in order, and followed by its answer."""
    contents = [
        message["content"] for messages in threads.values() for message in messages if message["role"] == "user"
    ]
    assert Counter(contents) == Counter(sent.content for sent in requests.messages.values())
    by_content = {sent.content: sent for sent in requests.messages.values()}
    for messages in threads.values():
        numbers = [int(message["content"].rpartition("-")[2]) for message in messages if message["role"] == "user"]
        assert numbers == sorted(numbers)
        for message, following in itertools.pairwise([*messages, {"role": "nobody"}]):
            if message["role"] == "user" and by_content[message["content"]].fields.get("send_to_llm", True):
                assert following["role"] == "assistant"
    made = [thread_id for thread_id in requests.threads.values() if thread_id]
    new = [sent.answer["thread_id"] for sent in requests.messages.values() if sent.thread_id is None]
    assert sorted(threads) == sorted(made + new)


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
