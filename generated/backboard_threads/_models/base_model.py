"""The base of the models, and readers of JSON values that have no class."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Self, TypeVar

from attrs import define, field, fields

from .._json_types import is_array, is_mapping, is_object
from .._unset import UNSET
from .decoding import DecodeError, datetime_from_json, fault
from .encoding import encode_json

S = TypeVar("S", bound=str)
T = TypeVar("T")

_LONGEST = 40


@define(kw_only=True, repr=False, weakref_slot=False)
class BaseModel:
    """An object of the API.

    An absent field reads as None; `fields_set` tells it from null. Models compare by value. Their hash is made of
    required fields only, so changing one of these loses a model in a set.
    """

    _additional_properties: dict[str, Any] | None = field(
        default=None, alias="additional_properties", eq=lambda more: more or None
    )

    @property
    def additional_properties(self) -> dict[str, Any]:
        """Properties without a field, by their name on the wire; encoded with the rest."""
        if self._additional_properties is None:
            self._additional_properties = {}
        return self._additional_properties

    @additional_properties.setter
    def additional_properties(self, value: dict[str, Any]) -> None:
        self._additional_properties = value

    @property
    def fields_set(self) -> frozenset[str]:
        """Names of the fields that were given or came, null included: those that `to_dict` writes."""
        return frozenset(
            str(one.alias)
            for one in fields(type(self))
            if one.alias != "additional_properties" and getattr(self, one.name) is not UNSET
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the model of an object decoded from JSON. Raises `DecodeError`."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: every field that is set, and the additional properties."""
        raise NotImplementedError

    def to_json(self) -> str:
        """Return `to_dict` as JSON text. Raises `ValueError` for what JSON cannot carry."""
        return encode_json(self.to_dict()).decode("utf-8")

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield the entries of `to_dict`, so that `dict(model)` and FastAPI's `jsonable_encoder` take it."""
        yield from self.to_dict().items()

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        shown: list[str] = []
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            if value is not UNSET and attribute.alias != "additional_properties":
                shown.append(f"{attribute.alias}={_shortened(value)}")
        if self._additional_properties:
            shown.append(f"additional_properties={_shortened(self._additional_properties)}")
        return f"{type(self).__name__}({', '.join(shown)})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> dict[str, Any]:
        """Return the schema by which pydantic validates and serializes a model; see `pydantic_core.core_schema`."""
        return {
            "type": "function-plain",
            "function": {"type": "no-info", "function": cls._validated},
            "serialization": {"type": "function-plain", "function": _serialized, "is_field_serializer": False},
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: object, handler: object) -> dict[str, Any]:
        return {"type": "object", "title": cls.__name__}

    @classmethod
    def _validated(cls, value: object) -> Self:
        if isinstance(value, cls):
            return value
        if not is_mapping(value):
            raise ValueError(f"expected {cls.__name__} or an object, got {type(value).__name__}")
        try:
            return cls.from_dict(value)
        except DecodeError as error:
            raise ValueError(str(error)) from None


def _serialized(model: BaseModel) -> dict[str, Any]:
    return model.to_dict()


def _shortened(value: object) -> str:
    if is_array(value) or is_object(value):
        kind = "items" if is_array(value) else "entries"
        return repr(value) if not value else f"<{len(value)} {kind}>"
    if isinstance(value, str) and len(value) > _LONGEST:
        return repr(str(value)[:_LONGEST] + "…")
    return repr(str(value)) if isinstance(value, str) else repr(value)


def text(value: Any) -> str:
    """Return a JSON string as it is. Like all readers here it raises `DecodeError` for anything else."""
    if value.__class__ is not str:
        raise fault("a string", value)
    return value


def constant(value: Any, expected: S) -> S:
    """Return a JSON string that can only be `expected`."""
    if value != expected:
        raise fault(repr(expected), value)
    return expected


def whole(value: Any, *path: str) -> int:
    """Return a JSON number that is an integer, however it is written: `2.0` is one."""
    if value.__class__ is int:
        return value
    if value.__class__ is float and value.is_integer():
        return int(value)
    raise fault("an integer", value, *path)


def number(value: Any) -> float:
    """Return a JSON number."""
    if value.__class__ is not float and value.__class__ is not int:
        raise fault("a number", value)
    return value


def flag(value: Any) -> bool:
    """Return a JSON boolean."""
    if value.__class__ is not bool:
        raise fault("a boolean", value)
    return value


def mapping(value: Any) -> dict[str, Any]:
    """Return a JSON object; any mapping is taken for one."""
    if value.__class__ is dict:
        return value
    if is_mapping(value):
        return dict(value)
    raise fault("an object", value)


def instant(value: Any, expected: str = "an RFC 3339 date-time", *path: str) -> datetime:
    """Return a JSON string that is an RFC 3339 date-time, as `expected` says."""
    try:
        return datetime_from_json(value)
    except (TypeError, ValueError, OverflowError):
        raise fault(expected, value, *path) from None


def one_of(value: Any, expected: str, *classes: type) -> Any:
    """Return a JSON value of one of several classes."""
    if value.__class__ not in classes:
        raise fault(expected, value)
    return value


def decode_map(value: Any, decode: Callable[[Any], T]) -> dict[str, T]:
    """Each value of the JSON object `value`, decoded. A fault inside says under which key."""
    entries: dict[str, T] = {}
    for key, item in mapping(value).items():
        try:
            entries[key] = decode(item)
        except DecodeError as error:
            raise error.under(key) from None
    return entries
