"""Asks any endpoint with OpenAI's chat completions API, streamed and not.

The thread's whole history goes along each time, the system prompt first. Whatever the endpoint does wrong becomes a
ResponderFailed that a person can read.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
from httpx_sse import EventSource

from threads_server.responders import (
    Conversation,
    ModelUsage,
    ReasoningDelta,
    Responder,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
    ToolCall,
    ToolCallRequested,
)
from threads_server.runs.history import Message
from threads_server.settings import Settings

PROVIDER = "openai"
CONNECT_SECONDS = 10.0  # how long an answer may take is the run's matter, not this connection's
SHOWN = 300  # characters of an endpoint's complaint
LONGEST_CALL_ID = 255  # what the outputs of a call can name it by (openapi.yaml, ToolOutput)


class OpenAICompatibleResponder(Responder):
    """Raises ValueError when the settings do not name an endpoint, or what they name cannot be asked."""

    unsupported = frozenset({"llm_provider"})  # there is one endpoint, whoever runs it

    def __init__(self, settings: Settings) -> None:
        if not settings.llm_base_url:
            raise ValueError("the openai responder needs an endpoint: set THREADS_SERVER_LLM_BASE_URL")
        self._url = _endpoint(settings.llm_base_url)
        self._model = settings.llm_model
        key = settings.llm_api_key or ""
        if not key.isascii() or not key.isprintable():
            raise ValueError("THREADS_SERVER_LLM_API_KEY cannot be sent: it is not printable ASCII")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(None, connect=CONNECT_SECONDS))

    async def answer(self, conversation: Conversation) -> AsyncIterator[list[ResponderEvent]]:
        model = conversation.model_name or self._model
        if not model:
            raise ResponderFailed("No model is named: give model_name, or set THREADS_SERVER_LLM_MODEL")
        request = self._http.build_request("POST", self._url, json=_request(conversation, model))
        try:
            response = await self._http.send(request, stream=True)
            try:
                if not response.is_success:
                    await response.aread()
                    raise ResponderFailed(f"The model endpoint answered {response.status_code}: {_complaint(response)}")
                if "text/event-stream" in response.headers.get("content-type", ""):
                    async for piece in _streamed(EventSource(response), model):
                        yield [piece]
                else:
                    await response.aread()
                    for piece in _whole(_decoded(response.text), model):
                        yield [piece]
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise ResponderFailed(f"The model endpoint cannot be reached: {error or type(error).__name__}") from error

    async def close(self) -> None:
        await self._http.aclose()


def _endpoint(base_url: str) -> httpx.URL:
    """Where chat completions are asked for. Raises ValueError for what is no address."""
    try:
        url = httpx.URL(f"{base_url.rstrip('/')}/chat/completions")
    except httpx.InvalidURL as error:
        raise ValueError(f"THREADS_SERVER_LLM_BASE_URL is no address: {error}") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError("THREADS_SERVER_LLM_BASE_URL is no address that begins with http:// or https://")
    return url


def _request(conversation: Conversation, model: str) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    if conversation.system_prompt:
        messages.append({"role": "system", "content": conversation.system_prompt})
    messages += [said for message in conversation.messages if (said := _said(message))]
    request: dict[str, Any] = {"model": model, "messages": messages, "stream": conversation.streamed}
    if conversation.streamed:
        request["stream_options"] = {"include_usage": True}
    if conversation.tools:
        request["tools"] = [{"type": "function", **tool} for tool in conversation.tools]
    if conversation.json_output:
        request["response_format"] = {"type": "json_object"}
    if conversation.thinking is not None:
        request["thinking"] = conversation.thinking
    return request


def _said(message: Message) -> dict[str, Any] | None:
    """A message as the endpoint takes it; None for an answer that failed before it said anything."""
    role, content, kept = message["role"], message["content"] or "", message["metadata_"] or {}
    if role == "tool":
        return {"role": "tool", "tool_call_id": kept["tool_call_id"], "content": content}
    if role == "assistant" and kept.get("tool_calls"):
        return {"role": role, "content": content or None, "tool_calls": kept["tool_calls"]}
    if role == "assistant" and not content:
        return None
    return {"role": role, "content": content}


def _whole(answer: Mapping[str, Any], model: str) -> Iterator[ResponderEvent]:
    _check(answer)
    choices = _objects(answer.get("choices"), "choices")
    if not choices:
        raise ResponderFailed("The model endpoint sent an answer without choices")
    message = choices[0].get("message")
    if not isinstance(message, dict):
        raise ResponderFailed("The model endpoint sent an answer without a message")
    yield _used(answer, model)
    if thought := _thought(message):
        yield ReasoningDelta(thought)
    if text := _text(message.get("content"), "content"):
        yield TextDelta(text)
    for call in _objects(message.get("tool_calls"), "tool calls"):
        function = _object(call.get("function"), "function")
        yield ToolCallRequested(_call(call.get("id"), function.get("name"), _arguments(function)))


async def _streamed(source: EventSource, model: str) -> AsyncIterator[ResponderEvent]:
    calls: dict[int, dict[str, Any]] = {}
    finished = named = False
    async for event in source.aiter_sse():
        if event.data == "[DONE]":
            finished = True
            break
        chunk = _decoded(event.data)
        _check(chunk)
        if not named or chunk.get("usage"):
            named = True
            yield _used(chunk, model)
        for choice in _objects(chunk.get("choices"), "choices")[:1]:
            delta = _object(choice.get("delta"), "delta")
            if thought := _thought(delta):
                yield ReasoningDelta(thought)
            if text := _text(delta.get("content"), "content"):
                yield TextDelta(text)
            for part in _objects(delta.get("tool_calls"), "tool calls"):
                index = part.get("index")
                place = index if isinstance(index, int) else len(calls)
                _gather(calls.setdefault(place, {"id": None, "name": "", "arguments": ""}), part)
            finished = finished or bool(choice.get("finish_reason"))
    if not finished:
        raise ResponderFailed("The model's answer broke off")
    for _, call in sorted(calls.items()):
        yield ToolCallRequested(_call(call["id"], call["name"], call["arguments"]))


def _gather(call: dict[str, Any], part: Mapping[str, Any]) -> None:
    function = _object(part.get("function"), "function")
    call["id"] = part.get("id") or call["id"]
    call["name"] += _text(function.get("name"), "function name")
    call["arguments"] += _arguments(function)


def _call(call_id: object, name: object, arguments: str) -> ToolCall:
    if not isinstance(name, str) or not name:
        raise ResponderFailed("The model endpoint sent a tool call without the name of a function")
    sound = isinstance(call_id, str) and len(call_id) <= LONGEST_CALL_ID  # another one is named by the turn
    return {
        "id": call_id if sound else "",
        "type": "function",
        "function": {"name": name, "arguments": arguments or "{}"},
    }


def _arguments(function: Mapping[str, Any]) -> str:
    """The arguments of a call as JSON text, also from an endpoint that sends them as an object."""
    arguments = function.get("arguments")
    return arguments if isinstance(arguments, str) else "" if arguments is None else json.dumps(arguments)


def _thought(message: Mapping[str, Any]) -> str:
    return _text(message.get("reasoning_content") or message.get("reasoning"), "reasoning")


def _text(content: object, name: str) -> str:
    """A text, or what the text parts of a list say together; nothing is an empty one. Raises ResponderFailed."""
    if content is None or isinstance(content, str):
        return content or ""
    parts = (
        [part if isinstance(part, dict) else {"text": part} for part in content] if isinstance(content, list) else []
    )
    texts = [part["text"] for part in parts if "text" in part]
    if not isinstance(content, list) or not all(isinstance(text, str) for text in texts):
        raise ResponderFailed(f"The model endpoint sent an answer whose {name} is neither a text nor a list of texts")
    return "".join(texts)


def _object(value: object, name: str) -> Mapping[str, Any]:
    """An object; nothing is an empty one. Raises ResponderFailed."""
    if value is None or isinstance(value, dict):
        return value or {}
    raise ResponderFailed(f"The model endpoint sent an answer whose {name} is not an object")


def _objects(value: object, name: str) -> list[dict[str, Any]]:
    """A list of objects; nothing is an empty one. Raises ResponderFailed."""
    if value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        return value or []
    raise ResponderFailed(f"The model endpoint sent an answer whose {name} are not a list of objects")


def _used(answer: Mapping[str, Any], model: str) -> ModelUsage:
    usage = answer.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    details = usage.get("prompt_tokens_details")
    counts = {
        "input_tokens": _count(usage.get("prompt_tokens")),
        "output_tokens": _count(usage.get("completion_tokens")),
        "total_tokens": _count(usage.get("total_tokens")),
        "cached_input_tokens": _count(details.get("cached_tokens")) if isinstance(details, dict) else None,
    }
    named = answer.get("model")
    return ModelUsage(
        PROVIDER,
        named if isinstance(named, str) and named else model,
        {name: count for name, count in counts.items() if count is not None},
    )


def _count(value: object) -> int | None:
    """A number of tokens as it may stand in an answer (openapi.yaml, TokenCounts: an int64 from 0), or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _decoded(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ResponderFailed(f"The model endpoint sent something that is not JSON: {_shown(text)}") from error
    if not isinstance(answer, dict):
        raise ResponderFailed(f"The model endpoint sent something that is not a JSON object: {_shown(text)}")
    return answer


def _check(answer: Mapping[str, Any]) -> None:
    if answer.get("error"):
        error = answer["error"]
        raise ResponderFailed(
            f"The model failed: {_shown(error.get('message', error) if isinstance(error, dict) else error)}"
        )


def _complaint(response: httpx.Response) -> str:
    """What an error answer says, in the endpoint's own words if it says it in the usual place."""
    try:
        error = response.json()["error"]
        text = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError, RecursionError):
        text = response.text
    return _shown(text) or response.reason_phrase


def _shown(words: object) -> str:
    """An endpoint's words on one line, as many as a person will read."""
    return " ".join(str(words).split())[:SHOWN]
