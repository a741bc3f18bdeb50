"""The contract's facts, second part: calls, their bodies, and the events of a stream (§3 to §6). See `facts.py`."""

from dataclasses import dataclass
from typing import Any

from tests.contract.vendor_facts import Fact, must, null

# §5.3 Streaming. Each event is one `data:` line of JSON with its `type` inside. Fields in bold there and without `?`
# are always sent; the rest may be absent. An unknown event type is no error, so a document may add some.
_MEDIA = {
    "url": "https://files.example/1.png",
    "document_id": "00000000-0000-0000-0000-000000000001",
    "mime_type": "image/png",
    "file_size_bytes": 7,
}
_RUN_END = {
    "status": null("text", "§5.3; §7.4", accepts=("completed",), rejects=("COMPLETED", "requires_action", "")),
    "thread_id": Fact("uuid", "§5.3 COOK"),
    "run_id": Fact("text", "§5.3 COOK"),
    "content": Fact("text", "§5.3: or final_content"),
    "error": Fact("text", "§5.3: when not completed"),
    "message": Fact("text", "§5.3: when not completed"),
    "final_content": Fact("text", "§5.3 COOK, RCLI"),
    "model_provider": Fact("text", "§5.3 COOK, RCLI"),
    "model_name": Fact("text", "§5.3 COOK, RCLI"),
    "input_tokens": Fact("integer", "§5.3 COOK, RCLI"),
    "output_tokens": Fact("integer", "§5.3 COOK, RCLI"),
    "total_tokens": Fact("integer", "§5.3 COOK, RCLI"),
    "memory_operation_id": Fact("text", "§5.3 COOK, RCLI"),
    "context_usage": Fact("ContextUsage", "§5.3 COOK, RCLI"),
    "cached_input_tokens": Fact("integer", "§5.3 COOK"),
    "cost_usd": Fact("number", "§5.3 COOK"),
}
EVENTS: dict[str, dict[str, Fact]] = {
    "user_message": {"thread_id": Fact("uuid", "§5.3 RCLI")},
    "run_started": {"run_id": Fact("text", "§5.3 LLM, unconfirmed", accepts=("run_1",))},
    "content_streaming": {
        "content": must("text", "§5.3 PY README, COOK"),
        "accumulated_content": Fact("text", "§5.3 PY README, COOK"),
    },
    "reasoning_streaming": {
        "content": must("text", "§5.3 PY README, COOK"),
        "accumulated_reasoning": must("text", "§5.3 PY README, COOK"),
    },
    "reasoning_ended": {},
    "tool_call_start": {"tool_call_id": must("text", "§5.3 RCLI"), "name": must("text", "§5.3 RCLI")},
    "tool_call_ready": {"tool_call": must("ToolCall", "§5.3 RCLI")},
    "tool_submit_required": {
        "run_id": must("text", "§5.3 COOK, RCLI, NASH", accepts=("run_1",)),
        "tool_calls": must("ToolCall[]", "§5.3 COOK, RCLI, NASH"),
        "thread_id": Fact("uuid", "§5.3 COOK"),
        "input_tokens": Fact("integer", "§5.3 COOK"),
        "output_tokens": Fact("integer", "§5.3 COOK"),
        "total_tokens": Fact("integer", "§5.3 COOK"),
        "cached_input_tokens": Fact("integer", "§5.3 COOK"),
        "cache_write_input_tokens": Fact("integer", "§5.3 COOK"),
        "cost_usd": Fact("number", "§5.3 COOK"),
    },
    "run_ended": _RUN_END,
    "message_complete": _RUN_END,  # RCLI, NASH: synonyms of run_ended
    "run_completed": _RUN_END,
    "run_failed": {"error": Fact("text", "§5.3 PY c:201"), "message": Fact("text", "§5.3 NPM c:154")},
    "run_cancelled": {},
    "error": {"error": Fact("text", "§5.3 PY c:193"), "message": Fact("text", "§5.3 NPM c:150")},
    "media_generated": {
        "media": Fact("GeneratedMedia", "§5.3 NASH", accepts=(_MEDIA,)),
    },
    "tts_stream_start": {},
    "tts_audio_chunk": {},
    "tts_stream_end": {},
}

# §1 Ids, dates, paging: the same bounds for assistants and both thread listings (PY c:291-297, 396-400, 409-413)
SKIP = Fact("integer", "§1 paging", least=0, most=10_000, default=0)
LIMIT = Fact("integer", "§1 paging", least=1, most=200, default=100)
PAGE = {"skip": SKIP, "limit": LIMIT}
LIGHT = Fact("boolean", "§4 RCLI; implies the default list carries messages", default=True)

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
EVENT_STREAM = "text/event-stream"

_PROMPTS = {
    "custom_fact_extraction_prompt": Fact("text", "§3 PY c:249-283"),
    "custom_update_memory_prompt": Fact("text", "§3 PY c:249-283"),
}
_MEMORY = ("Auto", "On", "off", "Off", "Readonly", "auto", "on", "readonly")  # §5.1: casing differs between callers
_SEND_TO_LLM = Fact("any", "§5.1 DOC-ref, §5.2 PY c:523; NASH sends a bool", accepts=("true", "false", True, False))

