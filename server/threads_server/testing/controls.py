"""The calls by which a test sets the answers, faults and time of a testing server."""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from threads_server.testing.instructions import Answer, BadInstruction, Fault

if TYPE_CHECKING:
    from threads_server.responders import Conversation
    from threads_server.responders.scripted import Answer as Played

Text: TypeAlias = "str | Sequence[str] | Callable[[Conversation], Played]"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request that the server received.

    `operation` is its operationId; None for a path with another method. `headers` have lower-case names, and no key.
    `body` is the parsed JSON, for a form its fields (a file as `filename`, `size` and `text`), and None if there is
    none; the first MiB of it.
    """

    operation: str | None
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any


class Controls(ABC):
    """Answers, faults, time and requests of a server, set and seen by a test.

    An operation is named by its operationId (`sendMessage`), or None for any. A fault happens to the next `times`
    requests for it, for `times=None` to all until `reset`; several happen in the order in which they were given.

    Raises:
        BadInstruction: from every method, for what the server cannot do.
    """

    @abstractmethod
    def perform(self, action: str, body: Mapping[str, Any]) -> Any:
        """Send one instruction, a POST to `/testing/{action}`; its result."""

    @abstractmethod
    def look(self, path: str) -> Any:
        """GET a path of the API, without faults and without a record; its JSON."""

    def reply(
        self,
        text: Text = "",
        *,
        delay: float = 0.0,
        reasoning: str = "",
        tool_calls: Sequence[Mapping[str, object]] = (),
        usage: Mapping[str, int] | None = None,
        error: str | None = None,
        hold: bool = False,
    ) -> None:
        """Prepare one more answer, for the next message that no pattern of `on` fits.

        Without a prepared answer the offline responder answers (docs/guide.md).

        Args:
            text: the answer, or its pieces; or a function of the conversation, if the server runs in this process.
            delay: seconds before each piece.
            reasoning: the reasoning before it.
            tool_calls: objects with `name` and `arguments`; the run then waits for their outputs.
            usage: `input_tokens`, `output_tokens`, `total_tokens`, `cached_input_tokens`.
            error: the run fails after the text, with this reason.
            hold: the run goes on, and its thread is busy, until `release` or a cancel.
        """
        self._answer(None, text, delay, reasoning, tool_calls, usage, error, hold)

    def on(
        self,
        pattern: str,
        reply: Text = "",
        *,
        delay: float = 0.0,
        reasoning: str = "",
        tool_calls: Sequence[Mapping[str, object]] = (),
        usage: Mapping[str, int] | None = None,
        error: str | None = None,
        hold: bool = False,
    ) -> None:
        """Prepare the answer to every message in which a regular expression is found, as `reply` does for one."""
        self._answer(pattern, reply, delay, reasoning, tool_calls, usage, error, hold)

    def fail(
        self,
        operation: str | None,
        status: int = 500,
        *,
        detail: str | None = None,
        retry_after: float | None = None,
        times: int | None = 1,
    ) -> None:
        """Answer with an error, before the operation is done."""
        self._fault("status", operation, times, status=status, detail=detail, retry_after=retry_after)

    def drop(self, operation: str | None, *, done: bool = False, times: int | None = 1) -> None:
        """Reset the connection without a response, before the operation or, with `done`, after it."""
        self._fault("drop", operation, times, done=done)

    def hang(self, operation: str | None, *, done: bool = False, times: int | None = 1) -> None:
        """Let the client's time-out pass: no response until it leaves or `release`. `done` as in `drop`."""
        self._fault("hang", operation, times, done=done)

    def cut(
        self, operation: str | None, *, byte: int | None = None, event: int | None = None, times: int | None = 1
    ) -> None:
        """Close the connection after so many bytes of the response's body, or events of its stream."""
        self._fault("cut", operation, times, byte=byte, event=event)

    def garble(self, operation: str | None, *, times: int | None = 1) -> None:
        """Send JSON that does not end, as the body or as the first event, after the operation was done."""
        self._fault("garbage", operation, times)

    def insert_event(
        self, operation: str | None, value: Mapping[str, object], *, before: int = 0, times: int | None = 1
    ) -> None:
        """Send one more event in a stream, before the event of this number from 0, such as one of an unknown type."""
        self._fault("event", operation, times, value=value, event=before)

    def refuse(self, seconds: float) -> None:
        """Refuse connections for so long, as if no server were running. Open ones are closed."""
        self.perform("refuse", {"seconds": seconds})

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move the server's clock. What expires meanwhile (idempotency keys, event logs) is gone afterwards."""
        step = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        self.perform("clock", {"advance": step.total_seconds()})

    def freeze(self, time: datetime | str = "2026-01-01T00:00:00Z", *, seed: int = 0) -> None:
        """Stop the server's clock at a time, and make the ids that belong to `seed`.

        The same calls on a new server then have the same answers, byte for byte. `advance` still moves the clock. One
        server makes the ids of a time and seed once, since what has them stays stored.
        """
        moment = time if isinstance(time, str) else time.isoformat()
        self.perform("clock", {"time": moment, "seed": seed})

    def release(self) -> None:
        """Let held answers go on, and drop requests that hang."""
        self.perform("release", {})

    def reset(self) -> None:
        """Forget answers, faults, requests and the clock. What is stored stays."""
        self.perform("reset", {})

    @property
    def requests(self) -> list[RecordedRequest]:
        """The requests for the API, oldest first: the last 10,000."""
        return [RecordedRequest(**request) for request in self.perform("requests", {})]

    @property
    def threads(self) -> list[dict[str, Any]]:
        """The threads of the server's account with their messages, newest first, as the API gives them."""
        found: list[dict[str, Any]] = []
        while page := self.look(f"/threads?include_messages=true&limit=100&skip={len(found)}"):
            found += page
        return found

    def _answer(
        self,
        pattern: str | None,
        text: Text,
        delay: float,
        reasoning: str,
        tool_calls: Sequence[Mapping[str, object]],
        usage: Mapping[str, int] | None,
        error: str | None,
        hold: bool,
    ) -> None:
        answer = Answer(
            text=text,
            pattern=pattern,
            delay=delay,
            reasoning=reasoning,
            tool_calls=tool_calls,
            usage=usage or {},
            error=error,
            hold=hold,
        )
        self.perform("answers", answer.to_json())

    def _fault(self, kind: str, operation: str | None, times: int | None, **rest: Any) -> None:
        self.perform("faults", Fault(kind=kind, operation=operation, times=times, **rest).to_json())


def encoded(body: Mapping[str, Any]) -> bytes:
    """An instruction as JSON. Raises BadInstruction for one that only a server in this process can take."""
    try:
        return json.dumps(body).encode()
    except TypeError as error:
        raise BadInstruction(f"a server in another process cannot take this: {error}; use in_process=True") from error
