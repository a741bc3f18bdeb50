"""A run's events as they come: what `runs`, the adapter of methods.yaml, adds to server-sent events."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

from .._errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    DecodeError,
    request_id,
)
from .._event_loops import pause
from .._json_types import is_object
from .._logging import logger
from .._models.decoding import loads
from .._public import public
from .._request.auth import is_header_value
from .._request.state import RequestState, decode_response
from .._retries import UNKNOWN_OUTCOME, backoff
from .._runs import (
    TEXT,
    Recovery,
    Reply,
    ReplyAccumulator,
    RunFailedError,
    RunStreaming,
    StreamInterrupted,
    find_reply,
    parse_event,
    reason_in_frame,
    reason_of_failure,
)
from .._sse import SSEDecoder
from .sender import Sender
from .streaming import LAST_EVENT_ID, ServerSentEvents

E = TypeVar("E")
H = TypeVar("H")


@public
class EventStream(ServerSentEvents[E], Generic[E, H]):
    """The events of a run, one by one, to be used in a `with`:

    ```python
    with backboard.messages.stream(thread_id, content="Hello") as events:
        for event in events: ...
    print(events.text)
    ```

    They end with the event that ends the run or asks for tool outputs. A failed run raises `RunFailedError`. If the
    connection breaks, the stream reconnects if events have ids, up to `max_retries` times; else it raises
    `StreamInterrupted`, and `recover` tells whether the reply was stored. Leaving early closes the connection, and
    does not stop the run: `cancel` does.
    """

    def __init__(
        self, sender: Sender, streaming: RunStreaming[E, H], call: RequestState, known: Mapping[str, object]
    ) -> None:
        super().__init__(sender, streaming, call, known)
        self._parse = parse_event
        self._streaming: RunStreaming[E, H] = streaming
        self._accumulator = ReplyAccumulator(known)
        self._retry = 0  # how many reconnections were tried
        self._is_replay = call.method == "GET"  # whether the events come from the run's stored log
        self._break: BaseException | None = None  # why the connection broke; None for an early end of the body
        self._is_broken = False  # whether it broke and no new one is open yet
        self._last_piece = ""

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

    @property
    def tool_calls(self) -> list[Any]:
        """The tool calls that the run waits for, once the stream ended with them."""
        return list(getattr(self.end, "tool_calls", None) or ())

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
        while not self._is_named:
            if not self._is_open or self.end is not None or self._fault is not None:
                raise APIError("no event has named the run, so it cannot be cancelled")
            with self._lock:
                if not self._is_named:
                    self._receive()
        assert self._streaming.cancel is not None
        assert self.thread_id is not None
        assert self.run_id is not None
        state = self._sender.operation_request(self._streaming.cancel, (self.thread_id, self.run_id))
        answer = decode_response(self._sender.send(state), lambda value: value)
        return is_object(answer) and answer.get("cancelled") is True

    @property
    def _is_named(self) -> bool:
        return self.run_id is not None and self.thread_id is not None

    def recover(self) -> Recovery[H]:
        """Read the thread again, and say whether the reply to this call was stored. Raises an `APIError`."""
        history = self._streaming.history
        if self.thread_id is None or history is None:
            return Recovery(None, None, None)
        state = self._sender.operation_request(history, (self.thread_id,))
        response = self._sender.send(state)
        thread = decode_response(response, history.decode)
        text = find_reply(loads(response.content), self.run_id, self._accumulator.said)
        return Recovery(text is not None, text, thread)

    def _give(self, event: Any, event_id: str | None, name: str) -> E:
        """Decode an event and record its text, id and name."""
        self.last_event_id = event_id
        self.last_event_name = name
        self.end = None
        kind = event.get("type")
        self._last_piece = self._accumulator.add(event) if kind == TEXT else ""
        if kind is None and (reason := reason_in_frame(event)) is not None:
            self._fault = self._failure(reason, None)
            raise self._fault
        try:
            model = self._decode(event)
        except DecodeError as error:
            raise self._in_stream(error) from None
        if kind in self._ends:
            self._accumulator.settle(event)
            self.end = model
            # A replayed log may contain an earlier `tool_submit_required`; only EOF ends a replay.
            self._is_over = not (self._is_replay and self._reader is not None)
            reason = reason_of_failure(event, self._streaming.failures)
            if reason is not None:
                raise self._failure(reason, model)
        return model

    def _failure(self, reason: str, event: E | None) -> RunFailedError:
        return RunFailedError(
            self._request_state.cleaned(reason),
            event=event,
            partial_text=self.text,
            run_id=self.run_id,
            thread_id=self.thread_id,
            request_id=None if self.response is None else request_id(self.response),
            request=None if self.response is None else self.response.request,
        )

    def _receive(self) -> None:
        """Take in the next piece of the stream, from a new connection if this one broke."""
        if self._fault is None and self._reader is None and self._is_broken:
            self._resume()  # an earlier try was cancelled
            return
        super()._receive()
        if self._accumulator.is_new:
            for event, *_ in self._ready:
                self._accumulator.note_ids(event)

    def _break_off(self, cause: BaseException | None) -> None:
        """Note that the connection broke, and continue over a new one."""
        self._break, self._is_broken = cause, True
        self._close()
        self._resume()

    def _resume(self) -> None:
        """Continue after the last event that came whole, over a new connection; `StreamInterrupted` if that cannot
        be. When it is cancelled it can be tried again."""
        deadline = self._request_state.retries.deadline_at
        while self._is_open:
            state = self._resume_request()
            if state is None:
                break
            seconds = backoff(self._retry)
            if deadline is not None and time.monotonic() + seconds >= deadline:
                break
            logger.info(
                "the events of run %s broke off; resuming after %s in %.2f s", self.run_id, self._received_id, seconds
            )
            pause(seconds)
            state.retries.max_retries = 0
            state.retries.deadline_at = deadline
            try:
                self._open(state)
            except APIConnectionError as error:
                self._break = error
            except APIStatusError as error:
                self._break = error
                if error.status_code != 429 and error.status_code not in UNKNOWN_OUTCOME:
                    break
            except DecodeError as error:
                self._break = error
                break
            else:
                self._decoder = SSEDecoder()
                self._ids.resume(self._received_id)
                self._is_replay = True
                self._is_broken = False
                return
            finally:
                self._retry += 1
        if self.end is None:
            self._fault = self._interruption(self._break)
            raise self._fault from self._break
        self._is_over = True

    def _resume_request(self) -> RequestState | None:
        """The call that continues the stream; None if nothing can."""
        resume, received = self._streaming.resume, self._received_id
        if resume is None or received is None or self.thread_id is None or self.run_id is None:
            return None
        if self._retry >= self._request_state.retries.max_retries or not is_header_value(received):
            return None
        return self._sender.operation_request(
            resume, (self.thread_id, self.run_id), None, {LAST_EVENT_ID: received}, is_stream=True
        )

    def _interruption(self, cause: BaseException | None) -> StreamInterrupted:
        said = f"; {len(self.text)} characters of the reply had come" if self.text else ""
        why = f": {cause}" if cause is not None and str(cause) else ""
        return StreamInterrupted(
            f"the stream broke off before the event that ends it{said}{why}",
            partial_text=self.text,
            last_event_id=self.last_event_id,
            run_id=self.run_id,
            thread_id=self.thread_id,
            request=None if self.response is None else self.response.request,
            idempotency_key=self._request_state.idempotency_key,
        )
