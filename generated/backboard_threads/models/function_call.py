"""A call of a function by the assistant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .._models.base_model import BaseModel, mapping
from .._models.decoding import fault
from .._unset import UNSET

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "name",
        "arguments",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class FunctionCall(BaseModel):
    """A call of a function by the assistant.

    Attributes:
        name: The function's name.
        arguments: The arguments as JSON text.
        additional_properties: Properties without a field, by their name on the wire.
    """

    name: str
    arguments: str

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 2:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 2:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["name"]
        if value.__class__ is not str:
            raise fault("a string", value, "name")
        self.name = value

        value = data["arguments"]
        if value.__class__ is not str:
            raise fault("a string", value, "arguments")
        self.arguments = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["name"] = self.name
        data["arguments"] = self.arguments
        return data

    def __hash__(self) -> int:
        return hash((FunctionCall, self.name, self.arguments))
