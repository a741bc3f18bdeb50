"""The next part of the model's reasoning."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping
from .._models.decoding import fault
from .._unset import UNSET, Unset

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "type",
        "content",
        "accumulated_reasoning",
        "thread_id",
        "assistant_id",
        "run_id",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class ReasoningStreamingEvent(BaseModel):
    """The next part of the model's reasoning.

    Attributes:
        type: The type of the event.
        content: The added text.
        accumulated_reasoning: The whole reasoning so far.
        thread_id: The thread; the first event of a new thread tells it. A UUID.
        assistant_id: The assistant. A UUID. An extension to the hosted API.
        run_id: An id made by the server, opaque to the caller. 1 to 255 characters. An extension to the hosted
            API.
        additional_properties: Properties without a field, by their name on the wire.
    """

    type: Literal["reasoning_streaming"] = "reasoning_streaming"
    content: str
    accumulated_reasoning: str
    _thread_id: str | Unset | None = field(default=UNSET, alias="thread_id")
    _assistant_id: str | Unset | None = field(default=UNSET, alias="assistant_id")
    _run_id: str | Unset | None = field(default=UNSET, alias="run_id")

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

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 6:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 6:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["type"]
        if value != "reasoning_streaming":
            raise fault('"reasoning_streaming"', value, "type")
        self.type = value

        value = data["content"]
        if value.__class__ is not str:
            raise fault("a string", value, "content")
        self.content = value

        value = data["accumulated_reasoning"]
        if value.__class__ is not str:
            raise fault("a string", value, "accumulated_reasoning")
        self.accumulated_reasoning = value

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

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["type"] = self.type
        data["content"] = self.content
        data["accumulated_reasoning"] = self.accumulated_reasoning
        if self._thread_id is not UNSET:
            data["thread_id"] = self._thread_id
        if self._assistant_id is not UNSET:
            data["assistant_id"] = self._assistant_id
        if self._run_id is not UNSET:
            data["run_id"] = self._run_id
        return data

    def __hash__(self) -> int:
        return hash((ReasoningStreamingEvent, self.type, self.content, self.accumulated_reasoning))
