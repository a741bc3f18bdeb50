"""Every documented event arrives as its own class, whole; those that end a stream end it, failures raise."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given

from backboard_threads import RunFailedError, StreamInterrupted
from tests.support.client.calls import HALVES, STREAMED, plain_request, say
from tests.support.client.http_messages import spelled_alike
from tests.support.examples import examples
from tools.document import document, operations
from tools.schema_strategies import values
from tools.schema_validation import faults, same

# Which events end a stream, and which of these say that the run failed: the design's list, typed a second time.
ENDS = {
    "run_ended",
    "message_complete",
    "run_completed",
    "run_failed",
    "error",
    "run_cancelled",
    "tool_submit_required",
}
FAILURES = {"run_failed", "error"}
MAPPING: dict[str, str] = document()["components"]["schemas"]["StreamEvent"]["discriminator"]["mapping"]
ENDED: dict[str, Any] = {"type": "run_ended", "status": "completed"}


def stream_of(*events: dict[str, Any]) -> httpx.Response:
    """An answer with these events, numbered, one line each and ASCII only."""
    frames = (f"id: {number}\ndata: {json.dumps(event)}\n\n" for number, event in enumerate(events, start=1))
    return httpx.Response(200, content="".join(frames).encode("ascii"), headers={"Content-Type": "text/event-stream"})


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("kind", MAPPING)
def test_event_is_typed_and_whole(kind: str, half: str) -> None:
    schema = {"$ref": MAPPING[kind]}

    @examples(5 if half == "sync" else 1)
    @given(values(schema, unknown=True))
    def check(sent: dict[str, Any]) -> None:
        assert faults({"$ref": "#/components/schemas/StreamEvent"}, sent) == []
        # Events after the one that ends the stream are never read, so it need not be known here which one does.
        answer = [sent] if kind in ENDS else [sent, ENDED]
        request = plain_request(operations()["sendMessage"])
        if kind in FAILURES:
            with pytest.raises(RunFailedError) as caught:
                say(request, lambda _: stream_of(*answer), half=half, streamed=True)
            event = caught.value.event
        else:
            events = say(request, lambda _: stream_of(*answer), half=half, streamed=True)
            assert len(events) == len(answer)
            event = events[0]
        assert type(event).__name__ == MAPPING[kind].rpartition("/")[2]
        assert same(spelled_alike(json.loads(json.dumps(event.to_dict()))), spelled_alike(sent))

    check()


@pytest.mark.parametrize("kind", sorted(MAPPING.keys() - ENDS))
def test_stream_that_stops_after_another_event_is_interrupted(kind: str) -> None:
    request = plain_request(operations()["sendMessage"])

    @examples(1)
    @given(values({"$ref": MAPPING[kind]}))
    def check(sent: dict[str, Any]) -> None:
        bare = {name: value for name, value in sent.items() if name not in ("run_id", "thread_id")}
        with pytest.raises(StreamInterrupted):
            say(request, lambda _: stream_of(bare), streamed=True)

    check()


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("name", STREAMED)
def test_every_streaming_method_gives_events(name: str, half: str) -> None:
    request = plain_request(operations()[name])
    text = {"type": "content_streaming", "content": "Hello"}
    events = say(request, lambda _: stream_of(text, ENDED), half=half, streamed=True)
    assert [event.to_dict() for event in events] == [text, ENDED]


def test_document_names_the_final_events() -> None:
    union = document()["components"]["schemas"]["StreamEvent"]
    assert set(union["x-stream-ends"]) == ENDS
    assert set(union["x-stream-failures"]) == FAILURES
