"""Responses of a chat completions endpoint, whole or in chunks, as responder events.

Nothing is guessed or repaired: an unreadable response raises ResponderFailed, whose `detail` has the endpoint's text,
not yet redacted.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from threads_server.responders import (
    FinishReason,
    KeepAlive,
    ModelUsage,
    ReasoningDelta,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCallRequested,
)
from threads_server.responders.chat_request import ChatRequest
from threads_server.responders.redaction import DeltaBuffer, Redactor

MAX_CALL_ID_CHARACTERS = 255  # what the outputs of a call can name it by (openapi.yaml, ToolOutput)
MAX_NAME_CHARACTERS = 255
MAX_REASON_CHARACTERS = 64
WHOLE_ANSWERS = frozenset({"stop", "tool_calls", "function_call", "end_turn", "eos", "stop_sequence"})
"""Finish reasons of a complete answer; others, such as `length`, become a FinishReason."""


@dataclass(slots=True)
class _Call:
    id: object = None
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ChatResponseReader:
    """Reader of one response from its chunks; a `whole` one is a single chunk with `message` in place of `delta`."""

    def __init__(self, request: ChatRequest, redactor: Redactor, *, whole: bool) -> None:
        self._request = request
        self._whole = whole
        self._redactor = redactor
        self._text = DeltaBuffer(redactor)
        self._reasoning = DeltaBuffer(redactor)
        self._calls: list[_Call] = []
        self._slots: dict[object, _Call] = {}
        """The call that the next part with an `index` belongs to."""
        self._answered = False
        self._refused = False
        self._model_named = False
        self.finish_reason: str | None = None
        """The endpoint's reason, once received."""

    def read(self, chunk: Mapping[str, Any]) -> Iterator[ResponderEvent]:
        """Yield the events of a chunk. Raises ResponderFailed."""
        check_error(chunk)
        if not self._model_named or chunk.get("usage"):
            self._model_named = True
            yield self._usage(chunk)
        for choice in _objects(chunk.get("choices"), "choices")[:1]:
            check_error(choice)  # as OpenRouter reports a provider that failed within a stream
            part = choice.get("message" if self._whole else "delta")
            if self._whole and not isinstance(part, dict):
                unreadable("an answer without a message")
            self._answered = True
            yield from self._read_part(_object(part, "delta"))
            if reason := choice.get("finish_reason"):
                self.finish_reason = reason if isinstance(reason, str) else "stop"

    def _read_part(self, part: Mapping[str, Any]) -> Iterator[ResponderEvent]:
        reasoning = _text(part.get("reasoning_content") or part.get("reasoning"), "reasoning")
        if reasoning:
            yield from _reasoning_delta(self._reasoning.feed(reasoning))
        refusal = _text(part.get("refusal"), "refusal")
        self._refused = self._refused or bool(refusal)
        if text := _text(part.get("content"), "content") + refusal:
            yield from _reasoning_delta(self._reasoning.flush())
            yield from _text_delta(self._text.feed(text))
        calls = _objects(part.get("tool_calls"), "tool calls")
        for call in calls:
            self._read_call(call)
        if function := _object(part.get("function_call"), "function call"):  # the API before tools
            self._read_call({"index": "function_call", "function": function})
        if calls or function:
            yield KeepAlive()

    def _read_call(self, part: Mapping[str, Any]) -> None:
        function = _object(part.get("function"), "function")
        name, arguments = _text(function.get("name"), "function name"), _arguments(function)
        call_id, index = part.get("id"), part.get("index")
        slot = index if isinstance(index, int | str) else call_id if isinstance(call_id, str) and call_id else None
        call = self._slots.get(slot)
        # a name begins a call where there is no index, and another id does where the index is taken
        if call is None or (name and (slot is None or (call_id and call.id and call_id != call.id))):
            call = _Call()
            self._calls.append(call)
            self._slots[slot] = self._slots[None] = call
        call.id = call.id or call_id
        if name != call.name:  # some endpoints repeat it in each chunk
            call.name += name
        if len(call.name) > MAX_NAME_CHARACTERS:
            unreadable(f"a function name of more than {MAX_NAME_CHARACTERS} characters")
        call.arguments.append(arguments)

    def finish(self) -> Iterator[ResponderEvent]:
        """Yield the last events, after the end of the response. Raises ResponderFailed."""
        if not self._answered:
            unreadable("an answer without choices")
        yield from self.flush()
        reason = self._redactor.redact(_line(self.finish_reason or "stop"))[:MAX_REASON_CHARACTERS]
        if reason == "error":
            raise ResponderFailed("The model endpoint failed", detail="finish_reason: error")
        if self._refused and reason in WHOLE_ANSWERS:
            reason = "refusal"
        if reason not in WHOLE_ANSWERS:
            if self._calls:
                raise ResponderFailed(f"The model's tool calls were cut short: {reason}", detail=_names(self._calls))
            yield FinishReason(reason)
        for call in self._calls:
            yield ToolCallRequested(self._tool_call(call))

    def flush(self) -> Iterator[ResponderEvent]:
        """Yield the text that is held back, also when the response breaks off."""
        yield from _reasoning_delta(self._reasoning.flush())
        yield from _text_delta(self._text.flush())

    def _tool_call(self, call: _Call) -> dict[str, Any]:
        if not call.name:
            unreadable("a tool call without the name of a function")
        arguments = "".join(call.arguments) or "{}"  # a function without parameters
        try:
            values = json.loads(arguments, parse_constant=_no_number)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise ResponderFailed(
                "The model asked for a tool with arguments that are not a JSON object",
                detail=f"{call.name}: {arguments}",
            )
        known = isinstance(call.id, str) and len(call.id) <= MAX_CALL_ID_CHARACTERS  # another one is named by the turn
        redact = self._redactor.redact_answer
        plain = json.dumps(values, ensure_ascii=False)  # where no secret hides behind escapes
        if redact(plain) != plain:
            arguments = plain
        return {
            "id": redact(str(call.id)) if known else "",
            "type": "function",
            "function": {"name": redact(call.name), "arguments": redact(arguments)},
        }

    def _usage(self, chunk: Mapping[str, Any]) -> ModelUsage:
        usage = chunk.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        details = usage.get("prompt_tokens_details")
        counts = {
            "input_tokens": _count(usage.get("prompt_tokens")),
            "output_tokens": _count(usage.get("completion_tokens")),
            "total_tokens": _count(usage.get("total_tokens")),
            "cached_input_tokens": _count(details.get("cached_tokens")) if isinstance(details, dict) else None,
        }
        tokens = {name: count for name, count in counts.items() if count is not None}
        named = chunk.get("model")
        return ModelUsage(
            self._request.model.provider,
            self._redactor.redact_answer(named) if isinstance(named, str) and named else self._request.body["model"],
            tokens,
            self._request.context_usage(tokens),
        )


