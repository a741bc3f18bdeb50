"""HTTP/1.1 by uvicorn and httptools, but for offers of an upgrade, unknown methods, long heads and what is not HTTP."""

import json
import re
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from threads_server.http.response_sender import new_request_id

LINGER_SECONDS = 2
"""How long a refused connection stays open: closed at once, with something unread, it would lose the answer."""

_OFFERS = (b"upgrade", b"http2-settings")
_UNKNOWN_METHOD = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+(?= [^ \r\n]+ HTTP/1\.[01]\r\n)")
_NOBODYS_METHOD = b"PURGE"  # the parser knows it, and no path has it


class PlainHttpProtocol(HttpToolsProtocol):
    """A request that offers an upgrade is answered as if it did not, as RFC 9110 §7.8 allows.

    Java's HTTP client, and curl when asked for HTTP/2, offer one with every request. The parser stops after the head of
    such a request and takes the body for another protocol's, so the request is given to a new parser without the offer.

    A method that the parser does not know is answered like every other one that no path has.
    """

    def __init__(self, *arguments: Any, max_head_bytes: int, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._longest_head = max_head_bytes
        self._in_message = self._in_head = self._too_long = self._refused = False
        self._heads = 0
        self._waited_for = 0  # bytes of a head that is not whole yet

    def data_received(self, data: bytes) -> None:
        """Takes what came over the connection."""
        if self._refused:
            return
        self._unset_keepalive_if_required()
        in_message, in_head, heads = self._in_message, self._in_head, self._heads
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._go_on_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserInvalidMethodError:
            method = None if in_message or self._heads != heads else _UNKNOWN_METHOD.match(data)
            if method is None:
                self.send_400_response("Invalid HTTP request received.")
            else:
                self._begin_again(_NOBODYS_METHOD + data[method.end() :])
        except httptools.HttpParserError:
            if self._too_long:
                self._refuse_head()
            else:
                self.send_400_response("Invalid HTTP request received.")
        else:
            if in_head and self._in_head and heads == self._heads:
                self._waited_for += len(data)
                if self._waited_for > self._longest_head:
                    self._refuse_head()

    def on_message_begin(self) -> None:
        """Notes that a request begins."""
        self._in_message = self._in_head = True
        self._waited_for = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Begins to answer, unless the request will come again without its offer."""
        self._in_head = False
        self._heads += 1
        if self._head_size() > self._longest_head:
            self._too_long = True
            raise ValueError("the head is too long")  # which ends the parser's work
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Notes that the body is whole, unless there is more than the parser thinks."""
        self._in_message = False
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is not HTTP, in the form of every other refusal, and closes the connection."""
        self._refuse("400 Bad Request", msg)

    def _head_size(self) -> int:
        """The bytes of the head, the space around values left out, which the parser does not tell."""
        first_line = len(self.parser.get_method()) + len(self.url) + len(b"  HTTP/1.1\r\n")
        return first_line + sum(len(name) + len(value) + len(b": \r\n") for name, value in self.headers) + len(b"\r\n")

    def _refuse_head(self) -> None:
        detail = f"The request's head is larger than {self._longest_head} bytes"
        self._refuse("431 Request Header Fields Too Large", detail)  # RFC 6585 §5

    def _refuse(self, status: str, detail: str) -> None:
        self._refused = True
        body = json.dumps({"detail": detail}).encode()
        head = (
            f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"content-length: {len(body)}\r\nx-request-id: {new_request_id()}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.write_eof()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        method = self.parser.get_method()
        if method == b"CONNECT":
            self.send_400_response("CONNECT is for proxies.")
            return
        head = [method + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()]
        head += [b"%b: %b" % header for header in map(_without_offer, self.headers) if header is not None]
        self._begin_again(b"\r\n".join([*head, b"", rest]))

    def _begin_again(self, data: bytes) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self._in_message = self._in_head = False
        self.data_received(data)


def _without_offer(header: tuple[bytes, bytes]) -> tuple[bytes, bytes] | None:
    name, value = header
    if name in _OFFERS:
        return None
    if name == b"connection":
        kept = [option for option in value.split(b",") if option.strip().lower() not in _OFFERS]
        return (name, b",".join(kept)) if kept else None
    return header
