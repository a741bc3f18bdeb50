"""A persistent conversation with one assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Self

from attrs import define

from .._decoding import DecodeError, datetime_from_json, datetime_to_json, decode_list, fault
from .._models import Model, mapping, whole
from .._unset import UNSET, Unset
from .message import Message

_FIELDS = frozenset(
    {
        "thread_id",
        "created_at",
        "assistant_id",
        "messages",
        "metadata_",
        "title",
        "first_user_message",
        "message_count",
        "updated_at",
    }
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Thread(Model):
    """A persistent conversation with one assistant.

    Attributes:
        thread_id: An identifier made by the server. A UUID.
        created_at: A point in time, RFC 3339, in UTC.
        assistant_id: The thread's assistant. A UUID.
        messages: The whole history, oldest message first; empty in a light list.
        metadata: Metadata of the thread.
        title: The thread's title; in a light list only.
        first_user_message: The beginning of the first message of the user; in a light list only.
        message_count: Number of messages in the thread; in a light list only.
        updated_at: When the thread last changed; in a light list only.
        additional_properties: What came besides, by its name on the wire.
    """

    thread_id: str
    created_at: datetime
    assistant_id: str | Unset | None = UNSET
    messages: list[Message] | Unset = UNSET
    metadata: dict[str, Any] | Unset | None = UNSET
    title: str | Unset | None = UNSET
    first_user_message: str | Unset | None = UNSET
    message_count: int | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET

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

        value = get("thread_id", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "thread_id")
        self.thread_id = value

        value = get("created_at", UNSET)
        try:
            self.created_at = datetime_from_json(value)
        except (TypeError, ValueError):
            raise fault("an RFC 3339 date-time", value, "created_at") from None

        value = get("assistant_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "assistant_id")
        self.assistant_id = value

        value = get("messages", UNSET)
        if value is UNSET:
            absent += 1
        elif value is None:
            value = UNSET
        else:
            try:
                value = decode_list(value, Message.from_dict)
            except DecodeError as error:
                raise error.under("messages") from None
        self.messages = value

        value = get("metadata_", UNSET)
        if value.__class__ is not dict:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("an object or null", value, "metadata_")
        self.metadata = value

        value = get("title", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "title")
        self.title = value

        value = get("first_user_message", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "first_user_message")
        self.first_user_message = value

        value = get("message_count", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "message_count")
        self.message_count = value

        value = get("updated_at", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = datetime_from_json(value)
            except (TypeError, ValueError):
                raise fault("an RFC 3339 date-time or null", value, "updated_at") from None
        self.updated_at = value

        if len(data) == 9 - absent:
            self._more = None
        else:
            self._more = {key: value for key, value in data.items() if key not in _FIELDS}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._more) if self._more else {}
        data["thread_id"] = self.thread_id
        data["created_at"] = datetime_to_json(self.created_at)
        if self.assistant_id is not UNSET:
            data["assistant_id"] = self.assistant_id
        if self.messages is not UNSET:
            data["messages"] = [item.to_dict() for item in self.messages]
        if self.metadata is not UNSET:
            data["metadata_"] = self.metadata
        if self.title is not UNSET:
            data["title"] = self.title
        if self.first_user_message is not UNSET:
            data["first_user_message"] = self.first_user_message
        if self.message_count is not UNSET:
            data["message_count"] = self.message_count
        if self.updated_at is not UNSET:
            data["updated_at"] = None if self.updated_at is None else datetime_to_json(self.updated_at)
        return data

    def __hash__(self) -> int:
        return hash((Thread, self.thread_id, self.created_at))
