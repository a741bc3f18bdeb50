"""A function that the assistant may call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping
from .._models.decoding import DecodeError, fault
from .._unset import UNSET, Unset
from .function_parameters import FunctionParameters

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "name",
        "parameters",
        "description",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class FunctionDefinition(BaseModel):
    """A function that the assistant may call.

    Attributes:
        name: The function's name. 1 to 255 characters.
        parameters: The parameters of a function, a JSON Schema of type `object`.
        description: What the function does, for the model.
        additional_properties: Properties without a field, by their name on the wire.
    """

    name: str
    parameters: FunctionParameters
    _description: str | Unset | None = field(default=UNSET, alias="description")

    @property
    def description(self) -> str | None:
        return None if self._description is UNSET else self._description

    @description.setter
    def description(self, value: str | Unset | None) -> None:
        self._description = value

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
        value = data["name"]
        if value.__class__ is not str:
            raise fault("a string", value, "name")
        self.name = value

        value = data["parameters"]
        try:
            self.parameters = FunctionParameters.from_dict(value)
        except DecodeError as error:
            raise error.under("parameters") from None

        value = data["description"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "description")
        self._description = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["name"] = self.name
        data["parameters"] = self.parameters.to_dict()
        if self._description is not UNSET:
            data["description"] = self._description
        return data

    def __hash__(self) -> int:
        return hash((FunctionDefinition, self.name))
