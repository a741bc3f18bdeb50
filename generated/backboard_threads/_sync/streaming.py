"""Server-sent events as they come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from .._errors import APIConnectionError, APIError, DecodeError, Shown, StreamInterrupted
from .._event_loops import Reader, bound_reads, lock
from .._json_types import is_object
from .._network.transport import PhaseTimeouts, Response, TransportError, already_read, redact, redact_response
from .._public import public
from .._request.operation import Streaming
from .._request.state import RequestState
from .._sse import UNNAMED, EventIds, SSEDecoder, parse_json, parse_text, why_no_stream
from .sender import Sender

E = TypeVar("E")

LAST_EVENT_ID = "Last-Event-ID"
DRAIN_SECONDS = 0.25
"""How long the end of the body may take to follow the last event."""
DRAIN_PIECES = 4
"""How many pieces may follow it."""


@public
class ServerSentEvents(Generic[E]):
    """The events of one answer, one by one, to be used in a `with`: each the value of its `data`.

    They end with an event that the document names as an end, or else with the answer. `[DONE]` and empty data are
    passed over. If the connection breaks before the end, `StreamInterrupted` is raised. Leaving early closes the
    connection.
    """

    def __init__(
        self, sender: Sender, streaming: Streaming[E], call: RequestState, known: Mapping[str, object]
    ) -> None:
        self._sender: Sender = sender
        self._decode: Callable[[Any], E] = streaming.decode
        self._parse: Callable[[str], Any] = parse_text if streaming.kind == "text" else parse_json
        self._ends: frozenset[str] = streaming.ends
        self._tag: str = streaming.tag
        self._request_state: RequestState = call
        self._ready: deque[tuple[Any, str | None, str]] = deque()
        # The id of the last event received, to resume after; None if it had none of its own.
        self._received_id: str | None = call.headers.get(LAST_EVENT_ID)
        self._ids = EventIds(self._received_id)  # recognizes events that a new connection repeats
        self._decoder = SSEDecoder()
        self._reader: Reader | None = None
        self._timeouts: PhaseTimeouts | None = None
        self._lock: Any = None
        self._fault: APIError | None = None  # what every further read raises
        self._is_open = False
        self._is_over = False  # whether the last event was returned
        self.response: Response | None = None
        """The response that the events come in: its status, its headers."""
        self.last_event_id: str | None = self._received_id
        """The id of the last event returned; None if it carried none."""
        self.last_event_name: str = UNNAMED
        """The name (`event`) of the last event returned; `message` if it carried none."""
        self.end: E | None = None
        """The event that ended the stream, once it came."""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._request_state.url}>"

    def __enter__(self) -> Self:
        if self.response is not None:
            raise RuntimeError("this stream was opened before")
        self._open(self._request_state)
        self._lock = lock()
        self._is_open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        reader = self._reader
        if reader is not None:
            if kind is None and self.end is not None and self.response is not None:
                self._drain(reader, self.response)
            reader.close()
        with self._lock:
            self._close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        ready = self._ready
        while not self._is_over:
            try:
                event = ready.popleft()
            except IndexError:
                if not self._is_open:
                    raise RuntimeError("this stream is not open: read it inside its `with`") from None
                with self._lock:
                    if not ready and not self._is_over:
                        self._receive()
            else:
                return self._give(*event)
        raise StopIteration

    def _give(self, event: Any, event_id: str | None, name: str) -> E:
        """Decode an event and record its id and name."""
        self.last_event_id = event_id
        self.last_event_name = name
        try:
            model = self._decode(event)
        except DecodeError as error:
            raise self._in_stream(error) from None
        if self._ends and is_object(event) and event.get(self._tag) in self._ends:
            self.end = model
            self._is_over = True
        return model

    def _receive(self) -> None:
        """Take in the next piece of the stream."""
        if self._fault is not None:
            raise self._fault
        if self._reader is None:
            raise APIError("this stream was closed")
        try:
            piece = self._reader.next(self._request_state.retries.deadline_at)
        except TransportError as error:
            self._request_state.clean(error)
            self._break_off(error)
            return
        if piece is None:
            self._end_of_body()
            return
        parse, ready, decoder, ids = self._parse, self._ready, self._decoder, self._ids
        try:
            for data, event_id, name in decoder.feed(piece):
                event = parse(data)
                if event is None or ids.is_repeated(event_id):
                    continue
                ready.append((event, ids.own(event_id), name))
            limit = self._sender.config.options.max_response_bytes
            if decoder.pending_bytes > limit:
                raise DecodeError(f"an event of at most {limit} bytes (max_response_bytes)", Shown("a longer one"))
        except DecodeError as error:
            self._fault = self._in_stream(error)  # to be raised after the events that came before it
        if ready:
            self._received_id = ready[-1][1]

    def _end_of_body(self) -> None:
        """Take in that the body ended: the stream is over, unless an event was to say so."""
        if self._ends and self.end is None:
            self._break_off(None)
            return
        self._close()
        self._is_over = True

    def _in_stream(self, error: DecodeError) -> DecodeError:
        error.got = Shown(self._request_state.cleaned(error.got))
        return error if self.response is None else error.within(self.response)

    def _open(self, state: RequestState) -> None:
        response = self._sender.send(state, keep_open=True)
        self.response = response
        self._timeouts = state.timeouts
        wrong = why_no_stream(response)
        if wrong is not None:
            try:
                text = self._sender.read_start(response)
            except TransportError as error:
                raise state.connection_error(redact(response.request), error) from error
            finally:
                response.close()
            raise DecodeError("an event stream", Shown(f"{wrong}: {text!r}")).within(response)
        redact_response(response)
        self._reader = Reader(response.iter_bytes() if already_read(response) else response.iter_raw())

    def _drain(self, reader: Reader, response: Response) -> None:
        """Read what follows the last event, which is nearly always nothing, so that the connection can be used again.

        Skipped where a read cannot be time-limited: in the sync client over a given HTTP/2 client or other transport.
        """
        if not bound_reads(response):
            return
        deadline = time.monotonic() + DRAIN_SECONDS
        if self._timeouts is not None:
            self._timeouts.deadline = deadline
        with suppress(TransportError):
            for _ in range(DRAIN_PIECES):
                if reader.next(deadline) is None:
                    return

    def _close(self) -> None:
        self._reader = None
        if self.response is not None:
            self.response.close()

    def _break_off(self, cause: BaseException | None) -> None:
        """Note that the connection broke, and raise `StreamInterrupted`."""
        self._close()
        self._fault = self._interruption(cause)
        raise self._fault from cause

    def _interruption(self, cause: BaseException | None) -> APIConnectionError:
        why = f": {cause}" if cause is not None and str(cause) else ""
        return StreamInterrupted(
            f"the stream broke off before its end{why}",
            last_event_id=self.last_event_id,
            request=None if self.response is None else self.response.request,
            idempotency_key=self._request_state.idempotency_key,
        )
