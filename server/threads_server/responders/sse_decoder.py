"""Server-sent events from the bytes of a response, comments included: they show that the endpoint is alive."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServerSentEvent:
    """An event, or with `data` None a comment."""

    name: str
    data: str | None


COMMENT = ServerSentEvent("", None)


@dataclass(slots=True)
class SSEDecoder:
    """Decoder as in the standard, except that it yields a last event without its blank line (some endpoints end so)."""

    _rest: list[bytes] = field(default_factory=list)
    """Pieces of an incomplete line."""
    _after_return: bool = False
    _name: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Yield the events and comments that the next bytes complete."""
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_return = chunk.endswith(b"\r")
        for line in chunk.splitlines(keepends=True):
            self._rest.append(line)
            if line.endswith((b"\r", b"\n")):
                text = b"".join(self._rest).rstrip(b"\r\n").decode("utf-8", "replace")
                self._rest = []
                yield from self._line(text)

    def finish(self) -> Iterator[ServerSentEvent]:
        """Yield the event that the end of the body completes."""
        if self._rest:
            yield from self._line(b"".join(self._rest).decode("utf-8", "replace"))
        yield from self._line("")

    def _line(self, line: str) -> Iterator[ServerSentEvent]:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if self._data:
                yield ServerSentEvent(self._name, "\n".join(self._data))
            self._name, self._data = "", []
        elif not name:
            yield COMMENT
        elif name == "data":
            self._data.append(value)
        elif name == "event":
            self._name = value