# Request bodies as their JSON form has them; `null` is stated only where the page says something about it.
BODIES: dict[str, dict[str, Fact]] = {
    "createAssistant": {
        "name": must("text", "§3 PY c:249-283", least=1, most=255),
        "description": Fact("text", "§3"),
        "system_prompt": Fact("text", "§3"),
        "tools": Fact("ToolDefinition[]", "§3"),
        "tok_k": Fact("integer", "§3", least=1, most=100),
        **_PROMPTS,
        "embedding_provider": Fact("text", "§3"),
        "embedding_model_name": Fact("text", "§3"),
        "embedding_dims": Fact("integer", "§3"),
    },
    "updateAssistant": {
        "name": null("text", "§3 PY c:308-336; null = unchanged is GUESS", least=1, most=255),
        "description": null("text", "§3"),
        "system_prompt": null("text", "§3"),
        "tools": null("ToolDefinition[]", "§3, §2: replaces all"),
        "tok_k": null("integer", "§3", least=1, most=100),
        "custom_fact_extraction_prompt": null("text", "§3"),
        "custom_update_memory_prompt": null("text", "§3"),
    },
    "cloneAssistant": {
        "copy_documents": Fact("boolean", "§3 PY c:342-380", default=True),
        "copy_memories": Fact("boolean", "§3 PY c:342-380", default=True),
        "name": Fact("text", "§3"),
        "system_prompt": Fact("text", "§3"),
    },
    "createThread": {},
    "sendMessage": {
        "content": Fact(
            "text", "§5.1 DOC-ui: may be null, yet §8: empty content and no files is refused", required=None
        ),
        "llm_provider": null("text", "§5.1 DOC-ui"),
        "model_name": null("text", "§5.1 DOC-ui"),
        "stream": Fact("boolean", "§5.1 NPM c:283", default=False),
        "memory": Fact("text", "§5.1 DOC-ref, 3P", accepts=_MEMORY),
        "web_search": Fact("text", "§5.1 DOC-ref", accepts=("Auto", "off")),
        "send_to_llm": _SEND_TO_LLM,
        "metadata": Fact("object", "§5.1 DOC-ref: JSON text in a form"),
    },
    "sendChatMessage": {
        "content": Fact("text", "§5.2 PY c:489,736; §8: empty content and no files is refused", required=None),
        "thread_id": Fact("uuid", "§5.2 PY c:744-747"),
        "assistant_id": Fact("uuid", "§5.2 PY c:744-747"),
        "stream": Fact("boolean", "§5.2 PY c:486,736", default=False),
        "system_prompt": Fact("text", "§5.2 PY c:748"),
        "llm_provider": Fact("text", "§5.2 PY c:750-753"),
        "model_name": Fact("text", "§5.2 PY c:750-753"),
        "memory": Fact("text", "§5.2 PY c:754-757", accepts=_MEMORY),
        "memory_pro": Fact("text", "§5.2 PY c:754-757", accepts=("Auto", "Readonly")),
        "memory_response_citation": Fact("boolean", "§5.2 PY c:499-501"),
        "web_search": Fact("text", "§5.2 PY c:502-509", accepts=("Auto", "off")),
        "image_generation": Fact("text", "§5.2 PY c:502-509", accepts=("auto",)),
        "image_model_provider": Fact("text", "§5.2 PY c:502-509"),
        "image_model_name": Fact("text", "§5.2 PY c:502-509"),
        "image_config": Fact("object", "§5.2 PY c:519-532"),
        "video_config": Fact("object", "§5.2 PY c:519-532"),
        "voice": Fact("object", "§5.2 PY c:608-616"),
        "system_one": Fact("object", "§5.2 PY c:608-616"),
        "openrouter": Fact("object", "§5.2 PY c:608-616"),
        "thinking": null("object", "§5.2 WIRE: may be null"),
        "video_generation": Fact("text", "§5.2 PY c:510-518", accepts=("auto", "off")),
        "video_model_provider": Fact("text", "§5.2 PY c:510-518"),
        "video_model_name": Fact("text", "§5.2 PY c:510-518"),
        "send_to_llm": _SEND_TO_LLM,
        "json_output": Fact("boolean", "§5.2 PY c:525,780"),
        "tools": Fact("ToolDefinition[]", "§5.2 PY c:782"),
        "metadata": Fact("object", "§5.2 PY c:527,790"),
        "operation": Fact(
            "text", "§5.2 PY c:742", default="chat", accepts=("chat", "generate_image", "generate_video")
        ),
        "memory_profile": Fact("any", "§5.2 RCLI types.ts"),
    },
    "submitToolOutputs": {
        "tool_outputs": must("ToolOutput[]", "§6 OAS-t"),
        "tools": Fact("ToolDefinition[]", "§6 OAS-t"),
        "thinking": Fact("object", "§6 OAS-t"),
    },
    "submitLatestToolOutputs": {
        "thread_id": must("uuid", "§6 PY c:843-885"),
        "tool_outputs": must("ToolOutput[]", "§6 PY c:843-885"),
        "stream": Fact("boolean", "§6 PY c:843-885"),
    },
}

