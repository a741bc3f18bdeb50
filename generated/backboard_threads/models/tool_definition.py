"""A tool that the assistant may use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping
from .._models.decoding import DecodeError, fault
from .._unset import UNSET, Unset
from .function_definition import FunctionDefinition

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "function",
        "type",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class ToolDefinition(BaseModel):
    """A tool that the assistant may use.

    Attributes:
        function: A function that the assistant may call.
        type: The kind of tool, `function` in all known uses. At most 255 characters. `function` unless given.
        additional_properties: Properties without a field, by their name on the wire.
    """

    function: FunctionDefinition
    _type: str | Unset | None = field(default=UNSET, alias="type")

    @property
    def type(self) -> str | None:
        return None if self._type is UNSET else self._type

    @type.setter
    def type(self, value: str | Unset | None) -> None:
        self._type = value

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
        value = data["function"]
        try:
            self.function = FunctionDefinition.from_dict(value)
        except DecodeError as error:
            raise error.under("function") from None

        value = data["type"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string", value, "type")
        self._type = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["function"] = self.function.to_dict()
        if self._type is not UNSET:
            data["type"] = self._type
        return data

    def __hash__(self) -> int:
        return hash(ToolDefinition)
