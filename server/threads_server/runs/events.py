"""The events of a streamed turn, as lines of JSON (openapi.yaml, StreamEvent; docs/hosted-api.md §5.3 and §7.4).

`type` always comes first, so that the end of a stream is recognized without decoding.

In memory and in the log `content_streaming`, the most frequent event, is only its text, as JSON; `RunEvents.expand`
makes the event of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii as text_of
from typing import Any, TypeAlias

from threads_server.encoding import Json, encode_event

_ENDS = tuple(f'{{"type":"{name}"' for name in ("run_ended", "run_failed", "run_cancelled", "tool_submit_required"))
"""How the events begin that end a stream: of those in the document, the ones that this server sends."""


NumberedEvent: TypeAlias = tuple[int, str]
"""An event's number in its run, and the event as JSON on one line."""


def ends_stream(line: str) -> bool:
    """Whether an event is the last of its stream."""
    return line.startswith(_ENDS)


def event(name: str, fields: Mapping[str, Json]) -> str:
    """One event as a line."""
    return encode_event({"type": name, **fields})


class RunEvents:
    """Writer of one run's events."""

    def __init__(self, thread_id: str, run_id: str) -> None:
        self._ids = {"thread_id": thread_id, "run_id": run_id}
        self._tail = f',"thread_id":{text_of(thread_id)},"run_id":{text_of(run_id)}}}'

    def user_message(self, assistant_id: str, message_id: str, content: str, message: str | None) -> str:
        ids = {**self._ids, "assistant_id": assistant_id, "message_id": message_id}
        return event("user_message", {**ids, "content": content, "message": message})

    def started(self) -> str:
        return event("run_started", self._ids)

    def contents(self, texts: Iterable[str]) -> Iterator[str]:
        """Text deltas in their short form. `accumulated_content` is left out: with it a stream's size would grow with
        the square of its length."""
        return map(text_of, texts)

    def expand(self, lines: Sequence[str], first: int) -> list[NumberedEvent]:
        """Stored events as they are sent, the first numbered `first`."""
        tail = self._tail
        return [
            (number, f'{{"type":"content_streaming","content":{line}{tail}' if line[0] == '"' else line)
            for number, line in enumerate(lines, first)
        ]

    def reasoning(self, text: str, so_far: str) -> str:
        return event("reasoning_streaming", {"content": text, "accumulated_reasoning": so_far, **self._ids})

    def reasoning_ended(self) -> str:
        return event("reasoning_ended", self._ids)

    def tool_call(self, call: Mapping[str, Any]) -> list[str]:
        start = {"tool_call_id": call["id"], "name": call["function"]["name"], **self._ids}
        return [event("tool_call_start", start), event("tool_call_ready", {"tool_call": call, **self._ids})]

    def tools_required(self, calls: Sequence[Mapping[str, Json]], costs: Mapping[str, Json]) -> str:
        return event("tool_submit_required", {**self._ids, "tool_calls": calls, **costs})

    def ended(self, content: str, message_id: str, message: str, costs: Mapping[str, Json]) -> str:
        end: dict[str, Json] = {"status": "completed", "final_content": content, "message_id": message_id}
        return event("run_ended", {**self._ids, **end, "message": message, "memory_operation_id": None, **costs})

    def failed(self, reason: str) -> str:
        return event("run_failed", {**self._ids, "error": reason, "message": reason})

    def cancelled(self) -> str:
        return event("run_cancelled", self._ids)
