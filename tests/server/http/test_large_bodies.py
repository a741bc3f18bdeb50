"""Large bodies: received on disk, decoded and digested one by one, counted until their response."""

import asyncio
import sys
import tracemalloc
from contextlib import suppress
from typing import Any
from unittest.mock import Mock

import pytest

from tests.support.server.small_document import ROOMY, client_of, small_app
from threads_server.http import budgets
from threads_server.http.budgets import Budgets, RequestBudget
from threads_server.http.idempotency import idempotency_request
from threads_server.http.responses import Response
from threads_server.openapi import ValidatedRequest
from threads_server.openapi.body_reader import LARGE_BODY_BYTES, MEMORY_BYTES, ClientGone, LargeBody, read_body
from threads_server.openapi.forms import decode_multipart


class Disk:
    """A budget that notes what is reserved."""

    def __init__(self, *, in_memory: bool = True) -> None:
        self.received = self.loaded = 0
        self.in_memory = in_memory

    def receive(self, size: int) -> bool:
        self.received += size
        return self.in_memory

    async def turn(self, size: int) -> None:
        raise NotImplementedError

    def large_body(self) -> Any:
        raise NotImplementedError

    def load(self, size: int) -> None:
        self.loaded += size

    def expect_response(self, size: int) -> None:
        raise NotImplementedError

    def large_read(self) -> Any:
        raise NotImplementedError


async def test_large_body_is_on_disk_while_it_is_incomplete() -> None:
    """Twelve held uploads of 60 MB took 774 MB of memory."""
    piece, pieces, held = b"x" * 65_536, 16 * 20, asyncio.Event()
    disk, sent = Disk(), 0

    async def receive() -> Any:
        nonlocal sent
        sent += 1
        if sent == pieces:
            held.set()
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": True}

    tracemalloc.start()
    reading = asyncio.create_task(read_body({}, receive, 10**9, disk))
    await held.wait()
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    assert disk.received == len(piece) * (pieces - 1) > 10 * MEMORY_BYTES
    assert memory < 2 * MEMORY_BYTES


async def test_body_goes_to_disk_at_once_while_its_account_has_many_in_memory() -> None:
    """900 bodies of 1 MB that did not end, each just small enough for memory, took 500 MB."""
    shared, piece, bodies = Budgets(), b"x" * 65_536, []
    messages = [{"type": "http.request", "body": piece, "more_body": more} for more in (True, False)]
    RequestBudget(shared, "a").receive(budgets.MEMORY_BODY_BYTES - 2 * len(piece))
    tracemalloc.start()
    sizes = []
    for account in ("a", "a", "b"):
        coming = iter(messages)

        async def receive(coming: Any = coming) -> Any:
            return next(coming)

        before = tracemalloc.get_traced_memory()[0]
        body = await read_body({}, receive, 10**9, RequestBudget(shared, account))
        sizes.append(tracemalloc.get_traced_memory()[0] - before)
        assert isinstance(body, LargeBody)
        assert len(body) == 2 * len(piece)
        bodies.append(body)
    tracemalloc.stop()
    for body in bodies:
        body.close()
    assert [size > len(piece) for size in sizes] == [True, False, True]


async def test_nothing_of_an_incomplete_body_is_held_but_in_its_file() -> None:
    """900 connections, each with the last piece that came, took 139 MB."""
    pieces: list[bytes] = []
    references: list[int] = []

    async def receive() -> Any:
        if pieces:
            references.append(sys.getrefcount(pieces[-1]))
        pieces.append(bytes(65_536))
        return {"type": "http.request", "body": pieces[-1], "more_body": len(pieces) < 4}

    body = await read_body({}, receive, 10**9, Disk())
    assert isinstance(body, LargeBody)
    body.close()
    assert references == [2, 2, 2]  # the list's, and that of the count itself