# §6: what a client is known to send although the vendor's own schema does not name it; it must not be refused.
SENT_BESIDES: dict[str, dict[str, Any]] = {"submitToolOutputs": {"stream": True}}  # RCLI; the query says the same

# §5.3: `thread_id` appears on payloads so a one-call client can learn it (RCLI reads it from any event).
ON_ANY_EVENT = {"thread_id"}

# §5.2 PY c:489: what the SDK's `send_message` sends beside files when there is no text; §8 refuses it without files.
CONTENT_BESIDE_FILES = ""

# File parts of the multipart forms; True: the part may be repeated. §5.1 DOC-ui, NPM c:302; §5.2 PY c:552,560,793-814
FILES: dict[str, dict[str, bool]] = {
    "sendMessage": {"files": True},
    "sendChatMessage": {
        "files": True,
        "audio_file": False,
        "input_image": False,
        "input_last_frame": False,
        "input_video": False,
        "input_references": True,
    },
}


@dataclass(frozen=True, slots=True)
class Call:
    """One operation: where it is, what it takes, what it answers."""

    method: str
    path: str
    source: str
    answer: str  # name in OBJECTS, with [] for a bare array
    query: dict[str, Fact] | None = None
    bodies: tuple[str, ...] = ()  # media types
    body_required: bool | None = None
    streams: bool = False
    errors: frozenset[int] = frozenset()  # beyond ERRORS_OF_ALL


_UNKNOWN_ID = frozenset({404})
_TURN_ERRORS = frozenset({400, 404, 409})  # §5.2 Errors; 409 is this project's, §8: busy, or waiting for tool outputs

CALLS: dict[str, Call] = {
    "createAssistant": Call("POST", "/assistants", "§3 PY c:249-283", "Assistant", bodies=(JSON,), body_required=True),
    "listAssistants": Call(
        "GET",
        "/assistants",
        "§3 PY c:285-302",
        "Assistant[]",
        PAGE | {"name": Fact("text", "§3: exact; older servers ignore it")},
    ),
    "getAssistant": Call("GET", "/assistants/{assistant_id}", "§3 OAS-a", "Assistant", errors=_UNKNOWN_ID),
    "updateAssistant": Call(
        "PUT", "/assistants/{assistant_id}", "§3 PY c:308-336", "Assistant", bodies=(JSON,), errors=_UNKNOWN_ID
    ),
    "deleteAssistant": Call(
        "DELETE", "/assistants/{assistant_id}", "§3 DOC-ref", "AssistantDeleted", errors=_UNKNOWN_ID
    ),
    "cloneAssistant": Call(
        "POST", "/assistants/{assistant_id}/clone", "§3 PY c:342-380", "CloneResult", bodies=(JSON,), errors=_UNKNOWN_ID
    ),
    "createThread": Call(
        "POST", "/assistants/{assistant_id}/threads", "§4 PY c:382-384", "Thread", bodies=(JSON,), errors=_UNKNOWN_ID
    ),
    "listAssistantThreads": Call(
        "GET", "/assistants/{assistant_id}/threads", "§4 PY c:386-403", "Thread[]", PAGE, errors=_UNKNOWN_ID
    ),
    "listThreads": Call("GET", "/threads", "§4 PY c:405-416; RCLI", "Thread[]", PAGE | {"include_messages": LIGHT}),
    "getThread": Call("GET", "/threads/{thread_id}", "§4 PY c:418-420", "Thread", errors=_UNKNOWN_ID),
    "deleteThread": Call("DELETE", "/threads/{thread_id}", "§4 PY c:422-424", "ThreadDeleted", errors=_UNKNOWN_ID),
    "sendMessage": Call(
        "POST", "/threads/{thread_id}/messages", "§5.1", "Turn", None, (MULTIPART, FORM, JSON), None, True, _TURN_ERRORS
    ),
    "sendChatMessage": Call(
        "POST", "/threads/messages", "§5.2", "Turn", None, (JSON, FORM, MULTIPART), None, True, _TURN_ERRORS
    ),
    "submitToolOutputs": Call(
        "POST",
        "/threads/{thread_id}/runs/{run_id}/submit-tool-outputs",
        "§6 OAS-t, PY c:887-926",
        "ToolOutputsTurn",
        {"stream": Fact("boolean", "§6 PY c:887-926", default=False)},
        (JSON,),
        True,
        True,
        frozenset({400, 404}),  # §6 GUESS: wrong run id 404, missing outputs 400
    ),
    "submitLatestToolOutputs": Call(
        "POST", "/threads/tool-outputs", "§6 PY c:843-885", "Turn", None, (JSON,), True, True, frozenset({400, 404})
    ),
    "cancelRun": Call(
        "POST", "/threads/{thread_id}/runs/{run_id}/cancel", "§6 PY c:928-948", "RunCancelled", errors=_UNKNOWN_ID
    ),
}

# §1: path ids are `format: uuid`, but run ids are opaque strings.
UUID_PARAMETERS = {"assistant_id", "thread_id"}
OPAQUE_PARAMETERS = {"run_id"}
