"""The head of an HTTP/1.1 request (RFC 9112), parsed strictly: what two readers could frame differently is refused."""

import re
from dataclasses import dataclass
from typing import NamedTuple

Header = tuple[bytes, bytes]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]"
_PATH = rb"/[!-\"$->@-~]*"  # visible ASCII but `#` and `?`
_REQUEST_LINE = re.compile(
    rb"(" + _TOKEN + rb"+) "
    rb"(?:https?://([^\x00-\x20\x7f-\xff/?#]+)(" + _PATH + rb")?|(" + _PATH + rb"|\*))"
    rb"(?:\?([!-\"$-~]*))? HTTP/1\.([01])\r\n"
)
_HEADER_LINES = re.compile(rb"(?:" + _TOKEN + rb"+:[\t -~\x80-\xff]*\r\n)*")
_FIELD = re.compile(rb"([^:]+):[\t ]*([^\r]*)\r\n")  # of lines that match _HEADER_LINES
_HOST = re.compile(rb"[0-9A-Za-z\-._~%!$&'()*+,;=:\[\]]*")
_LENGTH = re.compile(rb"[0-9]{1,18}")


class BadRequest(Exception):
    """The bytes are not a request that can be answered; the connection is refused with `status` and closed."""

    def __init__(self, detail: str, status: int = 400) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status


@dataclass(slots=True)
class RequestHead:
    """A parsed head. `content_length` is None for a chunked body, 0 without a body."""

    method: str
    raw_path: bytes
    query: bytes
    http_version: str
    headers: list[Header]
    content_length: int | None
    keep_alive: bool
    expects_continue: bool


class HeadParser:
    """Parser of the heads of one connection. Header lines that are the same as the last ones are not parsed again."""

    __slots__ = ("_fields", "_lines")

    def __init__(self) -> None:
        self._lines: tuple[bytes, bytes] | None = None
        self._fields = _Fields([], 0, keep_alive=False, expects_continue=False)

    def parse(self, head: bytes) -> RequestHead:
        """Parse a request's first line and header lines, each with its CRLF, without the empty line at the end.

        Raises BadRequest: 400 for anything but the grammar of RFC 9112 (a bare CR or LF, NUL, folded lines, space
        before a colon), a missing or repeated Host, and ambiguous framing; 501 for transfer codings but `chunked`.
        """
        line = _REQUEST_LINE.match(head)
        if line is None:
            raise BadRequest("Invalid HTTP request received.")
        method, authority, absolute_path, path, query, minor = line.groups()
        lines = minor, head[line.end() :]
        if lines != self._lines:
            self._fields = _parse_fields(lines[1], current=minor == b"1")
            self._lines = lines
        headers, content_length, keep_alive, expects_continue = self._fields
        if authority is not None:
            headers = [(name, authority if name == b"host" else value) for name, value in headers]  # RFC 9112 §3.2.2
        return RequestHead(
            method=method.decode(),
            raw_path=path or absolute_path or b"/",
            query=query or b"",
            http_version="1.1" if minor == b"1" else "1.0",
            headers=headers.copy(),
            content_length=content_length,
            keep_alive=keep_alive,
            expects_continue=expects_continue,
        )


class _Fields(NamedTuple):
    """Header lines as parsed; the rest as in RequestHead."""

    headers: list[Header]
    content_length: int | None
    keep_alive: bool
    expects_continue: bool


def _parse_fields(lines: bytes, *, current: bool) -> _Fields:
    """Parse header lines; `current` says whether the request is of HTTP/1.1."""
    if _HEADER_LINES.fullmatch(lines) is None:
        raise BadRequest("Invalid HTTP request received.")
    headers = [(name.lower(), value.rstrip(b" \t")) for name, value in _FIELD.findall(lines)]
    framing: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in _FRAMING_HEADERS:
            if name not in framing:
                framing[name] = value
            elif name == b"connection":
                framing[name] += b"," + value
            else:
                raise BadRequest(f"The header {name.decode()} is given more than once")
    if not _HOST.fullmatch(framing.get(b"host", b"")):
        raise BadRequest("The header host is not a host")
    if current and b"host" not in framing:
        raise BadRequest("The header host is missing")
    connection = framing.get(b"connection", b"").lower()
    return _Fields(
        headers,
        _content_length(framing, current),
        keep_alive=current and b"close" not in connection.replace(b" ", b"").split(b","),
        expects_continue=current and framing.get(b"expect", b"").lower() == b"100-continue",
    )


_FRAMING_HEADERS = frozenset((b"host", b"content-length", b"transfer-encoding", b"connection", b"expect"))


def _content_length(framing: dict[bytes, bytes], current: bool) -> int | None:
    """Length of the body; None if it is chunked. A request with both headers is an attack or a mistake (§6.1)."""
    coding = framing.get(b"transfer-encoding")
    length = framing.get(b"content-length")
    if coding is not None:
        if length is not None:
            raise BadRequest("A request has content-length or transfer-encoding, not both")
        if not current:
            raise BadRequest("HTTP/1.0 has no transfer-encoding")
        if coding.lower() != b"chunked":
            raise BadRequest("No transfer-encoding is supported but chunked", 501)
        return None
    if length is None:
        return 0
    if not _LENGTH.fullmatch(length):
        raise BadRequest("The header content-length is not a length")
    return int(length)
