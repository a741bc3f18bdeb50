"""The JSON of a turn: its messages as they are stored, and the response to its request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threads_server.clock import format_timestamp, now
from threads_server.encoding import Json, encode
from threads_server.ids import new_id
from threads_server.runs.events import event
from threads_server.runs.states import RunState
from threads_server.store.turns import FileRow


def message_text(
    message_id: str,
    role: str,
    content: str,
    status: RunState,
    created_at: int,
    metadata: Mapping[str, Json] | None,
    attachments: Sequence[Json] | None = None,
    model: "Model | None" = None,
) -> str:
    """A message as JSON (openapi.yaml, Message)."""
    fields: dict[str, Json] = {
        "message_id": message_id,
        "role": role,
        "content": content,
        "created_at": format_timestamp(created_at),
        "status": status,
        "metadata_": metadata,
        "attachments": attachments,
        "model_provider": model.provider if model else None,
        "model_name": model.name if model else None,
    }
    return encode(fields)


@dataclass(frozen=True, slots=True)
class Model:
    """The model that answered, and the tokens that it counted."""

    provider: str | None = None
    name: str | None = None
    tokens: Mapping[str, int] = field(default_factory=dict)
    context_usage: Mapping[str, Json] | None = None


class UserMessage:
    """A user's message: as it is stored, and the response to one that no run answers."""

    def __init__(
        self,
        content: str,
        metadata: Mapping[str, Json] | None,
        attachments: Sequence[Json],
        message: str,
        created_at: int,
    ) -> None:
        """`message` is the sentence about it in the response."""
        self.content = content
        self.message = message
        self.message_id = new_id()
        self.created_at = created_at
        self._metadata = metadata
        self._attachments = attachments or None
        self._turn: tuple[str, str] | None = None

    def text(self) -> str:
        """The message as JSON."""
        return message_text(
            *(self.message_id, "user", self.content, RunState.COMPLETED, self.created_at),
            *(self._metadata, self._attachments),
        )

    def turn(self, thread_id: str, assistant_id: str) -> str:
        """The response as JSON. Cached: the same text is stored and sent."""
        if self._turn is None or self._turn[0] != assistant_id:
            answer = turn_text(
                *(thread_id, assistant_id, self.message),
                status=RunState.COMPLETED,
                role="user",
                content=self.content,
                message_id=self.message_id,
                created_at=self.created_at,
                timestamp=self.created_at,
                attachments=self._attachments,
            )
            self._turn = (assistant_id, answer)
        return self._turn[1]

    def events(self, thread_id: str, assistant_id: str) -> str:
        """The events of the turn, a line each. Without a run they have no numbers."""
        ids: dict[str, Json] = {"thread_id": thread_id, "assistant_id": assistant_id, "message_id": self.message_id}
        end: dict[str, Json] = {**ids, "status": "completed", "message": self.message}
        return "\n".join((event("user_message", {**ids, "content": self.content}), event("run_ended", end)))


def output_text(
    run_id: str, call: Mapping[str, Any], message_id: str, output: str, status: RunState, created_at: int
) -> str:
    """The message of a tool's output as JSON (docs/hosted-api.md §2, how a tool turn is stored)."""
    metadata = {"run_id": run_id, "tool_call_id": call["id"], "tool_name": call["function"]["name"]}
    return message_text(message_id, "tool", output, status, created_at, metadata)


def attachment(file: FileRow) -> Json:
    """A file as its message lists it (openapi.yaml, Attachment)."""
    return {
        "document_id": file.document_id,
        "filename": file.filename,
        "status": "indexed",
        "file_size_bytes": len(file.content),
        "summary": None,
    }


@dataclass(slots=True)
class Reply:
    """An assistant's reply, as far as it has come: its message and the response of the turn."""

    thread_id: str
    assistant_id: str
    run_id: str | None
    content: str = ""
    reasoning: str = ""
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    attachments: Sequence[Json] | None = None
    """The files of the message that it answers."""
    model: Model = field(default_factory=Model)
    message_id: str = field(default_factory=new_id)
    created_at: int = field(default_factory=now)

    def message(self, status: RunState, metadata: Mapping[str, Json]) -> str:
        """The assistant's message as JSON."""
        calls: dict[str, Json] = {"tool_calls": self.tool_calls} if self.tool_calls else {}
        return message_text(
            *(self.message_id, "assistant", self.content, status, self.created_at),
            *({"run_id": self.run_id, **calls, **metadata}, None, self.model),
        )

    def turn(self, status: RunState, message: str) -> str:
        """The response of the turn as JSON."""
        return turn_text(
            self.thread_id,
            self.assistant_id,
            message,
            status=status,
            role="assistant",
            content=self.content,
            message_id=self.message_id,
            created_at=self.created_at,
            timestamp=now(),
            run_id=self.run_id,
            tool_calls=self.tool_calls or None,
            reasoning=self.reasoning or None,
            attachments=self.attachments,
            model=self.model,
        )


def turn_text(
    thread_id: str,
    assistant_id: str,
    message: str,
    *,
    status: RunState,
    role: str,
    content: str,
    message_id: str,
    created_at: int,
    timestamp: int,
    run_id: str | None = None,
    tool_calls: Sequence[Json] | None = None,
    reasoning: str | None = None,
    attachments: Sequence[Json] | None = None,
    model: Model | None = None,
) -> str:
    """The response of a turn as JSON (openapi.yaml, Turn): flat, and never with a key `messages`."""
    model = model or Model()
    fields: dict[str, Json] = {
        "message": message,
        "thread_id": thread_id,
        "assistant_id": assistant_id,
        "content": content,
        "message_id": message_id,
        "role": role,
        "status": status,
        "tool_calls": tool_calls,
        "run_id": run_id,
        "memory_operation_id": None,
        "retrieved_memories": None,
        "retrieved_files": None,
        "reasoning": reasoning,
        "model_provider": model.provider,
        "model_name": model.name,
        "input_tokens": model.tokens.get("input_tokens"),
        "output_tokens": model.tokens.get("output_tokens"),
        "total_tokens": model.tokens.get("total_tokens"),
        "created_at": format_timestamp(created_at),
        "attachments": attachments,
        "voice_records": None,
        "system_one": None,
        "generated_media": None,
        "context_usage": model.context_usage,
        "timestamp": format_timestamp(timestamp),
    }
    return encode(fields)
