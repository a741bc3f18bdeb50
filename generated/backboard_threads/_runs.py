"""Runs: replies as they grow, at their end, and after an interruption. `runs` in methods.yaml enables this adapter."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any, Generic, TypeVar

from ._errors import MAX_DETAIL, APIConnectionError, APIError, DecodeError, cleaned, request_id
from ._json_types import is_object
from ._network.transport import Request, Response, redact
from ._public import public
from ._request.operation import Operation, Streaming
from ._sse import NO_EVENT

E = TypeVar("E")
H = TypeVar("H")

TEXT = "content_streaming"
"""The type of the events that the reply's text comes in."""

_scan = json.JSONDecoder().raw_decode  # json.loads takes twice as long around it, for texts of this size


@public
class StreamInterrupted(APIConnectionError):
    """A stream broke off before its last event. The events before that were returned; the run may still go on."""

    def __init__(
        self,
        message: str,
        *,
        partial_text: str = "",
        last_event_id: str | None = None,
        run_id: str | None = None,
        thread_id: str | None = None,
        request: Request | None = None,
        idempotency_key: str | None = None,
    ) -> None:
        super().__init__(message, request=request, idempotency_key=idempotency_key)
        self.partial_text = partial_text
        """The reply's text as far as it came."""
        self.last_event_id = last_event_id
        """The id of the last event, for `runs.events`; None if the events carried none."""
        self.run_id = run_id
        """The run, if an event named it."""
        self.thread_id = thread_id
        """The thread, if known."""


@public
class RunFailedError(APIError):
    """The run failed: the stream held a `run_failed` or an `error` event, or the turn has the status `FAILED`."""

    def __init__(
        self,
        message: str,
        *,
        partial_text: str,
        run_id: str | None,
        thread_id: str | None,
        event: Any = None,
        turn: Any = None,
        request_id: str | None = None,
        request: Request | None = None,
    ) -> None:
        super().__init__(message, request=request)
        self.event = event
        """The event of a stream that said so; None where the call was no stream."""
        self.turn = turn
        """The failed turn; None where the call was a stream."""
        self.partial_text = partial_text
        """The reply's text as far as it came."""
        self.run_id = run_id
        self.thread_id = thread_id
        self.request_id = request_id
        """The server's id of the request (`X-Request-ID`), if it sent one."""


class RunStreaming(Streaming[E], Generic[E, H]):
    """How a run's events read, and the operations that continue, stop and replace them.

    `failures` are the ends that are raised. `resume` continues a run's events after `Last-Event-ID` (path values:
    thread, run), `cancel` ends the run (the same), `history` reads the thread.
    """

    __slots__ = ("cancel", "failures", "history", "resume")

    def __init__(
        self,
        decode: Callable[[Any], E],
        *,
        ends: frozenset[str],
        failures: frozenset[str],
        resume: Operation[Any] | None = None,
        cancel: Operation[Any] | None = None,
        history: Operation[H] | None = None,
    ) -> None:
        super().__init__(decode, ends=ends)
        self.failures: frozenset[str] = failures
        self.resume: Operation[Any] | None = resume
        self.cancel: Operation[Any] | None = cancel
        self.history: Operation[H] | None = history


@public
class Reply(Generic[E]):
    """A stream's reply, whole."""

    __slots__ = ("end", "run_id", "text", "thread_id")

    def __init__(self, text: str, end: E, thread_id: str | None, run_id: str | None) -> None:
        self.text: str = text
        """Text of the reply."""
        self.end: E = end
        """The event that ended the stream; for `tool_submit_required` it names the tools to call."""
        self.thread_id: str | None = thread_id
        self.run_id: str | None = run_id

    def __repr__(self) -> str:
        return f"Reply({self.text!r}, thread_id={self.thread_id!r}, run_id={self.run_id!r})"


@public
class Recovery(Generic[H]):
    """Stored state of a reply whose stream was interrupted."""

    __slots__ = ("stored", "text", "thread")

    def __init__(self, stored: bool | None, text: str | None, thread: H | None) -> None:
        self.stored: bool | None = stored
        """Whether the reply is stored whole; None if that cannot be known, because no event named the thread."""
        self.text: str | None = text
        """The stored reply's text."""
        self.thread: H | None = thread
        """The thread, as read again."""

    def __repr__(self) -> str:
        return f"Recovery(stored={self.stored!r}, text={self.text!r})"


