"""The assistant's reply, or the tool calls that it waits for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Self

from attrs import define, field

from .._models.base_model import BaseModel, instant, mapping, text, whole
from .._models.decoding import DecodeError, datetime_to_json, decode_list, fault, fromisoformat
from .._unset import UNSET, Unset
from .attachment import Attachment
from .context_usage import ContextUsage
from .message_role import MESSAGE_ROLE_VALUES, MessageRole
from .message_status import MESSAGE_STATUS_VALUES, MessageStatus
from .retrieved_memory import RetrievedMemory
from .tool_call import ToolCall

_ABSENT: dict[str, Any] = dict.fromkeys(
    (
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
    ),
    UNSET,
)


@define(kw_only=True, repr=False, weakref_slot=False)
class Turn(BaseModel):
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
        additional_properties: Properties without a field, by their name on the wire.
    """

    message: str
    thread_id: str
    timestamp: datetime
    _assistant_id: str | Unset | None = field(default=UNSET, alias="assistant_id")
    _content: str | Unset | None = field(default=UNSET, alias="content")
    _message_id: str | Unset | None = field(default=UNSET, alias="message_id")
    _role: MessageRole | Unset | None = field(default=UNSET, alias="role")
    _status: MessageStatus | Unset | None = field(default=UNSET, alias="status")
    _tool_calls: list[ToolCall] | Unset | None = field(default=UNSET, alias="tool_calls")
    _memory_operation_id: str | Unset | None = field(default=UNSET, alias="memory_operation_id")
    _retrieved_memories: list[RetrievedMemory] | Unset | None = field(default=UNSET, alias="retrieved_memories")
    _retrieved_files: list[str] | Unset | None = field(default=UNSET, alias="retrieved_files")
    _reasoning: str | Unset | None = field(default=UNSET, alias="reasoning")
    _created_at: datetime | Unset | None = field(default=UNSET, alias="created_at")
    _voice_records: dict[str, Any] | Unset | None = field(default=UNSET, alias="voice_records")
    _system_one: dict[str, Any] | Unset | None = field(default=UNSET, alias="system_one")
    _generated_media: list[dict[str, Any]] | Unset | None = field(default=UNSET, alias="generated_media")
    _context_usage: ContextUsage | Unset | None = field(default=UNSET, alias="context_usage")
    _input_tokens: int | Unset | None = field(default=UNSET, alias="input_tokens")
    _output_tokens: int | Unset | None = field(default=UNSET, alias="output_tokens")
    _total_tokens: int | Unset | None = field(default=UNSET, alias="total_tokens")
    _model_provider: str | Unset | None = field(default=UNSET, alias="model_provider")
    _model_name: str | Unset | None = field(default=UNSET, alias="model_name")
    _run_id: str | Unset | None = field(default=UNSET, alias="run_id")
    _attachments: list[Attachment] | Unset | None = field(default=UNSET, alias="attachments")

    @property
    def assistant_id(self) -> str | None:
        return None if self._assistant_id is UNSET else self._assistant_id

    @assistant_id.setter
    def assistant_id(self, value: str | Unset | None) -> None:
        self._assistant_id = value

    @property
    def content(self) -> str | None:
        return None if self._content is UNSET else self._content

    @content.setter
    def content(self, value: str | Unset | None) -> None:
        self._content = value

    @property
    def message_id(self) -> str | None:
        return None if self._message_id is UNSET else self._message_id

    @message_id.setter
    def message_id(self, value: str | Unset | None) -> None:
        self._message_id = value

    @property
    def role(self) -> MessageRole | None:
        return None if self._role is UNSET else self._role

    @role.setter
    def role(self, value: MessageRole | Unset | None) -> None:
        self._role = value

    @property
    def status(self) -> MessageStatus | None:
        return None if self._status is UNSET else self._status

    @status.setter
    def status(self, value: MessageStatus | Unset | None) -> None:
        self._status = value

    @property
    def tool_calls(self) -> list[ToolCall] | None:
        return None if self._tool_calls is UNSET else self._tool_calls

    @tool_calls.setter
    def tool_calls(self, value: list[ToolCall] | Unset | None) -> None:
        self._tool_calls = value

    @property
    def memory_operation_id(self) -> str | None:
        return None if self._memory_operation_id is UNSET else self._memory_operation_id

    @memory_operation_id.setter
    def memory_operation_id(self, value: str | Unset | None) -> None:
        self._memory_operation_id = value

    @property
    def retrieved_memories(self) -> list[RetrievedMemory] | None:
        return None if self._retrieved_memories is UNSET else self._retrieved_memories

    @retrieved_memories.setter
    def retrieved_memories(self, value: list[RetrievedMemory] | Unset | None) -> None:
        self._retrieved_memories = value

    @property
    def retrieved_files(self) -> list[str] | None:
        return None if self._retrieved_files is UNSET else self._retrieved_files

    @retrieved_files.setter
    def retrieved_files(self, value: list[str] | Unset | None) -> None:
        self._retrieved_files = value

    @property
    def reasoning(self) -> str | None:
        return None if self._reasoning is UNSET else self._reasoning

    @reasoning.setter
    def reasoning(self, value: str | Unset | None) -> None:
        self._reasoning = value

    @property
    def created_at(self) -> datetime | None:
        return None if self._created_at is UNSET else self._created_at

    @created_at.setter
    def created_at(self, value: datetime | Unset | None) -> None:
        self._created_at = value

    @property
    def voice_records(self) -> dict[str, Any] | None:
        return None if self._voice_records is UNSET else self._voice_records

    @voice_records.setter
    def voice_records(self, value: dict[str, Any] | Unset | None) -> None:
        self._voice_records = value

    @property
    def system_one(self) -> dict[str, Any] | None:
        return None if self._system_one is UNSET else self._system_one

    @system_one.setter
    def system_one(self, value: dict[str, Any] | Unset | None) -> None:
        self._system_one = value

    @property
    def generated_media(self) -> list[dict[str, Any]] | None:
        return None if self._generated_media is UNSET else self._generated_media

    @generated_media.setter
    def generated_media(self, value: list[dict[str, Any]] | Unset | None) -> None:
        self._generated_media = value

    @property
    def context_usage(self) -> ContextUsage | None:
        return None if self._context_usage is UNSET else self._context_usage

    @context_usage.setter
    def context_usage(self, value: ContextUsage | Unset | None) -> None:
        self._context_usage = value

    @property
    def input_tokens(self) -> int | None:
        return None if self._input_tokens is UNSET else self._input_tokens

    @input_tokens.setter
    def input_tokens(self, value: int | Unset | None) -> None:
        self._input_tokens = value

    @property
    def output_tokens(self) -> int | None:
        return None if self._output_tokens is UNSET else self._output_tokens

    @output_tokens.setter
    def output_tokens(self, value: int | Unset | None) -> None:
        self._output_tokens = value

    @property
    def total_tokens(self) -> int | None:
        return None if self._total_tokens is UNSET else self._total_tokens

    @total_tokens.setter
    def total_tokens(self, value: int | Unset | None) -> None:
        self._total_tokens = value

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

    @property
    def run_id(self) -> str | None:
        return None if self._run_id is UNSET else self._run_id

    @run_id.setter
    def run_id(self, value: str | Unset | None) -> None:
        self._run_id = value

    @property
    def attachments(self) -> list[Attachment] | None:
        return None if self._attachments is UNSET else self._attachments

    @attachments.setter
    def attachments(self, value: list[Attachment] | Unset | None) -> None:
        self._attachments = value

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for.

        Fields that the document does not name go to `additional_properties`; what has no schema of its own is kept, not
        copied. Raises `DecodeError`, which names the place, for an object that cannot be what the document says.
        """
        if data.__class__ is not dict:
            data = mapping(data)
        if len(data) < 25:
            data = {**_ABSENT, **data}
        self = cls.__new__(cls)
        try:
            self.__read(data)
        except KeyError:  # as many entries, but other ones
            return cls.from_dict({**_ABSENT, **data})
        if len(data) == 25:
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

        value = data["thread_id"]
        if value.__class__ is not str:
            raise fault("a string", value, "thread_id")
        self.thread_id = value

        value = data["timestamp"]
        try:
            self.timestamp = value if (value := fromisoformat(value)).tzinfo else value.replace(tzinfo=UTC)
        except (TypeError, ValueError):
            self.timestamp = instant(value, "an RFC 3339 date-time", "timestamp")

        value = data["assistant_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "assistant_id")
        self._assistant_id = value

        value = data["content"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "content")
        self._content = value

        value = data["message_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "message_id")
        self._message_id = value

        value = data["role"]
        if value.__class__ is str:
            value = MESSAGE_ROLE_VALUES[value]
        elif value is not None and value is not UNSET:
            raise fault("a string or null", value, "role")
        self._role = value

        value = data["status"]
        if value.__class__ is str:
            value = MESSAGE_STATUS_VALUES[value]
        elif value is not None and value is not UNSET:
            raise fault("a string or null", value, "status")
        self._status = value

        value = data["tool_calls"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, ToolCall.from_dict)
            except DecodeError as error:
                raise error.under("tool_calls") from None
        self._tool_calls = value

        value = data["memory_operation_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "memory_operation_id")
        self._memory_operation_id = value

        value = data["retrieved_memories"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, RetrievedMemory.from_dict)
            except DecodeError as error:
                raise error.under("retrieved_memories") from None
        self._retrieved_memories = value

        value = data["retrieved_files"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, text)
            except DecodeError as error:
                raise error.under("retrieved_files") from None
        self._retrieved_files = value

        value = data["reasoning"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "reasoning")
        self._reasoning = value

        value = data["created_at"]
        if value is not None and value is not UNSET:
            try:
                value = value if (value := fromisoformat(value)).tzinfo else value.replace(tzinfo=UTC)
            except (TypeError, ValueError):
                value = instant(value, "an RFC 3339 date-time or null", "created_at")
        self._created_at = value

        value = data["voice_records"]
        if value.__class__ is not dict and value is not None and value is not UNSET:
            raise fault("an object or null", value, "voice_records")
        self._voice_records = value

        value = data["system_one"]
        if value.__class__ is not dict and value is not None and value is not UNSET:
            raise fault("an object or null", value, "system_one")
        self._system_one = value

        value = data["generated_media"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, mapping)
            except DecodeError as error:
                raise error.under("generated_media") from None
        self._generated_media = value

        value = data["context_usage"]
        if value is not None and value is not UNSET:
            try:
                value = ContextUsage.from_dict(value)
            except DecodeError as error:
                raise error.under("context_usage") from None
        self._context_usage = value

        value = data["input_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "input_tokens")
        self._input_tokens = value

        value = data["output_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "output_tokens")
        self._output_tokens = value

        value = data["total_tokens"]
        if value.__class__ is not int and value is not None and value is not UNSET:
            value = whole(value, "total_tokens")
        self._total_tokens = value

        value = data["model_provider"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "model_provider")
        self._model_provider = value

        value = data["model_name"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "model_name")
        self._model_name = value

        value = data["run_id"]
        if value.__class__ is not str and value is not None and value is not UNSET:
            raise fault("a string or null", value, "run_id")
        self._run_id = value

        value = data["attachments"]
        if value is not None and value is not UNSET:
            try:
                value = decode_list(value, Attachment.from_dict)
            except DecodeError as error:
                raise error.under("attachments") from None
        self._attachments = value

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON: everything that is set, the unnamed fields included."""
        data = dict(self._additional_properties) if self._additional_properties else {}
        data["message"] = self.message
        data["thread_id"] = self.thread_id
        data["timestamp"] = datetime_to_json(self.timestamp)
        if self._assistant_id is not UNSET:
            data["assistant_id"] = self._assistant_id
        if self._content is not UNSET:
            data["content"] = self._content
        if self._message_id is not UNSET:
            data["message_id"] = self._message_id
        if self._role is not UNSET:
            data["role"] = None if self._role is None else str(self._role)
        if self._status is not UNSET:
            data["status"] = None if self._status is None else str(self._status)
        if self._tool_calls is not UNSET:
            data["tool_calls"] = None if self._tool_calls is None else [item.to_dict() for item in self._tool_calls]
        if self._memory_operation_id is not UNSET:
            data["memory_operation_id"] = self._memory_operation_id
        if self._retrieved_memories is not UNSET:
            data["retrieved_memories"] = (
                None if self._retrieved_memories is None else [item.to_dict() for item in self._retrieved_memories]
            )
        if self._retrieved_files is not UNSET:
            data["retrieved_files"] = self._retrieved_files
        if self._reasoning is not UNSET:
            data["reasoning"] = self._reasoning
        if self._created_at is not UNSET:
            data["created_at"] = None if self._created_at is None else datetime_to_json(self._created_at)
        if self._voice_records is not UNSET:
            data["voice_records"] = self._voice_records
        if self._system_one is not UNSET:
            data["system_one"] = self._system_one
        if self._generated_media is not UNSET:
            data["generated_media"] = self._generated_media
        if self._context_usage is not UNSET:
            data["context_usage"] = None if self._context_usage is None else self._context_usage.to_dict()
        if self._input_tokens is not UNSET:
            data["input_tokens"] = self._input_tokens
        if self._output_tokens is not UNSET:
            data["output_tokens"] = self._output_tokens
        if self._total_tokens is not UNSET:
            data["total_tokens"] = self._total_tokens
        if self._model_provider is not UNSET:
            data["model_provider"] = self._model_provider
        if self._model_name is not UNSET:
            data["model_name"] = self._model_name
        if self._run_id is not UNSET:
            data["run_id"] = self._run_id
        if self._attachments is not UNSET:
            data["attachments"] = None if self._attachments is None else [item.to_dict() for item in self._attachments]
        return data

    def __hash__(self) -> int:
        return hash((Turn, self.message, self.thread_id, self.timestamp))
