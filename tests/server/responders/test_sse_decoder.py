"""Server-sent events, however they are cut into chunks."""

import pytest

from threads_server.responders.sse_decoder import COMMENT, ServerSentEvent, SSEDecoder

LINES = [": ping", "event: error", "data: one", "data:two", "id: 7", "", "", "data: thr\u00e9e\u2028", "", "data: last"]
EVENTS = [
    COMMENT,
    ServerSentEvent("error", "one\ntwo"),
    ServerSentEvent("", "thr\u00e9e\u2028"),
    ServerSentEvent("", "last"),
]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last_end", [True, False])
def test_events_are_the_same_for_each_size_of_chunks(end: str, last_end: bool) -> None:
    body = (end.join(LINES) + (end if last_end else "")).encode()
    for size in range(1, len(body) + 1):
        decoder = SSEDecoder()
        events = [event for at in range(0, len(body), size) for event in decoder.feed(body[at : at + size])]
        assert [*events, *decoder.finish()] == EVENTS, size
