"""How much of the model's context the conversation takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from attrs import define

from .._decoding import fault
from .._models import Model, mapping, whole
from .._unset import UNSET, Unset

_FIELDS = frozenset({"percent", "used_tokens", "context_limit", "summary_tokens", "model"})


@define(kw_only=True, repr=False, weakref_slot=False)
class ContextUsage(Model):
    """How much of the model's context the conversation takes.

    Attributes:
        percent: Used share in percent.
        used_tokens: Number of used tokens.
        context_limit: Size of the model's context in tokens.
        summary_tokens: Number of tokens of the summary of older messages.
        model: The model.
        additional_properties: What came besides, by its name on the wire.
    """

    percent: float | Unset = UNSET
    used_tokens: int | Unset = UNSET
    context_limit: int | Unset = UNSET
    summary_tokens: int | Unset = UNSET
    model: str | Unset = UNSET

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
        absent = 0

        value = get("percent", UNSET)
        if value.__class__ is not float and value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is None:
                value = UNSET
            else:
                raise fault("a number", value, "percent")
        self.percent = value

        value = get("used_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is None:
                value = UNSET
            else:
                value = whole(value, "used_tokens")
        self.used_tokens = value

        value = get("context_limit", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is None:
                value = UNSET
            else:
                value = whole(value, "context_limit")
        self.context_limit = value

        value = get("summary_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is None:
                value = UNSET
            else:
                value = whole(value, "summary_tokens")
        self.summary_tokens = value

        value = get("model", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is None:
                value = UNSET
            else:
                raise fault("a string", value, "model")
        self.model = value

        if len(data) == 5 - absent:
            self._more = None
        else:
            self._more = {key: value for key, value in data.items() if key not in _FIELDS}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._more) if self._more else {}
        if self.percent is not UNSET:
            data["percent"] = self.percent
        if self.used_tokens is not UNSET:
            data["used_tokens"] = self.used_tokens
        if self.context_limit is not UNSET:
            data["context_limit"] = self.context_limit
        if self.summary_tokens is not UNSET:
            data["summary_tokens"] = self.summary_tokens
        if self.model is not UNSET:
            data["model"] = self.model
        return data

    def __hash__(self) -> int:
        return hash(ContextUsage)
