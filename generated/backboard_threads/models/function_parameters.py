"""The parameters of a function, a JSON Schema of type `object`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, decode_map, mapping, text
from .._models.decoding import DecodeError, decode_list, fault
from .._unset import UNSET, Unset
from .parameter_property import ParameterProperty

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "properties",
        "type",
        "required",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class FunctionParameters(BaseModel):
    """The parameters of a function, a JSON Schema of type `object`.

    Attributes:
        properties: The parameters by name.
        type: The JSON type of the parameters, `object` in all known uses. At most 255 characters. `object` unless
            given.
        required: The names of the required parameters. At most 1000 items.
        additional_properties: Properties without a field, by their name on the wire.
    """

    properties: dict[str, ParameterProperty]
    _type: str | Unset | None = field(default=UNSET, alias="type")
    _required: list[str] | Unset | None = field(default=UNSET, alias="required")

    @property
    def type(self) -> str | None:
        return None if self._type is UNSET else self._type

    @type.setter
    def type(self, value: str | Unset | None) -> None:
        self._type = value

    @property
    def required(self) -> list[str] | None:
        return None if self._required is UNSET else self._required

    @required.setter
    def required(self, value: list[str] | Unset | None) -> None:
        self._required = value

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
        value = data["properties"]
        try:
            self.properties = decode_map(value, ParameterProperty.from_dict)
        except DecodeError as error:
            raise error.under("properties") from None

        value = data["type"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string", value, "type")
        self._type = value

        value = data["required"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, text)
            except DecodeError as error:
                raise error.under("required") from None
        self._required = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["properties"] = {key: item.to_dict() for key, item in self.properties.items()}
        if self._type is not UNSET:
            data["type"] = self._type
        if self._required is not UNSET:
            data["required"] = self._required
        return data

    def __hash__(self) -> int:
        return hash(FunctionParameters)
