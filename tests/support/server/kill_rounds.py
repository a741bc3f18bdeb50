"""Rounds of load on a server that is killed at a random moment: what was acknowledged is kept, nothing is there twice.

Clients send messages of each kind under idempotency keys: stored only, answered, streamed, to new threads, with a round
of tools, and to threads that they delete. After each kill the round's requests are repeated under their keys, and after
the last one all of them.
"""

import asyncio
import contextlib
import itertools
import os
import random
import re
import signal
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.support.server.threads_api import Events, client
from threads_server.testing import LocalServer

CLIENTS = 8
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
KINDS = ("stored", "answered", "streamed", "new thread", "slow", "tools", "streamed tools", "deleted")
ENDS = ("run_ended", "run_failed", "tool_submit_required")


@dataclass
class SentMessage:
    """A message sent under an idempotency key, and its answers once received."""

    key: str
    kind: str
    thread_id: str | None
    answer: Any = None
    """The turn, or the last event of its stream."""
    second: Any = None
    """The same after tool outputs."""
    delete_sent: bool = False
    deleted: bool = False

    @property
    def content(self) -> str:
        if "tools" in self.kind:
            return f'/call look {{"key":"{self.key}"}}'
        return f"/slow 20 {self.key}" if self.kind == "slow" else f"/say {self.key}"

    @property
    def streamed(self) -> bool:
        return "streamed" in self.kind

    @property
    def body(self) -> dict[str, Any]:
        fields = {"send_to_llm": False} if self.kind == "stored" else {}
        tools = {"tools": [TOOL]} if self.kind in ("tools", "streamed tools") else {}
        return {"content": self.content, "stream": self.streamed, "thread_id": self.thread_id, **fields, **tools}

    def calls(self) -> list[dict[str, Any]]:
        """The tool calls that the first answer asks for."""
        return (self.answer or {}).get("tool_calls") or []


@dataclass
class SentRequests:
    """All messages and threads requested of the server, by idempotency key."""

    messages: dict[str, SentMessage] = field(default_factory=dict)
    threads: dict[str, str | None] = field(default_factory=dict)


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


async def play_kill_rounds(server: LocalServer, rounds: int, seed: int) -> Counter[str]:
    """Play the rounds against a server that runs; count what was sent, by kind and state."""
    rng = random.Random(seed)
    requests = SentRequests()
    seen: Counter[str] = Counter()
    for round_number in range(rounds):
        messages_before, threads_before = len(requests.messages), len(requests.threads)
        async with connect(server) as http:
            names = [f"{round_number}-{number}" for number in range(CLIENTS)]
            clients = [
                _until_killed(_send_messages(http, requests, name, random.Random(f"{seed}-{name}"))) for name in names
            ]
            sending = asyncio.gather(*clients)
            enough = len(requests.messages) + rng.randint(CLIENTS, 8 * CLIENTS)
            while len(requests.messages) < enough:  # noqa: ASYNC110 - there is no event to wait for
                await asyncio.sleep(rng.uniform(0.001, 0.02))
            kill(server)
            await sending
        await restart(server)
        seen["unanswered at a kill"] += sum(sent.answer is None for sent in requests.messages.values())
        if round_number == rounds - 1:
            messages_before = threads_before = 0
        async with connect(server) as http:
            _check_acknowledged(requests, await all_messages(http))
            await _repeat(http, requests, messages_before, threads_before)
            _check_once(requests, await all_messages(http))
    for sent in requests.messages.values():
        assert sent.deleted or sent.answer is not None
        last = sent.second or sent.answer
        state = "deleted" if sent.deleted else last.get("status") or last["type"]
        seen[f"{sent.kind}: {state}"] += 1
    return seen


async def make_thread(http: httpx.AsyncClient, key: str) -> str:
    assistant = await http.post("/assistants", json={"name": key}, headers={"Idempotency-Key": f"{key}-assistant"})
    path = f"/assistants/{assistant.json()['assistant_id']}/threads"
    return str((await http.post(path, json={}, headers={"Idempotency-Key": key})).json()["thread_id"])


async def all_messages(http: httpx.AsyncClient) -> dict[str, list[dict[str, Any]]]:
    """Return the messages of every thread."""
    threads: dict[str, list[dict[str, Any]]] = {}
    while True:
        page = (await http.get("/threads", params={"skip": len(threads), "limit": 200})).json()
        threads |= {thread["thread_id"]: thread["messages"] for thread in page}
        if len(page) < 200:
            return threads


async def _until_killed(sending: Any) -> None:
    with contextlib.suppress(httpx.HTTPError):
        await sending


async def _send_messages(http: httpx.AsyncClient, requests: SentRequests, name: str, rng: random.Random) -> None:
    """Make a thread and send messages to it until the server is gone."""
    key = f"{name}-thread"
    requests.threads[key] = None
    requests.threads[key] = await make_thread(http, key)
    for number in range(10_000):
        kind = rng.choice(KINDS)
        thread_id = None if kind in ("new thread", "deleted") else requests.threads[key]
        sent = requests.messages[f"{name}-{number}"] = SentMessage(f"{name}-{number}", kind, thread_id)
        await _send(http, sent)


