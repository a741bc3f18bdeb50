"""What this project chose where nothing is known of the hosted API, typed a second time.

`facts.py` types what `docs/hosted-api.md` knows. A choice has no source outside this project (`docs/decisions.md` says
why each was made), so that a slip in the document would be enforced by the server and believed by the client, in
harmony. `test_choices.py` holds the document against this file; a choice changes in both, on purpose.
"""

from typing import Any

# The most characters of what a caller sends, by field, in whatever body it stands.
TEXTS: dict[str, int] = {
    "description": 100_000,
    "system_prompt": 100_000,
    "custom_fact_extraction_prompt": 100_000,
    "custom_update_memory_prompt": 100_000,
    "content": 1_000_000,
    **dict.fromkeys(
        (
            *("embedding_provider", "embedding_model_name", "llm_provider", "model_name", "memory_profile", "name"),
            *("image_generation", "image_model_provider", "image_model_name", "video_model_provider"),
            "video_model_name",
        ),
        255,
    ),
}
JSON_TEXT = 1_000_000
"""The most characters of a form field that holds JSON."""

# The fewest and the most items of a list.
LISTS: dict[str, tuple[int, int]] = {
    "tools": (0, 128),
    "tool_outputs": (1, 128),
    "files": (0, 20),
    "input_references": (0, 20),
}

# The fewest and the most characters, or items, of what stands deeper in a body: component and field.
DEEPER: dict[str, tuple[int, int]] = {
    "FunctionDefinition.name": (1, 255),
    "FunctionDefinition.description": (0, 100_000),
    "FunctionParameters.type": (0, 255),
    "FunctionParameters.required": (0, 1000),
    "FunctionParameters.required[]": (0, 255),
    "ParameterProperty.type": (0, 255),
    "ParameterProperty.description": (0, 100_000),
    "ParameterProperty.enum": (0, 1000),
    "ParameterProperty.enum[]": (0, 10_000),
    "ToolDefinition.type": (0, 255),
    "ToolOutput.tool_call_id": (1, 255),
    "ToolOutput.output": (0, 1_000_000),
}

# Fields of JSON bodies that cannot be null; all others can, and null is the same as leaving them out.
NEVER_NULL = {
    *("name", "content", "stream", "memory", "web_search", "send_to_llm", "thread_id", "assistant_id", "memory_pro"),
    *("memory_response_citation", "video_generation", "json_output", "operation", "copy_documents", "copy_memories"),
    "tool_outputs",
}
NULL_NAMES = {"updateAssistant", "cloneAssistant"}
"""Operations whose `name` can be null all the same."""

BODY_NEEDED = {
    *("createAssistant", "updateAssistant", "sendMessage", "sendChatMessage", "submitToolOutputs"),
    "submitLatestToolOutputs",
}

# Words that a field takes, and some that it does not.
WORDS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "memory": (("Auto", "aUTO", "On", "off", "READONLY"), ("", "yes", "read-only", "On ")),
    "web_search": (("Auto", "off", "OFF"), ("", "on", "Readonly")),
    "memory_pro": (("Auto", "readonly"), ("", "on", "off")),
    "video_generation": (("auto", "off"), ("", "on", "Auto", "another")),
    "operation": (("chat", "generate_image", "generate_video"), ("", "Chat", "another")),
    "send_to_llm": (("true", "false"), ("", "yes", "TRUE", "another")),
    "embedding_dims": ((1, 65_536), (0, 65_537)),
}