def decode(text: str) -> dict[str, Any]:
    """Parse a chunk or a whole response. Raises ResponderFailed."""
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        unreadable(f"something that is not JSON: {text}")
    if not isinstance(answer, dict):
        unreadable(f"something that is not a JSON object: {text}")
    return answer


def check_error(answer: Mapping[str, Any]) -> None:
    """Raise ResponderFailed for an error in place of an answer, in OpenAI's form and that of older vLLM."""
    if answer.get("error") or answer.get("object") == "error":
        raise ResponderFailed("The model endpoint failed", detail=error_words(answer))


def error_words(answer: object) -> str:
    """Return an error's message from one of the usual places, else all of it."""
    error = answer.get("error", answer) if isinstance(answer, dict) else answer
    return str(error.get("message", error) if isinstance(error, dict) else error)


def unreadable(detail: str) -> NoReturn:
    """Raise ResponderFailed for a response that cannot be read."""
    raise ResponderFailed("The model endpoint sent an answer that cannot be read", detail=detail)


def _reasoning_delta(text: str) -> Iterator[ResponderEvent]:
    if text:
        yield ReasoningDelta(text)


def _text_delta(text: str) -> Iterator[ResponderEvent]:
    if text:
        yield TextDelta(text)


def _line(text: str) -> str:
    return " ".join(text.split())


def _names(calls: list[_Call]) -> str:
    return ", ".join(f"{call.name}({''.join(call.arguments)}" for call in calls)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _arguments(function: Mapping[str, Any]) -> str:
    """Return the arguments of a call as JSON text; some endpoints send an object."""
    arguments = function.get("arguments")
    return arguments if isinstance(arguments, str) else "" if arguments is None else json.dumps(arguments)


def _text(content: object, name: str) -> str:
    """Return a text, or the joined text parts of a list; empty for None. Raises ResponderFailed."""
    if content is None or isinstance(content, str):
        return content or ""
    if isinstance(content, list):
        parts = [part if isinstance(part, dict) else {"text": part} for part in content]
        texts = [part["text"] for part in parts if "text" in part]
        if all(isinstance(text, str) for text in texts):
            return "".join(texts)
    unreadable(f"an answer whose {name} is neither a text nor a list of texts")


def _object(value: object, name: str) -> Mapping[str, Any]:
    """Return an object; empty for None. Raises ResponderFailed."""
    if value is None or isinstance(value, dict):
        return value or {}
    unreadable(f"an answer whose {name} is not an object")


def _objects(value: object, name: str) -> list[dict[str, Any]]:
    """Return a list of objects; empty for None. Raises ResponderFailed."""
    if value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        return value or []
    unreadable(f"an answer whose {name} are not a list of objects")


def _count(value: object) -> int | None:
    """Return a valid number of tokens (openapi.yaml, TokenCounts: an int64 from 0), or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None
