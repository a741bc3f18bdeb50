"""What the models have in common: their base, and the readers of what has no class of its own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from attrs import define, field, fields

from ._decoding import DecodeError, datetime_from_json, fault
from ._unset import UNSET

T = TypeVar("T")

_LONGEST = 40


@define(kw_only=True, repr=False, weakref_slot=False)
class Model:
    """An object of the API.

    Models compare by value. Their hash is made of required fields only; who changes one of these in a set loses it.
    """

    _more: dict[str, Any] | None = field(default=None, alias="additional_properties", eq=lambda more: more or None)

    @property
    def additional_properties(self) -> dict[str, Any]:
        """What the object has besides its fields, by its name on the wire; encoded with the rest."""
        if self._more is None:
            self._more = {}
        return self._more

    @additional_properties.setter
    def additional_properties(self, more: dict[str, Any]) -> None:
        self._more = more

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        shown = []
        for attribute in fields(type(self)):
            value = getattr(self, attribute.name)
            if value is not UNSET and attribute.name != "_more":
                shown.append(f"{attribute.name}={_shortened(value)}")
        if self._more:
            shown.append(f"additional_properties={_shortened(self._more)}")
        return f"{type(self).__name__}({', '.join(shown)})"


def _shortened(value: object) -> str:
    if isinstance(value, list | dict):
        kind = "items" if isinstance(value, list) else "entries"
        return repr(value) if not value else f"<{len(value)} {kind}>"
    if isinstance(value, str) and len(value) > _LONGEST:
        return repr(str(value)[:_LONGEST] + "…")
    return repr(str(value)) if isinstance(value, str) else repr(value)


def text(value: Any) -> str:
    """Return a JSON string as it is. Like all readers here it raises `DecodeError` for anything else."""
    if value.__class__ is not str:
        raise fault("a string", value)
    return value


def constant(value: Any, expected: str) -> str:
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
    if isinstance(value, Mapping):
        return dict(value)
    raise fault("an object", value)


def instant(value: Any) -> datetime:
    """Return a JSON string that is an RFC 3339 date-time."""
    try:
        return datetime_from_json(value)
    except (TypeError, ValueError, OverflowError):
        raise fault("an RFC 3339 date-time", value) from None


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
