"""The assistant's reply, or the tool calls that it waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Self

from attrs import define

from .._decoding import DecodeError, datetime_from_json, datetime_to_json, decode_list, fault
from .._models import Model, mapping, text, whole
from .._unset import UNSET, Unset
from .attachment import Attachment
from .context_usage import ContextUsage
from .message_role import MESSAGE_ROLE_VALUES, MessageRole
from .message_status import MESSAGE_STATUS_VALUES, MessageStatus
from .retrieved_memory import RetrievedMemory
from .tool_call import ToolCall

_FIELDS = frozenset(
    {
        "message",
        "thread_id",
        "timestamp",
        "assistant_id",
        "content",
        "message_id",
        "role",
        "status",
        "tool_calls",
        "memory_operation_id",
        "retrieved_memories",
        "retrieved_files",
        "reasoning",
        "created_at",
        "voice_records",
        "system_one",
        "generated_media",
        "context_usage",
        "input_tokens",
        "output_tokens",
        "total_tokens",
        "model_provider",
        "model_name",
        "run_id",
        "attachments",
    }
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Turn(Model):
    """The assistant's reply, or the tool calls that it waits for.

    Attributes:
        message: A text for display about the outcome of the turn: the reason of a failure, for example. At least 1
            characters.
        thread_id: An identifier made by the server. A UUID.
        timestamp: A point in time, RFC 3339, in UTC.
        assistant_id: The assistant that replied. A UUID.
        content: Message text.
        message_id: The message that `role` and `content` describe: the assistant's, or the user's if the model was
            not asked. A UUID.
        role: The author of that message. One of `user`, `assistant`, `tool`, `system`.
        status: The state of the turn. One of `IN_PROGRESS`, `REQUIRES_ACTION`, `COMPLETED`, `FAILED`,
            `CANCELLED`.
        tool_calls: The tool calls that the run waits for if `status` is `REQUIRES_ACTION`.
        memory_operation_id: The memory operation that the turn started.
        retrieved_memories: The memories used for the reply.
        retrieved_files: The names of the documents used for the reply.
        reasoning: The model's reasoning before the reply.
        created_at: The `created_at` of that message.
        voice_records: Transcripts and recordings.
        system_one: Answers to typed questions.
        generated_media: Images and videos made in the turn.
        context_usage: How full the model's context is.
        input_tokens: Number of input tokens.
        output_tokens: Number of output tokens.
        total_tokens: Input and output tokens together.
        model_provider: The model's provider.
        model_name: The model's name.
        run_id: The run that replied; `null` if the model was not asked.
        attachments: The files that came with the message.
        additional_properties: What came besides, by its name on the wire.
    """

    message: str
    thread_id: str
    timestamp: datetime
    assistant_id: str | Unset | None = UNSET
    content: str | Unset | None = UNSET
    message_id: str | Unset | None = UNSET
    role: MessageRole | Unset | None = UNSET
    status: MessageStatus | Unset | None = UNSET
    tool_calls: list[ToolCall] | Unset | None = UNSET
    memory_operation_id: str | Unset | None = UNSET
    retrieved_memories: list[RetrievedMemory] | Unset | None = UNSET
    retrieved_files: list[str] | Unset | None = UNSET
    reasoning: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    voice_records: dict[str, Any] | Unset | None = UNSET
    system_one: dict[str, Any] | Unset | None = UNSET
    generated_media: list[dict[str, Any]] | Unset | None = UNSET
    context_usage: ContextUsage | Unset | None = UNSET
    input_tokens: int | Unset | None = UNSET
    output_tokens: int | Unset | None = UNSET
    total_tokens: int | Unset | None = UNSET
    model_provider: str | Unset | None = UNSET
    model_name: str | Unset | None = UNSET
    run_id: str | Unset | None = UNSET
    attachments: list[Attachment] | Unset | None = UNSET

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

        value = get("message", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "message")
        self.message = value

        value = get("thread_id", UNSET)
        if value.__class__ is not str:
            raise fault("a string", value, "thread_id")
        self.thread_id = value

        value = get("timestamp", UNSET)
        try:
            self.timestamp = datetime_from_json(value)
        except (TypeError, ValueError):
            raise fault("an RFC 3339 date-time", value, "timestamp") from None

        value = get("assistant_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "assistant_id")
        self.assistant_id = value

        value = get("content", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "content")
        self.content = value

        value = get("message_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "message_id")
        self.message_id = value

        value = get("role", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "role")
        else:
            value = MESSAGE_ROLE_VALUES.get(value) or MessageRole(value)
        self.role = value

        value = get("status", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "status")
        else:
            value = MESSAGE_STATUS_VALUES.get(value) or MessageStatus(value)
        self.status = value

        value = get("tool_calls", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = decode_list(value, ToolCall.from_dict)
            except DecodeError as error:
                raise error.under("tool_calls") from None
        self.tool_calls = value

        value = get("memory_operation_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "memory_operation_id")
        self.memory_operation_id = value

        value = get("retrieved_memories", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = decode_list(value, RetrievedMemory.from_dict)
            except DecodeError as error:
                raise error.under("retrieved_memories") from None
        self.retrieved_memories = value

        value = get("retrieved_files", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = decode_list(value, text)
            except DecodeError as error:
                raise error.under("retrieved_files") from None
        self.retrieved_files = value

        value = get("reasoning", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "reasoning")
        self.reasoning = value

        value = get("created_at", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = datetime_from_json(value)
            except (TypeError, ValueError):
                raise fault("an RFC 3339 date-time or null", value, "created_at") from None
        self.created_at = value

        value = get("voice_records", UNSET)
        if value.__class__ is not dict:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("an object or null", value, "voice_records")
        self.voice_records = value

        value = get("system_one", UNSET)
        if value.__class__ is not dict:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("an object or null", value, "system_one")
        self.system_one = value

        value = get("generated_media", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = decode_list(value, mapping)
            except DecodeError as error:
                raise error.under("generated_media") from None
        self.generated_media = value

        value = get("context_usage", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = ContextUsage.from_dict(value)
            except DecodeError as error:
                raise error.under("context_usage") from None
        self.context_usage = value

        value = get("input_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "input_tokens")
        self.input_tokens = value

        value = get("output_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "output_tokens")
        self.output_tokens = value

        value = get("total_tokens", UNSET)
        if value.__class__ is not int:
            if value is UNSET:
                absent += 1
            elif value is not None:
                value = whole(value, "total_tokens")
        self.total_tokens = value

        value = get("model_provider", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "model_provider")
        self.model_provider = value

        value = get("model_name", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "model_name")
        self.model_name = value

        value = get("run_id", UNSET)
        if value.__class__ is not str:
            if value is UNSET:
                absent += 1
            elif value is not None:
                raise fault("a string or null", value, "run_id")
        self.run_id = value

        value = get("attachments", UNSET)
        if value is UNSET:
            absent += 1
        elif value is not None:
            try:
                value = decode_list(value, Attachment.from_dict)
            except DecodeError as error:
                raise error.under("attachments") from None
        self.attachments = value

        if len(data) == 25 - absent:
            self._more = None
        else:
            self._more = {key: value for key, value in data.items() if key not in _FIELDS}
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._more) if self._more else {}
        data["message"] = self.message
        data["thread_id"] = self.thread_id
        data["timestamp"] = datetime_to_json(self.timestamp)
        if self.assistant_id is not UNSET:
            data["assistant_id"] = self.assistant_id
        if self.content is not UNSET:
            data["content"] = self.content
        if self.message_id is not UNSET:
            data["message_id"] = self.message_id
        if self.role is not UNSET:
            data["role"] = None if self.role is None else str(self.role)
        if self.status is not UNSET:
            data["status"] = None if self.status is None else str(self.status)
        if self.tool_calls is not UNSET:
            data["tool_calls"] = None if self.tool_calls is None else [item.to_dict() for item in self.tool_calls]
        if self.memory_operation_id is not UNSET:
            data["memory_operation_id"] = self.memory_operation_id
        if self.retrieved_memories is not UNSET:
            data["retrieved_memories"] = (
                None if self.retrieved_memories is None else [item.to_dict() for item in self.retrieved_memories]
            )
        if self.retrieved_files is not UNSET:
            data["retrieved_files"] = self.retrieved_files
        if self.reasoning is not UNSET:
            data["reasoning"] = self.reasoning
        if self.created_at is not UNSET:
            data["created_at"] = None if self.created_at is None else datetime_to_json(self.created_at)
        if self.voice_records is not UNSET:
            data["voice_records"] = self.voice_records
        if self.system_one is not UNSET:
            data["system_one"] = self.system_one
        if self.generated_media is not UNSET:
            data["generated_media"] = self.generated_media
        if self.context_usage is not UNSET:
            data["context_usage"] = None if self.context_usage is None else self.context_usage.to_dict()
        if self.input_tokens is not UNSET:
            data["input_tokens"] = self.input_tokens
        if self.output_tokens is not UNSET:
            data["output_tokens"] = self.output_tokens
        if self.total_tokens is not UNSET:
            data["total_tokens"] = self.total_tokens
        if self.model_provider is not UNSET:
            data["model_provider"] = self.model_provider
        if self.model_name is not UNSET:
            data["model_name"] = self.model_name
        if self.run_id is not UNSET:
            data["run_id"] = self.run_id
        if self.attachments is not UNSET:
            data["attachments"] = None if self.attachments is None else [item.to_dict() for item in self.attachments]
        return data

    def __hash__(self) -> int:
        return hash((Turn, self.message, self.thread_id, self.timestamp))
