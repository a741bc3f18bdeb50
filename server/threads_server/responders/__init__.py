"""Who answers: one interface, and a responder for each way of answering."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from threads_server.runs.history import Message

if TYPE_CHECKING:
    from threads_server.settings import Settings

ToolCall: TypeAlias = dict[str, Any]
"""A tool call as it is sent (openapi.yaml, ToolCall)."""


@dataclass(slots=True)
class Conversation:
    """What a responder is asked: the whole history, oldest first, and the settings of the turn.

    The last message is the user's, or the last of the tool outputs that were asked for.
    """

    messages: Sequence[Message]
    system_prompt: str | None = None
    tools: Sequence[dict[str, Any]] = ()
    model_name: str | None = None
    json_output: bool = False
    thinking: dict[str, Any] | None = None
    streamed: bool = False


@dataclass(slots=True)
class TextDelta:
    """More of the answer's text."""

    text: str


@dataclass(slots=True)
class ReasoningDelta:
    """More of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallRequested:
    """A tool that the caller is to run. An answer with any of these waits for their outputs."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """The model that answers and, where it counts, the tokens it took."""

    model_provider: str
    model_name: str
    tokens: dict[str, int] = field(default_factory=dict)
    """`input_tokens`, `output_tokens`, `total_tokens`, `cached_input_tokens`: those that are known."""


ResponderEvent: TypeAlias = TextDelta | ReasoningDelta | ToolCallRequested | ModelUsage


class ResponderFailed(Exception):
    """The responder cannot answer; its text says why, for people."""


class Responder(Protocol):
    """Answers a conversation, bit by bit."""

    unsupported: frozenset[str]
    """The fields of a message, or of tool outputs, that this responder does not act on."""

    def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        """The pieces of one answer, as many at a time as are there. Raises ResponderFailed."""
        ...

    async def close(self) -> None:
        """Lets go of its connections."""
        ...


def open_responder(settings: "Settings") -> Responder:
    """The responder that the settings name. Raises ValueError when they are not enough for it."""
    if settings.responder == "offline":
        from threads_server.responders.offline import OfflineResponder

        return OfflineResponder()
    if settings.responder == "openai":
        from threads_server.responders.openai_compatible import OpenAICompatibleResponder

        return OpenAICompatibleResponder(settings)
    raise ValueError(f"there is no responder {settings.responder!r}: it is offline or openai")
