"""A persistent conversation with one assistant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, instant, mapping, whole
from .._models.decoding import DecodeError, datetime_to_json, decode_list, fault, fromisoformat
from .._unset import UNSET, Unset
from .message import Message

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "thread_id",
        "created_at",
        "assistant_id",
        "messages",
        "metadata_",
        "title",
        "first_user_message",
        "message_count",
        "updated_at",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Thread(BaseModel):
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
        additional_properties: Properties without a field, by their name on the wire.
    """

    thread_id: str
    created_at: datetime
    _assistant_id: str | Unset | None = field(default=UNSET, alias="assistant_id")
    _messages: list[Message] | Unset | None = field(default=UNSET, alias="messages")
    _metadata: dict[str, Any] | Unset | None = field(default=UNSET, alias="metadata", metadata={"key": "metadata_"})
    _title: str | Unset | None = field(default=UNSET, alias="title")
    _first_user_message: str | Unset | None = field(default=UNSET, alias="first_user_message")
    _message_count: int | Unset | None = field(default=UNSET, alias="message_count")
    _updated_at: datetime | Unset | None = field(default=UNSET, alias="updated_at")

    @property
    def assistant_id(self) -> str | None:
        return None if self._assistant_id is UNSET else self._assistant_id

    @assistant_id.setter
    def assistant_id(self, value: str | Unset | None) -> None:
        self._assistant_id = value

    @property
    def messages(self) -> list[Message] | None:
        return None if self._messages is UNSET else self._messages

    @messages.setter
    def messages(self, value: list[Message] | Unset | None) -> None:
        self._messages = value

    @property
    def metadata(self) -> dict[str, Any] | None:
        return None if self._metadata is UNSET else self._metadata

    @metadata.setter
    def metadata(self, value: dict[str, Any] | Unset | None) -> None:
        self._metadata = value

    @property
    def title(self) -> str | None:
        return None if self._title is UNSET else self._title

    @title.setter
    def title(self, value: str | Unset | None) -> None:
        self._title = value

    @property
    def first_user_message(self) -> str | None:
        return None if self._first_user_message is UNSET else self._first_user_message

    @first_user_message.setter
    def first_user_message(self, value: str | Unset | None) -> None:
        self._first_user_message = value

    @property
    def message_count(self) -> int | None:
        return None if self._message_count is UNSET else self._message_count

    @message_count.setter
    def message_count(self, value: int | Unset | None) -> None:
        self._message_count = value

    @property
    def updated_at(self) -> datetime | None:
        return None if self._updated_at is UNSET else self._updated_at

    @updated_at.setter
    def updated_at(self, value: datetime | Unset | None) -> None:
        self._updated_at = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 9:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 9:
            self._additional_properties = None
        else:
            self._additional_properties = {key: value for key, value in data.items() if key not in _ABSENT}
        return self

    def __read(self, data: Mapping[str, Any]) -> None:
        value: Any  # declared: inferring it from every field takes pyright too far
        value = data["thread_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "thread_id")
        self.thread_id = value

        value = data["created_at"]
        try:
            self.created_at = value if (value := fromisoformat(value)).tzinfo else value.replace(tzinfo=UTC)
        except (TypeError, ValueError):
            self.created_at = instant(value, "an RFC 3339 date-time", "created_at")

        value = data["assistant_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "assistant_id")
        self._assistant_id = value

        value = data["messages"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, Message.from_dict)
            except DecodeError as error:
                raise error.under("messages") from None
        self._messages = value

        value = data["metadata_"]
        if value.__class__ is not dict and value is not None and value is not UNSET:
            raise fault("an object or null", value, "metadata_")
        self._metadata = value

        value = data["title"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "title")
        self._title = value

        value = data["first_user_message"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "first_user_message")
        self._first_user_message = value

        value = data["message_count"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "message_count")
        self._message_count = value

        value = data["updated_at"]
        if value is not None and value is not UNSET:
            try:
                value = value if (value := fromisoformat(value)).tzinfo else value.replace(tzinfo=UTC)
            except (TypeError, ValueError):
                value = instant(value, "an RFC 3339 date-time or null", "updated_at")
        self._updated_at = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["thread_id"] = self.thread_id
        data["created_at"] = datetime_to_json(self.created_at)
        if self._assistant_id is not UNSET:
            data["assistant_id"] = self._assistant_id
        if self._messages is not UNSET:
            data["messages"] = None if self._messages is None else [item.to_dict() for item in self._messages]
        if self._metadata is not UNSET:
            data["metadata_"] = self._metadata
        if self._title is not UNSET:
            data["title"] = self._title
        if self._first_user_message is not UNSET:
            data["first_user_message"] = self._first_user_message
        if self._message_count is not UNSET:
            data["message_count"] = self._message_count
        if self._updated_at is not UNSET:
            data["updated_at"] = None if self._updated_at is None else datetime_to_json(self._updated_at)
        return data

    def __hash__(self) -> int:
        return hash((Thread, self.thread_id, self.created_at))
