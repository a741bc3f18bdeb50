"""Event streams on the wire: framing, pings, and their end (docs/hosted-api.md §7.4)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress

from starlette.types import Receive, Send

from threads_server.http.responses import Event, EventStream

KEEPALIVE_INTERVAL_SECONDS = 10.0
"""Time without an event after which a comment is sent: both SDKs need a byte every 30 s, and we promise 15 s."""

DRAIN_SECONDS = 0.5
"""On shutdown, streams are ended once none has ended by itself for this long."""
MAX_DRAIN_SECONDS = 5.0

WATCH_AFTER_SECONDS = 0.05
"""A stream that ends sooner is not watched for a client that disconnects."""

MAX_FRAMES = 256
"""Events framed and sent at once: few enough that backpressure reaches the run's reader."""


class OpenStreams:
    """The event streams being sent, so that they can be ended."""

    def __init__(self) -> None:
        self._open: dict[_StreamSender, asyncio.Future[None]] = {}
        self._stopped = False

    def __len__(self) -> int:
        return len(self._open)

    async def stop(self, *, at_once: bool = False) -> None:
        """End every stream, also those that begin later. The runs behind them go on.

        Before that, streams may end by themselves: for MAX_DRAIN_SECONDS, or until none did for DRAIN_SECONDS.
        """
        self._stopped = True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + MAX_DRAIN_SECONDS
        while self._open and not at_once and loop.time() < deadline:
            ended, _ = await asyncio.wait(
                self._open.values(), timeout=DRAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not ended:
                break
        for sender in list(self._open):
            sender.end()

    async def end_revoked(self, is_valid: Callable[[bytes], Awaitable[bool]]) -> None:
        """End the streams of keys that are no longer valid. `is_valid` takes a key's digest."""
        for key in {sender.key for sender in self._open if sender.key is not None}:
            if not await is_valid(key):
                for sender in list(self._open):
                    if sender.key == key:
                        sender.end()

    async def send(
        self,
        stream: EventStream,
        receive: Receive,
        send: Send,
        key: bytes | None = None,
        on_first: Callable[[], None] | None = None,
    ) -> None:
        """Send a stream's events after the head of the response; return at its end.

        The end is: no more events, a disconnected client, `stop` or `end_revoked`. `key` is the digest of the request's
        key; `on_first` is called once the first events were sent. If reading the events fails, the connection is cut
        (the run goes on, and the client can resume it).
        """
        sender = _StreamSender(receive, send, key, on_first)
        ended = self._open[sender] = asyncio.get_running_loop().create_future()
        try:
            await sender.send(stream.events, stopped=self._stopped)
        finally:
            del self._open[sender]
            ended.set_result(None)
            await close_events(stream)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class StreamBroken(Exception):
    """The events could not be read, after the response had begun. `__cause__` is the reader's exception."""


async def close_events(stream: EventStream) -> None:
    """Close the reading of a stream's events."""
    aclose = getattr(stream.events, "aclose", None)
    if aclose is not None:
        with suppress(Exception):
            await aclose()


class _StreamSender:
    """The sending of one stream, in the task of its request."""

    def __init__(self, receive: Receive, send: Send, key: bytes | None, on_first: Callable[[], None] | None) -> None:
        self.key = key
        self._on_first = on_first
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._until = asyncio.timeout(None)
        self._sending = False
        self._sent_at = self._loop.time()
        self._timer = self._loop.call_later(WATCH_AFTER_SECONDS, self._check)
        self._disconnect: asyncio.Task[None] | None = None
        self._ping: asyncio.Task[None] | None = None

    async def send(self, events: AsyncIterator[Sequence[Event]], *, stopped: bool) -> None:
        """Send events until there are no more, the client disconnects, or `end`. Raises StreamBroken."""
        try:
            async with self._until:
                self._sending = True
                if stopped:
                    self.end()
                async for batch in events:
                    while len(batch) > MAX_FRAMES:
                        body, batch = _frames(batch[:MAX_FRAMES]), batch[MAX_FRAMES:]
                        await self._send({"type": "http.response.body", "body": body, "more_body": True})
                    await self._send({"type": "http.response.body", "body": _frames(batch), "more_body": True})
                    self._sent_at = self._loop.time()
                    if self._on_first is not None:
                        self._on_first()
                        self._on_first = None
        except Exception as error:
            if not self._until.expired():
                raise StreamBroken from error
        finally:
            self._sending = False
            self._timer.cancel()
            for task in (self._disconnect, self._ping):
                if task is not None:
                    task.cancel()

    def end(self) -> None:
        """End the sending, wherever it is."""
        if self._sending:
            self._sending = False
            self._until.reschedule(self._loop.time())

    def _check(self) -> None:
        """Watch for a disconnect, and send a ping if nothing was sent for long."""
        if self._disconnect is None:
            self._disconnect = self._loop.create_task(wait_for_disconnect(self._receive))
            self._disconnect.add_done_callback(lambda _: self.end())
        left = self._sent_at + KEEPALIVE_INTERVAL_SECONDS - self._loop.time()
        if left <= 0:
            left = KEEPALIVE_INTERVAL_SECONDS
            if self._ping is None or self._ping.done():  # else the last one is still waiting to be sent
                self._ping = self._loop.create_task(self._send_ping())
        self._timer = self._loop.call_later(left, self._check)

    async def _send_ping(self) -> None:
        await self._send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})


def _frames(batch: Sequence[Event]) -> bytes:
    """Frame events for the wire: the one place where an SSE frame is written."""
    frames = [f"data: {line}\n\n" if number is None else f"id: {number}\ndata: {line}\n\n" for number, line in batch]
    return "".join(frames).encode()


async def wait_for_disconnect(receive: Receive) -> None:
    """Return once the client has left; other messages are dropped."""
    while (await receive())["type"] != "http.disconnect":
        pass
