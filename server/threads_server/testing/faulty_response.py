"""A response on its way through a fault: cut, replaced, or with an event that nobody knows."""

import json
from collections.abc import Callable

from starlette.types import Message, Send

from threads_server.testing.instructions import Fault

GARBAGE = b'{"thread_id": "0190'
"""JSON that does not end: in place of a body, or as the first event of a stream."""


class FaultyResponse:
    """Sender of one response. `take_fault` gives the fault, once it is known whether the response is a stream."""

    def __init__(self, take_fault: Callable[[bool], Fault | None], send: Send) -> None:
        self._take_fault = take_fault
        self._send = send
        self._fault: Fault | None = None
        self._streamed = False
        self._bytes = self._events = 0
        self._over = False
        self.lost: Fault | None = None
        """The fault by which the rest is not sent."""

    async def send(self, message: Message) -> None:
        """Send a message of the response."""
        if self.lost is not None or self._over:
            return
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._fault is None:
            await self._send(message)
        else:
            await self._send_body(self._fault, message)

    async def _start(self, message: Message) -> None:
        headers = dict(message["headers"])
        self._streamed = headers.get(b"content-type", b"").startswith(b"text/event-stream")
        fault = self._fault = self._take_fault(self._streamed)
        if fault is not None and fault.kind in ("drop", "hang"):
            self.lost = fault
            return
        if fault is not None and fault.kind == "garbage" and not self._streamed:
            kept = [(name, value) for name, value in message["headers"] if name != b"content-length"]
            status = message["status"] if b"content-type" in headers else 200  # 304 and 204 cannot have a body
            message = {**message, "status": status, "headers": [*kept, (b"content-length", b"%d" % len(GARBAGE))]}
        await self._send(message)

    async def _send_body(self, fault: Fault, message: Message) -> None:
        body = message.get("body", b"")
        if fault.kind == "garbage":
            self._fault = None
            if self._streamed:
                body = b"data: " + GARBAGE + b"\n\n" + body
            else:
                message, body, self._over = {"type": "http.response.body"}, GARBAGE, True
        elif fault.byte is not None:
            left = fault.byte - self._bytes
            self._bytes += len(body)
            if len(body) >= left:
                body, self.lost = body[:left], fault
        else:
            body = self._through_events(fault, body)
        if self.lost is not None:
            message = {**message, "more_body": True}
        await self._send({**message, "body": body})

    def _through_events(self, fault: Fault, body: bytes) -> bytes:
        """Count whole frames, which the server sends unbroken, up to the place of the fault."""
        frames = []
        for frame in body.split(b"\n\n")[:-1]:
            if self._events == (fault.event or 0) and self._fault is not None and self.lost is None:
                if fault.kind == "event":
                    frames.append(b"data: " + json.dumps(fault.value).encode())
                    self._fault = None
                else:
                    self.lost = fault
            if self.lost is None:
                frames.append(frame)
                self._events += frame.startswith((b"id:", b"data:"))
        return b"".join(frame + b"\n\n" for frame in frames)
