"""Confirms that an assistant is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, instant, mapping
from .._models.decoding import datetime_to_json, fault, fromisoformat
from .._unset import UNSET, Unset

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "message",
        "assistant_id",
        "deleted_at",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class AssistantDeleted(BaseModel):
    """Confirms that an assistant is deleted.

    Attributes:
        message: A short text for display.
        assistant_id: An identifier made by the server. A UUID.
        deleted_at: A point in time, RFC 3339, in UTC.
        additional_properties: Properties without a field, by their name on the wire.
    """

    message: str
    assistant_id: str
    _deleted_at: datetime | Unset | None = field(default=UNSET, alias="deleted_at")

    @property
    def deleted_at(self) -> datetime | None:
        return None if self._deleted_at is UNSET else self._deleted_at

    @deleted_at.setter
    def deleted_at(self, value: datetime | Unset | None) -> None:
        self._deleted_at = value

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
        value = data["message"]
        if value.__class__ is not str:
            raise fault("a string", value, "message")
        self.message = value

        value = data["assistant_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "assistant_id")
        self.assistant_id = value

        value = data["deleted_at"]
        if value is not None and value is not UNSET:
            try:
                value = value if (value := fromisoformat(value)).tzinfo else value.replace(tzinfo=UTC)
            except (TypeError, ValueError):
                value = instant(value, "an RFC 3339 date-time", "deleted_at")
        self._deleted_at = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["message"] = self.message
        data["assistant_id"] = self.assistant_id
        if self._deleted_at is not UNSET:
            data["deleted_at"] = None if self._deleted_at is None else datetime_to_json(self._deleted_at)
        return data

    def __hash__(self) -> int:
        return hash((AssistantDeleted, self.message, self.assistant_id))
