"""Event streams on the wire: framing, signs of life, and an end in good order (docs/hosted-api.md §7.4)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from starlette.types import Receive, Send

from threads_server.answers import Event, EventStream

QUIET_SECONDS = 10.0
"""After so long without an event a comment is sent: both SDKs need a sign of life every 30 s, and we promise 15 s."""

LAST_WORDS_SECONDS = 0.5


class OpenStreams:
    """The event streams that are being sent now, so that they can be ended when the server stops."""

    def __init__(self) -> None:
        self._pumps: set[asyncio.Task[None]] = set()
        self._stopped = False

    def __len__(self) -> int:
        return len(self._pumps)

    async def stop(self, *, at_once: bool = False) -> None:
        """Ends every stream, also those that would begin later. The runs behind them are not touched.

        Streams that are about to end by themselves have LAST_WORDS_SECONDS to do so, unless it is to be at once.
        """
        self._stopped = True
        if self._pumps and not at_once:
            await asyncio.wait(self._pumps, timeout=LAST_WORDS_SECONDS)
        for pump in self._pumps:
            pump.cancel()

    async def send(self, stream: EventStream, receive: Receive, send: Send) -> None:
        """Sends the events after the head of the answer has gone out; returns when the stream is over.

        Over is: no more events, the client has left, or `stop`. If reading the events fails, the connection is cut
        without an end (the run behind them goes on, and the client can resume it).
        """
        progress = _Progress()
        pump = asyncio.create_task(_pump(stream.events, send, progress))
        gone = asyncio.create_task(_client_gone(receive))
        self._pumps.add(pump)
        if self._stopped:
            pump.cancel()
        try:
            while not pump.done() and not gone.done():
                quiet = progress.quiet_for()
                if quiet >= QUIET_SECONDS:
                    await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
                    progress.sent()
                    quiet = 0.0
                await asyncio.wait((pump, gone), timeout=QUIET_SECONDS - quiet, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._pumps.discard(pump)
            for task in (pump, gone):
                task.cancel()
            await asyncio.wait((pump, gone))
            await close_events(stream)
        if not pump.cancelled() and (error := pump.exception()) is not None:
            raise StreamBroken from error
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class StreamBroken(Exception):
    """Reading the events failed after the answer had begun. The cause is the exception that the reading raised."""


async def close_events(stream: EventStream) -> None:
    """Ends the reading of a stream's events, so that what it holds is let go of."""
    aclose = getattr(stream.events, "aclose", None)
    if aclose is not None:
        with suppress(Exception):
            await aclose()


class _Progress:
    """When something was last sent."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._last = self._clock()

    def sent(self) -> None:
        self._last = self._clock()

    def quiet_for(self) -> float:
        return self._clock() - self._last


async def _pump(events: AsyncIterator[Sequence[Event]], send: Send, progress: _Progress) -> None:
    async for batch in events:
        await send({"type": "http.response.body", "body": b"".join(map(_frame, batch)), "more_body": True})
        progress.sent()


def _frame(event: Event) -> bytes:
    event_id, data = event
    return b"data: %b\n\n" % data if event_id is None else b"id: %b\ndata: %b\n\n" % (event_id.encode(), data)


async def _client_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
