"""The decoder of server-sent events: any cut of the bytes, any line end."""

import json
import random

import pytest
from httpx_sse._decoders import SSEDecoder as OtherDecoder
from httpx_sse._decoders import SSELineDecoder
from hypothesis import given
from hypothesis import strategies as st

from backboard_threads._sse import SSEDecoder

PLAIN = (
    b'\xef\xbb\xbf: hello\n\nid: 1\ndata: {"a": "\xe2\x80\xa8\xe2\x80\xa9\xc2\x85 \xf0\x9f\x98\x80"}\n\n'
    b"event: x\nid:2\ndata:one\ndata: two\ndata\ndata:  three\nretry: 5\nunknown: y\n\n:\n:\n\n\n"
    b"data: [DONE]\n\nid\ndata: last\n\ndata: cut off\n"
)
FRAMES = [
    ("{\"a\": \"\u2028\u2029\u0085 \U0001f600\"}", "1"),
    ("one\ntwo\n\n three", "2"),
    ("[DONE]", "2"),
    ("last", None),
]  # fmt: skip


def feed(pieces: list[bytes]) -> list[tuple[str, str | None]]:
    decoder = SSEDecoder()
    return [(data, event_id) for piece in pieces for data, event_id, _ in decoder.feed(piece)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_event_is_decoded_with_any_line_end_and_any_cut(end: bytes) -> None:
    stream = PLAIN.replace(b"\n", end)
    assert feed([stream]) == FRAMES
    assert feed([stream[i : i + 1] for i in range(len(stream))]) == FRAMES
    for cut in range(len(stream)):
        assert feed([stream[:cut], stream[cut:]]) == FRAMES
        assert feed([stream[:cut], b"", stream[cut:]]) == FRAMES


def test_mixed_line_ends_are_decoded() -> None:
    stream = b"data: a\r\rdata: b\r\n\ndata: c\n\r\ndata: d\r\n\r\ndata: e\n\n"
    for cut in range(len(stream)):
        assert [data for data, _ in feed([stream[:cut], stream[cut:]])] == ["a", "b", "c", "d", "e"]


def test_event_is_given_as_soon_as_its_blank_line_begins() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b"data: x\r\n\r") == [("x", None, "message")]
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"event: name\ndata: y\n\n") == [("y", None, "name")]
    assert decoder.feed(b"event:\ndata: z\n\n") == [("z", None, "message")]


def test_event_id_with_nul_is_ignored_and_an_empty_one_resets() -> None:
    assert feed([b"id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid:\ndata: c\n\n"]) == [("a", "1"), ("b", "1"), ("c", None)]


def test_large_event_in_small_pieces_is_decoded() -> None:
    data = json.dumps({"text": "x" * 2_000_000})
    stream = f"data: {data}\n\n".encode()
    assert feed([stream[i : i + 4096] for i in range(0, len(stream), 4096)]) == [(data, None)]


def by_httpx_sse(text: str) -> list[tuple[str, str | None, str]]:
    """The same by another's framing, which is our second opinion."""
    lines, decoder = SSELineDecoder(), OtherDecoder()
    events = [decoder.decode(line) for line in lines.decode(text)]
    return [(event.data, event.id or None, event.event) for event in events if event is not None and event.data]


_LINE = st.sampled_from(
    [
        "data: a",
        "data:b",
        "data",
        "data: ",
        ": c",
        "id: 1",
        "id:2\0",
        "id",
        "event: e",
        "",
        "",
        "x",
        "data: \u2028é\u0085",
    ]
)
_END = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(st.tuples(_LINE, _END), max_size=30), st.randoms(use_true_random=False))
def test_decoder_agrees_with_httpx_sse(lines: list[tuple[str, str]], chance: random.Random) -> None:
    text = "".join(line + end for line, end in lines)
    if not text:
        return
    stream = text.encode()
    cuts = sorted(chance.sample(range(len(stream) + 1), min(4, len(stream))))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    # Its decoder keeps a final CR back, for the LF that might follow.
    expected = by_httpx_sse(text + "\n" if text.endswith("\r") else text)
    for cut in (pieces, [stream[i : i + 1] for i in range(len(stream))]):
        decoder = SSEDecoder()
        frames = [frame for piece in cut for frame in decoder.feed(piece)]
        assert [frame for frame in frames if frame[0]] == expected
