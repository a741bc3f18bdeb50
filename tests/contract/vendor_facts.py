"""The contract's facts, typed a second time.

Written from `docs/hosted-api.md` alone, without looking at `openapi.yaml`: a wrong document would otherwise be wrong in
the client, the server and the fuzzing alike, in harmony. `test_facts.py` holds the document against this file. When the
two disagree, `docs/hosted-api.md` decides; this file changes only when that page does.

Every fact names its source: a section of that page and the tag it carries there. Here stand transport and objects (§1,
§2, and the answers of §3, §4 and §6); the calls, their bodies and the events are in `facts_calls.py`.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of an object, body, event or query.

    `kind` is one of text, uuid, instant, integer, number, boolean, object, any, a name in `ENUMS` or `OBJECTS`, or one
    of these followed by `[]`. `least` and `most` bound a number's value or a text's length. `required` and `nullable`
    are None where the page is silent. `accepts` are values that clients are known to send, or servers to answer, that
    the kind alone does not show; `rejects` are values known to break a client.
    """

    kind: str
    source: str
    required: bool | None = False
    nullable: bool | None = None
    least: int | None = None
    most: int | None = None
    default: Any = None
    accepts: tuple[Any, ...] = ()
    rejects: tuple[Any, ...] = ()


def must(kind: str, source: str, **more: Any) -> Fact:
    """A field that is always there and never null."""
    return Fact(kind, source, required=True, nullable=False, **more)


def null(kind: str, source: str, **more: Any) -> Fact:
    """A field that may be absent and may be null."""
    return Fact(kind, source, nullable=True, **more)


# §1 Transport
BASE_URL = "https://app.backboard.io/api"  # PY c:92, NPM c:54, DOC-ref
KEY_HEADER = "X-API-Key"  # PY c:110,137; NPM c:63; OAS-a/t
KEY_SCHEME = "APIKeyHeader"  # OAS-a/t
KEY_REFUSED = {"detail": "Invalid or missing API key"}  # 401; DOC-auth, DOC-ref
SUCCESS = 200  # for everything here; OAS-a/t, DOC-ui
SERVER_ERRORS = {503}  # §1 Errors: 5xx is "any"; the one this project documents is 503

# §1 Errors: what every operation can answer, whatever it does (401 and 429 to any call, 422 for what does not fit)
ERRORS_OF_ALL = {401, 422, 429}
NOT_FOUND = {"assistant": "Assistant not found", "thread": "Thread not found", "run": "Run not found"}  # §8 GUESS

# §2
ENUMS: dict[str, set[str]] = {
    "MessageRole": {"user", "assistant", "tool"},  # OAS-t; the SDK's own enum adds `system` (§7.1: any other breaks it)
    "MessageStatus": {"IN_PROGRESS", "REQUIRES_ACTION", "COMPLETED", "FAILED", "CANCELLED"},  # OAS-t, DOC-ref
}
ENUMS_MAY_ADD: dict[str, set[str]] = {"MessageRole": {"system"}}  # PY m:115-120

_TOKENS = {
    "input_tokens": null("integer", "§2 OAS-t"),
    "output_tokens": null("integer", "§2 OAS-t"),
    "total_tokens": null("integer", "§2 OAS-t"),
}
_TURN_COMMON = {
    "message": must("text", "§2 OAS-t; §7.1"),
    "thread_id": must("uuid", "§2 OAS-t; §7.1"),
    "timestamp": must("instant", "§2 OAS-t; §7.1, §7.2: npm cannot print a turn without it"),
    "content": null("text", "§2 OAS-t"),
    "message_id": null("uuid", "§2 OAS-t"),
    "role": null("MessageRole", "§2 OAS-t"),
    "status": null("MessageStatus", "§2 OAS-t"),
    "tool_calls": null("ToolCall[]", "§2 OAS-t, PY m:123-142"),
    "memory_operation_id": null("text", "§2 OAS-t"),
    "retrieved_memories": null("RetrievedMemory[]", "§2 OAS-t"),
    "retrieved_files": null("text[]", "§2 OAS-t"),
    "model_provider": null("text", "§2 OAS-t"),
    "model_name": null("text", "§2 OAS-t"),
    "created_at": null("instant", "§2 OAS-t"),
    **_TOKENS,
    "assistant_id": null("uuid", "§2 PY m:324; not in the older schema"),
    "context_usage": null("ContextUsage", "§2 PY m:412; §7.1"),
    "reasoning": null("any", "§2 PY m:390"),
    "voice_records": null("any", "§2 PY m:403"),
    "system_one": null("any", "§2 PY m:334-371"),
    "generated_media": null("any", "§2 PY m:334-371"),
}