async def _send(http: httpx.AsyncClient, sent: SentMessage) -> None:
    """Send a message and what follows it, or repeat that; keep each answer only once it is complete."""
    if not sent.delete_sent:
        sent.answer = await _answered(http, "/threads/messages", sent.key, sent.body, streamed=sent.streamed)
    if sent.answer is None:  # its stream broke off
        return
    thread_id = sent.answer["thread_id"]
    if sent.kind == "deleted":
        sent.delete_sent = True
        response = await http.delete(f"/threads/{thread_id}")
        assert response.status_code in (200, 404)
        sent.deleted = True
    elif calls := sent.calls():
        outputs = [{"tool_call_id": call["id"], "output": f"out {sent.key}"} for call in calls]
        path = (
            f"/threads/{thread_id}/runs/{sent.answer['run_id']}/submit-tool-outputs?stream={str(sent.streamed).lower()}"
        )
        body = {"tool_outputs": outputs}
        sent.second = await _answered(http, path, f"{sent.key}-outputs", body, streamed=sent.streamed)


async def _answered(http: httpx.AsyncClient, path: str, key: str, body: dict[str, Any], *, streamed: bool) -> Any:
    given = {name: value for name, value in body.items() if value is not None}
    async with http.stream("POST", path, json=given, headers={"Idempotency-Key": key}) as response:
        if not streamed:
            text = await response.aread()
            assert response.status_code == 200, text
            return response.json()
        assert response.status_code == 200, await response.aread()
        [*_, end] = [None, *await Events(response).rest()]
        return end if end is not None and end["type"] in ENDS else None


def _check_acknowledged(requests: SentRequests, threads: dict[str, list[dict[str, Any]]]) -> None:
    """Check that each answer is stored as it was sent, and that what was deleted is gone."""
    for sent in requests.messages.values():
        if sent.deleted:
            assert sent.answer["thread_id"] not in threads
        for answer in () if sent.delete_sent else filter(None, (sent.answer, sent.second)):
            messages = threads[answer["thread_id"]]
            if "message_id" not in answer:  # an event that names its run, not the message
                runs = {(message["metadata_"] or {}).get("run_id") for message in messages}
                assert answer["run_id"] in runs
            else:
                contents = {message["message_id"]: message["content"] for message in messages}
                assert contents[answer["message_id"]] == answer.get("content", answer.get("final_content"))
    states = Counter(message["status"] for messages in threads.values() for message in messages)
    assert set(states) <= {"COMPLETED", "FAILED", "REQUIRES_ACTION"}


async def _repeat(http: httpx.AsyncClient, requests: SentRequests, first_message: int, first_thread: int) -> None:
    """Repeat the requests from these on under their keys; check that earlier answers are repeated."""

    async def repeat(sent: SentMessage) -> None:
        before = sent.answer, sent.second
        await _send(http, sent)
        assert before[0] in (None, sent.answer)
        assert before[1] in (None, sent.second)

    for key, thread_id in itertools.islice(requests.threads.items(), first_thread, None):
        made = await make_thread(http, key)
        assert thread_id in (None, made)
        requests.threads[key] = made
    messages = itertools.islice(requests.messages.values(), first_message, None)
    await asyncio.gather(*(repeat(sent) for sent in messages))


def _check_once(requests: SentRequests, threads: dict[str, list[dict[str, Any]]]) -> None:
    """Check that each message and tool output is stored once, in order, and followed by its answer."""
    kept = [sent for sent in requests.messages.values() if not sent.deleted]
    stored = [message for messages in threads.values() for message in messages]
    assert {message["status"] for message in stored} <= {"COMPLETED", "FAILED"}
    contents = [message["content"] for message in stored if message["role"] == "user"]
    assert Counter(contents) == Counter(sent.content for sent in kept)
    outputs = [message["content"] for message in stored if message["role"] == "tool"]
    assert Counter(outputs) == Counter(f"out {sent.key}" for sent in kept if sent.calls())
    by_content = {sent.content: sent for sent in kept}
    for messages in threads.values():
        numbers = [_number(message["content"]) for message in messages if message["role"] == "user"]
        assert numbers == sorted(numbers)
        for message, following in itertools.pairwise([*messages, {"role": "nobody"}]):
            if message["role"] == "tool" or (
                message["role"] == "user" and by_content[message["content"]].kind != "stored"
            ):
                assert following["role"] == "assistant"
    made = [thread_id for thread_id in requests.threads.values() if thread_id]
    new = [sent.answer["thread_id"] for sent in kept if sent.thread_id is None]
    assert sorted(threads) == sorted(made + new)


def _number(content: str) -> int:
    found = re.search(r"(\d+)\D*\Z", content)
    assert found is not None
    return int(found[1])
