"""Event streams on the wire (docs/hosted-api.md §7.4), over real sockets: in one process they would be buffered."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.support.server.small_document import KEY, UUID, SmallServices, served, small_app
from tests.support.virtual_time import run_in_virtual_time
from threads_server.http import sse as event_stream
from threads_server.http.app import REVOCATION_INTERVAL_SECONDS
from threads_server.http.authentication import digest
from threads_server.http.responses import EventStream, Response
from threads_server.openapi import ValidatedRequest

Event = tuple[int | None, str]
PATH = f"/things/{UUID}/events"


class Source:
    """Events that a test lets out one by one, and what became of their reading."""

    def __init__(self, events: Callable[["Source"], AsyncIterator[Event]]) -> None:
        self._events = events
        self.closed = threading.Event()

    async def __call__(self, call: ValidatedRequest, services: Any) -> EventStream:
        return EventStream(self._read(), {"X-Mine": "1"})

    async def _read(self) -> AsyncIterator[list[Event]]:
        try:
            async for event in self._events(self):
                yield [event]
        finally:
            self.closed.set()


async def one_then_silence(source: Source) -> AsyncIterator[Event]:
    yield 1, "{}"
    await asyncio.Event().wait()


def client_of(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"X-API-Key": KEY}, timeout=600)


def test_application_that_closes_does_not_wait_for_its_streams() -> None:
    async def events(source: Source) -> AsyncIterator[Event]:
        while True:
            yield 1, "{}"
            await asyncio.sleep(0.1)  # of streams that end one after the other, a draining server awaits each

    async def close() -> None:
        app, began = small_app({"watchThing": Source(events)}), asyncio.Event()

        async def send(message: Any) -> None:
            began.set()

        scope = {
            "type": "http", "method": "GET", "path": f"/api{PATH}", "query_string": b"",
            "headers": [(b"x-api-key", KEY.encode())],
        }  # fmt: skip
        async with app.opened():
            stream = asyncio.create_task(app(scope, asyncio.Event().wait, send))
            await began.wait()
            moment = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() == moment
        await stream

    run_in_virtual_time(close())


def test_frames_have_ids_and_data() -> None:
    async def events(source: Source) -> AsyncIterator[Event]:
        yield 1, '{"type":"a"}'
        yield None, '{"type":"b"}'

    with served(small_app({"watchThing": Source(events)})) as url, client_of(url) as client:
        answer = client.get(PATH)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["vary"] == "X-API-Key"
    assert answer.headers["x-mine"] == "1"
    assert answer.headers["x-request-id"]
    assert answer.content == b'id: 1\ndata: {"type":"a"}\n\ndata: {"type":"b"}\n\n'


class Sent:
    """Times at which the parts of streams were sent; those after the first are not read if `reads` is not set."""

    def __init__(self, *, reads: bool = True) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.parts: list[tuple[float, bytes]] = []
        self._reads = reads

    async def send(self, message: Any) -> None:
        self.parts.append((self.loop.time() - self.began, message["body"]))
        if not self._reads and len(self.parts) > 1:
            await asyncio.Event().wait()

    async def receive(self) -> Any:
        await asyncio.Event().wait()


async def batch_then_silence(*pauses: float) -> AsyncIterator[list[Event]]:
    """An event before each of the pauses."""
    for number, seconds in enumerate(pauses, 1):
        yield [(number, "{}")]
        await asyncio.sleep(seconds)


def test_silence_is_filled_with_pings() -> None:
    async def work() -> None:
        sent = Sent()
        await event_stream.OpenStreams().send(EventStream(batch_then_silence(7, 35)), sent.receive, sent.send)
        first, second, *pings, end = [body for _, body in sent.parts]
        assert (first, second, end) == (b"id: 1\ndata: {}\n\n", b"id: 2\ndata: {}\n\n", b"")
        assert set(pings) == {b": still here\n\n"}
        assert [time for time, _ in sent.parts] == pytest.approx([0, 7, 17, 27, 37, 42])

    run_in_virtual_time(work())


def test_stream_that_begins_after_the_stop_ends_at_once() -> None:
    async def work() -> None:
        streams, sent = event_stream.OpenStreams(), Sent()
        await streams.stop()
        await streams.send(EventStream(batch_then_silence(1000)), sent.receive, sent.send)
        assert sent.parts[-1] == (0, b"")

    run_in_virtual_time(work())


def test_client_that_does_not_read_is_sent_one_ping() -> None:
    async def work() -> None:
        sent = Sent(reads=False)
        stream = EventStream(batch_then_silence(1000))
        sending = asyncio.create_task(event_stream.OpenStreams().send(stream, sent.receive, sent.send))
        await asyncio.sleep(500)
        assert len(sent.parts) == 2
        sending.cancel()

    run_in_virtual_time(work())


@pytest.mark.parametrize(
    ("ends_after", "stopped_after"),
    [
        (lambda number: 1000, event_stream.DRAIN_SECONDS),
        (lambda number: number * 0.4, event_stream.MAX_DRAIN_SECONDS + 0.2),  # at the next end after it
        (lambda number: 0.3, 0.3),
    ],
    ids=["none ends", "one after the other", "all at once"],
)
def test_streams_are_waited_for_while_they_end_one_by_one_for_a_limited_time(
    ends_after: Callable[[int], float], stopped_after: float
) -> None:
    async def work() -> None:
        streams, sent = event_stream.OpenStreams(), Sent()
        sending = [
            asyncio.create_task(
                streams.send(EventStream(batch_then_silence(ends_after(number))), sent.receive, sent.send)
            )
            for number in range(1, 100)
        ]
        await asyncio.sleep(0)
        await streams.stop()
        assert sent.loop.time() - sent.began == pytest.approx(stopped_after)
        await asyncio.gather(*sending)

    run_in_virtual_time(work())


def test_ping_interval_is_below_15_seconds() -> None:
    assert event_stream.KEEPALIVE_INTERVAL_SECONDS < 15


def test_disconnected_client_ends_the_reading() -> None:
    source = Source(one_then_silence)
    with served(small_app({"watchThing": source})) as url, client_of(url) as client:
        with client.stream("GET", PATH) as answer:
            pieces = answer.iter_raw()
            next(pieces)
            assert not source.closed.is_set()
        assert source.closed.wait(600)


def test_stopping_server_ends_streams_properly() -> None:
    source, services = Source(one_then_silence), SmallServices()
    received: list[bytes] = []
    first = threading.Event()

    def read(url: str) -> None:
        with client_of(url) as client, client.stream("GET", PATH) as answer:
            for piece in answer.iter_raw():
                received.append(piece)
                first.set()

    with served(small_app({"watchThing": source}, services)) as url:
        reader = threading.Thread(target=read, args=(url,))
        reader.start()
        assert first.wait(600)
    reader.join(600)
    assert received == [b"id: 1\ndata: {}\n\n"]  # and no error: the last chunk came
    assert source.closed.is_set()
    assert services.runs_ended
    assert services.closed


async def test_stream_is_ended_once() -> None:
    """The client leaves, and the server stops twice, while what is read takes its time to let go."""

    async def slow_to_let_go() -> AsyncIterator[list[Event]]:
        try:
            yield [(1, "{}")]
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)

    streams, leave, sent = event_stream.OpenStreams(), asyncio.Event(), list[Any]()

    async def receive() -> Any:
        await leave.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    both = [asyncio.create_task(streams.send(EventStream(slow_to_let_go()), receive, send)) for _ in range(2)]
    await asyncio.sleep(event_stream.WATCH_AFTER_SECONDS * 2)
    assert len(sent) == 2
    leave.set()
    for _ in range(5):
        await asyncio.sleep(0)
        await streams.stop(at_once=True)
    await asyncio.gather(*both)
    assert len(streams) == 0


def test_stream_whose_reading_fails_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    async def events(source: Source) -> AsyncIterator[Event]:
        yield 1, "{}"
        raise ZeroDivisionError("secret text")

    app = small_app({"watchThing": Source(events)})
    with served(app) as url, client_of(url) as client, pytest.raises(httpx.RemoteProtocolError):
        client.get(PATH)
    assert "secret text" in caplog.text


def test_thousand_events_arrive_in_order() -> None:
    async def events(source: Source) -> AsyncIterator[Event]:
        for number in range(1000):
            yield number, '{"type":"content_streaming"}'

    with served(small_app({"watchThing": Source(events)})) as url, client_of(url) as client:
        lines = client.get(PATH).text.split("\n\n")
    assert [line.partition("\n")[0] for line in lines[:-1]] == [f"id: {number}" for number in range(1000)]


def test_revoked_key_ends_its_streams_and_no_others() -> None:
    source, services = Source(one_then_silence), SmallServices()
    services.store.keys[digest(b"other")] = "other-account"
    app = small_app({"watchThing": source}, services)
    with (
        served(app) as url,
        client_of(url) as client,
        client.stream("GET", PATH) as mine,
        client.stream("GET", PATH, headers={"X-API-Key": "other"}) as others,
    ):
        pieces, other_pieces = mine.iter_raw(), others.iter_raw()
        assert next(pieces) == next(other_pieces) == b"id: 1\ndata: {}\n\n"
        del services.store.keys[digest(KEY.encode())]
        assert list(pieces) == []
        del services.store.keys[digest(b"other")]
        assert list(other_pieces) == []


def test_revoked_key_ends_a_response_that_is_still_being_made() -> None:
    services, read = SmallServices(), list[bytes]()

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"second "
        services.store.keys.clear()
        yield b"third "

    async def large(request: ValidatedRequest, services: Any) -> Response:
        return Response(b"first ", pieces=pieces())

    with (
        served(small_app({"listThings": large}, services)) as url,
        client_of(url) as client,
        client.stream("GET", "/things") as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        read.extend(response.iter_raw())
    assert b"".join(read) == b"first second "


def test_streams_go_on_while_the_store_cannot_say_whether_their_key_is_valid() -> None:
    async def events(source: Source) -> AsyncIterator[Event]:
        yield 1, "{}"
        for _ in range(3):
            await asyncio.sleep(REVOCATION_INTERVAL_SECONDS / 2)
        yield 2, "{}"

    services = SmallServices()
    app = small_app({"watchThing": Source(events)}, services)
    with served(app) as url, client_of(url) as client, client.stream("GET", PATH) as answer:
        pieces = answer.iter_raw()
        next(pieces)
        services.store.available = False
        assert next(pieces) == b"id: 2\ndata: {}\n\n"


def test_keys_of_streams_are_checked_more_than_once_a_second() -> None:
    assert REVOCATION_INTERVAL_SECONDS < 1


async def test_large_batch_is_sent_in_pieces() -> None:
    """So that a client that does not read holds up the reading of the run, and nothing is framed ahead."""
    sent = list[bytes]()

    async def one_batch() -> AsyncIterator[list[Event]]:
        yield [(number, "{}") for number in range(1000)]

    async def receive() -> Any:
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message["body"])

    await event_stream.OpenStreams().send(EventStream(one_batch()), receive, send)
    assert [piece.count(b"id: ") for piece in sent] == [256, 256, 256, 232, 0]
