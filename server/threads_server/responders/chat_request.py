"""Requests to a chat completions endpoint: a thread's history in the form of strict endpoints, cut to fit."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from threads_server.encoding import Json, encode
from threads_server.responders import Conversation
from threads_server.responders.models import Model
from threads_server.store.history import Message

NO_ANSWER = "(no answer)"
"""Placeholder between tool outputs and a user's message where an answer failed: some endpoints need one there."""
BYTES_PER_TOKEN = 3
"""A conservative estimate: English has 4 or more, other languages take up to 3 bytes a character."""
TOKENS_PER_MESSAGE = 4
ANSWER_SHARE = 4
"""A quarter of a model's context is reserved for the answer, at most MAX_ANSWER_TOKENS."""
MAX_ANSWER_TOKENS = 4096

ChatMessage = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A request (`content` is its JSON) and its estimated share of the model's context."""

    body: dict[str, Any]
    content: bytes
    model: Model
    estimated_tokens: int
    omitted_messages: int

    def context_usage(self, tokens: Mapping[str, int]) -> dict[str, Json] | None:
        """Compute ContextUsage (openapi.yaml) from the endpoint's count of tokens, or the estimate."""
        limit = self.model.context_size
        if limit is None:
            return None
        used = tokens.get("total_tokens") or tokens.get("input_tokens") or self.estimated_tokens
        return {
            "percent": round(100 * used / limit, 1),
            "used_tokens": used,
            "context_limit": limit,
            "summary_tokens": 0,
            "model": self.body["model"],
            "omitted_messages": self.omitted_messages,
        }


def chat_request(conversation: Conversation, model: Model, name: str) -> ChatRequest:
    """Make the request. `name` is the endpoint's own name of the model."""
    body: dict[str, Any] = {"model": name, "messages": [], "stream": conversation.streamed}
    if conversation.streamed:
        body["stream_options"] = {"include_usage": True}
    if conversation.tools:
        body["tools"] = [{"type": "function", **tool} for tool in conversation.tools]
    if conversation.json_output:
        body["response_format"] = {"type": "json_object"}
    if conversation.thinking is not None:
        body["thinking"] = conversation.thinking
    head: list[ChatMessage] = (
        [{"role": "system", "content": conversation.system_prompt}] if conversation.system_prompt else []
    )
    turns = _turns(conversation.messages)
    tokens = omitted = 0
    if model.context_size is not None:
        estimates = [sum(map(_estimate, turn)) for turn in turns]
        tokens = sum(estimates) + len(encode([head, body.get("tools")])) // BYTES_PER_TOKEN
        room = _room(model.context_size)
        while tokens > room and omitted < len(turns) - 1:
            tokens -= estimates[omitted]
            omitted += 1
    body["messages"] = [*head, *_alternating(message for turn in turns[omitted:] for message in turn)]
    omitted_messages = conversation.omitted_messages + sum(map(len, turns[:omitted]))
    return ChatRequest(body, _encoded(body), model, tokens, omitted_messages)


def history_bytes(model: Model) -> int | None:
    """Bytes of texts beyond which nothing fits into a model's context; None where its size is not known."""
    return None if model.context_size is None else _room(model.context_size) * BYTES_PER_TOKEN


def _room(context_size: int) -> int:
    """Tokens of a model's context that a request may have."""
    return context_size - min(context_size // ANSWER_SHARE, MAX_ANSWER_TOKENS)


def _encoded(body: ChatMessage) -> bytes:
    """Encode the body one message at a time: one call for a long history would hold the GIL for long."""
    rest = json.dumps({name: value for name, value in body.items() if name != "messages"})
    return f'{rest[:-1]}, "messages": [{", ".join(map(json.dumps, body["messages"]))}]}}'.encode()


def _turns(messages: Sequence[Message]) -> list[list[Message]]:
    """Split into turns, each from a user's messages to the last answer. The first may begin with an answer."""
    turns: list[list[Message]] = []
    for message in messages:
        if not turns or (message["role"] == "user" and turns[-1][-1]["role"] != "user"):
            turns.append([])
        turns[-1].append(message)
    return turns


def _estimate(message: Message) -> int:
    """Estimate a message's tokens."""
    size = len((message["content"] or "").encode("utf-8", "replace"))
    if calls := (message["metadata_"] or {}).get("tool_calls"):
        size += len(encode(calls))
    return size // BYTES_PER_TOKEN + TOKENS_PER_MESSAGE


def _alternating(messages: Iterable[Message]) -> list[ChatMessage]:
    """Convert the messages so that roles alternate as endpoints require.

    Consecutive user messages (an answer without text failed between them) are joined; NO_ANSWER goes between a tool's
    output and a user's message.
    """
    sent: list[ChatMessage] = []
    for message in filter(None, map(_chat_message, messages)):
        last: ChatMessage = sent[-1] if sent else {"role": None}
        if message["role"] == last["role"] == "user":
            last["content"] = "\n\n".join(filter(None, (last["content"], message["content"])))
            continue
        if message["role"] == "user" and last["role"] == "tool":
            sent.append({"role": "assistant", "content": NO_ANSWER})
        sent.append(message)
    return sent


def _chat_message(message: Message) -> ChatMessage | None:
    """Convert a message; None for a failed answer without text."""
    role, content, kept = message["role"], message["content"] or "", message["metadata_"] or {}
    if role == "tool":
        return {"role": "tool", "tool_call_id": kept["tool_call_id"], "content": content}
    if role == "assistant" and kept.get("tool_calls"):
        return {"role": role, "content": content or None, "tool_calls": kept["tool_calls"]}
    if role == "assistant" and not content:
        return None
    return {"role": role, "content": content}