# §2 Objects, and the answers of §3, §4 and §6
OBJECTS: dict[str, dict[str, Fact]] = {
    "Assistant": {
        "assistant_id": must("uuid", "§2 OAS-a, PY m:180"),
        "name": must("text", "§2 OAS-a", least=1, most=255),
        "description": null("text", "§2 OAS-a"),
        "system_prompt": null("text", "§2 OAS-a"),
        "tools": null("ToolDefinition[]", "§2 OAS-a, DOC-ref"),
        "tok_k": Fact("integer", "§2 OAS-a", least=1, most=100, default=10),
        "embedding_provider": null("text", "§2 OAS-a, DOC-ref"),
        "embedding_model_name": null("text", "§2 OAS-a, DOC-ref"),
        "embedding_dims": null("integer", "§2 OAS-a, DOC-ref"),
        "custom_fact_extraction_prompt": null("text", "§2 PY m:189-190"),
        "custom_update_memory_prompt": null("text", "§2 PY m:189-190"),
        "created_at": must("instant", "§2 OAS-a"),
    },
    "ToolDefinition": {
        "type": Fact("text", "§2 OAS-a", default="function"),
        "function": must("FunctionDefinition", "§7.2: npm throws on a tool without it"),
    },
    "FunctionDefinition": {
        "name": must("text", "§2 OAS-a"),
        "description": Fact("text", "§2 OAS-a"),
        "parameters": must("FunctionParameters", "§2 OAS-a; §7.1, §7.2: both clients fail without it"),
    },
    "FunctionParameters": {
        "type": Fact("text", "§2 OAS-a", default="object"),
        "properties": must("object", "§2 OAS-a", accepts=({"city": {"type": "string", "minLength": 1}},)),
        "required": null("text[]", "§2 OAS-a"),
    },
    "ParameterProperty": {
        "type": Fact("text", "§2: required in OAS-a, optional in SDK 1.5.19", rejects=(["string", "null"],)),
        "description": Fact("text", "§2 OAS-a"),
        "enum": Fact("text[]", "§2 OAS-a; §7.1", rejects=([1, 2],)),
        "properties": Fact("object", "§2 OAS-a"),
        "items": Fact("object", "§2 OAS-a"),
    },
    "CloneResult": {
        "assistant": must("Assistant", "§3 PY m:201-205; §7.1"),
        "documents_cloned": Fact("integer", "§3 PY m:201-205", default=0),
        "memories_cloned": Fact("integer", "§3 PY m:201-205", default=0),
    },
    "AssistantDeleted": {
        "message": Fact("text", "§3 DOC-ref", required=None),
        "assistant_id": Fact("uuid", "§3 DOC-ref", required=None),
        "deleted_at": Fact("instant", "§3 DOC-ref", required=None),
    },
    "Thread": {
        "thread_id": must("uuid", "§2 PY m:262, DOC-ui"),
        "assistant_id": null("uuid", "§2 RCLI types.ts; absent from samples and SDK models"),
        "created_at": must("instant", "§2 PY m:263"),
        "messages": Fact("Message[]", "§2 PY m:264, V: null is refused", nullable=False),
        "metadata_": null("object", "§2 PY m:266, DOC-ui", rejects=("text", ["list"])),
        "title": null("text", "§2 RCLI"),
        "first_user_message": null("text", "§2 RCLI"),
        "message_count": null("integer", "§2 RCLI"),
        "updated_at": null("instant", "§2 RCLI"),
    },
    "ThreadDeleted": {
        "message": Fact("text", "§4 DOC-ui", required=None),
        "thread_id": Fact("uuid", "§4 DOC-ui", required=None),
        "deleted_at": Fact("instant", "§4 DOC-ui", required=None),
    },
    "Message": {
        "message_id": must("uuid", "§2 PY m:219"),
        "role": must("MessageRole", "§2 OAS-t MessageRole"),
        "content": null(
            "text", "§2 PY m:221, NASH; §7.1: a list breaks the whole thread", rejects=([], [{"type": "text"}])
        ),
        "created_at": must("instant", "§2 PY m:222"),
        "status": null("MessageStatus", "§2 PY m:223, OAS-t"),
        "metadata_": null("object", "§2 PY m:225"),
        "attachments": null("Attachment[]", "§2 PY m:226"),
        "model_provider": null("text", "§2 RCLI types.ts"),
        "model_name": null("text", "§2 RCLI types.ts"),
    },
    "Attachment": {
        "document_id": must("uuid", "§2 PY m:208-214; §7.1"),
        "filename": must("text", "§2 PY m:208-214; §7.1"),
        "status": must("text", "§2 PY m:208-214; §7.1", accepts=("pending", "processing", "indexed", "error")),
        "file_size_bytes": null("integer", "§2 PY m:208-214"),
        "summary": null("text", "§2 PY m:208-214"),
    },
    "Turn": {
        **_TURN_COMMON,
        "run_id": null("text", "§2 OAS-t", accepts=("run_1",)),
        "attachments": null("Attachment[]", "§2 DOC-ui; not in the tool-outputs response"),
    },
    "ToolOutputsTurn": {**_TURN_COMMON, "run_id": must("text", "§2 OAS-t; §7.1", accepts=("run_1",))},
    "ToolCall": {
        "id": must("text", "§2 OAS-t, PY m:123-142; §7.1"),
        "type": must("text", "§7.1", accepts=("function",)),
        "function": must("FunctionCall", "§7.1, §7.2: npm throws without it"),
    },
    "FunctionCall": {
        "name": must("text", "§7.1"),
        "arguments": must("text", "§7.1: a JSON string, never an object", rejects=({}, {"city": "Oslo"})),
    },
    "ToolOutput": {"tool_call_id": must("text", "§6 OAS-t"), "output": must("text", "§6 OAS-t")},
    "RetrievedMemory": {
        "id": null("text", "§2 OAS-t"),
        "memory": must("text", "§2 OAS-t"),
        "score": null("number", "§2 OAS-t"),
    },
    "ContextUsage": {
        "percent": Fact("number", "§2 PY m:308-314", required=None),
        "used_tokens": Fact("integer", "§2 PY m:308-314", required=None),
        "context_limit": Fact("integer", "§2 PY m:308-314", required=None),
        "summary_tokens": Fact("integer", "§2 PY m:308-314", required=None),
        "model": Fact("text", "§2 PY m:308-314; §7.1: null is refused", required=None, nullable=False),
    },
    "GeneratedMedia": {
        "url": Fact("text", "§5.3 NASH"),
        "document_id": Fact("text", "§5.3 NASH"),
        "mime_type": Fact("text", "§5.3 NASH"),
        "file_size_bytes": Fact("integer", "§5.3 NASH"),
    },
    "RunCancelled": {
        "thread_id": Fact("uuid", "§6 PY c:928-948", required=None),
        "run_id": Fact("text", "§6 PY c:928-948", required=None, accepts=("run_1",)),
        "cancelled": Fact("boolean", "§6 PY c:928-948", required=None),
    },
    "Error": {"detail": must("text", "§1 Errors, §7.3: a string wherever people read it")},
    "HTTPValidationError": {"detail": Fact("ValidationError[]", "§1 Errors OAS-a/t: not marked required")},
    "ValidationError": {
        "loc": must(
            "any[]", "§1 Errors OAS-a/t", accepts=(["query", "limit"], ["body", "tools", 0]), rejects=("body", [None])
        ),
        "msg": must("text", "§1 Errors OAS-a/t"),
        "type": must("text", "§1 Errors OAS-a/t"),
    },
}

# Names that no schema may have, for the reason given.
ABSENT: dict[str, dict[str, str]] = {
    "Turn": {"messages": "§2, §7.1: the wrapped shape breaks npm and today's callers"},
    "ToolOutputsTurn": {"messages": "§7.1: the wrapped shape breaks both SDKs"},
    "Thread": {"metadata": "§2: the name has a trailing underscore; §7.1: without it the SDK ignores it"},
    "Assistant": {
        "metadata": "§2 NASH: there is no metadata on assistants",
        "llm_provider": "§2: travels per message",
        "model_name": "§2: travels per message",
    },
}
