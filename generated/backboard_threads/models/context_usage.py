"""How much of the model's context the conversation takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, mapping, whole
from .._models.decoding import fault
from .._unset import UNSET, Unset

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "percent",
        "used_tokens",
        "context_limit",
        "summary_tokens",
        "model",
        "omitted_messages",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class ContextUsage(BaseModel):
    """How much of the model's context the conversation takes.

    Attributes:
        percent: Used share in percent.
        used_tokens: Number of used tokens.
        context_limit: Size of the model's context in tokens.
        summary_tokens: Number of tokens of the summary of older messages.
        model: The model.
        omitted_messages: Number of the thread's oldest messages that did not fit and were not sent. An extension to
            the hosted API.
        additional_properties: Properties without a field, by their name on the wire.
    """

    _percent: float | Unset | None = field(default=UNSET, alias="percent")
    _used_tokens: int | Unset | None = field(default=UNSET, alias="used_tokens")
    _context_limit: int | Unset | None = field(default=UNSET, alias="context_limit")
    _summary_tokens: int | Unset | None = field(default=UNSET, alias="summary_tokens")
    _model: str | Unset | None = field(default=UNSET, alias="model")
    _omitted_messages: int | Unset | None = field(default=UNSET, alias="omitted_messages")

    @property
    def percent(self) -> float | None:
        return None if self._percent is UNSET else self._percent

    @percent.setter
    def percent(self, value: float | Unset | None) -> None:
        self._percent = value

    @property
    def used_tokens(self) -> int | None:
        return None if self._used_tokens is UNSET else self._used_tokens

    @used_tokens.setter
    def used_tokens(self, value: int | Unset | None) -> None:
        self._used_tokens = value

    @property
    def context_limit(self) -> int | None:
        return None if self._context_limit is UNSET else self._context_limit

    @context_limit.setter
    def context_limit(self, value: int | Unset | None) -> None:
        self._context_limit = value

    @property
    def summary_tokens(self) -> int | None:
        return None if self._summary_tokens is UNSET else self._summary_tokens

    @summary_tokens.setter
    def summary_tokens(self, value: int | Unset | None) -> None:
        self._summary_tokens = value

    @property
    def model(self) -> str | None:
        return None if self._model is UNSET else self._model

    @model.setter
    def model(self, value: str | Unset | None) -> None:
        self._model = value

    @property
    def omitted_messages(self) -> int | None:
        return None if self._omitted_messages is UNSET else self._omitted_messages

    @omitted_messages.setter
    def omitted_messages(self, value: int | Unset | None) -> None:
        self._omitted_messages = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 6:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 6:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["percent"]
        if value.__class__ is not float and value.__class__ is not int and value is not None and value is not UNSET:
            raise fault("a number", value, "percent")
        self._percent = value

        value = data["used_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "used_tokens")
        self._used_tokens = value

        value = data["context_limit"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "context_limit")
        self._context_limit = value

        value = data["summary_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "summary_tokens")
        self._summary_tokens = value

        value = data["model"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string", value, "model")
        self._model = value

        value = data["omitted_messages"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "omitted_messages")
        self._omitted_messages = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        if self._percent is not UNSET:
            data["percent"] = self._percent
        if self._used_tokens is not UNSET:
            data["used_tokens"] = self._used_tokens
        if self._context_limit is not UNSET:
            data["context_limit"] = self._context_limit
        if self._summary_tokens is not UNSET:
            data["summary_tokens"] = self._summary_tokens
        if self._model is not UNSET:
            data["model"] = self._model
        if self._omitted_messages is not UNSET:
            data["omitted_messages"] = self._omitted_messages
        return data

    def __hash__(self) -> int:
        return hash(ContextUsage)
