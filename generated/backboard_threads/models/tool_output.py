"""The output of one tool call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .._models.base_model import BaseModel, mapping
from .._models.decoding import fault
from .._unset import UNSET

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "tool_call_id",
        "output",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class ToolOutput(BaseModel):
    """The output of one tool call.

    Attributes:
        tool_call_id: The `id` of the tool call. 1 to 255 characters.
        output: What the tool returned, as text.
        additional_properties: Properties without a field, by their name on the wire.
    """

    tool_call_id: str
    output: str

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
        value = data["tool_call_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "tool_call_id")
        self.tool_call_id = value

        value = data["output"]
        if value.__class__ is not str:
            raise fault("a string", value, "output")
        self.output = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["tool_call_id"] = self.tool_call_id
        data["output"] = self.output
        return data

    def __hash__(self) -> int:
        return hash((ToolOutput, self.tool_call_id, self.output))
