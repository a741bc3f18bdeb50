"""The run waits for tool outputs. Last event of its stream; a run's event log continues after it once the outputs are
submitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping, whole
from .._models.decoding import DecodeError, decode_list, fault
from .._unset import UNSET, Unset
from .tool_call import ToolCall

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "run_id",
        "type",
        "tool_calls",
        "thread_id",
        "assistant_id",
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "cached_input_tokens",
        "cost_usd",
        "cache_write_input_tokens",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class ToolSubmitRequiredEvent(BaseModel):
    """The run waits for tool outputs. Last event of its stream; a run's event log continues after it once the outputs
    are submitted.

    Attributes:
        run_id: An id made by the server, opaque to the caller. 1 to 255 characters.
        type: The type of the event.
        tool_calls: The tool calls to run. At least 1 items.
        thread_id: The thread; the first event of a new thread tells it. A UUID.
        assistant_id: The assistant. A UUID. An extension to the hosted API.
        input_tokens: Number of input tokens.
        output_tokens: Number of output tokens.
        total_tokens: Input and output tokens together.
        cached_input_tokens: Number of input tokens read from a cache.
        cost_usd: The run's cost in US dollars.
        cache_write_input_tokens: Number of input tokens written to a cache.
        additional_properties: Properties without a field, by their name on the wire.
    """

    run_id: str
    type: Literal["tool_submit_required"] = "tool_submit_required"
    tool_calls: list[ToolCall]
    _thread_id: str | Unset | None = field(default=UNSET, alias="thread_id")
    _assistant_id: str | Unset | None = field(default=UNSET, alias="assistant_id")
    _input_tokens: int | Unset | None = field(default=UNSET, alias="input_tokens")
    _output_tokens: int | Unset | None = field(default=UNSET, alias="output_tokens")
    _total_tokens: int | Unset | None = field(default=UNSET, alias="total_tokens")
    _cached_input_tokens: int | Unset | None = field(default=UNSET, alias="cached_input_tokens")
    _cost_usd: float | Unset | None = field(default=UNSET, alias="cost_usd")
    _cache_write_input_tokens: int | Unset | None = field(default=UNSET, alias="cache_write_input_tokens")

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
    def cache_write_input_tokens(self) -> int | None:
        return None if self._cache_write_input_tokens is UNSET else self._cache_write_input_tokens

    @cache_write_input_tokens.setter
    def cache_write_input_tokens(self, value: int | Unset | None) -> None:
        self._cache_write_input_tokens = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 11:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 11:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["run_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "run_id")
        self.run_id = value

        value = data["type"]
        if value != "tool_submit_required":
            raise fault('"tool_submit_required"', value, "type")
        self.type = value

        value = data["tool_calls"]
        try:
            self.tool_calls = decode_list(value, ToolCall.from_dict)
        except DecodeError as error:
            raise error.under("tool_calls") from None

        value = data["thread_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "thread_id")
        self._thread_id = value

        value = data["assistant_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "assistant_id")
        self._assistant_id = value

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

        value = data["cache_write_input_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "cache_write_input_tokens")
        self._cache_write_input_tokens = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["run_id"] = self.run_id
        data["type"] = self.type
        data["tool_calls"] = [item.to_dict() for item in self.tool_calls]
        if self._thread_id is not UNSET:
            data["thread_id"] = self._thread_id
        if self._assistant_id is not UNSET:
            data["assistant_id"] = self._assistant_id
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
        if self._cache_write_input_tokens is not UNSET:
            data["cache_write_input_tokens"] = self._cache_write_input_tokens
        return data

    def __hash__(self) -> int:
        return hash((ToolSubmitRequiredEvent, self.run_id, self.type))
