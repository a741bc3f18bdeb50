"""HTTP/1.1 by uvicorn and httptools, with two changes: offers of an upgrade, and what is not HTTP."""

import json

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from threads_server.reply import new_request_id

_OFFERS = (b"upgrade", b"http2-settings")


class PlainHttpProtocol(HttpToolsProtocol):
    """A request that offers an upgrade is answered as if it did not, as RFC 9110 §7.8 allows.

    Java's HTTP client, and curl when asked for HTTP/2, offer one with every request. The parser stops after the head of
    such a request and takes the body for another protocol's, so the request is given to a new parser without the offer.
    """

    def data_received(self, data: bytes) -> None:
        """Takes what came over the connection."""
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._go_on_without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")

    def on_headers_complete(self) -> None:
        """Begins to answer, unless the request will come again without its offer."""
        if not self.parser.should_upgrade():
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Notes that the body is whole, unless there is more than the parser thinks."""
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuses what is not HTTP, in the form of every other refusal, and closes the connection."""
        body = json.dumps({"detail": msg}).encode()
        head = (
            "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\nconnection: close\r\n"
            f"content-length: {len(body)}\r\nx-request-id: {new_request_id()}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _go_on_without_upgrade(self, rest: bytes) -> None:
        method = self.parser.get_method()
        if method == b"CONNECT":
            self.send_400_response("CONNECT is for proxies.")
            return
        head = [method + b" " + self.url + b" HTTP/" + self.parser.get_http_version().encode()]
        head += [b"%b: %b" % header for header in map(_without_offer, self.headers) if header is not None]
        self.parser = httptools.HttpRequestParser(self)
        self.data_received(b"\r\n".join([*head, b"", rest]))


def _without_offer(header: tuple[bytes, bytes]) -> tuple[bytes, bytes] | None:
    name, value = header
    if name in _OFFERS:
        return None
    if name == b"connection":
        kept = [option for option in value.split(b",") if option.strip().lower() not in _OFFERS]
        return (name, b",".join(kept)) if kept else None
    return header