# Header and path parameters: where they stand, what they take, what they do not.
PARAMETERS: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "Idempotency-Key": ("header", ("a", "!~", "x" * 255), ("", "a b", "é", "x" * 256)),
    "If-Match": (
        "header",
        ("*", '"4"', '"1", "2"', '"1",\t"2"', "x" * 1000),
        ("", "x" * 1001, "é", " *", "* ", "a\nb"),
    ),
    "If-None-Match": ("header", ("*", '"4"', "x" * 1000), ("", "x" * 1001, "é", " *", "* ", "a\nb")),
    "Last-Event-ID": ("header", ("0", "12", "9" * 20), ("", "x", "-1", "9" * 21)),
    "run_id": ("path", ("r", "run_1", ".r", "...", "\n", "x" * 255), ("", ".", "..", "x" * 256)),
}
TAKEN: dict[str, set[str]] = {
    "Idempotency-Key": {
        *("createAssistant", "cloneAssistant", "createThread", "sendMessage", "sendChatMessage", "submitToolOutputs"),
        *("submitLatestToolOutputs", "cancelRun"),
    },
    "If-Match": {"deleteThread", "sendMessage", "sendChatMessage"},
    "If-None-Match": {"getThread"},
    "Last-Event-ID": {"streamRunEvents"},
}

# Headers of answers: whether they are always there, what they can be, what not.
HEADERS: dict[str, tuple[bool, tuple[Any, ...], tuple[Any, ...]]] = {
    "X-Request-ID": (True, ("a", "x" * 128), ("", "x" * 129)),
    "ETag": (False, ('"0"', '"12"', f'"{"9" * 20}"'), ("4", 'W/"4"', '""', f'"{"9" * 21}"')),
    "Idempotency-Replayed": (False, ("true",), ("false", "another", "")),
    "Retry-After": (True, (1, 3600), (0, 3601)),
}
VERSIONED = {"getThread", "sendMessage", "sendChatMessage", "submitToolOutputs", "submitLatestToolOutputs"}
"""Operations whose success says the thread's version."""

SERVERS = ["https://app.backboard.io/api", "http://127.0.0.1:8000/api"]

# Operations that the hosted API does not have: method, path, and what a success can be.
OWN_CALLS = {"streamRunEvents": ("get", "/threads/{thread_id}/runs/{run_id}/events", {"text/event-stream"})}

BODY_LIMITS = {
    "application/json": 4 * 1024**2,
    "application/x-www-form-urlencoded": 4 * 1024**2,
    "multipart/form-data": 64 * 1024**2,
}

REFERENCE_SERVER = {
    "json-levels": 100,
    "form-fields": 1000,
    "query-fields": 1000,
    "head-bytes": 64 * 1024,
}

# Components that can be null; all others cannot.
NULLABLE = {"Choice", "Instructions", "Settings", "ToolDefinitions", "TopK", "Attachments"}

# Texts of answers that are never empty: whose field, and what stands around it.
NEVER_EMPTY: dict[str, dict[str, Any]] = {
    "Error.detail": {},
    "Turn.message": {},
    "ToolOutputsTurn.message": {},
    "ToolOutputsTurn.run_id": {},
    "RunCancelled.run_id": {},
    "ToolCall.id": {},
    "FunctionDefinition.name": {},
}

# Fields of answers and of tools that are never null; the others of each component can be.
ALWAYS_SOMETHING: dict[str, set[str]] = {
    "ParameterProperty": {"type"},
    "FunctionParameters": {"properties", "type"},
    "FunctionDefinition": {"name", "parameters"},
    "ToolDefinition": {"function", "type"},
    "Assistant": {"assistant_id", "created_at", "name"},
    "AssistantCloned": {"assistant", "documents_cloned", "memories_cloned"},
    "AssistantDeleted": {"assistant_id", "deleted_at", "message"},
    "Thread": {"created_at", "messages", "thread_id"},
    "ThreadDeleted": {"deleted_at", "message", "thread_id"},
    "Attachment": {"document_id", "filename", "status"},
    "Message": {"created_at", "message_id", "role"},
    "FunctionCall": {"arguments", "name"},
    "ToolCall": {"function", "id", "type"},
    "RetrievedMemory": {"memory"},
    "ContextUsage": {"context_limit", "model", "percent", "summary_tokens", "used_tokens"},
    "Turn": {"message", "thread_id", "timestamp"},
    "ToolOutputsTurn": {"message", "run_id", "thread_id", "timestamp"},
    "RunCancelled": {"cancelled", "run_id", "thread_id"},
    "Error": {"detail"},
    "ValidationError": {"loc", "msg", "type"},
    "HTTPValidationError": {"detail"},
    "ServerSentEvent": {"data", "id"},
    "UserMessageEvent": {"run_id", "type"},
    "RunStartedEvent": {"run_id", "type"},
    "ContentStreamingEvent": {"content", "run_id", "type"},
    "ReasoningStreamingEvent": {"accumulated_reasoning", "content", "run_id", "type"},
    "ReasoningEndedEvent": {"run_id", "type"},
    "ToolCallStartEvent": {"name", "run_id", "tool_call_id", "type"},
    "ToolCallReadyEvent": {"run_id", "tool_call", "type"},
    "ToolSubmitRequiredEvent": {"run_id", "tool_calls", "type"},
    "RunEndedEvent": {"run_id", "type"},
    "MessageCompleteEvent": {"run_id", "type"},
    "RunCompletedEvent": {"run_id", "type"},
    "RunFailedEvent": {"run_id", "type"},
    "RunCancelledEvent": {"run_id", "type"},
    "ErrorEvent": {"run_id", "type"},
    "MediaGeneratedEvent": {"media", "run_id", "type"},
    "GeneratedMedia": set(),
    "TtsStreamStartEvent": {"run_id", "type"},
    "TtsAudioChunkEvent": {"run_id", "type"},
    "TtsStreamEndEvent": {"run_id", "type"},
}

