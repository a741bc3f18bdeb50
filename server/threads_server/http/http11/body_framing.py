"""The framing of a request's body on the wire (RFC 9112 §6 and §7): by length or in chunks."""

import re
from typing import Protocol

from threads_server.http.http11.request_head import BadRequest

MAX_CHUNK_LINE_BYTES = 256
"""Bytes of a chunk's size with its extensions."""
MAX_TRAILER_BYTES = 8192
"""Bytes of the trailer section, which is discarded."""

_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[\t ]*;[\t -~\x80-\xff]*)?")
_TRAILER_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~\x80-\xff]*")


class BodyFraming(Protocol):
    """Reader of one body. `complete` is True once its last byte was read."""

    complete: bool

    def read(self, buffer: bytearray) -> bytes:
        """Take the body's bytes off the front of `buffer`; empty if more must come. Raises BadRequest."""
        ...


class LengthFraming:
    """A body of known length."""

    def __init__(self, length: int) -> None:
        self._remaining = length
        self.complete = length == 0

    def read(self, buffer: bytearray) -> bytes:
        """See BodyFraming."""
        data = bytes(buffer[: self._remaining])
        del buffer[: self._remaining]
        self._remaining -= len(data)
        self.complete = self._remaining == 0
        return data


class ChunkedFraming:
    """A chunked body. Trailers are checked, bounded and discarded: nothing in them is ever a header."""

    def __init__(self) -> None:
        self.complete = False
        self._remaining = 0
        self._in_data = False
        self._in_trailer = False
        self._trailer_bytes = 0

    def read(self, buffer: bytearray) -> bytes:
        """See BodyFraming."""
        data = bytearray()
        while buffer and not self.complete:
            if self._in_data:
                if not self._read_data(buffer, data):
                    break
            else:
                line = self._take_line(buffer)
                if line is None:
                    break
                if self._in_trailer:
                    self._read_trailer(line)
                else:
                    self._begin_chunk(line)
        return bytes(data)

    def _read_data(self, buffer: bytearray, data: bytearray) -> bool:
        """Move bytes of a chunk; False if its end has not come."""
        if self._remaining:
            piece = buffer[: self._remaining]
            del buffer[: self._remaining]
            self._remaining -= len(piece)
            data += piece
        if self._remaining or len(buffer) < 2:
            return False
        if not buffer.startswith(b"\r\n"):
            raise BadRequest("A chunk is longer than its size")
        del buffer[:2]
        self._in_data = False
        return True

    def _take_line(self, buffer: bytearray) -> bytes | None:
        longest = MAX_TRAILER_BYTES if self._in_trailer else MAX_CHUNK_LINE_BYTES
        end = buffer.find(b"\r\n", 0, longest + 2)
        if end >= 0:
            line = bytes(buffer[:end])
            del buffer[: end + 2]
            return line
        if len(buffer) > longest:
            if self._in_trailer:
                raise BadRequest(f"The trailers are larger than {MAX_TRAILER_BYTES} bytes", 431)
            raise BadRequest("A chunk has no size")
        return None

    def _begin_chunk(self, line: bytes) -> None:
        match = _CHUNK_LINE.fullmatch(line)
        if match is None:
            raise BadRequest("A chunk has no size")
        self._remaining = int(match[1], 16)
        self._in_data = self._remaining > 0
        self._in_trailer = not self._in_data

    def _read_trailer(self, line: bytes) -> None:
        if not line:
            self.complete = True
            return
        self._trailer_bytes += len(line) + 2
        if self._trailer_bytes > MAX_TRAILER_BYTES:
            raise BadRequest(f"The trailers are larger than {MAX_TRAILER_BYTES} bytes", 431)
        if not _TRAILER_LINE.fullmatch(line):
            raise BadRequest("A trailer is not a header")
