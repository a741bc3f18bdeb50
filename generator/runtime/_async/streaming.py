"""A run's events as they come."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from .._auth import is_header_value
from .._errors import (
    APIConnectionError,
    APIError,
    APIStatusError,
    DecodeError,
    RunFailedError,
    Shown,
    StreamInterrupted,
    request_id,
)
from .._event_loops import AsyncReader, async_lock, async_pause
from .._json import loads
from .._logging import logger
from .._operation import Streaming
from .._public import public
from .._reply import (
    TEXT,
    Recovery,
    Reply,
    ReplyAccumulator,
    find_reply,
    parse_event,
    reason_in_frame,
    reason_of_failure,
)
from .._request_state import RequestState, decode_response
from .._retries import UNKNOWN_OUTCOME, backoff
from .._sse import EventIds, SSEDecoder, why_no_stream
from .._transport import PhaseTimeouts, Response, TransportError, already_read, redact
from .sender import AsyncSender

E = TypeVar("E")
H = TypeVar("H")

LAST_EVENT_ID = "Last-Event-ID"
DRAIN_SECONDS = 0.25
"""How long the end of the body may take to follow the last event."""
DRAIN_PIECES = 4
"""How many pieces may follow it."""


@public
class AsyncEventStream(Generic[E, H]):
    """The events of a run, one by one, to be used in a `with`:

    ```python
    async with backboard.messages.stream(thread_id, content="Hello") as events:
        async for event in events: ...
    print(events.text)
    ```

    They end with the event that ends the run or asks for tool outputs. A failed run raises `RunFailedError`. If the
    connection breaks, the stream reconnects if events have ids, up to `max_retries` times; else it raises
    `StreamInterrupted`, and `recover` tells whether the reply was stored. Leaving early closes the connection, and
    does not stop the run: `cancel` does.
    """

    def __init__(
        self,
        sender: AsyncSender,
        streaming: Streaming[E, H],
        call: RequestState,
        thread_id: str | None,
        run_id: str | None,
        said: str | None,
    ) -> None:
        self._sender: AsyncSender = sender
        self._streaming: Streaming[E, H] = streaming
        self._decode: Callable[[Any], E] = streaming.decode
        self._ends: frozenset[str] = streaming.ends
        self._request_state: RequestState = call
        self._said: str | None = said
        self._accumulator = ReplyAccumulator(thread_id, run_id)
        self._ready: deque[tuple[dict[str, Any], str | None]] = deque()
        # The id of the last event received, to resume after; None if it had none of its own.
        self._received_id: str | None = call.headers.get(LAST_EVENT_ID)
        self._ids = EventIds(self._received_id)  # recognizes events that a new connection repeats
        self._retry = 0  # how many reconnections were tried
        self._is_replay = call.method == "GET"  # whether the events come from the run's stored log
        self._decoder = SSEDecoder()
        self._reader: AsyncReader | None = None
        self._timeouts: PhaseTimeouts | None = None
        self._lock: Any = None
        self._break: BaseException | None = None  # why the connection broke; None for an early end of the body
        self._is_broken = False  # whether it broke and no new one is open yet
        self._fault: APIError | None = None  # what every further read raises
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

    async def __aenter__(self) -> Self:
        if self.response is not None:
            raise RuntimeError("this stream was opened before")
        await self._open(self._request_state)
        self._lock = async_lock()
        self._is_open = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        reader = self._reader
        if reader is not None:
            if kind is None and self.end is not None:
                await self._drain(reader)
            await reader.close()
        async with self._lock:
            await self._close()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> E:
        ready = self._ready
        while not self._is_over:
            try:
                event = ready.popleft()
            except IndexError:
                if not self._is_open:
                    raise RuntimeError("this stream is closed: read it inside its `with`") from None
                async with self._lock:
                    if not ready and not self._is_over:
                        await self._receive()
            else:
                return self._give(*event)
        raise StopAsyncIteration

    @property
    def _is_over(self) -> bool:
        # A replayed log may contain an earlier `tool_submit_required`; only EOF ends a replay.
        return self.end is not None and not (self._is_replay and self._reader is not None)

    async def deltas(self) -> AsyncIterator[str]:
        """The reply's text, piece by piece as it comes; other events are passed over."""
        async for _ in self:
            if self._last_piece:
                yield self._last_piece

    async def reply(self) -> Reply[E]:
        """Read the stream to its end and return the reply, whole."""
        async for _ in self:
            pass
        assert self.end is not None
        return Reply(self.text, self.end, self.thread_id, self.run_id)

    async def cancel(self) -> bool:
        """End the run. Its events go on to `run_cancelled`, unless it was over before.

        Returns whether it is cancelled. Waits for the event that names the run, if none has yet. Raises an `APIError`.
        """
        while not self._is_named:
            if not self._is_open or self.end is not None or self._fault is not None:
                raise APIError("no event has named the run, so it cannot be cancelled")
            async with self._lock:
                if not self._is_named:
                    await self._receive()
        assert self._streaming.cancel is not None
        assert self.thread_id is not None
        assert self.run_id is not None
        state = self._sender.config.operation_request(self._streaming.cancel, (self.thread_id, self.run_id))
        answer = decode_response(await self._sender.send(state), lambda value: value)
        return isinstance(answer, dict) and answer.get("cancelled") is True

    @property
    def _is_named(self) -> bool:
        return self.run_id is not None and self.thread_id is not None

    async def recover(self) -> Recovery[H]:
        """Read the thread again, and say whether the reply to this call was stored. Raises an `APIError`."""
        history = self._streaming.history
        if self.thread_id is None or history is None:
            return Recovery(None, None, None)
        state = self._sender.config.operation_request(history, (self.thread_id,))
        response = await self._sender.send(state)
        thread = decode_response(response, history.decode)
        text = find_reply(loads(response.content), self.run_id, self._said)
        return Recovery(text is not None, text, thread)

    def _give(self, event: dict[str, Any], event_id: str | None) -> E:
        """Decode an event and record its text and id."""
        self.last_event_id = event_id
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

    async def _receive(self) -> None:
        """Take in the next piece of the stream, from a new connection if this one broke."""
        if self._fault is not None:
            raise self._fault
        if self._reader is None:
            if not self._is_broken:
                raise APIError("this stream was closed")
            await self._resume()  # an earlier try was cancelled
            return
        try:
            piece = await self._reader.next(self._request_state.retries.deadline_at)
        except TransportError as error:
            await self._break_off(error)
            return
        if piece is None:
            if self.end is None:
                await self._break_off(None)
            else:
                await self._close()
            return
        accumulator, ready, decoder, ids = self._accumulator, self._ready, self._decoder, self._ids
        try:
            for data, event_id in decoder.feed(piece):
                event = parse_event(data)
                if event is None or ids.is_repeated(event_id):
                    continue
                if accumulator.is_new:
                    accumulator.note_ids(event)
                ready.append((event, ids.own(event_id)))
            limit = self._sender.config.options.max_response_bytes
            if decoder.pending_bytes > limit:
                raise DecodeError(f"an event of at most {limit} bytes (max_response_bytes)", Shown("a longer one"))
        except DecodeError as error:
            self._fault = self._in_stream(error)  # to be raised after the events that came before it
        if ready:
            self._received_id = ready[-1][1]

    def _in_stream(self, error: DecodeError) -> DecodeError:
        error.got = Shown(self._request_state.cleaned(error.got))
        return error if self.response is None else error.within(self.response)

    async def _open(self, state: RequestState) -> None:
        response = await self._sender.send(state, keep_open=True)
        self.response = response
        self._timeouts = state.timeouts
        wrong = why_no_stream(response)
        if wrong is not None:
            try:
                text = await self._sender.read_start(response)
            except TransportError as error:
                raise state.connection_error(redact(response.request), error) from error
            finally:
                await response.aclose()
            raise DecodeError("an event stream", Shown(f"{wrong}: {text!r}")).within(response)
        redact(response.request)
        self._reader = AsyncReader(response.aiter_bytes() if already_read(response) else response.aiter_raw())

    async def _drain(self, reader: AsyncReader) -> None:
        """Read what follows the last event, which is nearly always nothing, so that the connection can be used again.

        Skipped in the sync client over a given `http_client`, where a read cannot be time-limited.
        """
        if not reader.always_ends and self._sender.http_clients.is_given:
            return
        deadline = time.monotonic() + DRAIN_SECONDS
        if self._timeouts is not None:
            self._timeouts.deadline = deadline
        with suppress(TransportError):
            for _ in range(DRAIN_PIECES):
                if await reader.next(deadline) is None:
                    return

    async def _close(self) -> None:
        self._reader = None
        if self.response is not None:
            await self.response.aclose()

    async def _break_off(self, cause: BaseException | None) -> None:
        """Note that the connection broke, and continue over a new one."""
        self._break, self._is_broken = cause, True
        await self._close()
        await self._resume()

    async def _resume(self) -> None:
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
            await async_pause(seconds)
            state.retries.max_retries = 0
            state.retries.deadline_at = deadline
            try:
                await self._open(state)
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

    def _resume_request(self) -> RequestState | None:
        """The call that continues the stream; None if nothing can."""
        resume, received = self._streaming.resume, self._received_id
        if resume is None or received is None or self.thread_id is None or self.run_id is None:
            return None
        if self._retry >= self._request_state.retries.max_retries or not is_header_value(received):
            return None
        return self._sender.config.operation_request(
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
