"""uvicorn's response cycle, for connections that close after the response."""

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


class ClosingCycle(RequestResponseCycle):
    """The response to HTTP/1.0, `Connection: close` or `Expect: 100-continue`, or to a body that has not come whole."""

    lingering = False
    """Whether the connection closes once the rest of the body was read: closing it with unread input would reset it,
    and lose the response."""
    _ends_with_connection = False

    async def send(self, message: ASGISendEvent) -> None:
        """Send a part of the response."""
        if self.waiting_for_100_continue:
            self.keep_alive = False  # whether the client will send the body is unknown
        if message["type"] == "http.response.start":
            if self.scope["http_version"] == "1.0":  # it has no chunks
                self._ends_with_connection = True
                self.chunked_encoding = False
        elif message["type"] == "http.response.body":
            if self._ends_with_connection:
                self.expected_content_length = len(message.get("body", b""))
            if not self.keep_alive and not message.get("more_body"):
                self.lingering = self.keep_alive = True
        await super().send(message)