async def test_large_bodies_of_one_account_are_decoded_one_by_one() -> None:
    """200 bodies of 4 MB, decoded in six threads, held up all others for 1.5 s."""
    shared, began, go_on = Budgets(), [], asyncio.Event()

    async def decode(account: str) -> None:
        async with RequestBudget(shared, account).large_body():
            began.append(account)
            await go_on.wait()

    decoding = [asyncio.create_task(decode(account)) for account in ("a", "a", "b", "c")]
    await asyncio.sleep(0)
    assert began == ["a", "b"]
    go_on.set()
    await asyncio.gather(*decoding)


@pytest.mark.parametrize("size", [MEMORY_BYTES, MEMORY_BYTES + 1, 3 * MEMORY_BYTES])
async def test_body_in_pieces_arrives_whole(size: int) -> None:
    body = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    messages = [
        {"type": "http.request", "body": body[at : at + 65_536], "more_body": at + 65_536 < size}
        for at in range(0, size, 65_536)
    ]
    disk, coming = Disk(), iter(messages)

    async def receive() -> Any:
        return next(coming)

    received = await read_body({}, receive, size, disk)
    assert isinstance(received, LargeBody)
    assert (len(received), received.read()) == (size, body)
    assert disk.received == size


async def test_multipart_body_is_not_in_memory_beside_its_parts() -> None:
    """Uploads of 60 MB took twice as much while they were decoded."""
    file = b"x" * 16 * MEMORY_BYTES
    begin, end = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n', b"\r\n--b--"
    coming = iter([begin, file, end])

    async def receive() -> Any:
        return {"type": "http.request", "body": (piece := next(coming)), "more_body": piece is not end}

    body = await read_body({}, receive, 10**9, Disk())
    assert isinstance(body, LargeBody)
    tracemalloc.start()
    [part] = decode_multipart(body.pieces(), b"b", 10)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert part.data == file
    assert peak < 1.5 * len(file)


async def test_body_that_breaks_off_is_no_request() -> None:
    coming = iter([{"type": "http.request", "body": b"x" * 9, "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Any:
        return next(coming)

    with pytest.raises(ClientGone):
        await read_body({}, receive, 100, Disk())


LARGE = b'{"name":"x","metadata":{"a":"' + b"a" * LARGE_BODY_BYTES + b'"}}'


async def test_large_bodies_that_come_at_once_are_decoded_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """And counted until the response, so that those of slow requests are bounded."""
    monkeypatch.setattr(budgets, "BODY_BYTES", (len(LARGE) * 5 // 2, 10 * len(LARGE)))
    decoding, working, decode_on, work_on = [], [], asyncio.Event(), asyncio.Event()

    async def to_thread(decode: Any, *arguments: Any) -> Any:
        decoding.append(decode)
        await decode_on.wait()
        return decode(*arguments)

    async def wait(request: ValidatedRequest, services: Any) -> Response:
        working.append(request)
        await work_on.wait()
        return Response(b"{}")

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    async with client_of(small_app({"createThing": wait}, document=ROOMY)) as client:
        headers = {"Content-Type": "application/json"}
        requests = [asyncio.create_task(client.post("/things", content=LARGE, headers=headers)) for _ in range(3)]
        while not decoding:  # noqa: ASYNC110 - it is asked by itself
            await asyncio.sleep(0)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(decoding) == 1
        decode_on.set()
        while len(working) + sum(request.done() for request in requests) < 3:  # noqa: ASYNC110 - they go on by themselves
            await asyncio.sleep(0)
        work_on.set()
        answers = await asyncio.gather(*requests)
    assert sorted(answer.status_code for answer in answers) == [200, 200, 429]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json() == {"detail": "Too many bytes of large bodies are in flight for this key"}


async def test_large_bodies_are_digested_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, began, go_on = Budgets(), [], asyncio.Event()

    async def to_thread(work: Any, request: Any) -> bytes:
        began.append(work)
        await go_on.wait()
        return b""

    monkeypatch.setattr(asyncio, "to_thread", to_thread)
    request = Mock(body_size=LARGE_BODY_BYTES + 1, headers={"idempotency-key": "k"}, budget=RequestBudget(shared, "a"))
    digesting = [asyncio.create_task(idempotency_request(request)) for _ in range(2)]
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(began) == 1
    go_on.set()
    await asyncio.gather(*digesting)
