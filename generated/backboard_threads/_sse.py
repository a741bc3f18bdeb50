"""Event streams, from bytes to events (HTML Standard, 9.2.6): nothing is read here, and nothing is waited for.

Lines end with CR LF, LF or CR, and with nothing else: U+2028, U+2029 and U+0085 are text. An event ends with a blank
line; one that the end of the stream cuts off is none.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from ._errors import DecodeError
from ._network.transport import Response

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
KEEPALIVE_EVENTS = frozenset({"ping", "heartbeat", "keepalive", "keep-alive"})
"""Names of events that gateways put into a stream, whose data says nothing."""

UNNAMED = "message"
"""The name of an event without one (HTML Standard)."""

Frame: TypeAlias = tuple[str, str | None, str]
"""One event: its data, the stream's last event id as of it, and its name."""


NO_EVENT = frozenset({"", "[DONE]"})
"""Data that says nothing of its own."""


def parse_json(data: str) -> Any:
    """An event's JSON; None for data that says nothing. Raises `DecodeError`."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        if data.strip() in NO_EVENT:
            return None
        raise DecodeError("an event's JSON", data) from None


def parse_text(data: str) -> str | None:
    """An event's text; None for data that says nothing."""
    return None if data.strip() in NO_EVENT else data


class SSEDecoder:
    """Decoder of a byte stream, which keeps an incomplete event between two pieces."""

    __slots__ = ("_buffer", "_id", "_skip_newline", "_starts")

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._skip_newline = False
        self._starts = True
        self._id: str | None = None

    @property
    def pending_bytes(self) -> int:
        """How long the event is that has begun and not ended."""
        return len(self._buffer)

    def feed(self, piece: bytes) -> list[Frame]:
        """The events that `piece` completes. It may begin and end anywhere, inside a character or a line end too."""
        if self._skip_newline and piece:
            self._skip_newline = False
            piece = piece.removeprefix(b"\n")
        if b"\r" in piece:
            # A CR ends its line at once. If an LF follows, it is the same line end, even in the next piece.
            self._skip_newline = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        buffer = self._buffer
        if self._starts:
            piece = bytes(buffer) + piece
            buffer.clear()
            if len(piece) < 3 and BYTE_ORDER_MARK.startswith(piece):
                buffer += piece
                return []
            self._starts = False
            piece = piece.removeprefix(BYTE_ORDER_MARK)
        if buffer:
            searched = len(buffer) - 1
            buffer += piece
            end = buffer.rfind(b"\n\n", searched)
            if end < 0:
                return []
            whole = bytes(buffer[:end])
            del buffer[: end + 2]
        else:
            end = piece.rfind(b"\n\n")
            if end < 0:
                buffer += piece
                return []
            whole = piece[:end]
            buffer += piece[end + 2 :]
        frames: list[Frame] = []
        for block in whole.decode("utf-8", "replace").split("\n\n"):
            # The two usual forms first: data alone, and an id before it.
            if block.startswith("data: ") and "\n" not in block:
                frames.append((block[6:], self._id, UNNAMED))
                continue
            end = block.find("\n")
            if block.startswith("data: ", end + 1) and block.startswith("id: ") and block.find("\n", end + 1) < 0:
                self._note_id(block[4:end])
                frames.append((block[end + 7 :], self._id, UNNAMED))
                continue
            frame = self._read_block(block)
            if frame is not None:
                frames.append(frame)
        return frames

    def _read_block(self, block: str) -> Frame | None:
        """The event of the lines before a blank line; None if they hold no data."""
        data: list[str] = []
        event = ""
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "data":
                data.append(value)
            elif name == "id":
                self._note_id(value)
            elif name == "event":
                event = value
        return ("\n".join(data), self._id, event or UNNAMED) if data and event not in KEEPALIVE_EVENTS else None

    def _note_id(self, value: str) -> None:
        if "\0" not in value:
            self._id = value or None


class EventIds:
    """The ids of a stream's events, across the connections that it comes over."""

    __slots__ = ("_comes_again", "_current", "_first", "_resumed_from")

    def __init__(self, resumed_from: str | None) -> None:
        self._first: str | None = None
        self._current: str | None = resumed_from
        self._resumed_from: str | None = resumed_from
        self._comes_again = False

    def resume(self, after: str | None) -> None:
        """Begin a new connection, whose events follow the event with the id `after`."""
        self._resumed_from = self._current = after
        self._comes_again = False

    def is_repeated(self, event_id: str | None) -> bool:
        """Whether an event after reconnecting was already delivered: the last one, or all of them, from a server
        that ignores `Last-Event-ID`."""
        if event_id is not None and self._resumed_from is not None:
            if event_id == self._resumed_from:
                self._resumed_from = None  # the stream is past it: another event with its id has none of its own
                self._comes_again = False
                return True
            if event_id == self._first:
                self._comes_again = True
        return self._comes_again

    def own(self, event_id: str | None) -> str | None:
        """The id, if it is the event's own; None if it is that of an earlier one, after which nothing resumes."""
        if event_id is None or event_id == self._current:
            return None
        self._current = event_id
        if self._first is None:
            self._first = event_id
        return event_id


def why_no_stream(response: Response) -> str | None:
    """Describe a successful answer that is no event stream; None if it is one."""
    kind: str = response.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "text/event-stream":
        return kind or "a body without a type"
    coding: str = response.headers.get("content-encoding", "identity")
    return None if coding.strip().lower() in ("", "identity") else f"a stream in Content-Encoding {coding}"
