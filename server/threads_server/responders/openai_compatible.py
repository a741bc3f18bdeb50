"""Asks any endpoint with OpenAI's chat completions API, streamed and not.

The thread's whole history goes along each time, the system prompt first. Whatever the endpoint does wrong becomes a
ResponderFailed that a person can read.
"""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
from httpx_sse import EventSource

from threads_server.responders import (
    Asked,
    Conversation,
    Message,
    Piece,
    ResponderFailed,
    Said,
    Thought,
    ToolCall,
    Used,
)
from threads_server.settings import Settings

PROVIDER = "openai"
CONNECT_SECONDS = 10.0  # how long an answer may take is the run's matter, not this connection's
SHOWN = 300  # characters of an endpoint's complaint


class OpenAICompatibleResponder:
    """Raises ValueError when the settings do not name an endpoint."""

    not_done: frozenset[str] = frozenset()

    def __init__(self, settings: Settings) -> None:
        if not settings.llm_base_url:
            raise ValueError("the openai responder needs an endpoint: set THREADS_SERVER_LLM_BASE_URL")
        self._model = settings.llm_model
        headers = {"Authorization": f"Bearer {settings.llm_api_key}"} if settings.llm_api_key else {}
        self._url = f"{settings.llm_base_url.rstrip('/')}/chat/completions"
        self._http = httpx.AsyncClient(headers=headers, timeout=httpx.Timeout(None, connect=CONNECT_SECONDS))

    async def answer(self, conversation: Conversation) -> AsyncIterator[Piece]:
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
                    pieces = _streamed(EventSource(response), model)
                else:
                    await response.aread()
                    pieces = _whole(_decoded(response.text), model)
                async for piece in pieces:
                    yield piece
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise ResponderFailed(f"The model endpoint cannot be reached: {error or type(error).__name__}") from error
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise ResponderFailed(
                f"The model endpoint sent an answer of another shape ({type(error).__name__}: {error})"
            ) from error

    async def close(self) -> None:
        await self._http.aclose()


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


async def _whole(answer: Mapping[str, Any], model: str) -> AsyncIterator[Piece]:
    _check(answer)
    message = answer["choices"][0]["message"]
    yield _used(answer, model)
    if thought := message.get("reasoning_content") or message.get("reasoning"):
        yield Thought(thought)
    if message.get("content"):
        yield Said(message["content"])
    for call in message.get("tool_calls") or ():
        function = call["function"]
        arguments = function.get("arguments") or ""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        yield Asked(_call(call.get("id") or "", function["name"], text))


async def _streamed(source: EventSource, model: str) -> AsyncIterator[Piece]:
    calls: dict[int, dict[str, str]] = {}
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
        for choice in (chunk.get("choices") or ())[:1]:
            delta = choice.get("delta") or {}
            if thought := delta.get("reasoning_content") or delta.get("reasoning"):
                yield Thought(thought)
            if delta.get("content"):
                yield Said(delta["content"])
            for part in delta.get("tool_calls") or ():
                _gather(calls.setdefault(part.get("index", len(calls)), {"id": "", "name": "", "arguments": ""}), part)
            finished = finished or bool(choice.get("finish_reason"))
    if not finished:
        raise ResponderFailed("The model's answer broke off")
    for _, call in sorted(calls.items()):
        yield Asked(_call(call["id"], call["name"], call["arguments"]))


def _gather(call: dict[str, str], part: Mapping[str, Any]) -> None:
    function = part.get("function") or {}
    call["id"] = part.get("id") or call["id"]
    call["name"] += function.get("name") or ""
    call["arguments"] += function.get("arguments") or ""


def _call(call_id: str, name: str, arguments: str) -> ToolCall:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments or "{}"}}


def _used(answer: Mapping[str, Any], model: str) -> Used:
    usage = answer.get("usage") or {}
    counts = {
        "input_tokens": usage.get("prompt_tokens"),
        "output_tokens": usage.get("completion_tokens"),
        "total_tokens": usage.get("total_tokens"),
        "cached_input_tokens": (usage.get("prompt_tokens_details") or {}).get("cached_tokens"),
    }
    return Used(
        PROVIDER, answer.get("model") or model, {name: count for name, count in counts.items() if count is not None}
    )


def _decoded(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise ResponderFailed(f"The model endpoint sent something that is not JSON: {text[:SHOWN]}") from error
    if not isinstance(answer, dict):
        raise ResponderFailed(f"The model endpoint sent something that is not a JSON object: {text[:SHOWN]}")
    return answer


def _check(answer: Mapping[str, Any]) -> None:
    if answer.get("error"):
        error = answer["error"]
        raise ResponderFailed(f"The model failed: {error.get('message', error) if isinstance(error, dict) else error}")


def _complaint(response: httpx.Response) -> str:
    """What an error answer says, in the endpoint's own words if it says it in the usual place."""
    try:
        error = response.json()["error"]
        text = error["message"] if isinstance(error, dict) else error
    except (ValueError, KeyError, TypeError):
        text = response.text
    return " ".join(str(text).split())[:SHOWN] or response.reason_phrase
