"""A call of a function by the assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from attrs import define

from .._models.base_model import BaseModel, mapping
from .._models.decoding import fault
from .._unset import UNSET

_FIELDS = frozenset({"name", "arguments"})


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
        self = cls.__new__(cls)
        get: Callable[[str, object], Any] = data.get
        value: Any  # declared: inferring it from every field takes pyright too far
        absent = 0

        value = get("name", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "name")
        self.name = value

        value = get("arguments", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "arguments")
        self.arguments = value

        if len(data) == 2 - absent:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _FIELDS}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["name"] = self.name
        data["arguments"] = self.arguments
        return data

    def __hash__(self) -> int:
        return hash((FunctionCall, self.name, self.arguments))
