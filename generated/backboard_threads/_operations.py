"""The operations of the API, as data."""

from __future__ import annotations

from typing import Any

from . import models
from ._models.decoding import decode_list
from ._request.operation import Operation, Page
from ._runs import RunStreaming, raise_if_failed

CREATE_ASSISTANT: Operation[models.Assistant] = Operation(
    "createAssistant",
    "POST",
    "/assistants",
    lambda value: models.Assistant.from_dict(value),
    media=("application/json",),
    result=lambda: models.Assistant,
    takes_key=True,
)
LIST_ASSISTANTS: Operation[list[models.Assistant]] = Operation(
    "listAssistants",
    "GET",
    "/assistants",
    lambda value: decode_list(value, models.Assistant.from_dict),
    result=lambda: list[models.Assistant],
    page=Page(default=100, max_limit=200, max_position=10000, key="assistant_id"),
)
GET_ASSISTANT: Operation[models.Assistant] = Operation(
    "getAssistant",
    "GET",
    "/assistants/{assistant_id}",
    lambda value: models.Assistant.from_dict(value),
    result=lambda: models.Assistant,
)
UPDATE_ASSISTANT: Operation[models.Assistant] = Operation(
    "updateAssistant",
    "PUT",
    "/assistants/{assistant_id}",
    lambda value: models.Assistant.from_dict(value),
    media=("application/json",),
    result=lambda: models.Assistant,
)
DELETE_ASSISTANT: Operation[models.AssistantDeleted] = Operation(
    "deleteAssistant",
    "DELETE",
    "/assistants/{assistant_id}",
    lambda value: models.AssistantDeleted.from_dict(value),
    result=lambda: models.AssistantDeleted,
    assume_deleted=lambda assistant_id: models.AssistantDeleted(
        message="Not found any more: an earlier attempt of this call had deleted it.", assistant_id=assistant_id
    ),
)
CLONE_ASSISTANT: Operation[models.AssistantCloned] = Operation(
    "cloneAssistant",
    "POST",
    "/assistants/{assistant_id}/clone",
    lambda value: models.AssistantCloned.from_dict(value),
    media=("application/json",),
    result=lambda: models.AssistantCloned,
    takes_key=True,
)
CREATE_THREAD: Operation[models.Thread] = Operation(
    "createThread",
    "POST",
    "/assistants/{assistant_id}/threads",
    lambda value: models.Thread.from_dict(value),
    media=("application/json",),
    result=lambda: models.Thread,
    takes_key=True,
)
LIST_ASSISTANT_THREADS: Operation[list[models.Thread]] = Operation(
    "listAssistantThreads",
    "GET",
    "/assistants/{assistant_id}/threads",
    lambda value: decode_list(value, models.Thread.from_dict),
    result=lambda: list[models.Thread],
    page=Page(default=100, max_limit=200, max_position=10000, key="thread_id"),
)
LIST_THREADS: Operation[list[models.Thread]] = Operation(
    "listThreads",
    "GET",
    "/threads",
    lambda value: decode_list(value, models.Thread.from_dict),
    result=lambda: list[models.Thread],
    page=Page(default=100, max_limit=200, max_position=10000, key="thread_id"),
)
GET_THREAD: Operation[models.Thread] = Operation(
    "getThread",
    "GET",
    "/threads/{thread_id}",
    lambda value: models.Thread.from_dict(value),
    result=lambda: models.Thread,
)
DELETE_THREAD: Operation[models.ThreadDeleted] = Operation(
    "deleteThread",
    "DELETE",
    "/threads/{thread_id}",
    lambda value: models.ThreadDeleted.from_dict(value),
    result=lambda: models.ThreadDeleted,
    assume_deleted=lambda thread_id: models.ThreadDeleted(
        message="Not found any more: an earlier attempt of this call had deleted it.", thread_id=thread_id
    ),
)
SEND_MESSAGE: Operation[models.Turn] = Operation(
    "sendMessage",
    "POST",
    "/threads/{thread_id}/messages",
    lambda value: models.Turn.from_dict(value),
    media=("application/x-www-form-urlencoded", "multipart/form-data", "application/json"),
    json_fields=frozenset({"metadata"}),
    result=lambda: models.Turn,
    takes_key=True,
    check=raise_if_failed,
)
SEND_CHAT_MESSAGE: Operation[models.Turn] = Operation(
    "sendChatMessage",
    "POST",
    "/threads/messages",
    lambda value: models.Turn.from_dict(value),
    media=("application/json", "application/x-www-form-urlencoded", "multipart/form-data"),
    json_fields=frozenset(
        {"metadata", "tools", "thinking", "image_config", "video_config", "voice", "system_one", "openrouter"}
    ),
    result=lambda: models.Turn,
    takes_key=True,
    check=raise_if_failed,
)
SUBMIT_TOOL_OUTPUTS: Operation[models.ToolOutputsTurn] = Operation(
    "submitToolOutputs",
    "POST",
    "/threads/{thread_id}/runs/{run_id}/submit-tool-outputs",
    lambda value: models.ToolOutputsTurn.from_dict(value),
    media=("application/json",),
    result=lambda: models.ToolOutputsTurn,
    takes_key=True,
    check=raise_if_failed,
)
SUBMIT_LATEST_TOOL_OUTPUTS: Operation[models.Turn] = Operation(
    "submitLatestToolOutputs",
    "POST",
    "/threads/tool-outputs",
    lambda value: models.Turn.from_dict(value),
    media=("application/json",),
    result=lambda: models.Turn,
    takes_key=True,
    check=raise_if_failed,
)
CANCEL_RUN: Operation[models.RunCancelled] = Operation(
    "cancelRun",
    "POST",
    "/threads/{thread_id}/runs/{run_id}/cancel",
    lambda value: models.RunCancelled.from_dict(value),
    result=lambda: models.RunCancelled,
    takes_key=True,
)
STREAM_RUN_EVENTS: Operation[Any] = Operation(
    "streamRunEvents",
    "GET",
    "/threads/{thread_id}/runs/{run_id}/events",
    lambda value: value,
)

STREAMING: RunStreaming[models.StreamEvent, models.Thread] = RunStreaming(
    lambda value: models.stream_event_from_dict(value),
    ends=frozenset(
        {
            "run_ended",
            "message_complete",
            "run_completed",
            "run_failed",
            "error",
            "run_cancelled",
            "tool_submit_required",
        }
    ),
    failures=frozenset({"run_failed", "error"}),
    resume=STREAM_RUN_EVENTS,
    cancel=CANCEL_RUN,
    history=GET_THREAD,
)
