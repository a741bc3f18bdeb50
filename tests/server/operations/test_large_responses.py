"""Responses of any size: what is large is read and sent a page at a time, and is whole nonetheless."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from tests.support.database.kinds import BOTH_DATABASES
from tests.support.server.threads_api import Api
from threads_server.errors import HTTPError
from threads_server.http.response_sender import ResponseSender
from threads_server.http.sse import StreamBroken
from threads_server.operations.large_responses import LARGE_BYTES, respond
from threads_server.store import threads
from threads_server.store.transaction import PAGE_BYTES

LARGE = "\u20ac" * 400_000
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": f"tool_{number}",
            "description": "x" * 90_000,
            "parameters": {"type": "object", "properties": {}},
        },
    }
    for number in range(4)
]


@BOTH_DATABASES
async def test_large_thread_of_few_messages_is_whole(api: Api) -> None:
    thread_id, texts = await api.thread(), ["short", LARGE, "short again", LARGE, LARGE]
    for text in texts:
        await api.turn(thread_id, text, send_to_llm=False)
    answer = await api.http.get(f"/threads/{thread_id}")
    assert [message["content"] for message in answer.json()["messages"]] == texts
    head = await api.http.head(f"/threads/{thread_id}")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    listed = await api.http.get("/threads")
    assert listed.json() == [answer.json()]


@BOTH_DATABASES
async def test_large_lists_are_whole_and_in_order(api: Api) -> None:
    listed = []
    for number in range(4):
        thread_id = await api.thread()
        for text in [LARGE] * (number % 3):
            await api.turn(thread_id, text, send_to_llm=False)
        listed.append((await api.http.get(f"/threads/{thread_id}")).json())
    assert (await api.http.get("/threads")).json() == listed[::-1]
    assert (await api.http.get("/threads", params={"skip": 1, "limit": 2})).json() == listed[2:0:-1]


@BOTH_DATABASES
async def test_large_list_is_filtered_and_paged_as_a_small_one(api: Api) -> None:
    made = [
        (await api.http.post("/assistants", json={"name": str(number % 2), "tools": TOOLS})).json()
        for number in range(8)
    ][::-1]
    for name, skip, limit in itertools.product([None, "0", "1"], [0, 1], [4, 100]):
        params = {"skip": skip, "limit": limit} | ({} if name is None else {"name": name})
        answer = await api.http.get("/assistants", params=params)
        expected = [one for one in made if name in (None, one["name"])][skip : skip + limit]
        assert answer.json() == expected
        assert len(expected) < 4 or len(answer.content) > LARGE_BYTES


@pytest.mark.parametrize("path", ["/threads/{}", "/threads"])
@BOTH_DATABASES
async def test_large_thread_is_that_of_one_version_whatever_comes_meanwhile(
    api: Api, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id, texts, read = await api.thread(), [LARGE, "small"], api.services.store.read_large
    for text in texts:
        await api.turn(thread_id, text, send_to_llm=False)

    async def after_a_message(*args: Any) -> Any:
        await api.turn(thread_id, "meanwhile", send_to_llm=False)
        return await read(*args)

    monkeypatch.setattr(api.services.store, "read_large", after_a_message)
    found = (await api.http.get(path.format(thread_id))).json()
    [thread] = found if isinstance(found, list) else [found]
    assert [message["content"] for message in thread["messages"]] == texts
    assert len((await api.get(thread_id))["messages"]) > len(texts)


async def read_bounded(api: Api, path: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """GET what is large; the most characters that were read of the store at once."""
    store, sizes = api.services.store, [0]

    def noted(read: Callable[..., Awaitable[Any]]) -> Any:
        async def note(*args: Any, **kwargs: Any) -> Any:
            found = await read(*args, **kwargs)
            sizes.append(len(str(found)))
            return found

        return note

    for name in ("read", "read_small", "read_large", "read_snapshot"):
        monkeypatch.setattr(store, name, noted(getattr(store, name)))
    assert (await api.http.get(path)).status_code == 200
    return max(sizes)


@pytest.mark.parametrize("path", ["/threads/{}", "/threads", "/assistants"])
async def test_large_response_is_never_in_memory_as_a_whole(
    api: Api, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id, size = await api.thread(), 600_000
    for _ in range(5):
        await api.turn(thread_id, "x" * size, send_to_llm=False)
    for _ in range(8 if path == "/assistants" else 0):
        await api.http.post("/assistants", json={"name": "x", "tools": TOOLS})
    assert await read_bounded(api, path.format(thread_id), monkeypatch) < PAGE_BYTES + size + 10_000


class Sent:
    """The messages of a response, and a client that leaves when it has some of them."""

    def __init__(self, leaves_after: int) -> None:
        self.messages: list[Any] = []
        self.left = asyncio.Event()
        self._leaves_after = leaves_after

    async def send(self, message: Any) -> None:
        self.messages.append(message)
        if len(self.messages) == self._leaves_after:
            self.left.set()
        await asyncio.sleep(0)

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}


async def test_reading_ends_when_the_client_leaves() -> None:
    read = 0

    async def texts() -> AsyncIterator[str]:
        nonlocal read
        for _ in range(30):
            read += 1
            yield "x" * LARGE_BYTES

    sent = Sent(leaves_after=40)
    sender = ResponseSender("GET", b"id", sent.receive, sent.send)
    await sender.send_response(await respond(texts()))
    assert read < 10


@BOTH_DATABASES
async def test_thread_that_is_deleted_while_it_is_read_cuts_the_connection(api: Api) -> None:
    thread_id = await api.thread()
    for _ in range(4):
        await api.turn(thread_id, "x" * 600_000, send_to_llm=False)
    account = "default"
    head = await api.services.store.read(threads.head, account, thread_id)

    async def texts() -> AsyncIterator[str]:
        version = 0
        while True:
            rows = await api.services.store.read_large(threads.message_page, account, head, version)
            version = rows[-1][0]
            yield json.dumps(rows)
            await api.http.delete(f"/threads/{thread_id}")

    sent = Sent(leaves_after=10**9)
    sender = ResponseSender("GET", b"id", sent.receive, sent.send)
    with pytest.raises(StreamBroken):
        await sender.send_response(await respond(texts()))
    assert sent.messages[-1]["more_body"]


@pytest.mark.parametrize("kind", ["thread", "assistant"])
async def test_large_list_is_whole_although_something_in_it_is_deleted_meanwhile(
    api: Api, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, made = api.services.store.read_large, []
    for _ in range(3):
        if kind == "thread":
            made.insert(0, await api.thread())
            await api.turn(made[0], "x" * 600_000, send_to_llm=False)
        else:
            made.insert(0, await api.assistant(tools=TOOLS * 2))

    async def after_a_deletion(*args: Any) -> Any:
        monkeypatch.setattr(api.services.store, "read_large", read)
        await api.http.delete(f"/{kind}s/{made.pop(0)}")
        return await read(*args)

    monkeypatch.setattr(api.services.store, "read_large", after_a_deletion)
    answer = await api.http.get(f"/{kind}s", params={"limit": 2})
    assert answer.status_code == 200, answer.text
    assert [one[f"{kind}_id"] for one in answer.json()] == made[:2]
    assert len(made) == 2


async def test_large_list_that_never_stands_still_can_be_asked_for_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread_id = await api.thread()
    for _ in range(2):
        await api.turn(thread_id, LARGE, send_to_llm=False)

    async def deleted(*_: Any) -> Any:
        raise HTTPError(404, "Thread not found")

    monkeypatch.setattr(api.services.store, "read_large", deleted)
    answer = await api.http.get("/threads")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