# Fields of answers that are UUIDs, and those that are points in time; any other text is none.
IDS: dict[str, set[str]] = {
    "Assistant": {"assistant_id"},
    "AssistantDeleted": {"assistant_id"},
    "Thread": {"thread_id", "assistant_id"},
    "ThreadDeleted": {"thread_id"},
    "Attachment": {"document_id"},
    "Message": {"message_id"},
    "Turn": {"thread_id", "assistant_id", "message_id"},
    "ToolOutputsTurn": {"thread_id", "assistant_id", "message_id"},
    "RunCancelled": {"thread_id"},
    "UserMessageEvent": {"thread_id", "assistant_id", "message_id"},
    "RunStartedEvent": {"thread_id", "assistant_id"},
    "ContentStreamingEvent": {"thread_id", "assistant_id"},
    "ReasoningStreamingEvent": {"thread_id", "assistant_id"},
    "ReasoningEndedEvent": {"thread_id", "assistant_id"},
    "ToolCallStartEvent": {"thread_id", "assistant_id"},
    "ToolCallReadyEvent": {"thread_id", "assistant_id"},
    "ToolSubmitRequiredEvent": {"thread_id", "assistant_id"},
    "RunEndedEvent": {"thread_id", "assistant_id", "message_id"},
    "MessageCompleteEvent": {"thread_id", "assistant_id", "message_id"},
    "RunCompletedEvent": {"thread_id", "assistant_id", "message_id"},
    "RunFailedEvent": {"thread_id", "assistant_id"},
    "RunCancelledEvent": {"thread_id", "assistant_id"},
    "ErrorEvent": {"thread_id", "assistant_id"},
    "MediaGeneratedEvent": {"thread_id", "assistant_id"},
    "TtsStreamStartEvent": {"thread_id", "assistant_id"},
    "TtsAudioChunkEvent": {"thread_id", "assistant_id"},
    "TtsStreamEndEvent": {"thread_id", "assistant_id"},
}
TIMES: dict[str, set[str]] = {
    "Assistant": {"created_at"},
    "AssistantDeleted": {"deleted_at"},
    "Thread": {"created_at", "updated_at"},
    "ThreadDeleted": {"deleted_at"},
    "Message": {"created_at"},
    "Turn": {"created_at", "timestamp"},
    "ToolOutputsTurn": {"created_at", "timestamp"},
}

