"""Responders: the interface, and the events of an answer."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from threads_server.encoding import Json
from threads_server.store.history import Message

ToolCall: TypeAlias = dict[str, Any]
"""A tool call as it is sent (openapi.yaml, ToolCall)."""


@dataclass(slots=True)
class Conversation:
    """The history of a thread, oldest first, and the settings of the turn.

    It is the whole history, or the end of it that `Responder.history_bytes` asks for. The last message is the user's,
    or the last of the tool outputs that were asked for.
    """

    messages: Sequence[Message]
    system_prompt: str | None = None
    tools: Sequence[dict[str, Any]] = ()
    model_name: str | None = None
    """The model as `Responder.choose_model` named it."""
    json_output: bool = False
    thinking: dict[str, Any] | None = None
    streamed: bool = False
    omitted_messages: int = 0
    """Number of messages before `messages`."""
    first_user_message: Message | None = None
    """The thread's first message of a user, where messages are omitted."""


@dataclass(slots=True)
class TextDelta:
    """More of the answer's text."""

    text: str


@dataclass(slots=True)
class ReasoningDelta:
    """More of the model's reasoning, which comes before the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCallRequested:
    """A tool that the caller is to run. An answer with any of these waits for their outputs."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """The model that answers and, where it counts, the tokens it took. A later one replaces an earlier one."""

    model_provider: str
    model_name: str
    tokens: dict[str, int] = field(default_factory=dict)
    """`input_tokens`, `output_tokens`, `total_tokens`, `cached_input_tokens`: those that are known."""
    context_usage: Mapping[str, Json] | None = None
    """How full the model's context is (openapi.yaml, ContextUsage), where its size is known."""


@dataclass(frozen=True, slots=True)
class FinishReason:
    """Why an answer ended early, such as `length`, `content_filter` or `refusal`. Its text is kept all the same."""

    reason: str


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """A sign that the model is at work. Nothing is sent, but the run does not count as silent."""


ResponderEvent: TypeAlias = TextDelta | ReasoningDelta | ToolCallRequested | ModelUsage | FinishReason | KeepAlive


class ResponderFailed(Exception):
    """The responder cannot answer.

    Args:
        message: the reason as the user reads it, in the run's `message` and in the stored answer.
        status: the HTTP status of a model endpoint, for the operator's log.
        detail: more for the operator's log, such as the words of a model endpoint, without secrets.
    """

    def __init__(self, message: str, *, status: int | None = None, detail: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail


class UnknownModel(Exception):
    """A request names a model that this responder does not have; answered with 422.

    Args:
        field: the field of the request, `llm_provider` or `model_name`.
        known: the values that the field may have.
    """

    def __init__(self, field: str, known: Sequence[str]) -> None:
        super().__init__(field, known)
        self.field = field
        self.known = known


class Responder(ABC):
    """Interface of responders. One instance serves all runs of a process, many at a time, on one event loop.

    Write one by subclassing it, and load it with `threads-server serve --responder package.module:name`, where `name`
    is an instance, or a class or function that makes one (given the server's `Settings`, if it takes an argument).
    `threads_server.responders.scripted.FunctionResponder` makes one of a function.

    A run fails when the responder is silent for `--run-timeout` seconds, and is cancelled by cancelling `answer`.
    """

    unsupported: frozenset[str] = frozenset({"llm_provider", "model_name", "json_output", "thinking"})
    """Request fields that have no effect here; a turn that sets one says so in its `message`."""
    on_retry: Callable[[], None] | None = None
    """Called before each further attempt at a model endpoint; the server counts them."""

    @abstractmethod
    def answer(self, conversation: Conversation) -> AsyncIterator[Sequence[ResponderEvent]]:
        """Yield the events of one answer, as many at a time as are there. Usually an `async def` with `yield`.

        Raises:
            ResponderFailed: the run ends as FAILED, with this reason. Text that was yielded before is kept.
        """

    def choose_model(self, llm_provider: str | None, model_name: str | None) -> str | None:
        """The `Conversation.model_name` for what a request names. Raises UnknownModel, before anything is stored."""
        return model_name

    def history_bytes(self, model_name: str | None) -> int | None:
        """How much of the end of a long history is needed, in bytes of its texts as UTF-8; None for all of it.

        `model_name` is the turn's `Conversation.model_name`. What is given begins with a user's message, and has at
        least the one that is answered; a short history is given whole.
        """
        return None

    async def close(self) -> None:  # noqa: B027 - most responders have nothing to close
        """Close connections. Called once, when no run is under way."""
