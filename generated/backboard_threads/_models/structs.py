"""JSON straight into models: msgspec parses and checks it as structs, and these fill the models.

A struct takes what the document describes and nothing else. Any other JSON is for `from_dict`, which keeps unknown
fields and says what is wrong. Needs msgspec.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import GenericAlias, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from attrs import fields

from .._unset import UNSET, Unset
from .base_model import BaseModel
from .decoding import datetime_from_json
from .enums import Members, OpenEnum

Conversion = Callable[[Any], Any]


SKIPPED_AFTER_REFUSAL = 50
"""Contents that are not tried after one that did not fit: a server that adds fields adds them to each answer."""


class StructDecoder:
    """Decodes JSON to a model, or to a list of one."""

    def __init__(self, parse: Callable[[bytes], Any], convert: Conversion) -> None:
        self._parse = parse
        self._convert = convert
        self._skip = 0

    def decode(self, content: bytes) -> Any:
        """Return what `content` is the JSON of; UNSET if it does not fit, or was not tried."""
        if self._skip:
            self._skip -= 1
            return UNSET
        try:
            return self._convert(self._parse(content))
        except Exception:
            self._skip = SKIPPED_AFTER_REFUSAL
            return UNSET


@cache
def struct_decoder(kind: Any) -> StructDecoder | None:
    """Return the decoder for a model, or for a list of one; None if structs cannot hold it."""
    from msgspec.json import Decoder

    try:
        struct, convert = _struct_of(kind, ())
    except (TypeError, ValueError, NameError):  # a union, or an annotation that only type checkers resolve
        return None
    return None if convert is None else StructDecoder(Decoder(struct).decode, convert)


def _struct_of(kind: Any, around: tuple[type, ...]) -> tuple[Any, Conversion | None]:
    """Return the type of an annotation as msgspec takes it, and the function that makes the model's value of one.

    `around` are the models that hold the value.
    """
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (str, int, bool, Any) or origin is Literal:
        return kind, None
    if kind is float:
        return int | float, None
    if kind is datetime:
        return str, datetime_from_json
    if origin in (list, dict):
        struct, convert = _struct_of(arguments[-1], around)
        many = GenericAlias(origin, (*arguments[:-1], struct))
        return many, None if convert is None else (_of_items if origin is list else _of_values)(convert)
    if isinstance(kind, type) and issubclass(kind, OpenEnum):
        return str, Members(kind).__getitem__
    if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in around:
        return _struct_of_model(kind, (*around, kind))
    raise TypeError(f"no struct for {kind}")


def _struct_of_model(model: type[BaseModel], around: tuple[type, ...]) -> tuple[type, Conversion]:
    """Return the struct with a model's fields, and the function that fills a model from one.

    That function is compiled, as attrs compiles constructors: a loop over the fields takes four times as long.
    """
    from msgspec import defstruct

    annotations = get_type_hints(model)
    members: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    keys: dict[str, str] = {}
    names: dict[str, Any] = {"new": object.__new__, "model": model, "UNSET": UNSET}
    lines = ["def fill(struct):", "    self = new(model)", "    self._additional_properties = None"]
    for attribute in fields(model):
        slot = attribute.name
        if slot == "_additional_properties":
            continue
        options = _options(annotations[slot])
        (kind,) = options - {Unset, NoneType}
        struct, convert = _struct_of(kind, around)
        member = struct | None if NoneType in options else struct
        members.append((slot, member, UNSET) if Unset in options else (slot, member))
        keys[slot] = attribute.metadata.get("key", attribute.alias)
        value = f"struct.{slot}"
        if convert is not None:
            names[f"convert{slot}"] = convert
            value = f"convert{slot}({value})"
            if len(options) > 1:
                value = f"value if (value := struct.{slot}) is None or value is UNSET else convert{slot}(value)"
        lines.append(f"    self.{slot} = {value}")
    exec("\n".join([*lines, "    return self"]), names)
    return defstruct(model.__name__, members, rename=keys, forbid_unknown_fields=True, gc=False), names["fill"]


def _of_items(convert: Conversion) -> Conversion:
    return lambda values: [convert(value) for value in values]


def _of_values(convert: Conversion) -> Conversion:
    return lambda values: {key: convert(value) for key, value in values.items()}


def _options(annotation: Any) -> set[Any]:
    return set(get_args(annotation)) if get_origin(annotation) in (Union, UnionType) else {annotation}
