"""One parameter of a function, a JSON Schema. Other keywords are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping, text
from .._models.decoding import DecodeError, decode_list, fault
from .._unset import UNSET, Unset

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "type",
        "description",
        "enum",
        "properties",
        "items",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class ParameterProperty(BaseModel):
    """One parameter of a function, a JSON Schema. Other keywords are kept.

    Attributes:
        type: The JSON type of the parameter. At most 255 characters.
        description: What the parameter is for.
        enum: The values that the parameter can take. At most 1000 items.
        properties: The properties of a parameter that is an object, JSON Schemas.
        items: The items of a parameter that is an array, a JSON Schema.
        additional_properties: Properties without a field, by their name on the wire.
    """

    _type: str | Unset | None = field(default=UNSET, alias="type")
    _description: str | Unset | None = field(default=UNSET, alias="description")
    _enum: list[str] | Unset | None = field(default=UNSET, alias="enum")
    _properties: dict[str, Any] | Unset | None = field(default=UNSET, alias="properties")
    _items: dict[str, Any] | Unset | None = field(default=UNSET, alias="items")

    @property
    def type(self) -> str | None:
        return None if self._type is UNSET else self._type

    @type.setter
    def type(self, value: str | Unset | None) -> None:
        self._type = value

    @property
    def description(self) -> str | None:
        return None if self._description is UNSET else self._description

    @description.setter
    def description(self, value: str | Unset | None) -> None:
        self._description = value

    @property
    def enum(self) -> list[str] | None:
        return None if self._enum is UNSET else self._enum

    @enum.setter
    def enum(self, value: list[str] | Unset | None) -> None:
        self._enum = value

    @property
    def properties(self) -> dict[str, Any] | None:
        return None if self._properties is UNSET else self._properties

    @properties.setter
    def properties(self, value: dict[str, Any] | Unset | None) -> None:
        self._properties = value

    @property
    def items(self) -> dict[str, Any] | None:
        return None if self._items is UNSET else self._items

    @items.setter
    def items(self, value: dict[str, Any] | Unset | None) -> None:
        self._items = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 5:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 5:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["type"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string", value, "type")
        self._type = value

        value = data["description"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "description")
        self._description = value

        value = data["enum"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, text)
            except DecodeError as error:
                raise error.under("enum") from None
        self._enum = value

        value = data["properties"]
        if value.__class__ is not dict and value is not None and value is not UNSET:
            raise fault("an object or null", value, "properties")
        self._properties = value

        value = data["items"]
        if value.__class__ is not dict and value is not None and value is not UNSET:
            raise fault("an object or null", value, "items")
        self._items = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        if self._type is not UNSET:
            data["type"] = self._type
        if self._description is not UNSET:
            data["description"] = self._description
        if self._enum is not UNSET:
            data["enum"] = self._enum
        if self._properties is not UNSET:
            data["properties"] = self._properties
        if self._items is not UNSET:
            data["items"] = self._items
        return data

    def __hash__(self) -> int:
        return hash(ParameterProperty)
