"""The next part of the reply."""

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
        "thread_id",
        "assistant_id",
        "run_id",
        "accumulated_content",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class ContentStreamingEvent(BaseModel):
    """The next part of the reply.

    Attributes:
        type: The type of the event.
        content: The added text.
        thread_id: The thread; the first event of a new thread tells it. A UUID.
        assistant_id: The assistant. A UUID. An extension to the hosted API.
        run_id: An id made by the server, opaque to the caller. 1 to 255 characters. An extension to the hosted
            API.
        accumulated_content: The whole text so far.
        additional_properties: Properties without a field, by their name on the wire.
    """

    type: Literal["content_streaming"] = "content_streaming"
    content: str
    _thread_id: str | Unset | None = field(default=UNSET, alias="thread_id")
    _assistant_id: str | Unset | None = field(default=UNSET, alias="assistant_id")
    _run_id: str | Unset | None = field(default=UNSET, alias="run_id")
    _accumulated_content: str | Unset | None = field(default=UNSET, alias="accumulated_content")

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
    def accumulated_content(self) -> str | None:
        return None if self._accumulated_content is UNSET else self._accumulated_content

    @accumulated_content.setter
    def accumulated_content(self, value: str | Unset | None) -> None:
        self._accumulated_content = value

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
        if value != "content_streaming":
            raise fault('"content_streaming"', value, "type")
        self.type = value

        value = data["content"]
        if value.__class__ is not str:
            raise fault("a string", value, "content")
        self.content = value

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

        value = data["accumulated_content"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "accumulated_content")
        self._accumulated_content = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["type"] = self.type
        data["content"] = self.content
        if self._thread_id is not UNSET:
            data["thread_id"] = self._thread_id
        if self._assistant_id is not UNSET:
            data["assistant_id"] = self._assistant_id
        if self._run_id is not UNSET:
            data["run_id"] = self._run_id
        if self._accumulated_content is not UNSET:
            data["accumulated_content"] = self._accumulated_content
        return data

    def __hash__(self) -> int:
        return hash((ContentStreamingEvent, self.type, self.content))