class ReplyAccumulator:
    """The reply so far. The events' fields are those of docs/hosted-api.md, section 5.3."""

    __slots__ = ("_length", "_text", "is_new", "run_id", "said", "thread_id")

    def __init__(self, known: Mapping[str, object]) -> None:
        """`known` is what the call says before its first event: thread, run, and the content of the message."""
        self.thread_id = _text_or_none(known.get("thread_id"))
        self.run_id = _text_or_none(known.get("run_id"))
        self.said = _text_or_none(known.get("content"))
        self.is_new = self.run_id is None or self.thread_id is None
        """Whether there is still something to learn of it."""
        self._text = StringIO()
        self._length = 0

    @property
    def text(self) -> str:
        """Text of the reply so far."""
        return self._text.getvalue()

    def note_ids(self, event: Mapping[str, Any]) -> None:
        """Learn which thread and run the events are of, from the first that says so."""
        run_id, thread_id = event.get("run_id"), event.get("thread_id")
        if self.run_id is None and isinstance(run_id, str):
            self.run_id = run_id
        if self.thread_id is None and isinstance(thread_id, str):
            self.thread_id = thread_id
        self.is_new = self.run_id is None or self.thread_id is None

    def add(self, event: Mapping[str, Any]) -> str:
        """Take in an event's text, and return what it adds.

        The whole text so far counts where the event carries it: not every server is known to send `content` in pieces.
        """
        piece, whole = event.get("content"), event.get("accumulated_content")
        if isinstance(whole, str) and len(whole) > self._length:
            piece = whole[self._length :]
        if not isinstance(piece, str):
            return ""
        self._text.write(piece)
        self._length += len(piece)
        return piece

    def settle(self, event: Mapping[str, Any]) -> None:
        """Take in the event that ends the stream: its whole text counts, where it has one."""
        for name in ("final_content", "content"):
            whole = event.get(name)
            if isinstance(whole, str):
                self._text = StringIO()
                self._length = self._text.write(whole)  # more may come where a stored log is read again
                return


def parse_event(data: str) -> dict[str, Any] | None:
    """An event's JSON object; None for empty data or `[DONE]`, which say nothing. Raises `DecodeError`."""
    try:
        event, end = _scan(data)
        if end != len(data):
            event = json.loads(data)
    except (ValueError, RecursionError):
        if data.strip() in NO_EVENT:
            return None
        if data[:1].isspace():
            return parse_event(data.strip())
        raise DecodeError("an event's JSON", data) from None
    if event.__class__ is not dict:
        raise DecodeError("an event's JSON object", event)
    return event


def reason_of_failure(event: Mapping[str, Any], failures: frozenset[str]) -> str | None:
    """Why the run failed, if `event`, which ends a stream, says that it did.

    A `run_ended` says so with a status that is none of the good ones (docs/hosted-api.md, sections 5.3 and 7.4).
    """
    status = event.get("status")
    has_failed = isinstance(status, str) and status.lower() not in ("", "completed", "cancelled", "requires_action")
    if event.get("type") not in failures and not has_failed:
        return None
    for name in ("error", "message", "detail"):
        text = event.get(name)
        if isinstance(text, str) and text:
            return text
        if is_object(text) and isinstance(text.get("message"), str):
            return str(text["message"])
    return f"the run ended as {status}" if has_failed else "the run failed"


def reason_in_frame(frame: Mapping[str, Any]) -> str | None:
    """The error in a frame that is no event of the API's but a gateway's, as in the body of an error's answer."""
    for name in ("error", "detail"):
        if name in frame:
            reason = frame[name]
            if is_object(reason):
                reason = reason.get("message", reason)
            return (reason if isinstance(reason, str) else json.dumps(reason))[:MAX_DETAIL]
    return None


def raise_if_failed(turn: Any, response: Response) -> None:
    """Raise `RunFailedError` for a turn with the status `FAILED`."""
    if getattr(turn, "status", None) != "FAILED":
        return
    content, run_id = getattr(turn, "content", None), getattr(turn, "run_id", None)
    raise RunFailedError(
        cleaned(str(turn.message), response.request),
        turn=turn,
        partial_text=content if isinstance(content, str) else "",
        run_id=run_id if isinstance(run_id, str) else None,
        thread_id=turn.thread_id,
        request_id=request_id(response),
        request=redact(response.request),
    )


def find_reply(thread: Mapping[str, Any], run_id: str | None, said: str | None) -> str | None:
    """The text of the reply that `thread`, as JSON, holds to what was `said` in the run `run_id`; None if it holds
    none.

    Messages are matched to runs by `metadata_.run_id` (docs/hosted-api.md, section 2); without it, take what follows
    the last user message, if that is ours.
    """
    given: list[object] = thread.get("messages") or []
    messages = [message for message in given if is_object(message)]
    of_run = [message for message in messages if run_id is not None and _run_of(message) == run_id]
    if not of_run:
        last = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=None)
        if last is None or (said is not None and messages[last].get("content") != said):
            return None
        of_run = messages[last + 1 :]
    for message in reversed(of_run):
        is_whole = message.get("status") in (None, "COMPLETED")
        if message.get("role") == "assistant" and is_whole and message.get("content"):
            return str(message["content"])
    return None


def _run_of(message: Mapping[str, Any]) -> object:
    metadata = message.get("metadata_")
    return metadata.get("run_id") if is_object(metadata) else None


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None
