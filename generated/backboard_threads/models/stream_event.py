"""An event of a streamed turn, told apart by `type`. A stream ends with one of the events that `x-stream-ends` names;
one that stops without any of these was cut off. The events of `x-stream-failures` mean that the turn has failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Self, TypeAlias, cast

from attrs import define

from .._models.base_model import BaseModel, mapping
from .._models.decoding import fault
from .content_streaming_event import ContentStreamingEvent
from .error_event import ErrorEvent
from .media_generated_event import MediaGeneratedEvent
from .message_complete_event import MessageCompleteEvent
from .reasoning_ended_event import ReasoningEndedEvent
from .reasoning_streaming_event import ReasoningStreamingEvent
from .run_cancelled_event import RunCancelledEvent
from .run_completed_event import RunCompletedEvent
from .run_ended_event import RunEndedEvent
from .run_failed_event import RunFailedEvent
from .run_started_event import RunStartedEvent
from .tool_call_ready_event import ToolCallReadyEvent
from .tool_call_start_event import ToolCallStartEvent
from .tool_submit_required_event import ToolSubmitRequiredEvent
from .tts_audio_chunk_event import TtsAudioChunkEvent
from .tts_stream_end_event import TtsStreamEndEvent
from .tts_stream_start_event import TtsStreamStartEvent
from .user_message_event import UserMessageEvent


@define(kw_only=True, repr=False, weakref_slot=False)
class UnknownStreamEvent(BaseModel):
    """What has a `type` that the document does not name, kept as it came.

    Attributes:
        type: What tells it apart.
        additional_properties: Everything else, as decoded from JSON.
    """

    type: Literal["<unknown>"]
    # At run time any text. As a `str` it would keep type checkers from narrowing the union by its documented values.

    @property
    def raw_type(self) -> str:
        """The `type` as it came, to compare with others."""
        return self.type

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return what an object decoded from JSON stands for. Raises `DecodeError` if nothing tells it apart."""
        rest = dict(mapping(data))
        tag = rest.pop("type", None)
        if not isinstance(tag, str):
            raise fault("a string", tag, "type")
        return cls(type=cast(Any, tag), additional_properties=rest)

    def to_dict(self) -> dict[str, Any]:
        """Return the object to encode as JSON."""
        return {**self.additional_properties, "type": self.type}

    def __hash__(self) -> int:
        return hash((UnknownStreamEvent, self.type))


StreamEvent: TypeAlias = (
    UserMessageEvent
    | RunStartedEvent
    | ContentStreamingEvent
    | ReasoningStreamingEvent
    | ReasoningEndedEvent
    | ToolCallStartEvent
    | ToolCallReadyEvent
    | ToolSubmitRequiredEvent
    | RunEndedEvent
    | MessageCompleteEvent
    | RunCompletedEvent
    | RunFailedEvent
    | RunCancelledEvent
    | ErrorEvent
    | MediaGeneratedEvent
    | TtsStreamStartEvent
    | TtsAudioChunkEvent
    | TtsStreamEndEvent
    | UnknownStreamEvent
)
"""An event of a streamed turn, told apart by `type`. A stream ends with one of the events that `x-stream-ends` names;
one that stops without any of these was cut off. The events of `x-stream-failures` mean that the turn has failed.
"""

_READERS: dict[str, Callable[[Mapping[str, Any]], StreamEvent]] = {
    "user_message": UserMessageEvent.from_dict,
    "run_started": RunStartedEvent.from_dict,
    "content_streaming": ContentStreamingEvent.from_dict,
    "reasoning_streaming": ReasoningStreamingEvent.from_dict,
    "reasoning_ended": ReasoningEndedEvent.from_dict,
    "tool_call_start": ToolCallStartEvent.from_dict,
    "tool_call_ready": ToolCallReadyEvent.from_dict,
    "tool_submit_required": ToolSubmitRequiredEvent.from_dict,
    "run_ended": RunEndedEvent.from_dict,
    "message_complete": MessageCompleteEvent.from_dict,
    "run_completed": RunCompletedEvent.from_dict,
    "run_failed": RunFailedEvent.from_dict,
    "run_cancelled": RunCancelledEvent.from_dict,
    "error": ErrorEvent.from_dict,
    "media_generated": MediaGeneratedEvent.from_dict,
    "tts_stream_start": TtsStreamStartEvent.from_dict,
    "tts_audio_chunk": TtsAudioChunkEvent.from_dict,
    "tts_stream_end": TtsStreamEndEvent.from_dict,
}


def stream_event_from_dict(data: Mapping[str, Any]) -> StreamEvent:
    """Return the model of an object decoded from JSON, chosen by its `type`.

    An unknown one gives an `UnknownStreamEvent`. Raises `DecodeError` for an object without one.
    """
    try:
        read = _READERS[data["type"]]
    except (KeyError, TypeError):
        return UnknownStreamEvent.from_dict(data)
    return read(data)
