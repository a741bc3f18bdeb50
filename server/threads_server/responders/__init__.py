"""Responders: the interface, the events of an answer, and the choice of one by its name."""

import importlib
import inspect
import traceback
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from threads_server.encoding import Json
from threads_server.store.history import Message

if TYPE_CHECKING:
    from threads_server.settings import Settings

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


def open_responder(settings: "Settings") -> Responder:
    """The responder that the settings name. Raises ValueError when they are not enough for it."""
    if settings.responder == "offline":
        if settings.models is not None:
            raise ValueError("--models names models of the openai responder: add --responder openai")
        from threads_server.responders.offline import OfflineResponder

        return OfflineResponder()
    if settings.responder == "openai":
        from threads_server.responders.openai_compatible import OpenAICompatibleResponder

        return OpenAICompatibleResponder(settings)
    if ":" in settings.responder:
        return _load(settings)
    raise ValueError(f"there is no responder {settings.responder!r}: it is offline, openai or package.module:name")


async def check_responder(settings: "Settings") -> None:
    """Raise ValueError where `open_responder` would, but make no responder of the user's own.

    That one is made once in each process, in the event loop that it serves.
    """
    if ":" in settings.responder:
        _find(settings.responder)
    else:
        await open_responder(settings).close()


def _load(settings: "Settings") -> Responder:
    found = _find(settings.responder)
    if isinstance(found, Responder):
        return found
    try:
        made = found(settings) if inspect.signature(found).parameters else found()
    except Exception as error:
        raise ValueError(f"the responder {settings.responder} cannot be made: {_one_line(error)}") from error
    if isinstance(made, Responder):
        return made
    raise ValueError(f"{settings.responder} makes no threads_server.responders.Responder")


def _find(name: str) -> Responder | Callable[..., object]:
    """A responder, or what makes one."""
    module, _, attributes = name.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for attribute in attributes.split("."):
            found = getattr(found, attribute)
    except Exception as error:  # importing runs the module
        raise ValueError(f"the responder {name} cannot be loaded: {_one_line(error)}") from error
    if isinstance(found, Responder) or callable(found):
        result: Responder | Callable[..., object] = found
        return result
    raise ValueError(f"{name} neither is nor makes a threads_server.responders.Responder")


def _one_line(error: Exception) -> str:
    """The error, its kind, and the line that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return " ".join(f"{type(error).__name__}: {error} ({Path(frame.filename).name}, line {frame.lineno})".split())
