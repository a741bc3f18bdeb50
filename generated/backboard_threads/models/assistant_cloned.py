"""A copied assistant and what was copied with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping, whole
from .._models.decoding import DecodeError
from .._unset import UNSET, Unset
from .assistant import Assistant

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "assistant",
        "documents_cloned",
        "memories_cloned",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class AssistantCloned(BaseModel):
    """A copied assistant and what was copied with it.

    Attributes:
        assistant: An assistant.
        documents_cloned: Number of copied documents. `0` unless given.
        memories_cloned: Number of copied memories. `0` unless given.
        additional_properties: Properties without a field, by their name on the wire.
    """

    assistant: Assistant
    _documents_cloned: int | Unset | None = field(default=UNSET, alias="documents_cloned")
    _memories_cloned: int | Unset | None = field(default=UNSET, alias="memories_cloned")

    @property
    def documents_cloned(self) -> int | None:
        return None if self._documents_cloned is UNSET else self._documents_cloned

    @documents_cloned.setter
    def documents_cloned(self, value: int | Unset | None) -> None:
        self._documents_cloned = value

    @property
    def memories_cloned(self) -> int | None:
        return None if self._memories_cloned is UNSET else self._memories_cloned

    @memories_cloned.setter
    def memories_cloned(self, value: int | Unset | None) -> None:
        self._memories_cloned = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 3:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 3:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["assistant"]
        try:
            self.assistant = Assistant.from_dict(value)
        except DecodeError as error:
            raise error.under("assistant") from None

        value = data["documents_cloned"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "documents_cloned")
        self._documents_cloned = value

        value = data["memories_cloned"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "memories_cloned")
        self._memories_cloned = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["assistant"] = self.assistant.to_dict()
        if self._documents_cloned is not UNSET:
            data["documents_cloned"] = self._documents_cloned
        if self._memories_cloned is not UNSET:
            data["memories_cloned"] = self._memories_cloned
        return data

    def __hash__(self) -> int:
        return hash(AssistantCloned)
