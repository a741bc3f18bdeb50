"""Event streams, from bytes to events (HTML Standard, 9.2.6): nothing is read here, and nothing is waited for.

Lines end with CR LF, LF or CR, and with nothing else: U+2028, U+2029 and U+0085 are text. An event ends with a blank
line; one that the end of the stream cuts off is none.
"""

from __future__ import annotations

from typing import TypeAlias

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

Frame: TypeAlias = tuple[bytes, str | None]
"""One event: its data, and the stream's last event id as of it."""


class Framer:
    """What is left of a stream's bytes between two pieces of it."""

    __slots__ = ("_buffer", "_id", "_searched", "_skip_newline", "_starts")

    def __init__(self, last_id: str | None = None) -> None:
        self._buffer = bytearray()
        self._searched = 0
        self._skip_newline = False
        self._starts = True
        self._id = last_id

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
        buffer += piece
        if self._starts:
            if len(buffer) < 3 and BYTE_ORDER_MARK.startswith(bytes(buffer)):
                return []
            self._starts = False
            if buffer.startswith(BYTE_ORDER_MARK):
                del buffer[:3]
        end = buffer.find(b"\n\n", self._searched)
        if end < 0:
            self._searched = max(len(buffer) - 1, 0)
            return []
        frames: list[Frame] = []
        start = 0
        while end >= 0:
            data = self._read_block(bytes(buffer[start:end]))
            if data is not None:
                frames.append((data, self._id))
            start = end + 2
            end = buffer.find(b"\n\n", start)
        del buffer[:start]
        self._searched = max(len(buffer) - 1, 0)
        return frames

    def _read_block(self, block: bytes) -> bytes | None:
        """The data of the lines before a blank line; None if they hold none."""
        if block.startswith(b"data: ") and b"\n" not in block:
            return block[6:]
        data: list[bytes] = []
        for line in block.split(b"\n"):
            name, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if name == b"data":
                data.append(value)
            elif name == b"id" and b"\0" not in value:
                self._id = value.decode("utf-8", "replace") or None
        return b"\n".join(data) if data else None
