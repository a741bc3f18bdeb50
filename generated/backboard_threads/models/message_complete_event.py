"""Another name of `run_ended`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Self

from attrs import define

from .._decoding import DecodeError, fault
from .._models import Model, mapping, whole
from .._unset import UNSET, Unset
from .context_usage import ContextUsage
from .run_end_status import RUN_END_STATUS_VALUES, RunEndStatus

_FIELDS = frozenset(
    {
        "type",
        "thread_id",
        "assistant_id",
        "run_id",
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "cached_input_tokens",
        "cost_usd",
        "model_provider",
        "model_name",
        "status",
        "final_content",
        "content",
        "message_id",
        "memory_operation_id",
        "context_usage",
        "error",
        "message",
    }
)


@define(kw_only=True, repr=False, weakref_slot=False)
class MessageCompleteEvent(Model):
    """Another name of `run_ended`.

    Attributes:
        type: The type of the event.
        thread_id: The thread; the first event of a new thread tells it. A UUID.
        assistant_id: The assistant. A UUID. An extension to the hosted API.
        run_id: A run's id, made by the server, opaque to the caller. 1 to 255 characters.
        input_tokens: Number of input tokens.
        output_tokens: Number of output tokens.
        total_tokens: Input and output tokens together.
        cached_input_tokens: Number of input tokens read from a cache.
        cost_usd: The run's cost in US dollars.
        model_provider: The model's provider.
        model_name: The model's name.
        status: `completed`, or nothing. One of `completed`, `null`.
        final_content: The whole reply.
        content: The whole reply, if `final_content` is not sent.
        message_id: The stored reply, or the message of the user if the model was not asked. A UUID. An extension to
            the hosted API.
        memory_operation_id: The memory operation that the run started.
        context_usage: How full the model's context was at the end of the run.
        error: The reason, if the run did not complete.
        message: A text for display about the outcome of the run.
        additional_properties: What came besides, by its name on the wire.
    """

    type: Literal["message_complete"] = "message_complete"
    thread_id: str | Unset | None = UNSET
    assistant_id: str | Unset | None = UNSET
    run_id: str | Unset = UNSET
    input_tokens: int | Unset | None = UNSET
    output_tokens: int | Unset | None = UNSET
    total_tokens: int | Unset | None = UNSET
    cached_input_tokens: int | Unset | None = UNSET
    cost_usd: float | Unset | None = UNSET
    model_provider: str | Unset | None = UNSET
    model_name: str | Unset | None = UNSET
    status: RunEndStatus | Unset | None = UNSET
    final_content: str | Unset | None = UNSET
    content: str | Unset | None = UNSET
    message_id: str | Unset | None = UNSET
    memory_operation_id: str | Unset | None = UNSET
    context_usage: ContextUsage | Unset | None = UNSET
    error: str | Unset | None = UNSET
    message: str | Unset | None = UNSET

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        self = cls.__new__(cls)
        get: Callable[[str, object], Any] = data.get
        absent = 0

        value = get("type", UNSET)
        if value != "message_complete":
            raise fault('"message_complete"', value, "type")
        self.type = value

        value = get("thread_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "thread_id")
        self.thread_id = value

        value = get("assistant_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "assistant_id")
        self.assistant_id = value

        value = get("run_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is None:
                value = UNSET
            else:
                raise fault("a string", value, "run_id")
        self.run_id = value

        value = get("input_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "input_tokens")
        self.input_tokens = value

        value = get("output_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "output_tokens")
        self.output_tokens = value

        value = get("total_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "total_tokens")
        self.total_tokens = value

        value = get("cached_input_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "cached_input_tokens")
        self.cached_input_tokens = value

        value = get("cost_usd", UNSET)
        if value.__class__ is not float and value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a number or null", value, "cost_usd")
        self.cost_usd = value

        value = get("model_provider", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "model_provider")
        self.model_provider = value

        value = get("model_name", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "model_name")
        self.model_name = value

        value = get("status", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "status")
        else:
            value = RUN_END_STATUS_VALUES.get(value) or RunEndStatus(value)
        self.status = value

        value = get("final_content", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "final_content")
        self.final_content = value

        value = get("content", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "content")
        self.content = value

        value = get("message_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "message_id")
        self.message_id = value

        value = get("memory_operation_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "memory_operation_id")
        self.memory_operation_id = value

        value = get("context_usage", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = ContextUsage.from_dict(value)
            except DecodeError as error:
                raise error.under("context_usage") from None
        self.context_usage = value

        value = get("error", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "error")
        self.error = value

        value = get("message", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "message")
        self.message = value

        if len(data) == 19 - absent:
            self._more = None
        else:
            self._more = {key: value for key, value in data.items() if key not in _FIELDS}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._more) if self._more else {}
        data["type"] = self.type
        if self.thread_id is not UNSET:
            data["thread_id"] = self.thread_id
        if self.assistant_id is not UNSET:
            data["assistant_id"] = self.assistant_id
        if self.run_id is not UNSET:
            data["run_id"] = self.run_id
        if self.input_tokens is not UNSET:
            data["input_tokens"] = self.input_tokens
        if self.output_tokens is not UNSET:
            data["output_tokens"] = self.output_tokens
        if self.total_tokens is not UNSET:
            data["total_tokens"] = self.total_tokens
        if self.cached_input_tokens is not UNSET:
            data["cached_input_tokens"] = self.cached_input_tokens
        if self.cost_usd is not UNSET:
            data["cost_usd"] = self.cost_usd
        if self.model_provider is not UNSET:
            data["model_provider"] = self.model_provider
        if self.model_name is not UNSET:
            data["model_name"] = self.model_name
        if self.status is not UNSET:
            data["status"] = None if self.status is None else str(self.status)
        if self.final_content is not UNSET:
            data["final_content"] = self.final_content
        if self.content is not UNSET:
            data["content"] = self.content
        if self.message_id is not UNSET:
            data["message_id"] = self.message_id
        if self.memory_operation_id is not UNSET:
            data["memory_operation_id"] = self.memory_operation_id
        if self.context_usage is not UNSET:
            data["context_usage"] = None if self.context_usage is None else self.context_usage.to_dict()
        if self.error is not UNSET:
            data["error"] = self.error
        if self.message is not UNSET:
            data["message"] = self.message
        return data

    def __hash__(self) -> int:
        return hash((MessageCompleteEvent, self.type))
