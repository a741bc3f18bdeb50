"""A call of a tool that the caller is to run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from attrs import define

from .._models.base_model import BaseModel, mapping
from .._models.decoding import DecodeError, fault
from .._unset import UNSET
from .function_call import FunctionCall

_FIELDS = frozenset({"id", "type", "function"})


@define(kw_only=True, repr=False, weakref_slot=False)
class ToolCall(BaseModel):
    """A call of a tool that the caller is to run.

    Attributes:
        id: The call's id; its output is submitted under this id. At least 1 characters.
        type: The kind of tool, `function`.
        function: A call of a function by the assistant.
        additional_properties: Properties without a field, by their name on the wire.
    """

    id: str
    type: str
    function: FunctionCall

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

        value = get("id", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "id")
        self.id = value

        value = get("type", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "type")
        self.type = value

        value = get("function", UNSET)
        try:
            self.function = FunctionCall.from_dict(value)
        except DecodeError as error:
            raise error.under("function") from None

        if len(data) == 3 - absent:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _FIELDS}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["id"] = self.id
        data["type"] = self.type
        data["function"] = self.function.to_dict()
        return data

    def __hash__(self) -> int:
        return hash((ToolCall, self.id, self.type))
