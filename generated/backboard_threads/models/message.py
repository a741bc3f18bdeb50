"""One message of a thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, instant, mapping
from .._models.decoding import DecodeError, datetime_to_json, decode_list, fault, fromisoformat
from .._unset import UNSET, Unset
from .attachment import Attachment
from .message_role import MESSAGE_ROLE_VALUES, MessageRole
from .message_status import MESSAGE_STATUS_VALUES, MessageStatus

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
        "message_id",
        "role",
        "created_at",
        "content",
        "status",
        "metadata_",
        "attachments",
        "model_provider",
        "model_name",
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Message(BaseModel):
    """One message of a thread.

    Attributes:
        message_id: An identifier made by the server. A UUID.
        role: The author of a message. One of `user`, `assistant`, `tool`, `system`.
        created_at: A point in time, RFC 3339, in UTC.
        content: Message text; empty on a message that only calls tools.
        status: The state of the message. One of `IN_PROGRESS`, `REQUIRES_ACTION`, `COMPLETED`, `FAILED`,
            `CANCELLED`.
        metadata: The metadata given by the sender, and the server's own: `run_id` on messages that a run wrote,
            `tool_calls` on a message that calls tools, `tool_call_id` and `tool_name` on an output,
            `all_run_tool_calls` on the reply that followed outputs that were not streamed, `finish_reason` on a
            reply that ended early (such as `length`, `content_filter` or `refusal`), and `error`, the reason, on a
            failed reply.
        attachments: The files that came with the message.
        model_provider: Provider of the model that wrote the message.
        model_name: The model that wrote the message.
        additional_properties: Properties without a field, by their name on the wire.
    """

    message_id: str
    role: MessageRole
    created_at: datetime
    _content: str | Unset | None = field(default=UNSET, alias="content")
    _status: MessageStatus | Unset | None = field(default=UNSET, alias="status")
    _metadata: dict[str, Any] | Unset | None = field(default=UNSET, alias="metadata", metadata={"key": "metadata_"})
    _attachments: list[Attachment] | Unset | None = field(default=UNSET, alias="attachments")
    _model_provider: str | Unset | None = field(default=UNSET, alias="model_provider")
    _model_name: str | Unset | None = field(default=UNSET, alias="model_name")

    @property
    def content(self) -> str | None:
        return None if self._content is UNSET else self._content

    @content.setter
    def content(self, value: str | Unset | None) -> None:
        self._content = value

    @property
    def status(self) -> MessageStatus | None:
        return None if self._status is UNSET else self._status

    @status.setter
    def status(self, value: MessageStatus | Unset | None) -> None:
        self._status = value

    @property
    def metadata(self) -> dict[str, Any] | None:
        return None if self._metadata is UNSET else self._metadata

    @metadata.setter
    def metadata(self, value: dict[str, Any] | Unset | None) -> None:
        self._metadata = value

    @property
    def attachments(self) -> list[Attachment] | None:
        return None if self._attachments is UNSET else self._attachments

    @attachments.setter
    def attachments(self, value: list[Attachment] | Unset | None) -> None:
        self._attachments = value

    @property
    def model_provider(self) -> str | None:
        return None if self._model_provider is UNSET else self._model_provider

    @model_provider.setter
    def model_provider(self, value: str | Unset | None) -> None:
        self._model_provider = value

    @property
    def model_name(self) -> str | None:
        return None if self._model_name is UNSET else self._model_name

    @model_name.setter
    def model_name(self, value: str | Unset | None) -> None:
        self._model_name = value

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
        value = data["message_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "message_id")
        self.message_id = value

        value = data["role"]
        if value.__class__ is not str:
            raise fault("a string", value, "role")
        self.role = MESSAGE_ROLE_VALUES[value]

        value = data["created_at"]
        try:
            self.created_at = value if (value := fromisoformat(value)).tzinfo else value.replace(tzinfo=UTC)
        except (TypeError, ValueError):
            self.created_at = instant(value, "an RFC 3339 date-time", "created_at")

        value = data["content"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "content")
        self._content = value

        value = data["status"]
        if value.__class__ is str:
            value = MESSAGE_STATUS_VALUES[value]
        elif value is not None and value is not UNSET:
            raise fault("a string or null", value, "status")
        self._status = value

        value = data["metadata_"]
        if value.__class__ is not dict and value is not None and value is not UNSET:
            raise fault("an object or null", value, "metadata_")
        self._metadata = value

        value = data["attachments"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, Attachment.from_dict)
            except DecodeError as error:
                raise error.under("attachments") from None
        self._attachments = value

        value = data["model_provider"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "model_provider")
        self._model_provider = value

        value = data["model_name"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "model_name")
        self._model_name = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["message_id"] = self.message_id
        data["role"] = str(self.role)
        data["created_at"] = datetime_to_json(self.created_at)
        if self._content is not UNSET:
            data["content"] = self._content
        if self._status is not UNSET:
            data["status"] = None if self._status is None else str(self._status)
        if self._metadata is not UNSET:
            data["metadata_"] = self._metadata
        if self._attachments is not UNSET:
            data["attachments"] = None if self._attachments is None else [item.to_dict() for item in self._attachments]
        if self._model_provider is not UNSET:
            data["model_provider"] = self._model_provider
        if self._model_name is not UNSET:
            data["model_name"] = self._model_name
        return data

    def __hash__(self) -> int:
        return hash((Message, self.message_id, self.role, self.created_at))
