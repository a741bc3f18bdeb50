"""Responders made of a function, and of answers that a test prepares."""

import inspect
import re
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import TypeAlias

from threads_server.responders import (
    Conversation,
    ModelUsage,
    Responder,
    ResponderEvent,
    ResponderFailed,
    TextDelta,
)

Part: TypeAlias = str | ResponderEvent | Exception
"""A part of an answer: a text, an event, or an exception that ends it (ResponderFailed tells the user why)."""
Answer: TypeAlias = Part | Iterable[Part] | AsyncIterable[Part]
Function: TypeAlias = Callable[[Conversation], Answer | Awaitable[Answer]]


class FunctionResponder(Responder):
    """Responder that answers with a function's result: a text, an event of `threads_server.responders`, or several.

    The function is given the Conversation. It may be async, and it may be a generator, plain or async, whose parts are
    streamed one by one. One that waits must be async: a plain one holds up all runs.
    """

    def __init__(self, function: Function, *, provider: str = "function", model: str = "function") -> None:
        """`provider` and `model` are the `model_provider` and `model_name` of the answers."""
        self._function = function
        self._used = ModelUsage(provider, model)

    async def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        """Yield the function's answer. Exceptions of the function propagate."""
        yield [self._used]
        answer = self._function(conversation)
        if inspect.isawaitable(answer):
            answer = await answer
        if isinstance(answer, AsyncIterable):
            async for part in answer:
                yield [_event(part)]
        elif isinstance(answer, Iterable) and not isinstance(answer, str):
            for part in answer:
                yield [_event(part)]
        else:
            yield [_event(answer)]


class ScriptedResponder(FunctionResponder):
    """Responder with answers prepared by a test; it records each Conversation.

    A message that matches a pattern of `on` has that answer; others have those of `reply` in turn. A conversation
    without a prepared answer is answered by `fallback`; without one it fails and says so.
    """

    def __init__(self, fallback: Responder | None = None) -> None:
        super().__init__(self._next, provider="scripted", model="scripted")
        self._fallback = fallback
        self.conversations: list[Conversation] = []
        """The conversations received, oldest first."""
        self._replies: deque[Sequence[Part] | Function] = deque()
        self._patterns: list[tuple[re.Pattern[str], Sequence[Part] | Function]] = []

    def reply(self, *answer: Part | Function) -> None:
        """Prepare one more answer, of parts or by a function."""
        self._replies.append(_prepared(answer))

    def on(self, pattern: str, *answer: Part | Function) -> None:
        """Prepare the answer to every message in which a regular expression is found."""
        self._patterns.append((re.compile(pattern), _prepared(answer)))

    def clear(self) -> None:
        """Forget the prepared answers and the recorded conversations."""
        self.conversations.clear()
        self._replies.clear()
        self._patterns.clear()

    def _next(self, conversation: Conversation) -> Answer | Awaitable[Answer]:
        self.conversations.append(conversation)
        text = conversation.messages[-1]["content"] or ""
        found = next((answer for pattern, answer in self._patterns if pattern.search(text)), None)
        if found is None and not self._replies:
            if self._fallback is not None:
                return _flattened(self._fallback.answer(conversation))
            raise ResponderFailed(f"No answer was prepared for: {text[:100]}")
        answer = found if found is not None else self._replies.popleft()
        return answer(conversation) if callable(answer) else answer


async def _flattened(batches: AsyncIterator[Sequence[ResponderEvent]]) -> AsyncIterator[ResponderEvent]:
    async for batch in batches:
        for event in batch:
            yield event


def _prepared(answer: Sequence[Part | Function]) -> Sequence[Part] | Function:
    if len(answer) == 1 and callable(answer[0]):
        return answer[0]
    parts = [part for part in answer if isinstance(part, Part)]
    if len(parts) < len(answer):
        raise TypeError("an answer is one function, or texts, events and exceptions")
    return parts


def _event(part: Part) -> ResponderEvent:
    if isinstance(part, Exception):
        raise part
    return TextDelta(part) if isinstance(part, str) else part
