"""The client against the reference server: the life of a thread, and streams that a bad network cuts."""

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

import pytest

from backboard_threads import (
    AuthenticationError,
    ConflictError,
    NotFoundError,
    NotModifiedError,
    PreconditionFailedError,
    RunFailedError,
    StreamInterrupted,
    UnprocessableEntityError,
    models,
)
from tests.support.client.scripted_server import stop_listening
from tests.support.client.variants import Variant
from threads_server.pytest_plugin import ThreadsAccount

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture
def account(backboard_threads_server: ThreadsAccount) -> dict[str, str]:
    return {"api_key": backboard_threads_server.api_key, "base_url": backboard_threads_server.url}


async def new_thread(variant: Variant, client: object) -> str:
    assistant = await variant.do(client.assistants.create(name="Guide"))  # type: ignore[attr-defined]
    thread = await variant.do(client.threads.create(assistant.assistant_id))  # type: ignore[attr-defined]
    return str(thread.thread_id)


async def test_thread_is_created_used_and_deleted(variant: Variant, account: dict[str, str]) -> None:
    client = variant.client(**account)
    thread_id = await new_thread(variant, client)
    turn = await variant.do(
        client.messages.send(thread_id, content="My name is Ada.", files=[("a.bin", bytes(range(256)))])
    )
    assert turn.role == "assistant"
    answer = await variant.do(client.threads.with_response.get(thread_id))
    assert [message.role for message in answer.value.messages] == ["user", "assistant"]
    assert answer.value.messages[0].attachments[0].file_size_bytes == 256
    with pytest.raises(NotModifiedError):
        await variant.do(client.threads.get(thread_id, if_none_match=answer.headers["etag"]))
    await variant.do(client.messages.send(thread_id, content="Again."))
    with pytest.raises(PreconditionFailedError):
        await variant.do(client.threads.delete(thread_id, if_match=answer.headers["etag"]))
    assert [thread.thread_id for thread in await variant.all(client.threads.iterate(limit=1))] == [thread_id]
    assert (await variant.do(client.threads.delete(thread_id))).deleted_at
    with pytest.raises(NotFoundError, match="Thread not found"):
        await variant.do(client.threads.get(thread_id))
    with pytest.raises(UnprocessableEntityError, match="limit: ") as caught:
        await variant.do(client.threads.list(limit=201))
    assert caught.value.errors[0].loc == ["query", "limit"]
    assert caught.value.request_id
    with pytest.raises(AuthenticationError):
        await variant.do(variant.client(base_url=account["base_url"]).threads.list())


async def test_same_idempotency_key_gives_the_same_response(variant: Variant, account: dict[str, str]) -> None:
    client = variant.client(**account)
    thread_id = await new_thread(variant, client)
    first, second = [
        await variant.do(client.messages.with_response.send(thread_id, content="Once", idempotency_key="k-1"))
        for _ in range(2)
    ]
    assert first.value == second.value
    assert second.headers["idempotency-replayed"] == "true"
    assert len((await variant.do(client.threads.get(thread_id))).messages) == 2
    with pytest.raises(ConflictError):
        await variant.do(client.messages.send(thread_id, content="Twice", idempotency_key="k-1"))


async def test_tool_calls_and_failed_runs(variant: Variant, account: dict[str, str]) -> None:
    client = variant.client(**account)
    opened = client.messages.chat_stream(content='/call look {"at": "the sky"}', tools=[TOOL])
    demand = (await variant.read(opened))[-1]
    assert demand.type == "tool_submit_required"
    assert demand.tool_calls[0].function.name == "look"
    output = {"tool_call_id": demand.tool_calls[0].id, "output": "blue"}
    answered = client.runs.stream_tool_outputs(opened.thread_id, opened.run_id, tool_outputs=[output])
    assert (await variant.read(answered))[-1].type == "run_ended"
    assert answered.text
    log = client.runs.events(opened.thread_id, opened.run_id)
    kinds = [event.type for event in await variant.read(log)]
    assert "tool_submit_required" in kinds
    assert kinds[-1] == "run_ended"
    with pytest.raises(RunFailedError, match="out of luck"):
        await variant.read(client.messages.stream(opened.thread_id, content="/fail out of luck"))


async def test_stream_is_cancelled_from_within(variant: Variant, account: dict[str, str]) -> None:
    client = variant.client(**account)
    thread_id = await new_thread(variant, client)
    async with variant.within(client.messages.stream(thread_id, content="/slow 200 a long story")) as opened:
        await variant.next(opened)
        assert await variant.do(opened.cancel()) is True
        rest = await variant.all(opened)
    assert rest[-1].type == "run_cancelled"
    await variant.do(client.messages.send(thread_id, content="/say and on"))


class Wire:
    """A way to the server that breaks: each connection after so many bytes of its answer, while any are given."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}{parts.path}"
        self.breaks: list[int] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        stop_listening(self._listener)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(self._target)  # type: ignore[arg-type]
                threading.Thread(target=self._carry, args=(near, far, None), daemon=True).start()
                left = self.breaks.pop(0) if self.breaks else None
                threading.Thread(target=self._carry, args=(far, near, left), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while piece := source.recv(65536):
                target.sendall(piece if left is None else piece[:left])
                if left is not None:
                    left -= len(piece)
                    if left <= 0:
                        break
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextmanager
def wired(target: str) -> Iterator[Wire]:
    wire = Wire(target)
    try:
        yield wire
    finally:
        wire.close()


async def test_stream_cut_anywhere_resumes_without_loss_or_repetition(
    variant: Variant, account: dict[str, str]
) -> None:
    direct = variant.client(**account)
    thread_id = await new_thread(variant, direct)
    text = "one twö thrée \u2028 four 😀 five six seven"
    with wired(account["base_url"]) as wire:
        resumed = 0
        for cut in itertools.chain(range(700, 2200, 75), range(701, 760, 4)):
            client = variant.client(
                api_key=account["api_key"], base_url=wire.url, max_retries=4
            )  # no connection is left
            wire.breaks = [cut, cut // 2 + 300, 500]
            opened = client.messages.stream(thread_id, content=f"/say {text}")
            try:
                read = await variant.read(opened)
            except StreamInterrupted:
                # Cut before an event told the run: then the thread tells.
                assert opened.run_id is None
                assert (await variant.do(opened.recover())).text in (text, None)
                continue
            await variant.end(client)
            resumed += len(wire.breaks) < 2
            ids = [event.type for event in read]
            assert ids.count("run_started") == 1
            assert ids[-1] == "run_ended"
            assert opened.text == text
            pieces = [event.content for event in read if isinstance(event, models.ContentStreamingEvent)]
            assert "".join(pieces) == text
            log = await variant.read(direct.runs.events(thread_id, opened.run_id))
            assert log[-len(read) :] == read or log == read
    assert resumed > 10


async def test_call_cut_anywhere_happens_once(variant: Variant, account: dict[str, str]) -> None:
    direct = variant.client(**account)
    thread_id = await new_thread(variant, direct)
    with wired(account["base_url"]) as wire:
        for count, cut in enumerate(range(0, 900, 60), 1):
            wire.breaks = [cut, cut // 2]
            client = variant.client(api_key=account["api_key"], base_url=wire.url, max_retries=4)
            turn = await variant.do(client.messages.send(thread_id, content=f"/say {count}"))
            assert turn.content == str(count)
            thread = await variant.do(direct.threads.get(thread_id))
            assert len(thread.messages) == 2 * count
            await variant.end(client)