# Words of answers, and lists that are never empty: what a field takes and what it does not.
ANSWERED: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "RunEndedEvent.status": (("completed", None), ("another", "")),
    "MessageCompleteEvent.status": (("completed", None), ("another", "")),
    "RunCompletedEvent.status": (("completed", None), ("another", "")),
    "ToolSubmitRequiredEvent.tool_calls": ((), ([],)),
    "AssistantCloned.documents_cloned": ((0, 1), (-1,)),
    "AssistantCloned.memories_cloned": ((0, 1), (-1,)),
    "Thread.message_count": ((0, None), (-1,)),
    "Attachment.file_size_bytes": ((0, None), (-1,)),
    "GeneratedMedia.file_size_bytes": ((0, None), (-1,)),
    **{
        f"{component}.{field}": ((0, None), (-1,))
        for component in ("Turn", "ToolOutputsTurn", "RunEndedEvent", "ToolSubmitRequiredEvent")
        for field in ("input_tokens", "output_tokens", "total_tokens")
    },
    "RunEndedEvent.cached_input_tokens": ((0, None), (-1,)),
    "ToolSubmitRequiredEvent.cache_write_input_tokens": ((0, None), (-1,)),
}

# Where the answers lead: operation -> link -> the operation it names.
_ASSISTANT = {
    "getAssistant": "getAssistant",
    "updateAssistant": "updateAssistant",
    "cloneAssistant": "cloneAssistant",
    "deleteAssistant": "deleteAssistant",
    "createThread": "createThread",
    "listAssistantThreads": "listAssistantThreads",
}
_THREAD = {
    "getThread": "getThread",
    "sendMessage": "sendMessage",
    "submitLatestToolOutputs": "submitLatestToolOutputs",
    "deleteThread": "deleteThread",
}
_CHAT = {"sendChatMessage": "sendChatMessage"}
_RUN = {"streamRunEvents": "streamRunEvents"}


def _without(links: dict[str, str], *names: str) -> dict[str, str]:
    return {name: target for name, target in links.items() if name not in names}


LINKS: dict[str, dict[str, str]] = {
    "createAssistant": _ASSISTANT | _CHAT,
    "getAssistant": _without(_ASSISTANT, "getAssistant"),
    "updateAssistant": _without(_ASSISTANT, "updateAssistant"),
    "deleteAssistant": {"getDeletedAssistant": "getAssistant"},
    "cloneAssistant": _without(_ASSISTANT, "cloneAssistant"),
    "createThread": _THREAD | _CHAT | {"getAssistant": "getAssistant"},
    "getThread": _without(_THREAD, "getThread") | _CHAT,
    "deleteThread": {"getDeletedThread": "getThread"},
    "sendMessage": _THREAD,
    "sendChatMessage": _THREAD,
    "submitLatestToolOutputs": _THREAD,
    "submitToolOutputs": _without(_THREAD, "submitLatestToolOutputs") | _RUN | {"cancelRun": "cancelRun"},
    "cancelRun": _without(_THREAD, "submitLatestToolOutputs") | _RUN,
    "streamRunEvents": {"getThread": "getThread"},
}

# What is marked as ours, and what as not known of the hosted API: the last two keys above each mark.
EXTENSIONS = {
    *("parameters/IdempotencyKey", "parameters/IfMatch", "parameters/IfNoneMatch", "parameters/include_messages"),
    *("headers/RequestId", "headers/ThreadVersion", "headers/IdempotencyReplayed"),
    *("responses/NotModified", "responses/KeyConflict", "responses/PreconditionFailed"),
    *("ServerSentEvent/id", "EventFields/assistant_id", "EventFields/run_id", "UserMessageEvent/message"),
    *("RunEnd/message_id", "streamRunEvents"),
}
UNPROVEN = {
    *("responses/ThreadBusy", "responses/RunNotWaiting", "responses/PayloadTooLarge", "responses/UnsupportedMediaType"),
    *("responses/ServiceUnavailable", "schemas/Instructions", "schemas/Text", "schemas/JsonObjectText"),
    *("schemas/JsonArrayText", "schemas/ToolDefinitions", "EmbeddingSettings/embedding_dims", "schemas/Files"),
    *("ToolOutputs/tool_outputs", "RunCancelled/cancelled"),
    *("UserMessageEvent/message_id", "UserMessageEvent/content", "schemas/RunStartedEvent"),
    "sendMessage/application/json",
}
