"""Another name of `run_ended`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping, whole
from .._models.decoding import DecodeError, fault
from .._unset import UNSET, Unset
from .context_usage import ContextUsage
from .run_end_status import RUN_END_STATUS_VALUES, RunEndStatus

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
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
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class MessageCompleteEvent(BaseModel):
    """Another name of `run_ended`.

    Attributes:
        type: The type of the event.
        thread_id: The thread; the first event of a new thread tells it. A UUID.
        assistant_id: The assistant. A UUID. An extension to the hosted API.
        run_id: An id made by the server, opaque to the caller. 1 to 255 characters.
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
        additional_properties: Properties without a field, by their name on the wire.
    """

    type: Literal["message_complete"] = "message_complete"
    _thread_id: str | Unset | None = field(default=UNSET, alias="thread_id")
    _assistant_id: str | Unset | None = field(default=UNSET, alias="assistant_id")
    _run_id: str | Unset | None = field(default=UNSET, alias="run_id")
    _input_tokens: int | Unset | None = field(default=UNSET, alias="input_tokens")
    _output_tokens: int | Unset | None = field(default=UNSET, alias="output_tokens")
    _total_tokens: int | Unset | None = field(default=UNSET, alias="total_tokens")
    _cached_input_tokens: int | Unset | None = field(default=UNSET, alias="cached_input_tokens")
    _cost_usd: float | Unset | None = field(default=UNSET, alias="cost_usd")
    _model_provider: str | Unset | None = field(default=UNSET, alias="model_provider")
    _model_name: str | Unset | None = field(default=UNSET, alias="model_name")
    _status: RunEndStatus | Unset | None = field(default=UNSET, alias="status")
    _final_content: str | Unset | None = field(default=UNSET, alias="final_content")
    _content: str | Unset | None = field(default=UNSET, alias="content")
    _message_id: str | Unset | None = field(default=UNSET, alias="message_id")
    _memory_operation_id: str | Unset | None = field(default=UNSET, alias="memory_operation_id")
    _context_usage: ContextUsage | Unset | None = field(default=UNSET, alias="context_usage")
    _error: str | Unset | None = field(default=UNSET, alias="error")
    _message: str | Unset | None = field(default=UNSET, alias="message")

    @property
    def thread_id(self) -> str | None:
        return None if self._thread_id is UNSET else self._thread_id

    @thread_id.setter
    def thread_id(self, value: str | Unset | None) -> None:
        self._thread_id = value

    @property
    def assistant_id(self) -> str | None:
        return None if self._assistant_id is UNSET else self._assistant_id

    @assistant_id.setter
    def assistant_id(self, value: str | Unset | None) -> None:
        self._assistant_id = value

    @property
    def run_id(self) -> str | None:
        return None if self._run_id is UNSET else self._run_id

    @run_id.setter
    def run_id(self, value: str | Unset | None) -> None:
        self._run_id = value

    @property
    def input_tokens(self) -> int | None:
        return None if self._input_tokens is UNSET else self._input_tokens

    @input_tokens.setter
    def input_tokens(self, value: int | Unset | None) -> None:
        self._input_tokens = value

    @property
    def output_tokens(self) -> int | None:
        return None if self._output_tokens is UNSET else self._output_tokens

    @output_tokens.setter
    def output_tokens(self, value: int | Unset | None) -> None:
        self._output_tokens = value

    @property
    def total_tokens(self) -> int | None:
        return None if self._total_tokens is UNSET else self._total_tokens

    @total_tokens.setter
    def total_tokens(self, value: int | Unset | None) -> None:
        self._total_tokens = value

    @property
    def cached_input_tokens(self) -> int | None:
        return None if self._cached_input_tokens is UNSET else self._cached_input_tokens

    @cached_input_tokens.setter
    def cached_input_tokens(self, value: int | Unset | None) -> None:
        self._cached_input_tokens = value

    @property
    def cost_usd(self) -> float | None:
        return None if self._cost_usd is UNSET else self._cost_usd

    @cost_usd.setter
    def cost_usd(self, value: float | Unset | None) -> None:
        self._cost_usd = value

    @property
    def model_provider(self) -> str | None:
        return None if self._model_provider is UNSET else self._model_provider

    @model_provider.setter
    def model_provider(self, value: str | Unset | None) -> None:
        self._model_provider = value

    @property
    def model_name(self) -> str | None:
        return None if self._model_name is UNSET else self._model_name

    @model_name.setter
    def model_name(self, value: str | Unset | None) -> None:
        self._model_name = value

    @property
    def status(self) -> RunEndStatus | None:
        return None if self._status is UNSET else self._status

    @status.setter
    def status(self, value: RunEndStatus | Unset | None) -> None:
        self._status = value

    @property
    def final_content(self) -> str | None:
        return None if self._final_content is UNSET else self._final_content

    @final_content.setter
    def final_content(self, value: str | Unset | None) -> None:
        self._final_content = value

    @property
    def content(self) -> str | None:
        return None if self._content is UNSET else self._content

    @content.setter
    def content(self, value: str | Unset | None) -> None:
        self._content = value

    @property
    def message_id(self) -> str | None:
        return None if self._message_id is UNSET else self._message_id

    @message_id.setter
    def message_id(self, value: str | Unset | None) -> None:
        self._message_id = value

    @property
    def memory_operation_id(self) -> str | None:
        return None if self._memory_operation_id is UNSET else self._memory_operation_id

    @memory_operation_id.setter
    def memory_operation_id(self, value: str | Unset | None) -> None:
        self._memory_operation_id = value

    @property
    def context_usage(self) -> ContextUsage | None:
        return None if self._context_usage is UNSET else self._context_usage

    @context_usage.setter
    def context_usage(self, value: ContextUsage | Unset | None) -> None:
        self._context_usage = value

    @property
    def error(self) -> str | None:
        return None if self._error is UNSET else self._error

    @error.setter
    def error(self, value: str | Unset | None) -> None:
        self._error = value

    @property
    def message(self) -> str | None:
        return None if self._message is UNSET else self._message

    @message.setter
    def message(self, value: str | Unset | None) -> None:
        self._message = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 19:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 19:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["type"]
        if value != "message_complete":
            raise fault('"message_complete"', value, "type")
        self.type = value

        value = data["thread_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "thread_id")
        self._thread_id = value

        value = data["assistant_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "assistant_id")
        self._assistant_id = value

        value = data["run_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string", value, "run_id")
        self._run_id = value

        value = data["input_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "input_tokens")
        self._input_tokens = value

        value = data["output_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "output_tokens")
        self._output_tokens = value

        value = data["total_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "total_tokens")
        self._total_tokens = value

        value = data["cached_input_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "cached_input_tokens")
        self._cached_input_tokens = value

        value = data["cost_usd"]
        if value.__class__ is not float and value.__class__ is not int and value is not None and value is not UNSET:
            raise fault("a number or null", value, "cost_usd")
        self._cost_usd = value

        value = data["model_provider"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "model_provider")
        self._model_provider = value

        value = data["model_name"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "model_name")
        self._model_name = value

        value = data["status"]
        if value.__class__ is str:
            value = RUN_END_STATUS_VALUES[value]
        elif value is not None and value is not UNSET:
            raise fault("a string or null", value, "status")
        self._status = value

        value = data["final_content"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "final_content")
        self._final_content = value

        value = data["content"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "content")
        self._content = value

        value = data["message_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "message_id")
        self._message_id = value

        value = data["memory_operation_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "memory_operation_id")
        self._memory_operation_id = value

        value = data["context_usage"]
        if value is not None and value is not UNSET:
            try:
                value = ContextUsage.from_dict(value)
            except DecodeError as error:
                raise error.under("context_usage") from None
        self._context_usage = value

        value = data["error"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "error")
        self._error = value

        value = data["message"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "message")
        self._message = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["type"] = self.type
        if self._thread_id is not UNSET:
            data["thread_id"] = self._thread_id
        if self._assistant_id is not UNSET:
            data["assistant_id"] = self._assistant_id
        if self._run_id is not UNSET:
            data["run_id"] = self._run_id
        if self._input_tokens is not UNSET:
            data["input_tokens"] = self._input_tokens
        if self._output_tokens is not UNSET:
            data["output_tokens"] = self._output_tokens
        if self._total_tokens is not UNSET:
            data["total_tokens"] = self._total_tokens
        if self._cached_input_tokens is not UNSET:
            data["cached_input_tokens"] = self._cached_input_tokens
        if self._cost_usd is not UNSET:
            data["cost_usd"] = self._cost_usd
        if self._model_provider is not UNSET:
            data["model_provider"] = self._model_provider
        if self._model_name is not UNSET:
            data["model_name"] = self._model_name
        if self._status is not UNSET:
            data["status"] = None if self._status is None else str(self._status)
        if self._final_content is not UNSET:
            data["final_content"] = self._final_content
        if self._content is not UNSET:
            data["content"] = self._content
        if self._message_id is not UNSET:
            data["message_id"] = self._message_id
        if self._memory_operation_id is not UNSET:
            data["memory_operation_id"] = self._memory_operation_id
        if self._context_usage is not UNSET:
            data["context_usage"] = None if self._context_usage is None else self._context_usage.to_dict()
        if self._error is not UNSET:
            data["error"] = self._error
        if self._message is not UNSET:
            data["message"] = self._message
        return data

    def __hash__(self) -> int:
        return hash((MessageCompleteEvent, self.type))
