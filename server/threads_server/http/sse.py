"""Event streams on the wire: framing, signs of life, and an end in good order (docs/hosted-api.md §7.4)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from starlette.types import Receive, Send

from threads_server.http.responses import Event, EventStream

KEEPALIVE_INTERVAL_SECONDS = 10.0
"""After so long without an event a comment is sent: both SDKs need a sign of life every 30 s, and we promise 15 s."""

DRAIN_SECONDS = 0.5

SHORT_SECONDS = 0.05
"""A stream that is over sooner is not watched for a client that leaves."""


class OpenStreams:
    """The event streams that are being sent now, so that they can be ended when the server stops."""

    def __init__(self) -> None:
        self._open: dict[_Sending, asyncio.Future[None]] = {}
        self._stopped = False

    def __len__(self) -> int:
        return len(self._open)

    async def stop(self, *, at_once: bool = False) -> None:
        """Ends every stream, also those that would begin later. The runs behind them are not touched.

        Streams that are about to end by themselves have LAST_WORDS_SECONDS to do so, unless it is to be at once.
        """
        self._stopped = True
        if self._open and not at_once:
            await asyncio.wait(self._open.values(), timeout=DRAIN_SECONDS)
        for sending in list(self._open):
            sending.end()

    async def send(self, stream: EventStream, receive: Receive, send: Send) -> None:
        """Sends the events after the head of the answer has gone out; returns when the stream is over.

        Over is: no more events, the client has left, or `stop`. If reading the events fails, the connection is cut
        without an end (the run behind them goes on, and the client can resume it).
        """
        sending = _Sending(receive, send)
        over = self._open[sending] = asyncio.get_running_loop().create_future()
        try:
            await sending.send(stream.events, stopped=self._stopped)
        finally:
            del self._open[sending]
            over.set_result(None)
            await close_events(stream)
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class StreamBroken(Exception):
    """Reading the events failed after the answer had begun. The cause is the exception that the reading raised."""


async def close_events(stream: EventStream) -> None:
    """Ends the reading of a stream's events, so that what it holds is let go of."""
    aclose = getattr(stream.events, "aclose", None)
    if aclose is not None:
        with suppress(Exception):
            await aclose()


class _Sending:
    """The sending of one stream, in the task of its request."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._loop = asyncio.get_running_loop()
        self._until = asyncio.timeout(None)
        self._sending = False
        self._sent_at = self._loop.time()
        self._timer = self._loop.call_later(SHORT_SECONDS, self._look)
        self._gone: asyncio.Task[None] | None = None
        self._sign: asyncio.Task[None] | None = None

    async def send(self, events: AsyncIterator[Sequence[Event]], *, stopped: bool) -> None:
        """Sends events until there are no more, the client leaves, or `end`. Raises StreamBroken."""
        try:
            async with self._until:
                self._sending = True
                if stopped:
                    self.end()
                async for batch in events:
                    await self._send({"type": "http.response.body", "body": _framed(batch), "more_body": True})
                    self._sent_at = self._loop.time()
        except Exception as error:
            if not self._until.expired():
                raise StreamBroken from error
        finally:
            self._sending = False
            self._timer.cancel()
            for task in (self._gone, self._sign):
                if task is not None:
                    task.cancel()

    def end(self) -> None:
        """Ends the sending, wherever it is."""
        if self._sending:
            self._sending = False
            self._until.reschedule(self._loop.time())

    def _look(self) -> None:
        """Sees whether the client is there, and sends a comment if nothing was sent for long."""
        if self._gone is None:
            self._gone = self._loop.create_task(_client_gone(self._receive))
            self._gone.add_done_callback(lambda _: self.end())
        left = self._sent_at + KEEPALIVE_INTERVAL_SECONDS - self._loop.time()
        if left <= 0:
            left = KEEPALIVE_INTERVAL_SECONDS
            if self._sign is None or self._sign.done():  # else not even the last one has gone out
                self._sign = self._loop.create_task(self._send_ping())
        self._timer = self._loop.call_later(left, self._look)

    async def _send_ping(self) -> None:
        await self._send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})


def _framed(batch: Sequence[Event]) -> bytes:
    frames = [f"data: {line}\n\n" if number is None else f"id: {number}\ndata: {line}\n\n" for number, line in batch]
    return "".join(frames).encode()


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
