"""The objects of the API, each loaded when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assistant import Assistant as Assistant
    from .assistant_cloned import AssistantCloned as AssistantCloned
    from .assistant_deleted import AssistantDeleted as AssistantDeleted
    from .attachment import Attachment as Attachment
    from .content_streaming_event import ContentStreamingEvent as ContentStreamingEvent
    from .context_usage import ContextUsage as ContextUsage
    from .error_event import ErrorEvent as ErrorEvent
    from .function_call import FunctionCall as FunctionCall
    from .function_definition import FunctionDefinition as FunctionDefinition
    from .function_parameters import FunctionParameters as FunctionParameters
    from .generated_media import GeneratedMedia as GeneratedMedia
    from .media_generated_event import MediaGeneratedEvent as MediaGeneratedEvent
    from .message import Message as Message
    from .message_complete_event import MessageCompleteEvent as MessageCompleteEvent
    from .message_role import MessageRole as MessageRole
    from .message_status import MessageStatus as MessageStatus
    from .parameter_property import ParameterProperty as ParameterProperty
    from .reasoning_ended_event import ReasoningEndedEvent as ReasoningEndedEvent
    from .reasoning_streaming_event import ReasoningStreamingEvent as ReasoningStreamingEvent
    from .retrieved_memory import RetrievedMemory as RetrievedMemory
    from .run_cancelled import RunCancelled as RunCancelled
    from .run_cancelled_event import RunCancelledEvent as RunCancelledEvent
    from .run_completed_event import RunCompletedEvent as RunCompletedEvent
    from .run_end_status import RunEndStatus as RunEndStatus
    from .run_ended_event import RunEndedEvent as RunEndedEvent
    from .run_failed_event import RunFailedEvent as RunFailedEvent
    from .run_started_event import RunStartedEvent as RunStartedEvent
    from .stream_event import StreamEvent as StreamEvent
    from .stream_event import UnknownStreamEvent as UnknownStreamEvent
    from .stream_event import stream_event_from_dict as stream_event_from_dict
    from .thread import Thread as Thread
    from .thread_deleted import ThreadDeleted as ThreadDeleted
    from .tool_call import ToolCall as ToolCall
    from .tool_call_ready_event import ToolCallReadyEvent as ToolCallReadyEvent
    from .tool_call_start_event import ToolCallStartEvent as ToolCallStartEvent
    from .tool_definition import ToolDefinition as ToolDefinition
    from .tool_output import ToolOutput as ToolOutput
    from .tool_outputs_turn import ToolOutputsTurn as ToolOutputsTurn
    from .tool_submit_required_event import ToolSubmitRequiredEvent as ToolSubmitRequiredEvent
    from .tts_audio_chunk_event import TtsAudioChunkEvent as TtsAudioChunkEvent
    from .tts_stream_end_event import TtsStreamEndEvent as TtsStreamEndEvent
    from .tts_stream_start_event import TtsStreamStartEvent as TtsStreamStartEvent
    from .turn import Turn as Turn
    from .user_message_event import UserMessageEvent as UserMessageEvent

_MODULES: dict[str, str] = {
    "Assistant": "assistant",
    "AssistantCloned": "assistant_cloned",
    "AssistantDeleted": "assistant_deleted",
    "Attachment": "attachment",
    "ContentStreamingEvent": "content_streaming_event",
    "ContextUsage": "context_usage",
    "ErrorEvent": "error_event",
    "FunctionCall": "function_call",
    "FunctionDefinition": "function_definition",
    "FunctionParameters": "function_parameters",
    "GeneratedMedia": "generated_media",
    "MediaGeneratedEvent": "media_generated_event",
    "Message": "message",
    "MessageCompleteEvent": "message_complete_event",
    "MessageRole": "message_role",
    "MessageStatus": "message_status",
    "ParameterProperty": "parameter_property",
    "ReasoningEndedEvent": "reasoning_ended_event",
    "ReasoningStreamingEvent": "reasoning_streaming_event",
    "RetrievedMemory": "retrieved_memory",
    "RunCancelled": "run_cancelled",
    "RunCancelledEvent": "run_cancelled_event",
    "RunCompletedEvent": "run_completed_event",
    "RunEndStatus": "run_end_status",
    "RunEndedEvent": "run_ended_event",
    "RunFailedEvent": "run_failed_event",
    "RunStartedEvent": "run_started_event",
    "StreamEvent": "stream_event",
    "Thread": "thread",
    "ThreadDeleted": "thread_deleted",
    "ToolCall": "tool_call",
    "ToolCallReadyEvent": "tool_call_ready_event",
    "ToolCallStartEvent": "tool_call_start_event",
    "ToolDefinition": "tool_definition",
    "ToolOutput": "tool_output",
    "ToolOutputsTurn": "tool_outputs_turn",
    "ToolSubmitRequiredEvent": "tool_submit_required_event",
    "TtsAudioChunkEvent": "tts_audio_chunk_event",
    "TtsStreamEndEvent": "tts_stream_end_event",
    "TtsStreamStartEvent": "tts_stream_start_event",
    "Turn": "turn",
    "UnknownStreamEvent": "stream_event",
    "UserMessageEvent": "user_message_event",
    "stream_event_from_dict": "stream_event",
}

if not TYPE_CHECKING:

    def __getattr__(name):
        module = _MODULES.get(name)
        if module is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{module}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return list(_MODULES)


__all__ = [
    "Assistant",
    "AssistantCloned",
    "AssistantDeleted",
    "Attachment",
    "ContentStreamingEvent",
    "ContextUsage",
    "ErrorEvent",
    "FunctionCall",
    "FunctionDefinition",
    "FunctionParameters",
    "GeneratedMedia",
    "MediaGeneratedEvent",
    "Message",
    "MessageCompleteEvent",
    "MessageRole",
    "MessageStatus",
    "ParameterProperty",
    "ReasoningEndedEvent",
    "ReasoningStreamingEvent",
    "RetrievedMemory",
    "RunCancelled",
    "RunCancelledEvent",
    "RunCompletedEvent",
    "RunEndStatus",
    "RunEndedEvent",
    "RunFailedEvent",
    "RunStartedEvent",
    "StreamEvent",
    "Thread",
    "ThreadDeleted",
    "ToolCall",
    "ToolCallReadyEvent",
    "ToolCallStartEvent",
    "ToolDefinition",
    "ToolOutput",
    "ToolOutputsTurn",
    "ToolSubmitRequiredEvent",
    "TtsAudioChunkEvent",
    "TtsStreamEndEvent",
    "TtsStreamStartEvent",
    "Turn",
    "UnknownStreamEvent",
    "UserMessageEvent",
    "stream_event_from_dict",
]
