"""A run's events as they come."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from .._errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    DecodeError,
    RunFailedError,
    Shown,
    StreamInterrupted,
)
from .._event_loops import pause
from .._logging import logger
from .._operation import Streaming
from .._public import public
from .._reply import TEXT, Recovery, Reply, ReplyAccumulator, find_reply, parse_event, reason_of_failure
from .._request_state import RequestState, decode_answer
from .._retries import UNKNOWN_OUTCOME, backoff
from .._sse import SSEDecoder
from .._transport import Response, TransportError, redact
from .._unset import UNSET

if TYPE_CHECKING:
    from .base_client import BaseClient

E = TypeVar("E")
H = TypeVar("H")

LAST_EVENT_ID = "Last-Event-ID"


@public
class EventStream(Generic[E, H]):
    """The events of a run, one by one, to be used in a `with`:

    ```python
    with backboard.messages.stream(thread_id, content="Hello") as events:
        for event in events: ...
    print(events.text)
    ```

    They end with the event that ends the run or asks for tool outputs. A failed run raises `RunFailedError`. If the
    connection breaks and the events carried ids, the stream continues where it broke by itself, up to `max_retries`
    times; else it raises `StreamInterrupted`, and `recover` tells whether the reply was stored all the same. Leaving
    early closes the connection, and does not stop the run: `cancel` does.
    """

    def __init__(
        self,
        client: BaseClient,
        streaming: Streaming[E, H],
        call: RequestState,
        thread_id: str | None,
        run_id: str | None,
        said: str | None,
    ) -> None:
        self._client = client
        self._streaming = streaming
        self._decode = streaming.decode
        self._ends = streaming.ends
        self._call = call
        self._said = said
        self._accumulator = ReplyAccumulator(thread_id, run_id)
        self._ready: deque[tuple[dict[str, Any], str | None]] = deque()
        self._received_id = call.headers.get(LAST_EVENT_ID)
        self._resumed_from = self._stream_id = self._received_id
        self._first_id: str | None = None
        self._comes_again = False
        self._resumptions = call.retries.max_retries
        self._is_replay = call.method == "GET"
        self._decoder = SSEDecoder()
        self._pieces: Iterator[bytes] | None = None
        self._fault: DecodeError | None = None
        self._is_open = False
        self._last_piece = ""
        self.response: Response | None = None
        """The response that the events come in: its status, its headers."""
        self.last_event_id: str | None = self._received_id
        """The id of the last event given out, for `runs.events`; None if it carried none."""
        self.end: E | None = None
        """The event that ended the stream, once it came."""

    @property
    def text(self) -> str:
        """The reply's text so far; after the end, the whole of it."""
        return self._accumulator.text

    @property
    def run_id(self) -> str | None:
        """The run, once an event named it."""
        return self._accumulator.run_id

    @property
    def thread_id(self) -> str | None:
        """The thread, once it is known."""
        return self._accumulator.thread_id

    def __repr__(self) -> str:
        return f"<{type(self).__name__} thread_id={self.thread_id!r} run_id={self.run_id!r}>"

    def __enter__(self) -> Self:
        if self.response is not None:
            raise RuntimeError("this stream was opened before")
        self._open(self._call)
        self._is_open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        self._close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> E:
        # A log that is read again goes on after a demand for tool outputs that were submitted since: it ends with its
        # last event, not with the first that could be the last.
        ready = self._ready
        while self.end is None or (self._is_replay and self._pieces is not None):
            if ready:
                return self._give(*ready.popleft())
            if not self._is_open:
                raise RuntimeError("this stream is closed: read it inside its `with`")
            self._receive()
        raise StopIteration

    def deltas(self) -> Iterator[str]:
        """The reply's text, piece by piece as it comes; other events are passed over."""
        for _ in self:
            if self._last_piece:
                yield self._last_piece

    def reply(self) -> Reply[E]:
        """Read the stream to its end and return the reply, whole."""
        for _ in self:
            pass
        assert self.end is not None
        return Reply(self.text, self.end, self.thread_id, self.run_id)

    def cancel(self) -> bool:
        """End the run. Its events go on to `run_cancelled`, unless it was over before.

        Returns whether it is cancelled. Waits for the event that names the run, if none has yet. Raises an `APIError`.
        """
        while self.run_id is None or self.thread_id is None:
            if not self._is_open or self.end is not None:
                raise RuntimeError("no event has named the run: it cannot be cancelled by its id")
            self._receive()
        assert self._streaming.cancel is not None
        config = self._client._config
        call = config.operation_request(
            self._streaming.cancel, (self.thread_id, self.run_id), None, None, None, None, UNSET, UNSET
        )
        answer = decode_answer(self._client._send(call), lambda value: value)
        return isinstance(answer, dict) and answer.get("cancelled") is True

    def recover(self) -> Recovery[H]:
        """Read the thread again, and say whether the reply to this call was stored. Raises an `APIError`."""
        history = self._streaming.history
        if self.thread_id is None or history is None:
            return Recovery(None, None, None)
        call = self._client._config.operation_request(history, (self.thread_id,), None, None, None, None, UNSET, UNSET)
        response = self._client._send(call)
        thread = decode_answer(response, history.decode)
        text = find_reply(json.loads(response.content), self.run_id, self._said)
        return Recovery(text is not None, text, thread)

    def _give(self, event: dict[str, Any], event_id: str | None) -> E:
        """The model of an event that came, its text and its id taken in."""
        self.last_event_id = event_id
        self.end = None
        kind = event.get("type")
        self._last_piece = self._accumulator.add(event) if kind == TEXT else ""
        try:
            model = self._decode(event)
        except DecodeError as error:
            raise self._in_stream(error) from None
        if kind in self._ends:
            self._accumulator.settle(event)
            self.end = model
            reason = reason_of_failure(event, self._streaming.failures)
            if reason is not None:
                raise RunFailedError(
                    reason,
                    event=model,
                    partial_text=self.text,
                    run_id=self.run_id,
                    thread_id=self.thread_id,
                    request=None if self.response is None else self.response.request,
                )
        return model

    def _receive(self) -> None:
        """Take in the next piece of the stream, from a new connection if this one broke."""
        if self._fault is not None:
            raise self._fault
        if self._pieces is None:
            raise RuntimeError("this stream broke off: `recover` tells what became of the reply")
        try:
            piece = next(self._pieces, None)
        except TransportError as error:
            self._resume(error)
            return
        if piece is None:
            if self.end is None:
                self._resume(None)
            else:
                self._close()
            return
        accumulator, ready = self._accumulator, self._ready
        try:
            for data, event_id in self._decoder.feed(piece):
                event = parse_event(data)
                if event is None:
                    continue
                if event_id is not None:
                    if self._resumed_from is not None and self._came_before(event_id):
                        continue
                    if event_id == self._stream_id:
                        event_id = None  # not its own: the stream could not be resumed after this event
                    else:
                        self._stream_id = event_id
                        if self._first_id is None:
                            self._first_id = event_id
                elif self._comes_again:
                    continue
                if accumulator.is_new:
                    accumulator.note_ids(event)
                ready.append((event, event_id))
        except DecodeError as error:
            self._fault = self._in_stream(error)  # to be raised after the events that came before it
        if ready:
            self._received_id = ready[-1][1]

    def _came_before(self, event_id: str) -> bool:
        """Whether an event after a break came before it: the last one again, or all of them, from a server that heeds
        no `Last-Event-ID`."""
        if event_id == self._resumed_from:
            self._comes_again = False
            return True
        if event_id == self._first_id:
            self._comes_again = True
        return self._comes_again

    def _in_stream(self, error: DecodeError) -> DecodeError:
        return error if self.response is None else error.within(self.response)

    def _open(self, call: RequestState) -> None:
        response = self._client._send(call, keep_open=True)
        redact(response.request)
        self.response = response
        if response.headers.get("content-type", "").partition(";")[0].strip().lower() != "text/event-stream":
            try:
                response.read()
            except TransportError as error:
                raise call.connection_error(response.request, error) from error
            finally:
                response.close()
            kind = response.headers.get("content-type", "a body without a type")
            raise DecodeError("an event stream", Shown(f"{kind}: {response.text[:80]!r}")).within(response)
        self._pieces = response.iter_bytes()

    def _close(self) -> None:
        self._pieces = None
        if self.response is not None:
            self.response.close()

    def _resume(self, cause: APIError | TransportError | None) -> None:
        """Continue after the last event that came whole, over a new connection; `StreamInterrupted` if that cannot
        be."""
        self._close()
        resume = self._streaming.resume
        deadline = self._call.retries.deadline
        retry = 0
        while (
            resume is not None
            and self._received_id is not None
            and self.thread_id is not None
            and self.run_id is not None
            and self._resumptions > 0
        ):
            seconds = backoff(retry)
            if deadline is not None and time.monotonic() + seconds >= deadline:
                break
            retry += 1
            self._resumptions -= 1
            logger.info(
                "the events of run %s broke off; resuming after %s in %.2f s", self.run_id, self._received_id, seconds
            )
            pause(seconds)
            call = self._client._config.operation_request(
                resume,
                (self.thread_id, self.run_id),
                None,
                {LAST_EVENT_ID: self._received_id},
                None,
                None,
                UNSET,
                UNSET,
                is_stream=True,
            )
            call.retries.max_retries = 0
            call.retries.deadline = deadline
            try:
                self._open(call)
            except APIConnectionError as error:
                cause = error
            except APIStatusError as error:
                cause = error
                if error.status_code != 429 and error.status_code not in UNKNOWN_OUTCOME:
                    break
            except DecodeError as error:
                cause = error
                break
            else:
                self._decoder = SSEDecoder()
                self._resumed_from = self._stream_id = self._received_id
                self._comes_again = False
                self._is_replay = True
                return
        if self.end is None:
            self._interrupt(cause)

    def _interrupt(self, cause: BaseException | None) -> NoReturn:
        said = f"; {len(self.text)} characters of the reply had come" if self.text else ""
        why = f": {cause}" if cause is not None and str(cause) else ""
        raise StreamInterrupted(
            f"the stream broke off before the event that ends it{said}{why}",
            partial_text=self.text,
            last_event_id=self.last_event_id,
            run_id=self.run_id,
            thread_id=self.thread_id,
            request=None if self.response is None else self.response.request,
            idempotency_key=self._call.idempotency_key,
        ) from cause
